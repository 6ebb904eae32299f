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

from grader.classroom.conditions import environment
from grader.classroom.ledger import Graded
from grader.classroom.model import pack
from grader.classroom.work import warm
from grader.classroom.work.chunk import Chunk, Plain, results_to_plain
from grader.grading import grade_source
from grader.plan import Plan, load
from grader.sandbox import Level, Limits, Sandbox, SandboxError
from grader.verdict import ExerciseResult, Status, canonical

KEPT_PLANS: Final = 6
TRIES: Final = 3  # of our own failures: a process of ours that was killed is started again
BUSY: Final = 0.6  # the share of its time that a looping submission computes, unless the machine gives it no time
SUSPECT: Final = "timeout, perhaps for want of processor time"


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
            if not chunk.second_look and _starved(made, result):
                return Graded(key, failure=SUSPECT)
            return made
        return Graded(key, failure=failure or "its process was killed again and again, each time elsewhere")

    def _run(self, chunk: Chunk, plan: Plan, source: bytes) -> tuple[ExerciseResult, float | None]:
        sandbox = self._ready(chunk)
        before = used_by_workers(sandbox)
        result = grade_source(plan, source, Path(chunk.file), sandbox, course=chunk.course)
        after = used_by_workers(sandbox)
        cpu_ms = None if before is None or after is None or after < before else after - before
        return replace(result, seed=None), cpu_ms  # the seed of a hidden run is not in its results

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


def _starved(made: Graded, result: ExerciseResult) -> bool:
    """Whether a timeout may be due to a machine that gave the submission no time, rather than to a loop."""
    return made.timeouts > 0 and (made.cpu_ms is None or made.cpu_ms < BUSY * made.wall_ms)


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
    """Where each function was stopped, taken out of the result: another run stops a loop at another line."""
    places = {}
    loading, _, place = document["problem"].partition(": stopped at line ")
    if place:
        document["problem"], places[""] = loading, f"line {place}"
    for function in document["functions"]:
        for check in function["checks"]:
            mismatch: Mapping[str, Any] | None = check["mismatch"]
            if mismatch is not None and mismatch["kind"] == "timeout" and ", at line " in mismatch["detail"]:
                detail, _, place = mismatch["detail"].partition(", at line ")
                check["mismatch"] = {**mismatch, "detail": detail}
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
