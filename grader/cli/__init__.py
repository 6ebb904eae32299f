"""The command line: parses, calls, prints, exits. Each group of commands is a module that is imported when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from grader.cli.table import means_grading


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs `grade` and exits with its code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if means_grading(words):
            _start_worker()
        from grader.cli.run import run

        code = run(words)
    except KeyboardInterrupt:  # before there is a command that could say so
        code = 130
    sys.exit(code)


def _start_worker() -> None:
    """Starts the worker, which imports NumPy while this process imports the rest. Only time is lost if that fails."""
    try:
        from grader.sandbox.early import start_early

        start_early()
    except Exception as error:  # grading starts a worker itself and then says what is wrong
        print(f"grade: no worker could be started ahead: {error}", file=sys.stderr)
