"""`grade watch`: grades again when a file is saved, with a warm worker and kept plans."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import click

from grader.catalog import Course, CourseFault, ExerciseFiles, find_course, index
from grader.cli.grading import PRACTICE, Request, exit_code, sandbox_for
from grader.cli.names import Chosen, ExerciseName, cache_folder, choose, shortest
from grader.cli.options import plain_option
from grader.cli.progress import here, standings
from grader.cli.terminal import log, page, show
from grader.record import Record, Standing
from grader.render.text import Line, Page, verdict_line
from grader.state import RecordError, state_folder

if TYPE_CHECKING:
    from grader.plan import Plan
    from grader.sandbox import Sandbox
    from grader.student.watch import Files, Graded
    from grader.verdict import ExerciseResult

MINUTE: Final = 60.0


@dataclass
class Watch:
    """What a run of `grade watch` knows: the plans it has loaded, the state of each exercise, and what it has seen."""

    course: Course
    sandbox: Sandbox
    where: Page
    timeout: float | None
    plans: dict[str, Plan] = field(default_factory=dict)
    states: dict[str, Graded] = field(default_factory=dict)
    first: dict[str, Standing] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """The last word on a file that could not be read as Python, so that it is not said twice."""
    saves: int = 0
    pending: tuple[ExerciseFiles, ExerciseResult] | None = None
    """A verdict that is shown and not recorded yet: whoever presses Ctrl-C at once loses no attempt."""


@click.command("watch")
@click.argument("exercise", required=False, type=ExerciseName())
@click.option("--timeout", type=click.FloatRange(0.1, 3600), metavar="SECONDS", help="Allow each call this long.")
@plain_option
def watch(exercise: str | None, timeout: float | None, plain: bool) -> int:
    """Grade again on every save, until Ctrl-C.

    With EXERCISE only that one is watched; without, all of them, beginning with the one you are at. Only the functions
    that you changed, and those that use them, are graded again.

    Example: grade watch exercise17

    Exit code: 0 when it is ended by Ctrl-C, 3 when the course or the grader is at fault.
    """
    from grader.student.originals import keep_originals
    from grader.student.watch import Files

    named = choose(exercise) if exercise else None
    course = named.course if named else find_course()
    if not course.exercises:
        raise click.UsageError(f"this course has no exercises yet: they belong into {course.root / 'exercises'}")
    keep_originals(course)
    start = named.exercise if named else _start(course)
    wanted = {start.stub.name} if named else None
    with sandbox_for(course, Request(None, PRACTICE, timeout)) as sandbox:
        watching = Watch(course, sandbox, page(plain), timeout, first=standings(course))
        files = Files(course.root / "exercises", lambda name: _is_wanted(name, wanted), hot=start.stub.name)
        return _run(watching, files, start, None if named is None else start)


def _is_wanted(name: str, wanted: set[str] | None) -> bool:
    from grader.catalog.course import FILE_NAME

    return name in wanted if wanted is not None else bool(FILE_NAME.fullmatch(name))


def _start(course: Course) -> ExerciseFiles:
    """The exercise to begin with: the one on the map, else the first."""
    place = here(course, index(course, cache_folder(course)))
    found = (e for e in course.exercises if place is not None and e.id == place.info.id)
    return next(found, course.exercises[0])


def _run(watching: Watch, files: Files, start: ExerciseFiles, only: ExerciseFiles | None) -> int:
    began = time.monotonic()
    try:
        if start.stub.name in files.content:
            _grade(watching, start, files.content[start.stub.name])
        else:
            show([Line(f"{shortest(start.stub)} is not there; it is graded as soon as it is.")])
        what = shortest(only.stub if only else watching.course.root / "exercises")
        show([Line(""), Line(f"Watching {what}: graded on every save. Ctrl-C ends."), Line("")])
        while True:
            for name in files.look():
                watching.saves += 1
                _saved(watching, name, files.content[name])
            watching.sandbox.prepare()  # the next save finds a worker that has confined itself
            time.sleep(files.pause())
    except KeyboardInterrupt:
        _record(watching)
        show(_summary(watching, time.monotonic() - began))
        return 0


def _saved(watching: Watch, name: str, source: bytes) -> None:
    exercise = _exercise(watching, name)
    if exercise is None:
        return
    try:
        _grade(watching, exercise, source)
    except CourseFault as fault:
        log(f"grade: {fault}", fault.hint)


def _exercise(watching: Watch, name: str) -> ExerciseFiles | None:
    """The exercise of a file; one that has come into the course since is found as well."""
    for _ in range(2):
        if found := [exercise for exercise in watching.course.exercises if exercise.stub.name == name]:
            return found[0]
        watching.course = find_course(watching.course.root)
    return None


def _plan(watching: Watch, exercise: ExerciseFiles) -> Plan:
    from grader.cli.study import plan_of

    if exercise.id not in watching.plans:
        watching.plans[exercise.id] = plan_of(Chosen(watching.course, exercise, ()), PRACTICE)
    return watching.plans[exercise.id]


def _grade(watching: Watch, exercise: ExerciseFiles, source: bytes) -> None:
    """Grades what a save has changed, shows it, and records it where it is another verdict than before."""
    from grader.student.watch import does_not_parse, grade_again

    started = time.perf_counter()
    before = watching.states.get(exercise.id)
    plan = _plan(watching, exercise)
    after, result = grade_again(plan, before, source, shortest(exercise.stub), watching.sandbox, watching.course.name)
    if does_not_parse(result):
        _say_half_written(watching, exercise, result)
        return
    watching.said.pop(exercise.id, None)
    watching.states[exercise.id] = after
    if result.functions:
        watching.pending = (exercise, result if result.problem else after.result)
    seconds = time.perf_counter() - started
    if before is not None and not result.problem:
        show(_head(exercise, result, seconds))
    if before is not None and result.problem:
        show(_problem(watching, exercise, result))
    elif result.functions:
        show(_screen(watching, exercise, after, result))
    if before is not None and result.functions and len(result.functions) < len(plan.functions) and not result.problem:
        show([Line(text) for text in watching.where.wrap(_total(exercise, after.result))])
    _record(watching)


def _say_half_written(watching: Watch, exercise: ExerciseFiles, result: ExerciseResult) -> None:
    """One calm sentence, and nothing again while it is the same."""
    if watching.said.get(exercise.id) == result.problem:
        return
    watching.said[exercise.id] = result.problem
    kind, _, reason = result.problem.partition(": ")
    line = re.search(r" \(line (\d+)\)$", reason)
    place = f"{shortest(exercise.stub)}:{line[1]}" if line else str(shortest(exercise.stub))
    why = reason[: line.start()] if line else reason or kind
    show([Line(text) for text in watching.where.wrap(f"{_clock()} {place} is not Python yet: {why}", " " * 9, "")])


def _clock() -> str:
    return time.strftime("%H:%M:%S")


def _head(exercise: ExerciseFiles, result: ExerciseResult, seconds: float) -> list[Line]:
    if not result.functions:
        return [Line(f"{_clock()} {exercise.short}: saved; no function that is written has changed")]
    count = len(result.functions)
    what = result.functions[0].name if count == 1 else f"{count} functions"
    return [Line(""), Line(f"{_clock()} {exercise.short}: {what} graded again in {seconds * 1000:.0f} ms")]


def _problem(watching: Watch, exercise: ExerciseFiles, result: ExerciseResult) -> list[Line]:
    """What keeps the file from being loaded; nothing in it can be graded until then."""
    first, *rest = watching.where.wrap(f"{shortest(exercise.stub)}: {result.problem}", " " * 8, " " * 8)
    head = Line(f"{_clock()} {exercise.short}: saved, but the file cannot be loaded")
    return [Line(""), head, verdict_line("ERROR", first.strip()), *map(Line, rest)]


def _screen(watching: Watch, exercise: ExerciseFiles, after: Graded, result: ExerciseResult) -> list[Line]:
    from grader.render.result import Around, exercise_screen

    timeout = watching.timeout or float(watching.course.limits.get("call_seconds", 5.0))
    following, title = _following(watching, exercise, after.result)
    return exercise_screen(result, watching.where, Around(next_exercise=following, next_title=title, timeout=timeout))


def _following(watching: Watch, exercise: ExerciseFiles, whole: ExerciseResult) -> tuple[str, str]:
    """What to go on with once what was graded passes: the next function here, else the next exercise on the map."""
    open_ones = [function.name for function in whole.functions if function.status.value != "pass"]
    if open_ones:
        return exercise.short, f"next is {open_ones[0]}"
    place = here(watching.course, index(watching.course, cache_folder(watching.course)))
    return (place.info.short, place.info.title) if place and place.info.id != exercise.id else ("", "")


def _total(exercise: ExerciseFiles, result: ExerciseResult) -> str:
    passed = sum(function.status.value == "pass" for function in result.functions)
    return (
        f"{exercise.short} as a whole: {passed} of {len(result.functions)} functions,"
        f" {result.points}/{result.max_points} points"
    )


def _record(watching: Watch) -> None:
    """Adds an attempt where a verdict is another one than before: saving often is no sign of failing often."""
    from grader.student.watch import same_verdicts
    from grader.verdict import Status

    if watching.pending is None:
        return
    exercise, result = watching.pending
    try:
        with Record(state_folder(watching.course.root)) as record:
            log(*(f"grade: {message}" for message in record.messages))
            standing = record.standings().get(exercise.id, Standing())
            known = [(name, status, standing.mistakes.get(name, "")) for name, status in standing.functions.items()]
            if result.status is not Status.BROKEN and not same_verdicts(known, result):
                record.add_attempt(result)
    except RecordError as error:
        log(f"grade: progress is not saved: {error}")
    watching.pending = None


def _summary(watching: Watch, seconds: float) -> list[Line]:
    """What came of it, and the next command."""
    minutes = round(seconds / MINUTE)
    spent = f"{minutes} min" if minutes else f"{seconds:.0f} s"
    saves = f"{watching.saves} save{'s' * (watching.saves != 1)}"
    lines = ["", f"Watched for {spent}: {saves}."]
    for exercise in watching.course.exercises:
        state = watching.states.get(exercise.id)
        if state is not None and not state.result.problem:
            lines.append(_gain(watching, exercise, state.result))
    open_ones = [e for e in watching.course.exercises if e.id in watching.states and _is_open(watching, e)]
    lines.append(f"Next: grade {open_ones[-1].short}" if open_ones else "Next: grade")
    return [Line(piece) for text in lines for piece in watching.where.wrap(text, "  ", "")]


def _is_open(watching: Watch, exercise: ExerciseFiles) -> bool:
    return exit_code([watching.states[exercise.id].result]) != 0


def _gain(watching: Watch, exercise: ExerciseFiles, result: ExerciseResult) -> str:
    """The functions that pass now, and how many did when the watch began."""
    standing = watching.first.get(exercise.id, Standing())
    before = sum(standing.passed(function.name) for function in result.functions)
    now = sum(function.status.value == "pass" for function in result.functions)
    gained = f" ({now - before:+d})" if now != before else ""
    return f"  {exercise.short}: {now} of {len(result.functions)} functions{gained}, {result.points}/{result.max_points} points"
