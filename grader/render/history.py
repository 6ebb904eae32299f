"""The attempts at one exercise: what each of them changed, and the hints read between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from grader.render.text import WORDS, Line, Page

if TYPE_CHECKING:
    from grader.catalog import ExerciseInfo
    from grader.record import Attempt, HintRead, Verdict

SHOWN: Final = 20  # attempts; a terminal has as many lines, and the last ones tell most

Known = dict[str, "Verdict"]


def history_screen(
    info: ExerciseInfo, attempts: Sequence[Attempt], hints: Sequence[HintRead], page: Page, now: datetime
) -> list[Line]:
    """Every attempt with what it changed, the latest last; it ends with the next command."""
    known: Known = {}
    rows: list[tuple[int, list[Line]]] = []
    for attempt in attempts:
        rows += [(hint.after, _hint(hint, page)) for hint in hints if hint.after == attempt.number - 1]
        rows.append((attempt.number, _row(attempt, known, page, now)))
        known |= {verdict.function: verdict for verdict in attempt.verdicts}
    rows += [(hint.after, _hint(hint, page)) for hint in hints if hint.after >= len(attempts)]
    hidden = max(0, len(attempts) - SHOWN)
    lines = [Line(text) for text in page.wrap(_head(info, attempts, known), "  ", "")]
    if hidden:
        lines.append(Line(f"  ... {hidden} earlier attempt{'s' * (hidden != 1)}: --json has them all"))
    lines += [line for after, row in rows if after >= hidden + (hidden > 0) for line in row]
    if not rows:
        lines.append(Line("  Not tried yet."))
    return [*lines, Line(f"Next: grade {info.short}")]


def _head(info: ExerciseInfo, attempts: Sequence[Attempt], known: Known) -> str:
    passed = sum(function.name in known and known[function.name].status == "pass" for function in info.functions)
    points = sum(known[function.name].points for function in info.functions if function.name in known)
    tried = f"{len(attempts)} attempt{'s' * (len(attempts) != 1)}"
    return (
        f"{info.short} {info.title}: {tried}, {passed} of {len(info.functions)} functions,"
        f" {points}/{info.max_points} points"
    )


def _row(attempt: Attempt, known: Known, page: Page, now: datetime) -> list[Line]:
    changes = [_words(verdict) for verdict in attempt.verdicts if _is_news(verdict, known)]
    first = not known
    said = ", ".join(changes) or ("nothing written yet" if first else "as before")
    return [Line(text) for text in page.wrap(f"{_when(attempt.at, now)}: {said}", " " * 6, f"{attempt.number:>4}  ")]


def _is_news(verdict: Verdict, known: Known) -> bool:
    """Whether a verdict is another one than before; that something is not written yet, or still waits, is none."""
    before = known.get(verdict.function)
    if before is None:
        return verdict.status not in ("todo", "skip")
    return (before.status, before.mistake) != (verdict.status, verdict.mistake)


def _words(verdict: Verdict) -> str:
    mistake = f" [{verdict.mistake}]" if verdict.mistake and verdict.status == "fail" else ""
    return f"{verdict.function} {WORDS[verdict.status]}{mistake}"


def _hint(hint: HintRead, page: Page) -> list[Line]:
    return [Line(text) for text in page.wrap(f"hint {hint.step} on {hint.function} read", " " * 6, " " * 6)]


def _when(at: float, now: datetime) -> str:
    """A moment in words; only the time where it is today's, or lies ahead because the clock was set back."""
    then = datetime.fromtimestamp(at)
    days = (now.date() - then.date()).days
    if days <= 0:
        return f"{then:%H:%M}"
    return f"{'yesterday' if days == 1 else then.date()} {then:%H:%M}"
