"""What to say about a mistake: the hint that the course's author wrote for it, read from the solutions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from grader.catalog import CatalogError, Course, find_course, load_solution


class Hints(NamedTuple):
    """Hints by (exercise, function, mistake), and why some are missing."""

    by_mistake: dict[tuple[str, str, str], str]
    remark: str


def read_hints(exercises: Iterable[str]) -> Hints:
    """The hints of these exercises, from the course around the working directory; none where it has no solutions."""
    made: dict[tuple[str, str, str], str] = {}
    try:
        course = find_course()
        for name in exercises:
            made.update(_of(course, name))
    except CatalogError as error:
        return Hints(made, f"hints of the catalogue are left out: {error}")
    return Hints(made, "")


def _of(course: Course, name: str) -> dict[tuple[str, str, str], str]:
    exercise = next((exercise for exercise in course.exercises if exercise.id == name), None)
    if exercise is None:
        raise CatalogError(f"{course.root} has no {name}", "Run this in the folder of the course that was graded.")
    checks = load_solution(exercise.solution).CHECKS
    return {(name, check.name, wrong.id): wrong.hint for check in checks for wrong in check.wrong}
