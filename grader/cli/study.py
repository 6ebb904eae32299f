"""`grade hint`, `grade show` and `grade case`: what helps between two attempts."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.catalog import Course, CourseFault, info_of, load_solution
from grader.cli.names import Chosen, ExerciseName, FunctionName, cache_folder, choose, shortest
from grader.cli.options import plain_option
from grader.cli.progress import standings
from grader.cli.terminal import log, page, show
from grader.record import Record, Standing
from grader.render.text import Line
from grader.state import RecordError, state_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.plan import CasePlan, FunctionPlan, Plan
    from grader.student.hints import Hints

PRACTICE: Final = "practice"
OPEN_AFTER: Final = 5  # failed attempts after which a solution is shown all the same


def plan_of(chosen: Chosen, seed: str) -> Plan:
    """The plan of an exercise, kept or made; CourseFault where its solution is wrong."""
    from grader.plan import PlanError, load_or_compile

    try:
        return load_or_compile(chosen.exercise.solution, seed, cache_folder(chosen.course))
    except PlanError as error:
        raise CourseFault(f"{chosen.exercise.solution}: {error}", "Correct the solution.") from error


@click.command("hint")
@click.argument("exercise", type=ExerciseName())
@click.argument("function", required=False, type=FunctionName())
@plain_option
def hint(exercise: str, function: str | None, plain: bool) -> int:
    """Show the next hint for a function.

    Without FUNCTION: for the first one that does not pass. The first hint is always open, each further one after an
    attempt with a changed file. When your last attempt made a known mistake, a sentence on it comes with the hint.

    Example: grade hint exercise17 batchnorm_forward
    """
    from grader.student.hints import hints_of

    chosen = choose(exercise, (function,) if function else ())
    known = hints_of(chosen.exercise, cache_folder(chosen.course), lambda: plan_of(chosen, PRACTICE))
    standing = standings(chosen.course).get(chosen.exercise.id, Standing())
    wanted = chosen.functions[0] if chosen.functions else _first_open([hints.name for hints in known], standing)
    hints = next(hints for hints in known if hints.name == wanted)
    step, next_open = _take_step(chosen, hints)
    show(_hint_lines(chosen, hints, standing, step, next_open, plain))
    return 0


def _first_open(names: Sequence[str], standing: Standing) -> str:
    """The first function that does not pass; the first of all where they pass."""
    return next((name for name in names if not standing.passed(name)), names[0])


def _take_step(chosen: Chosen, function: Hints) -> tuple[int, bool]:
    """The number of the hint to show, which is recorded, and whether it is a new one."""
    last = len(function.hints)
    try:
        with Record(state_folder(chosen.course.root)) as record:
            read = record.hints_read(chosen.exercise.id, function.name)
            if read and (read >= last or not record.changed_since_hint(chosen.exercise.id, function.name)):
                return min(read, last), False
            record.add_hint(chosen.exercise.id, function.name, read + 1)
            return read + 1, True
    except RecordError as error:
        log(f"grade: progress is not saved: {error}")
        return 1, True


def _hint_lines(chosen: Chosen, function: Hints, standing: Standing, step: int, new: bool, plain: bool) -> list[Line]:
    where, last = page(plain), len(function.hints)
    again = f"grade {chosen.exercise.short} {function.name}"
    lines = [Line(text) for text in where.wrap(f"{chosen.exercise.short} {function.name}: hint {step} of {last}")]
    lines += [Line(text) for text in where.wrap(function.hints[step - 1], "  ", "  ")]
    recognised = standing.mistakes.get(function.name, "")
    said = dict(function.mistakes).get(recognised, "")
    if said and not standing.passed(function.name):
        lines += [Line(""), *map(Line, where.wrap(f"On the mistake of your last attempt [{recognised}]:"))]
        lines += [Line(text) for text in where.wrap(said, "  ", "  ")]
    if step == last:
        ending = f"That was the last hint. Next: {again}"
    elif new:
        ending = f"Next: {again}"
    else:
        ending = f"Hint {step + 1} opens after an attempt with a changed file. Next: {again}"
    return [*lines, Line(""), *map(Line, where.wrap(ending))]


@click.command("show")
@click.argument("exercise", type=ExerciseName())
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...", type=FunctionName())
@click.option(
    "--solution", is_flag=True, help=f"Show the reference, once yours passes or after {OPEN_AFTER} failed attempts."
)
@plain_option
def show_sheet(exercise: str, functions: tuple[str, ...], solution: bool, plain: bool) -> int:
    """Show the sheet of an exercise, or its solution.

    Example: grade show exercise17 batchnorm_forward
    """
    from grader.render.sheet import code_screen, read_sheet, sheet_screen

    chosen = choose(exercise, functions)
    short = chosen.exercise.short
    if solution:
        _may_see(chosen)
        show(code_screen(f"{short}: the references", _references(chosen), page(plain)))
        return 0
    try:
        text = chosen.exercise.stub.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise click.FileError(str(chosen.exercise.stub), error.strerror) from error
    title = f"{short}: {chosen.exercise.slug.replace('_', ' ')}"
    where = page(plain)
    formulas = {} if where.plain else _formulas(chosen)
    show(sheet_screen(read_sheet(text), chosen.functions, formulas, title, f"grade {short}", where))
    return 0


def _formulas(chosen: Chosen) -> dict[str, str]:
    """The formulas of an exercise by function, in TeX; none where its solution is at fault, which grading reports."""
    try:
        return {function.name: function.formula for function in plan_of(chosen, PRACTICE).functions}
    except CourseFault:
        return {}


def _may_see(chosen: Chosen) -> None:
    """Raises UsageError unless the course lets this student read the solution now."""
    course, exercise = chosen.course, chosen.exercise
    if not exercise.solution.is_file():
        raise click.UsageError(f"the solution of {exercise.short} is not in this folder")
    if course.show_solution == "never":
        raise click.UsageError("this course shows no solutions")
    if course.show_solution == "passed" and not _earned(course, chosen):
        raise click.UsageError(
            f"the solution opens once {' '.join([exercise.short, *chosen.functions])} passes, or after {OPEN_AFTER} failed attempts"
        )


def _earned(course: Course, chosen: Chosen) -> bool:
    """Whether what is asked for passes: the functions named, else all of the exercise."""
    standing = standings(course).get(chosen.exercise.id, Standing())
    info = info_of(course, chosen.exercise, cache_folder(course))
    names = chosen.functions or tuple(function.name for function in info.functions)
    return standing.failed_attempts >= OPEN_AFTER or (bool(names) and all(map(standing.passed, names)))


def _references(chosen: Chosen) -> list[str]:
    """The source of the references, of all functions or of those named."""
    import inspect

    checks = load_solution(chosen.exercise.solution).CHECKS
    return [
        inspect.getsource(check.reference) for check in checks if not chosen.functions or check.name in chosen.functions
    ]


@click.command("case")
@click.argument("exercise", type=ExerciseName())
@click.argument("function", type=FunctionName())
@click.argument("case", required=False)
@click.option("--seed", default=PRACTICE, show_default=True, help="The seed of the run that showed the case.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="The folder to write to, instead of .grade/cases."
)
@plain_option
def case(exercise: str, function: str, case: str | None, seed: str, out: Path | None, plain: bool) -> int:
    """Write one case as a small file with its inputs and no answer, to run and debug.

    Without CASE: list the cases of the function.

    Example: grade case exercise17 batchnorm_forward "one example"
    """
    chosen = choose(exercise, (function,))
    planned = plan_of(chosen, seed).function(chosen.functions[0])
    if case is None:
        names = [Line(text) for item in planned.cases for text in page(plain).wrap(item.name, "    ", "  ")]
        show([Line(f"{planned.name}: {len(planned.cases)} cases"), *names])
        return 0
    from grader.render.result import quoted

    path = _write_case(chosen, planned, _chosen_case(planned, case), seed, out)
    show([Line(f"Written: {shortest(path)}"), Line(f"Next: python {quoted(str(shortest(path)))}")])
    return 0


def _chosen_case(function: FunctionPlan, word: str) -> CasePlan:
    exact = [item for item in function.cases if item.name == word]
    found = exact or [item for item in function.cases if item.name.lower().startswith(word.lower())]
    if len(found) == 1:
        return found[0]
    names = [item.name for item in found or function.cases]
    near = names if found else difflib.get_close_matches(word, names, 3, 0.4) or names
    what = "can mean several cases" if found else "is no case of it"
    raise click.UsageError(f"{function.name}: {word!r} {what}: " + ", ".join(repr(name) for name in near))


def _write_case(chosen: Chosen, function: FunctionPlan, case: CasePlan, seed: str, out: Path | None) -> Path:
    from grader.cli.casefile import case_source, file_name, save
    from grader.render.result import quoted

    name = file_name(chosen.exercise.short, function.name, case.name)
    try:
        folder = (out or state_folder(chosen.course.root) / "cases").resolve()
        submission = os.path.relpath(chosen.exercise.stub, folder)
        text = case_source(
            chosen.exercise.short,
            function.name,
            case.name,
            seed,
            case.args,
            path=quoted(str(shortest(folder / name))),
            submission=submission,
        )
        return save(folder, name, text)
    except RecordError as error:
        raise click.ClickException(f"{error}; choose another folder with --out") from error
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder} cannot be written: {error.strerror}") from error
