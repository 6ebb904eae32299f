"""A question as it is asked: parameters filled in, options shuffled. Plain frozen data, cheap to import."""

# Annotations are evaluated here: as texts each field of a NamedTuple would be compiled at every start.
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .formula import Value

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def show_shape(entries: Sequence[str]) -> str:
    """`(3, 4)`, and `(5,)` for one axis, as NumPy writes it."""
    return f"({', '.join(entries)}{',' if len(entries) == 1 else ''})"


class Choice(NamedTuple):
    """An option, a distractor or a line that looks wrong."""

    text: str
    right: bool
    why: str
    misconception: str | None = None
    origin: int = 0  # its place in the list as written, which shuffling does not change


class Slip(NamedTuple):
    """A diagnosed wrong answer: its value as a number, a shape or a text."""

    value: float | tuple[str, ...] | str
    why: str
    misconception: str | None = None


class Picking(NamedTuple):
    """Options to choose from; `several` allows more than one."""

    options: tuple[Choice, ...]
    several: bool = False
    credit: str = "all"


class Judging(NamedTuple):
    """A statement to be judged true or false."""

    answer: bool
    why: str
    trap: str
    misconception: str | None = None


class Number(NamedTuple):
    """A number to be typed; `tolerance` is (kind, size), units map a name to its size in `unit`."""

    want: int | float
    tolerance: tuple[str, float]
    unit: str | None
    units: Mapping[str, float]
    why: str
    slips: tuple[Slip, ...] = ()


class Sizes(NamedTuple):
    """A shape to be typed; each entry is a formula over `symbols`."""

    want: tuple[str, ...]
    symbols: tuple[str, ...]
    why: str
    slips: tuple[Slip, ...] = ()


class Words(NamedTuple):
    """A word or phrase to be typed; entries of `accept` starting with `re:` are patterns."""

    accept: tuple[str, ...]
    why: str
    samples: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()


class Expression(NamedTuple):
    """An expression over `symbols` to be typed, compared by value at random points."""

    want: str
    symbols: tuple[str, ...]
    why: str
    slips: tuple[Slip, ...] = ()


class Ordering(NamedTuple):
    """Items as shown; `key` holds the numbers (from 0) of the shown items in right order, distractors left out."""

    shown: tuple[str, ...]
    key: tuple[int, ...]
    before: tuple[tuple[int, int], ...] | None
    distractors: Mapping[int, Choice]
    credit: str
    why: str


class Matching(NamedTuple):
    """`key[i]` is the number of the right-hand text that belongs to left-hand text i, `origins` its written place."""

    lefts: tuple[str, ...]
    rights: tuple[str, ...]
    key: tuple[int, ...]
    whys: tuple[str, ...]
    distractors: Mapping[int, Choice]
    credit: str
    origins: tuple[int, ...] = ()

    def written(self) -> list[tuple[str, str, str]]:
        """Left, right and reason of each pair, in the order in which they were written."""
        pairs = [(left, self.rights[key], why) for left, key, why in zip(self.lefts, self.key, self.whys)]
        return [pair for _, pair in sorted(zip(self.origins or range(len(pairs)), pairs))]


class Gap(NamedTuple):
    """One gap of a cloze."""

    name: str
    body: Number | Words | Picking


class Gaps(NamedTuple):
    """The gaps of a cloze, in the order in which they appear in the text."""

    gaps: tuple[Gap, ...]
    credit: str


class Spot(NamedTuple):
    """A faulty line to be found, and optionally its repair to be chosen."""

    lines: tuple[int, ...]
    line_count: int
    why: str
    slips: Mapping[int, Choice]
    fix: Picking | None = None


class Step(NamedTuple):
    """One step of a derivation."""

    prompt: str
    formula: str | None
    body: Picking | Number | Words | Expression | Gaps | Sizes


class Steps(NamedTuple):
    """A derivation."""

    steps: tuple[Step, ...]


Body = Picking | Judging | Number | Sizes | Words | Expression | Ordering | Matching | Gaps | Spot | Steps


class Item(NamedTuple):
    """One variant of one question, ready to be asked."""

    id: str
    type: str
    topic: str
    group: str
    difficulty: int
    bloom: str
    revision: int
    content: str
    seed: int
    values: Mapping[str, Value]
    prompt: str
    body: Body
    code: str | None = None
    formula: str | None = None
    hints: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
