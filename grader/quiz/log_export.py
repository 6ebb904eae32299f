"""The log of answers as CSV, and the questions as Anki notes."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from .check import mark, right_answer
from .formats.markup import to_mathjax
from .formula import FormulaError
from .index import Index
from .item import LETTERS, Item, Judging, Matching, Ordering, Picking, Steps
from .store import Event
from .variants import BLANK, realise, seed_of

LOG_COLUMNS = (
    "id", "time", "kind", "session", "question", "topic", "revision", "content", "seed", "variant", "answer", "score",
    "rating", "certainty", "hints", "milliseconds", "misconceptions", "undoes",
)  # fmt: skip


def log_csv(events: Iterable[Event]) -> str:
    """The whole log, one event a line; nothing is left out, undone answers neither."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LOG_COLUMNS)
    for event in events:
        time = datetime.fromtimestamp(event.at, timezone.utc).isoformat(timespec="seconds")
        writer.writerow([
            event.id, time, event.kind, event.session, event.question, event.topic, event.revision, event.content,
            event.seed, event.variant, _inert(event.answer), event.score, event.rating,
            "" if event.certainty is None else event.certainty, event.hints, event.milliseconds, event.misconceptions,
            "" if event.undoes is None else event.undoes,
        ])  # fmt: skip
    return out.getvalue()


def _inert(text: str) -> str:
    """Typed text that a spreadsheet must not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") and not re.fullmatch(r"[-+]?[0-9.]+", text) else text


def anki_csv(index: Index, events: Iterable[Event]) -> str:
    """The questions that were answered, one Anki note each: front, back, tags; with parameters one variant."""
    seen = list(dict.fromkeys(event.question for event in events if event.kind == "answer"))
    lines = ["#separator:Comma", "#html:true", "#notetype:Basic", "#columns:Front,Back,Tags", "#tags column:3"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for note in _notes(index, seen):
        writer.writerow(note)
    return "\n".join(lines) + "\n" + out.getvalue()


def _notes(index: Index, questions: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for name in questions:
        if name not in index.entries:
            continue
        try:
            item = realise(index.record(name), seed_of(name, "anki", 0))
        except FormulaError:
            continue
        yield _front(item), _back(item), f"{item.group} {item.topic} {item.bloom} {name}"


def _front(item: Item) -> str:
    parts = [_html(item.prompt)]
    if item.code:
        parts.append(f"<pre>{html.escape(item.code)}</pre>")
    match item.body:
        case Picking(options=options):
            parts += [f"{LETTERS[place]}) {_html(option.text)}" for place, option in enumerate(options)]
        case Judging():
            parts.append("True or false?")
        case Ordering(shown=shown):
            parts += [f"{place}) {_html(text)}" for place, text in enumerate(shown, 1)]
        case Matching(lefts=lefts, rights=rights):
            parts += [f"{place}) {_html(text)}" for place, text in enumerate(lefts, 1)]
            parts += [f"{LETTERS[place]}) {_html(text)}" for place, text in enumerate(rights)]
        case Steps(steps=steps):
            parts += [f"{place}) {_html(step.prompt)}" for place, step in enumerate(steps, 1)]
    return "<br>".join(parts)


def _back(item: Item) -> str:
    reasons = mark(item.body, right_answer(item.body)).reasons
    parts = [f"<b>{_html(reason.text or reason.label)}</b> {_html(reason.why)}" for reason in reasons if reason.right]
    parts += [f"{_html(reason.text)}: {_html(reason.why)}" for reason in reasons if not reason.right and reason.text]
    if item.formula:
        parts.append(rf"\[{html.escape(item.formula)}\]")
    return "<br>".join(parts)


def _html(text: str) -> str:
    r"""Prose for Anki, maths as `\(…\)` for MathJax."""
    return to_mathjax(html.escape(re.sub(BLANK, "[…]", text.strip()))).replace("\n", " ")
