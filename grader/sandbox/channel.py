"""The parent's side of a worker's pipes: bytes in and out, never blocking, never more than there is room for.

A channel hides whether the system can wait for several pipes at once (`PollChannel`) or needs a thread for each
(`ThreadChannel`, on Windows). `ask` sends a question and `answer` reads what comes back; several questions may be on
their way. What is printed comes on a pipe of its own, so the worker prints the id of a question whose call has printed:
what stands before that mark belongs to the question.
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

MAX_ANSWER: Final = 24 << 20  # bytes; two results of the largest size a worker sends, and their surroundings
WATCH_SECONDS: Final = 0.05
_CHUNK: Final = 1 << 16
_MARK_SECONDS: Final = 0.25
_NAP_SECONDS: Final = 0.0006  # a few answers come meanwhile: to be woken for each costs both sides more than to read it
_MANY: Final = 4  # open questions from which there is something to nap for
_DRAIN: Final = 1 << 20  # bytes read after an answer, or held; a thread may go on printing for ever


class Late(Exception):
    """The answer did not come in time."""


class Ended(Exception):
    """The worker closed its end before it answered."""


class Printed:
    """What a submission printed, up to a limit for all its calls together; the rest is thrown away."""

    def __init__(self, limit: int) -> None:
        self.room = limit
        self.held = b""  # not yet known to be before a mark
        self.parts: list[bytes] = []
        self.cut = False

    def feed(self, data: bytes) -> None:
        """Take in more of it; what is too much to be held counts for the question that is being answered."""
        self.held += data
        if len(self.held) > _DRAIN:
            self._keep(len(self.held) - _CHUNK)

    def reach(self, mark: bytes) -> bool:
        """Whether a mark has come. What stands before it is counted, and so is what has come before it will."""
        found = self.held.find(mark)
        if found < 0:
            self._keep(max(0, len(self.held) - len(mark)))
            return False
        self._keep(found)
        self.held = self.held[len(mark) :]
        return True

    def reach_end(self) -> None:
        """Count all that has come."""
        self._keep(len(self.held))

    def _keep(self, size: int) -> None:
        data, self.held = self.held[:size], self.held[size:]
        if len(data) > self.room:
            data, self.cut = data[: self.room], True
        if data:
            self.room -= len(data)
            self.parts.append(data)

    def take(self) -> str:
        """The counted text since the last time, which says so where it was cut."""
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
    pending: bytearray
    """What is still to be sent."""
    open: int
    """Questions that have not been answered."""

    def step(self, seconds: float) -> None:
        """Send and receive what is possible, waiting at most so long for something to come."""

    def drain(self, mark: bytes = b"") -> None:
        """Count as printed what came before a mark, or all that there is if the mark is not to be had."""

    def close(self) -> None:
        """Close the parent's ends."""


def ask(channel: Channel, kind: int, body: bytes) -> bytes:
    """Begin to send a question; gives the id that its answer must have. What came unasked cannot have it."""
    request = os.urandom(16)
    channel.pending += wire.frame(kind, request, body)
    channel.open += 1
    return request


def answer(channel: Channel, request: bytes, deadline: float, watch: Callable[[], None] | None = None) -> bytes:
    """The body of the answer to the first question that is open. Late, Ended, or WireError for what is none to it.

    `watch` is called every now and then while there is none.
    """
    incoming = channel.incoming
    kind, length = 0, 0
    while True:
        if not length and len(incoming) >= wire.HEADER.size:
            kind, length = _answer_head(incoming, request)
        if length and len(incoming) >= length:
            break
        if channel.ended:
            raise Ended
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late
        channel.step(left if watch is None else min(left, WATCH_SECONDS))
        if watch is not None:
            watch()
    body = bytes(memoryview(incoming)[wire.HEADER.size : length])
    del incoming[:length]
    channel.open -= 1
    if not channel.open and (channel.pending or incoming):
        raise wire.WireError("an answer before the question")
    if kind == wire.MARKED:
        channel.drain(request)
    return body


