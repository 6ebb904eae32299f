"""Moodle XML as questions of the bank."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

from .. import drafts
from ..drafts import NO_REASON
from ..graded import Graded, read_number, to_choice, to_number, to_words
from ..markup import from_html
from ..results import FormatError, Imported, Loss


def import_moodle(data: bytes, topic: str) -> Imported:
    """Questions of a Moodle XML file; `topic` is taken where a question's tags name none. Raises FormatError."""
    questions: list[dict[str, Any]] = []
    losses: list[Loss] = []
    taken: set[str] = set()
    for number, element in enumerate(_root(data).iter("question"), 1):
        kind = element.get("type", "")
        if kind == "category":
            continue
        raw = (element.findtext("idnumber") or element.findtext("name/text") or "").strip()
        name = drafts.slug(raw or f"moodle-{number}", taken)
        body = _body(element, kind, name, losses)
        if body is None:
            losses.append(Loss(name, f"left out: the Moodle type `{kind}` has no counterpart here"))
            continue
        questions.append({"id": name, "type": body.pop("type"), **_head(element, topic), **body})
    return Imported(tuple(questions), tuple(losses))


def _root(data: bytes) -> ET.Element:
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data:
        raise FormatError("the file declares entities, which Moodle XML never does; it is not read")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise FormatError(f"not XML: {error}") from None
    if root.tag != "quiz":
        raise FormatError(f"the root is <{root.tag}>, Moodle XML has <quiz>")
    return root


def _head(element: ET.Element, topic: str) -> dict[str, Any]:
    tags = dict(tag.split(":", 1) for tag in (t.text or "" for t in element.iterfind("tags/tag/text")) if ":" in tag)
    prompt = from_html(element.findtext("questiontext/text") or "")
    code = re.search(r"\n?```\n(.*?)\n```", prompt, re.DOTALL)
    head = drafts.head(tags, topic) | {"q": prompt[: code.start()] + prompt[code.end() :] if code else prompt}
    if code:
        head["code"] = code[1] + "\n"
    hints = [from_html(hint.findtext("text") or "") for hint in element.iterfind("hint")]
    if any(hints):
        head["hints"] = [hint for hint in hints if hint][:4]
    return head


def _body(element: ET.Element, kind: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    answers = [_graded(answer) for answer in element.iterfind("answer")]
    if kind in ("multichoice", "truefalse", "numerical", "shortanswer") and not answers:
        return None
    match kind:
        case "multichoice":
            several = (element.findtext("single") or "true").strip() not in ("true", "1")
            rich = [answer._replace(text=from_html(answer.text)) for answer in answers]
            return to_choice(rich, several, name, losses)
        case "truefalse":
            return _truefalse(answers)
        case "numerical":
            body = to_number(answers, name, losses)
            return None if body is None else body | _units(element)
        case "shortanswer":
            return _short(answers, name, losses)
        case "matching":
            return _matching(element)
        case "ordering":
            return _ordering(element, answers)
    return None


def _graded(answer: ET.Element) -> Graded:
    text = (answer.findtext("text") or "").strip()
    percent = read_number(answer.get("fraction", "")) or 0.0
    why = from_html(answer.findtext("feedback/text") or "")
    return Graded(text, percent, why, float(read_number(answer.findtext("tolerance") or "") or 0.0))


def _truefalse(answers: Sequence[Graded]) -> dict[str, Any]:
    why = {answer.text.lower(): answer.why for answer in answers}
    truth = any(answer.text.lower() == "true" and answer.percent > 0 for answer in answers)
    right, other = ("true", "false") if truth else ("false", "true")
    return {
        "type": "truefalse", "answer": truth, "why": why.get(right) or NO_REASON, "trap": why.get(other) or NO_REASON
    }  # fmt: skip


def _units(element: ET.Element) -> dict[str, Any]:
    """The unit of the answer, and the sizes of the other units in it."""
    units = {unit.findtext("unit_name") or "": read_number(unit.findtext("multiplier") or "1") or 1
             for unit in element.iterfind("units/unit")}  # fmt: skip
    base = next((name for name, factor in units.items() if name and factor == 1), None)
    if base is None:
        return {}
    others = {name: float(f"{1 / factor:.6g}") for name, factor in units.items() if name and factor != 1}
    return {"unit": base, **({"accept_units": others} if others else {})}


def _short(answers: Sequence[Graded], name: str, losses: list[Loss]) -> dict[str, Any] | None:
    losses += [Loss(name, f"the wildcard answer {one.text!r} is left out") for one in answers if "*" in one.text]
    return to_words([answer for answer in answers if "*" not in answer.text])


def _matching(element: ET.Element) -> dict[str, Any] | None:
    reasons = from_html(element.findtext("generalfeedback/text") or "").split("\n")
    pairs = []
    for part in element.iterfind("subquestion"):
        left, right = from_html(part.findtext("text") or ""), (part.findtext("answer/text") or "").strip()
        start = f"{left}: {right}. "
        pairs.append((left, right, next((line[len(start) :] for line in reasons if line.startswith(start)), "")))
    return drafts.matching(pairs)


def _ordering(element: ET.Element, answers: Sequence[Graded]) -> dict[str, Any]:
    ordered = sorted(answers, key=lambda answer: answer.percent)  # the fraction is the place here
    credit = "all" if element.findtext("gradingtype") in ("ALL_OR_NOTHING", "-1") else "lcs"
    general = from_html(element.findtext("generalfeedback/text") or "")
    items = [from_html(answer.text) for answer in ordered]
    return {"type": "order", "items": items, "credit": credit, "why": general or NO_REASON}
