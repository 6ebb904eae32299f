"""Grades a class: one process collects, gives out work and writes the ledger. The same call goes on where one stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timezone, tzinfo
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from grader.catalog import Course, index
from grader.classroom.collect.collecting import Collected, Collector
from grader.classroom.collect.roster import Roster, read_roster
from grader.classroom.conditions import conditions, exercises_of, level_of, limits_of
from grader.classroom.database import only_writer
from grader.classroom.fault import ClassError
from grader.classroom.identities import Identities, course_key
from grader.classroom.ledger import Conditions, Exercise, Graded, Ledger, Task
from grader.classroom.rules import Rules
from grader.classroom.secret import Secret, read_secret, run_secret
from grader.classroom.settings import read_rules
from grader.sandbox import Level, Limits
from grader.state import state_folder

if TYPE_CHECKING:
    from grader.classroom.dispatch import Terms

PRIVATE = "private"


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    submissions: Path
    out: Path
    roster: Path | None = None
    secret: Path | None = None
    jobs: int | None = None
    dask: str | None = None
    allow_unsafe: bool = False


@dataclass
class Summary:
    """What a call did."""

    run: int
    level: Level
    commitment: str
    collected: Collected
    to_grade: int = 0
    graded: int = 0
    points: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    timeouts: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    reported: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Setting:
    """A course, made ready to be graded."""

    course: Course
    rules: Rules
    limits: Limits
    exercises: tuple[Exercise, ...]
    problems: tuple[str, ...]
    secret: Secret
    conditions: Conditions


Progress = Callable[[int, int, int], None]  # done, of all, failures of ours


def grade_class(course: Course, request: Request, progress: Progress) -> Summary:
    """Collects and grades what was handed in; ClassError or CourseFault where that cannot be."""
    prepare(request.out)
    with only_writer(request.out):
        setting = make_setting(course, request.out, request.secret, request.allow_unsafe)
        with Ledger(request.out) as ledger, Identities(request.out, writing=True) as identities:
            run = begin(ledger, identities, setting)
            collected = collect(ledger, identities, course, setting.rules, request)
            summary = Summary(run, Level(setting.conditions.level), setting.secret.commitment, collected)
            summary.problems = setting.problems
            summary.reported = reported(ledger, identities)
            grade_rest(ledger, setting, request, summary, progress)
            ledger.end()
    return summary


def prepare(out: Path) -> None:
    """Makes the folder of a run, for its owner only."""
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        (out / PRIVATE).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ClassError(f"{out}: {error.strerror}", "Name a folder that can be written with --out.") from error


def make_setting(course: Course, out: Path, secret_file: Path | None, allow_unsafe: bool) -> Setting:
    """Rules, limits, exercises, secret and conditions of a run."""
    rules = read_rules(course)
    limits = limits_of(course, rules)
    exercises, problems = exercises_of(course, index(course, state_folder(course.root) / "cache"), rules, limits)
    secret = read_secret(secret_file) if secret_file else run_secret(out / PRIVATE)
    found = conditions(secret, level_of(allow_unsafe))
    return Setting(course, rules, limits, exercises, problems, secret, found)


def begin(ledger: Ledger, identities: Identities, setting: Setting) -> int:
    """Begins a run, its rules kept with pseudonyms."""
    rules = setting.rules.for_pseudonyms(
        lambda student: identities.known(f"roster:{student}") or identities.known(student)
    )
    return ledger.begin(setting.course.name, setting.conditions, setting.exercises, rules)


def collect(ledger: Ledger, identities: Identities, course: Course, rules: Rules, request: Request) -> Collected:
    """Brings what was handed in into the ledger."""
    roster = read_roster(request.roster) if request.roster else Roster()
    collector = Collector(course, ledger, identities, course_key(state_folder(course.root)), roster)
    return collector.collect(request.submissions, _zone(rules) if rules.trust_file_times else None)


def reported(ledger: Ledger, identities: Identities) -> list[str]:
    """What students reported, with who and about what."""
    return [
        f"{who.student if (who := identities.get(p.student)) else p.student} {p.about or 'in general'}: {p.text}"
        for p in ledger.reported()
    ]


def _zone(rules: Rules) -> tzinfo:
    if rules.timezone == "UTC":
        return timezone.utc
    zone: tzinfo = import_module("zoneinfo").ZoneInfo(rules.timezone)
    return zone


def grade_rest(ledger: Ledger, setting: Setting, request: Request, summary: Summary, progress: Progress) -> None:
    """Grades what has no result yet under these conditions."""
    summary.to_grade = ledger.plan()
    if not summary.to_grade:
        return
    # imported here, for a call that has nothing to grade is to end in no time
    from grader.classroom.dispatch import Dispatch, Plans

    started = time.perf_counter()

    def take(tasks: Mapping[bytes, Task], results: list[Graded]) -> None:
        ledger.add_results(tasks, results)
        count(summary, results)
        progress(summary.graded, summary.to_grade, sum(summary.failures.values()))

    files = {exercise.id: exercise for exercise in setting.course.exercises}
    plans = Plans(request.out / PRIVATE / "plans", files, setting.secret)
    progress(0, summary.to_grade, 0)
    with executor_of(request) as (executor, width):
        Dispatch(executor, width, plans, terms_of(setting), take).run(ledger.tasks(), summary.to_grade)
    summary.seconds = time.perf_counter() - started


def terms_of(setting: Setting) -> Terms:
    """What all chunks have in common."""
    from grader.classroom.conditions import environment
    from grader.classroom.dispatch import Terms

    return Terms(setting.course.name, setting.conditions.level, environment(), setting.limits)


def count(summary: Summary, results: list[Graded]) -> None:
    """Adds results to a summary."""
    summary.graded += len(results)
    for graded in results:
        if graded.failure:
            reason = graded.failure.strip().splitlines()[-1]
            summary.failures[reason] = summary.failures.get(reason, 0) + 1
        else:
            summary.statuses[graded.status] = summary.statuses.get(graded.status, 0) + 1
            summary.timeouts += graded.timeouts > 0


@contextmanager
def executor_of(request: Request) -> Iterator[tuple[Executor, int]]:
    """The executor that was asked for, and how many chunks it works on at once. Left by an error, it drops its work."""
    from grader.classroom.work.local import LocalPool

    if request.dask is not None:
        try:
            from grader.classroom.work.on_dask import dask_pool
        except ImportError as error:
            raise ClassError("--dask needs Dask", "Install it: pip install 'dlmath-grader[instructor]'.") from error
        with dask_pool(request.dask) as found:
            yield found
        return
    jobs = request.jobs or os.cpu_count() or 1
    pool = LocalPool(jobs)
    try:
        yield pool, jobs
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
