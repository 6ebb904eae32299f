"""Words and lines that stand in solutions and nowhere else: wherever one is found, a solution or a piece of it is near."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LONG_LINE: Final = 48  # characters; shorter lines of code are formulas that anybody writes

_WORD = re.compile(rb"[A-Za-z][A-Za-z0-9_]*_[A-Za-z0-9_]*")
_PATH = re.compile(rb"(?:solutions|survivors)[/\\]{1,2}exercise\d+_\w+")
_TABLE = re.compile(rb"(?m)^CHECKS\b[^=\n]{0,80}= ?\(")


@dataclass(frozen=True)
class Canaries:
    """What to look for: names of wrong functions, alternates and case generators, and long lines of code."""

    words: frozenset[bytes]
    lines: frozenset[bytes]

    def found(self, data: bytes) -> tuple[str, ...]:
        """The canaries in some bytes."""
        words = self.words.intersection(_WORD.findall(data))
        lines = self.lines.intersection(map(bytes.strip, data.splitlines()))
        paths = set(_PATH.findall(data)) | set(_TABLE.findall(data))
        return tuple(text.decode("utf-8", "replace") for found in (paths, words, lines) for text in sorted(found))


def canaries(solutions: Mapping[str, bytes], public: Iterable[str]) -> Canaries:
    """The canaries of solution files (their bytes by name); `public` are the names of the functions that students write."""
    words: set[str] = set()
    lines: set[bytes] = set()
    for source in solutions.values():
        tree = ast.parse(source)
        words |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and "_" in node.name[1:]}
        lines |= {line for line in _code(source, tree) if len(line) >= LONG_LINE}
    return Canaries(frozenset(map(str.encode, words.difference(public))), frozenset(lines))


def _code(source: bytes, tree: ast.Module) -> Iterator[bytes]:
    """The lines of code: not the imports, which anybody writes, nor texts of several lines, which may be inputs."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Constant)) and (node.end_lineno or 0) >= node.lineno:
            if not isinstance(node, ast.Constant) or node.end_lineno != node.lineno:
                skipped.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for number, line in enumerate(source.splitlines(), 1):
        if number not in skipped:
            yield line.strip()
