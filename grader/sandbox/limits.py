"""What a submission may use, and the named levels of confinement. Imports nothing heavy: the CLI reads it first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

MAX_SOURCE: Final = 1 << 20  # bytes; an exercise of the course has about 20 kB
SCRATCH_MB: Final = 64  # all files of a submission together
SCRATCH_FILES: Final = 1000


class Level(str, Enum):
    """How far student code is confined; ordered, `SEPARATE < LIMITED < CONFINED < JAILED`.

    separate   another process, stopped at the wall clock
    limited    and with limits on memory, files or processes that the system enforces
    confined   and without files, network, processes and signals beyond its own folder
    jailed     and in namespaces of its own, where nothing else exists
    """

    SEPARATE = "separate"
    LIMITED = "limited"
    CONFINED = "confined"
    JAILED = "jailed"

    @property
    def rank(self) -> int:
        """0 for separate to 3 for jailed."""
        return tuple(Level).index(self)

    # str compares by the alphabet, which would put confined below limited
    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank


@dataclass(frozen=True)
class Limits:
    """The limits of one submission; `printed_bytes` and `submission_seconds` count over all its calls."""

    call_seconds: float = 5.0
    submission_seconds: float = 30.0
    memory_mb: int = 1024
    printed_bytes: int = 1 << 20
    file_mb: int = 16

    def __post_init__(self) -> None:
        for name in ("call_seconds", "submission_seconds", "memory_mb", "printed_bytes", "file_mb"):
            if not getattr(self, name) > 0:
                raise ValueError(f"limits: {name} is {getattr(self, name)}, but it must be above 0")
        if self.memory_mb < 256:
            raise ValueError(f"limits: memory_mb is {self.memory_mb}, but NumPy alone needs 256")


@dataclass(frozen=True)
class Probe:
    """One line of the self-test: what was tried, whether it went as it must, and what happened."""

    name: str
    ok: bool
    detail: str = ""
