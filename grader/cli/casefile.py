"""One case as a small Python file that calls the student's function: inputs, and no answer."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from grader.values import Seeded, Source, Value

WIDTH: Final = 100

_HEAD: Final = '''"""{exercise}, {function}, case {case!r}, seed {seed!r}: its inputs, and a call of your function.

Run it, or set a breakpoint in your function and debug it:

    python {path}
"""

import importlib.util
from pathlib import Path

import numpy as np
{imports}
SUBMISSION = Path(__file__).resolve().parent / {submission!r}
'''

_TAIL: Final = '''

def load(path):
    """Your file as a module."""
    spec = importlib.util.spec_from_file_location("submission", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shapes(value):
    """The shape and dtype of each array in a result."""
    if isinstance(value, np.ndarray):
        return f"{{value.dtype}} {{value.shape}}"
    if isinstance(value, (tuple, list)):
        return f"{{type(value).__name__}} of {{', '.join(map(shapes, value))}}"
    return type(value).__name__


if __name__ == "__main__":
    result = load(SUBMISSION).{function}({call})
    print(result)
    if isinstance(result, (np.ndarray, tuple, list)):
        print("result:", shapes(result))
'''


def case_source(
    exercise: str, function: str, case: str, seed: str, args: Mapping[str, Value], *, path: str, submission: str
) -> str:
    """The text of the file, which will stand at `path`; `submission` is the student's file as seen from its folder."""
    code = any(isinstance(value, Source) for value in args.values())
    head = _HEAD.format(
        exercise=exercise,
        function=function,
        case=case,
        seed=seed,
        path=path,
        submission=submission,
        imports="\nfrom grader.values import Source\n" if code else "",
    )
    inputs = "".join(f"{_shape(name, value)}{name} = {literal(value)}\n" for name, value in args.items())
    call = ", ".join(f"{name}={name}" for name in args)
    return f"{head}{inputs}{_TAIL.format(function=function, call=call)}"


def _shape(name: str, value: Value) -> str:
    """A comment with the shape of an input, if it has one."""
    return f"# {name}: {value.dtype} {value.shape}\n" if isinstance(value, np.ndarray) else ""


def literal(value: Value, indent: int = 0) -> str:
    """A value as a Python expression that makes exactly this value again."""
    if isinstance(value, np.ndarray):
        return _array(value, indent)
    if isinstance(value, Seeded):
        return f"np.random.default_rng({value.seed})"
    if isinstance(value, Source):
        bound = f", {literal(dict(value.bound), indent)}" if value.bound else ""
        return f"Source({value.text!r}{bound}).build()"
    if isinstance(value, dict):
        return _braced("{", "}", [f"{key!r}: {literal(item, indent + 4)}" for key, item in value.items()], indent)
    if isinstance(value, list):
        return _braced("[", "]", [literal(item, indent + 4) for item in value], indent)
    if isinstance(value, tuple):
        return _braced("(", ",)" if len(value) == 1 else ")", [literal(item, indent + 4) for item in value], indent)
    if isinstance(value, float) and not math.isfinite(value):
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(value), "np.nan")
    return repr(value)


def _array(array: np.ndarray, indent: int) -> str:
    if array.size == 0:
        return f"np.zeros({array.shape}, dtype={str(array.dtype)!r})"
    dtype = "" if array.dtype in (np.float64, np.bool_) else f", dtype={str(array.dtype)!r}"
    return f"np.array({literal(array.tolist(), indent)}{dtype})"


def _braced(left: str, right: str, items: list[str], indent: int) -> str:
    """Items on one line if they fit, else one a line."""
    flat = f"{left}{', '.join(items)}{right}"
    if len(flat) + indent <= WIDTH and "\n" not in flat:
        return flat
    inner = " " * (indent + 4)
    return f"{left}\n" + "".join(f"{inner}{item},\n" for item in items) + " " * indent + right.lstrip(",")


def file_name(exercise: str, function: str, case: str) -> str:
    """A name for the file that every system takes."""
    words = re.sub(r"[^a-z0-9]+", "_", case.lower()).strip("_")[:40].strip("_")
    return f"{exercise}_{function}_{words or 'case'}.py"


def save(folder: Path, name: str, text: str) -> Path:
    """The path where the text was written; a file of that name with other text in it is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = name.removesuffix(".py")
    for number in range(1, 1000):
        path = folder / (name if number == 1 else f"{stem}_{number}.py")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            if path.read_bytes() != text.encode():
                continue
        return path
    raise FileExistsError(17, "a thousand files of this name are there", str(folder))
