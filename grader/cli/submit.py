"""`grade submit`: packs what is handed in."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import grader
from grader.catalog import Course, CourseFault, ExerciseFiles, find_course
from grader.cli.names import Chosen, ExerciseName, choose, shortest
from grader.cli.options import plain_option
from grader.cli.student import can_ask, file_error, wrapped
from grader.cli.terminal import log, page, show
from grader.record import Problem, Record
from grader.state import RecordError, state_folder

if TYPE_CHECKING:
    from grader.student.identity import Student
    from grader.student.submit import Entry, Submission


@click.command("submit")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...", type=ExerciseName())
@click.option("--name", help="Your name; asked once and kept.")
@click.option("--id", "student_id", help="Your student number or login; asked once and kept.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@plain_option
def submit(exercises: tuple[str, ...], name: str | None, student_id: str | None, out: Path | None, plain: bool) -> int:
    """Pack exercises into one zip file to hand in; without EXERCISE, all that you have begun.

    It holds your files as they are and a manifest: who you are, hashes, versions, the points of your own runs, and the
    problems that you noted with `grade report-problem`. It holds nothing else, and it is shown before it is written.

    Example: grade submit exercise17 exercise18
    """
    from grader.student.originals import keep_originals
    from grader.student.submit import ArchiveError, Submission, file_name, fitted, write_archive

    course = find_course()
    if out is not None and os.path.lexists(out):
        raise click.UsageError(f"{out} is there already, and no file is overwritten: name another one")
    keep_originals(course)
    chosen = _wanted(course, exercises)
    state = _state_or_none(course)
    student = _student(state, name, student_id)
    entries = _graded_entries(course, chosen)
    versions = {
        "grader": grader.__version__,
        "python": platform.python_version(),
        "numpy": _numpy_version(),
        "system": sys.platform,
    }
    problems = _problems(course)
    submission = fitted(Submission(course.name, student, time.time(), versions, entries, problems))
    if left_out := len(problems) - len(submission.problems):
        log(f"grade: the oldest {left_out} of {len(problems)} noted problems are left out: there are too many")
    where = page(plain)
    path = out or course.root / file_name(submission)
    show(wrapped(_contents(submission), where))
    try:
        written = write_archive(path, submission)
    except ArchiveError as error:
        raise click.ClickException(f"{error}; it is not kept. Is the disk full or damaged?") from error
    except OSError as error:
        raise file_error(error, course, "nothing is written") from error
    size = written.stat().st_size / 1000
    done = f"Written and read back: {shortest(written)} ({size:.0f} kB). Hand in this file."
    show(wrapped(iter([done]), where))
    return 0


def _state_or_none(course: Course) -> Path | None:
    try:
        return state_folder(course.root)
    except RecordError as error:
        log(f"grade: progress cannot be read: {error}")
        return None


def _wanted(course: Course, words: Sequence[str]) -> list[ExerciseFiles]:
    """The exercises named, or all that are begun, in the course's order."""
    from grader.student.blocks import is_untouched
    from grader.student.originals import decoded

    if words:
        named = {choose(word).exercise.id for word in words}
        return [exercise for exercise in course.exercises if exercise.id in named]
    begun = [e for e in course.exercises if not is_untouched(decoded(_source(e)))]
    if not begun:
        raise click.UsageError(
            "nothing is begun yet, so there is nothing to hand in; name an exercise to hand it in as it is"
        )
    return begun


def _source(exercise: ExerciseFiles) -> bytes:
    from grader.grading import SubmissionError, read_submission

    try:
        return read_submission(exercise.stub)
    except SubmissionError as error:
        raise click.UsageError(str(error)) from error


def _student(state: Path | None, name: str | None, student_id: str | None) -> Student:
    """Who hands in: as said now, as kept, or as asked; kept for the next time."""
    from grader.student.identity import Student, keep_student, kept_student, problem_of

    kept = kept_student(state) if state is not None else None
    said = name if name is not None else kept.name if kept else None
    said_id = student_id if student_id is not None else kept.id if kept else None
    if said is None or said_id is None:
        if not can_ask():
            raise click.UsageError('who hands in? Say it once: grade submit --name "Ada Lovelace" --id 1815')
        said = said if said is not None else click.prompt("Your name")
        said_id = said_id if said_id is not None else click.prompt("Your student number or login")
    for text, option in ((said, "--name"), (said_id, "--id")):
        if problem := problem_of(text):
            raise click.UsageError(f"{option} {problem}")
    student = Student(said.strip(), said_id.strip())
    if state is not None and student != kept:
        try:
            keep_student(state, student)
        except OSError as error:
            log(f"grade: your name is not kept for the next time: {error.strerror}")
    return student


def _graded_entries(course: Course, chosen: Sequence[ExerciseFiles]) -> tuple[Entry, ...]:
    """Every file with the points that it has now; it is no attempt."""
    from grader.cli.grading import PRACTICE, Request, sandbox_for
    from grader.cli.study import plan_of
    from grader.cli.waiting import progress_of
    from grader.grading import grade_source
    from grader.student.submit import Entry
    from grader.verdict import Status

    entries = []
    with sandbox_for(course, Request(None, PRACTICE, None)) as sandbox, progress_of("grading") as report:
        for number, exercise in enumerate(chosen):
            report(number, len(chosen))
            source, stub = _source(exercise), _stub_hash(course, exercise)
            try:
                plan = plan_of(Chosen(course, exercise, ()), PRACTICE)
                result = grade_source(plan, source, exercise.stub, sandbox, course=course.name)
            except CourseFault as fault:
                log(f"grade: {exercise.short} is handed in without points: {fault}")
                entries.append(Entry(exercise.id, source, stub))
                continue
            points = None if result.status is Status.BROKEN else result.points
            entries.append(Entry(exercise.id, source, stub, result.status.value, points, result.max_points))
    return tuple(entries)


def _stub_hash(course: Course, exercise: ExerciseFiles) -> str:
    """The hash of the sheet that a file was made from; empty where it is not kept."""
    from grader.student.originals import kept_original

    original = kept_original(course, exercise.stub.name)
    return "" if original is None else hashlib.sha256(original).hexdigest()


def _numpy_version() -> str:
    import numpy as np

    return np.__version__


def _problems(course: Course) -> tuple[Problem, ...]:
    try:
        with Record(state_folder(course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            return record.problems()
    except RecordError as error:
        log(f"grade: problems that you noted cannot be read, and are not handed in: {error}")
        return ()


def _contents(submission: Submission) -> Iterator[str]:
    """What is about to be written, so that it can be read before."""
    student = submission.student
    yield f"{submission.course}: submission of {student.name} ({student.id})"
    for entry in submission.entries:
        points = "not graded here" if entry.points is None else f"{entry.points}/{entry.max_points} points"
        yield f"  {entry.path}: {points}, {len(entry.data)} bytes, sha256 {entry.sha256[:12]}"
    for problem in submission.problems:
        yield f"  problem noted{f' on {problem.about}' if problem.about else ''}: {problem.text}"
    count = len(submission.entries)
    yield f"  manifest.json: the lines above, and {', '.join(f'{k} {v}' for k, v in submission.versions.items())}"
    yield f"{count} file{'s' * (count != 1)}, {submission.points}/{submission.max_points} points by your own runs"
