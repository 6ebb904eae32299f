"""What questions of several types are made of: values, tolerances, options, known mistakes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from .. import formula
from ..formula import FormulaError

Bloom = Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]
Status = Literal["draft", "reviewed", "exam", "retired"]


def is_formula(value: int | float | str) -> int | float | str:
    """The value itself; raises ValueError for a text that is no formula."""
    if isinstance(value, str):
        try:
            formula.parse(value)
        except FormulaError as error:
            raise ValueError(str(error)) from None
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Formula = Annotated[int | float | str, AfterValidator(is_formula)]
Ref = Annotated[str, StringConstraints(pattern=r"^exercise[0-9]{1,2}(\.[a-z_][a-z0-9_]*)?$")]


class Model(BaseModel):
    """Unknown fields are errors, and nothing is converted: `3` is no text and `"3"` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Param(Model):
    """A parameter's values: `{int: [1, 9]}`, `{float: [0.1, 0.9], step: 0.1}` or `{choice: [3, 5, relu]}`."""

    int_range: list[int] | None = Field(None, alias="int", min_length=2, max_length=2)
    float_range: list[float] | None = Field(None, alias="float", min_length=2, max_length=2)
    choice: list[int | float | str] | None = Field(None, min_length=1, max_length=60)
    step: int | float | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Param:
        kinds = [kind for kind in (self.int_range, self.float_range, self.choice) if kind is not None]
        if len(kinds) != 1:
            raise ValueError("needs exactly one of int, float and choice")
        if self.float_range is not None and self.step is None:
            raise ValueError("a float range needs a step")
        if self.step is not None and (self.step <= 0 or self.choice is not None):
            raise ValueError("step must be positive and belongs to int and float ranges")
        bounds = self.int_range or self.float_range
        if bounds and bounds[0] > bounds[1]:
            raise ValueError(f"the range {bounds} is empty")
        if bounds and (bounds[1] - bounds[0]) / (self.step or 1) > 100_000:
            raise ValueError("a range has at most 100,000 values")
        return self


class Tolerance(Model):
    """How far a typed number may be off: absolute, relative, or in significant digits. Exactly one."""

    abs: float | None = Field(None, ge=0)
    rel: float | None = Field(None, gt=0, le=0.2)
    sig: int | None = Field(None, ge=1, le=8)

    @model_validator(mode="after")
    def _one_kind(self) -> Tolerance:
        if sum(kind is not None for kind in (self.abs, self.rel, self.sig)) != 1:
            raise ValueError("needs exactly one of abs, rel and sig")
        return self


class Option(Model):
    """One option of a choice: `right:` or `wrong:` holds its text, `why` its reason."""

    right: Text | None = None
    wrong: Text | None = None
    why: Text
    misconception: Id | None = None
    pin: Literal["last"] | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Option:
        if (self.right is None) == (self.wrong is None):
            raise ValueError("needs exactly one of right and wrong")
        if self.right is not None and self.misconception is not None:
            raise ValueError("a right option has no misconception")
        return self


class Mistake(Model):
    """A wrong number that a known slip leads to."""

    expr: Formula
    when: Formula | None = None
    why: Text
    misconception: Id | None = None


class ShapeMistake(Model):
    """A wrong shape that a known slip leads to."""

    shape: list[Formula]
    when: Formula | None = None
    why: Text
    misconception: Id | None = None


class Reject(Model):
    """A wrong word, phrase or expression that a known slip leads to."""

    text: Text
    why: Text
    misconception: Id | None = None


class LineMistake(Model):
    """A line that looks wrong and is not."""

    line: int = Field(ge=1)
    why: Text
    misconception: Id | None = None


class Distractor(Model):
    """A step that does not belong to the sequence, or an answer that belongs to no pair."""

    text: Text
    why: Text
    misconception: Id | None = None
