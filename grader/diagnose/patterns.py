"""Relations between what came back and what was expected, found without an author's help."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.compare import Allowance, differ, scale_of
from grader.plan import CasePlan, FunctionPlan
from grader.values import Seeded, is_float, leaf_name, leaves
from grader.verdict import Mistake, Outcome, Returned


@dataclass(frozen=True, eq=False)
class Pairing:
    """One wrong float leaf of one failed case: what came back, what was expected, what error is allowed."""

    case: CasePlan
    output: str
    got: np.ndarray
    want: np.ndarray
    allowance: Allowance

    def near(self, value: np.ndarray | float, target: np.ndarray | float | None = None) -> bool:
        """Whether `value` lies where `target` (what was expected) does, within the allowed error."""
        goal = np.asarray(self.want if target is None else target, dtype=np.float64)
        array = np.asarray(value, dtype=np.float64)
        finite = np.isfinite(goal)
        if array.shape != goal.shape or not np.array_equal(array[~finite], goal[~finite], equal_nan=True):
            return False
        if not finite.any() or not np.isfinite(array[finite]).all():
            return False  # where nothing is finite no relation can be seen
        allowed = max(self.allowance.rtol, 1e-6) * float(scale_of(goal)) + self.allowance.atol
        return bool((np.abs(array[finite] - goal[finite]) <= allowed).all())


def pattern(plan: FunctionPlan, outcomes: Sequence[Outcome | None], failed: Sequence[int]) -> Mistake | None:
    """The general pattern that every failed case shows, or None."""
    cases = [(plan.cases[i], o) for i in failed if isinstance(o := outcomes[i], Returned)]
    if not cases or len(cases) < sum(outcomes[i] is not None for i in failed):
        return None
    if (swap := _swapped(plan, outcomes)) is not None:
        return swap
    pairs = list(_pairings(plan, cases))
    if not pairs or any(p.near(p.got) for p in pairs):
        return None  # where the numbers are right and only their kind is not, no relation says what is wrong
    for find in _PATTERNS:
        if (text := find(pairs)) is not None:
            return Mistake(text[0], text[1], "pattern")
    return _other_draw(plan, cases, pairs)


def _pairings(plan: FunctionPlan, cases: Sequence[tuple[CasePlan, Returned]]) -> Iterator[Pairing]:
    """The wrong float leaves; nothing if a result has not the structure that was expected."""
    if not all(_has_all_leaves(case, outcome) for case, outcome in cases):
        return
    for case, outcome in cases:
        if not isinstance(case.expected, Returned):
            return
        got = dict(leaves(outcome.value))
        for (path, want), allowance in zip(leaves(case.expected.value), case.allowances):
            value = got.get(path)
            if not is_float(want) or not isinstance(value, (np.ndarray, float, int)) or isinstance(value, bool):
                continue
            array = np.asarray(value)
            if array.dtype.kind not in "fiu" or differ(value, want, (allowance,)) is None:
                continue
            yield Pairing(
                case, leaf_name(plan.outputs, path), np.asarray(array, dtype=np.float64), np.asarray(want), allowance
            )


def _has_all_leaves(case: CasePlan, outcome: Returned) -> bool:
    found = {path for path, _ in leaves(outcome.value)}
    return isinstance(case.expected, Returned) and all(path in found for path, _ in leaves(case.expected.value))


def _alike(pairs: Sequence[Pairing]) -> list[Pairing]:
    """The pairs whose shapes are equal; empty unless all are."""
    return list(pairs) if all(p.got.shape == p.want.shape for p in pairs) else []


def _names(pairs: Sequence[Pairing]) -> str:
    return ", ".join(dict.fromkeys(p.output for p in pairs))


Found = tuple[str, str]


def _elementwise(
    identifier: str,
    change: Callable[[np.ndarray], np.ndarray],
    text: str,
    least: int = 2,
    special: Sequence[float] = (-1.0, 0.0, 1.0),
) -> Callable[[Sequence[Pairing]], Found | None]:
    """A pattern `got = change(want)`, told only where the change shows in `least` entries that may not be so by chance."""

    def find(pairs: Sequence[Pairing]) -> Found | None:
        same_shape = _alike(pairs)
        if sum(np.count_nonzero(~np.isin(p.want, special)) for p in same_shape) < least:
            return None
        with np.errstate(all="ignore"):
            fits = same_shape and all(p.near(p.got, change(p.want)) for p in same_shape)
        return (identifier, f"{_names(pairs)}: {text}") if fits else None

    return find


def _constants(pairs: Sequence[Pairing], how: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> list[float] | None:
    """For each pair the one number that `how(got, want)` gives at every entry, or None where it is not one number."""
    result = []
    for p in pairs:
        usable = np.abs(p.want) > 1e-3 * float(scale_of(p.want))
        if not usable.any() or not np.isfinite(p.got).all() or not np.isfinite(p.want).all():
            return None
        numbers = how(p.got[usable], p.want[usable])
        number = float(np.median(numbers))
        if not np.isfinite(number):
            return None
        result.append(number)
    return result


def _ratio(pairs: Sequence[Pairing]) -> Found | None:
    """Got = c * want: one c for all cases, or one that is a size of the case."""
    same_shape = _alike(pairs)
    ratios = _constants(same_shape, lambda got, want: got / want) if same_shape else None
    if ratios is None or not all(p.near(p.got, c * p.want) for p, c in zip(same_shape, ratios)):
        return None
    if any(abs(c) < 1e-6 for c in ratios) or sum(np.count_nonzero(p.want) for p in same_shape) < 2:
        return None  # one number is always some multiple of another
    if (sized := _size_ratio(same_shape, ratios)) is not None:
        return sized
    if max(ratios) - min(ratios) > 1e-5 * abs(ratios[0]):
        many = all(np.count_nonzero(p.want) > 1 for p in same_shape)
        return ("ratio", f"{_names(pairs)}: got / expected is one number a case ({_list(ratios)})") if many else None
    c = ratios[0]
    for base, word in ((math.log(10), "10"), (math.log(2), "2")):
        if abs(c * base - 1) < 1e-5:
            return (
                "log-base",
                f"{_names(pairs)}: got / expected = 1/ln {word} everywhere: a logarithm to base {word}, not the natural one",
            )
    return "ratio", f"{_names(pairs)}: got / expected = {c:.4g} at every element"


def _list(numbers: Sequence[float]) -> str:
    shown = ", ".join(f"{number:.4g}" for number in numbers[:3])
    return shown + (", ..." if len(numbers) > 3 else "")


def _size_ratio(pairs: Sequence[Pairing], ratios: Sequence[float]) -> Found | None:
    """Ratios that are 1/n or n of an axis in every case, the axis having at least two different sizes among them."""
    for argument in pairs[0].case.args:
        shapes = [
            np.shape(p.case.args.get(argument, ()))
            if not isinstance(p.case.args.get(argument), (list, tuple, dict))
            else ()
            for p in pairs
        ]
        for axis in range(min(map(len, shapes), default=0)):
            sizes = [shape[axis] for shape in shapes]
            if len(set(sizes)) < 2:
                continue
            where = f"axis {axis} of {argument}"
            if all(abs(c * n - 1) < 1e-5 for c, n in zip(ratios, sizes)):
                return (
                    "mean-for-sum",
                    f"{_names(pairs)}: got / expected = 1/n, n being the length of {where}: a division by n too many",
                )
            if all(abs(c / n - 1) < 1e-5 for c, n in zip(ratios, sizes) if n):
                return (
                    "sum-for-mean",
                    f"{_names(pairs)}: got / expected = n, n being the length of {where}: a division by n is missing",
                )
    return None


def _offset(pairs: Sequence[Pairing]) -> Found | None:
    same_shape = [p for p in _alike(pairs) if np.isfinite(p.got).all() and np.isfinite(p.want).all()]
    if len(same_shape) < len(pairs) or sum(p.want.size for p in same_shape) < 3:
        return None
    offsets = [float(np.median(p.got - p.want)) if p.want.size else 0.0 for p in same_shape]
    if not all(p.near(p.got, p.want + c) for p, c in zip(same_shape, offsets)):
        return None
    if max(offsets) - min(offsets) > 1e-6 * max(map(abs, offsets)):
        return None
    return "offset", f"{_names(pairs)}: got - expected = {offsets[0]:.4g} at every element"


def _transposed(pairs: Sequence[Pairing]) -> Found | None:
    fits = all(p.want.ndim == 2 and p.got.ndim == 2 and p.near(p.got.T) for p in pairs)
    return ("transposed", f"{_names(pairs)}: the transpose is right") if fits else None


def _one_row(pairs: Sequence[Pairing]) -> Found | None:
    """Right in one row only, in every case with more rows; in a single case that may be so by chance."""
    same_shape = _alike(pairs)
    if len(same_shape) < 2 or any(p.want.ndim < 2 or p.want.shape[0] < 3 for p in same_shape):
        return None
    for row, name in ((0, "the first row"), (-1, "the last row")):
        others = [[i for i in range(p.want.shape[0]) if i != row % p.want.shape[0]] for p in same_shape]
        if all(
            _says_something(p.want[row])
            and p.near(p.got[row], p.want[row])
            and not any(p.near(p.got[i], p.want[i]) for i in rest)
            for p, rest in zip(same_shape, others)
        ):
            return "one-row", f"{_names(pairs)}: only {name} is right"
    return None


def _says_something(row: np.ndarray) -> bool:
    """Whether a row holds more than a few plain numbers, which a wrong function may give as well (sin 0, cos 0)."""
    return len(np.unique(np.round(row, 9))) > 2 or not np.isin(row, (-1.0, 0.0, 1.0)).all()


def _shifted(pairs: Sequence[Pairing]) -> Found | None:
    """got[t] = want[t +- 1] along an axis of length 3 or more."""
    same_shape = _alike(pairs)
    if not same_shape:
        return None
    for axis in range(min(p.want.ndim for p in same_shape)):
        long = [p for p in same_shape if p.want.shape[axis] >= 3]
        if len(long) < len(same_shape):
            continue
        for step, word in ((1, "late"), (-1, "early")):
            parts = [_overlap(p, axis, step) for p in long]
            if all(p.near(got, want) and float(np.ptp(want)) > 0 for p, (got, want) in zip(long, parts)):
                return "time-shift", f"{_names(pairs)}: one step too {word} along axis {axis}"
    return None


def _overlap(p: Pairing, axis: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    n = p.want.shape[axis]
    later, earlier = np.arange(1, n), np.arange(n - 1)
    got, want = (later, earlier) if step == 1 else (earlier, later)
    return p.got.take(got, axis), p.want.take(want, axis)


def _truncated(pairs: Sequence[Pairing]) -> Found | None:
    """Got = the whole part of want, which is not 0 throughout."""
    same_shape = _alike(pairs)
    if not any(p.got.any() for p in same_shape) or not all(p.near(p.got, np.trunc(p.want)) for p in same_shape):
        return None
    text = "got is expected without its fraction: an integer division or an integer array"
    return "truncated", f"{_names(pairs)}: {text}"


def _permuted(pairs: Sequence[Pairing]) -> Found | None:
    """Equal blocks along an axis, in another order."""
    same_shape = _alike(pairs)
    if not same_shape or not all(p.near(np.sort(p.got, axis=None), np.sort(p.want, axis=None)) for p in same_shape):
        return None
    for axis in range(min(p.want.ndim for p in same_shape)):
        if all(p.near(np.flip(p.got, axis)) for p in same_shape):
            return "reversed", f"{_names(pairs)}: right, but in reverse order along axis {axis}"
        for blocks in (2, 3, 4):
            if any(p.want.shape[axis] % blocks or p.want.shape[axis] < blocks for p in same_shape):
                continue
            for order in list(itertools.permutations(range(blocks)))[1:]:
                if all(p.near(_reordered(p.got, axis, order)) for p in same_shape):
                    return "blocks-permuted", f"{_names(pairs)}: {blocks} blocks along axis {axis} are in another order"
    return None


def _reordered(array: np.ndarray, axis: int, order: Sequence[int]) -> np.ndarray:
    blocks = np.split(array, len(order), axis)
    return np.concatenate([blocks[i] for i in order], axis)


def _broadcast(pairs: Sequence[Pairing]) -> Found | None:
    """(n, n) where (n,) was expected: an (n,) met an (n, 1)."""
    if all(p.want.ndim == 1 and p.got.shape == (*p.want.shape, *p.want.shape) and p.want.size > 1 for p in pairs):
        return "broadcast", f"{_names(pairs)}: an (n,) met an (n, 1) and became (n, n)"
    return None


def _kept_axis(pairs: Sequence[Pairing]) -> Found | None:
    if all(
        p.got.shape != p.want.shape and p.got.size == p.want.size and p.near(p.got.reshape(p.want.shape)) for p in pairs
    ):
        if all([n for n in p.got.shape if n != 1] == [n for n in p.want.shape if n != 1] for p in pairs):
            more = all(p.got.ndim > p.want.ndim for p in pairs)
            word = (
                "an axis of length 1 too many (keepdims, or a missing reshape)"
                if more
                else "an axis of length 1 is missing"
            )
            return "length-one-axis", f"{_names(pairs)}: the numbers are right, {word}"
    return None


_PATTERNS: tuple[Callable[[Sequence[Pairing]], Found | None], ...] = (
    _broadcast,
    _kept_axis,
    _elementwise("sign", np.negative, "got = -expected: the sign is wrong", least=1, special=(0.0,)),
    _ratio,
    _transposed,
    _offset,
    _elementwise("absolute", np.abs, "got = |expected|: the signs are lost"),
    _truncated,
    _elementwise("squared", np.square, "got = expected squared: a root is missing"),
    _elementwise("rooted", np.sqrt, "got = the root of expected"),
    _elementwise("exponentiated", np.exp, "got = exp(expected): a logarithm is missing"),
    _elementwise("reciprocal", lambda want: 1 / want, "got = 1 / expected: numerator and denominator are exchanged"),
    _elementwise("complement", lambda want: 1 - want, "got = 1 - expected", least=3, special=()),
    _permuted,
    _shifted,
    _one_row,
)


def _swapped(plan: FunctionPlan, outcomes: Sequence[Outcome | None]) -> Mistake | None:
    """Outputs that are right in another order, also where they are right in their own (both may be equal there)."""
    count = len(plan.outputs)
    cases = [(case, o) for case, o in zip(plan.cases, outcomes) if isinstance(o, Returned)]
    if not 2 <= count <= 5:
        return None
    for order in list(itertools.permutations(range(count)))[1:]:
        if all(_right_in_order(case, outcome, order) for case, outcome in cases):
            names = ", ".join(plan.outputs[i] for i in order)
            return Mistake("outputs-swapped", f"the results are right, but come in another order: {names}", "pattern")
    return None


def _right_in_order(case: CasePlan, outcome: Returned, order: Sequence[int]) -> bool:
    value = outcome.value
    if not isinstance(value, (list, tuple)) or len(value) != len(order) or not isinstance(case.expected, Returned):
        return False
    return differ([value[order.index(i)] for i in range(len(order))], case.expected.value, case.allowances) is None


def _other_draw(
    plan: FunctionPlan, cases: Sequence[tuple[CasePlan, Returned]], pairs: Sequence[Pairing]
) -> Mistake | None:
    """Random results with the expected distribution and shape, drawn in another order."""
    if not all(any(isinstance(value, Seeded) for value in case.args.values()) for case, _ in cases) or not _alike(
        pairs
    ):
        return None
    if not _same_distribution(pairs):
        return None
    text = (
        "shape, mean and spread look right, but the numbers are others: draw the arrays that the sheet names, once, "
        "from its distribution and in its order, and use them as its formula does"
    )
    return Mistake("other-draw", text, "pattern")


def _same_distribution(pairs: Sequence[Pairing]) -> bool:
    """Whether all draws together look like the expected ones.

    Equal sets of values where there are few; position, spread and shape within about four standard errors; and no axis
    along which numbers are repeated.
    """
    got, want = (
        np.sort(np.concatenate([part.ravel() for part in parts]))
        for parts in ([p.got for p in pairs], [p.want for p in pairs])
    )
    if want.size < 30 or not np.isfinite(got).all() or any(_repeated(p.got) != _repeated(p.want) for p in pairs):
        return False
    if len(np.unique(np.round(want, 9))) <= 6 and not np.isin(np.round(got, 6), np.round(want, 6)).all():
        return False
    points = np.concatenate([got, want])
    cumulative = [np.searchsorted(side, points, side="right") / side.size for side in (got, want)]
    spread, error = float(want.std()), 4 * math.sqrt(2 / want.size)
    return bool(
        np.abs(cumulative[0] - cumulative[1]).max() <= 1.95 * math.sqrt(2 / want.size)
        and abs(got.mean() - want.mean()) <= error * spread
        and abs(math.log((got.std() or 1e-300) / (spread or 1e-300))) <= error / math.sqrt(2)
    )


def _repeated(array: np.ndarray) -> tuple[bool, ...]:
    """Along which axes of length 2 or more all numbers are equal."""
    return tuple(n > 1 and bool((np.ptp(array, axis=axis) == 0).all()) for axis, n in enumerate(array.shape))
