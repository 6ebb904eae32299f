"""One submission: its source is loaded and its functions are called in workers that are replaced as they break."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from grader import wire
from grader.sandbox import answers, selftest
from grader.sandbox.channel import Ended, Late, Printed
from grader.sandbox.launch import launcher
from grader.sandbox.limits import MAX_SOURCE, Level, Limits, Probe
from grader.sandbox.line import Line
from grader.sandbox.workers import SandboxError, Workers
from grader.values import Value
from grader.verdict import Absent, Broken, Died, Loaded, NotWritten, Outcome, Raised, Returned, TimedOut

_TIMEOUTS: Final = 2  # after so many a submission is stopped: each costs the whole time of a call
_NO_ANSWER: Final = "it sent something that is not an answer"
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_./ -]{1,100}\.py")
_AHEAD: Final = 32  # calls that a worker is sent before it has answered the first of them; half of them at a time

Arguments = Sequence[tuple["str | None", Value]]


@dataclass(frozen=True)
class Call:
    """A call of a function; with `repeat` it is made twice, on fresh copies, to see whether it repeats itself."""

    function: str
    args: Arguments
    repeat: bool = True

    @cached_property
    def body(self) -> bytes:
        """What the worker is told: first, as bytes, what all calls of a function share, so that it is read but once.

        WireError for a value that cannot be sent.
        """
        names, values = tuple([name for name, _ in self.args]), tuple([value for _, value in self.args])
        return wire.encode((wire.encode((self.function, names, self.repeat)), values))


class Sandbox:
    """Runs submissions, one at a time, at the level that its self-test found. A context manager."""

    def __init__(self, limits: Limits, *, want: Level | None = None) -> None:
        self.limits = limits
        self.want = want
        self.probes: tuple[Probe, ...] = ()
        self.workers: Workers = launcher(want, limits)
        self._spare: Line | None = None
        self._session: Session | None = None
        self._many = False  # whether more than one submission has come
        self._closed = False

    @property
    def level(self) -> Level:
        """The level in force, never above the one that was wanted."""
        return min(selftest.level_of(self.probes), self.want or Level.CONFINED)

    def __enter__(self) -> Sandbox:
        self.workers.__enter__()
        try:
            # one student's run takes the outcome of the last self-test; a class run, which asks for a level, tests
            self.probes = (selftest.remembered(None) if self.want is None else None) or self._tested()
            self.prepare()
        except BaseException:
            self.workers.close()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.finish()
        self.workers.close()

    def finish(self) -> None:
        """There are no more submissions: what runs workers begins to end, while the caller goes on."""
        if not self._closed:
            self._closed = True
            if self._session is not None:
                self._session.close()
            if self._spare is not None:
                self._spare.drop()
            self.workers.finish()

    def _tested(self) -> tuple[Probe, ...]:
        probes = self.workers.probe()
        selftest.remember(self.want, probes)
        return probes

    def session(self, source: bytes, filename: str, functions: Sequence[str]) -> Session:
        """A session for a submission's source; the one before it is over."""
        if self._session is not None:
            self._session.close()
            self._many = True
        self._session = Session(self, source, filename, functions)
        return self._session

    def prepare(self) -> None:
        """Start the next worker, so that it has confined itself by the time there is a submission for it."""
        if self._spare is None and not self._closed:
            try:
                self._spare = Line(self.workers, self.limits)
            except SandboxError:
                pass  # the session that needs it tries again, and says why

    def take(self) -> Line:
        """A worker that has been told to confine itself; SandboxError if there is none."""
        spare, self._spare = self._spare, None
        line = spare or Line(self.workers, self.limits)
        if self._many:
            self.prepare()  # while this one works
        return line

    def lacking(self, failures: Mapping[str, str]) -> str:
        """Why a worker is less confined than the self-test says, or ""; the level is then found out again."""
        surprises = {probe.name for probe in self.probes if probe.ok} & set(self.workers.steps) & set(failures)
        if surprises:
            selftest.forget(self.want)
            self.probes = self._tested()
        return ", ".join(f"{step}: {failures[step]}" for step in sorted(surprises))


