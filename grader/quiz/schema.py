"""The format of the question bank: pydantic models, from which the JSON Schema for editors is exported."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from . import formula
from .formula import FormulaError

SCHEMA_VERSION = 1

Bloom = Literal["remember", "understand", "apply", "analyse", "evaluate", "create"]
Status = Literal["draft", "reviewed", "exam", "retired"]


def _is_formula(value: int | float | str) -> int | float | str:
    if isinstance(value, str):
        try:
            formula.parse(value)
        except FormulaError as error:
            raise ValueError(str(error)) from None
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Formula = Annotated[int | float | str, AfterValidator(_is_formula)]
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


# --- bodies: what a question of each type holds besides the common fields -------------------------------------------


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


class Distractor(Model):
    """A step that does not belong to the sequence, or an answer that belongs to no pair."""

    text: Text
    why: Text
    misconception: Id | None = None


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
            _is_formula(self.expr)
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


# --- questions -------------------------------------------------------------------------------------------------------


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


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a topic file; the union of types is written as if/then, which editors complete."""
    schema = TopicFile.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    _rewrite_unions(schema)
    for definition in definitions.values():
        _rewrite_unions(definition)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Topic file of the question bank"
    return schema


def _rewrite_unions(schema: dict[str, Any]) -> None:
    for prop in schema.get("properties", {}).values():
        items = prop.get("items")
        if isinstance(items, dict) and "discriminator" in items:
            prop["items"] = _if_then(items["discriminator"]["mapping"])


def _if_then(mapping: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": sorted(mapping)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": {"$ref": ref}}
            for kind, ref in sorted(mapping.items())
        ],
    }
