"""Runs student code in workers that are confined, limited, watched and, when they misbehave, replaced.

    with Sandbox(Limits()) as sandbox, sandbox.session(source, "exercise17.py", names) as session:
        session.load()                     # Loaded, or the Outcome that kept it from being loaded
        session.call("batch_norm", args)   # an Outcome, whatever the code does
        session.calls([Call(...), ...])    # many of them, which is faster

The names are imported when first used: the command line starts a worker (`early`) before it imports anything else,
`typing` included.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from grader.sandbox.early import start_early
    from grader.sandbox.limits import Level, Limits, Probe
    from grader.sandbox.selftest import level_quickly
    from grader.sandbox.session import Call, Sandbox, Session
    from grader.sandbox.workers import SandboxError

__all__ = ["Call", "Level", "Limits", "Probe", "Sandbox", "SandboxError", "Session", "level_quickly", "start_early"]

_HOMES = {
    "start_early": "early",
    "Call": "session",
    "Level": "limits",
    "Limits": "limits",
    "Probe": "limits",
    "level_quickly": "selftest",
    "Sandbox": "session",
    "SandboxError": "workers",
    "Session": "session",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
