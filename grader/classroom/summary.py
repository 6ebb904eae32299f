"""What `grade class` says at its end: what was recognised, what has no place, what was graded, what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from grader.classroom.fault import ClassError
from grader.classroom.progress import rate
from grader.render.text import counted

if TYPE_CHECKING:
    from grader.classroom.collect.collecting import Collected
    from grader.classroom.compare_runs import Change
    from grader.classroom.coordinate import Summary
    from grader.classroom.model import Identity, Row
    from grader.classroom.shards import Merged

SHOWN: Final = 12  # of a list; all of it is in the run's folder
LISTS: Final = "collected.txt"
_KINDS: Final = {
    "moodle": "from Moodle", "canvas": "from Canvas", "gradescope": "from Gradescope", "repository": "in repositories",
    "folder": "in students' folders", "file": "named after the student", "unplaced": "without a place",
}  # fmt: skip


def sentences(summary: Summary, out: Path) -> Iterator[tuple[str, str]]:
    """Each sentence of the summary with the indent of its further lines."""
    collected = summary.collected
    yield f"Found: {_found(collected)}.", "  "
    work = f"{counted(collected.submissions, 'submission')} of {counted(collected.students, 'student')}"
    yield f"In the ledger: {work}.", "  "
    for head, items in lists(collected, summary.reported):
        yield from _listed(head, items)
    yield from _graded(summary)
    for problem in summary.problems:
        yield f"This exercise cannot be graded: {problem}", "  "
    for reason, count in sorted(summary.failures.items(), key=lambda pair: -pair[1])[:SHOWN]:
        yield f"BROKEN {count}: {reason}", "  "
    if summary.failures:
        yield (
            "What is broken is our failure, costs nobody a point, and is tried again when you give the same command.",
            "  ",
        )
    if summary.level.value not in ("jailed", "confined"):
        yield f"UNSAFE: student code was only {summary.level.value}. Every report says so.", "  "
    yield f"Next: grade report {out}", "  "


def _found(collected: Collected) -> str:
    """`3 files: 1 archive, 2 in students' folders; 1 as before`."""
    if not collected.files:
        return "nothing"
    kinds = []
    for kind, count in sorted(collected.kinds.items()):
        words = _KINDS.get(kind, kind)
        kinds.append(counted(count, "archive") if kind == "archive" else f"{count} {words}")
    before = f"; {collected.unchanged} as before" if collected.unchanged else ""
    return f"{counted(collected.files, 'file')}: {', '.join(kinds)}{before}"


def lists(collected: Collected, reported: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """The lists that want somebody's attention, with a headline each."""
    unplaced = [f"{item.path}: {item.reason}" for item in collected.unplaced]
    all_of_them = [
        ("Could not be placed, and is not graded", unplaced),
        ("To be looked at", collected.remarks),
        ("Not in the roster, graded all the same", collected.unlisted),
        ("In the roster, but nothing was handed in", collected.absent),
        ("Reported by students as a problem", list(reported)),
    ]
    return [(head, items) for head, items in all_of_them if items]


def _listed(head: str, items: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield f"{head}: {len(items)}", "  "
    yield from ((f"  {item}", "    ") for item in items[:SHOWN])
    if len(items) > SHOWN:
        yield f"  and {len(items) - SHOWN} more, in {LISTS}", "    "


def _graded(summary: Summary) -> Iterator[tuple[str, str]]:
    collected = summary.collected
    if collected.gone:
        yield f"Gone since the last time, and counted no more: {collected.gone}.", "  "
    if collected.forgotten:
        yield f"Left out, for their students asked to be forgotten: {collected.forgotten}. Delete those files.", "  "
    if not summary.to_grade:
        yield "Nothing new to grade.", "  "
        return
    each = f", {rate(summary.graded, summary.seconds)}" if summary.graded and summary.seconds > 0 else ""
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(summary.statuses.items()))
    graded = summary.graded - sum(summary.failures.values())
    yield f"Graded: {graded} in {summary.seconds:.1f} s{each}, {summary.level.value} ({statuses or 'none'}).", "  "
    if summary.timeouts:
        yield f"Ran out of time: {summary.timeouts}.", "  "


