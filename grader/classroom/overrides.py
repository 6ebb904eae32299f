"""Marks set by hand, in a chain that is only ever added to: whoever changes one breaks the hashes after it.

A link's hash covers the one before and the hash of its own content. To forget a student the content is blanked and its
hash stays, so that the rest of the chain can still be checked; a random salt keeps the content from being guessed.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Final

from grader.classroom.database import Database
from grader.classroom.model import Override

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS override (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, exercise TEXT NOT NULL, content TEXT NOT NULL,
    content_hash TEXT NOT NULL, hash TEXT NOT NULL
)STRICT;
CREATE INDEX IF NOT EXISTS override_of ON override (student, exercise);
"""
_START: Final = "0" * 64


def add(
    db: Database,
    *,
    student: str,
    exercise: str,
    function: str,
    points: float | None,
    old: float | None,
    reason: str,
    author: str,
    at: datetime,
) -> int:
    """Adds a link to the chain; its number. Belongs into a transaction."""
    content = json.dumps(
        {
            **{"student": student, "exercise": exercise, "function": function, "points": points, "old": old},
            **{"reason": reason, "author": author, "at": at.timestamp(), "salt": secrets.token_hex(16)},
        },
        sort_keys=True,
    )
    last = db.execute("SELECT id, hash FROM override ORDER BY id DESC LIMIT 1").fetchone() or (0, _START)
    digest = _hash(content)
    row = (last[0] + 1, student, exercise, content, digest, _link(last[1], last[0] + 1, digest))
    db.execute("INSERT INTO override VALUES (?, ?, ?, ?, ?, ?)", row)
    return int(row[0])


def of(db: Database, student: str, exercise: str | None = None) -> tuple[Override, ...]:
    """The overrides of a student, at one exercise or all, oldest first."""
    where, values = ("", (student,)) if exercise is None else (" AND exercise = ?", (student, exercise))
    rows = db.execute(f"SELECT id, content FROM override WHERE student = ?{where} ORDER BY id", values)
    return tuple(_override(number, content) for number, content in rows if content)


def everything(db: Database) -> Iterator[Override]:
    """All overrides that are not forgotten, oldest first."""
    for number, content in db.execute("SELECT id, content FROM override WHERE content <> '' ORDER BY id"):
        yield _override(number, content)


def in_force(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """The last override of each function, and of the exercise as a whole, without those that were taken back."""
    last = {override.function: override for override in overrides}
    return tuple(override for override in last.values() if override.points is not None)


def blank(db: Database, student: str) -> int:
    """Blanks what the chain says of a student; how many links that were. Belongs into a transaction."""
    changed = db.execute("UPDATE override SET student = '', exercise = '', content = '' WHERE student = ?", (student,))
    return changed.rowcount


def broken_at(db: Database) -> int | None:
    """The number of the first link that does not fit the chain, None if all do."""
    previous, expected = _START, 1
    for number, student, exercise, content, digest, link in db.execute("SELECT * FROM override ORDER BY id"):
        data = json.loads(content) if content else None
        fits = data is None or (_hash(content) == digest and (data["student"], data["exercise"]) == (student, exercise))
        if number != expected or not fits or link != _link(previous, number, digest):
            return int(number)
        previous, expected = link, number + 1
    return None


def head(db: Database) -> str:
    """The hash of the last link: written down elsewhere, it shows later that no link was dropped from the end."""
    row = db.execute("SELECT hash FROM override ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else _START


def _override(number: int, content: str) -> Override:
    data = json.loads(content)
    return Override(
        id=number,
        **{name: data[name] for name in ("student", "exercise", "function", "points", "old", "reason", "author")},
        at=datetime.fromtimestamp(data["at"], timezone.utc),
    )


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _link(previous: str, number: int, digest: str) -> str:
    return hashlib.sha256(f"{previous} {number} {digest}".encode()).hexdigest()
