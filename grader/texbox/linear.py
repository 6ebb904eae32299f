"""A formula on one line, with brackets wherever two dimensions would have shown what belongs together."""

from __future__ import annotations

from enum import IntEnum

from .letters import lowered, lowered_only, raised
from .look import ROUNDING, Look
from .spacing import Placed, has_factors, place
from .tree import Accent, Brace, Fence, Frac, Grid, Kind, Node, Op, Root, Row, Scripts, Space, Sym, Word

_NAMES = {"widehat": "hat", "widetilde": "tilde", "overrightarrow": "vec", "overleftarrow": "backvec"}
_PARTNERS = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉", "⟨": "⟩"}
_OPENERS = {closer: opener for opener, closer in _PARTNERS.items()}


class Level(IntEnum):
    """How tightly a text holds together; what holds less than its place asks for gets brackets."""

    ATOM = 0
    SCRIPT = 1
    PRODUCT = 2
    QUOTIENT = 3
    SUM = 4


def linear(node: Node, look: Look, tight: bool = False) -> str:
    """The formula as one line of text."""
    return _flat(node, look, tight)[0]


def _flat(node: Node, look: Look, tight: bool) -> tuple[str, Level]:
    match node:
        case Sym():
            return look.symbol(node), Level.ATOM
        case Word():
            return look.word(node), Level.ATOM
        case Op():
            return look.operator(node), Level.ATOM
        case Row():
            return _row(node, look, tight)
        case Frac():
            return _fraction(node, look, tight)
        case Root():
            return _root(node, look), Level.ATOM
        case Scripts():
            return _scripts(node, look), Level.SCRIPT
        case Accent():
            return look.accented(node) or f"{_NAMES.get(node.name, node.name)}({linear(node.body, look)})", Level.ATOM
        case Fence():
            return _fence(node, look, tight)
        case Grid():
            return _grid(node, look)
        case Brace():
            name = "underbrace" if node.under else "overbrace"
            label = f", {linear(node.label, look)}" if node.label else ""
            return f"{name}({linear(node.body, look)}{label})", Level.ATOM
        case Space():
            return "", Level.ATOM


def _row(row: Row, look: Look, tight: bool) -> tuple[str, Level]:
    placed = place(row, look, tight, flat=True)
    if len(placed) == 1:
        return _flat(placed[0].node, look, tight)
    texts: list[str] = []
    for i, item in enumerate(placed):
        text, level = _flat(item.node, look, tight)
        if level is Level.QUOTIENT and has_factors(placed, i):
            text = f"({text})"
        if item.gap and not (texts and texts[-1].endswith(" ")):
            texts.append(" " * item.gap)
        texts.append(text)
    return "".join(texts), _row_level(placed, look, "".join(texts))


def _row_level(placed: list[Placed], look: Look, text: str) -> Level:
    kinds = {item.kind for item in placed}
    if kinds & {Kind.BIN, Kind.REL, Kind.PUNCT, Kind.SIGN}:
        return Level.SUM
    first = placed[0].node if placed else None
    if len(placed) == 2 and isinstance(first, Sym) and first.char in "∂∇Δ" and " " not in text:
        return Level.SCRIPT  # ∂w reads as one thing
    if len(placed) == 2 and isinstance(first, Op | Word) and placed[1].kind is Kind.FENCE:
        return Level.SCRIPT  # so does exp(x)
    return Level.PRODUCT


def _bracketed(text: str, level: Level, at_most: Level) -> str:
    return text if level <= at_most and text else f"({text})"


def _fraction(frac: Frac, look: Look, tight: bool) -> tuple[str, Level]:
    if not frac.bar:
        return f"binom({linear(frac.num, look)}, {linear(frac.den, look)})", Level.ATOM
    num, den = _flat(frac.num, look, tight), _flat(frac.den, look, tight)
    is_derivative = _is_differential(frac.num) and _is_differential(frac.den)
    at_most = Level.PRODUCT if is_derivative and " " not in num[0] + den[0] else Level.SCRIPT
    return f"{_bracketed(*num, at_most)}/{_bracketed(*den, at_most)}", Level.QUOTIENT


def _is_differential(row: Row) -> bool:
    """Whether a row is d, df or the like: df/dx needs no brackets, while a/(d x) does."""
    first = row.items[0] if row.items else None
    return isinstance(first, Sym) and first.char == "d" and len(row.items) <= 2


def _root(root: Root, look: Look) -> str:
    body, level = _flat(root.body, look, False)
    if not look.fancy:
        return f"sqrt({body})" if root.index is None else f"root[{linear(root.index, look, True)}]({body})"
    index = linear(root.index, look, True) if root.index else ""
    small = raised(index) if index else ""
    if small is None:
        return f"root[{index}]({body})"
    # The root of d_k needs no brackets: a subscript cannot be taken for something outside of the root.
    is_indexed = level is Level.SCRIPT and body[:1].isalpha() and lowered_only(body[1:])
    return f"{small}√{body}" if body and (level is Level.ATOM or is_indexed) else f"{small}√({body})"


