"""SQLite files of a run: opened, journalled as their disk allows, locked for one writer.

Whatever goes wrong with a file, when it is opened or later, comes as a ClassError that names it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

from grader.classroom.fault import ClassError

WAIT_SECONDS: Final = 30.0  # for a reader that holds the file; a transaction of ours takes milliseconds
FORMAT: Final = 1  # of the tables; another grader's may lack what this one asks for, or mean something else by it
_STRICT: Final = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
# a write-ahead log needs memory shared between processes, which file systems of a network do not give
_REMOTE: Final = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "fuse", "glusterfs", "panfs")


class Database(sqlite3.Connection):
    """A connection to one file of a run."""

    path: Path

    def execute(self, sql: str, parameters: Any = (), /) -> Rows:
        """The rows of a statement; ClassError where the file does not give them."""
        return self.cursor(Rows).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Rows:
        """A statement for each of many parameters; ClassError where the file does not take it."""
        return self.cursor(Rows).executemany(sql, parameters)


class Rows(sqlite3.Cursor):
    """Rows of a `Database`. A damaged page may be met at any of them."""

    connection: Database

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise damaged(self.connection.path, error) from error

    def execute(self, sql: str, parameters: Any = (), /) -> Rows:
        """Itself, with the rows of a statement."""
        with self._explained():
            super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any, /) -> Rows:
        """Itself, a statement executed with each of the parameters."""
        with self._explained():
            super().executemany(sql, parameters)
        return self

    def fetchone(self) -> Any:
        """The next row, or None."""
        with self._explained():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """All other rows."""
        with self._explained():
            return super().fetchall()

    def __next__(self) -> Any:
        """The next row."""
        try:
            return super().__next__()
        except sqlite3.Error as error:  # without the context manager, for there may be a million rows
            raise damaged(self.connection.path, error) from error


def open_database(path: Path, schema: str | None = None) -> Database:
    """A connection without implicit transactions: with a schema to write, else only to read. ClassError if that fails."""
    if schema is None and not path.is_file():
        raise ClassError(
            f"{path.parent} is no run: it has no {path.name}", "Name the folder given to grade class --out."
        )
    try:
        connection = _reader(path) if schema is None else _writer(path)
    except (sqlite3.Error, OSError) as error:
        raise damaged(path, error) from error
    connection.path = path
    try:
        if schema is not None:
            _journal(connection)
        _of_this_format(connection, new=schema is not None)
        if schema is not None:
            _create(connection, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _writer(path: Path) -> Database:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None, factory=Database)


def _reader(path: Path) -> Database:
    """A connection that only reads; a folder that cannot be written has no log to wait for."""
    mode = "mode=rw" if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK) else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=WAIT_SECONDS, isolation_level=None, factory=Database
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def _journal(connection: Database) -> None:
    """A write-ahead log, or a rollback journal with every commit on the disk where there can be none."""
    wanted = "DELETE" if is_remote(connection.path) else "WAL"
    try:
        mode = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0]
    except ClassError:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")


def _of_this_format(connection: Database, *, new: bool) -> None:
    """ClassError unless the tables are as this grader makes them, or, where it is to make them, there are none."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found == FORMAT or (new and not tables):
        return
    path = connection.path
    if not tables:
        raise ClassError(f"{path} is empty", _again(path))
    raise ClassError(
        f"{path} was written by another version of the grader (its format is {found}, this one's is {FORMAT})",
        f"Use the version that made it, or grade into a new folder; {_same_inputs(path)}",
    )


def _create(connection: Database, schema: str) -> None:
    script = f"BEGIN IMMEDIATE;{schema.replace(')STRICT', f'){_STRICT}')}PRAGMA user_version = {FORMAT};COMMIT;"
    try:
        connection.executescript(script)
    except sqlite3.Error as error:
        raise damaged(connection.path, error) from error


def _same_inputs(path: Path) -> str:
    return f"--secret {path.parent / 'private/secret'} draws the same inputs."


def _again(path: Path) -> str:
    return f"Put back a copy of it, or grade into a new folder; {_same_inputs(path)}"


def is_remote(path: Path) -> bool:
    """Whether a path is on a file system of a network, as far as the system says."""
    if not sys.platform.startswith("linux"):
        return False
    wanted, best, kind = os.path.realpath(path.parent), "", ""
    with suppress(OSError), open("/proc/self/mounts", encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            place, system = line.split(" ", 3)[1:3]
            place = place.replace("\\040", " ")
            if len(place) >= len(best) and (wanted == place or wanted.startswith(place.rstrip("/") + "/")):
                best, kind = place, system
    return kind.startswith(_REMOTE) and not kind.startswith("fuseblk")


def damaged(path: Path, error: Exception) -> ClassError:
    """What an error of SQLite means to the instructor."""
    text = str(error)
    if isinstance(error, OSError) and error.filename:  # of another file: a submission, say
        path, text = Path(os.fsdecode(error.filename)), error.strerror or text
    if "full" in text or getattr(error, "errno", None) == 28:
        return ClassError(
            f"{path}: the disk is full", "Free some space and give the same command again: it goes on where it stopped."
        )
    if "locked" in text:
        return ClassError(
            f"{path} is in use by another process", "Wait until it has ended, then give the same command again."
        )
    if isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text):
        return ClassError(
            f"{path} is damaged: {text}",
            _again(path),
        )
    return ClassError(
        f"{path}: {text}", "Give the same command again once that is put right: it goes on where it stopped."
    )


@contextmanager
def transaction(connection: Database, path: Path) -> Iterator[None]:
    """All of it or nothing; ClassError where the disk does not take it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(ClassError, sqlite3.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, OSError):
            raise damaged(path, error) from error
        raise


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """The right to write into a run; the system gives it back however the process ends. ClassError if it is taken."""
    try:
        file = open(folder / "lock", "a+", encoding="ascii")  # closed below, and by any end
    except OSError as error:
        raise ClassError(f"{folder}: {error.strerror}", "Name a folder that can be written.") from error
    with file:
        if not _locked(file):
            raise ClassError(f"{folder} is being written by another grade command", "Wait until it has ended.")
        yield


def _locked(file: IO[str]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
