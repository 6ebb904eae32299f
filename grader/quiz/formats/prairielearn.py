"""PrairieLearn: one folder for each question with info.json, question.html and, where needed, server.py.

Parameters stay: server.py holds every legal variant up to a limit and draws one with the variant's seed.
"""

from __future__ import annotations

import html
import json
import random
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from ..formula import FormulaError
from ..item import Gap, Gaps, Item, Judging, Matching, Number, Ordering, Picking, Sizes, Words
from ..screen import gaps_shown
from ..variants import realise, space
from .markup import to_html
from .results import Exported, Loss
from .writing import exact, plain_tolerance

KEPT_VARIANTS = 200
_DRAWN_PAGE = "{{{params.html}}}\n"  # the whole page is a parameter: PrairieLearn fills it in before it reads elements
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

_SERVER = '''"""Draws one of the variants that the question bank allows."""

import json
import pathlib
import random

VARIANTS = json.loads((pathlib.Path(__file__).parent / "variants.json").read_text(encoding="utf-8"))


def generate(data):
    variant = random.Random(data["variant_seed"]).choice(VARIANTS)
    data["params"].update(variant["params"])
'''


def export_prairielearn(records: Iterable[Mapping[str, Any]]) -> Exported:
    """Folders `questions/<id>/…`; what PrairieLearn cannot hold is reported."""
    files: dict[str, str] = {}
    losses: list[Loss] = []
    count = 0
    for record in records:
        made = _files(record, losses)
        if made is None:
            continue
        count += 1
        files |= {f"questions/{record['id']}/{name}": text for name, text in made.items()}
    return Exported(files, count, tuple(dict.fromkeys(losses)))


def _files(record: Mapping[str, Any], losses: list[Loss]) -> dict[str, str] | None:
    name = record["id"]
    try:
        item = realise(record, 0)
        body = _body(item)
        variants = _variants(record, losses) if record["params"] else []
    except FormulaError as error:
        losses.append(Loss(name, f"left out, a formula fails ({error})"))
        return None
    if body is None:
        losses.append(Loss(name, f"left out: no element of PrairieLearn for `{record['type']}` is used here"))
        return None
    lost = [field for field in ("needs", "family") if record[field]]
    if lost:
        losses.append(Loss(name, f"not kept: {', '.join(lost)}"))
    if record["type"] in ("numeric", "short") and (record.get("mistakes") or record.get("reject")):
        losses.append(Loss(name, "reasons of diagnosed mistakes are not kept; the right reason is"))
    info = {
        "uuid": str(uuid.uuid5(_NAMESPACE, name)), "title": name, "topic": record["topic"],
        "tags": [record["group"], f"difficulty-{record['difficulty']}", record["bloom"]], "type": "v3",
        "singleVariant": not record["params"],
    }  # fmt: skip
    files = {"info.json": json.dumps(info, indent=2) + "\n", "question.html": _unmustached(_page(item, body))}
    if variants:
        files["variants.json"] = json.dumps(variants, ensure_ascii=False) + "\n"
        files["question.html"] = _DRAWN_PAGE
        files["server.py"] = _SERVER
    return files


def _variants(record: Mapping[str, Any], losses: list[Loss]) -> list[dict[str, Any]]:
    rng = random.Random(f"prairielearn {record['id']}")
    found = list(space(record, 5000, rng))
    if len(found) > KEPT_VARIANTS:
        losses.append(Loss(record["id"], f"{KEPT_VARIANTS} of at least {len(found)} variants are kept"))
        found = rng.sample(found, KEPT_VARIANTS)
    items = [realise(record, 0, values) for values in found]
    return [{"params": {"html": _page(item, _body(item) or "")}} for item in items]


def _unmustached(page: str) -> str:
    """The page without doubled braces, which PrairieLearn would take for its own; TeX does not mind the space."""
    return page.replace("{{", "{ {").replace("}}", "} }")


def _page(item: Item, body: str) -> str:
    lines = ["<pl-question-panel>", f"<p>{to_html(gaps_shown(item.prompt))}</p>"]
    if item.code:
        lines.append(f'<pl-code language="python">\n{html.escape(item.code)}</pl-code>')
    lines += ["</pl-question-panel>", body]
    if item.hints:
        lines += [
            "<pl-hidden-hints>",
            *(f"<pl-hint>{to_html(hint)}</pl-hint>" for hint in item.hints),
            "</pl-hidden-hints>",
        ]
    why = getattr(item.body, "why", None)
    if why or item.formula:
        formula = f"<p>$${html.escape(item.formula)}$$</p>" if item.formula else ""
        lines.append(f"<pl-answer-panel><p>{to_html(why or '')}</p>{formula}</pl-answer-panel>")
    return "\n".join(lines) + "\n"


