"""A warm process: runs one function of the grader after another, asked for over pipes, until the pipe closes.

It is a process of its own, started afresh: never a fork of the one that asks, which has threads.
A message is its length in four bytes and a value; a question names the function ("module:name") and holds its argument,
an answer is "ok" and the result, or "error" and a traceback.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import IO, Final, cast

from grader import wire
from grader.classroom.work.chunk import Plain
from grader.sandbox.early import grader_root

_LENGTH: Final = struct.Struct("<I")
_END_SECONDS: Final = 5.0


class WarmDied(RuntimeError):
    """A warm process ended; the message holds its last words."""


class TaskError(RuntimeError):
    """The function that was asked for raised; the message is its traceback."""


class WarmProcess:
    """The asking side: one warm process, which is asked one thing at a time."""

    def __init__(self) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()
        boot = f"import sys; sys.path.insert(0, {grader_root()!r}); from grader.classroom.work.warm import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-c", boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            start_new_session=True,  # an interrupt from the terminal is the coordinator's to handle
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def ask(self, function: Callable[[Plain], Plain], argument: Plain) -> Plain:
        """What the function gives there. WarmDied if the process ends first, TaskError if the function raises."""
        name = f"{function.__module__}:{function.__qualname__}"
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            _write(self.process.stdin, cast(Plain, [name, argument]))
            answer = _read(self.process.stdout)
        except (OSError, ValueError) as error:
            raise WarmDied(self._last_words() or str(error)) from error
        if answer is None:
            raise WarmDied(self._last_words())
        word, value = cast("tuple[str, Plain]", answer)
        if word == "error":
            raise TaskError(str(value))
        return value

    def close(self) -> None:
        """Let it end, and kill it if it does not."""
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    def kill(self) -> None:
        """End it now; whoever is asking it gets WarmDied."""
        self.process.kill()

    def _last_words(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 2000))
        words = self.errors.read().decode("utf-8", "replace").strip()
        return f"a grading process ended with exit status {self.process.returncode}{': ' + words if words else ''}"


_questions: IO[bytes] | None = None


def main() -> None:
    """Answer until the question pipe closes."""
    global _questions
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000)  # results make no garbage to speak of, and what is kept is large to look through
    _questions = questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)  # whatever prints, prints to standard error; whatever reads, reads nothing
    os.dup2(2, 1)
    try:
        while (question := _read(questions)) is not None:
            name, argument = cast("tuple[str, Plain]", question)
            _write(answers, _answer(name, argument))
    except (BrokenPipeError, EOFError):
        pass
    finally:
        from grader.classroom.work import grading

        grading.close()
        os._exit(0)  # nothing of ours is left to be written, and threads of libraries need not be waited for


def _answer(name: str, argument: Plain) -> Plain:
    try:
        module, _, attribute = name.partition(":")
        return cast(Plain, ["ok", getattr(import_module(module), attribute)(argument)])
    except EOFError:
        raise
    except Exception:
        return cast(Plain, ["error", traceback.format_exc()])


def end_if_alone() -> None:
    """End this process if nobody will read its answer any more: the one that asked was killed."""
    if _questions is None or not hasattr(select, "poll"):
        return
    poller = select.poll()
    poller.register(_questions, select.POLLHUP)
    if any(event & select.POLLHUP for _, event in poller.poll(0)):
        raise EOFError


def _write(stream: IO[bytes], value: Plain) -> None:
    data = wire.encode(value)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def _read(stream: IO[bytes]) -> Plain | None:
    """The next message, None where there is none any more."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    return wire.decode(data) if len(data) == length else None
