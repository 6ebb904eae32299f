"""One submission: its source is loaded and its functions are called in workers that are replaced as they break."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import Final

from grader import wire
from grader.sandbox import answers, selftest
from grader.sandbox.channel import Channel, Ended, Late, PollChannel, Printed, ThreadChannel, answer, ask
from grader.sandbox.launch import launcher
from grader.sandbox.limits import MAX_SOURCE, Level, Limits, Probe
from grader.sandbox.workers import START_SECONDS, SandboxError, Workers
from grader.values import Value
from grader.verdict import Absent, Broken, Died, Loaded, Outcome, Raised, TimedOut

_TIMEOUTS: Final = 2  # after so many a submission is stopped: each costs the whole time of a call
_WHERE_SECONDS: Final = 0.1
_STACK_BYTES: Final = 1 << 16
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_./ -]{1,100}\.py")

POLLS = os.name != "nt"
"""Whether pipes can be polled here."""

Arguments = Sequence[tuple["str | None", Value]]


class Sandbox:
    """Runs submissions, one at a time, at the level that its self-test found. A context manager."""

    def __init__(self, limits: Limits, *, want: Level | None = None) -> None:
        self.limits = limits
        self.want = want
        self.probes: tuple[Probe, ...] = ()
        self.workers: Workers = launcher(want, limits)
        self._spare: tuple[Channel, bytes] | None = None
        self._session: Session | None = None
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
        self.workers.close()
        self._closed = True
        if self._session is not None:
            self._session.close()
        if self._spare is not None:
            self._spare[0].close()

    def _tested(self) -> tuple[Probe, ...]:
        probes = self.workers.probe()
        selftest.remember(self.want, probes)
        return probes

    def session(self, source: bytes, filename: str, functions: Sequence[str]) -> Session:
        """A session for a submission's source; the one before it is over."""
        if self._session is not None:
            self._session.close()
        self._session = Session(self, source, filename, functions)
        return self._session

    def prepare(self) -> None:
        """Start the next worker, so that it has confined itself by the time there is a submission for it."""
        if self._spare is None and not self._closed:
            try:
                self._spare = self._started()
            except SandboxError:
                pass  # the session that needs it tries again, and says why

    def take(self) -> tuple[Channel, bytes]:
        """A worker that has been told to confine itself, with the id of its answer; SandboxError if there is none."""
        spare, self._spare = self._spare, None
        return spare or self._started()

    def _started(self) -> tuple[Channel, bytes]:
        limits = {
            "call_seconds": float(self.limits.call_seconds),
            "memory_mb": self.limits.memory_mb,
            "file_mb": self.limits.file_mb,
            "cpu_seconds": 2 * int(self.limits.submission_seconds) + 2,  # the clock on the wall comes first
            "steps": self.workers.steps,
        }
        pipes = self.workers.start()
        make = PollChannel if POLLS else ThreadChannel
        channel: Channel = make(pipes.reader, pipes.writer, pipes.printing, Printed(self.limits.printed_bytes))
        request = ask(channel, wire.START, limits)
        channel.step(0)
        return channel, request

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
        self.channel: Channel | None = None
        self.used = 0.0
        self.timeouts = 0
        self.loaded: Loaded | Outcome | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, and start the one for the next session."""
        channel, self.channel = self.channel, None
        if channel is not None:
            self.sandbox.prepare()  # which ends this one
            channel.close()

    def load(self) -> Loaded | Outcome:
        """The functions of the source, or the outcome that kept it from being loaded."""
        if self.loaded is None or self.channel is None:
            self.loaded = self._load()
        return self.loaded

    def call(self, function: str, args: Arguments, *, repeat: bool = True) -> Outcome:
        """What one call does; with `repeat` it is made twice, on fresh copies, to see whether it repeats itself."""
        if self._spent():
            return TimedOut(0.0, of_submission=True)
        loaded = self.load()
        if not isinstance(loaded, Loaded):
            return loaded
        if function not in loaded.functions:
            return Absent(answers.near(function, loaded.names))
        names, values = tuple([name for name, _ in args]), tuple([value for _, value in args])
        outcome = self._ask(wire.CALL, (function, names, values, repeat))
        if isinstance(outcome, Loaded):
            return self._died("it sent something that is not an answer")
        return outcome

    def _load(self) -> Loaded | Outcome:
        if len(self.source) > MAX_SOURCE:
            size = f"{len(self.source) / (1 << 20):.1f} MiB"
            return Raised(("ValueError", "Exception", "BaseException"), f"the file has {size}; at most 1 MiB is read")
        if self._spent():
            return TimedOut(0.0, of_submission=True)
        problem = self._start()
        if problem is not None:
            return problem
        outcome = self._ask(wire.LOAD, (self.source, self.filename, self.functions))
        if not isinstance(outcome, Loaded):
            self._end()
        return outcome

    def _spent(self) -> bool:
        return self.timeouts >= _TIMEOUTS or self.used >= self.limits.submission_seconds

    def _start(self) -> Broken | None:
        """Take a worker that has confined itself; Broken if that fails, which is our fault."""
        self._end()
        try:
            self.channel, request = self.sandbox.take()
            failures = answer(self.channel, request, time.monotonic() + START_SECONDS)
        except (SandboxError, Late, Ended, wire.WireError) as error:
            return Broken(f"a worker could not be started: {self._failed() or error}")
        self.channel.printed = self.printed
        lacking = self.sandbox.lacking(failures)
        if lacking:
            self._end()
            return Broken(f"a worker could not be confined ({lacking})")
        return None

    def _failed(self) -> str:
        """What a worker that did not start has to say about it."""
        try:
            ended = self.sandbox.workers.end(dying=True)
        except SandboxError as error:
            ended = str(error)
        if self.channel is None:
            return ended
        self.channel.drain()
        words = self.channel.printed.take().strip()
        self._end()
        return words or ended

    def _end(self) -> None:
        """End the worker, if there is one."""
        channel, self.channel = self.channel, None
        if channel is None:
            return
        try:
            self.sandbox.workers.end()
        except SandboxError:
            pass  # its zygote is gone, and the worker with it
        finally:
            channel.close()

    def _ask(self, kind: int, value: Value) -> Loaded | Outcome:
        """Ask the worker, within what is left of the time; whatever happens becomes an outcome."""
        assert self.channel is not None
        left = self.limits.submission_seconds - self.used
        seconds = min(self.limits.call_seconds, left)
        started, workers = time.monotonic(), self.sandbox.workers
        try:
            request = ask(self.channel, kind, value)
        except wire.WireError as error:
            return Broken(f"what a call needs cannot be sent to the worker: {error}")
        try:
            said = answer(self.channel, request, started + seconds, workers.watch if workers.watches else None)
            elapsed = time.monotonic() - started
            return answers.outcome(said, self.printed.take(), elapsed, self.source)
        except Late:
            return self._late(seconds, seconds == left)
        except Ended:
            return self._died("")
        except (wire.WireError, answers.Malformed):
            return self._died("it sent something that is not an answer")
        finally:
            self.used += time.monotonic() - started

    def _late(self, seconds: float, of_submission: bool) -> TimedOut:
        self.timeouts += 1
        line = self._where()
        printed = self.printed.take()
        self._end()
        source = answers.source_line(self.source, line) if line else ""
        return TimedOut(seconds, line, source, of_submission, printed)

    def _where(self) -> int | None:
        """The line of the submission that runs now, if the worker still says so; it may say anything."""
        assert self.channel is not None
        pattern = re.compile(rb'File "%s", line (\d{1,7}) in ' % re.escape(self.filename.encode()))
        try:
            self.sandbox.workers.where()
        except (SandboxError, OSError):
            return None
        until = time.monotonic() + _WHERE_SECONDS
        while time.monotonic() < until and len(self.channel.incoming) < _STACK_BYTES and not self.channel.ended:
            self.channel.step(until - time.monotonic())
            found = pattern.search(self.channel.incoming)
            if found:
                line = int(found[1])
                return line if 1 <= line <= self.source.count(b"\n") + 1 else None
        return None

    def _died(self, reason: str) -> Died:
        """The worker has ended or talks nonsense: end it, and say how it came to that."""
        assert self.channel is not None
        try:
            ended = self.sandbox.workers.end(dying=not reason)
        except SandboxError as error:
            ended = str(error)
        self.channel.drain()
        channel, self.channel = self.channel, None
        channel.close()
        return Died(reason or ended or "it was killed, probably for the memory it used", self.printed.take())
