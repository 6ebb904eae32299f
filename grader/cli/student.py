"""`grade update` and `grade reset`: what changes a student's files."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from grader.catalog import Course, MissingFile, find_course
from grader.cli.names import Chosen, ExerciseName, FunctionName, choose, exercise_names, shortest
from grader.cli.options import plain_option
from grader.cli.terminal import page, show
from grader.render.text import Line, Page
from grader.state import RecordError, state_folder

if TYPE_CHECKING:
    from grader.student.release import Release
    from grader.student.reset import Reset
    from grader.student.update import Change, Update


def _state(course: Course) -> Path:
    try:
        return state_folder(course.root)
    except RecordError as error:
        raise click.ClickException(f"nothing was changed, for no backup can be made: {error}") from error


def file_error(error: OSError, course: Course, what: str) -> click.ClickException:
    """What is said where a file cannot be read or written: what was not done, which file, and why."""
    path = shortest(Path(error.filename)) if error.filename else course.root
    return click.ClickException(f"{what}: {path}: {error.strerror or error}")


def can_ask() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


def wrapped(texts: Iterator[str], where: Page) -> list[Line]:
    """Lines that keep the blanks in front of them where they are broken."""
    lines = []
    for text in texts:
        lead = " " * (len(text) - len(text.lstrip(" ")))
        lines += [Line(piece) for piece in where.wrap(text, f"{lead}  ", lead)]
    return lines


# --- update ----------------------------------------------------------------------------------------------------------


@click.command("update")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--from",
    "source",
    metavar="FOLDER_OR_WHEEL",
    type=click.Path(path_type=Path),
    help="Take the release in this folder, wheel or zip file instead of the installed package's.",
)
@plain_option
def update(dry_run: bool, source: Path | None, plain: bool) -> int:
    """Bring the exercises up to a newer release, function by function.

    A function that you have not touched is replaced, one that you have edited stays. Where you edited a function and the
    release changed it too, yours stays and the new one is put beside it. Every file that is changed is kept as a backup.

    Example: pip install --upgrade dlmath-grader && grade update --dry-run
    """
    from grader.render.result import quoted
    from grader.student.originals import keep_originals
    from grader.student.release import ReleaseError, read_release
    from grader.student.update import plan_update

    course = find_course()
    try:
        release = read_release(source)
    except ReleaseError as error:
        hint = (
            "name one with --from FOLDER_OR_WHEEL"
            if source is None
            else "name a student's folder, a wheel or a zip file"
        )
        raise click.UsageError(f"{error}; {hint}") from error
    keep_originals(course)
    _check_plans(course, release)
    try:
        planned = plan_update(course, release)
    except OSError as error:
        raise file_error(error, course, "nothing was updated") from error
    where = page(plain)
    backup = None if dry_run else _make_update(planned, course)  # which renews originals where all else is up to date
    if planned.is_empty:
        show(wrapped(iter([f"Up to date with {planned.source}."]), where))
        return 0
    show(wrapped(_update_words(planned, course, dry_run, backup), where))
    again = f"grade update --from {quoted(str(source))}" if source else "grade update"
    show([Line(f"Next: {again if dry_run else 'grade'}")])
    return 0


def _check_plans(course: Course, release: Release) -> None:
    """CourseFault if this grader cannot read the release's plans: then it must not replace those that it can read."""
    from grader.catalog import PLANS
    from grader.plan.sealed import unseal

    if (course.root / PLANS).is_dir():
        for name, data in release.files.items():
            if name.endswith(".plan"):
                unseal(data, f"{release.source}: {name}")


def _make_update(planned: Update, course: Course) -> Path | None:
    from grader.student.update import make_update

    try:
        return make_update(planned, course, _state(course))
    except OSError as error:
        done = "what was changed by then is right, and `grade update` goes on from there"
        raise file_error(error, course, f"the update stopped; {done}") from error


