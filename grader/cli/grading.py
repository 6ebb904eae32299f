"""`grade exercise3` and `grade all`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from grader.catalog import Course, CourseFault, ExerciseFiles, find_course, index
from grader.cli.names import Chosen, ExerciseName, FunctionName, cache_folder, choose, shortest
from grader.cli.options import json_option, plain_option
from grader.cli.terminal import echo_json, log, page, show
from grader.render.text import Page
from grader.state import RecordError, state_folder

if TYPE_CHECKING:
    from grader.render.result import Around
    from grader.sandbox import Sandbox
    from grader.verdict import ExerciseResult

PRACTICE: Final = "practice"  # the seed of everyday runs: fixed and public, so that plans are kept
PASSED, FAILED, FAULT = 0, 1, 3


@dataclass(frozen=True)
class Request:
    """How grading was asked for, besides what to grade."""

    submission: Path | None
    seed: str
    timeout: float | None
    only: bool = False
    force: bool = False


@click.command("exercise")
@click.argument("exercise", type=ExerciseName())
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...", type=FunctionName())
@click.option("--only", is_flag=True, help="Run only the functions named, not those that they need.")
@click.option(
    "--submission",
    type=click.Path(path_type=Path),
    help="Grade this file (.py or .ipynb) instead of the one in exercises/.",
)
@click.option("--seed", default=PRACTICE, show_default=True, help="Any text: another one gives other inputs.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), metavar="SECONDS", help="Allow each call this long.")
@click.option("--force", is_flag=True, help="Leave out the advice to do an earlier exercise first.")
@click.option("--traceback", is_flag=True, help="Show all calls of your code that led to an exception.")
@json_option
@plain_option
def exercise(
    exercise: str,
    functions: tuple[str, ...],
    only: bool,
    submission: Path | None,
    seed: str,
    timeout: float | None,
    force: bool,
    traceback: bool,
    as_json: bool,
    plain: bool,
) -> int:
    """Grade one exercise.

    EXERCISE is exercise17, ex17, 17, batchnorm, the path of its file (with :LINE for the function there) or the name of a
    function. With a FUNCTION only that one is shown, and those that it needs.

    Example: grade exercise17 batchnorm_forward

    Exit code: 0 everything passed, 1 something failed, is not written or timed out, 2 wrong usage, 3 the course or the
    grader is at fault.
    """
    chosen = choose(exercise, functions)
    if only and not chosen.functions:
        raise click.UsageError(f"--only needs a function: grade {chosen.exercise.short} FUNCTION --only")
    request = Request(_not_a_folder(submission), seed, timeout, only, force)
    with sandbox_for(chosen.course, request) as sandbox:
        result = _graded(chosen, request, sandbox, _import_the_rest)
        sandbox.finish()
        _show(chosen, request, result, as_json, page(plain), traceback)
    return exit_code([result])


def _show(
    chosen: Chosen, request: Request, result: ExerciseResult, as_json: bool, where: Page, all_frames: bool
) -> None:
    """Keep the attempt and print the result."""
    if as_json:
        _record(chosen, request, result)
        echo_json(result.to_json())
        return
    from grader.render.result import exercise_screen

    show(exercise_screen(result, where, _around(chosen, request, result, all_frames)))


@click.command("all")
@click.option(
    "--submission", type=click.Path(path_type=Path), help="A folder with exerciseNN_name.py files to grade instead."
)
@click.option("--seed", default=PRACTICE, show_default=True, help="Any text: another one gives other inputs.")
@click.option("--timeout", type=click.FloatRange(0.1, 3600), metavar="SECONDS", help="Allow each call this long.")
@json_option
@plain_option
def all_exercises(submission: Path | None, seed: str, timeout: float | None, as_json: bool, plain: bool) -> int:
    """Grade every exercise of the course, one line each.

    Example: grade all --submission ../other-folder

    Exit code: 0 everything passed, 1 something failed, is not written or timed out, 2 wrong usage, 3 the course or the
    grader is at fault.
    """
    course = find_course()
    results: list[ExerciseResult] = []
    faults: list[CourseFault] = []
    request = Request(None, seed, timeout)
    sources = list(_sources(course, submission))
    where = page(plain)
    with sandbox_for(course, request) as sandbox:
        for files, source in sources:
            chosen, asked = Chosen(course, files, ()), replace(request, submission=source)
            try:
                results.append(_graded(chosen, asked, sandbox))
            except CourseFault as fault:
                faults.append(fault)
                log(f"grade: {fault}", fault.hint)
                continue
            _record(chosen, asked, results[-1])
            if not as_json:
                _show_line(results[-1], course, where)
    if as_json:
        echo_json(_document(results, faults))
    else:
        from grader.render.result import summary_end

        show(summary_end(results, len(faults), where))
    return FAULT if faults else exit_code(results)


def exit_code(results: Sequence[ExerciseResult]) -> int:
    """0 if all passed, 3 if we failed, else 1."""
    from grader.verdict import Status

    statuses = {function.status for result in results for function in result.functions}
    return FAULT if Status.BROKEN in statuses else PASSED if statuses <= {Status.PASS} else FAILED


def _document(results: Sequence[ExerciseResult], faults: Sequence[CourseFault]) -> dict[str, Any]:
    errors = [{"kind": fault.kind, "message": str(fault), "hint": fault.hint} for fault in faults]
    document: dict[str, Any] = {"schema": 1, "results": [result.to_json() for result in results]}
    return {**document, "errors": errors} if errors else document


def _show_line(result: ExerciseResult, course: Course, where: Page) -> None:
    from grader.render.result import summary_line

    show([summary_line(result, where, max(len(files.short) for files in course.exercises))])


# --- one submission --------------------------------------------------------------------------------------------------


def _not_a_folder(submission: Path | None) -> Path | None:
    """The file to grade; a folder is another command's."""
    if submission is not None and submission.is_dir():
        raise click.UsageError(f"{submission} is a folder: grade all --submission {submission}, or name a file in it")
    return submission


