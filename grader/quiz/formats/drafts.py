"""Questions read from another format, as drafts of a topic file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

NO_REASON = "The imported file gives no reason."


def slug(text: str, taken: set[str]) -> str:
    """An id of the bank's form made from any text, different from those taken; it is added to them."""
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-") or "question"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def head(tags: Mapping[str, str], topic: str) -> dict[str, Any]:
    """Topic, difficulty and Bloom level from a question's tags; what they do not name is assumed."""
    difficulty = tags.get("difficulty", "")
    return {
        "topic": tags.get("topic", topic), "difficulty": int(difficulty) if re.fullmatch("[1-5]", difficulty) else 3,
        "bloom": tags.get("bloom", "understand"),
    }  # fmt: skip


def matching(pairs: Sequence[tuple[str, str, str]]) -> dict[str, Any] | None:
    """A `match` from left, right and reason; a pair without its left is a distractor. None with too few pairs."""
    whole = [{"left": left, "right": right, "why": why or NO_REASON} for left, right, why in pairs if left]
    extras = [{"text": right, "why": NO_REASON} for left, right, _ in pairs if not left]
    if len(whole) < 3:
        return None
    return {"type": "match", "pairs": whole, **({"distractors": extras} if extras else {})}


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
