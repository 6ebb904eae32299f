"""`grade next`: opens the next function in the editor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import click

from grader.catalog import find_course, index, top_level_functions
from grader.cli.names import cache_folder, shortest
from grader.cli.progress import first_open, here
from grader.cli.terminal import log, show
from grader.record import Standing
from grader.render.text import Line


@click.command("next")
def next_function() -> int:
    """Open the next function in $VISUAL or $EDITOR, at its line.

    Next is the first function that does not pass, in the exercise that the map marks with `<- here`. Without an editor,
    or where the output is not a terminal, the place is printed as FILE:LINE.

    Example: EDITOR="code --wait" grade next
    """
    from grader.student.editor import editor_command
    from grader.student.originals import keep_originals

    course = find_course()
    keep_originals(course)
    place = here(course, index(course, cache_folder(course)))
    if place is None:
        show([Line("Every exercise is done. Next: grade quiz")])
        return 0
    function = first_open(place.info, place.standing)
    stub = next(exercise.stub for exercise in course.exercises if exercise.id == place.info.id)
    line = dict(top_level_functions(stub)).get(function, 1)
    show([Line(f"{shortest(stub)}:{line}"), Line(f"{function} of {place.info.short}, {place.info.title}")])
    command = editor_command(os.environ, stub, line)
    if command is None or not sys.stdout.isatty():
        show([Line(f"Next: {_what_to_do(place.standing, function)}, then grade {place.info.short}")])
        return 0
    return _open(command, place.info.short)


def _what_to_do(standing: Standing, function: str) -> str:
    """Whether the function is to be written or, as the last verdict on it says, to be corrected."""
    if standing.functions.get(function, "todo") in ("todo", "pass"):
        return "write it"
    mistake = standing.mistakes.get(function, "")
    return f"correct it{f' [{mistake}]' if mistake else ''}"


def _open(command: list[str], short: str) -> int:
    """Runs the editor. One in the terminal is waited for; one with a window of its own comes back by itself."""
    program = shutil.which(command[0]) or command[0]  # finds code.cmd on Windows too
    try:
        subprocess.run([program, *command[1:]], check=False)
    except OSError as error:
        log(
            f"grade: the editor {command[0]} cannot be started: {error.strerror}",
            "Set VISUAL or EDITOR to one that can.",
        )
        return 2
    show([Line(f"Next: grade {short}")])
    return 0
