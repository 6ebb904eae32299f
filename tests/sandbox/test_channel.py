"""The parent's side of the pipes, against a worker that does what it likes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from grader import wire
from grader.sandbox.channel import MAX_ANSWER, Channel, Ended, Late, PollChannel, Printed, ThreadChannel, answer, ask
from grader.values import Seeded, Value


def answering(kind: int, request: bytes, value: Value) -> bytes:
    return wire.frame(kind, request, wire.encode(value))


class Peer:
    """The other ends of a channel's pipes."""

    def __init__(self, kind: type[PollChannel | ThreadChannel], limit: int = 1000) -> None:
        self.questions, writer = os.pipe()
        reader, self.answers = os.pipe()
        printing, self.prints = os.pipe()
        self.channel: Channel = kind(reader, writer, printing, Printed(limit))
        self.closing = threading.Lock()
        self.open = {self.questions, self.answers, self.prints}

    def close(self, *descriptors: int) -> None:
        with self.closing:  # each descriptor once: a second time it may be somebody else's
            for descriptor in self.open.intersection(descriptors or self.open):
                self.open.discard(descriptor)
                os.close(descriptor)

    def read_question(self) -> tuple[bytes, Value]:
        """The id and the value of a question that is read whole."""
        _, request, length = wire.header(self.read(wire.HEADER.size))
        return request, wire.decode(self.read(length))

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += os.read(self.questions, size - len(data))
        return data

    def does(self, action: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=action, daemon=True)
        thread.start()
        return thread


@pytest.fixture(params=[PollChannel, ThreadChannel])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    peer = Peer(request.param)
    yield peer
    peer.close()
    peer.channel.close()


def exchanged(peer: Peer, value: Value, seconds: float = 5.0) -> Value:
    asked = ask(peer.channel, wire.CALL, wire.encode(value))
    return wire.decode(answer(peer.channel, asked, time.monotonic() + seconds), code=False)


def test_a_question_is_answered(peer: Peer) -> None:
    def echo() -> None:
        request, value = peer.read_question()
        os.write(peer.answers, answering(wire.ANSWER, request, value))

    peer.does(echo)
    assert exchanged(peer, ("x", [1.5])) == ("x", [1.5])


def test_what_is_larger_than_any_pipe_passes_both_ways_at_once(peer: Peer) -> None:
    value = np.arange(500_000.0)

    def echo() -> None:
        request, got = peer.read_question()
        data = answering(wire.ANSWER, request, got)
        for start in range(0, len(data), 10_000):
            os.write(peer.answers, data[start : start + 10_000])
            os.write(peer.prints, b"." * 10)

    peer.does(echo)
    np.testing.assert_array_equal(exchanged(peer, value), value)


def test_a_worker_that_reads_nothing_costs_its_time_and_no_more(peer: Peer) -> None:
    started = time.monotonic()
    with pytest.raises(Late):
        exchanged(peer, np.zeros(2_000_000), 0.3)
    assert 0.3 <= time.monotonic() - started < 1.0


def test_a_worker_that_prints_before_it_reads_is_no_deadlock(peer: Peer) -> None:
    def chatty() -> None:
        for _ in range(100):
            os.write(peer.prints, b"x" * 10_000)
        request, _ = peer.read_question()
        os.write(peer.answers, answering(wire.MARKED, request, None))

    peer.does(chatty)
    assert exchanged(peer, np.zeros(500_000)) is None
    printed = peer.channel.printed.take()
    assert printed.startswith("x" * 1000 + "\n[output limit") and printed.count("x") < 1010


def test_the_end_of_the_worker_is_noticed(peer: Peer) -> None:
    peer.does(lambda: peer.close(peer.answers, peer.questions))
    with pytest.raises(Ended):
        exchanged(peer, 1)


def test_half_an_answer_and_then_the_end(peer: Peer) -> None:
    def half() -> None:
        request, _ = peer.read_question()
        os.write(peer.answers, answering(wire.ANSWER, request, "a long answer")[:-3])
        peer.close(peer.answers)

    peer.does(half)
    with pytest.raises(Ended):
        exchanged(peer, 1)


