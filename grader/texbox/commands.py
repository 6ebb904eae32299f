"""The commands that take arguments, and the environments."""

from __future__ import annotations

from .symbols import COMMANDS, DELIMITER_ASCII, DELIMITERS, LARGE, NAMED, NEGATED
from .tree import (
    Accent,
    Brace,
    Fence,
    Frac,
    Grid,
    Kind,
    Node,
    Op,
    Root,
    Row,
    Scripts,
    Space,
    Sym,
    Word,
    kind_of,
    unwrapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .parse import Reader

ACCENTS = frozenset(
    "hat widehat tilde widetilde bar overline vec overrightarrow overleftarrow dot ddot check breve acute grave "
    "mathring underline".split()
)
ALPHABETS = {
    "mathbf": "bold",
    "boldsymbol": "bold",
    "bm": "bold",
    "mathcal": "cal",
    "mathscr": "cal",
    "mathbb": "bb",
    "mathfrak": "frak",
}
UPRIGHT = frozenset(("mathrm", "mathsf", "mathtt", "mathit", "mathnormal"))
TEXT = frozenset("text textrm textbf textit texttt textsf textnormal textup mbox hbox".split())
SIZES = frozenset(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
# Change nothing that a terminal could show.
WITHOUT_EFFECT = frozenset("displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag".split())
_OWN_SIDES = dict.fromkeys("([{⌊⌈⟨", Kind.OPEN) | dict.fromkeys(")]}⌋⌉⟩", Kind.CLOSE)
LABELLED_ARROWS = {"xrightarrow": ("⟶", "-->"), "xleftarrow": ("⟵", "<--")}
REFUSED = {
    "tag": "an equation tag is not drawn; put the number into the text",
    "label": "a label is not drawn; leave it out",
    "limits": "\\limits after nothing",
    "nolimits": "\\nolimits after nothing",
    "over": "\\over is not supported; write \\frac{...}{...}",
}

# form, alignment of the columns (the last one repeats; cases and aligned cycle), brackets
ENVIRONMENTS = {
    "cases": ("cases", "l", "{", ""),
    "dcases": ("cases", "l", "{", ""),
    "rcases": ("cases", "l", "", "}"),
    "matrix": ("matrix", "c", "", ""),
    "smallmatrix": ("matrix", "c", "", ""),
    "pmatrix": ("matrix", "c", "(", ")"),
    "bmatrix": ("matrix", "c", "[", "]"),
    "Bmatrix": ("matrix", "c", "{", "}"),
    "vmatrix": ("matrix", "c", "|", "|"),
    "Vmatrix": ("matrix", "c", "‖", "‖"),
    "array": ("matrix", "", "", ""),
    "aligned": ("aligned", "rl", "", ""),
    "align": ("aligned", "rl", "", ""),
    "align*": ("aligned", "rl", "", ""),
    "split": ("aligned", "rl", "", ""),
    "gathered": ("gathered", "c", "", ""),
    "gather": ("gathered", "c", "", ""),
    "gather*": ("gathered", "c", "", ""),
    "equation": ("gathered", "c", "", ""),
    "equation*": ("gathered", "c", "", ""),
}


def run_command(reader: Reader, name: str, start: int) -> Node:
    """The node a command makes, with its arguments taken from the reader."""
    if name in _HANDLERS:
        return _HANDLERS[name](reader, name, start)
    if name in ACCENTS:
        return Accent(name, reader.argument(f"\\{name}"))
    if name in ALPHABETS:
        return _in_alphabet(reader, name, ALPHABETS[name])
    if name in UPRIGHT:
        return _upright(reader, name)
    if name in TEXT:
        return Word(*reader.text(f"\\{name}"))
    if name in SIZES:
        return _sized_delimiter(reader, name)
    if name in WITHOUT_EFFECT:
        return Space(0)
    if name in REFUSED:
        raise reader.error(REFUSED[name], start)
    raise reader.error(f"unknown command \\{name}{_suggestion(name)}", start)


def _suggestion(name: str) -> str:
    from difflib import get_close_matches  # slow to import, and only errors need it

    known = [*COMMANDS, *NAMED, *LARGE, *_HANDLERS, *ACCENTS, *ALPHABETS, *UPRIGHT, *TEXT, *SIZES, *WITHOUT_EFFECT]
    close = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean \\{close[0]}?" if close else ""


def _in_alphabet(reader: Reader, name: str, style: str) -> Node:
    outside, reader.style = reader.style, style
    body = unwrapped(reader.argument(f"\\{name}"))
    reader.style = outside
    return body


def _upright(reader: Reader, name: str) -> Node:
    """A word where the argument is one, so that its letters stay together; maths otherwise."""
    if reader.peek() == "{":
        end = reader.source.find("}", reader.position)
        word = reader.source[reader.position + 1 : end].strip()
        if len(word) > 1 and word.isascii() and word.replace("-", "").replace(" ", "").isalnum():
            reader.position = end + 1
            return Word(word, word)
    return _in_alphabet(reader, name, "")


def _fraction(reader: Reader, name: str, start: int) -> Frac:
    num = reader.argument(f"\\{name}")
    return Frac(num, reader.argument(f"\\{name}"), bar="binom" not in name)


def _root(reader: Reader, name: str, start: int) -> Root:
    index = _optional(reader)
    return Root(reader.argument("\\sqrt"), index)


def _optional(reader: Reader) -> Row | None:
    """An argument in square brackets, or None if none comes next."""
    start = reader.position
    if not reader.take("["):
        return None
    reader.enter(start)
    row = reader.row(until="]")
    if not reader.take("]"):
        raise reader.error("[ is never closed", start)
    reader.leave()
    return row


def _operator_name(reader: Reader, name: str, start: int) -> Op:
    limits = reader.take("*")
    text, ascii = reader.text("\\operatorname")
    if not text.isascii():
        raise reader.error(f"an operator's name has ASCII letters only, not {text!r}", start)
    return Op(" ".join(ascii.split()), "", limits)


def _as_operator(reader: Reader, name: str, start: int) -> Op:
    body = unwrapped(reader.argument("\\mathop"))
    if not isinstance(body, Word):
        raise reader.error("\\mathop is supported around a name only; write \\operatorname*{...}", start)
    return Op(body.ascii, "", True)


def _delimiter(reader: Reader, of: str) -> str:
    char = reader.peek()
    position = reader.position
    if char == "\\":
        name = reader.take_command()
        if name in DELIMITERS:
            return DELIMITERS[name][0]
        raise reader.error(f"\\{name} is no bracket for {of}", position)
    if not char or char not in "()[]|<>.":
        raise reader.error(f"{of} needs a bracket (or . for none)", position)
    reader.position += 1
    return {"<": "⟨", ">": "⟩", ".": ""}.get(char, char)


def _left_right(reader: Reader, name: str, start: int) -> Fence:
    reader.enter(start)
    left = _delimiter(reader, "\\left")
    parts = [reader.row()]
    middles: list[str] = []
    while reader.peek_command() == "middle":
        reader.take_command()
        middles.append(_delimiter(reader, "\\middle"))
        parts.append(reader.row())
    if not reader.peek():
        raise reader.error("\\left without \\right", start)
    if reader.peek_command() != "right":
        raise reader.misplaced()
    reader.take_command()
    reader.leave()
    return Fence(left, parts, middles, _delimiter(reader, "\\right"))


def _sized_delimiter(reader: Reader, name: str) -> Node:
    """A bracket of a size chosen by the author; here it has the size it needs."""
    start = reader.position
    char = _delimiter(reader, f"\\{name}")
    if not char:
        return Space(0)
    sides = {"l": Kind.OPEN, "r": Kind.CLOSE, "m": Kind.REL}
    kind = sides.get(name[-1]) or _OWN_SIDES.get(char, Kind.BAR)
    return Sym(char, DELIMITER_ASCII.get(char, char), kind, start + 1)


def _environment(reader: Reader, name: str, start: int) -> Grid:
    reader.enter(start)
    environment = reader.text("\\begin")[0]
    if environment not in ENVIRONMENTS:
        raise reader.error(f"unknown environment {environment}", start)
    form, aligns, left, right = ENVIRONMENTS[environment]
    if environment == "array":
        aligns = _column_types(reader)
    rows = _cells(reader)
    if not reader.peek():
        raise reader.error(f"\\begin{{{environment}}} without \\end", start)
    if reader.peek_command() != "end":
        raise reader.misplaced()
    position = reader.position
    reader.take_command()
    ended = reader.text("\\end")[0]
    if ended != environment:
        raise reader.error(f"\\end{{{ended}}} closes \\begin{{{environment}}}", position)
    reader.leave()
    if form == "aligned":
        rows = [[_continued(cell) if i % 2 else cell for i, cell in enumerate(row)] for row in rows]
    return Grid(form, rows, aligns, left, right)


def _continued(cell: Row) -> Row:
    """A cell that goes on from the one before: a plus or minus at its start has an operand to its left."""
    first = next((kind_of(item) for item in cell.items if not isinstance(item, Space)), None)
    return Row((Row(()), *cell.items)) if first is Kind.BIN else cell


def _column_types(reader: Reader) -> str:
    position = reader.position
    types = reader.text("\\begin{array}")[0].replace(" ", "")
    if not types or types.strip("lcr"):
        raise reader.error("the columns of an array are one of l, c and r each", position)
    return types


def _cells(reader: Reader) -> list[list[Row]]:
    """Rows of cells, up to what ends the environment; an empty last row is dropped."""
    rows: list[list[Row]] = [[reader.row()]]
    while True:
        if reader.take("&"):
            rows[-1].append(reader.row())
        elif reader.peek_command() == "\\":
            reader.take_command()
            if reader.source[reader.position : reader.position + 1] == "[":
                _optional(reader)  # extra space between the rows
            rows.append([reader.row()])
        else:
            break
    if len(rows) > 1 and len(rows[-1]) == 1 and not rows[-1][0].items:
        rows.pop()
    return rows


def _stacked_lines(reader: Reader, name: str, start: int) -> Grid:
    if not reader.take("{"):
        raise reader.error("\\substack needs an argument in braces")
    reader.enter(start)
    rows = _cells(reader)
    if not reader.take("}"):
        raise reader.error("{ is never closed", start) if not reader.peek() else reader.misplaced()
    reader.leave()
    return Grid("stack", rows, "c")


def _brace(reader: Reader, name: str, start: int) -> Brace:
    return Brace(reader.argument(f"\\{name}"), name == "underbrace", None)


def _over_or_under(reader: Reader, name: str, start: int) -> Scripts:
    mark = reader.argument(f"\\{name}")
    body = reader.argument(f"\\{name}")
    base = body.items[0] if len(body.items) == 1 else body
    return Scripts(base, mark, None, True) if name == "underset" else Scripts(base, None, mark, True)


def _arrow(reader: Reader, name: str, start: int) -> Scripts:
    under = _optional(reader)
    char, ascii = LABELLED_ARROWS[name]
    return Scripts(Sym(char, ascii, Kind.REL, start + 1), under, reader.argument(f"\\{name}"), True)


def _negation(reader: Reader, name: str, start: int) -> Sym:
    node = reader.nucleus() if reader.peek() else None
    if not isinstance(node, Sym) or (node.kind is not Kind.REL and node.char != "|"):
        raise reader.error("\\not needs a relation after it", start)
    spelled = f"not {node.ascii}" if node.ascii.isalpha() else f"!{node.ascii}"
    char, ascii = NEGATED.get(node.char, (node.char + "\u0338", spelled))
    return Sym(char, ascii, Kind.REL, start + 1)


def _modulus(reader: Reader, name: str, start: int) -> Row:
    body = reader.argument("\\pmod")
    return Row((Space(1), Fence("(", (Row((Word("mod ", "mod "), *body.items)),), (), ")")))


_HANDLERS: dict[str, Callable[[Reader, str, int], Node]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom", "tbinom"), _fraction),
    **dict.fromkeys(("overset", "underset", "stackrel"), _over_or_under),
    **dict.fromkeys(("underbrace", "overbrace"), _brace),
    **dict.fromkeys(LABELLED_ARROWS, _arrow),
    "sqrt": _root,
    "operatorname": _operator_name,
    "mathop": _as_operator,
    "left": _left_right,
    "begin": _environment,
    "substack": _stacked_lines,
    "not": _negation,
    "pmod": _modulus,
}
