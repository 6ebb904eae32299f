"""The question bank's findings and figures, beside those of the exercises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grader.lint.finding import Finding

HEAD: Final = "question_bank.yaml"


def bank_findings(course: Path) -> Iterator[Finding]:
    """What is wrong with the question bank of a course; nothing if it has none."""
    if not (course / HEAD).exists():
        return
    from grader.quiz.lint import Severity, lint_bank

    for found in lint_bank(course):
        file = found.file.relative_to(course) if found.file.is_relative_to(course) else found.file
        name = f"{found.question}: " if found.question else ""
        message = f"[{found.rule}] {name}{found.message} {found.repair}".rstrip()
        yield Finding(f"{file}:{found.line}:{found.column}", message, warning=found.severity is not Severity.ERROR)


def bank_figures(course: Path) -> Iterator[str]:
    """How many questions there are, and what a bot that knows nothing scores on them."""
    if not (course / HEAD).exists():
        return
    from grader.quiz.bank import read_bank
    from grader.quiz.fault import BankError
    from grader.quiz.lint.statistics import bot_scores, counts

    try:
        bank = read_bank(course)
    except BankError:
        return  # the findings say why
    found = counts(bank)
    yield f"question bank: {found.questions} questions, {found.templates} with parameters"
    yield from (f"  {score}" for score in bot_scores([p for p in bank.questions if p.status != "retired"]))
