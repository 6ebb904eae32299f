"""One question as it is asked, with the verdict on its right answer and every reason: for authors."""

from __future__ import annotations

from .check import mark, right_answer
from .index import Index
from .item import Body, Gaps, Item, Number, Picking, Sizes, Spot, Steps, Words
from .screen import Screen, body_lines, question_lines, verdict_lines
from .variants import plain_number, realise, seed_of


def preview_lines(index: Index, screen: Screen, question: str) -> list[str]:
    """The question, its right answer, its reasons, hints and diagnosed mistakes; raises KeyError."""
    item = realise(index.record(question), seed_of(question, "preview", 0))
    lines = question_lines(screen, item, f"{item.id} · {item.type} · difficulty {item.difficulty} · {item.bloom}")
    lines += _inner(screen, item.body)
    for place, hint in enumerate(item.hints, 1):
        lines += screen.prose(f"Hint {place}: {hint}", "    ", "  ")
    lines += verdict_lines(screen, item, mark(item.body, right_answer(item.body)))
    return lines + _mistakes(screen, item)


def _inner(screen: Screen, body: Body) -> list[str]:
    lines: list[str] = []
    match body:
        case Gaps(gaps=gaps):
            for gap in gaps:
                if isinstance(gap.body, Picking):
                    lines += [f"[{gap.name}]", *body_lines(screen, gap.body)[1:], ""]
        case Steps(steps=steps):
            for place, step in enumerate(steps, 1):
                lines += [*screen.prose(step.prompt, "  ", f"Step {place}. "), *body_lines(screen, step.body), ""]
        case Spot(fix=Picking() as fix):
            lines += ["Which repair is right?", *body_lines(screen, fix)[1:], ""]
    return lines


def _mistakes(screen: Screen, item: Item) -> list[str]:
    if not isinstance(item.body, (Number, Sizes, Words)) or not item.body.slips:
        return []
    lines = ["", "Diagnosed mistakes:"]
    for slip in item.body.slips:
        value = slip.value
        shown = f"({', '.join(value)})" if isinstance(value, tuple) else plain_number(value)
        lines += screen.prose(f"{shown}: {slip.why}", "    ", "  ")
    return lines