def _answer_head(incoming: bytearray, request: bytes) -> tuple[int, int]:
    """The kind of an answer, and the bytes that it has with its header."""
    kind, answered, length = wire.header(incoming[: wire.HEADER.size])
    if kind not in (wire.ANSWER, wire.MARKED) or answered != request:
        raise wire.WireError("an answer to another question")
    if length > MAX_ANSWER:
        raise wire.WireError("an answer that is too long")
    return kind, wire.HEADER.size + length


class PollChannel:
    """Pipes or sockets that poll can wait for. Owns its descriptors; `reader` and `writer` may be the same."""

    def __init__(self, reader: int, writer: int, printing: int, printed: Printed) -> None:
        self.reader, self.writer, self.printing, self.printed = reader, writer, printing, printed
        self.incoming = bytearray()
        self.pending = bytearray()
        self.open = 0
        self.ended = False
        for descriptor in {reader, writer, printing}:
            os.set_blocking(descriptor, False)
        self.poll = select.poll()
        self.poll.register(reader, select.POLLIN)
        self.poll.register(printing, select.POLLIN)

    def step(self, seconds: float) -> None:
        """See `Channel.step`."""
        if self.pending:
            self._send()
        if self.pending:
            self._wait_to_send(seconds)
            return
        if self.open > _MANY and seconds > _NAP_SECONDS:
            time.sleep(_NAP_SECONDS)
        for descriptor, _ in self.poll.poll(1000 * seconds):
            self._take(descriptor)

    def _wait_to_send(self, seconds: float) -> None:
        """Wait, and read meanwhile: a worker that prints does not read before it is read."""
        both = select.POLLIN | select.POLLOUT if self.writer == self.reader else select.POLLOUT
        self.poll.register(self.writer, both)
        for descriptor, events in self.poll.poll(1000 * seconds):
            if events & ~select.POLLOUT:
                self._take(descriptor)
        if self.writer == self.reader:
            self.poll.modify(self.reader, select.POLLIN)
        else:
            self.poll.unregister(self.writer)

    def _send(self) -> None:
        try:
            del self.pending[: os.write(self.writer, self.pending)]
        except BlockingIOError:
            return
        except OSError:  # it has closed its end; reading will say so
            self.pending.clear()

    def _take(self, descriptor: int) -> None:
        if descriptor == self.printing:
            self._print()
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

    def _print(self) -> int:
        """Take what was printed, up to a size; how much it was."""
        try:
            data = os.read(self.printing, _CHUNK)
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
        """See `Channel.drain`; a mark was printed before its answer was sent, so it is here unless the code has no output."""
        taken, size = 0, 1
        while not (mark and self.printed.reach(mark)):
            if not size or taken >= _DRAIN:
                return self.printed.reach_end()
            size = self._print()
            taken += size

    def close(self) -> None:
        """See `Channel.close`."""
        for descriptor in {self.reader, self.writer, self.printing}:
            os.close(descriptor)


class ThreadChannel:
    """Three pipes that can only be waited for one at a time: a thread for each, a queue with little room between.

    Which of two pipes was written to first cannot be seen here, so a mark may come later than its answer.
    """

    def __init__(self, reader: int, writer: int, printing: int, printed: Printed) -> None:
        self.printed = printed
        self.incoming = bytearray()
        self.pending = bytearray()
        self.open = 0
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
            self.pending.clear()
        self._take(seconds)

    def _take(self, seconds: float) -> bool:
        """Take what comes next, waiting at most so long; whether there was anything."""
        try:
            name, data = self.events.get(timeout=seconds) if seconds > 0 else self.events.get_nowait()
        except queue.Empty:
            return False
        if name == "print":
            self.printed.feed(data)
        else:
            self.ended = not data
            self.incoming += data
        return True

    def drain(self, mark: bytes = b"") -> None:
        """See `Channel.drain`; a mark that does not come, because the code has closed its output, is not waited for long."""
        until = time.monotonic() + (_MARK_SECONDS if mark else 0)
        while not (mark and self.printed.reach(mark)):
            if not self._take(until - time.monotonic()):
                return self.printed.reach_end()

    def close(self) -> None:
        """See `Channel.close`: the threads close their ends once the worker is gone."""
        self.closed.set()
        self.outgoing.put(b"")
        for thread in self.threads:
            thread.join(1)
