"""Exercises and functions as arguments: completed in the shell, resolved to files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from grader.catalog import (
    CatalogError,
    Course,
    ExerciseFiles,
    choose_functions,
    find_course,
    info_of,
    resolve,
    top_level_functions,
)
from grader.cli.table import COMMANDS
from grader.state import RecordError, state_folder


@dataclass(frozen=True)
class Chosen:
    """An exercise of a course and the functions of it that were named, in the exercise's order."""

    course: Course
    exercise: ExerciseFiles
    functions: tuple[str, ...]


class ExerciseName(click.ParamType):
    """An exercise by any of its names."""

    name = "exercise"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The exercises that begin with what was typed."""
        return [CompletionItem(name) for name in exercise_names(incomplete)]


class FunctionName(click.ParamType):
    """A function of the exercise that was named before."""

    name = "function"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The functions of that exercise that begin with what was typed."""
        try:
            target = resolve(find_course(), str(ctx.params.get("exercise") or ""))
        except CatalogError:
            return []
        names = [name for name, _ in top_level_functions(target.exercise.stub)]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def exercise_names(incomplete: str) -> list[str]:
    """The exercises' names that begin with what was typed: `exercise17`, or a slug once one is begun."""
    try:
        course = find_course()
    except CatalogError:
        return []
    short = [exercise.short for exercise in course.exercises]
    slugs = [exercise.slug for exercise in course.exercises] if incomplete else []
    return [name for name in short + slugs if name.startswith(incomplete)]


def choose(word: str, functions: tuple[str, ...] = ()) -> Chosen:
    """What an exercise argument and function arguments mean; CatalogError if they mean nothing, or several things."""
    course = find_course()
    target = resolve(course, word, COMMANDS)
    words = functions or ((target.function,) if target.function else ())
    if not words:
        return Chosen(course, target.exercise, ())
    info = info_of(course, target.exercise, cache_folder(course))
    if not info.functions:
        return Chosen(course, target.exercise, words)
    return Chosen(course, target.exercise, choose_functions(info, words))


def cache_folder(course: Course) -> Path | None:
    """Where plans and the index are kept, None where nothing can be written."""
    try:
        return state_folder(course.root) / "cache"
    except RecordError:
        return None


def shortest(path: Path) -> Path:
    """A path as short as it can be typed from here."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return path
    return Path(relative) if len(relative) < len(str(path)) else path
