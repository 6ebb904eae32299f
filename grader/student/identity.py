"""Who hands in: asked once, kept in `.grade/student.json`."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grader.student.files import replace_file

FILE: Final = "student.json"
MAX_LENGTH: Final = 200


@dataclass(frozen=True)
class Student:
    """A name and whatever the course knows a student by: a number, a login, an address."""

    name: str
    id: str


def problem_of(text: str) -> str:
    """What is wrong with a name or an id, as the end of a sentence; empty if nothing is."""
    if not text.strip():
        return "is empty"
    if len(text) > MAX_LENGTH:
        return f"has more than {MAX_LENGTH} characters"
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text):
        return "holds a control character"
    return ""


def kept_student(state: Path) -> Student | None:
    """Who said so before; None if nobody did, or the file is not what we write."""
    try:
        data = json.loads((state / FILE).read_bytes())
        student = Student(data["name"], data["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    valid = all(isinstance(text, str) and not problem_of(text) for text in (student.name, student.id))
    return student if valid else None


def keep_student(state: Path, student: Student) -> None:
    """Keeps who hands in; OSError if that cannot be done."""
    text = json.dumps({"name": student.name, "id": student.id}, ensure_ascii=False, indent=1)
    replace_file(state / FILE, f"{text}\n".encode())
