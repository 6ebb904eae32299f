"""Gathers a class from its run: one pass over the grid, one student in memory at a time."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Final

from grader.classroom import ExerciseRow, Identity, Row, Run
from grader.report.model import CODE, Cell, Change, ClassReport, Column, Incident, MistakeCount, StudentRow
from grader.report.quizmarks import QuizMarks
from grader.report.sentences import owner_remark, version_remark

_SAME: Final = 1e-9  # marks that differ by less are the same number, computed in another order


def gather(run: Run, *, people: Mapping[str, Identity] | None = None, quiz: QuizMarks | None = None) -> ClassReport:
    """The class of a run; `people` are who its students are, where the report may say so."""
    with _no_cycles():
        return _Gathering(run).report(people or {}, quiz)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Without the collector of cycles: a class makes a million objects and no cycle, and walking them takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Gathering:
    """What is counted while the grid goes by."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.exercises: tuple[ExerciseRow, ...] = run.exercises
        self.columns = [Column(i, f.name, f.max_points) for i, e in enumerate(self.exercises) for f in e.functions]
        self.number = {exercise.id: i for i, exercise in enumerate(self.exercises)}
        self.names = [[function.name for function in exercise.functions] for exercise in self.exercises]
        self.all_right = [bytes([CODE["pass"]]) * len(names) for names in self.names]
        self.mistakes: dict[tuple[int, str, str], MistakeCount] = {}
        self.incidents: list[Incident] = []
        self.levels: Counter[str] = Counter()
        self.marks: dict[tuple[str, int], float | None] = {}

    def report(self, people: Mapping[str, Identity], quiz: QuizMarks | None) -> ClassReport:
        run = self.run
        students = tuple(self._students(quiz))
        info = run.info
        return ClassReport(
            course=run.course,
            info=info,
            runs=run.runs,
            unsafe=run.unsafe,
            exercises=self.exercises,
            columns=tuple(self.columns),
            students=students,
            mistakes=sorted(self.mistakes.values(), key=lambda m: (-m.students, m.exercise, m.function, m.id)),
            incidents=self.incidents,
            changes=self._changes(),
            overrides=tuple(run.overrides()),
            chain_broken_at=run.overrides_broken_at(),
            levels=dict(self.levels),
            commitment=info.commitment if info else "",
            people=people,
            quiz_title=quiz.title if quiz else "",
            attempts=run.rules.attempts,
        )

    def _students(self, quiz: QuizMarks | None) -> Iterator[StudentRow]:
        if not self.exercises:  # nothing came in yet: the grid is empty, and the students are there all the same
            yield from (self._student(name, iter(()), None) for name in self.run.students())
        for name, rows in groupby(self.run.rows(), key=lambda row: row.student):
            yield self._student(name, rows, quiz.marks.get(name) if quiz else None)

    def _student(self, name: str, rows: Iterator[Row], quiz: tuple[float, float] | None) -> StudentRow:
        mark = most = 0.0
        cells, grid = [], bytearray()
        for row in rows:
            number = self.number[row.exercise]
            weight = self.exercises[number].weight
            if row.mark is not None:
                mark, most = mark + weight * row.mark, most + weight * row.max_mark
            self.marks[name, number] = row.mark
            late, by_hand = row.late, bool(row.overrides)
            cells.append(Cell(row.status, row.points, row.mark, late.days, late.late, by_hand, row.stale, row.attempts))
            grid += self._functions(row, number)
        return StudentRow(name, mark, most, tuple(cells), bytes(grid), quiz)

    def _functions(self, row: Row, number: int) -> bytes:
        """The statuses of an exercise's functions; counts mistakes and incidents on the way."""
        names = self.names[number]
        self._incidents_of(row, number)
        if not row.packed:
            return bytes([CODE[row.status]]) * len(names)
        self.levels[row.level] += 1
        if row.status == "pass" and not row.stale:
            return self.all_right[number]  # there is nothing to count in it, so it stays packed
        result = row.result
        assert result is not None
        functions: Sequence[Mapping[str, Any]] = result["functions"]
        if [function["name"] for function in functions] == names:
            return bytes([self._function(row, number, function) for function in functions])
        by_name = {function["name"]: function for function in functions}
        # a function that the graded version did not have yet
        return bytes(
            self._function(row, number, by_name[name]) if name in by_name else CODE["pending"] for name in names
        )

    def _function(self, row: Row, number: int, function: Mapping[str, Any]) -> int:
        status: str = function["status"]
        if status == "pass":
            return CODE[status]
        mistake = function["mistake"]
        # a general pattern of what builds on a wrong function is that function's mistake over again
        if mistake and not (status == "skip" and mistake["kind"] == "pattern"):
            self._count(number, function["name"], mistake)
        if status == "timeout":
            self._incident("timeout", row, number, function)
        elif status == "error" and any((c["mismatch"] or {}).get("kind") == "died" for c in function["checks"]):
            self._incident("crash", row, number, function)
        elif status == "broken":
            self._incident("broken", row, number, function)
        return CODE[status]

    def _count(self, number: int, name: str, mistake: Mapping[str, Any]) -> None:
        key = (number, name, mistake["id"])
        count = self.mistakes.get(key)
        if count is None:
            variant = mistake.get("variant_of") or ""
            # a pattern's sentence may hold numbers of this one student
            own = mistake["kind"] == "pattern" and any(character.isdigit() for character in mistake["text"])
            text = "" if own else mistake["text"]
            count = self.mistakes[key] = MistakeCount(number, name, mistake["id"], text, mistake["kind"], variant)
        count.students += 1

    def _incident(self, kind: str, row: Row, number: int, function: Mapping[str, Any]) -> None:
        details = (check["mismatch"]["detail"] for check in function["checks"] if check["mismatch"])
        stopped = row.stopped.get(function["name"], "") if kind == "timeout" else ""
        self.incidents.append(Incident(kind, row.student, number, function["name"], stopped or next(details, "")))

    def _incidents_of(self, row: Row, number: int) -> None:
        """What concerns the whole submission."""
        # a file that could not be loaded has no function right
        result = row.result if row.packed and row.status != "pass" else None
        problem = result.get("problem", "") if result else ""
        version, owner = version_remark(row.note), owner_remark(row.note)
        for kind, detail in (("load", problem), ("broken", row.failure), ("version", version), ("owner", owner)):
            if detail:
                self.incidents.append(Incident(kind, row.student, number, "", detail))

    def _changes(self) -> Sequence[Change] | None:
        """Marks that differ from those before the last regrade."""
        before = self.run.before()
        if before is None:
            return None
        with before:
            pairs = [
                Change(
                    row.student,
                    self.number[row.exercise],
                    row.mark,
                    self.marks.get((row.student, self.number[row.exercise])),
                )
                for row in before.rows()
                if row.exercise in self.number and row.status not in ("missing", "pending")
            ]
        return [change for change in pairs if _differ(change.before, change.after)]


def _differ(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) > _SAME
