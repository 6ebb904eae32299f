"""Lint of the bank: findings with place and repair, and what is printed about the bank as a whole."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..bank import Bank, Placed, read_bank
from ..fault import BankError, Fault
from ..formula import FormulaError
from ..index import HEAD
from ..reference import parse_reference
from ..variants import BLANK, PLACEHOLDER
from . import gates
from .places import reference_problem
from .rules import ERRORS, WARNINGS, Problem
from .spaces import variant_problems
from .statistics import misconception_uses
from .texts import MATHS, Loc, content_words, texts


class Severity(enum.Enum):
    """An error fails the lint, a warning asks for a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One finding: where, which rule, what, and how to repair it."""

    file: Path
    line: int
    column: int
    severity: Severity
    rule: str
    question: str
    message: str
    repair: str = ""

    def __str__(self) -> str:
        name = f"{self.question}: " if self.question else ""
        text = f"{self.file}:{self.line}:{self.column}: {self.severity.value} [{self.rule}] {name}{self.message}"
        return f"{text} {self.repair}".rstrip()


def lint_bank(course: Path) -> list[Finding]:
    """Every finding of the whole bank: faults, rules for each question, and the gates of the bank."""
    try:
        bank = read_bank(course)
    except BankError as error:
        return [_from_fault(fault) for fault in error.faults]
    findings = _lint_questions(course, bank, bank.questions)
    for gate in gates.check(course, bank):
        severity = Severity.ERROR if gate.error else Severity.WARNING
        findings.append(Finding(course / HEAD, 1, 1, severity, gate.rule, "", gate.message, gate.repair))
    return _sorted(findings)


def lint_files(course: Path, files: Sequence[Path]) -> list[Finding]:
    """The findings of some topic files; what only the whole bank can show is left out."""
    try:
        bank = read_bank(course, files)
        rest = read_bank(course)
    except BankError as error:
        return [_from_fault(fault) for fault in error.faults]
    mine = {file.resolve() for file in files}
    others = [placed for placed in rest.questions if placed.document.file.resolve() not in mine]
    findings = _lint_questions(course, bank, bank.questions, others)
    return _sorted(findings + list(_lonely_tags(bank.questions, others)))


def _sorted(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (str(finding.file), finding.line, finding.column, finding.rule))


def _from_fault(fault: Fault) -> Finding:
    field = f"{fault.field}: " if fault.field else ""
    return Finding(
        fault.file, fault.line, fault.column, Severity.ERROR, "format", "", field + fault.message, fault.repair
    )


def _lint_questions(
    course: Path, bank: Bank, questions: Sequence[Placed], others: Sequence[Placed] = ()
) -> list[Finding]:
    findings = [_from_fault(fault) for fault in bank.faults]
    for placed in questions:
        findings += _question_findings(course, bank, placed)
    findings += _duplicates(questions, others)
    findings += _near_duplicates(questions, others)
    return findings


def _question_findings(course: Path, bank: Bank, placed: Placed) -> Iterator[Finding]:
    question = placed.question
    errors = [problem for rule in ERRORS for problem in rule(question)]
    for problem in errors:
        yield _finding(placed, Severity.ERROR, problem)
    for problem in _links(course, bank, placed):
        yield _finding(placed, Severity.ERROR, problem)
    for problem in _formulas_drawable(placed):
        yield _finding(placed, Severity.ERROR, problem)
    # With a broken pattern or gap no answer can be marked.
    usable = not any(rule in ("pattern", "blank") for rule, *_ in errors)
    for problem in variant_problems(placed.record) if usable else []:
        warning = problem[0] in ("mistakes-overlap", "small-space")
        yield _finding(placed, Severity.WARNING if warning else Severity.ERROR, problem)
    for rule in WARNINGS:
        for problem in rule(question):
            yield _finding(placed, Severity.WARNING, problem)


def _finding(placed: Placed, severity: Severity, problem: Problem) -> Finding:
    rule, loc, message, repair = problem
    line, column = placed.document.position(placed.loc + loc)
    where = ".".join(str(part) for part in loc)
    text = f"{where}: {message}" if where else message
    return Finding(placed.document.file, line, column, severity, rule, placed.question.id, text, repair)


def _links(course: Path, bank: Bank, placed: Placed) -> Iterator[Problem]:
    topics = bank.topics()
    question = placed.question
    if question.topic not in topics:
        known = ", ".join(topic.id for topic in bank.head.topics if topic.group == placed.group)
        yield "unknown-topic", ("topic",), f"the topic {question.topic} is not in {HEAD}.", f"Of this group: {known}."
    elif topics[question.topic].group != placed.group:
        group = topics[question.topic].group
        yield "unknown-topic", ("topic",), f"the topic {question.topic} belongs to the group {group}.", ""
    for index, need in enumerate(question.needs):
        if need not in topics:
            yield "unknown-topic", ("needs", index), f"the topic {need} is not in {HEAD}.", ""
    yield from _reference(course, bank, placed)
    declared = {exercise for topic in bank.head.topics for exercise in topic.exercises}
    for index, ref in enumerate(question.refs):
        message = reference_problem(course, ref, declared)
        if message:
            yield "unknown-ref", ("refs", index), f"{message}.", ""


def _reference(course: Path, bank: Bank, placed: Placed) -> Iterator[Problem]:
    text = placed.record.get("reference")
    if text is None:
        return
    try:
        call = parse_reference(text)
    except FormulaError as error:
        yield "unknown-ref", ("reference",), f"{error}.", ""
        return
    declared = {exercise for topic in bank.head.topics for exercise in topic.exercises}
    message = reference_problem(course, f"exercise{call.exercise}.{call.function}", declared)
    if message:
        yield "unknown-ref", ("reference",), f"{message}.", ""


def _formulas_drawable(placed: Placed) -> Iterator[Problem]:
    from ...texbox import TexError, check

    for loc, text in texts(placed.question):
        for tex in maths_of(loc, text):
            try:
                check(drawable(tex))
            except TexError as error:
                yield "tex", loc, f"the formula `{tex[:50]}` cannot be drawn: {error}.", ""
        if loc[-1] != "formula" and text.replace("\\$", "").count("$") % 2:
            yield "tex", loc, "a `$` is not closed.", "A dollar sign in prose is written `\\$`."


def maths_of(loc: Loc, text: str) -> list[str]:
    """The formulas of a text; a field `formula` is one as a whole."""
    if loc[-1] == "formula":
        return [text]
    return [match[1] or match[2] for match in MATHS.finditer(text.replace("\\$", ""))]


def drawable(tex: str) -> str:
    """The formula with numbers for its placeholders and words for its gaps."""
    return re.sub(BLANK, r"\\text{[\1]}", re.sub(PLACEHOLDER, "2", tex))


def _duplicates(questions: Sequence[Placed], others: Sequence[Placed]) -> Iterator[Finding]:
    seen = {placed.question.id: placed for placed in others}
    for placed in questions:
        first = seen.setdefault(placed.question.id, placed)
        if first is not placed:
            place = f"{first.document.file}:{first.document.position(first.loc)[0]}"
            yield _finding(
                placed, Severity.ERROR, ("duplicate-id", ("id",), f"the id also stands at {place}.", "Take another.")
            )


def _lonely_tags(questions: Sequence[Placed], others: Sequence[Placed]) -> Iterator[Finding]:
    uses = misconception_uses([*questions, *others])
    for placed in questions:
        for tag in sorted(misconception_uses([placed])):
            if uses[tag] == 1:
                problem = (
                    "misconception-once",
                    (),
                    f"the misconception {tag} is named once.",
                    "Name it twice or drop it.",
                )
                yield _finding(placed, Severity.WARNING, problem)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return frozenset(tuple(found[index : index + 3]) for index in range(max(1, len(found) - 2)))


def _near_duplicates(questions: Sequence[Placed], others: Sequence[Placed]) -> Iterator[Finding]:
    """Questions whose three-word sequences overlap by more than 0.8 (Jaccard) with an earlier one's."""
    known = [(placed, _shingles(placed.question.q), content_words(placed.question.q)) for placed in others]
    for placed in questions:
        mine, bag = _shingles(placed.question.q), content_words(placed.question.q)
        for other, theirs, _ in known:
            if len(mine & theirs) > 0.8 * len(mine | theirs) and len(bag) > 1 and other is not placed:
                problem = ("near-duplicate", ("q",), f"the question reads almost like {other.question.id}.", "")
                yield _finding(placed, Severity.WARNING, problem)
        known.append((placed, mine, bag))