class Session:
    """A submission's source and calls. A context manager; `call` gives an `Outcome` whatever the code does."""

    def __init__(self, sandbox: Sandbox, source: bytes, filename: str, functions: Sequence[str]) -> None:
        self.sandbox = sandbox
        self.limits = sandbox.limits
        self.source = source
        self.functions = tuple(functions)
        # shown in tracebacks and looked for in stacks, so nothing that a terminal or a pattern could stumble over
        self.filename = filename if _PLAIN_NAME.fullmatch(filename) else "submission.py"
        self.printed = Printed(self.limits.printed_bytes)
        self.line: Line | None = None
        self.used = 0.0
        self.timeouts = 0
        self.loaded: Loaded | Outcome | None = None
        self._begun: bytes | Outcome | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        line, self.line = self.line, None
        if line is not None:
            line.drop()

    def load(self) -> Loaded | Outcome:
        """The functions of the source, or the outcome that kept it from being loaded."""
        # a source that could be loaded is loaded again after its worker has ended; one that could not is not tried twice
        if self.loaded is None or (self.line is None and isinstance(self.loaded, (Loaded, Broken))):
            self.loaded = self._load()
        return self.loaded

    def call(self, function: str, args: Arguments, *, repeat: bool = True) -> Outcome:
        """What one call does; with `repeat` it is made twice, on fresh copies, to see whether it repeats itself."""
        return next(self.calls([Call(function, args, repeat)]))

    def calls(self, calls: Sequence[Call]) -> Iterator[Outcome]:
        """What calls do, in their order. The worker is sent the next few ahead, so that it need not wait for us."""
        line: Line | None = None
        ahead: deque[bytes | Broken] = deque()
        try:
            for position, call in enumerate(calls):
                outcome = self._refused()
                if outcome is None:
                    if line is not self.line:  # it ended, and with it what it had been sent
                        line = self.line
                        ahead.clear()
                    if len(ahead) <= _AHEAD // 2:
                        for following in calls[position + len(ahead) : position + _AHEAD]:
                            ahead.append(self._ask(following))
                    outcome = self._called(call.function, self._answer(ahead.popleft()))
                yield outcome
        finally:
            if ahead and line is self.line:
                self._ended()  # nobody will hear its answers

    def _refused(self) -> Outcome | None:
        """Why there is no use in calling anything, if that is so."""
        if self._spent():
            return TimedOut(0.0, of_submission=True)
        loaded = self.load()
        return None if isinstance(loaded, Loaded) else loaded

    def _called(self, function: str, outcome: Loaded | Outcome) -> Outcome:
        """The outcome of a call, from what the worker says of it."""
        assert isinstance(self.loaded, Loaded)
        if isinstance(outcome, Loaded):
            return self._died(_NO_ANSWER)
        if isinstance(outcome, Absent) and function not in self.loaded.functions:
            return Absent(answers.near(function, self.loaded.names))
        return outcome

    def begin(self) -> None:
        """Send the source to a worker, so that it is loaded while the caller does something else."""
        if self.loaded is None and self._begun is None:
            self._begun = self._begin()
            if self.line is not None:
                self.line.channel.step(0)

    def _begin(self) -> bytes | Outcome:
        """Ask a worker to load the source; the outcome where that cannot be."""
        if len(self.source) > MAX_SOURCE:
            size = f"{len(self.source) / (1 << 20):.1f} MiB"
            return Raised(("ValueError", "Exception", "BaseException"), f"the file has {size}; at most 1 MiB is read")
        if self._spent():
            return TimedOut(0.0, of_submission=True)
        problem = self._start()
        if problem is not None:
            return problem
        assert self.line is not None
        return self.line.ask(wire.LOAD, wire.encode((self.source, self.filename, self.functions)))

    def _load(self) -> Loaded | Outcome:
        asked, self._begun = self._begun or self._begin(), None
        if not isinstance(asked, bytes):
            return asked
        outcome = self._answer(asked)
        if isinstance(outcome, (Returned, NotWritten, Absent)):
            return self._died(_NO_ANSWER)  # the answer to a call, before there was one
        if not isinstance(outcome, Loaded):
            self._ended()
        return outcome

    def _spent(self) -> bool:
        return self.timeouts >= _TIMEOUTS or self.used >= self.limits.submission_seconds

    def _start(self) -> Broken | None:
        """Take a worker that has confined itself; Broken if that fails, which is our fault."""
        try:
            self.line = self.sandbox.take()
            failures = self.line.failures()
        except SandboxError as error:
            self.line = None
            return Broken(f"a worker could not be started: {error}")
        self.line.channel.printed = self.printed
        lacking = self.sandbox.lacking(failures)
        if lacking:
            self._ended()
            return Broken(f"a worker could not be confined ({lacking})")
        return None

    def _ended(self, dying: bool = False) -> str:
        """End the worker; how it had ended. The next call starts another."""
        line, self.line = self.line, None
        return "" if line is None else line.end(dying)

    def _ask(self, call: Call) -> bytes | Broken:
        """Begin to ask the worker; gives what `_answer` takes."""
        assert self.line is not None
        try:
            return self.line.ask(wire.CALL, call.body)
        except wire.WireError as error:
            return Broken(f"what a call needs cannot be sent to the worker: {error}")

    def _answer(self, asked: bytes | Broken) -> Loaded | Outcome:
        """What the worker answers within what is left of the time; whatever happens becomes an outcome."""
        if isinstance(asked, Broken):
            return asked
        assert self.line is not None
        left = self.limits.submission_seconds - self.used
        seconds = min(self.limits.call_seconds, left)
        started = time.monotonic()
        try:
            body = self.line.answer(asked, started + seconds)
            return answers.outcome(body, self.printed.take(), self.source)
        except Late:
            return self._late(seconds, seconds == left)
        except Ended:
            return self._died("")
        except (wire.WireError, answers.Malformed):
            return self._died(_NO_ANSWER)
        finally:
            self.used += time.monotonic() - started

    def _late(self, seconds: float, of_submission: bool) -> TimedOut:
        """The worker has not answered in time: end it, and say where it was."""
        assert self.line is not None
        self.timeouts += 1
        line = self.line.where(self.filename, self.source.count(b"\n") + 1)
        self._ended()
        source = answers.source_line(self.source, line) if line else ""
        return TimedOut(seconds, line, source, of_submission, self.printed.take())

    def _died(self, reason: str) -> Died:
        """The worker has ended or talks nonsense: end it, and say how it came to that."""
        ended = self._ended(dying=not reason)
        return Died(reason or ended or "it was killed, probably for the memory it used", self.printed.take())
