"""Responses: who answered what to which question, from marked papers or from exported logs of self-quizzes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..check import Answer, Marked, NotAnAnswer, mark, options_in
from ..formula import FormulaError
from ..item import Item, Judging, Picking
from ..store import answer_text
from ..variants import realise


class ResponseError(ValueError):
    """A run that cannot be read; the message says why."""


class Response(NamedTuple):
    """One response. `chosen` holds the places of the chosen options as the author wrote them."""

    student: str
    place: int
    question: str
    values: Mapping[str, Any]
    answer: str
    score: float
    points: float
    chosen: tuple[int, ...]
    misconceptions: tuple[str, ...]
    certainty: int | None
    milliseconds: int | None
    state: str  # answered, blank or unreadable


def response_of(
    item: Item, student: str, place: int, answer: Answer, marked: Marked | None, certainty: int | None, points: float,
    milliseconds: int | None = None, unreadable: bool = False,
) -> Response:  # fmt: skip
    """The response for a marked answer; without a mark it is blank or unreadable and scores 0."""
    state = "answered" if marked else "unreadable" if unreadable else "blank"
    return Response(
        student, place, item.id, dict(item.values), answer_text(answer), marked.score if marked else 0.0, points,
        _chosen(item, answer) if marked else (), marked.misconceptions if marked else (), certainty, milliseconds,
        state,
    )  # fmt: skip


def _chosen(item: Item, answer: Answer) -> tuple[int, ...]:
    if not isinstance(answer, str):
        return ()
    if isinstance(item.body, Picking):
        return tuple(sorted(item.body.options[place].origin for place in options_in(answer, item.body.options)))
    if isinstance(item.body, Judging):
        return (0 if (mark(item.body, answer).right == item.body.answer) else 1,)
    return ()


class Run(NamedTuple):
    """The responses of a run and the questions that they answer."""

    title: str
    responses: tuple[Response, ...]
    records: Mapping[str, Mapping[str, Any]]
    papers: bool  # whether everybody answered one paper, so that totals can be compared


def read_run(path: Path, records: Mapping[str, Mapping[str, Any]]) -> tuple[Run, list[str]]:
    """A marked folder of papers, or a log (`--export csv`) or a folder of logs, one a student; and remarks.

    From logs only the first answer of a student to a question counts. Raises ResponseError.
    """
    marks = path / "marks.json"
    if path.is_dir() and marks.exists():
        return _from_marks(marks), []
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise ResponseError(f"{path} holds neither marks.json (run `grade quiz mark` first) nor exported logs (*.csv).")
    remarks: list[str] = []
    responses = [response for file in files for response in _from_log(file, records, remarks)]
    return Run(path.name, tuple(responses), records, papers=False), remarks


def _from_marks(file: Path) -> Run:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        responses = [
            Response(**{**raw, "chosen": tuple(raw["chosen"]), "misconceptions": tuple(raw["misconceptions"])})
            for paper in document["papers"]
            for raw in paper["responses"]
        ]
        return Run(document["title"], tuple(responses), document["records"], papers=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResponseError(f"{file} cannot be read: {error}. Run `grade quiz mark` again.") from None


def _from_log(file: Path, records: Mapping[str, Mapping[str, Any]], remarks: list[str]) -> list[Response]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ResponseError(f"{file} cannot be read: {error}.") from None
    if rows and not {"kind", "question", "seed", "answer", "undoes"} <= rows[0].keys():
        raise ResponseError(f"{file} is not a log written by `grade quiz --export csv`.")
    undone = {row["undoes"] for row in rows if row["undoes"]}
    first: dict[str, Response] = {}
    for row in rows:
        name = row["question"]
        if row["kind"] != "answer" or row["id"] in undone or name in first:
            continue
        response = _replayed(file.stem, len(first) + 1, row, records, remarks)
        if response is not None:
            first[name] = response
    return list(first.values())


def _replayed(
    student: str, place: int, row: Mapping[str, str], records: Mapping[str, Mapping[str, Any]], remarks: list[str]
) -> Response | None:
    record = records.get(row["question"])
    if record is None or record.get("content") != row["content"]:
        remarks.append(f"{student}: {row['question']} is not in the bank as it was answered; left out.")
        return None
    try:
        item = realise(record, int(row["seed"]))
        text = row["answer"].removeprefix("'")
        answer = _as_answer(json.loads(text)) if text.startswith("[") else text
        marked = mark(item.body, answer)
        certainty = int(row["certainty"]) if row["certainty"] else None
        return response_of(item, student, place, answer, marked, certainty, 1.0, int(row["milliseconds"]))
    except (ValueError, FormulaError, NotAnAnswer) as error:
        remarks.append(f"{student}: the answer to {row['question']} cannot be replayed ({error}); left out.")
        return None


def _as_answer(value: object) -> Answer:
    return tuple(_as_answer(part) for part in value) if isinstance(value, list) else str(value)
