"""A worker and the channel to it: asked, listened to, and ended together."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from typing import Final

from grader import wire
from grader.sandbox.channel import Channel, Ended, Late, PollChannel, Printed, ThreadChannel, answer, ask
from grader.sandbox.limits import Limits
from grader.sandbox.workers import START_SECONDS, SandboxError, Workers

POLLS = os.name != "nt"
"""Whether pipes can be polled here."""

_WHERE_SECONDS: Final = 0.1
_STACK_BYTES: Final = 1 << 16


class Line:
    """The line to a new worker, which has been told to confine itself. SandboxError if there can be none."""

    def __init__(self, workers: Workers, limits: Limits) -> None:
        self.worker = workers.start()
        make, pipes = PollChannel if POLLS else ThreadChannel, self.worker.pipes
        self.channel: Channel = make(pipes.reader, pipes.writer, pipes.printing, Printed(limits.printed_bytes))
        self.watch = self.worker.watch if workers.watches else None
        told = {
            "call_seconds": float(limits.call_seconds),
            "memory_mb": limits.memory_mb,
            "file_mb": limits.file_mb,
            "cpu_seconds": 2 * int(limits.submission_seconds) + 2,  # the clock on the wall comes first
            "steps": workers.steps,
        }
        self._first = ask(self.channel, wire.START, wire.encode(told))
        self.channel.step(0)

    def failures(self) -> Mapping[str, str]:
        """The steps that the worker could not take to confine itself; SandboxError if it does not say."""
        try:
            body = answer(self.channel, self._first, time.monotonic() + START_SECONDS)
            told: Mapping[str, str] = wire.decode(body, code=False)
        except (Late, Ended, wire.WireError) as error:
            ended = self.end(dying=True)
            words = self.channel.printed.take().strip()
            raise SandboxError(words or ended or f"it does not say why ({type(error).__name__})") from error
        return told

    def ask(self, kind: int, body: bytes) -> bytes:
        """Begin to ask; gives what `answer` needs. WireError for more than can be sent."""
        return ask(self.channel, kind, body)

    def answer(self, request: bytes, deadline: float) -> bytes:
        """The body of the answer to a question; Late, Ended or WireError."""
        return answer(self.channel, request, deadline, self.watch)

    def where(self, filename: str, lines: int) -> int | None:
        """The line of a file with so many lines that runs now, if the worker says so; it may say anything."""
        pattern = re.compile(rb'File "%s", line (\d{1,7}) in ' % re.escape(filename.encode()))
        try:
            self.worker.where()
        except (SandboxError, OSError):
            return None
        until = time.monotonic() + _WHERE_SECONDS
        while time.monotonic() < until and len(self.channel.incoming) < _STACK_BYTES and not self.channel.ended:
            self.channel.step(until - time.monotonic())
            found = pattern.search(self.channel.incoming)
            if found:
                return int(found[1]) if 1 <= int(found[1]) <= lines else None
        return None

    def end(self, dying: bool = False) -> str:
        """End the worker, or let it die where it is about to; how it ended, or "" if it was killed."""
        try:
            return self.worker.end(dying)
        except SandboxError as error:
            return str(error)  # what ran it is gone, and the worker with it
        finally:
            self.channel.step(0)  # what it printed last
            self.channel.drain()
            self.channel.close()

    def drop(self) -> None:
        """End the worker; nobody asks how."""
        try:
            self.worker.drop()
        except SandboxError:
            pass
        finally:
            self.channel.close()
