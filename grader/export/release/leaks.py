"""The leak check: what of the solutions is in a folder, a wheel, a source distribution or any other file.

| kind        | what it finds                                                                                   |
|-------------|-------------------------------------------------------------------------------------------------|
| manifest    | a file that is not on the list of the release                                                   |
| canary      | names, paths and long lines that only solutions have                                            |
| fingerprint | a function or statement of a solution in Python code, whatever its names                        |
| bytecode    | the same in byte code; and byte code of another Python                                          |
| behaviour   | a function that gives the right results on hidden inputs                                        |
| stub        | a function of an exercise that is written                                                       |
| plan        | a plan made with a seed that is not public                                                      |
| question    | a question of an examination, or a draft                                                        |
| unopened    | something that cannot be looked into                                                            |

Archives, compressed and encoded data, notebooks and git objects are opened, and each thing in them is looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Final

from grader.catalog import Course, top_level_functions
from grader.export.release.behaviour import LIMITS, Behaviour, trials_of
from grader.export.release.canaries import Canaries, canaries
from grader.export.release.contents import Part, members, parts
from grader.export.release.fingerprints import Prints, code_of, is_foreign_code, prints_of, trees
from grader.export.release.manifest import hidden_questions, secret_seed, unlisted, written_functions
from grader.sandbox import Sandbox

SHOWN: Final = 3  # findings of one kind in one file


@dataclass(frozen=True, order=True)
class Leak:
    """One finding: where, of which kind, and what."""

    path: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.path}: {self.kind}: {self.detail}"


class LeakCheck:
    """Everything that is known of a course's solutions, to be looked for in any number of releases. A context manager."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.paths = [exercise.solution for exercise in course.exercises if exercise.solution.is_file()]
        self.sandbox = Sandbox(LIMITS)
        self._seen: dict[bytes, tuple[tuple[str, str], ...]] = {}

    def __enter__(self) -> LeakCheck:
        self.sandbox.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.__exit__(kind, error, trace)

    @cached_property
    def _solutions(self) -> Mapping[str, bytes]:
        return {path.name: path.read_bytes() for path in self.paths}

    @cached_property
    def _canaries(self) -> Canaries:
        stubs = (exercise.stub for exercise in self.course.exercises)
        return canaries(self._solutions, {name for stub in stubs for name, _ in top_level_functions(stub)})

    @cached_property
    def _prints(self) -> Prints:
        return prints_of(self._solutions)

    @cached_property
    def _behaviour(self) -> Behaviour:
        return Behaviour(trials_of(self.paths), self.sandbox)

    @cached_property
    def _questions(self) -> Mapping[str, re.Pattern[bytes]]:
        return hidden_questions(self.course)

    def leaks(self, path: Path) -> tuple[Leak, ...]:
        """All leaks in a folder, wheel, source distribution or other file, sorted by path."""
        files = members(path)
        found = {Leak(name, "manifest", "this file is not on the list") for name in unlisted(path, files, self.course)}
        for name, data in files.items():
            for part in parts(Part(name, data)):
                found.update(self._in(part))
        return tuple(sorted(found))

    def _in(self, part: Part) -> Iterator[Leak]:
        if part.problem:
            yield Leak(part.path, "unopened", part.problem)
            return
        for kind, detail in self._content(part.data):
            yield Leak(part.path, kind, detail)
        if written := _listed(written_functions(part.path, part.data)):
            yield Leak(part.path, "stub", f"{written} is written")
        if problem := secret_seed(part.path, part.data):
            yield Leak(part.path, "plan", problem)

    def _content(self, data: bytes) -> tuple[tuple[str, str], ...]:
        """The findings that do not hang on a path, as kind and detail; for equal data they are looked for once."""
        key = hashlib.sha256(data).digest()
        if key not in self._seen:
            self._seen[key] = tuple((kind, text) for kind, found in self._searches(data) if (text := _listed(found)))
        return self._seen[key]

    def _searches(self, data: bytes) -> Iterator[tuple[str, Iterable[str]]]:
        yield "canary", self._canaries.found(data)
        found = trees(data)
        yield "fingerprint", (text for tree in found for text in self._prints.in_source(tree))
        yield "behaviour", (text for tree in found for text in self._behaviour.found(tree))
        yield "question", (key for key, form in self._questions.items() if form.search(data))
        if code := code_of(data):
            yield "bytecode", self._prints.in_code(code)
        elif is_foreign_code(data):
            yield "bytecode", ["byte code of another Python, which cannot be looked into here"]


def _listed(what: Iterable[str]) -> str:
    """The first findings and how many more there are; empty if there are none."""
    names = list(dict.fromkeys(what))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def find_leaks(path: Path, course: Course) -> tuple[Leak, ...]:
    """All leaks in a folder, wheel, source distribution or other file; `course` has the solutions."""
    with LeakCheck(course) as check:
        return check.leaks(path)
