"""Who the students are: in a file of its own, which nothing but exports by name has to read.

Everywhere else a student is a pseudonym, an HMAC of the student's id under the course's key: the same in every run of the
course, and of no use to anyone without this file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Final

from grader.classroom.database import damaged, open_database
from grader.classroom.model import Identity
from grader.classroom.secret import create_private

FILE: Final = "identity.db"
KEY: Final = "class.key"
_BITS: Final = 60  # twelve letters; among 10,000 students two meet with a chance of one in 10 billion

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS identity (
    pseudonym TEXT PRIMARY KEY, student TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, section TEXT NOT NULL,
    ids TEXT NOT NULL, listed INTEGER NOT NULL
)STRICT;
CREATE TABLE IF NOT EXISTS alias (id TEXT PRIMARY KEY, pseudonym TEXT NOT NULL)STRICT;
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    present INTEGER NOT NULL, placing TEXT NOT NULL, UNIQUE (root, path)
)STRICT;
CREATE TABLE IF NOT EXISTS origin (
    file INTEGER NOT NULL, submission INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (file, submission, member)
)STRICT;
CREATE INDEX IF NOT EXISTS origin_of ON origin (submission);
CREATE TABLE IF NOT EXISTS scan (
    root TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, files INTEGER NOT NULL, kinds TEXT NOT NULL
)STRICT;
CREATE TABLE IF NOT EXISTS unplaced (file INTEGER NOT NULL, member TEXT NOT NULL, reason TEXT NOT NULL)STRICT;
CREATE INDEX IF NOT EXISTS unplaced_of ON unplaced (file);
"""


def course_key(state: Path) -> bytes:
    """The key of a course's pseudonyms, made when it is first needed; only its owner may read it."""
    path = state / KEY
    create_private(path, secrets.token_hex(32).encode())
    return path.read_bytes().strip()


def pseudonym(key: bytes, student: str) -> str:
    """The pseudonym of a student's id: twelve letters and digits."""
    digest = hmac.new(key, student.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest)[: _BITS // 5].decode().lower()


class Identities:
    """The identities of a run. A context manager; writes belong into `transaction(identities.db, identities.path)`."""

    def __init__(self, folder: Path, *, writing: bool = False) -> None:
        self.path = folder / FILE
        self.db = open_database(self.path, _SCHEMA if writing else None)

    def __enter__(self) -> Identities:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def __iter__(self) -> Iterator[Identity]:
        """All identities, in the order of their pseudonyms."""
        try:
            with closing(self.db.execute("SELECT * FROM identity ORDER BY pseudonym")) as rows:
                yield from map(_identity, rows)
        except sqlite3.Error as error:
            raise damaged(self.path, error) from error

    def get(self, name: str) -> Identity | None:
        """Who has a pseudonym, or None."""
        row = self.db.execute("SELECT * FROM identity WHERE pseudonym = ?", (name,)).fetchone()
        return _identity(row) if row else None

    def known(self, alias: str) -> str | None:
        """The pseudonym that an id ("roster:alice", "moodle:123") was given before, or None."""
        row = self.db.execute("SELECT pseudonym FROM alias WHERE id = ?", (_storable(alias),)).fetchone()
        return str(row[0]) if row else None

    def put(self, identity: Identity, aliases: tuple[str, ...] = ()) -> None:
        """Keeps an identity, and the ids that mean it from now on."""
        self.db.execute(
            "INSERT INTO identity VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pseudonym) DO UPDATE SET "
            "student = excluded.student, name = excluded.name, email = excluded.email, section = excluded.section, "
            "ids = excluded.ids, listed = excluded.listed",
            (
                *(identity.pseudonym, identity.student, identity.name, identity.email, identity.section),
                *(json.dumps(dict(identity.ids), sort_keys=True), identity.listed),
            ),
        )
        self.db.executemany(
            "INSERT OR IGNORE INTO alias VALUES (?, ?)", [(_storable(a), identity.pseudonym) for a in aliases]
        )

    def find(self, word: str) -> list[Identity]:
        """Those that a pseudonym, a student id, an email address, an LMS id or a whole name means."""
        folded = word.casefold()

        def means(identity: Identity) -> bool:
            words = (identity.pseudonym, identity.student, identity.email, identity.name, *identity.ids.values())
            return any(folded == each.casefold() for each in words if each)

        exact = [identity for identity in self if word in (identity.pseudonym, identity.student)]
        return exact or [identity for identity in self if means(identity)]


def _storable(text: str) -> str:
    """A text that SQLite takes: bytes of a file's name that are no UTF-8 as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _identity(row: tuple[str, str, str, str, str, str, int]) -> Identity:
    ids: Mapping[str, str] = json.loads(row[5])
    return Identity(row[0], row[1], row[2], row[3], row[4], ids, bool(row[6]))
