"""Python text cut into the statements at its left margin, with the names each one binds and uses.

It is a student's text, so it is neither compiled nor parsed here: a scanner passes over it once, whatever it holds. What
it gets wrong in a strange program is a name too many or too few, which the worker then finds missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    r"""(?P<string>(?P<prefix>[rRbBuUfFtT]{0,2})(?:
            (?P<long>\"{3}|'{3})(?:\\.|.)*?(?:(?P=long)|\Z)
          | "(?:\\.|[^"\\\n])*"?
          | '(?:\\.|[^'\\\n])*'?))
      | (?P<name>[^\W\d]\w*)
      | (?P<number>\d[\w.]*)
      | (?P<comment>\#[^\n]*)
      | (?P<continued>\\\r?\n)
      | (?P<newline>\n)
      | (?P<blank>[ \t\r\f]+)
      | (?P<sign>:=|[=!<>]=|(?:\*\*|//|>>|<<|[-+*/%&|^@])=?|.)""",
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = re.compile(r"[^\W\d]\w*")
_MAGIC: Final = re.compile(
    r"[ \t]*(?:[%!?][^\n]*|[\w.,][\w., \t]*=[ \t]*[%!][^=\n][^\n]*|[%\w.*]+\?{1,2}[ \t]*)(?=\n|\Z)"
)
_AUGMENTED: Final = ("+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=", ">>=", "<<=")
_GOES_ON: Final = ("elif", "else", "except", "finally")
_SCOPES: Final = ("def", "class", "async")


class Token(NamedTuple):
    """A name, a sign, or an identifier in an f-string ("inside"), and how many brackets it stands in."""

    kind: str
    text: str
    depth: int


@dataclass(frozen=True)
class Statement:
    """A statement at the left margin, from its first line up to the next one's. `star` is for `from x import *`.

    `runs` are the names that are used where it stands: of a function only its decorators' and its head's. `defines` is
    the name of a function.
    """

    first: int
    last: int
    binds: frozenset[str]
    uses: frozenset[str]
    runs: frozenset[str]
    defines: str = ""
    star: bool = False
    future: bool = False


@dataclass
class _Row:
    """A logical line: the physical lines it covers, whether it is indented, and its tokens."""

    first: int
    indented: bool
    tokens: list[Token]


def without_magics(text: str) -> str:
    """The text with IPython's magics, shell lines and questions taken out, each line where it was."""
    pieces, position, depth, at_start = [], 0, 0, True
    while position < len(text):
        if at_start and depth == 0 and (magic := _MAGIC.match(text, position)):
            margin = len(magic[0]) - len(magic[0].lstrip(" \t"))
            pieces.append(f"{magic[0][:margin]}pass" if margin else "")
            position = magic.end()
            at_start = False
            continue
        token = _TOKEN.match(text, position)
        assert token is not None  # the last alternative takes any character
        depth = max(0, depth + _step(token))
        at_start = token.lastgroup == "newline"
        pieces.append(token[0])
        position = token.end()
    return "".join(pieces)


def _step(token: re.Match[str]) -> int:
    text = token[0] if token.lastgroup == "sign" else ""
    return (text in ("(", "[", "{")) - (text in (")", "]", "}"))


def statements(text: str) -> list[Statement]:
    """The statements at the left margin of a text without magics, in order."""
    groups: list[list[_Row]] = []
    for row in _rows(text):
        word = row.tokens[0].text
        decorated = bool(groups) and groups[-1][-1].tokens[0].text == "@" and not groups[-1][-1].indented
        if groups and (row.indented or word in _GOES_ON or decorated):
            groups[-1].append(row)
        else:
            groups.append([row])
    lines = text.count("\n") + 1
    starts = [group[0].first for group in groups]
    return [_statement(group, end) for group, end in zip(groups, [*starts[1:], lines])]


def _rows(text: str) -> Iterator[_Row]:
    row, line, depth, blank, at_start = None, 0, 0, "", True
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup or "", match[0]
        if kind == "long":  # the innermost group that took part, of a string
            kind = "string"
        if kind == "newline" and depth == 0:
            if row is not None:
                yield row
            row, blank, at_start = None, "", True
        elif kind == "blank":
            blank = piece if at_start else blank
            at_start = False
        elif kind not in ("comment", "newline", "continued"):
            row = row or _Row(line, bool(blank), [])
            step = _step(match)
            depth = max(0, depth + min(step, 0))
            row.tokens += _tokens(match, kind, depth)
            depth += max(step, 0)
            at_start = False
        line += piece.count("\n")
    if row is not None:
        yield row


def _tokens(match: re.Match[str], kind: str, depth: int) -> Iterator[Token]:
    if kind != "string":
        yield Token(kind, match[0], depth)
        return
    yield Token("string", "", depth)
    if set(match["prefix"].lower()) & set("ft"):
        yield from (Token("inside", name, depth) for name in _NAME.findall(match[0][len(match["prefix"]) :]))


def _statement(rows: Sequence[_Row], end: int) -> Statement:
    head = next((row for row in rows if row.tokens[0].text != "@"), rows[-1])
    words = [token.text for token in head.tokens]
    if words[0] in _SCOPES:
        name = next((word for word in words if word not in _SCOPES), "")
        if "def" not in words[:2]:
            return Statement(rows[0].first, end, frozenset({name}), _used(rows), _used(rows))
        local = frozenset().union(*map(_local, rows)) - frozenset().union(*map(_declared, rows))
        after_name = _Row(head.first, False, head.tokens[words.index(name) + 1 :]) if name else head
        runs = _used([*rows[: rows.index(head)], after_name])
        return Statement(rows[0].first, end, frozenset({name}), _used(rows) - local, runs, name)
    star = words[0] == "from" and words[-1] == "*"
    future = words[:2] == ["from", "__future__"]
    bound, used = frozenset().union(*map(_bound, rows)), _used(rows)
    return Statement(rows[0].first, end, bound, used, used, "", star, future)


def _used(rows: Sequence[_Row]) -> frozenset[str]:
    """Every name that is read: no attribute, and no name of an argument."""
    found = set()
    for row in rows:
        for before, token, after in _neighbours(row.tokens):
            keyword = token.depth > 0 and after.text == "="
            if token.kind == "inside" or (token.kind == "name" and before.text != "." and not keyword):
                found.add(token.text)
    return frozenset(found)


def _neighbours(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token, Token]]:
    none = Token("", "", 0)
    yield from zip([none, *tokens], tokens, [*tokens[1:], none])


def _bound(row: _Row) -> frozenset[str]:
    """The names that one logical line binds where it stands, somewhat generously."""
    tokens = row.tokens
    words = [token.text for token in tokens]
    if words[0] in _SCOPES:
        return frozenset({next((word for word in words if word not in _SCOPES), "")})
    if words[0] == "import":
        return _imported(tokens[1:], dotted=True)
    if words[0] == "from" and "import" in words:
        return _imported(tokens[words.index("import") + 1 :], dotted=False)
    found = _between(tokens, "for", "in") | _after_as(tokens)
    signs = [
        i for i, token in enumerate(tokens) if token.depth == 0 and (token.text == "=" or token.text in _AUGMENTED)
    ]
    targets = tokens[: signs[-1]] if signs else []
    return found | frozenset(t.text for before, t, _ in _neighbours(targets) if t.kind == "name" and before.text != ".")


def _imported(tokens: Sequence[Token], *, dotted: bool) -> frozenset[str]:
    names = [token for token in tokens if token.text not in ("(", ")")]
    found = set()
    for before, token, after in _neighbours(names):
        renamed = after.text == "as" or token.text == "as"
        inner = dotted and before.text == "."
        if token.kind == "name" and not renamed and not inner:
            found.add(token.text)
    return frozenset(found)


def _between(tokens: Sequence[Token], first: str, last: str) -> frozenset[str]:
    """The names between two words, wherever they come."""
    found, inside = set(), False
    for token in tokens:
        inside = token.text == first or (inside and token.text != last)
        if inside and token.kind == "name" and token.text != first:
            found.add(token.text)
    return frozenset(found)


def _after_as(tokens: Sequence[Token]) -> frozenset[str]:
    return frozenset(
        token.text for before, token, _ in _neighbours(tokens) if before.text == "as" and token.kind == "name"
    )


def _declared(row: _Row) -> frozenset[str]:
    """The names that a logical line takes from outside its function."""
    is_declaration = row.tokens[0].text in ("global", "nonlocal")
    return frozenset(token.text for token in row.tokens[1:]) if is_declaration else frozenset()


def _local(row: _Row) -> frozenset[str]:
    """The names that a logical line of a function makes local to it."""
    words = [token.text for token in row.tokens]
    found = _between(row.tokens, "lambda", ":") | _between(row.tokens, "for", "in")
    found |= frozenset(t.text for _, t, after in _neighbours(row.tokens) if after.text == ":=" and t.kind == "name")
    if words[0] in ("def", "async"):
        return found | _parameters(row.tokens)
    return found | _bound(row) if words[0] != "class" else found


def _parameters(tokens: Sequence[Token]) -> frozenset[str]:
    """The parameters in a function's head: at its brackets' depth, each first after a comma."""
    return frozenset(
        token.text
        for before, token, _ in _neighbours(tokens)
        if token.kind == "name" and token.depth == 1 and before.text in ("(", ",", "*", "**")
    )
