"""A worker's answers as outcomes. They may say anything, so every part is looked at before it is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from grader import wire
from grader.values import Value
from grader.verdict import Absent, Found, Loaded, NotWritten, Outcome, Raised, Returned, StackFrame

_MAX_LINE: Final = 200  # characters of a source line that are shown
_MAX_LINES: Final = 10_000_000
_MAX_TEXT: Final = 2100
_SMALL: Final = 4096  # bytes of an answer that is kept for whoever gives it next
_RETURNED: Final = wire.encode(("returned", None, None))[:-2]
# as in <object object at 0x7f...>: another one in each process, and so in each run
_ADDRESS: Final = re.compile(r"(?<= at )0x[0-9a-fA-F]+")


class Malformed(Exception):
    """An answer that is a value, but none that a worker gives."""


def outcome(body: bytes, printed: str, source: bytes) -> Loaded | Outcome:
    """The outcome that the bytes of an answer describe; Malformed or WireError if they describe none."""
    try:
        if body.startswith(_RETURNED) and len(body) <= _SMALL:
            known = _known(body)
            return replace(known, printed=printed, key=b"") if printed else known
        kind: Value
        parts: list[Any]
        kind, *parts = wire.decode(body, code=False)
        if kind == "returned":
            return _returned(parts, printed)
        if kind == "raised":
            return _raised(parts, printed, source)
        if kind == "todo" and not parts:
            return NotWritten()
        if kind == "absent":
            return Absent(found=_text(*parts))
        if kind == "loaded":
            return _loaded(parts, printed)
    except (TypeError, ValueError, AttributeError) as error:  # too few parts, or of another kind
        if isinstance(error, wire.WireError):
            raise
        raise Malformed from error
    raise Malformed


@lru_cache(4096)
def _known(body: bytes) -> Returned:
    """What a small answer says; in a class most answers are those of somebody else, byte for byte."""
    _, *parts = wire.decode(body, code=False)
    return replace(_returned(parts, ""), key=body)


def _returned(parts: list[Any], printed: str) -> Returned:
    data, facts = parts
    value = wire.decode(data, code=False)
    if not facts:
        return Returned(value, printed=printed)
    again = tuple(wire.decode(each, code=False) for each in _items(facts.get("again", ()), bytes)[:1])
    changed, drew, warnings = (_texts(facts.get(name, ())) for name in ("changed", "drew", "warnings"))
    return Returned(value, again, changed, drew, warnings, printed)


def _raised(parts: list[Any], printed: str, source: bytes) -> Raised:
    types, message, frames, warnings = parts
    shown = tuple(_frame(frame, source) for frame in _items(frames, tuple))
    return Raised(_texts(types), _text(message), shown, _texts(warnings), printed)


def _loaded(parts: list[Any], printed: str) -> Loaded:
    functions, names = parts
    return Loaded({_text(name): _found(name, value) for name, value in functions.items()}, _texts(names), printed)


def _items(value: Any, kind: type) -> tuple[Any, ...]:
    if not isinstance(value, tuple) or len(value) > 1000 or not all(isinstance(each, kind) for each in value):
        raise Malformed
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed
    return _ADDRESS.sub("0x...", value[:_MAX_TEXT])


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(each) for each in _items(value, str)) if value else ()


def _frame(value: tuple[Any, ...], source: bytes) -> StackFrame:
    line, function = value
    return StackFrame(_line(line), _text(function)[:_MAX_LINE], source_line(source, _line(line)))


def _found(name: str, value: Any) -> Found:
    line, parameters, todo, problem = _items(value, object)
    if type(todo) is not bool:
        raise Malformed
    return Found(_text(name)[:_MAX_LINE], _line(line), _texts(parameters), todo, _text(problem)[:_MAX_LINE])


def _line(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_LINES:
        raise Malformed
    return value


def source_line(source: bytes, line: int) -> str:
    """The text of a line of a source, from our own copy of it; empty where there is no such line."""
    lines = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if not 1 <= line <= len(lines):
        return ""
    return lines[line - 1].decode("utf-8", "backslashreplace").strip()[:_MAX_LINE]


def near(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that look like a name, best first."""
    from difflib import get_close_matches

    return tuple(get_close_matches(name[:_MAX_LINE], [each[:_MAX_LINE] for each in names], 3, 0.6))
