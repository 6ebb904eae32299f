"""What a question of each type holds besides the fields that all have."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .parts import (
    Distractor,
    Formula,
    Id,
    LineMistake,
    Mistake,
    Model,
    Name,
    Option,
    Reject,
    ShapeMistake,
    Text,
    Tolerance,
    is_formula,
)


class SingleBody(Model):
    """One option is right."""

    type: Literal["single"]
    options: list[Option] = Field(min_length=2, max_length=6)


class MultiBody(Model):
    """Any number of options is right. credit: all (exact), net (hits minus false alarms), each (share judged right)."""

    type: Literal["multi"]
    options: list[Option] = Field(min_length=3, max_length=8)
    credit: Literal["all", "net", "each"] = "net"


class TrueFalseBody(Model):
    """A statement: `why` is the reason for the verdict, `trap` says what leads to the other one."""

    type: Literal["truefalse"]
    answer: bool
    why: Text
    trap: Text
    misconception: Id | None = None


class NumericBody(Model):
    """A typed number. Without `tol` the answer must be whole in every variant."""

    type: Literal["numeric"]
    answer: Formula
    tol: Tolerance | None = None
    unit: str | None = Field(None, max_length=20)
    accept_units: dict[str, Formula] = Field(default_factory=dict)
    why: Text
    mistakes: list[Mistake] = Field(default_factory=list, max_length=8)
    reference: str | None = Field(None, max_length=300)


class ShapeBody(Model):
    """A typed shape, compared axis by axis. `symbols` are letters that may stand in the answer, such as N or T."""

    type: Literal["shape"]
    answer: list[Formula] = Field(max_length=8)
    symbols: list[Name] = Field(default_factory=list, max_length=10)
    why: Text
    mistakes: list[ShapeMistake] = Field(default_factory=list, max_length=8)
    reference: str | None = Field(None, max_length=300)


class OrderBody(Model):
    """Items in their right order. `depends` (pairs of item numbers, first before second) allows several orders."""

    type: Literal["order"]
    items: list[Text] = Field(min_length=3, max_length=9)
    distractors: list[Distractor] = Field(default_factory=list, max_length=3)
    depends: list[Annotated[list[int], Field(min_length=2, max_length=2)]] | None = None
    credit: Literal["all", "lcs"] = "lcs"
    why: Text


class Pair(Model):
    """Two things that belong together, and why."""

    left: Text
    right: Text
    why: Text


class MatchBody(Model):
    """Each `left` gets one `right`; the same `right` may serve twice. Credit is the share of pairs."""

    type: Literal["match"]
    pairs: list[Pair] = Field(min_length=3, max_length=8)
    distractors: list[Distractor] = Field(default_factory=list, max_length=3)
    credit: Literal["all", "each"] = "each"


class Blank(Model):
    """One gap of a cloze: a number (`answer`), words (`accept`) or a choice (`right` and `wrong`)."""

    answer: Formula | None = None
    tol: Tolerance | None = None
    mistakes: list[Mistake] = Field(default_factory=list, max_length=6)
    accept: list[Text] | None = Field(None, min_length=1, max_length=12)
    samples: list[Text] = Field(default_factory=list, max_length=8)
    reject: list[Reject] = Field(default_factory=list, max_length=8)
    right: Text | None = None
    wrong: list[Reject] | None = Field(None, min_length=1, max_length=5)
    why: Text

    @model_validator(mode="after")
    def _one_kind(self) -> Blank:
        kinds = [self.answer is not None, self.accept is not None, self.right is not None]
        if sum(kinds) != 1 or (self.right is None) != (self.wrong is None):
            raise ValueError("needs exactly one of answer, accept, and right with wrong")
        if self.answer is None and (self.tol or self.mistakes):
            raise ValueError("tol and mistakes belong to a blank with a number (answer)")
        if self.accept is None and (self.samples or self.reject):
            raise ValueError("samples and reject belong to a blank with words (accept)")
        return self


class ClozeBody(Model):
    """A text with gaps `[[name]]`, also inside TeX. Credit is the share of gaps filled rightly."""

    type: Literal["cloze"]
    blanks: dict[Name, Blank] = Field(min_length=1, max_length=6)
    credit: Literal["all", "each"] = "each"


class ShortBody(Model):
    """A typed word or phrase (`accept`), or a typed expression (`expr` over `symbols`)."""

    type: Literal["short"]
    accept: list[Text] = Field(default_factory=list, max_length=15)
    samples: list[Text] = Field(default_factory=list, max_length=10)
    expr: str | None = Field(None, max_length=200)
    symbols: list[Name] = Field(default_factory=list, max_length=10)
    reject: list[Reject] = Field(default_factory=list, max_length=10)
    why: Text

    @model_validator(mode="after")
    def _one_kind(self) -> ShortBody:
        if bool(self.accept) == (self.expr is not None):
            raise ValueError("needs either accept or expr")
        if self.expr is not None:
            if not self.symbols:
                raise ValueError("an expression needs its symbols")
            is_formula(self.expr)
        if any(word.startswith("re:") for word in self.accept) and not self.samples:
            raise ValueError("a pattern `re:…` needs samples that it accepts")
        return self


class BugBody(Model):
    """Code with a fault: the answer is the number of any line in `lines`; `fix` optionally asks for the repair."""

    type: Literal["bug"]
    lines: list[int] = Field(min_length=1, max_length=4)
    fix: list[Option] = Field(default_factory=list, max_length=5)
    mistakes: list[LineMistake] = Field(default_factory=list, max_length=6)
    why: Text


class _StepText(Model):
    q: Text
    formula: Text | None = None


class SingleStep(SingleBody, _StepText):
    """A step answered by choosing."""


class NumericStep(NumericBody, _StepText):
    """A step answered by a number."""


class ShortStep(ShortBody, _StepText):
    """A step answered by a word or an expression."""


class ClozeStep(ClozeBody, _StepText):
    """A step answered by filling gaps."""


class ShapeStep(ShapeBody, _StepText):
    """A step answered by a shape."""


Step = Annotated[SingleStep | NumericStep | ShortStep | ClozeStep | ShapeStep, Field(discriminator="type")]


class DeriveBody(Model):
    """A derivation in steps; each step shows the answers of the steps before it."""

    type: Literal["derive"]
    steps: list[Step] = Field(min_length=2, max_length=6)
