"""Moodle XML: multichoice, truefalse, numerical, shortanswer, matching, ordering and cloze, out and in."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from typing import Any

from ..item import (
    Body,
    Gap,
    Gaps,
    Item,
    Judging,
    Matching,
    Number,
    Ordering,
    Picking,
    Sizes,
    Words,
)
from ..variants import BLANK
from .common import (
    NO_REASON,
    Exportable,
    Exported,
    FormatError,
    Imported,
    Loss,
    common_losses,
    exact,
    exportable,
    from_mathjax,
    plain_tolerance,
    slug,
    to_mathjax,
)

# The only fractions that Moodle accepts; others make its import fail.
FRACTIONS = (100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5,
             11.11111, 10, 5, 0)  # fmt: skip


def snapped(percent: float) -> float:
    """The fraction that Moodle accepts nearest to a percentage, with its sign."""
    nearest = min(FRACTIONS, key=lambda allowed: abs(allowed - abs(percent)))
    return -nearest if percent < 0 else nearest


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
    item = entry.item
    match item.body:
        case Picking() as picking:
            return _multichoice(entry, picking, losses)
        case Judging() as judging:
            question = _head(entry, "truefalse")
            _answer(question, "true", 100 if judging.answer else 0, judging.why if judging.answer else judging.trap)
            _answer(question, "false", 0 if judging.answer else 100, judging.trap if judging.answer else judging.why)
            return question
        case Number() as number:
            return _numerical(entry, number)
        case Words() as words:
            return _shortanswer(entry, words, losses)
        case Matching() as matching:
            return _matching(entry, matching, losses)
        case Ordering() as ordering:
            return _ordering(entry, ordering, losses)
        case Gaps() as gaps:
            text = re.sub(BLANK, lambda match: _embedded(_gap_of(gaps, match[1]), losses, entry), item.prompt)
            question = _head(entry, "cloze", text)
            return question
        case Sizes(symbols=()) as sizes:
            losses.append(Loss(entry.name, "a shape is asked axis by axis, which tells their number"))
            axes = ", ".join(f"{{1:NUMERICAL:={axis}:0}}" for axis in sizes.want)
            return _head(entry, "cloze", f"{item.prompt}\n\n({axes})")
    return None


def _head(entry: Exportable, kind: str, text: str | None = None) -> ET.Element:
    item, record = entry.item, entry.record
    question = ET.Element("question", type=kind)
    _text(ET.SubElement(question, "name"), entry.name)
    prompt = item.prompt if text is None else text
    _html(ET.SubElement(question, "questiontext"), _with_code(item, prompt))
    general = record.get("why") if isinstance(item.body, (Number, Words, Ordering, Sizes)) else None
    if general:
        _html(ET.SubElement(question, "generalfeedback"), _why(item.body) or "")
    ET.SubElement(question, "defaultgrade").text = "1"
    ET.SubElement(question, "penalty").text = "0.3333333"
    ET.SubElement(question, "hidden").text = "0"
    ET.SubElement(question, "idnumber").text = entry.name
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


def _why(body: Body) -> str | None:
    return getattr(body, "why", None)


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text


def _html(parent: ET.Element, text: str) -> None:
    parent.set("format", "html")
    _text(parent, to_html(text))


def to_html(text: str) -> str:
    r"""Prose as HTML; maths as `\(…\)` and `\[…\]`, which Moodle's MathJax filter draws."""
    parts = re.split(r"(```\n.*?\n```)", text.strip(), flags=re.DOTALL)
    shown = []
    for part in parts:
        if part.startswith("```\n"):
            shown.append(f"<pre>{html.escape(part[4:-4], quote=False)}</pre>")
            continue
        plain = html.escape(part, quote=False)
        shown.append(to_mathjax(plain).replace("\n", "<br>\n"))
    return "".join(shown)


