"""Results in a file, for machines that share nothing but a disk: one file a shard, merged into a ledger afterwards.

The first line says under which conditions the results were made and what belongs together; each further line is one result.
A line is whole or it is not there: a shard that was killed goes on after the last whole line. No line names a student.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from grader.classroom.fault import ClassError
from grader.classroom.ledger import Conditions, Exercise, Graded, Task
from grader.classroom.model import FunctionRow

SCHEMA: Final = 1
_PLAIN: Final = ("status", "points", "max_points", "timeouts", "level", "wall_ms", "cpu_ms", "failure")
_BYTES: Final = ("detail", "aside")


@dataclass(frozen=True)
class Part:
    """Shard `number` of `count`, from 1: the tasks whose key falls to it, whatever else was handed in."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """The part that "3/16" means; ClassError if it means none."""
        match = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text.strip())
        number, count = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= count:
            raise ClassError(f"--shard {text}: write I/N, with I from 1 to N, such as 3/16")
        return cls(number, count)

    def holds(self, key: bytes) -> bool:
        """Whether a task belongs to this part."""
        return int.from_bytes(key[:8], "big") % self.count == self.number - 1

    @property
    def file(self) -> str:
        """The name of its file."""
        width = len(str(self.count))
        return f"shard-{self.number:0{width}}-of-{self.count}.jsonl"


@dataclass(frozen=True)
class Head:
    """The first line of a shard's file. `submissions` and `roster` are where they were read."""

    part: Part
    course: str
    conditions: Conditions
    exercises: tuple[Exercise, ...]
    submissions: str
    roster: str | None

    def to_json(self) -> dict[str, Any]:
        """The line."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Head:
        """The head of a line's JSON."""
        exercises = tuple(
            Exercise(**{**row, "functions": tuple(FunctionRow(**function) for function in row["functions"])})
            for row in data["exercises"]
        )
        return cls(
            *(Part(**data["part"]), data["course"], Conditions(**data["conditions"]), exercises),
            *(data["submissions"], data["roster"]),
        )


class ShardFile:
    """The file of a shard, for the one process that writes it. A context manager."""

    def __init__(self, path: Path, head: Head) -> None:
        self.path = path
        self.head = head
        self.done: set[bytes] = set()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> ShardFile:
        kept = 0
        if self.path.exists():
            found, kept = self._resumed()
            self.done = {graded.key for graded, _, _ in found if not graded.failure}
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            self._file = os.fdopen(descriptor, "r+b")
            self._file.truncate(kept)
            self._file.seek(kept)
            if not kept:
                self._write([self.head.to_json()])
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()

    def _resumed(self) -> tuple[list[tuple[Graded, bytes, str]], int]:
        head, found, kept = read_shard(self.path)
        if head is None:
            return [], 0
        if (head.conditions, head.exercises, head.part) != (self.head.conditions, self.head.exercises, self.head.part):
            raise ClassError(
                f"{self.path} was begun under other conditions (another secret, version or machine)",
                "Move it away, or grade into another folder.",
            )
        return list(found), kept

    def add(self, tasks: Mapping[bytes, Task], results: Iterable[Graded]) -> None:
        """Adds results; when this returns they are on the disk."""
        try:
            self._write([_row(graded, tasks[graded.key]) for graded in results])
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        assert self._file is not None
        self._file.write(b"".join(json.dumps(row, sort_keys=True).encode("ascii") + b"\n" for row in rows))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _unwritable(self, error: OSError) -> ClassError:
        return ClassError(
            f"{self.path}: {error.strerror}", "Put that right and give the same command again: it goes on."
        )


def read_shard(path: Path) -> tuple[Head | None, list[tuple[Graded, bytes, str]], int]:
    """Head, results (each with the hash of its submission and its exercise) and length of the whole lines of a file.

    The head is None where there is no whole line. ClassError if the file is none of ours.
    """
    results: list[tuple[Graded, bytes, str]] = []
    head, length = None, 0
    try:
        for line in _whole_lines(path):
            data = json.loads(line)
            if head is None:
                if data["schema"] != SCHEMA:
                    raise ClassError(
                        f"{path} was written by another version of grade class", "Grade that part again with this one."
                    )
                head = Head.from_json(data)
            else:
                results.append(_result(data))
            length += len(line)
    except (ValueError, KeyError, TypeError) as error:
        raise ClassError(
            f"{path} is damaged, or no file of grade class --shard (line {len(results) + (head is not None) + 1}: {error})",
            "Name files called shard-I-of-N.jsonl; one that is damaged, delete, and grade its part again.",
        ) from error
    return head, results, length


def _whole_lines(path: Path) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}") from error


def _row(graded: Graded, task: Task) -> dict[str, Any]:
    plain = {name: getattr(graded, name) for name in _PLAIN}
    packed = {name: base64.b64encode(getattr(graded, name)).decode() for name in _BYTES}
    return {"key": graded.key.hex(), "exercise": task.exercise, "submission": task.sha.hex(), **plain, **packed}


def _result(data: Mapping[str, Any]) -> tuple[Graded, bytes, str]:
    values: dict[str, Any] = {name: data[name] for name in _PLAIN}
    values |= {name: base64.b64decode(data[name]) for name in _BYTES}
    return Graded(bytes.fromhex(data["key"]), **values), bytes.fromhex(data["submission"]), data["exercise"]
