"""All exercises audited, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from grader.audit.grade import ExerciseAudit, audit_exercise
from grader.catalog import ExerciseFiles

Progress = Callable[[int, int], None]


def audit(
    exercises: Sequence[ExerciseFiles], *, jobs: int = 1, progress: Progress | None = None
) -> Iterator[ExerciseAudit]:
    """The audits as they are done; `progress` is told exercises done and in all."""
    if jobs == 1:
        for done, exercise in enumerate(exercises, 1):
            yield audit_exercise(exercise)
            if progress:
                progress(done, len(exercises))
        return
    with ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(audit_exercise, exercise) for exercise in exercises]
        for done, future in enumerate(as_completed(futures), 1):
            yield future.result()
            if progress:
                progress(done, len(exercises))
