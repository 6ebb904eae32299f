"""Runs a command line and turns whatever happens into a message, a JSON document if asked for, and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

import click

from grader.cli.group import grade
from grader.cli.terminal import echo_json, log, prepare_streams

USAGE: Final = 2
FAULT: Final = 3
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141  # as shells count a process that wrote to a reader that had gone
NO_POINTS_LOST: Final = "This is a fault of the grader, not of your code, and costs no points."


def run(words: Sequence[str]) -> int:
    """The exit code of a command line."""
    prepare_streams()
    as_json = "--json" in words
    try:
        code = grade.main(list(words), prog_name="grade", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (click.Abort, KeyboardInterrupt):
        return _failed(as_json, INTERRUPTED, "interrupted", "Interrupted.")
    except click.UsageError as error:
        return _failed(as_json, USAGE, "usage", error.format_message(), _usage_hint(error))
    except click.ClickException as error:
        return _failed(as_json, USAGE, "file", error.format_message())
    except SystemExit as ending:  # click's own: 0 after completing a word, 1 when the pipe that it prints to breaks
        return BROKEN_PIPE if ending.code else 0
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:  # a fault of the course, or whatever our own failure may be
        return _explained(as_json, error)


def _explained(as_json: bool, error: Exception) -> int:
    """What is wrong with the course or with a name, or else our own failure with its traceback."""
    from grader.catalog import CatalogError, CourseFault

    if isinstance(error, CatalogError):
        code = FAULT if isinstance(error, CourseFault) else USAGE
        return _failed(as_json, code, error.kind, str(error), error.hint)
    import traceback

    if as_json:
        return _failed(True, FAULT, "grader", f"{type(error).__name__}: {error}", NO_POINTS_LOST)
    log(*"".join(traceback.format_exception(error)).splitlines(), NO_POINTS_LOST)
    return FAULT


def _failed(as_json: bool, code: int, kind: str, message: str, hint: str = "") -> int:
    if as_json:
        echo_json({"schema": 1, "error": {"kind": kind, "message": message, "hint": hint}})
    else:
        log(f"grade: {message}", hint)
    return code


def _usage_hint(error: click.UsageError) -> str:
    return f"How it is used: {error.ctx.command_path if error.ctx else 'grade'} --help"


def _drop_output() -> None:
    """Points stdout at nothing, so that the interpreter does not complain about the closed pipe when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
