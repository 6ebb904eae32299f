"""`grade` and `grade progress`: where a student is, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from grader.catalog import Course, ExerciseInfo, NoCourse, find_course, index
from grader.cli.names import cache_folder
from grader.cli.options import json_option, plain_option
from grader.cli.terminal import echo_json, log, page, show
from grader.record import Record, RecordError, Standing, state_folder
from grader.render.progress import Place, map_screen, next_place, places
from grader.render.text import Line

WELCOME = (
    "grade: NumPy exercises and a quiz on the mathematics of deep learning",
    "",
    "There is no course in this folder. A course is a folder that holds exercises/:",
    "  cd FOLDER && grade      the map of its exercises and the next step",
    "  grade exercise1         grade what you wrote in exercises/exercise01_*.py",
    "  grade --help            everything else",
)


@click.command("progress")
@json_option
@plain_option
def progress(as_json: bool, plain: bool) -> int:
    """Show the map: what is done, what is open, what waits for an earlier exercise, and the next step.

    An exercise is done when all its functions passed the last time they were graded.
    """
    try:
        course = find_course()
    except NoCourse as error:
        if as_json or error.hint.startswith("Point"):
            raise
        show([Line(text) for text in WELCOME])
        return 0
    found = _places(course, index(course, cache_folder(course)))
    if as_json:
        echo_json(_document(course, found))
    else:
        show(map_screen(course.name, found, page(plain), datetime.now()))
    return 0


def here(course: Course, infos: Sequence[ExerciseInfo]) -> Place | None:
    """The exercise to go on with, None if all are done."""
    return next_place(_places(course, infos))


def place_of(course: Course, infos: Sequence[ExerciseInfo], exercise: str) -> Place | None:
    """Where one exercise stands on the map."""
    return next((place for place in _places(course, infos) if place.info.id == exercise), None)


def standings(course: Course) -> dict[str, Standing]:
    """Where the student is, by exercise id; empty, with a message, if progress cannot be read."""
    try:
        with Record(state_folder(course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            return record.standings()
    except RecordError as error:
        log(f"grade: progress cannot be read: {error}")
        return {}


def _places(course: Course, infos: Sequence[ExerciseInfo]) -> tuple[Place, ...]:
    return places(infos, standings(course), Standing())


def _document(course: Course, found: Sequence[Place]) -> dict[str, Any]:
    following = next_place(found)
    return {
        "schema": 1,
        "course": course.name,
        "next": following.info.id if following else None,
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
