"""The parts of a question that several rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...schema import AnyQuestion, Blank, Bug, Cloze, ClozeStep, Derive, Multi, Option, Single, SingleStep
from ..texts import Loc

Problem = tuple[str, Loc, str, str]
Rule = Callable[[AnyQuestion], Iterator[Problem]]


def option_lists(question: AnyQuestion) -> Iterator[tuple[Loc, list[Option], bool]]:
    """The lists of options in a question: place, options, whether exactly one is right."""
    match question:
        case Single():
            yield ("options",), question.options, True
        case Multi():
            yield ("options",), question.options, False
        case Bug() if question.fix:
            yield ("fix",), question.fix, True
        case Derive():
            for index, step in enumerate(question.steps):
                if isinstance(step, SingleStep):
                    yield ("steps", index, "options"), step.options, True


def text_of(option: Option) -> str:
    """The text of an option, right or wrong."""
    return option.right if option.right is not None else option.wrong or ""


def blanks(question: AnyQuestion) -> Iterator[tuple[Loc, Blank]]:
    """The gaps of a cloze, or of the steps of a derivation that are clozes."""
    if isinstance(question, Cloze):
        for name, blank in question.blanks.items():
            yield ("blanks", name), blank
    elif isinstance(question, Derive):
        for index, step in enumerate(question.steps):
            if isinstance(step, ClozeStep):
                for name, blank in step.blanks.items():
                    yield ("steps", index, "blanks", name), blank
