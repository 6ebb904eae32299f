"""The command line that opens an editor at a line of a file."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PLUS: Final = (
    "vi",
    "vim",
    "nvim",
    "gvim",
    "nano",
    "pico",
    "emacs",
    "emacsclient",
    "micro",
    "kak",
    "joe",
    "ne",
    "gedit",
    "mg",
    "jed",
)
_GOTO: Final = ("code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron")
_COLON: Final = ("subl", "sublime_text", "zed", "zeditor", "hx", "helix", "atom", "lapce", "pulsar")
_LINE: Final = ("pycharm", "pycharm64", "charm", "idea", "idea64", "kate", "kwrite", "mate")


def editor_command(environment: Mapping[str, str], path: Path, line: int) -> list[str] | None:
    """The command line that opens a file at a line in $VISUAL, else $EDITOR; None if neither is set.

    An editor that is not known opens the file at its beginning.
    """
    words = _words(environment.get("VISUAL") or environment.get("EDITOR") or "")
    if not words:
        return None
    name = re.split(r"[\\/]", words[0])[-1].lower()
    for ending in (".exe", ".cmd", ".bat", ".com", ".sh"):
        name = name.removesuffix(ending)
    return [*words, *_arguments(name, str(path), line)]


def _words(command: str) -> list[str]:
    """A command as words. The path of a program may hold blanks and backslashes; then it is the whole command, or quoted."""
    if not command.strip():
        return []
    if os.path.isfile(command.strip()):
        return [command.strip()]
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError:  # a quote that is not closed
        return [command.strip()]
    return [word.strip('"') for word in words] if os.name == "nt" else words


def _arguments(name: str, path: str, line: int) -> list[str]:
    if name in _PLUS:
        return [f"+{line}", path]
    if name in _GOTO:
        return ["--goto", f"{path}:{line}"]
    if name in _COLON:
        return [f"{path}:{line}"]
    if name in _LINE:
        return ["--line", str(line), path]
    if name == "notepad++":
        return [f"-n{line}", path]
    return [path]
