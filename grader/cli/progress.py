"""`grade` and `grade progress`: where a student is, and the next step; `grade progress exercise3`: how it went so far."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import click

import grader
from grader.catalog import Course, ExerciseInfo, NoCourse, find_course, index, info_of
from grader.cli.names import Chosen, ExerciseName, cache_folder, choose, shortest
from grader.cli.options import json_option, plain_option
from grader.cli.terminal import echo_json, log, page, show
from grader.record import Attempt, HintRead, Record, Standing
from grader.render.progress import Place, map_screen, next_place, places
from grader.render.text import Line
from grader.state import RecordError, state_folder

WELCOME = (
    "grade: NumPy exercises and a quiz on the mathematics of deep learning",
    "",
    "There is no course in this folder. A course is a folder that holds exercises/:",
)
BRING: Final = (
    "  grade init course       write one here, into a new folder named course",
    "  cd course && grade      the map of its exercises and the next step",
)
FIND: Final = (
    "  cd FOLDER && grade      the map of its exercises and the next step",
    "  grade exercise1         grade what you wrote in exercises/exercise01_*.py",
)
HELP: Final = "  grade --help            everything else"


@click.command("progress")
@click.argument("exercise", required=False, type=ExerciseName())
@json_option
@plain_option
def progress(exercise: str | None, as_json: bool, plain: bool) -> int:
    """Show the map: what is done, what is open, what waits for an earlier exercise, and the next step.

    An exercise is done when all its functions passed the last time they were graded. With EXERCISE: every attempt at it
    and what it changed.

    Example: grade progress exercise17
    """
    if exercise is not None:
        _history(choose(exercise), as_json, plain)
        return 0
    try:
        course = find_course()
    except NoCourse as error:
        if as_json or error.hint.startswith("Point"):
            raise
        show([Line(text) for text in _welcome()])
        return 0
    from grader.student.originals import keep_originals

    keep_originals(course)
    known, due = _known(course)
    found = places(index(course, cache_folder(course)), known, Standing())
    if as_json:
        echo_json(_document(course, found, due))
    else:
        where = page(plain)
        *lines, following = map_screen(course.name, found, where, datetime.now())
        remarks = [Line(piece) for text in _remarks(course, found) for piece in where.wrap(text, "  ", "")]
        cards = [Line(f"Quiz due: {due} card{'s' * (due != 1)}. grade quiz --due")] if due else []
        show([*lines, *remarks, following, *cards])
    return 0


def _welcome() -> tuple[str, ...]:
    from grader.student.version import carries_course

    return (*WELCOME, *(BRING if carries_course() else FIND), HELP)


def _remarks(course: Course, found: Sequence[Place]) -> Iterator[str]:
    """What a student should know before the next step: how to begin, what is missing, what is newer, what is elsewhere."""
    from grader.student.version import carries_course, release_of

    following = next_place(found)
    if following is not None and not any(place.standing.latest for place in found):
        stub = next(exercise.stub for exercise in course.exercises if exercise.id == following.info.id)
        yield f"Begin: fill in {shortest(stub)} (grade next opens it)."
    for exercise in course.missing:
        yield f"Missing: {exercise.stub.parent.name}/{exercise.stub.name}. grade reset {exercise.short} brings it back."
    release = release_of(course.root) if carries_course() else ""
    if release not in ("", grader.__version__):
        yield f"Sheets of {release}, grade {grader.__version__}: grade update --dry-run shows what differs."
    with suppress(RecordError):
        state = state_folder(course.root)
        if state.parent != course.root:
            yield f"{course.root} cannot be written: your progress is kept in {state}."


def here(course: Course, infos: Sequence[ExerciseInfo]) -> Place | None:
    """The exercise to go on with, None if all are done."""
    return next_place(_places(course, infos))


def first_open(info: ExerciseInfo, standing: Standing) -> str:
    """The first function that does not pass and needs none that does not; the first that does not pass if there is none."""
    open_ones = [function for function in info.functions if not standing.passed(function.name)] or list(info.functions)
    names = {function.name for function in open_ones}
    ready = [function for function in open_ones if not names.intersection(function.needs)]
    return (ready or open_ones)[0].name if open_ones else ""


def place_of(course: Course, infos: Sequence[ExerciseInfo], exercise: str) -> Place | None:
    """Where one exercise stands on the map."""
    return next((place for place in _places(course, infos) if place.info.id == exercise), None)


def standings(course: Course) -> dict[str, Standing]:
    """Where the student is, by exercise id; empty, with a message, if progress cannot be read."""
    return _known(course)[0]


def _known(course: Course) -> tuple[dict[str, Standing], int]:
    """The standings, and how many cards of the quiz are due."""
    try:
        with Record(state_folder(course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            return record.standings(), record.cards_due(time.time())
    except RecordError as error:
        log(f"grade: progress cannot be read: {error}")
        return {}, 0


def _places(course: Course, infos: Sequence[ExerciseInfo]) -> tuple[Place, ...]:
    return places(infos, standings(course), Standing())


def _document(course: Course, found: Sequence[Place], due: int) -> dict[str, Any]:
    following = next_place(found)
    return {
        "schema": 1,
        "course": course.name,
        "next": following.info.id if following else None,
        "quiz_due": due,
        "exercises": [_exercise(place) for place in found],
    }


def _exercise(place: Place) -> dict[str, Any]:
    return {
        "exercise": place.info.id,
        "title": place.info.title,
        "state": place.state.strip("<- ").lower(),
        "functions": len(place.info.functions),
        "passed": place.passed,
        "points": place.points,
        "max_points": place.info.max_points,
        "attempts": place.standing.attempts,
        "hints": place.standing.hints,
        "needs": list(place.info.needs),
        "problem": place.info.problem,
    }


# --- one exercise ----------------------------------------------------------------------------------------------------


def _history(chosen: Chosen, as_json: bool, plain: bool) -> None:
    info = info_of(chosen.course, chosen.exercise, cache_folder(chosen.course))
    attempts: tuple[Attempt, ...] = ()
    hints: tuple[HintRead, ...] = ()
    try:
        with Record(state_folder(chosen.course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            attempts, hints = record.attempts(chosen.exercise.id), record.hints(chosen.exercise.id)
    except RecordError as error:
        log(f"grade: progress cannot be read: {error}")
    if as_json:
        echo_json(_history_document(chosen.course, info, attempts, hints))
        return
    from grader.render.history import history_screen

    show(history_screen(info, attempts, hints, page(plain), datetime.now()))


def _history_document(
    course: Course, info: ExerciseInfo, attempts: Sequence[Attempt], hints: Sequence[HintRead]
) -> dict[str, Any]:
    return {
        "schema": 1,
        "course": course.name,
        "exercise": info.id,
        "attempts": [
            {
                "number": attempt.number,
                "at": attempt.at,
                "status": attempt.status,
                "points": attempt.points,
                "max_points": attempt.max_points,
                "submission": attempt.submission,
                "functions": [
                    {"name": v.function, "status": v.status, "points": v.points, "mistake": v.mistake or None}
                    for v in attempt.verdicts
                ],
            }
            for attempt in attempts
        ],
        "hints": [{"at": h.at, "function": h.function, "step": h.step, "after_attempt": h.after} for h in hints],
    }
