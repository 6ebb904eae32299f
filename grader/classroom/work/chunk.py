"""A chunk of work and its results, as plain data and as the dataclasses that stand for it here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final, TypeAlias, cast

from grader.classroom.ledger import Graded
from grader.sandbox import Level, Limits
from grader.values import Value

Plain: TypeAlias = Value
_LIMITS: Final = ("call_seconds", "submission_seconds", "memory_mb", "printed_bytes", "file_mb")


@dataclass(frozen=True)
class Chunk:
    """Submissions of one exercise: the plan, as bytes, and for each submission its key and its source.

    A worker with another environment refuses. `second_look` accepts timeouts; otherwise a submission that may only need more
    time, because it is slow or the machine is, is given back ungraded.
    """

    plan_id: str
    plan: bytes
    course: str
    file: str
    level: str
    environment: str
    limits: Limits
    items: tuple[tuple[bytes, bytes], ...]
    second_look: bool = False

    def to_plain(self) -> Plain:
        """The chunk as plain data."""
        limits = [getattr(self.limits, name) for name in _LIMITS]
        items = [list(item) for item in self.items]
        head = [self.plan_id, self.plan, self.course, self.file, self.level, self.environment]
        return cast(Plain, [*head, limits, items, self.second_look])

    @classmethod
    def from_plain(cls, plain: Plain) -> Chunk:
        """The chunk of plain data."""
        plan_id, plan, course, file, level, environment, limits, items, second_look = cast("Sequence[object]", plain)
        made = Limits(**dict(zip(_LIMITS, cast("Sequence[float]", limits))))  # type: ignore[arg-type]
        pairs = tuple((bytes(key), bytes(source)) for key, source in cast("Sequence[tuple[bytes, bytes]]", items))
        texts = (str(course), str(file), str(level), str(environment))
        return cls(str(plan_id), bytes(cast(bytes, plan)), *texts, made, pairs, bool(second_look))

    @property
    def wanted_level(self) -> Level:
        """The level to run at."""
        return Level(self.level)


def results_to_plain(results: Sequence[Graded]) -> Plain:
    """Results as plain data."""
    return cast(Plain, [list(astuple(result)) for result in results])


def results_from_plain(plain: Plain) -> list[Graded]:
    """The results of plain data."""
    return [Graded(*row) for row in cast("Sequence[Sequence[object]]", plain)]  # type: ignore[arg-type]
