"""What is said about one function that does not pass: where, how much, why if that is known, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from grader.render.arrays import beside
from grader.render.gradients import gradient_lines
from grader.render.numbers import pair, percent, size
from grader.render.text import MIN_WIDTH, Line, Page, columns
from grader.verdict import CheckResult, ExceptionInfo, FunctionResult, Mismatch, StackFrame, Status

FRAMES: Final = 3  # of the student's own calls; more only in endless recursion
MESSAGE_LINES: Final = 6  # of an exception
PRINTED: Final = 1000  # characters; more than any line holds, so a longer text is always marked as cut
CALL_LINES: Final = 3
LABEL: Final = 9
_INDENT: Final = " " * (2 + LABEL)


def field(page: Page, label: str, text: str) -> list[Line]:
    """`  label    text`, wrapped under itself."""
    return [Line(piece) for piece in page.wrap(text, _INDENT, f"  {label:<{LABEL}}")]


def details(function: FunctionResult, page: Page, *, all_frames: bool = False) -> list[Line]:
    """The block under a function that failed, raised, timed out or broke."""
    check = failing_check(function)
    if check is None:
        return [Line(piece) for piece in page.wrap(f"{function.name}: no check says why", "  ")]
    lines = [Line(piece) for piece in page.wrap(_headline(function, check), "  ", "")]
    lines += field(page, "at", f"{function.file}:{function.line}" if function.line else function.file)
    if check.status is Status.BROKEN:
        return lines + _our_reason(check, page)
    if check.mismatch is not None:
        lines += _mismatch(check, check.mismatch, page)
    if check.exception is not None:
        lines += _exception(check.exception, page, all_frames)
    lines += _causes(function, page)
    for other in function.checks:
        if other.status is not Status.PASS:
            lines += gradient_lines(other, page)
            lines += _besides(other, page) if other is not check else []
    return lines + remarks(function, page)


def failing_check(function: FunctionResult) -> CheckResult | None:
    """The first check that did not pass."""
    return next((check for check in function.checks if check.status is not Status.PASS), None)


def _headline(function: FunctionResult, check: CheckResult) -> str:
    if check.status is Status.BROKEN:
        return f"{function.name}: the grader failed here, not your code; this costs no point"
    mismatch = check.mismatch
    if mismatch is None or not mismatch.detail:
        return f"{function.name}: {_PLAIN.get(check.status, 'does not agree')}"
    if mismatch.index is not None and mismatch.got_shape is not None:
        return f"{function.name}: {_values_wrong(function.name, mismatch, mismatch.got_shape)}"
    if mismatch.kind == "warning":
        return f"{function.name}: a RuntimeWarning, which this task rules out: {mismatch.detail}"
    return f"{function.name}: {mismatch.detail}"


def _values_wrong(function: str, mismatch: Mismatch, shape: tuple[int, ...]) -> str:
    """What is right and what is not where only numbers differ."""
    wrong = "nan or inf in the wrong places" if mismatch.kind == "nonfinite" else "values wrong"
    name = mismatch.output if mismatch.output not in ("", function) else "the result"
    return f"{name} has the right shape {shape}, {wrong}" if shape else f"{name} is a number, but not the right one"


_PLAIN: Final = {Status.TIMEOUT: "stopped at the time limit", Status.ERROR: "ended early", Status.SKIP: "not run"}


def _mismatch(check: CheckResult, mismatch: Mismatch, page: Page) -> list[Line]:
    lines = []
    if mismatch.case:
        lines += field(page, "case", f"'{mismatch.case}'")
    if mismatch.call:
        lines += _call(mismatch.call, page)
    if mismatch.index is not None or mismatch.error is not None:
        lines += _worst(mismatch, page)
    elif _both_said(mismatch):
        lines += _packed(page, "got", [_text(mismatch.got), f"expected {_text(mismatch.want)}"])
    if mismatch.wrong_count is not None and mismatch.size is not None and mismatch.size > 1:
        lines += _packed(page, "wrong", [f"{mismatch.wrong_count} of {mismatch.size} entries", _allowed(mismatch)])
    return lines + [Line(text) for text in beside(mismatch, page)]


def _call(call: str, page: Page) -> list[Line]:
    """The call in at most three lines; a longer one says where the whole is."""
    lines = field(page, "call", call)
    if len(lines) <= CALL_LINES:
        return lines
    rest = " ".join(line.text.strip() for line in lines[CALL_LINES - 1 :])
    room = max(page.width, MIN_WIDTH) - len(_INDENT)
    return [*lines[: CALL_LINES - 1], Line(_INDENT + page.cut(rest, room, " (grade case writes it all)"))]


def _worst(mismatch: Mismatch, page: Page) -> list[Line]:
    got, want = pair(mismatch.got, mismatch.want)
    place = mismatch.output or "result"
    if mismatch.index:
        place += f"[{', '.join(map(str, mismatch.index))}]"
    parts = [place, f"got {got}", f"expected {want}"]
    if mismatch.error is not None:
        share = percent(mismatch.error, float(mismatch.want)) if isinstance(mismatch.want, (int, float)) else ""
        parts.append(f"off {size(mismatch.error)}" + (f" ({share})" if share else ""))
    return _packed(page, "worst" if (mismatch.size or 0) > 1 else "value", parts)


def _allowed(mismatch: Mismatch) -> str:
    return "" if mismatch.allowed is None else f"allowed: off by {size(mismatch.allowed)}"


def _both_said(mismatch: Mismatch) -> bool:
    simple = (bool, int, float, str)
    return isinstance(mismatch.got, simple) and isinstance(mismatch.want, simple)


def _text(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _our_reason(check: CheckResult, page: Page) -> list[Line]:
    """Our own failure, with its traceback if there is one: here every line counts."""
    reason = check.mismatch.detail if check.mismatch else "; ".join(check.notes)
    return [
        Line(piece)
        for line in reason.splitlines()
        for piece in page.wrap(line, "    ", f"  {' ' * (len(line) - len(line.lstrip(' ')))}")
    ]


def _exception(exception: ExceptionInfo, page: Page, all_frames: bool) -> list[Line]:
    frames: Sequence[StackFrame] = exception.frames
    hidden = 0 if all_frames else max(0, len(frames) - FRAMES)
    lines = (
        field(page, "", f"{hidden} earlier call{'s' * (hidden != 1)} of your code hidden: --traceback shows all")
        if hidden
        else []
    )
    for frame in frames[hidden:]:
        mark = ">" if frame is frames[-1] else " "
        lines.append(Line(page.cut(f"  {mark} {frame.line:>4}  {frame.source.strip()}   in {frame.function}")))
    message = f"{exception.type}: {exception.message}" if exception.message else exception.type
    texts = page.wrap(message, "    ", "  ")
    if not all_frames and len(texts) > MESSAGE_LINES:
        texts = [*texts[: MESSAGE_LINES - 1], "    ... (--traceback shows all of it)"]
    return lines + [Line(text) for text in texts]


def _causes(function: FunctionResult, page: Page) -> Iterator[Line]:
    """What the numbers show, and the mistake if it was recognised."""
    for fact in function.facts:
        yield from field(page, "seen", fact)
    mistake = function.mistake
    if mistake is None:
        return
    text = f"{mistake.text} [{mistake.id}]"
    if mistake.variant_of:
        text = f"{mistake.text} That is the convention of {mistake.variant_of}; this course has another. [{mistake.id}]"
    yield from field(page, "likely" if mistake.kind == "named" else "pattern", text)


def _besides(check: CheckResult, page: Page) -> list[Line]:
    """One more check that fails, in a sentence."""
    if check.mismatch is None:
        return []
    return field(page, "also", f"{check.id}: {check.mismatch.detail}")


def remarks(function: FunctionResult, page: Page) -> list[Line]:
    """Notes on precision, warnings and what was printed: reported, not punished."""
    lines: list[Line] = []
    shown = failing_check(function)
    for note in dict.fromkeys(
        n for check in function.checks if check is not shown or check.mismatch for n in check.notes
    ):
        lines += field(page, "note", note)
    for warning in dict.fromkeys(w for check in function.checks for w in check.warnings):
        lines += field(page, "warning", warning)
    printed = next((check.printed for check in function.checks if check.printed), "")
    return lines + (printed_lines(printed, page) if printed else [])


def printed_lines(text: str, page: Page) -> list[Line]:
    """What their code printed, on one line, cut."""
    return _cut_field(page, "printed", text.strip("\n")[:PRINTED], " (--json has all of it)")


def _packed(page: Page, label: str, parts: Sequence[str]) -> list[Line]:
    """Parts beside each other with three blanks between them, or below each other where they do not fit."""
    safe = [page.clean(part) for part in parts if part]
    text = f"  {label:<{LABEL}}{'   '.join(safe)}"
    if columns(text) <= page.width and not page.plain:
        return [Line(text)]
    return field(page, label, ", ".join(safe))


def _cut_field(page: Page, label: str, text: str, note: str) -> list[Line]:
    return [Line(f"  {label:<{LABEL}}{page.cut(text, max(page.width, MIN_WIDTH) - 2 - LABEL, note)}")]
