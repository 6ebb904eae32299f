"""What a student answered, in SQLite: events are only ever added; cards, mastery and statistics are derived from them.

The file is shared with the record of exercise attempts; the quiz has its own tables. `quiz_card` holds the schedule of
each question as it follows from the events, so that asking what is due costs one indexed query; `rebuild` makes it
again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import rows
from .rows import EVENT_COLUMNS, STANDING, TABLES, Card, Event, Reviewer

__all__ = ["Card", "Event", "Reviewer", "Store", "StoreError", "answer_text"]

BUSY_SECONDS = 5.0  # another `grade` may be writing for a moment


class StoreError(Exception):
    """The progress file cannot be read or written; the message says which and what to do."""


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
                connection.executescript(TABLES)
            connection.execute("SELECT * FROM quiz_card LIMIT 1").fetchone()
            connection.execute("SELECT * FROM quiz_event ORDER BY id DESC LIMIT 1").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def _set_aside(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Keep a damaged file under another name, save what can be read of it, and begin a new one."""
        from .salvage import move_aside, salvage

        try:
            kept = move_aside(self.file)
        except OSError as problem:
            raise StoreError(f"{self.file} is damaged ({error}) and cannot be moved: {problem.strerror}.") from None
        connection = self._open(self.file)
        saved = salvage(kept, connection)
        answers = "1 answer" if saved == 1 else f"{saved} answers"
        self.notices.append(
            f"{self.file} is damaged ({error}). It is kept as {kept.name};"
            f" a new one is begun with {answers} saved from it."
        )
        return connection

    def _note_clock(self) -> None:
        last = self._query("SELECT max(at) FROM quiz_event", ())[0][0]
        if last is not None and last > time.time() + 3600:
            ahead = (last - time.time()) / 86400
            self.notices.append(
                f"The clock is {ahead:.1f} days behind your last answer. Answers are saved;"
                " dates may be off until it is right."
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

    def add(self, event: Event, review: Reviewer, state: Mapping[str, str] | None = None) -> int:
        """Add an event, move its question's card along and set the state, in one transaction; returns its id."""
        with self._transaction() as connection:
            for key, value in (state or {}).items():
                rows.put_state(connection, key, value)
            number = rows.add_event(connection, event)
            if event.kind == "answer":
                rows.put_card(connection, review(rows.card(connection, event.question), event))
            return number

    def undo(self, event_id: int, at: float, review: Reviewer) -> None:
        """Add an event that takes an earlier one back; its question's card is derived anew."""
        with self._transaction() as connection:
            event = rows.events(connection, "WHERE id = ?", (event_id,))[0]
            rows.add_event(connection, event._replace(at=at, kind="undo", undoes=event_id, answer="", score=0.0))
            rows.rebuild_card(connection, event.question, 0, review)

    def rebuild(self, breaking: Mapping[str, int], review: Reviewer) -> None:
        """Derive every card from the events; `breaking` gives, by question, the revision from which answers count."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM quiz_card")
            questions = [row[0] for row in connection.execute("SELECT DISTINCT question FROM quiz_event")]
            for question in questions:
                rows.rebuild_card(connection, question, breaking.get(question, 0), review)

    def catch_up(self, breaking: Mapping[str, int], review: Reviewer) -> None:
        """Derive anew the cards that a damaged file lost, and those whose old answers no longer count."""
        if self.state("rebuild"):
            self.rebuild(breaking, review)
            self.set_state("rebuild", "")
        self.drop_broken(breaking, review)

    def drop_broken(self, breaking: Mapping[str, int], review: Reviewer) -> None:
        """Derive the cards anew of questions whose old answers no longer count."""
        for question, revision in breaking.items():
            since = int(self.state(f"counted {question} {revision}") or 0)
            sql = "SELECT min(revision) FROM quiz_event WHERE question = ? AND id >= ?"
            oldest = self._query(sql, (question, since))[0][0]
            if oldest is not None and oldest < revision:
                with self._transaction() as connection:
                    rows.rebuild_card(connection, question, revision, review)
                    newest = connection.execute("SELECT max(id) FROM quiz_event").fetchone()[0]
                    rows.put_state(connection, f"counted {question} {revision}", str(newest + 1))

    def set_state(self, key: str, value: str) -> None:
        """Remember a setting, such as the session that was left."""
        with self._transaction() as connection:
            rows.put_state(connection, key, value)

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
        return [Event(*row) for row in self._query(f"SELECT {EVENT_COLUMNS}, id FROM quiz_event {clause}", values)]

    def state(self, key: str) -> str | None:
        """A remembered setting."""
        found = self._query("SELECT value FROM quiz_state WHERE key = ?", (key,))
        return str(found[0][0]) if found else None

    def due(self, now: float, limit: int = 1000) -> list[Card]:
        """The cards that are due, the longest overdue first."""
        found = self._query("SELECT * FROM quiz_card WHERE due <= ? ORDER BY due LIMIT ?", (now, limit))
        return [Card(*row) for row in found]

    def count_due(self, now: float) -> int:
        """How many cards are due."""
        return int(self._query("SELECT count(*) FROM quiz_card WHERE due <= ?", (now,))[0][0])

    def cards(self) -> dict[str, Card]:
        """Every card by its question."""
        return {row[0]: Card(*row) for row in self._query("SELECT * FROM quiz_card", ())}

    def answers(self) -> list[Event]:
        """Every answer that was not undone, in the order in which it was given."""
        return self._events(f"WHERE kind = 'answer' AND {STANDING} ORDER BY id", ())

    def log(self) -> list[Event]:
        """Every event, undone and undoing ones too."""
        return self._events("ORDER BY id", ())

    def last_of_session(self, session: str) -> Event | None:
        """The last answer of a session that was not undone."""
        clause = f"WHERE session = ? AND kind = 'answer' AND {STANDING} ORDER BY id DESC LIMIT 1"
        found = self._events(clause, (session,))
        return found[0] if found else None

    def asked_since(self, since: float) -> list[tuple[str, str]]:
        """Questions and their misconceptions, of all answers since a time."""
        found = self._query(
            f"SELECT question, misconceptions FROM quiz_event WHERE at >= ? AND kind = 'answer' AND {STANDING}",
            (since,),
        )
        return [(row[0], row[1]) for row in found]

    def attempts(self, question: str) -> int:
        """How often a question was answered or skipped; its next variant has this number."""
        row = self._query("SELECT count(*) FROM quiz_event WHERE question = ? AND kind != 'undo'", (question,))
        return int(row[0][0])


def answer_text(answer: object) -> str:
    """An answer as it is stored: the text itself, or JSON for several parts."""
    return answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