def _update_words(planned: Update, course: Course, dry_run: bool, backup: Path | None) -> Iterator[str]:
    """One line for each file, and one for each function that both sides have changed."""
    others = 0
    for change in planned.changes:
        name = shortest(change.path)
        if not change.is_change:
            continue
        if change.merged is not None:
            yield f"  {name}: {_counts(change)}"
            for block in change.merged.both:
                what = block.key if block.is_definition else f"the part {block.key.strip('<>')}"
                kept = block.key in change.merged.kept
                did = (
                    "you and the release changed it; yours stays" if kept else "you took it out, the release changed it"
                )
                yield f"    {what}: {did}, the new one is in {change.new_name}"
        elif change.beside is not None:
            yield f"  {name}: edited, so it stays; the new one is in {change.new_name}"
        elif change.path.parent == course.root / "exercises":
            yield f"  {name}: {'new' if change.read is None else 'replaced'}"
        else:
            others += 1
    if others:
        yield f"  plans, questions and settings: {others} file{'s' * (others != 1)} replaced"
    for exercise in planned.gone:
        yield f"  {exercise}: not in the release any more; your file stays"
    yield f"From {planned.source}{': nothing is written, this is a dry run' if dry_run else ''}."
    if backup is not None:
        yield f"As it was before: {shortest(backup)}"


def _counts(change: Change) -> str:
    merged = change.merged
    assert merged is not None
    words = (
        (merged.renewed, "renewed"),
        (merged.added, "new"),
        (merged.removed, "gone from the release, untouched here, removed"),
        (merged.kept, "of yours kept"),
    )
    counted = ", ".join(f"{len(keys)} {what}" for keys, what in words if keys)
    return counted or ("blanks only" if change.data != change.read else "it stays as it is")


# --- reset -----------------------------------------------------------------------------------------------------------


class ExerciseAndFunction(ExerciseName):
    """An exercise, or `exercise3:function`."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Exercises, and behind a colon the functions of the one before it."""
        word, colon, begun = incomplete.partition(":")
        if not colon:
            return [CompletionItem(name) for name in exercise_names(incomplete)]
        inner = click.Context(ctx.command)
        inner.params["exercise"] = word
        return [CompletionItem(f"{word}:{item.value}") for item in FunctionName().shell_complete(inner, param, begun)]


@click.command("reset")
@click.argument("exercise", metavar="EXERCISE[:FUNCTION]", type=ExerciseAndFunction())
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(exercise: str, yes: bool) -> int:
    """Bring back the stub of an exercise, or of one function, and keep what you wrote as a backup.

    Example: grade reset exercise17:batchnorm_forward
    """
    from grader.student.originals import keep_originals
    from grader.student.reset import NoOriginal, make_reset, plan_reset

    chosen = _chosen(exercise)
    keep_originals(chosen.course)
    try:
        planned = plan_reset(chosen.course, chosen.exercise, chosen.functions)
    except NoOriginal as error:
        raise click.UsageError(f"{error}; grade update --from FOLDER_OR_WHEEL takes it from a release") from error
    except OSError as error:
        raise file_error(error, chosen.course, f"{chosen.exercise.short} was not reset") from error
    what = " ".join([chosen.exercise.short, *chosen.functions])
    if planned.data == planned.read:
        show([Line(f"{what} is as it was handed out. Next: grade {what}")])
        return 0
    if not yes and not _agreed(planned, what):
        show([Line("Nothing was changed.")])
        return 0
    try:
        backup = make_reset(planned, chosen.course, _state(chosen.course))
    except OSError as error:
        raise file_error(error, chosen.course, f"{what} was not reset") from error
    show([Line(f"{what} is as it was handed out.")])
    if backup is not None:
        show(wrapped(iter([f"As it was before: {shortest(backup)}"]), page()))
    show([Line(f"Next: grade {what}")])
    return 0


def _chosen(word: str) -> Chosen:
    """What is meant by `exercise3`, `exercise3:function`, a path or a path with a line; a file that is gone as well."""
    found = re.fullmatch(r"(.+):([^\W\d]\w*)", word)
    try:
        return choose(found[1], (found[2],)) if found else choose(word)
    except MissingFile as gone:
        return Chosen(find_course(), gone.exercise, ())


def _agreed(planned: Reset, what: str) -> bool:
    if not can_ask():
        raise click.UsageError(f"resetting {what} takes out what you wrote; there is nobody to ask here, so add --yes")
    lines = f"{planned.lines} line{'s' * (planned.lines != 1)}"
    return click.confirm(f"{what}: {lines} of yours will be taken out; a copy is kept. Reset it?")
