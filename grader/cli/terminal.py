"""The only place that prints: pages made from the surroundings, lines painted, messages and JSON written."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any, Final

import click

from grader.render.text import MIN_WIDTH, Line, Page

MAX_WIDTH: Final = 160  # longer lines are hard to read


def prepare_streams() -> None:
    """Lets stdout and stderr show a character that they cannot encode as its code, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def page(plain: bool = False) -> Page:
    """The page that stdout is; plain if asked for, in a pipe, on a dumb terminal and in CI."""
    width = min(max(shutil.get_terminal_size((80, 24)).columns, MIN_WIDTH), MAX_WIDTH)
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    surroundings = os.environ.get("TERM") == "dumb" or bool(os.environ.get("CI"))
    return Page(width, encoding, plain or surroundings or not _is_terminal())


def _is_terminal() -> bool:
    return bool(getattr(sys.stdout, "isatty", lambda: False)())


def show(lines: Iterable[Line]) -> None:
    """Prints a screen to stdout, its words coloured where a terminal takes colour."""
    coloured = _is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    click.echo("\n".join(_painted(line) if coloured else line.text for line in lines))


def _painted(line: Line) -> str:
    if not line.word:
        return line.text
    # the last occurrence: a verdict at the end of a row may also be part of a name before it
    before, word, after = (
        line.text.partition(line.word) if line.text.lstrip().startswith(line.word) else line.text.rpartition(line.word)
    )
    return f"{before}{click.style(word, fg=line.colour)}{after}"


def log(*messages: str) -> None:
    """Prints messages for people to stderr, each from its own line on, whatever paths and names they quote."""
    width = min(max(shutil.get_terminal_size((80, 24)).columns, MIN_WIDTH), MAX_WIDTH)
    where = Page(width, encoding=getattr(sys.stderr, "encoding", None) or "ascii")
    wrapped = bool(getattr(sys.stderr, "isatty", lambda: False)())  # what a program reads keeps its lines
    for message in filter(None, messages):
        click.echo("\n".join(where.wrap(message, "  ", "") if wrapped else [where.clean(message)]), err=True)


def echo_json(document: dict[str, Any]) -> None:
    """Prints one JSON document to stdout, in ASCII."""
    click.echo(json.dumps(document, allow_nan=False, indent=1))
