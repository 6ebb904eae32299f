"""Gives tasks to an executor in chunks and hands back results as they come; nothing else is in memory meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.catalog import CourseFault, ExerciseFiles
from grader.classroom.conditions import first_look
from grader.classroom.fault import ClassError
from grader.classroom.ledger import Graded, Task
from grader.classroom.secret import Secret
from grader.classroom.work.chunk import Chunk, results_from_plain
from grader.classroom.work.grading import SUSPECT, grade_chunk
from grader.classroom.work.warm import TaskError, WarmDied
from grader.plan import PlanError, load_or_compile, save
from grader.sandbox import Limits

CHUNK: Final = 50  # submissions: half a second of work, so that little is done twice and asking costs little
AHEAD: Final = 2  # chunks a worker has waiting


@dataclass(frozen=True)
class Terms:
    """What chunks have in common. `limits` are those that a timeout is a verdict under."""

    course: str
    level: str
    environment: str
    limits: Limits


class Plans:
    """The plans of a run, each made once; they hold inputs and answers, so they lie where only their owner may read."""

    def __init__(self, folder: Path, exercises: Mapping[str, ExerciseFiles], secret: Secret) -> None:
        self.folder = folder
        self.exercises = exercises
        self.secret = secret
        self._last: tuple[str, str, bytes] = ("", "", b"")

    def get(self, exercise: str) -> tuple[str, bytes]:
        """The id and the bytes of an exercise's plan; CourseFault or PlanError if it has none."""
        if self._last[0] != exercise:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise ClassError(
                    f"{self.folder}: {error.strerror}",
                    "Make it a folder that can be written, then give the same command.",
                ) from error
            plan = load_or_compile(self.exercises[exercise].solution, self.secret.seed(exercise), self.folder)
            data = save(plan)
            self._last = (exercise, hashlib.sha256(data).hexdigest(), data)
        return self._last[1:]


@dataclass(frozen=True)
class Batch:
    """Tasks of one exercise that go together; `second_look` as in `Chunk`."""

    tasks: tuple[Task, ...]
    second_look: bool = False


class Dispatch:
    """Runs tasks on an executor. `take` gets the results of each chunk, with the tasks they answer."""

    def __init__(
        self,
        executor: Executor,
        width: int,
        plans: Plans,
        terms: Terms,
        take: Callable[[Mapping[bytes, Task], list[Graded]], None],
    ) -> None:
        self.executor = executor
        self.width = width
        self.plans = plans
        self.terms = terms
        self.take = take
        self._running: dict[Future[object], Batch] = {}
        self._again: list[Task] = []

    def run(self, tasks: Iterable[Task], total: int) -> None:
        """Everything, first looks before second ones. Second looks run by themselves, in chunks of one."""
        size = max(1, min(CHUNK, total // (4 * self.width) or 1))
        self._all(batches(tasks, size))
        again, self._again = self._again, []
        self._all(Batch((task,), True) for task in again)

    def _all(self, work: Iterator[Batch]) -> None:
        for batch in work:
            while len(self._running) >= AHEAD * self.width:
                self._collect()
            self._submit(batch)
        while self._running:
            self._collect()

    def _submit(self, batch: Batch) -> None:
        exercise = batch.tasks[0].exercise
        try:
            plan_id, plan = self.plans.get(exercise)
        except (CourseFault, PlanError) as fault:
            self._failed(batch, f"{self.plans.exercises[exercise].solution.name}: {fault}")
            return
        chunk = Chunk(
            plan_id=plan_id,
            plan=plan,
            course=self.terms.course,
            file=self.plans.exercises[exercise].stub.name,
            level=self.terms.level,
            environment=self.terms.environment,
            limits=self.terms.limits if batch.second_look else first_look(self.terms.limits),
            items=tuple((task.key, task.source) for task in batch.tasks),
            second_look=batch.second_look,
        )
        self._running[self.executor.submit(grade_chunk, chunk.to_plain())] = batch

    def _collect(self) -> None:
        """Waits for a chunk, and takes every one that is done."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in done:
            batch = self._running.pop(future)
            try:
                results = results_from_plain(future.result())
            except TaskError as error:
                self._failed(batch, str(error))
            except (WarmDied, Exception) as error:
                self._died(batch, error)
            else:
                self._take(batch, results)

    def _take(self, batch: Batch, results: list[Graded]) -> None:
        tasks = {task.key: task for task in batch.tasks}
        self._again += [tasks[graded.key] for graded in results if graded.failure == SUSPECT]
        self.take(tasks, [graded for graded in results if graded.failure != SUSPECT])

    def _died(self, batch: Batch, error: Exception) -> None:
        """A chunk that ended every process it was given to: one of its submissions does, and is looked for."""
        if len(batch.tasks) == 1:
            self._failed(batch, f"the processes that graded it ended: {error}")
            return
        for task in batch.tasks:
            self._submit(Batch((task,), batch.second_look))

    def _failed(self, batch: Batch, reason: str) -> None:
        tasks = {task.key: task for task in batch.tasks}
        self.take(tasks, [Graded(key, failure=reason) for key in tasks])


def batches(tasks: Iterable[Task], size: int) -> Iterator[Batch]:
    """Tasks in batches of one exercise; those that ran into a timeout before are alone."""
    waiting: list[Task] = []
    for task in tasks:
        if waiting and (task.slow or task.exercise != waiting[0].exercise or len(waiting) >= size):
            yield Batch(tuple(waiting))
            waiting = []
        if task.slow:
            yield Batch((task,))
        else:
            waiting.append(task)
    if waiting:
        yield Batch(tuple(waiting))
