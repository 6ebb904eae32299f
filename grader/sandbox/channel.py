"""The parent's side of a worker's pipes: bytes in and out, never blocking, never more than there is room for.

A channel hides whether the system can wait for several pipes at once (`PollChannel`) or needs a thread for each
(`ThreadChannel`, on Windows). `ask` sends a question and `answer` reads what comes back.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from grader import wire
from grader.values import Value

MAX_ANSWER: Final = 24 << 20  # bytes; two results of the largest size a worker sends, and their surroundings
WATCH_SECONDS: Final = 0.05
_CHUNK: Final = 1 << 16
_MARK_SECONDS: Final = 0.25
_DRAIN: Final = 1 << 20  # bytes read after an answer; a thread that goes on printing is no reason to go on reading


class Late(Exception):
    """The answer did not come in time."""


class Ended(Exception):
    """The worker closed its end before it answered."""


class Printed:
    """What a submission printed, up to a limit for all its calls together; the rest is thrown away."""

    def __init__(self, limit: int) -> None:
        self.room = limit
        self.parts: list[bytes] = []
        self.cut = False

    def feed(self, data: bytes) -> None:
        """Keep what there is room for."""
        if len(data) > self.room:
            data, self.cut = data[: self.room], True
        if data:
            self.room -= len(data)
            self.parts.append(data)

    def take(self) -> str:
        """The text since the last time, which says so where it was cut."""
        if not self.parts and not self.cut:
            return ""
        text = b"".join(self.parts).decode("utf-8", "backslashreplace")
        if self.cut:
            text += "\n[output limit: what was printed after this is not shown]\n"
        self.parts, self.cut = [], False
        return text


class Channel(Protocol):
    """The pipes of one worker. `incoming` holds what it answered and nobody has taken yet."""

    incoming: bytearray
    ended: bool
    printed: Printed
    pending: memoryview
    """What is still to be sent."""

    def step(self, seconds: float) -> None:
        """Send and receive what is possible, waiting at most so long for something to come."""

    def drain(self, mark: bytes = b"") -> None:
        """Take what has been printed so far, where order between pipes is not known: up to a mark in it."""

    def close(self) -> None:
        """Close the parent's ends."""


def ask(channel: Channel, kind: int, value: Value) -> bytes:
    """Begin to send a question; gives the id that its answer must have. What came unasked cannot have it."""
    request = os.urandom(16)
    channel.pending = memoryview(wire.frame(kind, request, value))
    return request


def answer(channel: Channel, request: bytes, deadline: float, watch: Callable[[], None] | None = None) -> Value:
    """The answer to the question that was sent. Late, Ended, or WireError for bytes that are no answer to it.

    `watch` is called every now and then while there is none.
    """
    incoming = channel.incoming
    length: int | None = None
    while True:
        if length is None and len(incoming) >= wire.HEADER.size:
            length = _answer_length(incoming, request)
        if length is not None and len(incoming) >= length:
            break
        if channel.ended:
            raise Ended
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late
        channel.step(left if watch is None else min(left, WATCH_SECONDS))
        if watch is not None:
            watch()
    if channel.pending or len(incoming) > length:
        raise wire.WireError("an answer before the question")
    body = bytes(memoryview(incoming)[wire.HEADER.size :])
    incoming.clear()
    channel.drain(request)
    return wire.decode(body, code=False)


def _answer_length(incoming: bytearray, request: bytes) -> int:
    kind, answered, length = wire.header(bytes(memoryview(incoming)[: wire.HEADER.size]))
    if kind != wire.ANSWER or answered != request:
        raise wire.WireError("an answer to another question")
    if length > MAX_ANSWER:
        raise wire.WireError("an answer that is too long")
    return wire.HEADER.size + length


