"""GIFT, Moodle's text format: choices, true-false, numbers, words and pairs, out and in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..item import Judging, Matching, Number, Picking, Words
from ..variants import plain_number
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
from .moodle import snapped

_SPECIAL = re.compile(r"([~=#{}:\\])")


def export_gift(records: Iterable[Mapping[str, Any]], variants: int = 3) -> Exported:
    """One GIFT file. What it cannot hold: hints, credits other than net, orders, gaps, shapes, code to be searched."""
    losses: list[Loss] = []
    blocks = []
    for entry in exportable(records, variants, losses):
        body = _body(entry, losses)
        if body is None:
            losses.append(Loss(entry.name, f"left out: GIFT has no type for `{entry.item.type}`"))
            continue
        item = entry.item
        tags = f"[tag:topic:{item.topic}] [tag:difficulty:{item.difficulty}] [tag:bloom:{item.bloom}]"
        prompt = item.prompt + (f"\n{item.code}" if item.code else "")
        blocks.append(f"// [id:{entry.name}] {tags}\n::{_escape(entry.name)}::{_escape(prompt)} {body}\n")
        losses += common_losses(entry, hints=False, code=True)
    return Exported({"questions.gift": "\n".join(blocks)}, len(blocks), tuple(dict.fromkeys(losses)))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", to_mathjax(re.sub(r"\s*\n\s*", r" ", text.strip())))


def _body(entry: Exportable, losses: list[Loss]) -> str | None:
    match entry.item.body:
        case Picking() as picking:
            return _choice(entry, picking, losses)
        case Judging(answer=answer, why=why, trap=trap):
            # GIFT's order: feedback for the wrong answer, then for the right one.
            return f"{{{'TRUE' if answer else 'FALSE'}#{_escape(trap)}#{_escape(why)}}}"
        case Number() as number:
            return _numeric(entry, number, losses)
        case Words() as words:
            if any(word.startswith("re:") for word in words.accept):
                losses.append(Loss(entry.name, "patterns are replaced by their samples"))
            plain = [word for word in words.accept if not word.startswith("re:")] or list(words.samples)
            parts = [f"={_escape(word)}#{_escape(words.why)}" for word in plain]
            parts += [f"=%0%{_escape(str(slip.value))}#{_escape(slip.why)}" for slip in words.slips]
            return "{" + " ".join(parts) + "}"
        case Matching(distractors=extras) as matching:
            losses.append(Loss(entry.name, "GIFT's pairs have no reasons"))
            pairs = [f"={_escape(left)} -> {_escape(right)}" for left, right, _ in matching.written()]
            pairs += [f"= -> {_escape(extra.text)}" for extra in extras.values()]
            return "{" + " ".join(pairs) + "}"
    return None


def _choice(entry: Exportable, body: Picking, losses: list[Loss]) -> str:
    share = 100 / sum(option.right for option in body.options)
    if body.several and (body.credit != "net" or abs(snapped(share) - share) > 1e-4):
        losses.append(
            Loss(entry.name, f"credit becomes {snapped(share):g} % for a right and as much less for a wrong option")
        )
    parts = []
    for option in sorted(body.options, key=lambda choice: choice.origin):
        if body.several:
            mark = f"~%{snapped(share) if option.right else -snapped(share):g}%"
        else:
            mark = "=" if option.right else "~"
        parts.append(f"{mark}{_escape(option.text)}#{_escape(option.why)}")
    return "{" + " ".join(parts) + "}"


def _numeric(entry: Exportable, body: Number, losses: list[Loss]) -> str:
    if body.unit:
        losses.append(Loss(entry.name, f"the unit {body.unit} is not asked for"))
    near = plain_tolerance(body.want, body.tolerance)
    parts = [f"={exact(body.want)}:{exact(near)}#{_escape(body.why)}"]
    parts += [
        f"=%0%{exact(slip.value)}:{exact(plain_tolerance(slip.value, body.tolerance))}#{_escape(slip.why)}"
        for slip in body.slips if isinstance(slip.value, (int, float))
    ]  # fmt: skip
    return "{#" + " ".join(parts) + "}"


# --- in --------------------------------------------------------------------------------------------------------------

_QUESTION = re.compile(r"\A(?:::(?P<title>(?:\\.|[^:\\]|:(?!:))*)::)?\s*(?:\[\w+\])?(?P<text>(?:\\.|[^{}\\])*)\{(?P<body>(?:\\.|[^{}\\])*)\}(?P<tail>(?:\\.|[^{}\\])*)\Z",
                       re.DOTALL)  # fmt: skip
_ENTRY = re.compile(
    r"(?<!\\)(?P<mark>[=~])\s*(?:%(?P<percent>-?[0-9.]+)%)?(?P<text>(?:\\.|[^=~#\\])*)(?:#(?P<feedback>(?:\\.|[^=~\\])*))?"
)


def import_gift(text: str, topic: str) -> Imported:
    """Questions of a GIFT text; `topic` is taken where a comment names none. Raises FormatError with the line."""
    questions: list[dict[str, Any]] = []
    losses: list[Loss] = []
    taken: set[str] = set()
    for line, block in _blocks(text):
        tags = dict(re.findall(r"\[(?:tag:)?(id|topic|difficulty|bloom):([^\]]+)\]", block))
        source = "\n".join(row for row in block.split("\n") if not row.lstrip().startswith("//")).strip()
        if not source or source.startswith("$CATEGORY:"):
            continue
        found = _QUESTION.match(source)
        if not found:
            raise FormatError(f"line {line}: not a GIFT question: {source[:50]!r}")
        name = slug(tags.get("id") or _plain(found["title"] or "") or f"gift-{line}", taken)
        body = _imported(found["body"].strip(), name, losses)
        if body is None:
            losses.append(Loss(name, "left out: its kind has no counterpart here"))
            continue
        prompt = _plain(found["text"]) + (f" _____ {_plain(found['tail'])}" if found["tail"].strip() else "")
        difficulty = tags.get("difficulty", "")
        questions.append({
            "id": name, "type": body.pop("type"), "topic": tags.get("topic", topic),
            "difficulty": int(difficulty) if re.fullmatch("[1-5]", difficulty) else 3,
            "bloom": tags.get("bloom", "understand"), "q": prompt, **body,
        })  # fmt: skip
    return Imported(tuple(questions), tuple(losses))


def _blocks(text: str) -> list[tuple[int, str]]:
    """Questions are set apart by empty lines; each with the number of its first line."""
    blocks: list[tuple[int, str]] = []
    rows: list[str] = []
    start = 1
    for number, row in enumerate([*text.splitlines(), ""], 1):
        if row.strip():
            start = number if not rows else start
            rows.append(row)
        elif rows and "\n".join(rows).count("{") - "\n".join(rows).count("\\{") <= (
            "\n".join(rows).count("}") - "\n".join(rows).count("\\}")
        ):
            blocks.append((start, "\n".join(rows)))
            rows = []
    return blocks if not rows else [*blocks, (start, "\n".join(rows))]


def _plain(text: str) -> str:
    return from_mathjax(re.sub(r"\\([~=#{}:\\])", r"\1", re.sub(r"\s+", " ", text.strip())))


def _imported(body: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    truth = re.fullmatch(r"(T|TRUE|F|FALSE)((?:#(?:\\.|[^#\\])*)*)", body, re.DOTALL)
    if truth:
        reasons = [_plain(part) for part in re.split(r"(?<!\\)#", truth[2])[1:]]
        trap, why = (*reasons, "", "")[:2]
        return {
            "type": "truefalse", "answer": truth[1].startswith("T"), "why": why or NO_REASON, "trap": trap or NO_REASON
        }  # fmt: skip
    if body.startswith("#"):
        return _imported_number(body[1:].strip(), name, losses)
    entries = [match.groupdict() for match in _ENTRY.finditer(body)]
    if not entries:
        return None
    if all(entry["mark"] == "=" and "->" in entry["text"] for entry in entries):
        return _imported_pairs(entries)
    if all(entry["mark"] == "=" for entry in entries):
        return _imported_words(entries)
    return _imported_choice(entries, name, losses)


def _reason(entry: Mapping[str, Any]) -> str:
    return _plain(entry["feedback"] or "") or NO_REASON


def _imported_choice(entries: list[dict[str, Any]], name: str, losses: list[Loss]) -> dict[str, Any]:
    several = not any(entry["mark"] == "=" for entry in entries)
    options = []
    for entry in entries:
        percent = float(entry["percent"] or 0)
        right = entry["mark"] == "=" or (several and percent > 0)
        if not several and not right and percent > 0:
            losses.append(Loss(name, f"an option with {percent:g} % counts as wrong here"))
        options.append({"right" if right else "wrong": _plain(entry["text"]), "why": _reason(entry)})
    return {"type": "multi" if several else "single", "options": options}


def _imported_words(entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    right = [entry for entry in entries if float(entry["percent"] or 100) > 99]
    wrong = [entry for entry in entries if float(entry["percent"] or 100) <= 99]
    if not right:
        return None
    return {
        "type": "short", "accept": [_plain(entry["text"]) for entry in right],
        "reject": [{"text": _plain(entry["text"]), "why": _reason(entry)} for entry in wrong], "why": _reason(right[0]),
    }  # fmt: skip


def _imported_pairs(entries: list[dict[str, Any]]) -> dict[str, Any] | None:
    pairs, extras = [], []
    for entry in entries:
        left, _, right = (part.strip() for part in entry["text"].partition("->"))
        if left:
            pairs.append({"left": _plain(left), "right": _plain(right), "why": NO_REASON})
        else:
            extras.append({"text": _plain(right), "why": NO_REASON})
    if len(pairs) < 3:
        return None
    return {"type": "match", "pairs": pairs, **({"distractors": extras} if extras else {})}


def _imported_number(body: str, name: str, losses: list[Loss]) -> dict[str, Any] | None:
    entries = [match.groupdict() for match in _ENTRY.finditer(body if body.startswith("=") else f"={body}")]
    found: dict[str, Any] = {"type": "numeric", "mistakes": []}
    for entry in entries:
        value, near = _range(_plain(entry["text"]))
        if value is None:
            losses.append(Loss(name, f"the answer {entry['text']!r} is no number and is left out"))
            continue
        percent = float(entry["percent"] or 100)
        if percent > 99 and "answer" not in found:
            found |= {"answer": value, "why": _reason(entry)}
            if near or value != int(value):
                found["tol"] = {"abs": near}
        elif percent > 0:
            losses.append(Loss(name, f"the further answer {plain_number(value)} with credit is left out"))
        else:
            found["mistakes"].append({"expr": value, "why": _reason(entry)})
    return found if "answer" in found else None


def _range(text: str) -> tuple[int | float | None, float]:
    """Value and tolerance of `3`, `3:0.1` or `2.9..3.1`."""
    try:
        if ".." in text:
            low, high = (float(part) for part in text.split(".."))
            return (low + high) / 2, (high - low) / 2
        head, _, near = text.partition(":")
        value = float(head)
        return int(value) if re.fullmatch(r"[-+]?[0-9]+", head.strip()) else value, float(near or 0)
    except ValueError:
        return None, 0.0
