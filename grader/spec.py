"""What an author writes about an exercise: cases, checks, wrong functions, gradients, properties.

Plain functions first, then one table, `CHECKS`, at the bottom of a solution file:

    Case      one call: arguments by name, and what it provokes
    Wrong     a named mistake: the function a student with that mistake would write
    Gradient  how a backward function is compared with numerical derivatives of a forward function
    Property  a named fact about results that no comparison of values shows
    Check     one function: reference, cases, alternates, wrong functions, hints, points

Everything is frozen and validated when it is made, so a slip is an error at the line that holds it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, ParamSpec, TypeAlias, TypeVar

import numpy as np

from grader.properties import Property, SpecError
from grader.values import Seeded, Source, Value

__all__ = ["Array", "Case", "Check", "Gradient", "Property", "Seeded", "Source", "SpecError", "Value", "Wrong"]

P = ParamSpec("P")
R = TypeVar("R")
Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Cases: TypeAlias = Callable[[np.random.Generator], Iterable["Case"]]

TAGS: Final = frozenset({"edge", "mutates", "warning", "property", "variant"})
_ID = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


class Case:
    """One call of a function: its arguments by name and what it provokes.

    `kind` is "value" or "stability" (extreme magnitudes, kept apart from the ordinary cases). `float64_only` marks a
    case that float32 cannot hold. `tie` marks a discrete result that stands on an exact tie. `scale="row"` judges each
    index of axis 0 by its own size. `raises` is the expected exception. `gradient=False` keeps a case at a kink out of
    the gradient check. `no_draws` demands that the function leaves its generator alone. Arguments whose names collide
    with these options go into `bind`.
    """

    def __init__(
        self,
        name: str,
        *,
        kind: Literal["value", "stability"] = "value",
        float64_only: bool = False,
        tie: bool = False,
        scale: Literal["tensor", "row"] = "tensor",
        raises: type[Exception] | None = None,
        gradient: bool = True,
        no_draws: bool = False,
        bind: Mapping[str, Value] | None = None,
        **args: Value,
    ) -> None:
        if not name:
            raise SpecError("a case needs a name that says what it provokes")
        if kind not in ("value", "stability") or scale not in ("tensor", "row"):
            raise SpecError(f"case '{name}': kind is 'value' or 'stability', scale is 'tensor' or 'row'")
        self.name = name
        self.kind = kind
        self.float64_only = float64_only
        self.tie = tie
        self.scale = scale
        self.raises = raises
        self.gradient = gradient
        self.no_draws = no_draws
        self.args: Mapping[str, Value] = {**(bind or {}), **args}


@dataclass(frozen=True, eq=False)
class Wrong(Generic[P, R]):
    """A named mistake: a function with the reference's signature whose docstring says how its value comes about.

    `also` are other functions that a student with the same misunderstanding may write and that give other values.
    """

    function: Callable[P, R]
    id: str
    hint: str
    tags: tuple[str, ...] = ()
    variant_of: str | None = None
    also: Sequence[Callable[P, R]] = ()

    def __post_init__(self) -> None:
        name = _name(self.function)
        if not _ID.fullmatch(self.id):
            raise SpecError(f"{name}: the id of a mistake is words joined by '-', not {self.id!r}")
        for form in self.forms:
            if not (form.__doc__ or "").strip():
                raise SpecError(
                    f"{_name(form)}: a wrong function needs a docstring that says how its value comes about"
                )
        if not self.hint.strip():
            raise SpecError(f"{name}: a mistake needs a hint")
        if unknown := set(self.tags) - TAGS:
            raise SpecError(f"{name}: unknown tag {sorted(unknown)[0]!r}; tags are {', '.join(sorted(TAGS))}")
        if ("variant" in self.tags) != (self.variant_of is not None):
            raise SpecError(f"{name}: tag 'variant' and variant_of='framework' go together")

    @property
    def forms(self) -> tuple[Callable[P, R], ...]:
        """Every function that makes this mistake."""
        return (self.function, *self.also)


@dataclass(frozen=True, eq=False)
class Gradient:
    """How a backward function is compared with numerical derivatives of `of`.

    `wrt` maps a float argument of `of` to the result leaf of the backward function that holds its derivative; a leaf of a dict or
    list argument is written with a path (`"params.W1": "grads.W1"`). `cotangents` maps each differentiated output of `of`
    to the argument of the backward function that carries its upstream gradient, or to 1 where there is none; left out,
    a single output is paired with `dout` if the backward function has it, else with 1. `returns` names the outputs of
    `of` when it is a private composite. `fixed` computes, from the case's arguments and a generator, arguments of `of`
    that the backward function lacks.
    """

    of: Callable[..., Any]
    wrt: Mapping[str, str]
    cotangents: Mapping[str, str | Literal[1]] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    fixed: Callable[[Mapping[str, Value], np.random.Generator], Mapping[str, Value]] | None = None

    def __post_init__(self) -> None:
        if not self.wrt:
            raise SpecError(f"Gradient of {_name(self.of)}: wrt names no argument")


@dataclass(frozen=True, eq=False)
class Check(Generic[P, R]):
    """One function to be written: what is right, on which inputs, which mistakes have names, and what it is worth.

    formula         the function as a display formula in TeX, which `grade show` draws
    returns         one text per output: a name, then its axes ("out: N D"; "loss:" for a number; "grads: dict")
    args            axes of array arguments ("x": "N D"), for messages
    exact           arguments that float32 replays and perturbations leave alone (uniform draws, labels as floats)
    needs           references of this file that a student builds on
    gradient        one or several gradient pairs of a backward function, which is then worth 2 points
    forbids_warning a RuntimeWarning is a fault here
    """

    reference: Callable[P, R]
    cases: Cases
    returns: tuple[str, ...]
    hints: tuple[str, ...]
    args: Mapping[str, str] = field(default_factory=dict)
    wrong: Sequence[Wrong[P, R]] = ()
    alternates: Sequence[Callable[P, R]] = ()
    needs: Sequence[Callable[..., Any]] = ()
    gradient: Gradient | tuple[Gradient, ...] = ()
    properties: tuple[Property, ...] = ()
    exact: tuple[str, ...] = ()
    forbids_warning: bool = False
    points: int | None = None
    formula: str = ""

    def __post_init__(self) -> None:
        name = self.name
        if not self.returns or any(":" not in text for text in self.returns):
            raise SpecError(f"{name}: returns holds a text 'name: axes' for each output")
        if not self.hints or not all(hint.strip() for hint in self.hints):
            raise SpecError(f"{name}: give at least one hint, and none empty")
        parameters = list(inspect.signature(self.reference).parameters)
        for what, names in (("args", self.args), ("exact", self.exact)):
            if unknown := [key for key in names if key not in parameters]:
                raise SpecError(f"{name}: {what} names {unknown[0]!r}, which is no parameter of it")
        ids = [wrong.id for wrong in self.wrong]
        if twice := sorted({key for key in ids if ids.count(key) > 1}):
            raise SpecError(f"{name}: the mistake {twice[0]!r} is listed twice")
        for gradient in self.gradients:
            outputs = set(self.outputs)
            if unknown := [leaf for leaf in gradient.wrt.values() if re.split(r"[.\[]", leaf)[0] not in outputs]:
                raise SpecError(f"{name}: wrt names the output {unknown[0]!r}; returns has {', '.join(self.outputs)}")

    @property
    def name(self) -> str:
        """The name of the function that students write."""
        return _name(self.reference)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(text.split(":", 1)[0].strip() for text in self.returns)

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes of the outputs ("N D"), empty for a number."""
        return tuple(text.split(":", 1)[1].strip() for text in self.returns)

    @property
    def gradients(self) -> tuple[Gradient, ...]:
        """The gradient pairs, as a tuple."""
        return self.gradient if isinstance(self.gradient, tuple) else (self.gradient,)

    @property
    def max_points(self) -> int:
        """1 point a function, 2 a backward function with a gradient pair, unless the author says otherwise."""
        return self.points if self.points is not None else (2 if self.gradients else 1)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", repr(function))
