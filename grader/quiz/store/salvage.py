"""A damaged progress file: it is kept under another name, and what can be read of it is saved."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from .rows import EVENT_COLUMNS, INSERT_EVENT, put_state


def move_aside(file: Path) -> Path:
    """Give a damaged file and what SQLite keeps beside it another name, which is returned; raises OSError."""
    kept = file.with_name(f"{file.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for suffix in ("-wal", "-shm", ""):
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.replace(kept.with_name(kept.name + suffix))
    return kept


def salvage(kept: Path, target: sqlite3.Connection) -> int:
    """Copy the readable events of a damaged file; returns how many. The next session derives their cards."""
    saved = 0
    source = sqlite3.connect(kept)
    try:
        for row in source.execute(f"SELECT {EVENT_COLUMNS} FROM quiz_event ORDER BY id"):
            target.execute(INSERT_EVENT, row)
            saved += 1
    except sqlite3.Error:
        pass  # the rest cannot be read
    source.close()
    if saved:
        put_state(target, "rebuild", "1")
    return saved
