"""What `grade submit` says of itself in an archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from grader.classroom.collect import metadata
from grader.classroom.collect.names import shown

MAX_MANIFEST: Final = 1 << 16
MAX_PROBLEMS: Final = 100


@dataclass(frozen=True)
class Manifest:
    """What `grade submit` says of itself in an archive; nobody vouches for it."""

    student: str
    name: str
    email: str
    created: datetime | None
    sheets: Mapping[str, str]
    problems: tuple[tuple[str, str, str, str], ...] = ()
    """What the student noted as a problem: when, about what, the text, and with which grader."""


def _problems(rows: Any) -> tuple[tuple[str, str, str, str], ...]:
    """The problems of a manifest, in characters that can be shown; what is none is left out."""
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def part(row: Mapping[str, Any], key: str, most: int) -> str:
        return shown(str(row.get(key, "")), most)

    return tuple(
        (part(row, "at", 40), part(row, "about", 100), part(row, "text", 1000), part(row, "grader", 40))
        for row in found[:MAX_PROBLEMS]
    )


def manifest_of(data: bytes) -> Manifest | None:
    """The manifest in some bytes, None if they are none."""
    if len(data) > MAX_MANIFEST:
        return None
    try:
        found = json.loads(data)
        student = found["student"]
        name, shown_name, email = (str(student.get(key, ""))[:200] for key in ("id", "name", "email"))
        files = found.get("files", {})
        sheets = {str(name): str(row.get("stub", "")) for name, row in files.items() if isinstance(row, dict)}
        created = metadata.moment(str(found.get("created", "")))
        return Manifest(name, shown_name, email, created, sheets, _problems(found.get("problems", ())))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
