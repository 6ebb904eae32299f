"""`grade report-problem`: notes that something in the course seems wrong; it goes into the next submission."""

from __future__ import annotations

import difflib
from datetime import datetime

import click

import grader
from grader.catalog import Course, MissingFile, UnknownName, find_course, resolve
from grader.cli.names import ExerciseName
from grader.cli.terminal import log, page, show
from grader.record import Problem, Record
from grader.render.text import Line
from grader.state import RecordError, state_folder

MAX_TEXT = 1000


@click.command("report-problem")
@click.argument("text", required=False)
@click.argument("about", required=False, metavar="[EXERCISE|QUESTION]", type=ExerciseName())
def report_problem(text: str | None, about: str | None) -> int:
    """Note that a sheet, a hint, a verdict or a question seems wrong; without TEXT, show what you have noted.

    The note stays on this machine until you hand in: `grade submit` shows it and puts it into the submission.

    Example: grade report-problem "hint 2 of softmax speaks of rows, the sheet of columns" exercise2
    """
    course = find_course()
    subject = _subject(course, about) if about else ""
    if text is not None and not 0 < len(text.strip()) <= MAX_TEXT:
        raise click.UsageError(f"say in up to {MAX_TEXT} characters what seems wrong")
    try:
        with Record(state_folder(course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            if text is None:
                show(_noted(record.problems()))
                return 0
            record.add_problem(subject, text.strip(), grader.__version__)
    except RecordError as error:
        raise click.ClickException(f"it could not be noted: {error}") from error
    show([Line(f"Noted{f' on {subject}' if subject else ''}. It goes into your next `grade submit`.")])
    return 0


def _subject(course: Course, word: str) -> str:
    """The exercise (and function) or the question that a word means; UnknownName with near names if there is none."""
    try:
        target = resolve(course, word)
    except MissingFile as gone:
        return gone.exercise.id
    except UnknownName as unknown:
        questions = _questions(course)
        if word in questions:
            return word
        near = difflib.get_close_matches(word, questions, 3, 0.6)
        hint = f"Near: {', '.join(near)}" if near else unknown.hint
        raise UnknownName(f"{word!r} is no exercise, function or question", hint) from unknown
    return f"{target.exercise.id}{f' {target.function}' if target.function else ''}"


def _questions(course: Course) -> list[str]:
    """The ids of all questions; empty where there is no bank, or none that can be read."""
    from grader.quiz.commands import HEAD
    from grader.quiz.fault import BankError
    from grader.quiz.index import open_index

    if not (course.root / HEAD).is_file():
        return []
    try:
        index = open_index(course.root, state_folder(course.root) / "cache")
    except (BankError, RecordError):
        return []
    try:
        return index.ids()
    finally:
        index.close()


def _noted(problems: tuple[Problem, ...]) -> list[Line]:
    if not problems:
        return [Line('Nothing is noted. To note something: grade report-problem "what seems wrong" exercise3')]
    where = page()
    texts = (f"{datetime.fromtimestamp(p.at):%Y-%m-%d} {p.about or 'in general'}: {p.text}" for p in problems)
    return [Line(line) for text in texts for line in where.wrap(text, "    ", "  ")]
