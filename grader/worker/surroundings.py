"""What surrounds a call: its warnings are noted, what its repetition prints is dropped, its streams are flushed."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np

from grader.worker.words import message_of

MAX_WARNINGS: Final = 20


def open_streams() -> None:
    """Make the standard streams anew on the descriptors 0, 1 and 2."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = open(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def flush() -> None:
    """Pass on what was printed; the code may have closed its streams, or put anything in their place."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue


@contextmanager
def silence() -> Iterator[None]:
    """Drop what the repeated call prints: it has been printed once."""
    shown = sys.stdout, sys.stderr
    flush()
    sys.stdout = sys.stderr = io.StringIO()
    yield
    sys.stdout, sys.stderr = shown


@contextmanager
def noting(noted: list[str]) -> Iterator[None]:
    """Keep the texts of RuntimeWarnings, the first few and each once, whatever the module did to the filters."""

    def note(
        message: Any, category: type[Warning], filename: str, line: int, file: Any = None, text: Any = None
    ) -> None:
        if issubclass(category, RuntimeWarning):
            words = message_of(message)
            if len(noted) < MAX_WARNINGS and words not in noted:
                noted.append(words)
        elif shown is not None:
            shown(message, category, filename, line, file, text)

    shown = warnings.showwarning
    with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):
        warnings.simplefilter("always", RuntimeWarning)
        warnings.showwarning = note  # type: ignore[assignment]
        yield
