"""A question of each type, and the topic files and the head that hold them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .. import formula
from .bodies import (
    BugBody,
    ClozeBody,
    DeriveBody,
    MatchBody,
    MultiBody,
    NumericBody,
    OrderBody,
    ShapeBody,
    ShortBody,
    SingleBody,
    TrueFalseBody,
)
from .parts import Bloom, Formula, Id, Model, Name, Param, Ref, Status, Text


class Common(Model):
    """The fields that every question has."""

    id: Id
    topic: Id
    difficulty: int = Field(ge=1, le=5)
    bloom: Bloom
    status: Status | None = None
    revision: int = Field(1, ge=1)
    breaking: int | None = Field(None, ge=2)
    refs: list[Ref] = Field(default_factory=list, max_length=6)
    needs: list[Id] = Field(default_factory=list, max_length=4)
    family: Id | None = None
    author: str | None = None
    source: str | None = None
    license: str | None = None
    q: Text
    code: str | None = Field(None, max_length=3000)
    params: dict[Name, Param] = Field(default_factory=dict, max_length=8)
    where: list[Formula] = Field(default_factory=list, max_length=10)
    vars: dict[Name, Formula] = Field(default_factory=dict, max_length=12)
    formula: Text | None = None
    hints: list[Text] = Field(default_factory=list, max_length=4)

    @model_validator(mode="after")
    def _coherent(self) -> Common:
        both = self.params.keys() & self.vars.keys()
        if both:
            raise ValueError(f"{', '.join(sorted(both))} stands in params and in vars")
        taken = (self.params.keys() | self.vars.keys()) & (formula.FUNCTIONS.keys() | formula.CONSTANTS.keys())
        if taken:
            raise ValueError(f"{', '.join(sorted(taken))} is the name of a function or constant")
        if (self.where or self.vars) and not self.params:
            raise ValueError("where and vars need params")
        if self.breaking is not None and self.breaking > self.revision:
            raise ValueError("breaking is the revision from which old answers no longer count")
        return self


class Single(SingleBody, Common):
    """A question with one right option."""


class Multi(MultiBody, Common):
    """A question with any number of right options."""


class TrueFalse(TrueFalseBody, Common):
    """A statement to be judged."""


class Numeric(NumericBody, Common):
    """A question whose answer is a number."""


class Shape(ShapeBody, Common):
    """A question whose answer is a shape."""


class Order(OrderBody, Common):
    """Items to be put in order."""


class Match(MatchBody, Common):
    """Pairs to be found."""


class Cloze(ClozeBody, Common):
    """A text with gaps."""


class Short(ShortBody, Common):
    """A word, phrase or expression to be typed."""


class Derive(DeriveBody, Common):
    """A derivation in steps."""


class Bug(BugBody, Common):
    """A line of code to be found."""

    code: str = Field(max_length=3000)


Question = Annotated[
    Single | Multi | TrueFalse | Numeric | Shape | Order | Match | Cloze | Short | Derive | Bug,
    Field(discriminator="type"),
]
AnyQuestion = Single | Multi | TrueFalse | Numeric | Shape | Order | Match | Cloze | Short | Derive | Bug


class TopicFile(Model):
    """One file of `question_bank/`: the questions of one group."""

    schema_version: Literal[1] = Field(alias="schema")
    group: Id
    status: Status = "draft"
    questions: list[Question] = Field(max_length=300)


class Group(Model):
    """One topic file, its least number of questions and how many of them are planned with parameters."""

    id: Id
    title: Text
    least: int = Field(ge=1)
    templates: int = Field(0, ge=0)


class Topic(Model):
    """A node of the knowledge graph."""

    id: Id
    title: Text
    group: Id
    needs: list[Id] = Field(default_factory=list)
    exercises: list[Ref] = Field(default_factory=list)
    also: list[Id] = Field(default_factory=list)


class Targets(Model):
    """What the bank as a whole must hold."""

    questions: int = Field(ge=0)
    templates: int = Field(ge=0)


class Head(Model):
    """`question_bank.yaml`: the bank's name, its files and its topics."""

    schema_version: Literal[1] = Field(alias="schema")
    bank: Id
    title: Text
    license: str | None = None
    include: list[str] = Field(min_length=1)
    targets: Targets
    groups: list[Group] = Field(min_length=1)
    topics: list[Topic] = Field(min_length=1)
