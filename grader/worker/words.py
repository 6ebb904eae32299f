"""Text about the objects of student code, made without trusting them."""

from __future__ import annotations

import builtins
from typing import Any, Final

MAX_MESSAGE: Final = 2000  # characters of an exception's text

_EXCEPTIONS: Final = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}


def short(words: Any, limit: int = 200) -> str:
    """The beginning of a str, also of one of a subclass; "" for anything else."""
    return str.__str__(words)[:limit] if isinstance(words, str) else ""


def of_type(kind: type, attribute: str) -> Any:
    """An attribute of a type as `type` itself knows it, whatever the type's own type makes of it."""
    return vars(type)[attribute].__get__(kind)


def name_of(kind: type) -> str:
    """The name of a type."""
    return short(of_type(kind, "__name__"), 100)


def types_of(kind: type) -> tuple[str, ...]:
    """The names of an exception's class and its bases, each once.

    A class that only borrows a built-in name is told apart; one that also is what it is called, as NumPy's are, is not.
    """
    bases = of_type(kind, "__mro__")[:20]
    names: list[str] = []
    for base in bases:
        name = name_of(base)
        called = _EXCEPTIONS.get(name, base)
        shown = name if any(each is called for each in bases) else f"submission.{name}"
        if base is not object and shown not in names:
            names.append(shown)
    return tuple(names)


def message_of(error: object) -> str:
    """The text of an exception or a warning, which may be long, or raise, or never end."""
    try:
        words = str(error)
    except BaseException:
        return "(its message cannot be shown)"
    return short(words, MAX_MESSAGE + 1) if len(words) <= MAX_MESSAGE else short(words, MAX_MESSAGE) + "..."
