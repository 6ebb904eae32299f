"""What differs, as a sentence that a student can use: where, how much, which axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.compare import Difference
from grader.plan import CasePlan, FunctionPlan
from grader.values import Path, Seeded, Source, Value, leaf_name, part
from grader.verdict import (
    Mismatch,
    Returned,
)


def mismatch_of(plan: FunctionPlan, case: CasePlan, value: Value, d: Difference, call: str) -> Mismatch:
    """What differs, in the student's terms."""
    assert isinstance(case.expected, Returned)
    output = leaf_name(plan.outputs, d.path) if d.path or len(plan.outputs) == 1 else ""
    got, want = part(value, d.path), part(case.expected.value, d.path)
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None] = (None, None)
    if (
        isinstance(want, (np.ndarray, float, int))
        and not isinstance(got, (str, dict, type(None)))
        and d.kind not in ("type", "none", "arity")
    ):
        shapes = (np.shape(got), np.shape(want))
    detail = d.detail
    if d.kind == "shape":
        detail = _shape_words(plan, case, output, got, want)
    elif d.kind in ("none", "arity", "type", "keys", "dtype"):
        detail = _kind_words(plan, output, d)
    elif d.kind == "nonfinite":
        detail = f"{entry(output, d.index)} is {d.got:.6g}, expected {d.want:.6g} ({d.wrong} of {d.size} entries)"
    elif d.kind == "value":
        first, second = two_numbers(d.got, d.want)
        detail = f"{entry(output, d.index)} is {first}, expected {second} ({d.wrong} of {d.size} differ)"
    arrays = (
        (got, want)
        if isinstance(want, np.ndarray) and want.ndim in (1, 2) and d.kind in ("value", "nonfinite")
        else None
    )
    return Mismatch(
        case=case.name,
        kind=d.kind,
        detail=detail,
        output=output,
        index=d.index,
        got=d.got if d.kind in ("value", "nonfinite") else None,
        want=d.want if d.kind in ("value", "nonfinite") else None,
        error=d.error,
        allowed=d.allowed,
        wrong_count=d.wrong,
        size=d.size,
        got_shape=shapes[0],
        want_shape=shapes[1],
        axes=_axes(plan, d.path),
        call=call,
        arrays=arrays,
    )


def entry(output: str, index: tuple[int, ...] | None) -> str:
    """An entry of an output as a student would write it."""
    return output + (f"[{', '.join(map(str, index))}]" if index else "")


def two_numbers(got: Value, want: Value) -> tuple[str, str]:
    """Two values as text, floats with as many digits as it takes to tell them apart."""
    if not isinstance(got, float) or not isinstance(want, float):
        return repr(got), repr(want)
    for digits in (6, 9, 12, 15, 17):
        first, second = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if first != second:
            break
    return first, second


def _kind_words(plan: FunctionPlan, output: str, d: Difference) -> str:
    whole = f"{len(plan.outputs)} results: {', '.join(plan.outputs)}" if len(plan.outputs) > 1 else plan.outputs[0]
    if d.kind == "none":
        return f"{output} is None" if d.path else f"{plan.name} returned None; expected {whole}"
    if d.kind == "arity":
        return f"{d.detail} ({whole})"
    return f"{output}: {d.detail}" if output else d.detail


def _axes(plan: FunctionPlan, path: Path) -> str:
    """The axis names of the leaf at `path`, as the author wrote them."""
    if len(plan.axes) == 1:
        return plan.axes[0] if not path else ""
    return plan.axes[path[0]] if len(path) == 1 and isinstance(path[0], int) and path[0] < len(plan.axes) else ""


def axis_sizes(plan: FunctionPlan, case: CasePlan) -> dict[str, int]:
    """What each axis name stands for in a case, read off the arguments."""
    sizes: dict[str, int] = {}
    for name, axes in plan.arg_axes.items():
        shape, words = np.shape(case.args[name]) if isinstance(case.args.get(name), np.ndarray) else (), axes.split()
        if len(shape) == len(words):
            sizes.update((word, size) for word, size in zip(words, shape) if word.isidentifier())
    return sizes


def _shape_words(plan: FunctionPlan, case: CasePlan, output: str, got: Value, want: Value) -> str:
    sizes = axis_sizes(plan, case)
    names = {size: name for name, size in sizes.items() if list(sizes.values()).count(size) == 1}

    def show(shape: tuple[int, ...]) -> str:
        known = shape and all(size in names for size in shape)
        comma = "," if len(shape) == 1 else ""
        return f"{shape}" + (f" = ({', '.join(names[size] for size in shape)}{comma})" if known else "")

    a, b = np.shape(got), np.shape(want)
    words = f"{output} has shape {show(a)}, expected {show(b)}"
    if not isinstance(got, np.ndarray) and isinstance(want, np.ndarray):
        words = f"{output} is a number, expected an array of shape {show(b)}"
    return words + _shape_hint(a, b, names)


def _shape_hint(got: tuple[int, ...], want: tuple[int, ...], names: Mapping[int, str]) -> str:
    """Which axis was reduced, kept or exchanged, where that can be told."""
    if sorted(got) == sorted(want) and got != want and len(got) > 1:
        return ": axes exchanged"
    if len(got) == len(want) + 1:
        extra = [i for i in range(len(got)) if got[:i] + got[i + 1 :] == want]
        if len(extra) == 1:
            size = got[extra[0]]
            if size == 1:
                return f": axis {extra[0]} of length 1 was kept"
            return f": axis {extra[0]}{f' ({names[size]})' if size in names else ''} was not reduced"
    if len(got) + 1 == len(want):
        lost = [i for i in range(len(want)) if want[:i] + want[i + 1 :] == got]
        if len(lost) == 1:
            return f": axis {lost[0]} was lost" + (" (length 1: keep it)" if want[lost[0]] == 1 else "")
    return ""


def show_call(plan: FunctionPlan, case: CasePlan) -> str:
    """The call in short: scalars with their values, arrays with their shapes."""
    words, shapes = [], []
    for name, value in case.args.items():
        if isinstance(value, np.ndarray):
            words.append(name)
            shapes.append(f"{name} {_named_shape(plan.arg_axes.get(name, ''), value.shape)}")
        elif isinstance(value, Source):
            words.append(f"{name}=<{' '.join(value.text.split())[:40]}>")
        elif isinstance(value, Seeded):
            words.append(f"{name}=default_rng({value.seed})")
        elif isinstance(value, (list, tuple, dict)) and len(repr(value)) > 40:
            words.append(name)
        else:
            words.append(f"{name}={value!r}" if not isinstance(value, float) else f"{name}={value:.6g}")
    return f"{plan.name}({', '.join(words)})" + ("  " + ", ".join(shapes) if shapes else "")


def _named_shape(axes: str, shape: tuple[int, ...]) -> str:
    words = axes.split()
    if len(words) != len(shape):
        return str(shape)
    parts = [f"{word}={size}" if word.isidentifier() else str(size) for word, size in zip(words, shape)]
    return f"({', '.join(parts)})"
