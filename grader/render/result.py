"""The screen of one graded exercise: a line for each function, then what is to be said about those that do not pass."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from grader.render.details import details, failing_check, printed_lines, remarks
from grader.render.text import WORDS, Line, Page, columns, pad, verdict_line
from grader.verdict import ExerciseResult, FunctionResult, Status

LEAD: Final = len("  BROKEN ")  # before a function's name, at most
DETAILED: Final = 3  # functions explained in full; more would push the first off the screen
_FAILING: Final = (Status.FAIL, Status.ERROR, Status.TIMEOUT, Status.BROKEN)


@dataclass(frozen=True)
class Around:
    """What stands around a result: the number of the attempt, the next exercise, and how the result was asked for."""

    attempt: int | None = None
    next_exercise: str = ""
    next_title: str = ""
    submission: str = ""
    timeout: float = 5.0
    can_compare: bool = False
    all_frames: bool = False
    open_needs: tuple[int, ...] = ()
    """Exercises that should come first and are not done: advice, nothing is refused."""


def exercise_screen(result: ExerciseResult, page: Page, around: Around = Around()) -> list[Line]:
    """The whole screen; it ends with the next command."""
    lines = _head(result, page)
    if result.problem:
        lines += _whole_file(result, page)
    else:
        lines += [line for function in result.functions for line in _row(function, result, page)]
    if result.printed:
        lines += printed_lines(result.printed, page)
    lines += [Line("")] if result.problem else _blocks(result, page, around)
    return lines + _end(result, page, around)


def _head(result: ExerciseResult, page: Page) -> list[Line]:
    passed = sum(function.status is Status.PASS for function in result.functions)
    right = f"{passed} of {len(result.functions)} functions   {result.points}/{result.max_points} points"
    left = page.cut(f"{short_name(result.exercise)}  {result.title}")
    if columns(left) + 2 + len(right) > page.width:
        return [Line(left), Line(page.cut(right) if page.plain else right.rjust(page.width))]
    if page.plain:
        return [Line(f"{left}: {right.replace('   ', ', ')}")]
    return [Line(f"{pad(left, page.width - len(right))}{right}")]


def short_name(exercise: str) -> str:
    """`exercise17` for `exercise17_batchnorm`, `exercise3` for `exercise03_gradients`."""
    match = re.match(r"exercise0*(\d+)", exercise)
    return f"exercise{match[1]}" if match else exercise


def _whole_file(result: ExerciseResult, page: Page) -> list[Line]:
    file = next((function.file for function in result.functions if function.file), "") or "the file"
    word = WORDS[result.status.value] if result.status in _FAILING else "ERROR"
    problem, _, line = result.problem.partition(" (line ")
    place = f"{file}:{line.rstrip(')')}" if line else file
    first, *rest = page.wrap(f"{place}: {problem}", " " * 8, " " * 8)
    return [verdict_line(word, first.strip()), *map(Line, rest)]


def _row(function: FunctionResult, result: ExerciseResult, page: Page) -> list[Line]:
    """A function in one line: verdict, name, points, and its cases, cause or place as far as they fit."""
    widest = max(columns(other.name) for other in result.functions)
    undecided = function.status in (Status.SKIP, Status.TODO)
    points = f"{'-' if undecided else function.points}/{function.max_points}"
    head = f"{pad(page.clean(function.name), widest)}  {points:>4}"
    text = head
    for part in _row_parts(function):
        longer = f"{text}  {page.clean(part)}"
        text = longer if columns(longer) + LEAD <= page.width else text
    return [verdict_line(WORDS[function.status.value], text)]


def _row_parts(function: FunctionResult) -> list[str]:
    place = f"{function.file}:{function.line}" if function.line else function.file
    if function.status is Status.SKIP:
        return [f"needs {function.skipped_because or 'another function'}"]
    if function.status is Status.TODO:
        return ["not written yet", place]
    deciding = [check for check in function.checks if check.kind in ("match", "stability")]
    cases, passed = sum(check.cases for check in deciding), sum(check.cases_passed for check in deciding)
    if function.status is Status.PASS:
        return [f"{cases} cases"] if cases > 1 else []
    return [part for part in (f"{passed} of {cases} cases" if cases > 1 else "", place) if part]


def _blocks(result: ExerciseResult, page: Page, around: Around) -> list[Line]:
    failing = [function for function in result.functions if function.status in _FAILING]
    lines = []
    for function in failing[:DETAILED]:
        lines += [Line(""), *details(function, page, all_frames=around.all_frames)]
    if more := failing[DETAILED:]:
        names = " ".join(function.name for function in more)
        text = f"Not explained here: {len(more)} more. grade {short_name(result.exercise)} {names} --only"
        lines += [Line(""), *map(Line, page.wrap(text, "  ", ""))]
    for function in result.functions:
        if function.status is Status.PASS and (said := remarks(function, page)):
            lines += [Line(""), Line(f"{function.name}: right, with a remark"), *said]
    return [*lines, Line("")] if lines else []


def _end(result: ExerciseResult, page: Page, around: Around) -> list[Line]:
    """How long it took, and the next command."""
    seconds = (
        f"{result.duration_ms / 1000:.2f} s" if result.duration_ms < 10_000 else f"{result.duration_ms / 1000:.0f} s"
    )
    facts = [seconds] + ([f"attempt {around.attempt}"] if around.attempt else [])
    if result.sandbox in ("limited", "separate"):
        facts.append(f"sandbox {result.sandbox}")
    if result.status is Status.PASS:
        return [*map(Line, page.wrap(f"Passed in {', '.join(facts)}.", "  ", "")), *_after_pass(result, page, around)]
    commands = _commands(result, around)
    if around.open_needs:
        first = ", ".join(f"exercise{number}" for number in sorted(around.open_needs))
        commands.append(("First", f"{first}, which this builds on (advice; --force leaves it out)"))
    ends = page.wrap(f"Graded in {', '.join(facts)}.", "  ", "")
    return [*map(Line, ends), *map(Line, _in_columns(commands, page))]


def _after_pass(result: ExerciseResult, page: Page, around: Around) -> list[Line]:
    pairs = []
    if around.can_compare:
        pairs.append(("Compare", f"grade show {short_name(result.exercise)} --solution"))
    if around.next_exercise:
        pairs.append(("Next", f"grade {around.next_exercise}  ({around.next_title})"))
    return [Line(line) for line in _in_columns(pairs or [("Next", "grade quiz")], page)]


def _commands(result: ExerciseResult, around: Around) -> list[tuple[str, str]]:
    """The next commands for the first function that stands in the way, most useful first."""
    short = short_name(result.exercise)
    by_status = {function.status: function for function in reversed(result.functions)}
    if result.status is Status.BROKEN:
        return [("Machine and versions", "grade doctor"), ("Again", f"grade {short}")]
    if result.problem:
        return [("Again", f"grade {short}{_with(around)}")]
    first = next((by_status[status] for status in (*_FAILING, Status.TODO) if status in by_status), None)
    if first is None:
        return [("Next", f"grade {short}{_with(around)}")]
    if first.status is Status.TODO:
        return [("Start", f"grade show {short}"), ("Hint", f"grade hint {short} {first.name}")]
    commands = [("Hint", f"grade hint {short} {first.name}")] if first.hint_available else []
    commands.append(("Only this", f"grade {short} {first.name} --only{_with(around)}"))
    check = failing_check(first)
    if check is not None and check.mismatch is not None and check.mismatch.case:
        commands.append(("Debug", f"grade case {short} {first.name} {quoted(check.mismatch.case)}"))
    if check is not None and first.status is Status.TIMEOUT:
        commands.append(("More time", f"grade {short} --timeout {4 * around.timeout:g}{_with(around)}"))
    return commands


def _with(around: Around) -> str:
    return f" --submission {quoted(around.submission)}" if around.submission else ""


def quoted(word: str) -> str:
    """A word as every shell takes it: in double quotes unless it is plain."""
    return word if re.fullmatch(r"[\w./+-]+", word) else '"' + re.sub(r'(["\\$`])', r"\\\1", word) + '"'


def _in_columns(commands: list[tuple[str, str]], page: Page) -> list[str]:
    widest = max((len(label) for label, _ in commands), default=0)
    lines = []
    for label, command in commands:
        gap = "" if page.plain else " " * (widest - len(label))
        lines += (
            page.wrap(command, "  ", f"{page.clean(label)}: {gap}")
            if columns(label) + 2 + len(gap) < page.width // 2
            else [f"{label}:", f"  {command}"]
        )
    return lines


def summary_line(result: ExerciseResult, page: Page, widest: int) -> Line:
    """An exercise in one line, for `grade all`."""
    passed = sum(function.status is Status.PASS for function in result.functions)
    counts = f"{passed} of {len(result.functions)} functions  {f'{result.points}/{result.max_points}':>5} points"
    room = max(page.width - LEAD - widest - 2 - len(counts) - 2, 4)
    head = f"{pad(short_name(result.exercise), widest)}  {pad(page.cut(result.title, room), room)}  {counts}"
    return verdict_line(WORDS[result.status.value], page.cut(head, page.width - LEAD))


def summary_end(results: list[ExerciseResult], faults: int, page: Page) -> list[Line]:
    """What all exercises came to, and the next command."""
    points, most = sum(result.points for result in results), sum(result.max_points for result in results)
    done = sum(result.status is Status.PASS for result in results)
    text = f"{done} of {len(results)} exercises passed, {points}/{most} points"
    if faults:
        text += f"; {faults} could not be graded, which is the course's fault"
    waiting = next((result for result in results if result.status is not Status.PASS), None)
    command = f"grade {short_name(waiting.exercise)}" if waiting else "grade quiz"
    return [Line(piece) for piece in (*page.wrap(text), f"Next: {command}")]