def _sources(course: Course, folder: Path | None) -> Iterator[tuple[ExerciseFiles, Path | None]]:
    """Every exercise and the file to grade for it; of another folder only the exercises that it has."""
    if not course.exercises:
        raise click.UsageError(f"this course has no exercises yet: they belong into {course.root / 'exercises'}")
    if folder is None:
        yield from ((exercise, None) for exercise in course.exercises)
        return
    if not folder.is_dir():
        raise click.UsageError(f"{folder}: there is no such folder")
    inner = folder / "exercises" if (folder / "exercises").is_dir() else folder
    found = [
        (exercise, inner / exercise.stub.name)
        for exercise in course.exercises
        if (inner / exercise.stub.name).is_file()
    ]
    if not found:
        raise click.UsageError(f"{folder} holds no file of this course, such as {course.exercises[0].stub.name}")
    if missing := len(course.exercises) - len(found):
        log(f"grade: {folder} lacks {missing} of {len(course.exercises)} exercises; those are left out")
    yield from found


@contextmanager
def sandbox_for(course: Course, request: Request) -> Iterator[Sandbox]:
    """A sandbox with the limits of a course and of a request; CourseFault if there can be none."""
    from grader.sandbox import Limits, Sandbox, SandboxError

    try:
        limits = Limits(**course.limits)  # type: ignore[arg-type]  # checked to be numbers when the course was read
    except (TypeError, ValueError) as error:
        names = ", ".join(Limits.__dataclass_fields__)
        raise CourseFault(
            f"{course.root / 'pyproject.toml'}: [tool.grade.limits]: {error}", f"Limits are {names}."
        ) from error
    if request.timeout is not None:
        limits = replace(
            limits, call_seconds=request.timeout, submission_seconds=max(limits.submission_seconds, 6 * request.timeout)
        )
    try:
        with Sandbox(limits) as sandbox:
            yield sandbox
    except SandboxError as error:
        raise CourseFault(f"no worker can be started: {error}", "grade doctor says what this machine lacks.") from error


def _import_the_rest() -> None:
    """Imports what comes after grading, in the time that the worker needs for the submission anyway."""
    import grader.record
    import grader.render.result  # noqa: F401


def _graded(
    chosen: Chosen, request: Request, sandbox: Sandbox, meanwhile: Callable[[], None] = lambda: None
) -> ExerciseResult:
    if request.seed != PRACTICE and not chosen.exercise.solution.is_file():
        raise click.UsageError("--seed makes new inputs, and that takes the solutions, which are not in this folder")
    from grader.grading import SubmissionError, grade
    from grader.plan import PlanError

    try:
        return grade(
            chosen.exercise,
            submission=request.submission or shortest(chosen.exercise.stub),
            functions=chosen.functions or None,
            only=request.only,
            seed=request.seed,
            course=chosen.course.name,
            sandbox=sandbox,
            cache=cache_folder(chosen.course),
            meanwhile=meanwhile,
        )
    except SubmissionError as error:
        raise click.UsageError(str(error)) from error
    except PlanError as error:
        raise CourseFault(f"{chosen.exercise.solution}: {error}", "Correct the solution.") from error


# --- what stands around it -------------------------------------------------------------------------------------------


def _record(chosen: Chosen, request: Request, result: ExerciseResult) -> int | None:
    """The number of this attempt; None if it is not one (another's file, our failure) or cannot be saved."""
    from grader.record import Record
    from grader.verdict import Status

    own = request.submission is None or request.submission.resolve() == chosen.exercise.stub.resolve()
    if not own or result.status is Status.BROKEN:
        return None
    try:
        with Record(state_folder(chosen.course.root)) as record:
            number = record.add_attempt(result)
            log(*(f"grade: {message}" for message in record.messages))
    except RecordError as error:
        log(f"grade: progress is not saved: {error}")
        return None
    if number == 1:
        from grader.student.originals import keep_originals

        keep_originals(chosen.course)  # before anything more is written over a stub
    return number


def _around(chosen: Chosen, request: Request, result: ExerciseResult, all_frames: bool) -> Around:
    from grader.render.result import Around
    from grader.verdict import Status

    attempt = _record(chosen, request, result)
    passed = result.status is Status.PASS
    following, title = _following(chosen) if passed else ("", "")
    advised = not passed and not request.force and request.submission is None
    return Around(
        attempt=attempt,
        next_exercise=following,
        next_title=title,
        submission=str(request.submission) if request.submission else "",
        timeout=request.timeout or float(chosen.course.limits.get("call_seconds", 5.0)),
        can_compare=attempt is not None
        and chosen.course.show_solution != "never"
        and chosen.exercise.solution.is_file(),
        all_frames=all_frames,
        open_needs=_open_needs(chosen) if advised else (),
    )


def _open_needs(chosen: Chosen) -> tuple[int, ...]:
    """The exercises that the map wants done before this one."""
    from grader.cli.progress import place_of

    place = place_of(chosen.course, index(chosen.course, cache_folder(chosen.course)), chosen.exercise.id)
    return place.open_needs if place else ()


def _following(chosen: Chosen) -> tuple[str, str]:
    """What to go on with: the next function here where only some were graded, else the next exercise on the map."""
    from grader.cli.progress import first_open, here

    place = here(chosen.course, index(chosen.course, cache_folder(chosen.course)))
    if place is None:
        return "", ""
    if place.info.id != chosen.exercise.id:
        return place.info.short, place.info.title
    return (place.info.short, f"next is {first_open(place.info, place.standing)}") if chosen.functions else ("", "")
