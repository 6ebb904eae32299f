"""Finds pairs worth a look in a run or in a folder of submissions."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from grader.catalog import Course
from grader.classroom.collect.collecting import Collector
from grader.classroom.collect.roster import Roster
from grader.classroom.conditions import grader_version
from grader.classroom.identities import Identities, course_key
from grader.classroom.ledger import FILE, Conditions, Ledger
from grader.classroom.model import unpack
from grader.classroom.rules import Rules
from grader.classroom.run import open_run
from grader.classroom.similar.fingerprint import fingerprints
from grader.classroom.similar.score import Pair, Work, pairs
from grader.classroom.work.local import LocalPool
from grader.classroom.work.warm import TaskError, WarmDied
from grader.state import state_folder

CHUNK: Final = 40
OTHER: Final = "*"  # functions that the sheet does not name are compared among themselves


@dataclass(frozen=True)
class Function:
    """Where a function stands in a source, and its fingerprints."""

    name: str
    first: int
    last: int
    hashes: frozenset[int]


@dataclass(frozen=True)
class Text:
    """A source and what was found in it; `functions` is None where it is no Python."""

    source: bytes
    functions: tuple[Function, ...] | None
    words: frozenset[int]


@dataclass(frozen=True)
class Found:
    """The pairs of one exercise, best first, with the texts by hash and how many works were compared."""

    exercise: str
    pairs: tuple[Pair, ...]
    texts: Mapping[bytes, Text]
    compared: int
    unread: int


@dataclass(frozen=True)
class Source:
    """One student's last work at an exercise."""

    student: str
    exercise: str
    sha: bytes
    text: bytes
    old: bool


def sources_of(course: Course, place: Path, previous: Sequence[Path]) -> list[Source]:
    """What is compared: the last work of every student of `place` (a run, or submissions), and of earlier years."""
    sources = list(_sources(course, place, old=False))
    for folder in previous:
        sources += _sources(course, folder, old=True)
    return sources


def similar(course: Course, place: Path, sources: Sequence[Source], top: int, jobs: int) -> Iterator[Found]:
    """For each exercise the pairs of sources, best first."""
    with LocalPool(jobs) as pool:
        answers = wrong_answers(place) if is_run(place) else {}
        for exercise in course.exercises:
            mine = [source for source in sources if source.exercise == exercise.id]
            if sum(not source.old for source in mine):
                stub = exercise.stub.read_bytes()
                texts = _texts(pool, [*{source.sha: source.text for source in mine}.items(), (b"", stub)])
                yield _found(exercise.id, mine, texts, answers, top)


def is_run(place: Path) -> bool:
    """Whether a folder is a run of grade class."""
    return (place / FILE).is_file()


def _sources(course: Course, place: Path, *, old: bool) -> Iterator[Source]:
    with _ledger_of(course, place) as folder, open_run(folder, Rules()) as run:
        for row in run.rows():
            if row.submission:
                sha = bytes.fromhex(row.submission)
                data = run.db.execute("SELECT data FROM source WHERE sha = ?", (sha,)).fetchone()[0]
                yield Source(row.student, row.exercise, sha, zlib.decompress(data), old)


@contextmanager
def _ledger_of(course: Course, place: Path) -> Iterator[Path]:
    """A folder with a ledger: that of the run, or one for the time being into which the submissions are collected."""
    if is_run(place):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="grade-similar-") as name:
        folder = Path(name)
        with Ledger(folder) as ledger, Identities(folder, writing=True) as identities:
            ledger.begin(course.name, Conditions(grader_version(), "", "", "", False, "", ""), (), Rules())
            with ledger.write():
                for exercise in course.exercises:
                    ledger.name_exercise(exercise.id, exercise.number)
            Collector(course, ledger, identities, course_key(state_folder(course.root)), Roster()).collect(place)
        yield folder


# --- what is compared ------------------------------------------------------------------------------------------------


def _texts(pool: LocalPool, sources: Sequence[tuple[bytes, bytes]]) -> dict[bytes, Text]:
    chunks = [sources[i : i + CHUNK] for i in range(0, len(sources), CHUNK)]
    futures = [pool.submit(fingerprints, [text for _, text in chunk]) for chunk in chunks]
    made: dict[bytes, Text] = {}
    for chunk, future in zip(chunks, futures):
        for (sha, text), found in zip(chunk, _results(pool, chunk, future)):
            made[sha] = _text(text, found)
    return made


def _results(pool: LocalPool, chunk: Sequence[tuple[bytes, bytes]], future: Future[Any]) -> list[Any]:
    """The fingerprints of a chunk; where its parser died, of each text by itself, None for the one that kills it."""
    try:
        return cast("list[Any]", future.result())
    except (WarmDied, TaskError):
        if len(chunk) == 1:
            return [None]
        alone = [pool.submit(fingerprints, [text]) for _, text in chunk]
        return [_results(pool, [item], each)[0] for item, each in zip(chunk, alone)]


def _text(source: bytes, found: Any) -> Text:
    if found is None:
        return Text(source, None, frozenset())
    functions, words = found
    return Text(source, tuple(Function(name, a, b, frozenset(h)) for name, a, b, h in functions), frozenset(words))


def _features(text: Text, named: frozenset[str], answers: frozenset[Hashable]) -> dict[str, frozenset[Hashable]]:
    structure = frozenset(
        (function.name if function.name in named else OTHER, each)
        for function in text.functions or ()
        for each in function.hashes
    )
    return {"structure": structure, "words": frozenset(text.words), "answers": answers}


def _found(
    exercise: str,
    sources: Sequence[Source],
    texts: Mapping[bytes, Text],
    answers: Mapping[bytes, frozenset[Hashable]],
    top: int,
) -> Found:
    sheet = texts[b""]
    named = frozenset(function.name for function in sheet.functions or ())
    works = [
        Work(each.student, each.sha, each.old, _features(texts[each.sha], named, answers.get(each.sha, frozenset())))
        for each in sources
        if each.sha in texts
    ]
    best = pairs(works, top, _features(sheet, named, frozenset()))
    unread = sum(texts[source.sha].functions is None for source in sources)
    return Found(exercise, tuple(best), texts, len(works), unread)


def wrong_answers(run: Path) -> dict[bytes, frozenset[Hashable]]:
    """For each submission of a run, its wrong answers: function, case, output and the very number that came back.

    What a common mistake gives, many students share, so it weighs little; what weighs is a number that nobody else got.
    """
    found: dict[bytes, frozenset[Hashable]] = {}
    with open_run(run) as opened:
        for sha, detail in opened.db.execute("SELECT sha, detail FROM result WHERE status <> 'pass' ORDER BY run"):
            found[bytes(sha)] = frozenset(_wrong(unpack(detail)))
    return found


def _wrong(result: Mapping[str, Any]) -> Iterator[Hashable]:
    for function in result["functions"]:
        for check in function["checks"]:
            mismatch = check["mismatch"]
            if mismatch is not None and mismatch["got"] is not None:
                told = [mismatch[key] for key in ("case", "kind", "output", "index", "got", "got_shape", "wrong_count")]
                yield (function["name"], check["id"], json.dumps(told, sort_keys=True))
