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
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Final

from grader.classroom.database import open_database
from grader.classroom.fault import ClassError
from grader.classroom.model import Identity
from grader.classroom.secret import create_private

FILE: Final = "identity.db"
KEY: Final = "class.key"
_KEY_BYTES: Final = 32
_BITS: Final = 60  # twelve letters; among 10,000 students two meet with a chance of one in 10 billion

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)STRICT;
CREATE TABLE IF NOT EXISTS identity (
    pseudonym TEXT PRIMARY KEY, student TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, section TEXT NOT NULL,
    ids TEXT NOT NULL, listed INTEGER NOT NULL
)STRICT;
CREATE TABLE IF NOT EXISTS alias (id TEXT PRIMARY KEY, pseudonym TEXT NOT NULL)STRICT;
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, root TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, changed INTEGER NOT NULL,
    placing TEXT NOT NULL, UNIQUE (root, path)
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
    """The key of a course's pseudonyms, made when it is first needed; only its owner may read it. ClassError without one."""
    path = state / KEY
    hint = "Put back a copy of it. Only if there is none, delete it: with a new one students get other pseudonyms."
    try:
        create_private(path, secrets.token_hex(32).encode())
        key = path.read_bytes().strip()
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}", "Make it a file that you can read and write.") from error
    if len(key) < _KEY_BYTES:  # who knows the key can tell whose a pseudonym is
        raise ClassError(f"{path} has {len(key)} bytes, and the key of the pseudonyms at least {_KEY_BYTES}", hint)
    return key


def pseudonym(key: bytes, student: str) -> str:
    """The pseudonym of a student's id: twelve letters and digits."""
    digest = hmac.new(key, student.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest)[: _BITS // 5].decode().lower()


class Identities:
    """The identities of a run. A context manager; writes belong into `transaction(identities.db, identities.path)`."""

    def __init__(self, folder: Path, *, writing: bool = False) -> None:
        self.path = folder / FILE
        self.db = open_database(self.path, _SCHEMA if writing else None)
        if writing:
            self.db.execute("PRAGMA secure_delete = ON")  # what is deleted here named somebody

    def __enter__(self) -> Identities:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.db.close()

    def __iter__(self) -> Iterator[Identity]:
        """All identities, in the order of their pseudonyms."""
        with closing(self.db.execute("SELECT * FROM identity ORDER BY pseudonym")) as rows:
            yield from map(_identity, rows)

    def meta(self, name: str) -> str | None:
        """What is kept under a name."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def put_meta(self, name: str, value: str) -> None:
        """Keeps something under a name. Belongs into a transaction."""
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def get(self, name: str) -> Identity | None:
        """Who has a pseudonym, or None."""
        row = self.db.execute("SELECT * FROM identity WHERE pseudonym = ?", (name,)).fetchone()
        return _identity(row) if row else None

    def known(self, alias: str) -> str | None:
        """The pseudonym that an id ("roster:alice", "moodle:123") was given before, or None."""
        row = self.db.execute("SELECT pseudonym FROM alias WHERE id = ?", (_storable(alias),)).fetchone()
        return str(row[0]) if row else None

    def of_student(self, student: str) -> str | None:
        """The pseudonym of a student whom the rules name by their id, or None."""
        return self.known(f"roster:{student}") or self.known(unicodedata.normalize("NFC", student))

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
