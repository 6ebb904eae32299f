"""Reads TeX maths into a tree. Everything that can be wrong with a formula is found here."""

from __future__ import annotations

from .commands import run_command
from .errors import TexError
from .letters import has_style
from .pairing import pair_brackets
from .scanner import MAX_DEPTH, Scanner
from .symbols import (
    BY_CHARACTER,
    COMMANDS,
    CONVOLUTION,
    DELIMITER_ASCII,
    DELIMITERS,
    INTEGRALS,
    LARGE,
    LIMITS,
    NAMED,
    RUNS,
    SPACES,
    SPELLED_APART,
    TYPED,
    VARIANTS,
    Entry,
)
from .tree import Brace, Formula, Kind, Node, Op, Row, Scripts, Space, Sym, unwrapped

MAX_LENGTH = 4000  # characters; the longest formula of a textbook has a few hundred

_STOPPING_COMMANDS = frozenset(("\\", "right", "middle", "end"))
_LARGE_BY_CHARACTER = {char: name for name, (char, _) in LARGE.items()}
_SCRIPT_NAMES = {"_": "subscript", "^": "superscript"}
_EMPTY = Row(())


def parse(source: str) -> Formula:
    """The formula as a tree; raises TexError with the column of what cannot be read."""
    if len(source) > MAX_LENGTH:
        raise TexError(f"the formula has {len(source)} characters, more than {MAX_LENGTH}", MAX_LENGTH + 1)
    reader = Reader(source)
    root = reader.row()
    if reader.position < len(source):
        raise reader.misplaced()
    if not root.items:
        raise TexError("the formula is empty", 1)
    mixed = frozenset(letter for (letter, _), styles in reader.alphabets.items() if len(styles) > 1)
    return Formula(root, mixed)


