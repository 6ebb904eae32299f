"""What surrounds a call: its warnings are noted, its streams are flushed."""

from __future__ import annotations

import io
import sys
import warnings
from typing import Any, Final

import numpy as np

from grader.worker.words import message_of

MAX_WARNINGS: Final = 20


class _Raw(io.FileIO):
    """A descriptor that notes that something was written to it."""

    written = False

    def write(self, data: Any, /) -> int:
        _Raw.written = True
        return super().write(data)


def open_streams() -> None:
    """Make the standard streams anew on the descriptors 0, 1 and 2."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        raw = io.BufferedWriter(_Raw(descriptor, "w", closefd=False))
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def flushed() -> bool:
    """Pass on what was printed; whether anything was since the last time."""
    flush()
    written, _Raw.written = _Raw.written, False
    return written


def flush() -> None:
    """Pass on what was printed; the code may have closed its streams, or put anything in their place."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue


class Noting:
    """Notes the texts of a call's RuntimeWarnings, the first few and each once, whatever the module did to the filters.

    The filters stay between calls: to put them back is needed only after a call that changed them.
    """

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.note: Any = self._note  # one object, that can be told from another
        self.shown: Any = None
        self.filters: list[Any] = []
        self.kept: list[Any] = []

    def begin(self) -> list[str]:
        """The list that the warnings of the next call are put in."""
        self.noted = []
        if not self.kept:
            self.shown, self.filters = warnings.showwarning, warnings.filters  # type: ignore[assignment]
            self._put_back()
        elif warnings.showwarning is not self.note or warnings.filters is not self.filters or self.filters != self.kept:
            self.filters[:] = self.kept
            self._put_back()
        np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
        return self.noted

    def _put_back(self) -> None:
        warnings.filters, warnings.showwarning = self.filters, self.note
        warnings.simplefilter("always", RuntimeWarning)
        self.kept = list(self.filters)

    def _note(
        self, message: Any, category: type[Warning], filename: str, line: int, file: Any = None, text: Any = None
    ) -> None:
        if issubclass(category, RuntimeWarning):
            words = message_of(message)
            if len(self.noted) < MAX_WARNINGS and words not in self.noted:
                self.noted.append(words)
        elif self.shown is not None:
            self.shown(message, category, filename, line, file, text)
