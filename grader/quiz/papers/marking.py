"""Marks returned answer sheets with the instructor's copy."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..analysis.responses import Response, response_of
from ..check import Answer, NotAnAnswer, mark, mark_readable
from ..item import Gaps, Item, Steps
from ..variants import realise
from .draw import KEY, KEY_VERSION, slots

MAX_BYTES = 200_000
_LINE = re.compile(r"\s*([A-Za-z0-9_.]+)\s*:\s?(.*)")


class MarkingError(ValueError):
    """A folder that cannot be marked; the message says why."""


class Sheet(NamedTuple):
    """A returned sheet: whose it is, its paper's number, its answers by slot, and remarks on unreadable lines."""

    file: Path
    student: str
    paper: str
    answers: Mapping[str, str]
    remarks: tuple[str, ...]


class MarkedPaper(NamedTuple):
    """One marked paper."""

    student: str
    name: str
    points: float
    max_points: float
    responses: tuple[Response, ...]
    remarks: tuple[str, ...]


def read_key(folder: Path) -> dict[str, Any]:
    """The instructor's copy of a folder of papers; raises MarkingError."""
    file = folder / KEY
    try:
        key: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise MarkingError(f"{file}: {error.strerror}. Name the folder that `grade quiz paper` wrote.") from None
    except ValueError as error:
        raise MarkingError(f"{file} is damaged: {error}.") from None
    if not isinstance(key, dict) or key.get("version") != KEY_VERSION:
        raise MarkingError(f"{file} was not written by this version of `grade quiz paper`.")
    return key


def read_sheet(file: Path) -> Sheet:
    """A returned sheet; what cannot be read is a remark, never an exception."""
    remarks: list[str] = []
    if file.stat().st_size > MAX_BYTES:
        return Sheet(file, "", "", {}, (f"{file.name} has more than {MAX_BYTES} bytes and is not read.",))
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_bytes().decode("utf-8-sig", "replace").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if not match:
            remarks.append(f"{file.name}:{number}: not of the form `number: answer`: {line.strip()[:40]!r}.")
            continue
        name = match[1].lower()
        if name in found and found[name] != match[2].strip():
            remarks.append(f"{file.name}:{number}: {name} stands twice; the last one counts.")
        found[name] = match[2].strip()
    return Sheet(file, found.pop("student", ""), found.pop("paper", ""), found, tuple(remarks))


def mark_folder(folder: Path, returned: Path | None = None) -> tuple[list[MarkedPaper], list[str]]:
    """Every student's marked paper, those who returned nothing with 0 points, and remarks on stray sheets."""
    key = read_key(folder)
    place = returned or (folder / "returned" if (folder / "returned").is_dir() else folder / "answers")
    sheets: dict[str, Sheet] = {}
    remarks: list[str] = []
    for file in sorted(place.glob("*.txt")):
        sheet = read_sheet(file)
        student = sheet.student or file.stem
        if student not in key["students"]:
            remarks.append(f"{file.name}: the student {student!r} is not on the roster; not marked.")
        elif sheet.paper and sheet.paper != key["students"][student]["paper"]:
            remarks.append(f"{file.name}: paper {sheet.paper} is not the one of {student}; not marked.")
        elif student in sheets:
            remarks.append(f"{file.name}: {student} has returned two sheets; {sheets[student].file.name} is marked.")
        else:
            sheets[student] = sheet
    papers = [_mark_paper(key, student, sheets.get(student)) for student in key["students"]]
    return papers, remarks


def _mark_paper(key: Mapping[str, Any], student: str, sheet: Sheet | None) -> MarkedPaper:
    paper = key["students"][student]
    answers = dict(sheet.answers) if sheet else {}
    remarks = list(sheet.remarks) if sheet else ["no sheet was returned."]
    responses = []
    for place, question in enumerate(paper["questions"], 1):
        item = realise(key["records"][question["id"]], question["seed"])
        certainty = _certainty(answers.pop(f"{place}.sure", ""), place, remarks)
        answer, blank = _answer(item, place, answers)
        responses.append(_respond(item, student, place, answer, blank, certainty, question["points"], remarks))
    remarks += [f"{name}: the paper has no such answer." for name in answers]
    points = sum(response.score * response.points for response in responses)
    return MarkedPaper(
        student, paper["name"], points, sum(r.points for r in responses), tuple(responses), tuple(remarks)
    )


def _certainty(text: str, place: int, remarks: list[str]) -> int | None:
    if text in ("1", "2", "3"):
        return int(text)
    if text:
        remarks.append(f"{place}.sure: {text!r} is not 1, 2 or 3.")
    return None


def _answer(item: Item, place: int, answers: dict[str, str]) -> tuple[Answer, bool]:
    """The answer to a question put together from its slots, and whether all of them are empty."""
    parts = {name: answers.pop(f"{place}{'.' + name.lower() if name else ''}", "") for name, _ in slots(item)}
    blank = not any(parts.values())
    if list(parts) == [""]:
        return parts[""], blank
    if isinstance(item.body, Steps):
        whole: list[Answer] = []
        for number, step in enumerate(item.body.steps, 1):
            if isinstance(step.body, Gaps):
                whole.append(tuple(parts[f"step{number}.{gap.name}"] for gap in step.body.gaps))
            else:
                whole.append(parts[f"step{number}"])
        return tuple(whole), blank
    return tuple(parts.values()), blank


def _respond(
    item: Item, student: str, place: int, answer: Answer, blank: bool, certainty: int | None, points: float,
    remarks: list[str],
) -> Response:  # fmt: skip
    if blank:
        return response_of(item, student, place, "", None, certainty, points)
    try:
        marked = mark(item.body, answer)
    except NotAnAnswer as error:
        marked_parts = mark_readable(item.body, answer)
        if marked_parts is None:
            remarks.append(f"{place}: {answer!r} cannot be read and counts as wrong. ({error})")
            return response_of(item, student, place, answer, None, certainty, points, unreadable=True)
        remarks.append(f"{place}: a part of {answer!r} cannot be read and counts as wrong. ({error})")
        marked = marked_parts
    return response_of(item, student, place, answer, marked, certainty, points)


def marks_csv(papers: Sequence[MarkedPaper]) -> str:
    """One line a student: points, share, and the score of each question."""
    wide = max((len(paper.responses) for paper in papers), default=0)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["id", "name", "points", "max_points", "share", *(f"q{place}" for place in range(1, wide + 1)), "remarks"]
    )
    for paper in papers:
        share = paper.points / paper.max_points if paper.max_points else 0.0
        scores = [f"{response.score:.4g}" for response in paper.responses]
        writer.writerow([
            paper.student, paper.name, f"{paper.points:.4g}", f"{paper.max_points:.4g}", f"{share:.4f}",
            *scores, *[""] * (wide - len(scores)), " | ".join(paper.remarks),
        ])  # fmt: skip
    return out.getvalue()


def marks_json(title: str, papers: Sequence[MarkedPaper], records: Mapping[str, Any]) -> str:
    """Everything that the item analysis reads: each response with what was chosen, and the questions."""
    document = {
        "schema": 1, "title": title, "records": records,
        "papers": [
            {**paper._asdict(), "responses": [response._asdict() for response in paper.responses]} for paper in papers
        ],
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1)
