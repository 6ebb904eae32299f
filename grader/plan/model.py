"""The dataclasses of a plan."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import grader
from grader import wire
from grader.compare import Allowance
from grader.gradient.agree import Pair, Point
from grader.plan.packing import unpack_allowances, unpack_outcome
from grader.properties import Property
from grader.values import Value
from grader.verdict import Outcome


class PlanError(ValueError):
    """An exercise that no plan can be made of; the message names function, case and repair."""


@dataclass(frozen=True, eq=False)
class CasePlan:
    """One call and what is right for it; `allowances` has one entry per leaf of the expected value."""

    name: str
    kind: str
    args: Mapping[str, Value]
    expected: Outcome
    allowances: tuple[Allowance, ...]
    float64_only: bool
    no_draws: bool


@dataclass(frozen=True, eq=False)
class View:
    """What a mistake does on one case; `vague` if its float32 result says nothing."""

    outcome: Outcome
    allowances: tuple[Allowance, ...]
    vague: bool


@dataclass(frozen=True, eq=False)
class Form:
    """One way in which a mistake is made: how its value comes about and, packed, what it does on each case."""

    text: str
    packed: bytes

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What it does on each case, in the order of the cases."""
        return tuple(
            View(unpack_outcome(row["outcome"]), unpack_allowances(row["allowances"]), row["vague"])
            for row in wire.decode(self.packed)
        )


@dataclass(frozen=True, eq=False)
class MistakePlan:
    """A named mistake and the forms it comes in."""

    id: str
    hint: str
    tags: tuple[str, ...]
    variant_of: str | None
    forms: tuple[Form, ...]


@dataclass(frozen=True, eq=False)
class GradientPlan:
    """A gradient pair and its numerical derivatives: for some cases, one probe a tensor."""

    pair: Pair
    points: tuple[Point, ...]


@dataclass(frozen=True, eq=False)
class FunctionPlan:
    """One function: its contract, cases, mistakes and gradients."""

    name: str
    points: int
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    axes: tuple[str, ...]
    arg_axes: Mapping[str, str]
    needs: tuple[str, ...]
    hints: tuple[str, ...]
    formula: str
    forbids_warning: bool
    properties: tuple[Property, ...]
    cases: tuple[CasePlan, ...]
    packed_mistakes: bytes
    gradients: tuple[GradientPlan, ...]

    @cached_property
    def mistakes(self) -> tuple[MistakePlan, ...]:
        """Its named mistakes, unpacked when something is wrong for the first time."""
        rows = wire.decode(zlib.decompress(self.packed_mistakes))
        return tuple(
            MistakePlan(name, hint, tags, framework, tuple(Form(*form) for form in forms))
            for name, hint, tags, framework, forms in rows
        )


def pack_mistakes(mistakes: Sequence[MistakePlan]) -> bytes:
    """Mistakes as a plan keeps them: compressed, for most give what is right on most cases."""
    rows = [[m.id, m.hint, m.tags, m.variant_of, [[form.text, form.packed] for form in m.forms]] for m in mistakes]
    return zlib.compress(wire.encode(rows), 6)


@dataclass(frozen=True, eq=False)
class Plan:
    """An exercise, planned for one seed. `id` is the hash of solution, seed and grader version."""

    exercise: str
    title: str
    seed: str
    id: str
    functions: tuple[FunctionPlan, ...]

    def function(self, name: str) -> FunctionPlan:
        """The plan of one function; KeyError if the exercise has no such function."""
        return next((f for f in self.functions if f.name == name), None) or _missing(name)


def _missing(name: str) -> FunctionPlan:
    raise KeyError(name)


def plan_id(source: bytes, seed: str) -> str:
    """The hash that names a plan."""
    digest = hashlib.sha256(source)
    digest.update(f"\0{seed}\0{grader.__version__}".encode())
    return digest.hexdigest()
