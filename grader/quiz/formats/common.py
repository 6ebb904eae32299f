"""What all formats share: variants to export, losses, and topic files from imported questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from ..check import allowed_error
from ..formula import FormulaError
from ..item import Item
from ..variants import realise, seed_of

EXACT = 1e-9  # the tolerance of whole numbers, which is only there for rounding
NO_REASON = "The imported file gives no reason."


class FormatError(ValueError):
    """A file that cannot be read as the format it should have; the message says where."""


class Loss(NamedTuple):
    """Something of a question that a format cannot hold."""

    question: str
    what: str

    def __str__(self) -> str:
        return f"{self.question}: {self.what}"


class Exported(NamedTuple):
    """Written files by name, how many questions they hold, and what was lost."""

    files: Mapping[str, str]
    written: int
    losses: tuple[Loss, ...]


class Imported(NamedTuple):
    """Questions in the bank's own form, ready to be written, and what was lost."""

    questions: tuple[dict[str, Any], ...]
    losses: tuple[Loss, ...]


class Exportable(NamedTuple):
    """One fixed variant of a question under the name it gets elsewhere."""

    name: str
    item: Item
    record: Mapping[str, Any]


def exportable(records: Iterable[Mapping[str, Any]], variants: int, losses: list[Loss]) -> list[Exportable]:
    """The questions with fixed parameters: some variants of each that has any, different ones where there are."""
    found = []
    for record in records:
        if not record["params"]:
            found.append(Exportable(record["id"], realise(record, seed_of(record["id"], "export")), record))
            continue
        losses.append(Loss(record["id"], f"parameters are fixed: {variants} variants"))
        seen: set[str] = set()
        for attempt in range(10 * variants):
            try:
                item = realise(record, seed_of(record["id"], "export", attempt))
            except FormulaError as error:
                losses.append(Loss(record["id"], f"left out, a formula fails ({error})"))
                break
            if str(item.values) not in seen:
                seen.add(str(item.values))
                found.append(Exportable(f"{record['id']}-v{len(seen)}", item, record))
            if len(seen) == variants:
                break
    return found


def common_losses(entry: Exportable, hints: bool, code: bool) -> list[Loss]:
    """Losses of any format: fields that only this bank has."""
    record = entry.record
    kept_nowhere = {
        "formula": record["formula"], "refs": record["refs"], "needs": record["needs"], "family": record["family"],
        "hints": None if hints else record["hints"], "code": None if code else record["code"],
        "misconceptions": _has_tag(record),
    }  # fmt: skip
    lost = [name for name, value in kept_nowhere.items() if value]
    return [Loss(record["id"], f"not kept: {', '.join(lost)}")] if lost else []


def _has_tag(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value.get("misconception")) or any(map(_has_tag, value.values()))
    return isinstance(value, list) and any(map(_has_tag, value))


def slug(text: str, taken: set[str]) -> str:
    """An id of the bank's form made from any text, different from those taken; it is added to them."""
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-") or "question"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def plain_tolerance(want: float, tolerance: tuple[str, float]) -> float:
    """The tolerance as an absolute error with three digits; 0 where numbers are compared exactly."""
    error = float(f"{allowed_error(want, tolerance):.3g}")
    return 0.0 if error <= EXACT else error


def exact(value: float) -> str:
    """A number without an exponent and without the last digits of its rounding: `0.18`, not `0.17999999999999997`."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.12g}"
    return f"{value:.20f}".rstrip("0").rstrip(".") if "e" in text else text


def to_mathjax(text: str) -> str:
    r"""Maths in dollars as `\(…\)` and `\[…\]`, the marks that learning platforms draw."""
    plain = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    return re.sub(r"(?<!\\)\$(.+?)(?<!\\)\$", r"\\(\1\\)", plain, flags=re.DOTALL).replace("\\$", "$")


def from_mathjax(text: str) -> str:
    """Maths in dollars again; a plain dollar is written with a backslash."""
    plain = re.sub(r"\\\[(.+?)\\\]", r"$$\1$$", text.replace("$", "\\$"), flags=re.DOTALL)
    return re.sub(r"\\\((.+?)\\\)", r"$\1$", plain, flags=re.DOTALL)


_AMBIGUOUS = re.compile(r"[-+.~0-9]|(?:yes|no|on|off|true|false|null)\Z", re.IGNORECASE)


class _Dumper(yaml.SafeDumper):
    """Writes as the bank is written: long or many-lined text as block scalars, nothing in double quotes."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    clean = "\n".join(line.rstrip() for line in text.strip().splitlines())
    style = "|" if "\n" in clean or len(clean) > 90 or "\\" in clean else None
    if style is None and _AMBIGUOUS.match(clean):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", clean, style=style)


_Dumper.add_representer(str, _text)


def topic_file(group: str, questions: Sequence[Mapping[str, Any]]) -> str:
    """A topic file with these questions, as drafts."""
    document = {"schema": 1, "group": group, "status": "draft", "questions": [dict(one) for one in questions]}
    head = "# yaml-language-server: $schema=./question_bank.schema.json\n"
    return head + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
