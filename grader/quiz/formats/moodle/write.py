"""Questions as Moodle XML."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any

from ...item import Gaps, Item, Judging, Matching, Number, Ordering, Picking, Sizes, Words
from ...variants import BLANK
from ..graded import Graded, from_number, from_options, from_words
from ..markup import to_html
from ..results import Exported, Loss
from ..writing import Exportable, common_losses, exact, exportable
from .embedded import embedded


def export_moodle(records: Iterable[Mapping[str, Any]], variants: int = 3) -> Exported:
    """One XML file that Moodle's question bank imports."""
    losses: list[Loss] = []
    quiz = ET.Element("quiz")
    count = 0
    for entry in exportable(records, variants, losses):
        question = _question(entry, losses)
        if question is None:
            losses.append(Loss(entry.name, f"left out: Moodle has no type for `{entry.item.type}`"))
            continue
        quiz.append(question)
        count += 1
        losses += common_losses(entry, hints=True, code=True)
    ET.indent(quiz, " ")
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(quiz, encoding="unicode") + "\n"
    return Exported({"questions.xml": text}, count, tuple(dict.fromkeys(losses)))


def _question(entry: Exportable, losses: list[Loss]) -> ET.Element | None:
    prompt = entry.item.prompt
    match entry.item.body:
        case Picking() as picking:
            return _multichoice(entry, picking, losses)
        case Judging() as judging:
            return _truefalse(entry, judging)
        case Number() as number:
            return _numerical(entry, number)
        case Words() as words:
            return _shortanswer(entry, words, losses)
        case Matching() as matching:
            return _matching(entry, matching, losses)
        case Ordering() as ordering:
            return _ordering(entry, ordering, losses)
        case Gaps(gaps=gaps):
            shown = {gap.name: embedded(gap, entry, losses) for gap in gaps}
            return _head(entry, "cloze", re.sub(BLANK, lambda match: shown[match[1]], prompt))
        case Sizes(symbols=(), want=want):
            losses.append(Loss(entry.name, "a shape is asked axis by axis, which tells their number"))
            axes = ", ".join(f"{{1:NUMERICAL:={axis}:0}}" for axis in want)
            return _head(entry, "cloze", f"{prompt}\n\n({axes})")
    return None


# --- parts of every question -----------------------------------------------------------------------------------------


def _head(entry: Exportable, kind: str, text: str | None = None, general: str = "") -> ET.Element:
    item = entry.item
    question = ET.Element("question", type=kind)
    _text(ET.SubElement(question, "name"), entry.name)
    _html(ET.SubElement(question, "questiontext"), _with_code(item, item.prompt if text is None else text))
    if isinstance(item.body, (Number, Words, Ordering, Sizes)):
        general = item.body.why
    if general:
        _html(ET.SubElement(question, "generalfeedback"), general)
    for name, value in (("defaultgrade", "1"), ("penalty", "0.3333333"), ("hidden", "0"), ("idnumber", entry.name)):
        ET.SubElement(question, name).text = value
    for hint in item.hints:
        _html(ET.SubElement(question, "hint"), hint)
    tags = ET.SubElement(question, "tags")
    marks = (f"topic:{item.topic}", f"group:{item.group}", f"difficulty:{item.difficulty}", f"bloom:{item.bloom}",
             f"type:{item.type}")  # fmt: skip
    for mark in marks:
        _text(ET.SubElement(tags, "tag"), mark)
    return question


def _with_code(item: Item, prompt: str) -> str:
    return f"{prompt}\n```\n{item.code.rstrip()}\n```" if item.code else prompt


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text


def _html(parent: ET.Element, text: str) -> None:
    parent.set("format", "html")
    _text(parent, to_html(text))


def _answer(question: ET.Element, graded: Graded, rich: bool = False) -> ET.Element:
    whole = graded.percent == int(graded.percent)
    fraction = f"{graded.percent:g}" if whole else f"{graded.percent:.5f}"
    answer = ET.SubElement(question, "answer", fraction=fraction)
    if rich:
        _html(answer, graded.text)
    else:
        answer.set("format", "plain_text")
        _text(answer, graded.text)
    _html(ET.SubElement(answer, "feedback"), graded.why)
    return answer


# --- each type -------------------------------------------------------------------------------------------------------


def _multichoice(entry: Exportable, body: Picking, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "multichoice")
    ET.SubElement(question, "single").text = "false" if body.several else "true"
    ET.SubElement(question, "shuffleanswers").text = "true"
    ET.SubElement(question, "answernumbering").text = "abc"
    for graded in from_options(entry, body, losses):
        _answer(question, graded, rich=True)
    return question


def _truefalse(entry: Exportable, body: Judging) -> ET.Element:
    question = _head(entry, "truefalse")
    for word, right in (("true", body.answer), ("false", not body.answer)):
        _answer(question, Graded(word, 100 if right else 0, body.why if right else body.trap))
    return question


def _numerical(entry: Exportable, body: Number) -> ET.Element:
    question = _head(entry, "numerical")
    for graded in from_number(body):
        ET.SubElement(_answer(question, graded), "tolerance").text = exact(graded.tolerance)
    if body.unit:
        ET.SubElement(question, "unitgradingtype").text = "0"
        units = ET.SubElement(question, "units")
        for name, size in {body.unit: 1.0, **body.units}.items():
            unit = ET.SubElement(units, "unit")
            ET.SubElement(unit, "multiplier").text = f"{1 / size:.10g}"
            ET.SubElement(unit, "unit_name").text = name
    return question


def _shortanswer(entry: Exportable, body: Words, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "shortanswer")
    ET.SubElement(question, "usecase").text = "0"
    for graded in from_words(entry, body, losses):
        _answer(question, graded)
    return question


def _matching(entry: Exportable, body: Matching, losses: list[Loss]) -> ET.Element:
    losses.append(Loss(entry.name, "the reason of each pair goes into the general feedback"))
    reasons = [f"{left}: {right}. {why}" for left, right, why in body.written()]
    question = _head(entry, "matching", general="\n".join(reasons))
    ET.SubElement(question, "shuffleanswers").text = "true"
    pairs = [(left, right) for left, right, _ in body.written()]
    for left, right in [*pairs, *(("", extra.text) for extra in body.distractors.values())]:
        part = ET.SubElement(question, "subquestion")
        _html(part, left)
        _text(ET.SubElement(part, "answer"), right)
    return question


def _ordering(entry: Exportable, body: Ordering, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "ordering")
    if body.distractors:
        losses.append(Loss(entry.name, "items that do not belong are left out; Moodle's ordering has none"))
    if body.before is not None:
        losses.append(Loss(entry.name, "one order counts as right; Moodle's ordering knows no partial order"))
    grading = "ALL_OR_NOTHING" if body.credit == "all" else "LONGEST_ORDERED_SUBSET"
    for name, value in (
        ("layouttype", "VERTICAL"),
        ("selecttype", "ALL"),
        ("selectcount", "0"),
        ("gradingtype", grading),
    ):
        ET.SubElement(question, name).text = value
    for place, index in enumerate(body.key, 1):
        _html(ET.SubElement(question, "answer", fraction=f"{place}.0000000"), body.shown[index])
    return question
