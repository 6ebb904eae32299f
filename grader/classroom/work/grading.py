"""Grades chunks in this process, which stays: sandbox and plans are kept warm from one chunk to the next."""

from __future__ import annotations

import os
import traceback
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from grader import wire
from grader.classroom.conditions import environment
from grader.classroom.ledger import Graded
from grader.classroom.model import pack
from grader.classroom.work import warm
from grader.classroom.work.chunk import Chunk, Plain, results_to_plain
from grader.grading import grade_source
from grader.plan import FunctionPlan, Plan, load
from grader.running import arguments
from grader.sandbox import Level, Limits, Sandbox, SandboxError, Session
from grader.verdict import ExerciseResult, FunctionResult, Status, TimedOut, canonical

KEPT_PLANS: Final = 6
TRIES: Final = 3  # of our own failures: a process of ours that was killed is started again
_AT_LIMIT: Final = "stopped at "  # and after how many seconds, of a call
ENOUGH_MS: Final = 50  # of processor time, for a call that takes microseconds; less than that says nothing about it
SUSPECT: Final = "timeout, perhaps for want of time"


class Grader:
    """A sandbox and some plans, kept from chunk to chunk. Close it, or its sandbox stays."""

    def __init__(self) -> None:
        self._sandbox: Sandbox | None = None
        self._made_for: tuple[Limits, Level] | None = None
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    def close(self) -> None:
        """End the sandbox."""
        sandbox, self._sandbox, self._made_for = self._sandbox, None, None
        if sandbox is not None:
            with suppress(Exception):  # it may be what broke
                sandbox.__exit__(None, None, None)

    def grade(self, chunk: Chunk) -> Iterator[Graded]:
        """A result for each item, in order."""
        plan = self._plan(chunk)
        for key, source in chunk.items:
            yield self._graded(chunk, plan, key, source)

    def _plan(self, chunk: Chunk) -> Plan:
        plan = self._plans.pop(chunk.plan_id, None) or load(chunk.plan)
        self._plans[chunk.plan_id] = plan
        while len(self._plans) > KEPT_PLANS:
            self._plans.popitem(last=False)
        return plan

    def _graded(self, chunk: Chunk, plan: Plan, key: bytes, source: bytes) -> Graded:
        """The result of one submission. What may be a failure of ours is tried again before it is believed."""
        failure, killed = "", b""
        for _ in range(TRIES):
            try:
                result, cpu_ms = self._run(chunk, plan, source)
                wants_time = not chunk.second_look and self._may_be_slow(chunk, plan, source, result)
            except Exception:
                self.close()
                failure = traceback.format_exc()
                continue
            if failure := broken(result):
                self.close()
                continue
            made = _made(key, result, cpu_ms)
            # a worker that was killed may have met its limits, or somebody who killed it: twice the same is believed
            if _was_killed(result) and made.detail != killed:
                killed = made.detail
                continue
            return Graded(key, failure=SUSPECT) if wants_time else made
        return Graded(key, failure=failure or "its process was killed again and again, each time elsewhere")

    def _run(self, chunk: Chunk, plan: Plan, source: bytes) -> tuple[ExerciseResult, float | None]:
        sandbox = self._ready(chunk)
        before = used_by_workers(sandbox)
        result = grade_source(plan, source, Path(chunk.file), sandbox, course=chunk.course)
        after = used_by_workers(sandbox)
        cpu_ms = None if before is None or after is None or after < before else after - before
        return replace(result, seed=None), cpu_ms  # the seed of a hidden run is not in its results

    def _may_be_slow(self, chunk: Chunk, plan: Plan, source: bytes, result: ExerciseResult) -> bool:
        """Whether what ran out of time may only be slow: loading, or a function that does the smallest of its cases.

        One that does not even that, with the processor for itself, is endless: right answers to it take microseconds.
        """
        if not any(function.status is Status.TIMEOUT for function in result.functions):
            return False
        timed_out = {f.name for f in result.functions if f.status is Status.TIMEOUT and not _never_ran(f)}
        if result.problem or not timed_out:
            return True
        functions = [function for function in plan.functions if function.name in timed_out]
        sandbox = self._ready(chunk)
        before = used_by_workers(sandbox)
        with sandbox.session(source, Path(chunk.file).name, [f.name for f in plan.functions]) as session:
            if any(_does_smallest(session, function) for function in functions):
                return True
        after = used_by_workers(sandbox)
        return before is None or after is None or after - before < ENOUGH_MS * len(functions)

    def _ready(self, chunk: Chunk) -> Sandbox:
        wanted = (chunk.limits, chunk.wanted_level)
        if self._sandbox is None or self._made_for != wanted:
            self.close()
            sandbox = Sandbox(chunk.limits, want=chunk.wanted_level)
            sandbox.__enter__()
            self._sandbox, self._made_for = sandbox, wanted
            if sandbox.level < min(chunk.wanted_level, Level.CONFINED):
                raise SandboxError(f"student code is only {sandbox.level.value} here, not {chunk.level}")
        return self._sandbox