def save_lists(collected: Collected, out: Path, reported: Sequence[str] = ()) -> None:
    """Writes all lists into the run's folder, for its owner only; they hold names."""
    lines = [
        line for head, items in lists(collected, reported) for line in (head, *(f"  {item}" for item in items), "")
    ]
    path = out / LISTS
    try:
        path.touch(mode=0o600)
        path.write_text("\n".join(lines), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ClassError(
            f"{path}: {error.strerror}", "What was graded is kept: give the same command again."
        ) from error


def shard_sentences(summary: Summary, file: Path) -> Iterator[tuple[str, str]]:
    """What a shard says at its end."""
    yield from _graded(summary)
    for reason, count in sorted(summary.failures.items(), key=lambda pair: -pair[1])[:SHOWN]:
        yield f"BROKEN {count}: {reason}", "  "
    yield f"Written: {file}", "  "
    yield f"Next, when all shards are done: grade class merge {file.parent}", "  "


def merge_sentences(merged: Merged, run: Path) -> Iterator[tuple[str, str]]:
    """What was merged."""
    yield f"Merged: {counted(merged.shards, 'shard')}, {counted(merged.new, 'new result')}, {merged.known} known.", "  "
    for head, items in lists(merged.collected):
        yield from _listed(head, items)
    if merged.missing:
        yield f"These shards are missing: {', '.join(merged.missing)}.", "  "
    if merged.failures:
        yield f"BROKEN {merged.failures}: our failure, costs nobody a point.", "  "
    if merged.open:
        yield f"Not graded yet: {merged.open}. grade class without --shard, into this run with this secret, does.", "  "
    yield f"Next: grade report {run}", "  "


def change_sentences(found: Sequence[Change], who: Mapping[str, str], old: str, new: str) -> Iterator[tuple[str, str]]:
    """Every changed mark, and how many went up and down."""
    for change in found:
        name = who.get(change.student, change.student)
        functions = ", ".join(
            f"{f.name} {f.old_status} {f.old_points:g} -> {f.new_status} {f.new_points:g}" for f in change.functions
        )
        why = f" [{', '.join(change.why)}]" if change.why else ""
        marks = f"{_mark(change.old)} -> {_mark(change.new)} of {change.max_mark:g}"
        yield f"{name} {change.exercise}: {marks}{why}{': ' + functions if functions else ''}", "    "
    up = sum((c.new or 0) > (c.old or 0) for c in found)
    down = sum((c.new or 0) < (c.old or 0) for c in found)
    same = len(found) - up - down
    rest = f", {same} with another verdict and the same mark" if same else ""
    yield f"{counted(len(found), 'change')} from {old} to {new}: {up} up, {down} down{rest}.", "  "


def changes_document(found: Sequence[Change], who: Mapping[str, str]) -> dict[str, Any]:
    """The changes as JSON."""
    rows = [{**asdict(change), "student": who.get(change.student, change.student)} for change in found]
    return {"schema": 1, "changes": rows}


def override_sentences(who: Identity, before: Row, after: Row) -> Iterator[tuple[str, str]]:
    """What an override changed."""
    marks = f"{_mark(before.mark)} -> {_mark(after.mark)} of {after.max_mark:g}"
    yield f"{who.student}, {after.exercise}: {marks}", "  "
    whole = any(not override.function for override in after.overrides)
    if whole and before.mark == after.mark and before.overrides != after.overrides:
        yield "The points set for the exercise as a whole stand, whatever those of its functions are.", "  "


def forgotten_sentences(who: Identity, counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """What was removed, and what was not."""
    removed = ", ".join(counted(count, what) for what, count in counts.items())
    yield f"Removed of {who.student}: {removed}.", "  "
    yield "Files in the folder of submissions, reports, other runs and back-ups are not touched: remove them too.", "  "


def _mark(mark: float | None) -> str:
    return "none" if mark is None else f"{round(mark, 3):g}"
