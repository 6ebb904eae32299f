"""What a student answered, in SQLite: events are only ever added; cards, mastery and statistics are derived from them.

The file is shared with the record of exercise attempts; the quiz has its own tables. `quiz_card` holds the schedule of each question as
it follows from the events, so that asking what is due costs one indexed query; `rebuild` makes it again.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_TABLES = """
CREATE TABLE IF NOT EXISTS quiz_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    session TEXT NOT NULL,
    question TEXT NOT NULL,
    topic TEXT NOT NULL,
    revision INTEGER NOT NULL,
    content TEXT NOT NULL,
    seed INTEGER NOT NULL,
    variant TEXT NOT NULL,
    answer TEXT NOT NULL,
    score REAL NOT NULL,
    rating INTEGER NOT NULL,
    certainty INTEGER,
    hints INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL,
    misconceptions TEXT NOT NULL,
    undoes INTEGER
);
CREATE INDEX IF NOT EXISTS quiz_event_question ON quiz_event (question, id);
CREATE INDEX IF NOT EXISTS quiz_event_at ON quiz_event (at);
CREATE INDEX IF NOT EXISTS quiz_event_session ON quiz_event (session, id);
CREATE INDEX IF NOT EXISTS quiz_event_undoes ON quiz_event (undoes) WHERE undoes IS NOT NULL;
CREATE TABLE IF NOT EXISTS quiz_card (
    question TEXT PRIMARY KEY,
    topic TEXT NOT NULL,
    due REAL NOT NULL,
    last REAL NOT NULL,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    answers INTEGER NOT NULL,
    score REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS quiz_card_due ON quiz_card (due);
CREATE TABLE IF NOT EXISTS quiz_state (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_EVENT_COLUMNS = (
    "at, kind, session, question, topic, revision, content, seed, variant, answer, score, rating, certainty, hints,"
    " milliseconds, misconceptions, undoes"
)
BUSY_SECONDS = 5.0  # another `grade` may be writing for a moment


class StoreError(Exception):
    """The progress file cannot be read or written; the message says which and what to do."""


class Event(NamedTuple):
    """One answer (`kind` answer), skip, or the undoing of an earlier event."""

    at: float
    kind: str
    session: str
    question: str
    topic: str
    revision: int
    content: str
    seed: int
    variant: str
    answer: str
    score: float
    rating: int
    certainty: int | None
    hints: int
    milliseconds: int
    misconceptions: str
    undoes: int | None = None
    id: int = 0


class Card(NamedTuple):
    """The schedule of one question: when it is due and what the memory model knows of it."""

    question: str
    topic: str
    due: float
    last: float
    stability: float
    difficulty: float
    answers: int
    score: float


Reviewer = Callable[[Card | None, Event], Card]  # the next card after an answer


class Store:
    """The quiz's part of a progress file."""

    def __init__(self, file: Path | None) -> None:
        """Open or begin the file; without one, everything is kept in memory and gone at the end."""
        self.file = file or Path(":memory:")
        self.notices: list[str] = []
        try:
            self._connection = self._open(self.file)
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{file} cannot be opened: {error}. Check the folder's permissions and free space."
            ) from None
        except sqlite3.DatabaseError as error:
            self._connection = self._set_aside(error)
        self._note_clock()

    def _open(self, file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")  # an answer that was shown as saved survives a power cut
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'quiz_state'").fetchone():
                connection.executescript(_TABLES)
            connection.execute("SELECT * FROM quiz_card LIMIT 1").fetchone()
            connection.execute("SELECT * FROM quiz_event ORDER BY id DESC LIMIT 1").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _set_aside(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Keep a damaged file under another name, save what can be read of it, and begin a new one."""
        kept = self.file.with_name(f"{self.file.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        try:
            for suffix in ("-wal", "-shm", ""):
                part = self.file.with_name(self.file.name + suffix)
                if part.exists():
                    part.replace(kept.with_name(kept.name + suffix))
        except OSError as problem:
            raise StoreError(f"{self.file} is damaged ({error}) and cannot be moved: {problem.strerror}.") from None
        connection = self._open(self.file)
        saved = _salvage(kept, connection)
        self.notices.append(
            f"{self.file} is damaged ({error}). It is kept as {kept.name}; a new one is begun with {saved} answers saved from it."
        )
        return connection

    def _note_clock(self) -> None:
        last = self._query("SELECT max(at) FROM quiz_event", ())[0][0]
        if last is not None and last > time.time() + 3600:
            ahead = (last - time.time()) / 86400
            self.notices.append(
                f"The clock is {ahead:.1f} days behind your last answer. Answers are saved; dates may be off until it is right."
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __del__(self) -> None:
        if hasattr(self, "_connection"):  # the file may not have been opened
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{self.file} cannot be written: {error}. The answer is not saved.") from None

    # --- writing -----------------------------------------------------------------------------------------------------

    def add(self, event: Event, review: Reviewer) -> int:
        """Add an event and move the question's card along, in one transaction; returns the event's id."""
        with self._transaction() as connection:
            cursor = connection.execute(
                f"INSERT INTO quiz_event ({_EVENT_COLUMNS}) VALUES ({', '.join('?' * 17)})", _row(event)
            )
            if event.kind == "answer":
                _put_card(connection, review(_card(connection, event.question), event))
            return int(cursor.lastrowid or 0)

    def undo(self, event_id: int, at: float, review: Reviewer) -> None:
        """Add an event that takes an earlier one back; its question's card is derived anew."""
        with self._transaction() as connection:
            event = _events(connection, "WHERE id = ?", (event_id,))[0]
            undoing = event._replace(at=at, kind="undo", undoes=event_id, answer="", score=0.0)
            connection.execute(
                f"INSERT INTO quiz_event ({_EVENT_COLUMNS}) VALUES ({', '.join('?' * 17)})", _row(undoing)
            )
            _rebuild_card(connection, event.question, 0, review)

    def rebuild(self, breaking: Mapping[str, int], review: Reviewer) -> None:
        """Derive every card from the events; `breaking` gives, by question, the revision from which answers count."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM quiz_card")
            questions = [row[0] for row in connection.execute("SELECT DISTINCT question FROM quiz_event")]
            for question in questions:
                _rebuild_card(connection, question, breaking.get(question, 0), review)

    def drop_broken(self, breaking: Mapping[str, int], review: Reviewer) -> None:
        """Derive the cards anew of questions whose old answers no longer count."""
        for question, revision in breaking.items():
            since = int(self.state(f"counted {question} {revision}") or 0)
            sql = "SELECT min(revision) FROM quiz_event WHERE question = ? AND id >= ?"
            oldest = self._query(sql, (question, since))[0][0]
            if oldest is not None and oldest < revision:
                with self._transaction() as connection:
                    _rebuild_card(connection, question, revision, review)
                    newest = connection.execute("SELECT max(id) FROM quiz_event").fetchone()[0]
                    _put_state(connection, f"counted {question} {revision}", str(newest + 1))

    def set_state(self, key: str, value: str) -> None:
        """Remember a setting, such as the session that was left."""
        with self._transaction() as connection:
            _put_state(connection, key, value)

    # --- reading -----------------------------------------------------------------------------------------------------

    def _query(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows of a query. A damaged file is set aside, what is left of it saved, and StoreError says so."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.file} cannot be read: {error}.") from None
        except sqlite3.DatabaseError as error:
            self._connection.close()
            self._connection = self._set_aside(error)
            raise StoreError(f"{self.notices[-1]} Start again.") from None

    def _events(self, clause: str, values: Sequence[object]) -> list[Event]:
        return [Event(*row) for row in self._query(f"SELECT {_EVENT_COLUMNS}, id FROM quiz_event {clause}", values)]

    def state(self, key: str) -> str | None:
        """A remembered setting."""
        rows = self._query("SELECT value FROM quiz_state WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def due(self, now: float, limit: int = 1000) -> list[Card]:
        """The cards that are due, the longest overdue first."""
        rows = self._query("SELECT * FROM quiz_card WHERE due <= ? ORDER BY due LIMIT ?", (now, limit))
        return [Card(*row) for row in rows]

    def count_due(self, now: float) -> int:
        """How many cards are due."""
        return int(self._query("SELECT count(*) FROM quiz_card WHERE due <= ?", (now,))[0][0])

    def cards(self) -> dict[str, Card]:
        """Every card by its question."""
        return {row[0]: Card(*row) for row in self._query("SELECT * FROM quiz_card", ())}

    def answers(self) -> list[Event]:
        """Every answer that was not undone, in the order in which it was given."""
        return self._events(f"WHERE kind = 'answer' AND {_STANDING} ORDER BY id", ())

    def log(self) -> list[Event]:
        """Every event, undone and undoing ones too."""
        return self._events("ORDER BY id", ())

    def last_of_session(self, session: str) -> Event | None:
        """The last answer of a session that was not undone."""
        clause = f"WHERE session = ? AND kind = 'answer' AND {_STANDING} ORDER BY id DESC LIMIT 1"
        found = self._events(clause, (session,))
        return found[0] if found else None

    def asked_since(self, since: float) -> list[tuple[str, str]]:
        """Questions and their misconceptions, of all answers since a time."""
        rows = self._query(
            f"SELECT question, misconceptions FROM quiz_event WHERE at >= ? AND kind = 'answer' AND {_STANDING}",
            (since,),
        )
        return [(row[0], row[1]) for row in rows]

    def attempts(self, question: str) -> int:
        """How often a question was answered or skipped; its next variant has this number."""
        row = self._query("SELECT count(*) FROM quiz_event WHERE question = ? AND kind != 'undo'", (question,))
        return int(row[0][0])


_STANDING = "id NOT IN (SELECT undoes FROM quiz_event WHERE undoes IS NOT NULL)"


def _row(event: Event) -> tuple[object, ...]:
    return (
        event.at, event.kind, event.session, event.question, event.topic, event.revision, event.content, event.seed,
        event.variant, event.answer, event.score, event.rating, event.certainty, event.hints, event.milliseconds,
        event.misconceptions, event.undoes,
    )  # fmt: skip


def _events(connection: sqlite3.Connection, clause: str, values: Sequence[object]) -> list[Event]:
    rows = connection.execute(f"SELECT {_EVENT_COLUMNS}, id FROM quiz_event {clause}", values)
    return [Event(*row) for row in rows]


def _card(connection: sqlite3.Connection, question: str) -> Card | None:
    row = connection.execute("SELECT * FROM quiz_card WHERE question = ?", (question,)).fetchone()
    return None if row is None else Card(*row)


def _put_card(connection: sqlite3.Connection, card: Card) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO quiz_card VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (card.question, card.topic, card.due, card.last, card.stability, card.difficulty, card.answers, card.score),
    )


def _put_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO quiz_state VALUES (?, ?)", (key, value))


def _rebuild_card(connection: sqlite3.Connection, question: str, breaking: int, review: Reviewer) -> None:
    connection.execute("DELETE FROM quiz_card WHERE question = ?", (question,))
    card: Card | None = None
    clause = f"WHERE question = ? AND kind = 'answer' AND revision >= ? AND {_STANDING} ORDER BY id"
    for event in _events(connection, clause, (question, breaking)):
        card = review(card, event)
    if card is not None:
        _put_card(connection, card)


def _salvage(kept: Path, target: sqlite3.Connection) -> int:
    """Copy the readable events of a damaged file; returns how many. Their cards are rebuilt by the caller's session."""
    saved = 0
    source = sqlite3.connect(kept)
    try:
        for row in source.execute(f"SELECT {_EVENT_COLUMNS} FROM quiz_event ORDER BY id"):
            target.execute(f"INSERT INTO quiz_event ({_EVENT_COLUMNS}) VALUES ({', '.join('?' * 17)})", row)
            saved += 1
    except sqlite3.Error:
        pass  # the rest cannot be read
    source.close()
    if saved:
        _put_state(target, "rebuild", "1")
    return saved


def answer_text(answer: object) -> str:
    """An answer as it is stored: the text itself, or JSON for several parts."""
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