def broken(result: ExerciseResult) -> str:
    """Why we could not grade a submission, or "" if we could."""
    if result.status is not Status.BROKEN:
        return ""
    for function in result.functions:
        if function.status is Status.BROKEN:
            words = [check.mismatch.detail for check in function.checks if check.mismatch is not None]
            return f"{function.name}: {next(filter(None, words), '') or result.problem or 'the grader failed'}"
    return result.problem or "the grader failed"


def _was_killed(result: ExerciseResult) -> bool:
    checks = (check for function in result.functions for check in function.checks)
    return any(check.mismatch is not None and check.mismatch.kind == "died" for check in checks)


def _does_smallest(session: Session, function: FunctionPlan) -> bool:
    """Whether a function ends, however it does, for the case with the smallest arguments."""
    smallest = min(function.cases, key=lambda case: len(wire.encode(dict(case.args))))
    outcome = session.call(function.name, arguments(function, smallest.args), repeat=False)
    return not isinstance(outcome, TimedOut)


def _never_ran(function: FunctionResult) -> bool:
    """Whether a function has the status only because others before it had used up the time."""
    details = [check.mismatch.detail for check in function.checks if check.mismatch is not None]
    return not any(detail.startswith(_AT_LIMIT) for detail in details)


def _made(key: bytes, result: ExerciseResult, cpu_ms: float | None) -> Graded:
    document = canonical(result.to_json())
    aside = {"printed": _printed(result), "stopped": _stopped(document)}
    return Graded(
        key=key,
        status=result.status.value,
        points=float(result.points),
        max_points=float(result.max_points),
        timeouts=sum(function.status is Status.TIMEOUT for function in result.functions),
        level=result.sandbox,
        wall_ms=round(result.duration_ms, 1),
        cpu_ms=cpu_ms,
        detail=pack(document),
        aside=pack(aside) if any(aside.values()) else b"",
    )


def _printed(result: ExerciseResult) -> list[list[str]]:
    rows = [["", "", result.printed]] if result.printed else []
    for function in result.functions:
        rows += [[function.name, check.id, check.printed] for check in function.checks if check.printed]
    return rows


def _stopped(document: dict[str, Any]) -> dict[str, str]:
    """Where each function was stopped, taken out of the result: another run stops a loop at another line, or later."""
    places = {}
    loading, _, place = document["problem"].partition(": stopped at line ")
    if place:
        document["problem"], places[""] = loading, f"line {place}"
    for function in document["functions"]:
        for check in function["checks"]:
            mismatch: Mapping[str, Any] | None = check["mismatch"]
            if mismatch is None or mismatch["kind"] != "timeout" or not mismatch["detail"].startswith(_AT_LIMIT):
                continue
            check["mismatch"] = {**mismatch, "detail": "stopped at the time limit"}
            _, _, place = mismatch["detail"].partition(", at line ")
            if place:
                places[function["name"]] = f"line {place}"
    return places


# --- processor time --------------------------------------------------------------------------------------------------


def used_by_workers(sandbox: Sandbox) -> float | None:
    """Milliseconds of processor time that the workers of a sandbox have used so far; None where nobody says."""
    zygote = getattr(sandbox.workers, "zygote", None)
    if zygote is None:
        return None
    try:
        pid = _inside(zygote.pid) if getattr(sandbox.workers, "jail", False) else zygote.pid
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return 1000 * (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _inside(pid: int) -> int:
    """The process that bubblewrap started."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return int(file.read().split()[0])


# --- the task --------------------------------------------------------------------------------------------------------

_grader: Grader | None = None


def grade_chunk(plain: Plain) -> Plain:
    """The results of a chunk, both as plain data. Runs in a warm process, which it keeps its sandbox in."""
    global _grader
    if _grader is None:
        _grader = Grader()
    chunk = Chunk.from_plain(plain)
    if chunk.environment != environment():
        raise RuntimeError(f"this worker has {environment()}; the run was begun with {chunk.environment}")
    results = []
    for graded in _grader.grade(chunk):
        results.append(graded)
        warm.end_if_alone()
    return results_to_plain(results)


def close() -> None:
    """End the sandbox of this process."""
    if _grader is not None:
        _grader.close()
