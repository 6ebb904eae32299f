"""A fault of the bank with its place, apart from the YAML reader so that the start path need not import it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing wrong with a file: where, what, and how to repair it."""

    file: Path
    line: int
    column: int
    field: str
    message: str
    repair: str

    def __str__(self) -> str:
        where = f"{_from_here(self.file)}:{self.line}:{self.column}"
        middle = f"{self.field}: " if self.field else ""
        return f"{where}: {middle}{self.message}" + (f" {self.repair}" if self.repair else "")


def _from_here(file: Path) -> Path:
    """The file as one names it in the current folder, if it is below that."""
    try:
        return file.relative_to(Path.cwd())
    except (ValueError, OSError):  # the current folder may be gone
        return file


class BankError(Exception):
    """A bank that cannot be read; `faults` says where and what to do."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        shown = "\n".join(str(fault) for fault in faults[:10])
        more = f"\n… and {len(faults) - 10} more" if len(faults) > 10 else ""
        super().__init__(shown + more)
