"""The command line: parses, calls, prints, exits. Each group of commands is a module that is imported when it is used."""

from __future__ import annotations

import gc
import os
import sys

from grader.cli.table import means_grading

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing `typing` takes longer than starting the worker
    from collections.abc import Sequence
    from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs `grade` and exits with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(50_000)  # imports make many objects and no garbage; looking for it takes a tenth of the start
    grading = means_grading(words)
    try:
        if grading:
            _start_worker()
        from grader.cli.run import run

        code = run(words)
    except KeyboardInterrupt:  # before there is a command that could say so
        code = 130
    if grading:
        _end_at_once(code)
    sys.exit(code)


def _end_at_once(code: int) -> None:
    """Ends the process without taking down the interpreter, which takes 20 ms once NumPy is in it."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # a closed pipe: the interpreter knows what to do
    os._exit(code)


def _start_worker() -> None:
    """Starts the worker, which imports NumPy while this process imports the rest. Only time is lost if that fails."""
    try:
        from grader.sandbox.early import start_early

        start_early()
    except Exception as error:  # grading starts a worker itself and then says what is wrong
        print(f"grade: no worker could be started ahead: {error}", file=sys.stderr)
