"""The bank as validated questions, each with the place where it stands."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from . import schema
from .document import Document, Loc, read_document
from .fault import BankError, Fault
from .index import HEAD, included
from .schema import AnyQuestion, Head, TopicFile

_QUESTION: TypeAdapter[AnyQuestion] = TypeAdapter(schema.Question)


@dataclass(frozen=True)
class Placed:
    """A validated question and its place in a file."""

    question: AnyQuestion
    document: Document
    loc: Loc
    group: str
    status: str

    @cached_property
    def record(self) -> dict[str, Any]:
        """The question as plain data, with its group, its status and the hash of its content."""
        record = self.question.model_dump(by_alias=True)
        return {**record, "group": self.group, "status": self.status, "content": content_hash(record)}


@dataclass
class Bank:
    """Everything that could be read, and the faults of what could not."""

    head: Head
    questions: list[Placed] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    def topics(self) -> dict[str, schema.Topic]:
        """The topics by id."""
        return {topic.id: topic for topic in self.head.topics}


_UNASKED = ("revision", "breaking", "status", "author", "source", "license", "refs", "needs", "family", "topic")


def content_hash(record: dict[str, Any]) -> str:
    """Twelve hexadecimal digits that change when what is asked, answered or explained changes."""
    asked = {key: value for key, value in record.items() if key not in _UNASKED}
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_bank(course: Path) -> Bank:
    """The whole bank; raises BankError if anything in it is at fault."""
    bank = read_bank(course)
    if bank.faults:
        raise BankError(bank.faults)
    return bank


def read_bank(course: Path, files: Sequence[Path] | None = None) -> Bank:
    """The bank, or only some of its files; what is at fault is left out and stands in `faults`.

    Raises BankError if the head itself cannot be used.
    """
    head = read_head(course)
    bank = Bank(head)
    for file in included(course, head.include) if files is None else files:
        _read_topic_file(bank, file)
    return bank


def read_head(course: Path) -> Head:
    """The head of the bank; raises BankError."""
    document = read_document(course / HEAD)
    faults = list(document.faults)
    head: Head | None = None
    if not faults:
        try:
            head = Head.model_validate(document.value)
        except ValidationError as error:
            faults = list(_faults(document, (), error, Head))
    if head is None or faults:
        raise BankError(faults)
    return head


def _read_topic_file(bank: Bank, file: Path) -> None:
    document = read_document(file)
    bank.documents.append(document)
    bank.faults += document.faults
    value = document.value
    if value is None and document.faults:
        return
    if not isinstance(value, dict):
        bank.faults.append(
            document.fault((), "is not a mapping.", "It starts with `schema: 1`, `group:`, `questions:`.")
        )
        return
    questions = value.get("questions")
    try:
        frame = TopicFile.model_validate({**value, "questions": []} if isinstance(questions, list) else value)
    except ValidationError as error:
        bank.faults += _faults(document, (), error, TopicFile)
        return
    for index, entry in enumerate(questions if isinstance(questions, list) else []):
        loc: Loc = ("questions", index)
        try:
            question = _QUESTION.validate_python(entry)
        except ValidationError as error:
            bank.faults += _faults(document, loc, error, None)
            continue
        bank.questions.append(Placed(question, document, loc, frame.group, question.status or frame.status))


# --- from pydantic's errors to a sentence with a place and a repair --------------------------------------------------


def _faults(document: Document, base: Loc, error: ValidationError, model: type[BaseModel] | None) -> Iterable[Fault]:
    for one in error.errors(include_url=False):
        loc = base + _known(document, base, tuple(one["loc"]))
        if one["type"] == "union_tag_invalid":
            loc = (*loc, "type")
        message, repair = _sentence(one["type"], one["msg"], one.get("input"), one.get("ctx") or {}, loc)
        if one["type"] == "extra_forbidden":
            repair = _near(document, loc, model)
        label = _question_label(document, loc)
        yield document.fault(loc, f"{label}{message}", repair)


def _question_label(document: Document, loc: Loc) -> str:
    if loc[:1] != ("questions",) or len(loc) < 2 or not isinstance(loc[1], int):
        return ""
    entry = document.value["questions"][loc[1]]
    name = entry.get("id") if isinstance(entry, dict) else None
    return f"question {name}: " if isinstance(name, str) else ""


def _known(document: Document, base: Loc, loc: Loc) -> Loc:
    """The parts of pydantic's location that are keys or indices of the file; the names of union members are not."""
    value = document.value
    for part in base:
        value = value[part]
    kept: list[str | int] = []
    for position, part in enumerate(loc):
        if isinstance(value, dict) and part in value:
            value = value[part]
            kept.append(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            kept.append(part)
        elif position == len(loc) - 1 and part != "[key]" and isinstance(part, str) and isinstance(value, dict):
            kept.append(part)
    return tuple(kept)


_TYPES = "single, multi, truefalse, numeric, shape, order, match, cloze, short, derive, bug"


def _sentence(kind: str, message: str, value: Any, context: dict[str, Any], loc: Loc) -> tuple[str, str]:
    name = loc[-1] if loc else ""
    match kind:
        case "missing":
            return f"`{name}` is missing.", f"Add `{name}:`."
        case "extra_forbidden":
            return f"`{name}` is not a field here.", ""
        case "string_type":
            return f"a text is wanted, not {_shown(value)}.", "Quote it, or write it as a block scalar."
        case "union_tag_invalid" | "union_tag_not_found":
            return f"the type {context.get('tag', '')} is unknown or missing.", f"One of {_TYPES}."
        case "value_error":
            return f"{context.get('error', message)!s}.", ""
        case "literal_error":
            return f"{_shown(value)} is not allowed.", f"One of {context.get('expected', '')}."
        case "string_pattern_mismatch":
            return f"{_shown(value)} does not have the form {context.get('pattern', '')}.", ""
        case "list_type" | "dict_type" | "model_type":
            wanted = "a list" if kind == "list_type" else "a mapping"
            return f"{wanted} is wanted, not {_shown(value)}.", ""
    return f"{message[0].lower()}{message[1:]} (got {_shown(value)}).", ""


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"`{text[:50]}…`" if len(text) > 50 else f"`{text}`"


def _near(document: Document, loc: Loc, model: type[BaseModel] | None) -> str:
    """The fields of the format that the unknown one resembles."""
    fields = set(_all_fields())
    close = difflib.get_close_matches(re.sub(r"\W", "", str(loc[-1])), sorted(fields), n=1, cutoff=0.6)
    return f"Did you mean `{close[0]}`?" if close else "See docs/quiz.md for the fields."


def _all_fields() -> Iterable[str]:
    for name in vars(schema).values():
        if isinstance(name, type) and issubclass(name, BaseModel):
            for key, info in name.model_fields.items():
                yield info.alias or key
