"""The program in Gradescope's container: grades /autograder/submission as `grade class` does, and writes results.json.

It runs as root and keeps course, secret and results to itself. Student code runs in workers at the best level that the
container gives; where there is no jail they drop to a user of their own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, Final

from grader.catalog import Course, ExerciseFiles, find_course
from grader.cells.source import NotebookError, submitted_source
from grader.classroom.collect.members import most_bytes
from grader.classroom.coordinate import Request, Summary, begin, collect, count, make_setting, prepare, terms_of
from grader.classroom.database import only_writer
from grader.classroom.dispatch import Dispatch, Plans
from grader.classroom.identities import Identities
from grader.classroom.ledger import Graded, Ledger, Task
from grader.classroom.model import Row
from grader.classroom.run import open_run
from grader.export.gradescope.results import results_json, write_results
from grader.grading import grade_source
from grader.plan import Plan, load_or_compile
from grader.plan.sealed import PUBLIC_SEED
from grader.sandbox import Level, Limits, Sandbox, level_quickly
from grader.verdict import FunctionResult, Status

STUDENT: Final = "submission"
MAX_FILES: Final = 1000


class Ungraded(RuntimeError):
    """A failure of ours; no results are written, so that Gradescope shows a failure and no mark."""


class InThisProcess(Executor):
    """An executor for one submission: it works when it is asked, in the process that asks."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """A future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def main(root: Path) -> None:
    """Grades what lies in `root/submission` and writes `root/results/results.json`."""
    os.umask(0o077)
    source = root / "source"
    course = find_course(source / "course")
    settings = json.loads((source / "settings.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="grade-run-") as folder:
        if remark := drop_to_worker_user(source / "worker-python"):
            print(remark)  # for instructors: students do not see what is printed here
        handed_in = Path(folder) / "handed_in" / STUDENT
        problems = stage(course, root / "submission", handed_in)
        rows, level, summary = grade_as_class(course, handed_in.parent, Path(folder) / "run", source / "secret")
        if summary.failures or summary.problems:
            raise Ungraded("; ".join([*summary.failures, *summary.problems]))
        practice = {each.id: _practice(course, each, handed_in / each.stub.name) for each in course.exercises}
    results = results_json(course, rows, practice, problems, level, settings["hidden_visibility"])
    write_results(root / "results", results)


def drop_to_worker_user(wrapper: Path) -> str:
    """Lets workers start through `wrapper`, which changes the user, unless there is a jail or we are not root.

    What is to be said where there is no wrapper, so that student code stays root.
    """
    if os.geteuid() != 0 or level_quickly(Level.JAILED)[0] >= Level.JAILED:
        return ""
    if not wrapper.is_file():
        return f"student code runs as root: {wrapper} is missing, which setup.sh writes; build the image again"
    sys.executable = str(wrapper)  # what workers are started with; this process itself goes on as it is
    return ""


def stage(course: Course, submitted: Path, target: Path) -> list[str]:
    """Copies the files of exercises, notebooks as the source of their functions; what cannot be taken, in sentences."""
    target.mkdir(parents=True)
    problems = []
    for path in _regular_files(submitted):
        exercise = next((e for e in course.exercises if _means(path, e, len(course.exercises) == 1)), None)
        if exercise is None:
            continue
        try:
            data = _source_of(path, exercise)
        except (NotebookError, OSError) as error:
            problems.append(f"{path.name}: {error}")
            continue
        if (target / exercise.stub.name).exists():
            problems.append(f"{path.name}: there is another file for {exercise.id}, which counts")
        else:
            (target / exercise.stub.name).write_bytes(data)
    return problems


def _regular_files(folder: Path) -> Iterator[Path]:
    """The regular files of a submission in the order of their names, `.py` before `.ipynb`; no link is followed."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [Path(top) / name for name in names if name.endswith((".py", ".ipynb"))]
        if len(found) > MAX_FILES:
            break
    yield from sorted(
        (path for path in found if path.is_file() and not path.is_symlink()), key=lambda p: (p.suffix != ".py", p)
    )


def _means(path: Path, exercise: ExerciseFiles, only: bool) -> bool:
    return only or path.stem.lower() in (exercise.id, exercise.short, exercise.slug)


def _source_of(path: Path, exercise: ExerciseFiles) -> bytes:
    most = most_bytes(path.name)
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise NotebookError(f"it has more than {most >> 20} MiB, the most that is taken")
    return submitted_source(path.name, data, exercise.stub)


def grade_as_class(course: Course, handed_in: Path, out: Path, secret: Path) -> tuple[list[Row], Level, Summary]:
    """What `grade class` does with one student, in this process, which keeps plans and results from the worker's user."""
    request = Request(handed_in, out, secret=secret, jobs=1, allow_unsafe=True)
    prepare(out)
    with only_writer(out):
        setting = make_setting(course, out, secret, allow_unsafe=True)
        with Ledger(out) as ledger, Identities(out, writing=True) as identities:
            run = begin(ledger, identities, setting)
            level = Level(setting.conditions.level)
            summary = Summary(
                run, level, setting.secret.commitment, collect(ledger, identities, course, setting.rules, request)
            )
            summary.problems = setting.problems
            summary.to_grade = ledger.plan()

            def take(tasks: Mapping[bytes, Task], results: list[Graded]) -> None:
                ledger.add_results(tasks, results)
                count(summary, results)

            plans = Plans(out / "private" / "plans", {e.id: e for e in course.exercises}, setting.secret)
            if summary.to_grade:
                Dispatch(InThisProcess(), 1, plans, terms_of(setting), take).run(ledger.tasks(), summary.to_grade)
            ledger.end()
    with open_run(out) as graded:
        return list(graded.rows()), level, summary


def _practice(course: Course, exercise: ExerciseFiles, path: Path) -> tuple[Plan, tuple[FunctionResult, ...]]:
    """The verdict on the public inputs, which students see in full. It carries no points."""
    plan = load_or_compile(exercise.solution, PUBLIC_SEED, None)
    if not path.is_file():
        return plan, ()
    with Sandbox(Limits(**course.limits), want=Level.JAILED) as sandbox:  # type: ignore[arg-type]
        result = grade_source(plan, path.read_bytes(), Path(path.name), sandbox, course=course.name)
    if result.status is Status.BROKEN:
        raise Ungraded(f"{exercise.id}: the grader failed: {result.problem}")
    return plan, result.functions


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
