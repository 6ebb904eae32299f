"""`grade lint` and `grade audit`: what authors run on the course itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from grader.catalog import CourseFault, ExerciseFiles, find_course, resolve
from grader.cli.names import ExerciseName
from grader.cli.table import COMMANDS
from grader.cli.terminal import page, show
from grader.cli.waiting import progress_of
from grader.render.text import Line, Page

if TYPE_CHECKING:
    from grader.audit import ExerciseAudit


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    show_default="all cores",
    help="Processes that work at once.",
)


@click.command("lint")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...", type=ExerciseName())
@click.option(
    "--seeds",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Prove each exercise under this many seeds.",
)
@jobs_option
def lint(exercises: tuple[str, ...], seeds: int, jobs: int) -> int:
    """Check the course's own content.

    Stubs grade as not written, references and alternates pass, every wrong function is caught and named as itself,
    reference gradients agree with numerical ones, and no docstring, hint or file is missing or stray. Without EXERCISE the
    question bank is checked too.

    Example: grade lint exercise17 --seeds 20

    Exit code: 0 clean (warnings allowed), 1 something is wrong, 3 the course cannot be read.
    """
    from grader.lint import bank_figures
    from grader.lint import lint as findings_of

    course = find_course()
    chosen = tuple(dict.fromkeys(resolve(course, word, COMMANDS).exercise for word in exercises)) or None
    with progress_of("lint") as progress:
        findings = findings_of(course, chosen, seeds=seeds, jobs=jobs, reserved=COMMANDS, progress=progress)
    where = page()
    lines = [Line(text) for finding in findings for text in where.wrap(str(finding), "  ")]
    faults = sum(not finding.warning for finding in findings)
    if chosen is None:
        lines += [Line(text) for figure in bank_figures(course.root) for text in where.wrap(figure, "    ", "")]
    count = len(course.exercises if chosen is None else chosen)
    end = f"{count} exercise{'s' * (count != 1)}, {seeds} seed{'s' * (seeds != 1)}: "
    show([*lines, Line(end + (f"{faults} fault{'s' * (faults != 1)}" if faults else "clean"))])
    return 1 if faults else 0


@click.command("audit")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...", type=ExerciseName())
@jobs_option
@click.option("--pairs", is_flag=True, help="Instead, make two mistakes at once and see what they are called.")
def audit(exercises: tuple[str, ...], jobs: int, pairs: bool) -> int:
    """Change every reference in small ways, and show the changes that no case catches.

    A change that cannot be caught is listed with its reason in solutions/survivors/; one that is not listed, and a
    listed one that is caught by now, is a fault. With --pairs, a pair of mistakes that is given a third one's name is.

    Example: grade audit exercise17

    Exit code: 0 no fault, 1 something is wrong, 3 the course cannot be read.
    """
    from grader.audit import audit as audits_of

    course = find_course()
    files = {e.id: e for e in (resolve(course, word, COMMANDS).exercise for word in exercises)} or {
        e.id: e for e in course.exercises
    }
    where, faults = page(), 0
    if pairs:
        return _audit_pairs(tuple(files.values()), where)
    total = Totals()
    with progress_of("audit") as progress:
        for found in audits_of(tuple(files.values()), jobs=jobs, progress=progress):
            lines, wrong = _audited(found, files[found.exercise], where)
            faults += wrong
            total = total.plus(found)
            show(lines)
    end = (
        f"{len(files)} exercise{'s' * (len(files) != 1)}: {total.words()}; {f'{faults} faults' if faults else 'clean'}"
    )
    show([Line(text) for text in where.wrap(end)])
    return 1 if faults else 0


class Totals(NamedTuple):
    """Changes of several exercises: all, caught, and caught by the first case alone with np.allclose."""

    mutants: int = 0
    killed: int = 0
    naive: int = 0

    def plus(self, found: ExerciseAudit) -> Totals:
        """The totals with one more exercise."""
        counts = [(f.mutants, f.killed, f.naive) for f in found.functions]
        return Totals(*(sum(column) for column in zip(self, *counts)))

    def words(self) -> str:
        """The totals in a sentence."""
        shares = [f"{100 * count / max(self.mutants, 1):.1f} %" for count in (self.killed, self.naive)]
        return f"{self.killed} of {self.mutants} changes caught ({shares[0]}; one case with np.allclose: {shares[1]})"


def _audit_pairs(files: Sequence[ExerciseFiles], where: Page) -> int:
    from grader.audit.pairs import audit_pairs

    found = [audit_pairs(exercise) for exercise in files]
    false_names = [f"{audit.exercise} {name}" for audit in found for name in audit.false_names]
    counts = [
        sum(getattr(audit, name) for audit in found)
        for name in ("merged", "unknown", "one_of_two", "patterns", "thirds")
    ]
    text = "{} pairs of mistakes: {} unknown, {} named as one of the two, {} shown a pattern, {} are a third mistake".format(
        *counts
    )
    lines = [*false_names, f"{text}, {len(false_names)} named falsely"]
    show([Line(part) for line in lines for part in where.wrap(line, "  ")])
    return 1 if false_names else 0


def _audited(found: ExerciseAudit, files: ExerciseFiles, where: Page) -> tuple[list[Line], int]:
    """An exercise's count, its unlisted survivors and its outdated entries; how many faults these are."""
    from grader.audit import SurvivorsError, read_survivors

    try:
        known = read_survivors(files.solution)
    except SurvivorsError as error:
        raise CourseFault(str(error)) from error
    survivors = [survivor for function in found.functions for survivor in function.survivors]
    alive = {(survivor.function, survivor.change) for survivor in survivors}
    texts = [
        f"{files.solution.name}:{survivor.line}: {survivor.function} ({survivor.operator}): {survivor.change}"
        for survivor in survivors
        if (survivor.function, survivor.change) not in known
    ]
    texts += [
        f"{function}: listed, but caught or gone: {change}"
        for function, change in known
        if (function, change) not in alive
    ]
    mutants = sum(function.mutants for function in found.functions)
    killed = sum(function.killed for function in found.functions)
    naive = sum(function.naive for function in found.functions)
    head = f"{files.short}: {killed} of {mutants} changes caught ({naive} by one case), {len(known)} listed"
    return [
        Line(line) for line in (*where.wrap(head), *(line for text in texts for line in where.wrap(text, "    ", "  ")))
    ], len(texts)