def _scripts(node: Scripts, look: Look) -> str:
    text = _bracketed(*_flat(node.base, look, False), Level.ATOM) if _has_content(node.base) else ""
    if node.sub:
        text += script_text(node.sub, look, below=True)
    if node.sup:
        text += script_text(node.sup, look, below=False)
    return text


def _has_content(node: Node) -> bool:
    return not isinstance(node, Row) or bool(node.items)


def script_text(script: Row, look: Look, below: bool) -> str:
    """The script with its _ or ^, or in Unicode's small characters where the look has them and none is missing."""
    # Made once and passed on: every further call would double the time at each level of nesting.
    text, level = _flat(script, look, True)
    small = _small(text, look, below)
    return small or ("_" if below else "^") + _script_in_brackets(script, text, level, below)


def _small(text: str, look: Look, below: bool) -> str | None:
    if look.fancy:
        return lowered(text) if below else raised(text)
    if not below and text and not text.strip("'′"):
        return text
    return {"2": "²", "3": "³"}.get(text) if not below and not look.ascii else None


def _script_in_brackets(script: Row, text: str, level: Level, below: bool) -> str:
    if len(text) == 1 or (text.isalnum() and (level is Level.ATOM or (below and text.isascii()))):
        return text
    return text if _holds_itself(script, below) else f"({text})"


def _holds_itself(script: Row, below: bool) -> bool:
    """Whether a script is one accented letter, or in brackets already; but x^((l+1)) is not the power x^(l+1)."""
    if len(script.items) != 1:
        return False
    node = script.items[0]
    if isinstance(node, Accent):
        return True
    if not isinstance(node, Fence) or len(node.parts) != 1:
        return False
    held = node.parts[0].items
    return node.left == "[" or (node.left == "(" and (below or (len(held) == 1 and isinstance(held[0], Sym | Word))))


def _fence(fence: Fence, look: Look, tight: bool) -> tuple[str, Level]:
    body, level = _flat(fence.parts[0], look, tight)
    for middle, part in zip(fence.middles, fence.parts[1:]):
        body += f" {look.bracket(middle)} {linear(part, look, tight)}"
        level = Level.SUM
    left, right = fence.left, fence.right
    if not left and not right:
        return body, level
    if not look.fancy and (left, right) in ROUNDING:
        return f"{ROUNDING[left, right]}({body})", Level.ATOM
    return _opening(left, right, look) + body + _closing(left, right, look), Level.ATOM


def _opening(left: str, right: str, look: Look) -> str:
    """The opening bracket; where the source has none, the partner of the other, so that brackets balance."""
    if left:
        return look.bracket(left) if right or left in _PARTNERS else look.bracket(left) + "("
    return look.bracket(_OPENERS[right]) if right in _OPENERS else "("


def _closing(left: str, right: str, look: Look) -> str:
    if right:
        return look.bracket(right) if left or right in _OPENERS else ")" + look.bracket(right)
    return look.bracket(_PARTNERS[left]) if left in _PARTNERS else ")"


def _grid(grid: Grid, look: Look) -> tuple[str, Level]:
    rows = [[linear(cell, look) for cell in row] for row in grid.rows]
    if grid.form == "stack":
        return ", ".join("".join(row) for row in rows), Level.SUM
    if grid.form in ("aligned", "gathered"):
        return _aligned(grid, rows), Level.SUM
    if grid.form == "cases":
        return "{ " + "; ".join(_joined(row) for row in rows) + " }", Level.ATOM
    body = "; ".join(", ".join(row) for row in rows)
    if grid.left:
        return look.bracket(grid.left) + body + look.bracket(grid.right), Level.ATOM
    return f"matrix({body})", Level.ATOM


def _joined(cells: list[str]) -> str:
    """The cells of one case; the value and its condition are set apart by a comma."""
    text = cells[0]
    for cell in cells[1:]:
        text = f"{text} {cell}" if text.endswith((",", ";", " ")) or not text else f"{text}, {cell}"
    return text


def _aligned(grid: Grid, rows: list[list[str]]) -> str:
    """The lines one after the other; a line that starts with a relation goes on from the one before."""
    text = ""
    for cells, row in zip(grid.rows, rows):
        line = " ".join(cell.strip() for cell in row if cell)
        goes_on = len(cells) > 1 and not cells[0].items
        text = line if not text else f"{text} {line}" if goes_on else f"{text}; {line}"
    return text
