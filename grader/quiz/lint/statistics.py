"""What only the bank as a whole can show: counts, the bot that knows nothing, and the spread of right options."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..bank import Bank, Placed
from ..schema import TrueFalse
from .rules import ABSOLUTE, option_lists, text_of
from .texts import visible, words

Z_TWO_SIDED = 1.959964  # 95 % band
Z_ONE_SIDED = 1.644854  # 95 % upper bound


@dataclass(frozen=True)
class Score:
    """What a strategy gets on the choice questions, with the band in which guessing lies."""

    name: str
    score: float
    count: int
    low: float
    high: float

    @property
    def chance(self) -> bool:
        """Whether the score could be guessing."""
        return self.low <= self.score <= self.high

    def __str__(self) -> str:
        verdict = "within" if self.chance else "outside"
        return (
            f"{self.name}: {self.score:.1%} of {self.count}, {verdict} the band of chance "
            f"{self.low:.1%} to {self.high:.1%}"
        )


@dataclass(frozen=True)
class ChoiceTask:
    """One choice with exactly one right option, as a guesser sees it."""

    texts: tuple[str, ...]
    key: int


def choice_tasks(questions: Sequence[Placed]) -> list[ChoiceTask]:
    """Every list of options with one right one, and every statement as the options true and false."""
    tasks = []
    for placed in questions:
        for _, options, single in option_lists(placed.question):
            keys = [index for index, option in enumerate(options) if option.right is not None]
            if single and len(keys) == 1:
                tasks.append(ChoiceTask(tuple(text_of(option) for option in options), keys[0]))
    return tasks


def band(chances: Sequence[float], z: float) -> tuple[float, float]:
    """The band around the mean of independent guesses with these chances."""
    count = len(chances)
    mean = sum(chances) / count
    deviation = math.sqrt(sum(p * (1 - p) for p in chances)) / count
    return max(0.0, mean - z * deviation), min(1.0, mean + z * deviation)


def longest(task: ChoiceTask) -> list[int]:
    """The options that are longest as seen."""
    lengths = [len(visible(text)) for text in task.texts]
    return [index for index, length in enumerate(lengths) if length == max(lengths)]


def wise_pick(task: ChoiceTask) -> list[int]:
    """The longest of the options without absolute words; all of them if each has one."""
    plain = [index for index, text in enumerate(task.texts) if not set(words(text)) & ABSOLUTE]
    allowed = plain or list(range(len(task.texts)))
    lengths = {index: len(visible(task.texts[index])) for index in allowed}
    return [index for index in allowed if lengths[index] == max(lengths.values())]


def _play(name: str, tasks: Sequence[ChoiceTask], choose: Callable[[ChoiceTask], list[int]]) -> Score:
    """The expected score of a strategy that picks at random among the options it cannot tell apart."""
    won = 0.0
    for task in tasks:
        picked = choose(task)
        won += (task.key in picked) / len(picked)
    low, high = band([1 / len(task.texts) for task in tasks], Z_TWO_SIDED)
    return Score(name, won / len(tasks), len(tasks), low, high)


def statement_score(questions: Sequence[Placed]) -> Score | None:
    """How far `false if it has an absolute word, else true` gets on the statements."""
    statements = [placed.question for placed in questions if isinstance(placed.question, TrueFalse)]
    if not statements:
        return None
    won = sum((not set(words(s.q)) & ABSOLUTE) == s.answer for s in statements)
    low, high = band([0.5] * len(statements), Z_TWO_SIDED)
    return Score("statements by absolute words", won / len(statements), len(statements), low, high)


def bot_scores(questions: Sequence[Placed]) -> list[Score]:
    """The scores of guessers who know nothing: the test-wise bot first, then its parts."""
    tasks = choice_tasks(questions)
    scores = []
    if tasks:
        scores = [_play("test-wise bot", tasks, wise_pick), _play("longest option", tasks, longest)]
    statements = statement_score(questions)
    return scores + ([statements] if statements else [])


def key_positions(questions: Sequence[Placed]) -> tuple[Counter[int], float, float]:
    """Where right options are written, the chi-square of that against uniform, and its 95 % limit."""
    tasks = choice_tasks(questions)
    found = Counter(task.key for task in tasks)
    expected: Counter[int] = Counter()
    for task in tasks:
        for index in range(len(task.texts)):
            expected[index] += 1 / len(task.texts)  # type: ignore[assignment]  # a Counter of shares
    cells = [index for index in expected if expected[index] >= 5]
    chi = sum((found[index] - expected[index]) ** 2 / expected[index] for index in cells)
    return found, chi, chi_square_limit(len(cells) - 1)


def chi_square_limit(degrees: int) -> float:
    """The 95 % point of chi-square, by Wilson and Hilferty; good to 1 % from two degrees on."""
    if degrees < 1:
        return math.inf
    part = 2 / (9 * degrees)
    return float(degrees * (1 - part + Z_ONE_SIDED * math.sqrt(part)) ** 3)


def longest_share(questions: Sequence[Placed], size: int) -> tuple[float, int, float]:
    """Among choices of one size: the share whose longest option is right, their number, and the one-sided limit."""
    tasks = [task for task in choice_tasks(questions) if len(task.texts) == size]
    if not tasks:
        return 0.0, 0, 1.0
    won = sum((task.key in longest(task)) / len(longest(task)) for task in tasks)
    return won / len(tasks), len(tasks), band([1 / size] * len(tasks), Z_ONE_SIDED)[1]


def misconception_uses(questions: Sequence[Placed]) -> Counter[str]:
    """How often each misconception is named in the questions."""
    uses: Counter[str] = Counter()
    for placed in questions:
        uses.update(_tags(placed.record))
    return uses


def _tags(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["misconception"]] if isinstance(value.get("misconception"), str) else []
        return own + [tag for child in value.values() for tag in _tags(child)]
    if isinstance(value, list):
        return [tag for child in value for tag in _tags(child)]
    return []


def is_template(placed: Placed) -> bool:
    """Whether a question has parameters."""
    return bool(placed.question.params)


@dataclass(frozen=True)
class Counts:
    """The bank in numbers."""

    questions: int
    templates: int
    by_group: Counter[str]
    templates_by_group: Counter[str]
    by_type: Counter[str]
    by_difficulty: Counter[int]
    by_bloom: Counter[str]
    by_topic: Counter[str]


def counts(bank: Bank) -> Counts:
    """The numbers of the questions that are not retired."""
    live = [placed for placed in bank.questions if placed.status != "retired"]
    return Counts(
        questions=len(live),
        templates=sum(map(is_template, live)),
        by_group=Counter(placed.group for placed in live),
        templates_by_group=Counter(placed.group for placed in live if is_template(placed)),
        by_type=Counter(placed.question.type for placed in live),
        by_difficulty=Counter(placed.question.difficulty for placed in live),
        by_bloom=Counter(placed.question.bloom for placed in live),
        by_topic=Counter(placed.question.topic for placed in live),
    )
