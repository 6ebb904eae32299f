"""All exercises under many seeds, on all cores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from grader.catalog import Course, CourseFault, ExerciseFiles, load_solution
from grader.lint.bank import bank_findings
from grader.lint.finding import Finding, merged
from grader.lint.proof import prove
from grader.lint.sheet import check_sheet, check_solution, stray_files

Progress = Callable[[int, int], None]


def lint(
    course: Course,
    exercises: Sequence[ExerciseFiles] | None = None,
    *,
    seeds: int = 20,
    jobs: int = 1,
    reserved: Collection[str] = (),
    progress: Progress | None = None,
) -> list[Finding]:
    """What is wrong with the content of some exercises, or of the whole course if none are named.

    `reserved` are the words that no exercise may be called by (the commands); `progress` is told tasks done and in all.
    """
    chosen = course.exercises if exercises is None else exercises
    findings = [*stray_files(course), *bank_findings(course.root)] if exercises is None else []
    findings += [
        Finding(f"exercises/{e.stub.name}", f"'{e.slug}' is a command: call the exercise something else")
        for e in chosen
        if e.slug in reserved
    ]
    present = [exercise for exercise in chosen if exercise.solution.exists()]
    for exercise in present:
        findings += _files(exercise, course)
    findings += _proofs(present, seeds, jobs, progress)
    return merged(findings)


def _files(exercise: ExerciseFiles, course: Course) -> list[Finding]:
    try:
        solution = load_solution(exercise.solution)
    except CourseFault:
        return []  # the proof reports it
    return [*check_sheet(exercise, solution, course), *check_solution(exercise, solution)]


def _proofs(exercises: Sequence[ExerciseFiles], seeds: int, jobs: int, progress: Progress | None) -> Iterator[Finding]:
    tasks = [(exercise, seed) for seed in range(1, seeds + 1) for exercise in exercises]
    if jobs == 1:
        for done, (exercise, seed) in enumerate(tasks, 1):
            yield from prove(exercise, seed)
            if progress:
                progress(done, len(tasks))
        return
    with ProcessPoolExecutor(jobs) as pool:
        futures = [pool.submit(prove, exercise, seed) for exercise, seed in tasks]
        for done, future in enumerate(as_completed(futures), 1):
            yield from future.result()
            if progress:
                progress(done, len(tasks))