def from_html(text: str) -> str:
    """Prose from HTML: line breaks and code kept, other tags dropped, maths in dollars."""
    plain = re.sub(r"\n?<pre>(.*?)</pre>", r"\n```\n\1\n```", text, flags=re.DOTALL)
    plain = re.sub(r"<br\s*/?>\n?|</p>\s*<p[^>]*>", "\n", plain)
    return from_mathjax(html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", plain))).strip()


def _answer(question: ET.Element, text: str, fraction: float, feedback: str, rich: bool = False) -> ET.Element:
    answer = ET.SubElement(
        question, "answer", fraction=f"{fraction:g}" if fraction == int(fraction) else f"{fraction:.5f}"
    )
    if rich:
        _html(answer, text)
    else:
        answer.set("format", "plain_text")
        _text(answer, text)
    _html(ET.SubElement(answer, "feedback"), feedback)
    return answer


def _multichoice(entry: Exportable, body: Picking, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "multichoice")
    ET.SubElement(question, "single").text = "false" if body.several else "true"
    ET.SubElement(question, "shuffleanswers").text = "true"
    ET.SubElement(question, "answernumbering").text = "abc"
    right = sum(option.right for option in body.options)
    share = 100 / right
    if body.several and abs(snapped(share) - share) > 1e-4:
        losses.append(Loss(entry.name, f"a share of {share:.2f} % becomes {snapped(share):g} %, Moodle's nearest"))
    if body.several and body.credit != "net":
        losses.append(Loss(entry.name, f"credit `{body.credit}` becomes net (wrong choices subtract)"))
    for option in sorted(body.options, key=lambda choice: choice.origin):
        fraction = snapped(share) if option.right else -snapped(share) if body.several else 0
        _answer(question, option.text, fraction, option.why, rich=True)
    return question


def _numerical(entry: Exportable, body: Number) -> ET.Element:
    question = _head(entry, "numerical")
    answer = _answer(question, exact(body.want), 100, body.why)
    ET.SubElement(answer, "tolerance").text = exact(plain_tolerance(body.want, body.tolerance))
    for slip in body.slips:
        if isinstance(slip.value, (int, float)):
            wrong = _answer(question, exact(slip.value), 0, slip.why)
            ET.SubElement(wrong, "tolerance").text = exact(plain_tolerance(slip.value, body.tolerance))
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
    patterns = [word for word in body.accept if word.startswith("re:")]
    if patterns:
        losses.append(Loss(entry.name, "patterns are replaced by their samples"))
    words = [word for word in body.accept if not word.startswith("re:")] + (list(body.samples) if patterns else [])
    for word in dict.fromkeys(words):
        _answer(question, word, 100, body.why)
    for slip in body.slips:
        _answer(question, str(slip.value), 0, slip.why)
    return question


def _matching(entry: Exportable, body: Matching, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "matching")
    ET.SubElement(question, "shuffleanswers").text = "true"
    losses.append(Loss(entry.name, "the reason of each pair goes into the general feedback"))
    reasons = [f"{left}: {right}. {why}" for left, right, why in body.written()]
    general = question.find("generalfeedback")
    if general is None:
        general = ET.Element("generalfeedback")
        question.insert(2, general)
        _html(general, "\n".join(reasons))
    for left, right, _ in body.written():
        part = ET.SubElement(question, "subquestion")
        _html(part, left)
        _text(ET.SubElement(part, "answer"), right)
    for extra in body.distractors.values():
        part = ET.SubElement(question, "subquestion")
        _html(part, "")
        _text(ET.SubElement(part, "answer"), extra.text)
    return question


def _ordering(entry: Exportable, body: Ordering, losses: list[Loss]) -> ET.Element:
    question = _head(entry, "ordering")
    if body.distractors:
        losses.append(Loss(entry.name, "items that do not belong are left out; Moodle's ordering has none"))
    if body.before is not None:
        losses.append(Loss(entry.name, "one order counts as right; Moodle's ordering knows no partial order"))
    for name, value in (("layouttype", "VERTICAL"), ("selecttype", "ALL"), ("selectcount", "0"),
                        ("gradingtype", "ALL_OR_NOTHING" if body.credit == "all" else "LONGEST_ORDERED_SUBSET")):  # fmt: skip
        ET.SubElement(question, name).text = value
    for place, index in enumerate(body.key, 1):
        answer = ET.SubElement(question, "answer", fraction=f"{place}.0000000")
        _html(answer, body.shown[index])
    return question


def _gap_of(body: Gaps, name: str) -> Gap:
    return next(gap for gap in body.gaps if gap.name == name)


def _escape(text: str) -> str:
    return re.sub(r"([}#~/\"\\=])", r"\\\1", text)


def _embedded(gap: Gap, losses: list[Loss], entry: Exportable) -> str:
    match gap.body:
        case Number() as number:
            near = plain_tolerance(number.want, number.tolerance)
            parts = [f"={exact(number.want)}:{exact(near)}#{_escape(number.why)}"]
            parts += [f"%0%{exact(s.value)}:{exact(near)}#{_escape(s.why)}" for s in number.slips
                      if isinstance(s.value, (int, float))]  # fmt: skip
            return f"{{1:NUMERICAL:{'~'.join(parts)}}}"
        case Words() as words:
            if any(word.startswith("re:") for word in words.accept):
                losses.append(Loss(entry.name, "patterns are replaced by their samples"))
            plain = [word for word in words.accept if not word.startswith("re:")] or list(words.samples)
            parts = [f"={_escape(word)}#{_escape(words.why)}" for word in plain]
            parts += [f"%0%{_escape(str(slip.value))}#{_escape(slip.why)}" for slip in words.slips]
            return f"{{1:SHORTANSWER:{'~'.join(parts)}}}"
        case Picking() as picking:
            parts = [("=" if o.right else "") + f"{_escape(o.text)}#{_escape(o.why)}" for o in picking.options]
            return f"{{1:MULTICHOICE:{'~'.join(parts)}}}"
    raise TypeError(type(gap.body).__name__)


# --- in --------------------------------------------------------------------------------------------------------------


def import_moodle(data: bytes, topic: str) -> Imported:
    """Questions of a Moodle XML file; `topic` is taken where a question's tags name none. Raises FormatError."""
    if b"<!DOCTYPE" in data[:2000] or b"<!ENTITY" in data:
        raise FormatError("the file declares entities, which Moodle XML never does; it is not read")
    try:
        root = ET.fromstring(data)
    except ET.ParseError as error:
        raise FormatError(f"not XML: {error}") from None
    if root.tag != "quiz":
        raise FormatError(f"the root is <{root.tag}>, Moodle XML has <quiz>")
    questions: list[dict[str, Any]] = []
    losses: list[Loss] = []
    taken: set[str] = set()
    for number, element in enumerate(root.iter("question"), 1):
        kind = element.get("type", "")
        if kind == "category":
            continue
        raw = (element.findtext("idnumber") or element.findtext("name/text") or "").strip()
        name = slug(raw or f"moodle-{number}", taken)
        body = _imported_body(element, kind, name, losses)
        if body is None:
            losses.append(Loss(name, f"left out: the Moodle type `{kind}` has no counterpart here"))
            continue
        questions.append({"id": name, **_imported_head(element, topic), **body})
    return Imported(tuple(questions), tuple(losses))


def _imported_head(element: ET.Element, topic: str) -> dict[str, Any]:
    tags = dict(tag.split(":", 1) for tag in (t.text or "" for t in element.iterfind("tags/tag/text")) if ":" in tag)
    difficulty = tags.get("difficulty", "")
    head: dict[str, Any] = {
        "type": "", "topic": tags.get("topic", topic), "difficulty": int(difficulty) if difficulty in "12345" and difficulty else 3,
        "bloom": tags.get("bloom", "understand"),
    }  # fmt: skip
    prompt = from_html(element.findtext("questiontext/text") or "")
    code = re.search(r"\n?```\n(.*?)\n```", prompt, re.DOTALL)
    head["q"] = prompt[: code.start()] + prompt[code.end() :] if code else prompt
    if code:
        head["code"] = code[1] + "\n"
    hints = [from_html(hint.findtext("text") or "") for hint in element.iterfind("hint")]
    if any(hints):
        head["hints"] = [hint for hint in hints if hint][:4]
    return head


def _feedback(answer: ET.Element) -> str:
    return from_html(answer.findtext("feedback/text") or "") or NO_REASON


def _fraction(answer: ET.Element) -> float:
    try:
        return float(answer.get("fraction", "0"))
    except ValueError:
        return 0.0


def _imported_body(element: ET.Element, kind: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    answers = list(element.iterfind("answer"))
    if kind in ("multichoice", "truefalse", "numerical", "shortanswer") and not answers:
        return None
    general = from_html(element.findtext("generalfeedback/text") or "")
    match kind:
        case "multichoice":
            single = (element.findtext("single") or "true").strip() in ("true", "1")
            return _imported_choice(answers, single, name, losses)
        case "truefalse":
            return _imported_truefalse(answers)
        case "numerical":
            return _imported_number(element, answers, name, losses)
        case "shortanswer":
            return _imported_short(answers, name, losses)
        case "matching":
            return _imported_matching(element, general)
        case "ordering":
            ordered = sorted(answers, key=_fraction)
            credit = "all" if element.findtext("gradingtype") in ("ALL_OR_NOTHING", "-1") else "lcs"
            items = [from_html(answer.findtext("text") or "") for answer in ordered]
            return {"type": "order", "items": items, "credit": credit, "why": general or NO_REASON}
    return None


def _imported_choice(answers: list[ET.Element], single: bool, name: str, losses: list[Loss]) -> dict[str, Any]:
    options = []
    for answer in answers:
        fraction = _fraction(answer)
        right = fraction > 99 if single else fraction > 0
        if single and 0 < fraction <= 99:
            losses.append(Loss(name, f"an option with {fraction:g} % counts as wrong here"))
        text = from_html(answer.findtext("text") or "")
        options.append({"right" if right else "wrong": text, "why": _feedback(answer)})
    return {"type": "single" if single else "multi", "options": options}


def _imported_truefalse(answers: list[ET.Element]) -> dict[str, Any]:
    by_text = {(answer.findtext("text") or "").strip().lower(): answer for answer in answers}
    truth = _fraction(by_text["true"]) > 0 if "true" in by_text else False
    right, other = by_text.get("true" if truth else "false"), by_text.get("false" if truth else "true")
    return {
        "type": "truefalse", "answer": truth, "why": NO_REASON if right is None else _feedback(right),
        "trap": NO_REASON if other is None else _feedback(other),
    }  # fmt: skip


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value == int(value) and "." not in text and "e" not in text.lower() else value


def _imported_number(
    element: ET.Element, answers: list[ET.Element], name: str, losses: list[Loss]
) -> dict[str, Any] | None:
    body: dict[str, Any] = {"type": "numeric", "mistakes": []}
    for answer in answers:
        try:
            value = _number((answer.findtext("text") or "").strip())
            tolerance = float(answer.findtext("tolerance") or 0)
        except ValueError:
            losses.append(Loss(name, f"the answer {answer.findtext('text')!r} is no number and is left out"))
            continue
        if _fraction(answer) > 99 and "answer" not in body:
            body |= {"answer": value, "why": _feedback(answer)}
            if tolerance or value != int(value):
                body["tol"] = {"abs": tolerance}
        elif _fraction(answer) > 0:
            losses.append(Loss(name, f"the further answer {value} with credit is left out"))
        else:
            body["mistakes"].append({"expr": value, "why": _feedback(answer)})
    units = [
        (u.findtext("unit_name") or "", float(u.findtext("multiplier") or 1)) for u in element.iterfind("units/unit")
    ]
    base = next((unit for unit, factor in units if factor == 1), None)
    if base:
        body["unit"] = base
        others = {unit: float(f"{1 / factor:.6g}") for unit, factor in units if factor != 1 and unit}
        body |= {"accept_units": others} if others else {}
    return body if "answer" in body else None


def _imported_short(answers: list[ET.Element], name: str, losses: list[Loss]) -> dict[str, Any] | None:
    accept, reject, why = [], [], NO_REASON
    for answer in answers:
        text = (answer.findtext("text") or "").strip()
        if "*" in text:
            losses.append(Loss(name, f"the wildcard answer {text!r} is left out"))
        elif _fraction(answer) > 99:
            accept.append(text)
            why = _feedback(answer) if why == NO_REASON else why
        else:
            reject.append({"text": text, "why": _feedback(answer)})
    return {"type": "short", "accept": accept, "reject": reject, "why": why} if accept else None


def _imported_matching(element: ET.Element, general: str) -> dict[str, Any] | None:
    pairs, extras = [], []
    for part in element.iterfind("subquestion"):
        left, right = from_html(part.findtext("text") or ""), (part.findtext("answer/text") or "").strip()
        if left:
            head = f"{left}: {right}. "
            why = next((line[len(head) :] for line in general.split("\n") if line.startswith(head)), NO_REASON)
            pairs.append({"left": left, "right": right, "why": why})
        else:
            extras.append({"text": right, "why": NO_REASON})
    if len(pairs) < 3:
        return None
    return {"type": "match", "pairs": pairs, **({"distractors": extras} if extras else {})}
