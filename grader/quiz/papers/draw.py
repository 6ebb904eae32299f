"""Papers: questions drawn from a blueprint for each student, printed without keys.

OUT/papers/<id>.md   the questions, maths as TeX        OUT/answers/<id>.txt   the sheet to fill in and return
OUT/papers/<id>.txt  the same, maths drawn              OUT/key.json           the instructor's copy; keep it private
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from ...texbox import Mode
from ..bank import Bank
from ..document import read_document
from ..formula import FormulaError
from ..item import LETTERS, Body, Gaps, Item, Judging, Matching, Ordering, Picking, Spot, Steps
from ..schema import Bloom, Id, Model, Text
from ..screen import Screen, asked_for, code_lines, gaps_shown
from ..variants import realise, seed_of
from .roster import Student

KEY = "key.json"
KEY_VERSION = 1
QuestionType = Literal[
    "single", "multi", "truefalse", "numeric", "shape", "order", "match", "cloze", "short", "derive", "bug"
]


class PaperError(ValueError):
    """A paper that cannot be drawn; the message says what is missing."""


class Section(Model):
    """So many questions of these topics, difficulties, levels and types."""

    topics: list[Id] = Field(min_length=1)
    count: int = Field(ge=1, le=100)
    difficulty: list[int] = Field(default_factory=lambda: [1, 5], min_length=2, max_length=2)
    bloom: list[Bloom] = Field(default_factory=list)
    types: list[QuestionType] = Field(default_factory=list)
    points: float = Field(1.0, gt=0)

    @model_validator(mode="after")
    def _range(self) -> Section:
        if not 1 <= self.difficulty[0] <= self.difficulty[1] <= 5:
            raise ValueError("difficulty is [lowest, highest] between 1 and 5")
        return self


class Blueprint(Model):
    """What a paper holds: sections, the statuses to draw from, whether all students get the same questions."""

    title: Text
    statuses: list[Literal["reviewed", "exam"]] = Field(["reviewed", "exam"], min_length=1)
    same: bool = False
    certainty: bool = False
    sections: list[Section] = Field(min_length=1, max_length=40)


def read_blueprint(file: Path) -> Blueprint:
    """The blueprint of a YAML file; raises PaperError with places and repairs."""
    document = read_document(file)
    if document.faults:
        raise PaperError("\n".join(str(fault) for fault in document.faults))
    try:
        return Blueprint.model_validate(document.value)
    except ValidationError as error:
        lines = []
        for one in error.errors(include_url=False):
            loc = tuple(one["loc"])
            lines.append(str(document.fault(loc, f"{one['msg']}.")))
        raise PaperError("\n".join(lines)) from None


def pools(bank: Bank, blueprint: Blueprint) -> list[list[dict[str, Any]]]:
    """For each section the questions it may draw from; raises PaperError where there are too few."""
    topics = {topic.id: topic for topic in bank.head.topics}
    names = topics.keys() | {topic.group for topic in topics.values()}
    found = []
    for number, section in enumerate(blueprint.sections, 1):
        unknown = [topic for topic in section.topics if topic not in names]
        if unknown:
            raise PaperError(f"section {number}: the topic {unknown[0]} is not in the bank.")
        pool = [p.record for p in bank.questions if p.status in blueprint.statuses and _fits(p.record, section)]
        if len(pool) < section.count:
            raise PaperError(
                f"section {number} ({', '.join(section.topics)}) wants {section.count} questions and finds {len(pool)}."
                " Widen topics, difficulty or types."
            )
        found.append(pool)
    return found


def _fits(record: Mapping[str, Any], section: Section) -> bool:
    return (
        (record["topic"] in section.topics or record["group"] in section.topics)
        and section.difficulty[0] <= record["difficulty"] <= section.difficulty[1]
        and (not section.bloom or record["bloom"] in section.bloom)
        and (not section.types or record["type"] in section.types)
    )


def draw_questions(
    blueprint: Blueprint, found: Sequence[Sequence[dict[str, Any]]], seed: str
) -> list[tuple[dict[str, Any], float]]:
    """Questions and their points for one seed; none twice, siblings of one family neither while others are left."""
    rng = random.Random(seed)
    taken: set[str] = set()
    families: set[str] = set()
    drawn = []
    for section, pool in zip(blueprint.sections, found):
        shuffled = rng.sample(list(pool), len(pool))
        free = [record for record in shuffled if record["id"] not in taken]
        apart = [record for record in free if (record["family"] or record["id"]) not in families]
        chosen = (apart + [record for record in free if record not in apart])[: section.count]
        if len(chosen) < section.count:
            raise PaperError("sections overlap, and too few questions are left for all of them.")
        for record in chosen:
            taken.add(record["id"])
            families.add(record["family"] or record["id"])
            drawn.append((record, section.points))
    return drawn


def write_papers(
    bank: Bank, blueprint: Blueprint, students: Sequence[Student], out: Path, secret: str | None = None
) -> int:
    """Write a paper for each student and the instructor's copy; returns the number of papers.

    A secret of 128 random bits seeds the draws unless one is given; with it the same papers come out again.
    """
    if (out / KEY).exists():
        raise PaperError(f"{out / KEY} exists: papers were drawn there. Take another folder, or delete it yourself.")
    secret = secret or secrets.token_hex(16)
    found = pools(bank, blueprint)
    (out / "papers").mkdir(parents=True, exist_ok=True)
    (out / "answers").mkdir(exist_ok=True)
    key: dict[str, Any] = {
        "version": KEY_VERSION, "title": blueprint.title, "secret": secret, "certainty": blueprint.certainty,
        "records": {}, "students": {},
    }  # fmt: skip
    for student in students:
        drawn = draw_questions(blueprint, found, f"{secret} {'' if blueprint.same else student.id}")
        key["students"][student.id] = _write_one(blueprint, student, drawn, out, secret)
        key["records"].update({record["id"]: record for record, _ in drawn})
    _write_private(out / KEY, json.dumps(key, ensure_ascii=False, indent=1))
    return len(students)


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def paper_number(secret: str, student: str) -> str:
    """A number that ties an answer sheet to its paper and tells nothing of the secret."""
    return hashlib.sha256(f"{secret} paper {student}".encode()).hexdigest()[:12]


def _write_one(
    blueprint: Blueprint, student: Student, drawn: Sequence[tuple[dict[str, Any], float]], out: Path, secret: str
) -> dict[str, Any]:
    items = []
    for record, _ in drawn:
        seed = seed_of(secret, "same" if blueprint.same else student.id, record["id"])
        try:
            items.append(realise(record, seed))
        except FormulaError as error:
            raise PaperError(f"question {record['id']}: {error}. `grade lint` says more.") from None
    number = paper_number(secret, student.id)
    points = [each for _, each in drawn]
    head = [blueprint.title, f"Student {student.id}{f', {student.name}' if student.name else ''}. Paper {number}."]
    (out / "papers" / f"{student.id}.md").write_text(_markdown(head, items, points), encoding="utf-8")
    (out / "papers" / f"{student.id}.txt").write_text(_drawn(head, items, points), encoding="utf-8")
    sheet = answer_sheet(head, student.id, number, items, blueprint.certainty)
    (out / "answers" / f"{student.id}.txt").write_text(sheet, encoding="utf-8")
    return {
        "name": student.name, "paper": number,
        "questions": [{"id": item.id, "seed": item.seed, "points": each} for item, each in zip(items, points)],
    }  # fmt: skip


def _markdown(head: Sequence[str], items: Sequence[Item], points: Sequence[float]) -> str:
    lines = [f"# {head[0]}", "", head[1], ""]
    for number, (item, each) in enumerate(zip(items, points), 1):
        lines += [f"## {number} ({each:g} {'point' if each == 1 else 'points'})", "", gaps_shown(item.prompt), ""]
        if item.code:
            lines += ["```python", *_code(item), "```", ""]
        lines += [*_markdown_body(item.body), f"*Answer: {asked_for(item.body)}.*", ""]
    return "\n".join(lines)


def _code(item: Item) -> list[str]:
    return code_lines(item.code or "", numbered=isinstance(item.body, Spot))


def _markdown_body(body: Body) -> list[str]:
    return [line for lines in _parts(body) for line in [*lines, ""]]


def _parts(body: Body) -> Iterator[list[str]]:
    """The lists that belong to a question, one after another, as labelled lines of source text."""
    match body:
        case Picking(options=options):
            yield [f"- {LETTERS[place]}) {option.text}" for place, option in enumerate(options)]
        case Judging():
            yield ["- t) true", "- f) false"]
        case Ordering(shown=shown):
            yield [f"- {place}) {text}" for place, text in enumerate(shown, 1)]
        case Matching(lefts=lefts, rights=rights):
            yield [f"- {place}) {text}" for place, text in enumerate(lefts, 1)]
            yield [f"- {LETTERS[place]}) {text}" for place, text in enumerate(rights)]
        case Gaps(gaps=gaps):
            for gap in gaps:
                if isinstance(gap.body, Picking):
                    yield [f"[{gap.name}]"]
                    yield from _parts(gap.body)
        case Spot(fix=Picking() as fix):
            yield ["Which repair is right?"]
            yield from _parts(fix)
        case Steps(steps=steps):
            for place, step in enumerate(steps, 1):
                yield [f"Step {place}. {gaps_shown(step.prompt)} ({asked_for(step.body)})"]
                yield from _parts(step.body)


def _drawn(head: Sequence[str], items: Sequence[Item], points: Sequence[float]) -> str:
    screen = Screen(80, Mode.UNICODE, False)
    lines = [*head, ""]
    for number, (item, each) in enumerate(zip(items, points), 1):
        lines += ["", f"{number} ({each:g} {'point' if each == 1 else 'points'})", *screen.prose(item.prompt), ""]
        lines += [*_code(item), ""] if item.code else []
        for part in _parts(item.body):
            for text in part:
                lines += screen.prose(text.removeprefix("- "), "     ", "  ")
            lines.append("")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def slots(item: Item) -> list[tuple[str, Body]]:
    """The names of the answers that a question wants, as they stand on the answer sheet after its number."""
    match item.body:
        case Gaps(gaps=gaps):
            return [(gap.name, gap.body) for gap in gaps]
        case Spot(fix=Picking() as fix):
            return [("line", item.body._replace(fix=None)), ("repair", fix)]
        case Steps(steps=steps):
            found: list[tuple[str, Body]] = []
            for place, step in enumerate(steps, 1):
                if isinstance(step.body, Gaps):
                    found += [(f"step{place}.{gap.name}", gap.body) for gap in step.body.gaps]
                else:
                    found.append((f"step{place}", step.body))
            return found
        case body:
            return [("", body)]


def answer_sheet(head: Sequence[str], student: str, number: str, items: Sequence[Item], certainty: bool) -> str:
    """The sheet to fill in: one line for each answer."""
    lines = [
        f"# {head[0]}", "# Write each answer behind its colon and change nothing else. Return this file.",
        f"student: {student}", f"paper: {number}", "",
    ]  # fmt: skip
    for place, item in enumerate(items, 1):
        for name, body in slots(item):
            lines += [f"# {asked_for(body)}", f"{place}{'.' + name if name else ''}: "]
        if certainty:
            lines += ["# how sure: 1 guess, 2 rather sure, 3 sure", f"{place}.sure: "]
    return "\n".join(lines) + "\n"
