"""The bank as the player reads it: an SQLite cache keyed by the files' content, so that a start parses nothing.

A hit needs neither pydantic nor PyYAML. A miss reads and validates the bank once and writes the cache anew; where the
folder cannot be written, the index lives in memory.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

CACHE_VERSION = 1  # raise it when a table or the meaning of a column changes
HEAD = "question_bank.yaml"
_ENGINE = ("bank.py", "document.py", "formula.py", "index.py")  # and the models in schema/

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE topic (position INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, grp TEXT, needs TEXT, exercises TEXT,
    also TEXT);
CREATE TABLE grp (id TEXT PRIMARY KEY, title TEXT);
CREATE TABLE question (position INTEGER PRIMARY KEY, id TEXT UNIQUE, topic TEXT, grp TEXT, type TEXT,
    difficulty INTEGER, bloom TEXT, status TEXT, family TEXT, template INTEGER, revision INTEGER, breaking INTEGER,
    content TEXT, needs TEXT, tags TEXT, body TEXT);
"""


class TopicCard(NamedTuple):
    """A topic as the player needs it."""

    id: str
    title: str
    group: str
    needs: tuple[str, ...]
    exercises: tuple[str, ...]
    also: tuple[str, ...]


class Entry(NamedTuple):
    """A question without its body: what choosing and scheduling need."""

    position: int
    id: str
    topic: str
    group: str
    type: str
    difficulty: int
    bloom: str
    status: str
    family: str
    template: bool
    revision: int
    breaking: int
    content: str
    needs: tuple[str, ...]
    tags: frozenset[str]


class Index:
    """Read access to the cached bank."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        """Close the cache file."""
        self._connection.close()

    def __del__(self) -> None:
        self._connection.close()

    @cached_property
    def title(self) -> str:
        """The title of the bank."""
        return str(self._connection.execute("SELECT value FROM meta WHERE key = 'title'").fetchone()[0])

    @cached_property
    def topics(self) -> dict[str, TopicCard]:
        """The topics by id, in the order of the head."""
        rows = self._connection.execute("SELECT id, title, grp, needs, exercises, also FROM topic ORDER BY position")
        return {
            row[0]: TopicCard(row[0], row[1], row[2], _words(row[3]), _words(row[4]), _words(row[5])) for row in rows
        }

    @cached_property
    def groups(self) -> dict[str, str]:
        """The titles of the groups by id."""
        return dict(self._connection.execute("SELECT id, title FROM grp ORDER BY id"))

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every question that may be asked in self-quiz, by id, in the order of the bank."""
        rows = self._connection.execute(
            "SELECT position, id, topic, grp, type, difficulty, bloom, status, family, template, revision, breaking,"
            " content, needs, tags FROM question WHERE status = 'reviewed' ORDER BY position"
        )
        return {row[1]: _entry(row) for row in rows}

    @property
    def breaking(self) -> dict[str, int]:
        """By question, the revision from which answers count, where that is not the first."""
        return {entry.id: entry.breaking for entry in self.entries.values() if entry.breaking}

    def record(self, question: str) -> dict[str, Any]:
        """One question in full; KeyError if there is none of that id."""
        row = self._connection.execute("SELECT body FROM question WHERE id = ?", (question,)).fetchone()
        if row is None:
            raise KeyError(question)
        record: dict[str, Any] = json.loads(row[0])
        return record

    def ids(self) -> list[str]:
        """The ids of all questions of any status."""
        return [row[0] for row in self._connection.execute("SELECT id FROM question ORDER BY position")]


def _entry(row: Sequence[Any]) -> Entry:
    return Entry._make((*row[:9], bool(row[9]), *row[10:13], _words(row[13]), frozenset(_words(row[14]))))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def open_index(course: Path, cache: Path | None) -> Index:
    """The index of a course's bank, from the cache folder if it is current; raises BankError."""
    file = None if cache is None else cache / "question_bank.db"
    if file is not None and file.exists():
        index = _current(course, file)
        if index is not None:
            return index
    return Index(_build(course, file))


