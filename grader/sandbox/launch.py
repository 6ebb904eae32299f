"""Chooses the way to run workers."""

from __future__ import annotations

from grader.sandbox import early
from grader.sandbox.limits import Level, Limits
from grader.sandbox.workers import Workers


def launcher(want: Level | None, limits: Limits) -> Workers:
    """The strongest way that is not above `want`; None is what a student's own run uses."""
    if want in (Level.LIMITED, Level.SEPARATE) or not early.has_zygote():
        from grader.sandbox.spawned import Spawned

        return Spawned(limits, () if want is Level.SEPARATE else ("rlimits",))
    from grader.sandbox.forked import Forked

    return Forked(limits, jail=want is Level.JAILED)
