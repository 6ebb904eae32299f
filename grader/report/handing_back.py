"""Writes what students see: a file for each, and the archives that Moodle takes as feedback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from grader.classroom import Identity, Row, Run
from grader.render.text import counted
from grader.report.escape import csv_cell
from grader.report.feedback import Feedback, FeedbackMaker, as_html, as_text
from grader.report.files import make_private, write_text, zip_writer
from grader.report.formats.moodle import ALL, feedback_member, participant
from grader.report.formats.tables import lines

Quiz = Callable[[str], tuple[str, float, float] | None]
"""Title, points and the most points of a student's quiz paper."""


def preview(run: Run, student: str, who: Identity | None, maker: FeedbackMaker, quiz: Quiz) -> str:
    """What one student will see, as text."""
    return as_text(maker.student(_name(who), tuple(run.rows(student=student)), quiz(student)))


def write_feedback(
    run: Run, people: Mapping[str, Identity], folder: Path, maker: FeedbackMaker, quiz: Quiz
) -> list[str]:
    """Writes the files of all students into a folder; what was written, in words."""
    make_private(folder)
    index = []
    for_moodle = any(participant(who) for who in people.values())
    with ExitStack() as stack:
        archives = _Archives(run, folder, maker, stack) if for_moodle else None
        for student, group in groupby(run.rows(), key=lambda row: row.student):
            rows, who = tuple(group), people.get(student)
            made = maker.student(_name(who), rows, quiz(student))
            write_text(folder / f"{student}.html", (as_html(made),))
            write_text(folder / f"{student}.txt", (as_text(made),))
            index.append(_index_row(student, who))
            if archives and who and participant(who):
                archives.add(who, rows, made)
    write_text(folder / "index.csv", lines([("file", "id", "name", "email"), *index]))
    written = [f"Written: {folder}: feedback for {counted(len(index), 'student')}; index.csv says whose is whose"]
    return written + ([f"Written: {folder}/moodle_*.zip: feedback for assignments in Moodle"] if for_moodle else [])


class _Archives:
    """Moodle's archives: one for each exercise, and one of everything for an assignment that took all of them."""

    def __init__(self, run: Run, folder: Path, maker: FeedbackMaker, stack: ExitStack) -> None:
        names = [exercise.id for exercise in run.exercises]
        names += [ALL] if len(names) > 1 else []
        self.adding = {name: stack.enter_context(zip_writer(folder / f"moodle_{name}.zip")) for name in names}
        self.maker = maker

    def add(self, who: Identity, rows: Sequence[Row], made: Feedback) -> None:
        """A participant's feedback, in each archive."""
        for name, part in self._parts(rows, made):
            self.adding[name](f"{feedback_member(who)}/feedback.html", as_html(part))

    def _parts(self, rows: Sequence[Row], made: Feedback) -> Iterator[tuple[str, Feedback]]:
        graded = [(number, row) for number, row in enumerate(rows) if row.packed]
        for number, row in graded:
            yield row.exercise, self.maker.part(made, number, row)
        if graded and ALL in self.adding:
            yield ALL, made


def _name(who: Identity | None) -> str:
    return (who.name or who.student) if who else ""


def _index_row(student: str, who: Identity | None) -> Sequence[str]:
    texts = (who.student, who.name, who.email) if who else ("", "", "")
    return [f"{student}.html", *map(csv_cell, texts)]