def _current(course: Path, file: Path) -> Index | None:
    connection = sqlite3.connect(file)
    try:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        patterns = json.loads(meta["include"])
        # Unchanged sizes and times spare the reading; files that were only touched or copied are told by their content.
        if meta["stamp"] == _stamp(course, patterns) or meta["key"] == content_key(course, patterns):
            return Index(connection)
    except (sqlite3.Error, OSError, KeyError, ValueError):
        pass  # whatever is wrong with a cache, it is made anew
    connection.close()
    return None


def _stamp(course: Path, patterns: Iterable[str]) -> str:
    """Names, sizes and times of the files that `content_key` reads."""
    stats = [(file.name, os.stat(file)) for file in _sources(course, patterns)]
    return f"{CACHE_VERSION} " + " ".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}" for name, stat in stats)


def content_key(course: Path, patterns: Iterable[str]) -> str:
    """A hash of the head, of every included file and of the code that reads them."""
    import hashlib

    digest = hashlib.sha256(f"{CACHE_VERSION}".encode())
    for file in _sources(course, patterns):
        data = file.read_bytes()
        digest.update(f"{file.name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _sources(course: Path, patterns: Iterable[str]) -> list[Path]:
    here = Path(__file__).parent
    engine = [*(here / name for name in _ENGINE), *sorted((here / "schema").glob("*.py"))]
    return [course / HEAD, *included(course, patterns), *engine]


def included(course: Path, patterns: Iterable[str]) -> list[Path]:
    """The topic files that the head names, in order of their names; a path out of the course is ignored."""
    root = course.resolve()
    found: dict[str, Path] = {}  # by text: a Path is slow to compare
    for pattern in patterns:
        if not Path(pattern).is_absolute() and ".." not in Path(pattern).parts:
            found.update((str(path), path) for path in root.glob(pattern))
    return [found[name] for name in sorted(found) if found[name].is_file()]


def _build(course: Path, file: Path | None) -> sqlite3.Connection:
    from .bank import load_bank, read_head

    # Before the files are read: if one changes meanwhile, the next start sees it and reads again.
    patterns = read_head(course).include
    key, stamp = content_key(course, patterns), _stamp(course, patterns)
    bank = load_bank(course)
    memory = sqlite3.connect(":memory:")
    memory.executescript(_TABLES)
    with memory:
        meta = {"key": key, "stamp": stamp, "include": json.dumps(bank.head.include), "title": bank.head.title}
        memory.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        memory.executemany("INSERT INTO grp VALUES (?, ?)", [(group.id, group.title) for group in bank.head.groups])
        memory.executemany(
            "INSERT INTO topic VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (place, t.id, t.title, t.group, " ".join(t.needs), " ".join(t.exercises), " ".join(t.also))
                for place, t in enumerate(bank.head.topics)
            ],
        )
        rows = [_row(place, placed.record) for place, placed in enumerate(bank.questions)]
        memory.executemany(f"INSERT INTO question VALUES ({', '.join('?' * 16)})", rows)
    if file is not None:
        _save(memory, file)
    return memory


def _row(place: int, record: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        place, record["id"], record["topic"], record["group"], record["type"], record["difficulty"], record["bloom"],
        record["status"], record["family"] or record["id"], int(bool(record["params"])), record["revision"],
        record["breaking"] or 0, record["content"], " ".join(record["needs"]), " ".join(sorted(_tags(record))),
        json.dumps(record, ensure_ascii=False),
    )  # fmt: skip


def _tags(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["misconception"]} if isinstance(value.get("misconception"), str) else set()
        return own.union(*(_tags(child) for child in value.values()))
    if isinstance(value, list):
        return set().union(*(_tags(child) for child in value))
    return set()


def _save(memory: sqlite3.Connection, file: Path) -> None:
    """Write the cache beside the old one and put it in its place at once; a folder that refuses costs only time."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError, sqlite3.Error):
        file.parent.mkdir(parents=True, exist_ok=True)
        target = sqlite3.connect(part)
        try:
            memory.backup(target)
        finally:
            target.close()
        os.replace(part, file)
    with suppress(OSError):
        part.unlink(missing_ok=True)
