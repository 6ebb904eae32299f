"""`grade class --shard I/N` and `grade class merge`: a class graded in parts, and the parts put together."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.catalog import Course
from grader.classroom.collect.collecting import Collected
from grader.classroom.coordinate import (
    PRIVATE,
    Progress,
    Request,
    Setting,
    Summary,
    begin,
    collect,
    count,
    executor_of,
    make_setting,
    prepare,
    terms_of,
)
from grader.classroom.database import only_writer
from grader.classroom.fault import ClassError
from grader.classroom.identities import Identities
from grader.classroom.ledger import Graded, Ledger, Task, key_of
from grader.classroom.work.shard import Head, Part, ShardFile, read_shard
from grader.sandbox import Level


def grade_shard(course: Course, request: Request, part: Part, progress: Progress) -> Summary:
    """Grades one part of a class into a file in the run's folder. The secret must be a file that all parts share."""
    if request.secret is None:
        raise ClassError("--shard needs --secret FILE: all parts must draw the same hidden inputs")
    prepare(request.out)
    setting = make_setting(course, request.out, request.secret, request.allow_unsafe)
    # a ledger of its own for as long as it runs: many processes cannot write into one on a disk that they share
    with tempfile.TemporaryDirectory(prefix="grade-shard-") as name:
        folder = Path(name)
        with Ledger(folder) as ledger, Identities(folder, writing=True) as identities:
            run = begin(ledger, identities, setting)
            collected = collect(ledger, identities, course, setting.rules, request)
            summary = Summary(run, Level(setting.conditions.level), setting.secret.commitment, collected)
            with ShardFile(request.out / part.file, _head(ledger, setting, request, part)) as file:
                _grade(ledger, setting, request, file, summary, progress)
    return summary


def _head(ledger: Ledger, setting: Setting, request: Request, part: Part) -> Head:
    """What the shard's results have in common; only exercises that something came in for."""
    handed_in = ledger.handed_in()
    return Head(
        part=part,
        course=setting.course.name,
        conditions=setting.conditions,
        exercises=tuple(exercise for exercise in setting.exercises if exercise.id in handed_in),
        submissions=str(request.submissions.resolve()),
        roster=str(request.roster.resolve()) if request.roster else None,
    )


def _grade(
    ledger: Ledger, setting: Setting, request: Request, file: ShardFile, summary: Summary, progress: Progress
) -> None:
    from grader.classroom.dispatch import Dispatch, Plans

    started, part = time.perf_counter(), file.head.part
    ledger.plan()
    chosen = {task.key for task in ledger.tasks() if part.holds(task.key) and task.key not in file.done}
    summary.to_grade = len(chosen)

    def take(tasks: Mapping[bytes, Task], results: list[Graded]) -> None:
        file.add(tasks, results)
        count(summary, results)
        progress(summary.graded, summary.to_grade, sum(summary.failures.values()))

    files = {exercise.id: exercise for exercise in setting.course.exercises}
    plans = Plans(request.out / PRIVATE / "plans", files, setting.secret)
    with executor_of(request) as (executor, width):
        tasks = (task for task in ledger.tasks() if task.key in chosen)
        Dispatch(executor, width, plans, terms_of(setting), take).run(tasks, summary.to_grade)
    summary.seconds = time.perf_counter() - started


@dataclass
class Merged:
    """What was merged: results that were new, that were there, of failures of ours, and what is still to do."""

    collected: Collected
    shards: int = 0
    missing: tuple[str, ...] = ()
    new: int = 0
    known: int = 0
    failures: int = 0
    open: int = 0


def merge(course: Course, out: Path, files: Sequence[Path], submissions: Path | None = None) -> Merged:
    """Puts the files of shards into the run's ledger. Doing it twice changes nothing."""
    prepare(out)
    paths = tuple(files) or tuple(sorted(out.glob("shard-*-of-*.jsonl")))
    read = [(path, *read_shard(path)[:2]) for path in paths]
    heads = {path: head for path, head, _ in read if head is not None}
    if not heads:
        raise ClassError(f"{out} holds no shard-I-of-N.jsonl", "Grade some with --shard, or name their files.")
    head = next(iter(heads.values()))
    for path, other in heads.items():
        if _together(other) != _together(head):
            raise ClassError(
                f"{path} was made under other conditions than {next(iter(heads))}", "Merge what belongs together."
            )
    with only_writer(out), Ledger(out) as ledger, Identities(out, writing=True) as identities:
        merged = _merge(course, ledger, identities, head, out, submissions)
        for _, _, results in read:
            _add(ledger, head, results, merged)
        merged.open = ledger.plan()
        ledger.end()
    merged.shards = len(heads)
    there = {head.part.number for head in heads.values()}
    merged.missing = tuple(f"{n}/{head.part.count}" for n in range(1, head.part.count + 1) if n not in there)
    return merged


def _together(head: Head) -> object:
    """What must be the same in all shards of a run; they may run at different levels."""
    return replace(head.conditions, level=""), head.exercises, head.part.count, head.submissions, head.roster


def _merge(
    course: Course, ledger: Ledger, identities: Identities, head: Head, out: Path, submissions: Path | None
) -> Merged:
    """Begins a run under the conditions of the shards, and collects what they graded."""
    from grader.classroom.settings import read_rules

    rules = read_rules(course).for_pseudonyms(identities.of_student)
    ledger.begin(head.course, head.conditions, head.exercises, rules)
    roster = Path(head.roster) if head.roster else None
    place = submissions or Path(head.submissions)
    if not place.exists():
        raise ClassError(f"{place} is not there any more", "Say where the submissions are now: --submissions FOLDER.")
    request = Request(place, out, roster)
    return Merged(collect(ledger, identities, course, rules, request))


def _add(ledger: Ledger, head: Head, results: Iterable[tuple[Graded, bytes, str]], merged: Merged) -> None:
    exercises = {exercise.id: exercise for exercise in head.exercises}
    for graded, sha, exercise in results:
        if exercise not in exercises or key_of(sha, exercises[exercise], head.conditions) != graded.key:
            raise ClassError(
                f"a shard holds a result whose key does not fit it ({graded.key.hex()[:12]})", "Grade it again."
            )
        task = Task(graded.key, exercise, ledger.context_of(exercise), sha, b"", False)
        new = ledger.add_results({graded.key: task}, [graded])
        merged.new += new
        merged.failures += bool(graded.failure)
        merged.known += not new and not graded.failure