ANSWERS: dict[str, Callable[[bytes], bytes]] = {
    "another id": lambda request: answering(wire.ANSWER, os.urandom(16), 1),
    "the id of a question of ours": lambda request: answering(wire.CALL, request, 1),
    "two answers": lambda request: 2 * answering(wire.ANSWER, request, 1),
    "a byte too much": lambda request: answering(wire.ANSWER, request, 1) + b"\0",
    "no frame": lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "too long": lambda request: wire.HEADER.pack(wire.MAGIC, wire.ANSWER, request, MAX_ANSWER + 1),
    "absurdly long": lambda request: wire.HEADER.pack(wire.MAGIC, wire.ANSWER, request, 2**64 - 1),
    "a body that is no value": lambda request: wire.HEADER.pack(wire.MAGIC, wire.ANSWER, request, 3) + b"xyz",
    "a seed": lambda request: answering(wire.ANSWER, request, Seeded(1)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_bytes_that_are_no_answer_are_refused(peer: Peer, name: str) -> None:
    def lie() -> None:
        request, _ = peer.read_question()
        os.write(peer.answers, ANSWERS[name](request))

    peer.does(lie)
    with pytest.raises(wire.WireError):
        exchanged(peer, 1)


def test_an_answer_before_the_question_is_refused(peer: Peer) -> None:
    os.write(peer.answers, answering(wire.ANSWER, bytes(16), 1))
    time.sleep(0.05)
    with pytest.raises(wire.WireError):
        exchanged(peer, 1)


def test_an_answer_to_half_a_question_is_refused(peer: Peer) -> None:
    def hasty() -> None:
        head = os.read(peer.questions, wire.HEADER.size)
        os.write(peer.answers, answering(wire.ANSWER, wire.header(head)[1], 1))

    if isinstance(peer.channel, ThreadChannel):
        pytest.skip("a thread sends, and how far it came is not known")
    peer.does(hasty)
    with pytest.raises(wire.WireError):
        exchanged(peer, np.zeros(2_000_000))


def test_a_closed_standard_output_does_not_keep_the_parent_busy(peer: Peer) -> None:
    def quiet() -> None:
        peer.close(peer.prints)
        request, _ = peer.read_question()
        time.sleep(0.3)
        os.write(peer.answers, answering(wire.ANSWER, request, 1))

    peer.does(quiet)
    started = time.process_time()
    assert exchanged(peer, 1) == 1
    assert time.process_time() - started < 0.15


def test_a_watcher_is_called_while_there_is_no_answer(peer: Peer) -> None:
    calls: list[float] = []
    request = ask(peer.channel, wire.CALL, wire.encode(1))
    with pytest.raises(Late):
        answer(peer.channel, request, time.monotonic() + 0.3, lambda: calls.append(time.monotonic()))
    assert len(calls) >= 4


@pytest.mark.parametrize("ahead", [1, 4])
def test_a_mark_tells_what_was_printed_before_an_answer(peer: Peer, ahead: int) -> None:
    late_print = isinstance(peer.channel, ThreadChannel)

    def works() -> None:
        for number in range(20):
            request, _ = peer.read_question()
            sends = [
                lambda: os.write(peer.answers, answering(wire.MARKED, request, number)),
                lambda: os.write(peer.prints, b"call %d" % number + request),
            ]
            for send in sends if late_print else reversed(sends):
                send()
                time.sleep(0.001)

    peer.does(works)
    asked = [ask(peer.channel, wire.CALL, wire.encode(number)) for number in range(ahead)]
    for number in range(20):
        assert wire.decode(answer(peer.channel, asked.pop(0), time.monotonic() + 5)) == number
        assert peer.channel.printed.take() == f"call {number}"
        if number + ahead < 20:
            asked.append(ask(peer.channel, wire.CALL, wire.encode(number)))


def test_answers_in_another_order_are_refused(peer: Peer) -> None:
    def swaps() -> None:
        (first, _), (second, _) = peer.read_question(), peer.read_question()
        os.write(peer.answers, answering(wire.ANSWER, second, 2) + answering(wire.ANSWER, first, 1))

    peer.does(swaps)
    first, _ = (ask(peer.channel, wire.CALL, wire.encode(number)) for number in range(2))
    with pytest.raises(wire.WireError):
        answer(peer.channel, first, time.monotonic() + 5)


def test_printed_text_is_cut_once_and_says_so() -> None:
    printed = Printed(5)
    printed.feed(b"abc")
    printed.reach_end()
    assert printed.take() == "abc"
    printed.feed(b"de\xff")
    printed.reach_end()
    assert printed.take().startswith("de\n[output limit")
    assert printed.take() == ""


def test_printed_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    printed = Printed(100)
    printed.feed(b"\xffx\xc3\xbc")
    printed.reach_end()
    assert printed.take() == "\\xffxü"