class Reader(Scanner):
    """The rules for what may come next. Commands with arguments are in `commands`."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.style = ""
        self.in_script = False
        # An index is told from a quantity by its place, so the two are kept apart.
        self.alphabets: dict[tuple[str, bool], set[str]] = {}

    def row(self, until: str = "") -> Row:
        """All items up to the end of the group, cell or source, or up to the character `until`."""
        items: list[Node] = []
        while char := self.peek():
            if char in "}&" or char == until or (char == "\\" and self.peek_command() in _STOPPING_COMMANDS):
                break
            item = self._item()
            # Braces around several items only group the source: what stands beside them is a neighbour all the same.
            items += item.items if isinstance(item, Row) and len(item.items) > 1 else [item]
        return Row(pair_brackets(items, MAX_DEPTH - self.depth))

    def misplaced(self) -> TexError:
        """The error for what ended a row that should have gone on."""
        char = self.peek()
        if char == "}":
            return self.error("} without {")
        if char == "&":
            return self.error("& outside of a matrix, cases or aligned; write \\& for the sign")
        name = self.peek_command()
        if name == "\\":
            return self.error("\\\\ outside of a matrix, cases or aligned")
        partner = "\\begin" if name == "end" else "\\left"
        return self.error(f"\\{name} without {partner}")

    def group(self) -> Row:
        """A row in braces."""
        start = self.position
        if not self.take("{"):
            raise self.error("{ expected")
        self.enter(start)
        row = self.row()
        if not self.peek():
            raise self.error("{ is never closed", start)
        if not self.take("}"):
            raise self.misplaced()
        self.leave()
        return row

    def argument(self, of: str) -> Row:
        """A group, or the one symbol that stands in its place."""
        char = self.peek()
        if char == "{":
            return self.group()
        if not char or char in "}&^_'" or self.peek_command() in _STOPPING_COMMANDS:
            raise self.error(f"{of} needs an argument")
        self.enter(self.position)
        if char.isdecimal() and char.isascii():
            self.position += 1
            node: Node = Sym(char, char, Kind.ORD, self.position, self._styled_as(char))
        else:
            node = self.nucleus()
        self.leave()
        return Row((node,))

    def _item(self) -> Node:
        """One symbol, group or command, with its scripts."""
        node = self.nucleus()
        return node if isinstance(node, Space) else self._scripts(node)

    def nucleus(self) -> Node:
        """One symbol, group or command, without scripts."""
        char = self.peek()
        if char == "\\":
            return self._command()
        if char == "{":
            return unwrapped(self.group())
        if char in "^_'":
            return _EMPTY
        if char.isdecimal() and char.isascii():
            return self._number()
        start = self.position
        for length in (3, 2):
            run = self.source[start : start + length]
            if run in RUNS:
                self.position += len(run)  # shorter than `length` at the end of the source
                return self._symbol(RUNS[run], start)
        self.position += 1
        return self._character(char, start)

    def _number(self) -> Sym:
        source, start = self.source, self.position
        end = start
        while end < len(source) and (
            source[end] in "0123456789" or (source[end] == "." and source[end + 1 : end + 2].isdecimal())
        ):
            end += 1
        self.position = end
        digits = source[start:end]
        return Sym(digits, digits, Kind.ORD, start + 1, self._styled_as(digits))

    def _character(self, char: str, start: int) -> Node:
        if char.isascii() and char.isalpha():
            return self._symbol((char, char, Kind.ORD), start)
        if char == "~":
            return Space(1)
        if char in TYPED:
            return self._symbol(TYPED[char], start)
        if char in _LARGE_BY_CHARACTER:
            return large(_LARGE_BY_CHARACTER[char])
        entry = BY_CHARACTER.get(char)
        if entry is None:
            entry = (char, self.ascii_of(char, start), Kind.ORD)
        return self._symbol(entry, start)

    def _symbol(self, entry: Entry, start: int, variant: str = "") -> Sym:
        """The symbol in the alphabet in force; remembers in which alphabets a letter was seen."""
        char, ascii, kind = entry
        if kind is Kind.ORD:
            variant = self._styled_as(char) or variant
            self.alphabets.setdefault((char, self.in_script), set()).add(variant)
        elif ascii == CONVOLUTION and self.in_script:
            ascii = "*"
        return Sym(char, ascii, kind, start + 1, variant)

    def _styled_as(self, char: str) -> str:
        return self.style if self.style and has_style(char[:1], self.style) else ""

    def _scripts(self, base: Node) -> Node:
        r"""The base with the scripts, primes and \limits that follow."""
        found: dict[str, Row | None] = {"_": None, "^": None}
        stacked = isinstance(base, Op) and base.limits
        primes: list[Node] = []
        while mark := self.peek():
            if mark in found:
                if found[mark] is not None:
                    raise self.error(f"a second {_SCRIPT_NAMES[mark]}; use braces")
                found[mark] = self._script(mark)
            elif mark == "'":
                self.position += 1
                primes.append(Sym("′", "'", Kind.ORD, self.position))
            elif mark == "\\" and self.peek_command() in ("limits", "nolimits"):
                if not isinstance(base, Op):
                    raise self.error(f"\\{self.peek_command()} after something that takes no limits")
                stacked = self.take_command() == "limits"
            else:
                break
        sub, sup = (script if script and script.items else None for script in found.values())
        if primes:
            sup = Row((*primes, *(sup.items if sup else ())))
        if isinstance(base, Brace) and base.label is None:
            base, sub, sup = _labelled(base, sub, sup)
        return Scripts(base, sub, sup, stacked) if sub or sup else base

    def _script(self, mark: str) -> Row:
        self.position += 1
        outside, self.in_script = self.in_script, True
        row = self.argument(mark)
        self.in_script = outside
        return row

    def _command(self) -> Node:
        start = self.position
        name = self.take_command()
        if name in COMMANDS:
            return self._symbol(COMMANDS[name], start, VARIANTS.get(name, ""))
        if name in NAMED:
            return Op(SPELLED_APART.get(name, name), "", name in LIMITS)
        if name in LARGE:
            return large(name)
        if name in SPACES:
            return Space(SPACES[name])
        if name in DELIMITERS:
            char, kind = DELIMITERS[name]
            return Sym(char, DELIMITER_ASCII.get(char, char), kind, start + 1)
        return run_command(self, name, start)


def large(name: str) -> Op:
    """A sum, product, integral or the like."""
    char, ascii = LARGE[name]
    return Op(ascii, char, name not in INTEGRALS)


def _labelled(brace: Brace, sub: Row | None, sup: Row | None) -> tuple[Brace, Row | None, Row | None]:
    """The brace with the script on its open side as label, and the scripts that are left."""
    if brace.under:
        return Brace(brace.body, True, sub), None, sup
    return Brace(brace.body, False, sup), sub, None
