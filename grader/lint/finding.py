"""What lint has to say: a place, a sentence with the repair, and under which seeds it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, order=True)
class Finding:
    """One fault of the content. `seeds` are those that show it, empty where no seed matters."""

    place: str
    message: str
    seeds: tuple[int, ...] = ()
    warning: bool = False

    def __str__(self) -> str:
        shown = (
            f" (seed {', '.join(map(str, self.seeds[:5]))}{', ...' if len(self.seeds) > 5 else ''})"
            if self.seeds
            else ""
        )
        return f"{'warning: ' if self.warning else ''}{self.place}: {self.message}{shown}"


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in order of place, those that differ only in their seeds made one."""
    seeds: dict[Finding, set[int]] = {}
    for finding in findings:
        seeds.setdefault(replace(finding, seeds=()), set()).update(finding.seeds)
    return sorted(replace(finding, seeds=tuple(sorted(found))) for finding, found in seeds.items())
