"""What can be compared of a submission's text. Runs in a warm process, for its parser reads what nobody vouches for."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import tokenize
import zlib
from collections.abc import Iterator, Sequence
from typing import Final, cast

from grader.classroom.work.chunk import Plain

GRAM: Final = 6  # nodes in a row that make a fingerprint
WINDOW: Final = 4  # of so many fingerprints in a row the smallest is kept
MIN_NODES: Final = 12  # a shorter function is written alike by everybody
_WORD: Final = re.compile(r"\w{3,40}")
_SKIPPED: Final = (ast.Load, ast.Store, ast.Del)


def fingerprints(plain: Plain) -> Plain:
    """For each source, its functions (name, first and last line, fingerprints) and its words; None if it is no Python."""
    return cast(Plain, [_of(bytes(source)) for source in cast("Sequence[bytes]", plain)])


def _of(source: bytes) -> Plain:
    try:
        tree = ast.parse(source)
        functions = [_function(node) for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return cast(Plain, [functions, sorted(_words(source))])


def _function(node: ast.FunctionDef | ast.ClassDef) -> list[Plain]:
    tokens = list(_tokens(node))
    hashes = _winnowed(tokens) if len(tokens) >= MIN_NODES else []
    return [node.name, node.lineno, node.end_lineno or node.lineno, cast(Plain, hashes)]


def _tokens(node: ast.AST) -> Iterator[str]:
    """The nodes of a tree from its root, without names that their writer chose, docstrings and annotations."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _SKIPPED) or (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            continue
        if isinstance(child, ast.Attribute):
            yield f".{child.attr}"
        elif isinstance(child, ast.Constant):
            yield repr(child.value)[:20] if isinstance(child.value, (int, float, bool)) else type(child.value).__name__
        elif isinstance(child, ast.Name):
            yield "Name"
        else:
            yield type(child).__name__
        yield from _tokens(child)


def _winnowed(tokens: Sequence[str]) -> list[int]:
    """Fingerprints of grams of tokens, of which every window of WINDOW keeps its smallest."""
    grams = [zlib.crc32(" ".join(tokens[i : i + GRAM]).encode()) for i in range(len(tokens) - GRAM + 1)]
    kept = {min(grams[i : i + WINDOW]) for i in range(max(1, len(grams) - WINDOW + 1))} if grams else set()
    return sorted(kept)


def _words(source: bytes) -> set[int]:
    """Hashes of comments, of texts and of names, as they stand there."""
    words: set[str] = set()
    try:
        for token in tokenize.tokenize(io.BytesIO(source).readline):
            if token.type == tokenize.COMMENT:
                words.add("#" + "".join(token.string.split()))
            elif token.type in (tokenize.NAME, tokenize.STRING):
                words.update(_WORD.findall(token.string))
    except (tokenize.TokenError, SyntaxError, ValueError, IndentationError):
        pass
    return {
        int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=6).digest(), "big")
        for word in words
    }
