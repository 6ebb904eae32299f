"""Independent oracles for the references: each function again, written another way.

A module `exerciseNN` holds one function per reference, of the same name and signature, marked with where its authority
comes from. PyTorch is not needed to run the tests: what it gave on fixed inputs is kept in `torch_values/`, made by
`python -m tests.oracles.make_torch`, and made again and compared where PyTorch is installed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
AUTHORITIES = ("loop", "closed form", "SciPy", "exact arithmetic", "PyTorch")


@dataclass(frozen=True)
class Oracle:
    """A function that vouches for a reference, and on whose authority."""

    name: str
    authority: str
    function: Callable[..., Any]
    rtol: float


def oracle(authority: str, *, rtol: float = 1e-9) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function as the oracle of the reference that has its name.

    `rtol` is the largest error relative to the largest finite entry of a result; a looser one than the default needs
    its reason in the docstring.
    """
    if authority not in AUTHORITIES:
        raise ValueError(f"unknown authority {authority!r}; there are {', '.join(AUTHORITIES)}")

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.oracle = Oracle(function.__name__, authority, function, rtol)  # type: ignore[attr-defined]
        return function

    return mark


def exercises() -> list[str]:
    """The exercises that have a module of oracles ("exercise17")."""
    return sorted(path.stem for path in FOLDER.glob("exercise*.py"))


def oracles(exercise: str) -> dict[str, Oracle]:
    """The oracles of an exercise by function name."""
    module = importlib.import_module(f"tests.oracles.{exercise}")
    found = [value.oracle for value in vars(module).values() if hasattr(value, "oracle")]
    return {oracle.name: oracle for oracle in found}
