"""What the progress file holds of the quiz: its tables, and events and cards as plain data."""

# Annotations are evaluated here: as texts each field of a NamedTuple would be compiled at every start.
import sqlite3
from collections.abc import Callable, Sequence
from typing import NamedTuple

TABLES = """
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
EVENT_COLUMNS = (
    "at, kind, session, question, topic, revision, content, seed, variant, answer, score, rating, certainty, hints,"
    " milliseconds, misconceptions, undoes"
)
INSERT_EVENT = f"INSERT INTO quiz_event ({EVENT_COLUMNS}) VALUES ({', '.join('?' * 17)})"


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


STANDING = "id NOT IN (SELECT undoes FROM quiz_event WHERE undoes IS NOT NULL)"


def _row(event: Event) -> tuple[object, ...]:
    return (
        event.at, event.kind, event.session, event.question, event.topic, event.revision, event.content, event.seed,
        event.variant, event.answer, event.score, event.rating, event.certainty, event.hints, event.milliseconds,
        event.misconceptions, event.undoes,
    )  # fmt: skip


def add_event(connection: sqlite3.Connection, event: Event) -> int:
    """Add an event; returns its id."""
    cursor = connection.execute(INSERT_EVENT, _row(event))
    return int(cursor.lastrowid or 0)


def events(connection: sqlite3.Connection, clause: str, values: Sequence[object]) -> list[Event]:
    """The events of a clause (WHERE, ORDER BY)."""
    rows = connection.execute(f"SELECT {EVENT_COLUMNS}, id FROM quiz_event {clause}", values)
    return [Event(*row) for row in rows]


def card(connection: sqlite3.Connection, question: str) -> Card | None:
    """The card of a question, None if it was never answered."""
    row = connection.execute("SELECT * FROM quiz_card WHERE question = ?", (question,)).fetchone()
    return None if row is None else Card(*row)


def put_card(connection: sqlite3.Connection, card: Card) -> None:
    """Write a card over the question's old one."""
    connection.execute(
        "INSERT OR REPLACE INTO quiz_card VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (card.question, card.topic, card.due, card.last, card.stability, card.difficulty, card.answers, card.score),
    )


def put_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a setting."""
    connection.execute("INSERT OR REPLACE INTO quiz_state VALUES (?, ?)", (key, value))


def rebuild_card(connection: sqlite3.Connection, question: str, breaking: int, review: Reviewer) -> None:
    """Derive a card anew from the answers since revision `breaking` that were not undone."""
    connection.execute("DELETE FROM quiz_card WHERE question = ?", (question,))
    kept: Card | None = None
    clause = f"WHERE question = ? AND kind = 'answer' AND revision >= ? AND {STANDING} ORDER BY id"
    for event in events(connection, clause, (question, breaking)):
        kept = review(kept, event)
    if kept is not None:
        put_card(connection, kept)