class PollChannel:
    """Pipes or sockets that poll can wait for. Owns its descriptors; `reader` and `writer` may be the same."""

    def __init__(self, reader: int, writer: int, printing: int, printed: Printed) -> None:
        self.reader, self.writer, self.printing, self.printed = reader, writer, printing, printed
        self.incoming = bytearray()
        self.pending = memoryview(b"")
        self.ended = False
        for descriptor in {reader, writer, printing}:
            os.set_blocking(descriptor, False)
        self.poll = select.poll()
        # in this order: when an answer is seen, what was printed before it is seen as well
        self.poll.register(reader, select.POLLIN)
        self.poll.register(printing, select.POLLIN)
        self.more_printed = False

    def step(self, seconds: float) -> None:
        """See `Channel.step`."""
        if self.pending:
            self._send()
        if self.pending:
            self._wait_to_send(seconds)
            return
        self.more_printed = False
        for descriptor, _ in self.poll.poll(1000 * seconds):
            self._take(descriptor)

    def _wait_to_send(self, seconds: float) -> None:
        """Wait, and read meanwhile: a worker that prints does not read before it is read."""
        both = select.POLLIN | select.POLLOUT if self.writer == self.reader else select.POLLOUT
        self.poll.register(self.writer, both)
        self.more_printed = False
        for descriptor, events in self.poll.poll(1000 * seconds):
            if events & ~select.POLLOUT:
                self._take(descriptor)
        if self.writer == self.reader:
            self.poll.modify(self.reader, select.POLLIN)
        else:
            self.poll.unregister(self.writer)

    def _send(self) -> None:
        try:
            self.pending = self.pending[os.write(self.writer, self.pending) :]
        except BlockingIOError:
            return
        except OSError:  # it has closed its end; reading will say so
            self.pending = memoryview(b"")

    def _take(self, descriptor: int) -> None:
        if descriptor == self.printing:
            self.more_printed = self._print(_CHUNK) > 0
        elif descriptor == self.reader:
            self._receive()

    def _receive(self) -> None:
        try:
            data = os.read(self.reader, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.ended = not data
        self.incoming += data

    def _print(self, size: int) -> int:
        """Take what was printed, up to a size; how much it was."""
        try:
            data = os.read(self.printing, size)
        except BlockingIOError:
            return 0
        if not data:
            try:
                self.poll.unregister(self.printing)  # the code has closed its standard output
            except KeyError:
                pass
        self.printed.feed(data)
        return len(data)

    def drain(self, mark: bytes = b"") -> None:
        """See `Channel.drain`."""
        taken = 0
        while self.more_printed and taken < _DRAIN:
            size = self._print(_CHUNK)
            self.more_printed = size > 0
            taken += size

    def close(self) -> None:
        """See `Channel.close`."""
        for descriptor in {self.reader, self.writer, self.printing}:
            os.close(descriptor)


class ThreadChannel:
    """Three pipes that can only be waited for one at a time: a thread for each, a queue with little room between.

    Which of two pipes was written to first cannot be seen here, so the worker prints the id of each question that it
    answers: what comes before it belongs to that question.
    """

    def __init__(self, reader: int, writer: int, printing: int, printed: Printed) -> None:
        self.printed = printed
        self.held = b""  # printed, but not yet known to be before a mark
        self.incoming = bytearray()
        self.pending = memoryview(b"")
        self.ended = False
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue(16)
        self.outgoing: queue.Queue[bytes] = queue.Queue()
        self.closed = threading.Event()
        self.threads = [
            threading.Thread(target=self._read, args=("answer", reader), daemon=True),
            threading.Thread(target=self._read, args=("print", printing), daemon=True),
            threading.Thread(target=self._write, args=(writer,), daemon=True),
        ]
        for thread in self.threads:
            thread.start()

    def _read(self, name: str, descriptor: int) -> None:
        data = b"?"
        while data and not self.closed.is_set():
            try:
                data = os.read(descriptor, _CHUNK)
            except OSError:
                data = b""
            self._report(name, data)
        os.close(descriptor)

    def _report(self, name: str, data: bytes) -> None:
        while not self.closed.is_set():
            try:
                return self.events.put((name, data), timeout=0.1)
            except queue.Full:
                continue

    def _write(self, descriptor: int) -> None:
        while data := self.outgoing.get():
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            except OSError:  # it has closed its end; reading will say so
                break
        os.close(descriptor)

    def step(self, seconds: float) -> None:
        """See `Channel.step`."""
        if self.pending:
            self.outgoing.put(bytes(self.pending))
            self.pending = memoryview(b"")
        self._take(seconds)

    def _take(self, seconds: float) -> bool:
        """Take what comes next, waiting at most so long; whether there was anything."""
        try:
            name, data = self.events.get(timeout=seconds) if seconds > 0 else self.events.get_nowait()
        except queue.Empty:
            return False
        if name == "print":
            self.held += data
            self._let_go(max(0, len(self.held) - _CHUNK))
        else:
            self.ended = not data
            self.incoming += data
        return True

    def drain(self, mark: bytes = b"") -> None:
        """See `Channel.drain`; a mark that does not come, because the code has closed its output, is not waited for long."""
        until = time.monotonic() + (_MARK_SECONDS if mark else 0)
        while not mark or mark not in self.held:
            if not self._take(until - time.monotonic()):
                break
        found = self.held.find(mark) if mark else -1
        self._let_go(found if found >= 0 else len(self.held))
        self.held = self.held.removeprefix(mark)

    def _let_go(self, size: int) -> None:
        """Count the first bytes of what is held as printed."""
        self.printed.feed(self.held[:size])
        self.held = self.held[size:]

    def close(self) -> None:
        """See `Channel.close`: the threads close their ends once the worker is gone."""
        self.closed.set()
        self.outgoing.put(b"")
        for thread in self.threads:
            thread.join(1)
