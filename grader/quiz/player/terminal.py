"""Lines typed in a terminal, or sent through a pipe."""

from __future__ import annotations

import sys


class Left(Exception):
    """The student leaves: quit, end of input, or Ctrl-C."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


def read_line(prompt: str) -> str:
    """A typed line; raises Left at the end of the input or at Ctrl-C."""
    try:
        if sys.stdin is None or sys.stdin.closed:
            raise EOFError
        if sys.stdin.isatty():
            return input(prompt)
        print(prompt, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            raise EOFError
        print(line.rstrip("\n"))  # a transcript without a terminal shows what was answered
        return line
    except KeyboardInterrupt:
        print()
        raise Left("Interrupted.", 130) from None
    except (EOFError, OSError, ValueError, UnicodeDecodeError):
        raise Left("The input has ended.") from None
