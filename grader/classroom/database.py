"""SQLite files of a run: opened, journalled as their disk allows, locked for one writer."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from grader.classroom.fault import ClassError

WAIT_SECONDS: Final = 30.0  # for a reader that holds the file; a transaction of ours takes milliseconds
_STRICT: Final = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""
# a write-ahead log needs memory shared between processes, which file systems of a network do not give
_REMOTE: Final = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "fuse", "glusterfs", "panfs")


def open_database(path: Path, schema: str | None = None) -> sqlite3.Connection:
    """A connection without implicit transactions: with a schema to write, else only to read. ClassError if that fails."""
    if schema is None and not path.is_file():
        raise ClassError(
            f"{path.parent} is no run: it has no {path.name}", "Name the folder given to grade class --out."
        )
    try:
        connection = _reader(path) if schema is None else _writer(path)
    except (sqlite3.Error, OSError) as error:
        raise damaged(path, error) from error
    try:
        if schema is not None:
            _journal(connection, path)
            connection.executescript("BEGIN IMMEDIATE;" + schema.replace(")STRICT", f"){_STRICT}") + "COMMIT;")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (sqlite3.Error, OSError) as error:
        connection.close()
        raise damaged(path, error) from error
    return connection


def _writer(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)


def _reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads; a folder that cannot be written has no log to wait for."""
    mode = "mode=rw" if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK) else "immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=WAIT_SECONDS, isolation_level=None
    )
    connection.execute("PRAGMA query_only = 1")
    return connection


def _journal(connection: sqlite3.Connection, path: Path) -> None:
    """A write-ahead log, or a rollback journal with every commit on the disk where there can be none."""
    wanted = "DELETE" if is_remote(path) else "WAL"
    try:
        mode = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()[0]
    except sqlite3.OperationalError:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")


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
            f"Put back a copy of it, or grade into a new folder; --secret {path.parent / 'private/secret'} draws the same inputs.",
        )
    return ClassError(
        f"{path}: {text}", "Give the same command again once that is put right: it goes on where it stopped."
    )


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All of it or nothing; ClassError where the disk does not take it."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        if isinstance(error, (sqlite3.OperationalError, sqlite3.DatabaseError, OSError)):
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