def _body(item: Item) -> str | None:
    match item.body:
        case Picking() as picking:
            return _picking("answer", picking)
        case Judging(answer=answer, why=why, trap=trap):
            rows = [
                _choice("True", answer, why if answer else trap),
                _choice("False", not answer, trap if answer else why),
            ]
            return _element("pl-multiple-choice", {"answers-name": "answer", "order": "fixed"}, rows)
        case Number() as number:
            return _number("answer", number)
        case Sizes(symbols=(), want=want):
            axes = [f'<pl-integer-input answers-name="axis{n}" correct-answer="{axis}" label="axis {n}"></pl-integer-input>'
                    for n, axis in enumerate(want)]  # fmt: skip
            return "\n".join(axes)
        case Words() as words:
            return _words("answer", words)
        case Ordering() as ordering:
            return _ordering(ordering)
        case Matching(lefts=lefts, rights=rights, key=key):
            rows = [f'<pl-statement match="o{index}">{to_html(left)}</pl-statement>' for left, index in zip(lefts, key)]
            rows += [f'<pl-option name="o{index}">{to_html(right)}</pl-option>' for index, right in enumerate(rights)]
            return _element("pl-matching", {"answers-name": "answer"}, rows)
        case Gaps(gaps=gaps):
            return "\n".join(_gap(gap) for gap in gaps)
    return None


def _element(name: str, attributes: Mapping[str, str], rows: Iterable[str]) -> str:
    shown = " ".join(f'{key}="{html.escape(value)}"' for key, value in attributes.items())
    return "\n".join([f"<{name} {shown}>", *rows, f"</{name}>"])


def _choice(text: str, right: bool, why: str) -> str:
    feedback = html.escape(to_html(why))
    return f'<pl-answer correct="{str(right).lower()}" feedback="{feedback}">{to_html(text)}</pl-answer>'


def _picking(name: str, body: Picking) -> str:
    rows = [_choice(option.text, option.right, option.why) for option in sorted(body.options, key=lambda o: o.origin)]
    if not body.several:
        return _element("pl-multiple-choice", {"answers-name": name}, rows)
    credit = {"all": "off", "net": "net-correct", "each": "each-answer"}[body.credit]
    return _element("pl-checkbox", {"answers-name": name, "partial-credit": credit}, rows)


def _number(name: str, body: Number) -> str:
    near = plain_tolerance(body.want, body.tolerance)
    attributes = {"answers-name": name, "correct-answer": exact(body.want), "comparison": "relabs", "rtol": "0",
                  "atol": f"{max(near, 1e-9):.6g}"}  # fmt: skip
    if body.unit:
        attributes["suffix"] = body.unit
    return _element("pl-number-input", attributes, [])


def _words(name: str, body: Words) -> str:
    plain = [word for word in body.accept if not word.startswith("re:")]
    attributes = {"answers-name": name, "ignore-case": "true", "remove-leading-trailing": "true"}
    if len(body.accept) == 1 and plain:
        return _element("pl-string-input", {**attributes, "correct-answer": plain[0]}, [])
    either = "|".join([*map(re.escape, plain), *(f"(?:{word[3:]})" for word in body.accept if word.startswith("re:"))])
    pattern = {"correct-answer": f"^(?:{either})$", "correct-answer-format": "regex"}
    return _element("pl-string-input", {**attributes, **pattern}, [])


def _ordering(body: Ordering) -> str:
    depends: dict[int, list[int]] = {}
    for first, second in body.before or ():
        depends.setdefault(second, []).append(first)
    rows = []
    for index in body.key:
        graph = f' tag="i{index}" depends="{",".join(f"i{n}" for n in depends.get(index, []))}"' if body.before else ""
        rows.append(f'<pl-answer correct="true"{graph}>{to_html(body.shown[index])}</pl-answer>')
    rows += [f'<pl-answer correct="false">{to_html(extra.text)}</pl-answer>' for extra in body.distractors.values()]
    grading = "dag" if body.before is not None else "ordered"
    credit = "none" if body.credit == "all" else "lcs"
    return _element(
        "pl-order-blocks", {"answers-name": "answer", "grading-method": grading, "partial-credit": credit}, rows
    )


def _gap(gap: Gap) -> str:
    match gap.body:
        case Number() as number:
            return f"<p>[{gap.name}]</p>\n{_number(gap.name, number)}"
        case Words() as words:
            return f"<p>[{gap.name}]</p>\n{_words(gap.name, words)}"
        case Picking() as picking:
            return f"<p>[{gap.name}]</p>\n{_picking(gap.name, picking)}"
    raise TypeError(type(gap.body).__name__)
