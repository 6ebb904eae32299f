"""Every reference agrees with an oracle that was written independently of it."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest

from grader import wire
from grader.values import Value, fresh, leaves
from tests.oracles import FOLDER, exercises, oracles
from tests.oracles.cases import SOLUTIONS, cases_of, checks
from tests.oracles.make_torch import torch_values

SEEDS = (1, 2, 3)
PAIRS = [(exercise, name) for exercise in exercises() for name in oracles(exercise)]


def disagreement(got: Value, want: Value) -> float:
    """The largest error of any leaf relative to the largest finite entry of that leaf; inf where kinds differ."""
    got_leaves, want_leaves = list(leaves(got)), list(leaves(want))
    if [path for path, _ in got_leaves] != [path for path, _ in want_leaves]:
        return float("inf")
    return max((_leaf(a, b) for (_, a), (_, b) in zip(got_leaves, want_leaves)), default=0.0)


def _leaf(got: Value, want: Value) -> float:
    if isinstance(want, (str, bool, type(None), list, tuple, dict)) or isinstance(got, (str, bool, type(None))):
        return 0.0 if got == want else float("inf")
    a, b = np.asarray(got), np.asarray(want)
    if a.shape != b.shape or not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return float("inf")
    if b.dtype.kind in "biu":
        return 0.0 if np.array_equal(a, b) else float("inf")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    if not finite.any():
        return 0.0
    scale = float(np.abs(b[finite]).max()) or 1.0
    return float(np.abs(a[finite] - b[finite]).max()) / scale


@pytest.mark.parametrize(("exercise", "name"), PAIRS)
def test_reference_agrees_with_its_oracle(exercise: str, name: str) -> None:
    item, reference = oracles(exercise)[name], checks(exercise)[name].reference
    if item.authority == "PyTorch":
        kept = wire.decode((FOLDER / "torch_values" / f"{exercise}.bin").read_bytes())[name]
        assert kept, f"{exercise}.{name}: no values kept"
        for row in kept:
            error = disagreement(reference(**fresh(row["args"])), row["value"])
            assert error <= item.rtol, f"case '{row['case']}': off by {error:.1e} of the largest entry"
        return
    for seed in SEEDS:
        for case in cases_of(exercise, name, seed):
            _agree(item.function, reference, case, item.rtol)


def _agree(function, reference, case, rtol) -> None:
    if case.raises is not None:
        for either in (function, reference):
            with pytest.raises(case.raises):
                either(**fresh(dict(case.args)))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an oracle may overflow on its way; the reference is held to it by lint
        want = function(**fresh(dict(case.args)))
    error = disagreement(reference(**fresh(dict(case.args))), want)
    assert error <= rtol, f"case '{case.name}': off by {error:.1e} of the largest entry"


@pytest.mark.parametrize("exercise", exercises())
def test_every_reference_has_an_oracle(exercise: str) -> None:
    assert set(oracles(exercise)) == set(checks(exercise))


def test_every_exercise_has_oracles() -> None:
    assert exercises() == sorted(path.stem.split("_")[0] for path in SOLUTIONS.glob("exercise*.py"))


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="makes PyTorch's values again: needs PyTorch")
@pytest.mark.parametrize("exercise", sorted(path.stem for path in (FOLDER / "torch_values").glob("*.bin")))
def test_kept_values_are_what_pytorch_gives(exercise: str) -> None:
    kept = wire.decode((FOLDER / "torch_values" / f"{exercise}.bin").read_bytes())
    again = torch_values(exercise)
    assert set(kept) == set(again)
    for name, rows in kept.items():
        for row, new in zip(rows, again[name], strict=True):
            assert disagreement(new["value"], row["value"]) < 1e-12, f"{name}, case '{row['case']}'"


def test_the_table_in_the_docs_is_up_to_date() -> None:
    from tests.oracles.table import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.oracles.table"
