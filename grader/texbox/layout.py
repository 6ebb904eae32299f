"""A formula in two dimensions: fractions over each other, limits above and below, brackets that grow."""

from __future__ import annotations

from .box import EMPTY, Box, beside, full_box, spaces, stacked, text_box
from .delimiters import bracket
from .grids import grid_box
from .linear import linear, script_text
from .look import ROUNDING, Look
from .spacing import has_factors, place
from .tree import Accent, Brace, Fence, Frac, Grid, Node, Op, Root, Row, Scripts, Space, Sym, Word

_OVER = {"hat": "^", "widehat": "^", "tilde": "~", "widetilde": "~", "dot": ".", "ddot": "..", "check": "v"}
_OVER |= {"breve": "u", "acute": "'", "grave": "`", "mathring": "o"}


class Layout:
    """Draws nodes as boxes in one look."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.bar = "-" if look.ascii else "─"

    def box(self, node: Node, tight: bool = False) -> Box:
        """The node as a box; `tight` inside of scripts."""
        match node:
            case Sym():
                return text_box(self.look.symbol(node))
            case Word():
                return text_box(self.look.word(node))
            case Op():
                return text_box(self.look.operator(node))
            case Row():
                return self.row(node, tight)
            case Frac():
                return self._fraction(node)
            case Root():
                return self._root(node)
            case Scripts():
                return self._scripts(node, tight)
            case Accent():
                return self._accent(node)
            case Fence():
                return self._fence(node, tight)
            case Grid():
                cells = [[self.row(cell, node.form == "stack") for cell in row] for row in node.rows]
                return grid_box(cells, node, self.look)
            case Brace():
                return self._brace(node)
            case Space():
                return EMPTY

    def row(self, row: Row, tight: bool = False) -> Box:
        """The row's items next to each other, with the space between them."""
        boxes: list[Box] = []
        placed = place(row, self.look, tight, flat=False)
        for i, item in enumerate(placed):
            box = (self._small_fraction(item.node, has_factors(placed, i)) if tight else None) or self.box(
                item.node, tight
            )
            ends_in_space = bool(boxes) and len(boxes[-1].rows) == 1 and boxes[-1].rows[0].endswith(" ")
            if item.gap and not ends_in_space:
                boxes.append(spaces(item.gap))
            boxes.append(box)
        return beside(boxes)

    def _small_fraction(self, node: Node, has_factors: bool) -> Box | None:
        """A simple fraction on one line, for a power of 1/2 reads better so; None for anything else."""
        if not isinstance(node, Frac) or not node.bar:
            return None
        text = linear(node, self.look, tight=True)
        if "(" in text:
            return None
        return text_box(f"({text})" if has_factors else text)

    def _fraction(self, frac: Frac) -> Box:
        num, den = self.row(frac.num), self.row(frac.den)
        if not frac.bar:
            inner = stacked((num, EMPTY, den), len(num.rows))
            return self._enclosed("(", inner, ")")
        width = max(num.width, den.width)
        # A bar of one column would pass for a minus, and one over another bar must be the longer one.
        if self.look.ascii or width == 1 or self._is_bar(num) or self._is_bar(den):
            width += 2
        return stacked((num, text_box(self.bar * width), den), len(num.rows))

    def _is_bar(self, box: Box) -> bool:
        """Whether the whole box is a fraction."""
        return len(box.rows) > 1 and box.rows[box.base] == self.bar * box.width

    def _root(self, root: Root) -> Box:
        body = self.row(root.body)
        index = self.row(root.index, tight=True) if root.index else EMPTY
        if index is EMPTY and len(body.rows) == 1 and not self.look.ascii:
            flat = linear(root, self.look)
            if "(" not in flat:
                return text_box(flat)
        height = len(body.rows)
        if self.look.ascii:
            sign = [" |"] * (height - 1) + ["\\|"] if height > 1 else ["\\/"]
            top = "  " + "_" * body.width
        else:
            sign = [" │"] * (height - 1) + ["╲│"]
            top = " ┌" + self.bar * body.width
        rows = [top] + [left + row for left, row in zip(sign, body.rows)]
        box = full_box(rows, body.width + 2, body.base + 1)
        return box if index is EMPTY else self._with_index(box, index)

    def _with_index(self, root: Box, index: Box) -> Box:
        """The index in the crook of the root, to the left of its upper end."""
        left = " " * max(index.width - 1, 0)
        rows = [left + row for row in root.rows]
        place = len(rows) - 2
        for i, text in enumerate(reversed(index.rows)):
            if place - i < 0:
                rows.insert(0, " " * (len(left) + root.width))
                place += 1
            row = rows[place - i]
            rows[place - i] = text + row[index.width :]
        grown = len(rows) - len(root.rows)
        return full_box(rows, root.width + len(left), root.base + grown)

    def _scripts(self, node: Scripts, tight: bool) -> Box:
        base = self.box(node.base, tight)
        if node.stacked and not (tight and isinstance(node.base, Op)):
            return self._limits(base, node)
        sub = self._script(node.sub, base, below=True) if node.sub else None
        sup = self._script(node.sup, base, below=False) if node.sup else None
        if isinstance(sub, str) and isinstance(sup, str) and base.top == base.bottom:
            return beside((base, text_box(sub + sup)))
        tall = isinstance(node.base, Fence | Grid) and base.top < base.bottom
        return self._with_column(base, sub, sup, tall)

    def _script(self, script: Row, base: Box, below: bool) -> Box | str:
        """The script as text for the base's own line where that reads well, else as a box for a line of its own."""
        if self.look.ascii:
            box = self.row(script, tight=True)
            on_one_line = base.top == base.bottom and len(box.rows) == 1
            return script_text(script, self.look, below) if on_one_line else box
        # Small letters one by one are an index; a word is easier to read on its own line.
        if not any(isinstance(item, Op) or (isinstance(item, Word) and len(item.text) > 1) for item in script.items):
            text = script_text(script, self.look, below)
            if text[0] not in "_^":
                return text
        return self.row(script, tight=True)

    def _with_column(self, base: Box, sub: Box | str | None, sup: Box | str | None, tall: bool) -> Box:
        """The base with its scripts in a column to the right, both starting where the base ends."""
        lines: dict[int, str] = {}  # row, counted from the baseline downwards
        top, bottom = base.top - base.base, base.bottom - base.base
        if isinstance(sup, str):
            lines[top] = sup
        elif sup is not None:
            last = top if tall else top - 1
            for i, row in enumerate(sup.rows):
                lines[last - len(sup.rows) + 1 + i] = row
        if isinstance(sub, str):
            lines[bottom] = sub
        elif sub is not None:
            first = bottom if tall else bottom + 1
            for i, row in enumerate(sub.rows):
                lines[first + i] = row
        start, end = min(0, *lines), max(0, *lines)
        column = [text_box(lines.get(i, "")) for i in range(start, end + 1)]
        placed = stacked(column, -start, align="l")
        joined = beside((base, placed))
        moved = joined.base - base.base
        return Box(joined.rows, joined.width, joined.base, base.top + moved, base.bottom + moved)

    def _limits(self, base: Box, node: Scripts) -> Box:
        above = [self.row(node.sup, tight=True)] if node.sup else []
        below = [self.row(node.sub, tight=True)] if node.sub else []
        height = sum(len(box.rows) for box in above)
        return stacked((*above, base, *below), height + base.base)

    def _accent(self, accent: Accent) -> Box:
        text = self.look.accented(accent)
        if text:
            return text_box(text)
        body = self.row(accent.body)
        if self.look.ascii and len(body.rows) == 1:
            return text_box(linear(accent, self.look))
        if accent.name == "underline":
            line = text_box(("-" if self.look.ascii else "‾") * body.width)
            return self._with_base(stacked((body, line), body.base), body, 0)
        return self._with_base(stacked((text_box(self._mark(accent.name, body.width)), body), body.base + 1), body, 1)

    def _mark(self, name: str, width: int) -> str:
        if name in ("bar", "overline"):
            return "_" * width
        if name in _OVER:
            return _OVER[name]
        if name == "overleftarrow":
            return ("<" if self.look.ascii else "←") + self.bar * (width - 1)
        return self.bar * (width - 1) + (">" if self.look.ascii else "→")

    @staticmethod
    def _with_base(box: Box, body: Box, moved: int) -> Box:
        """The box with the part of it that brackets must reach taken from its body."""
        return Box(box.rows, box.width, box.base, body.top + moved, body.bottom + moved)

    def _fence(self, fence: Fence, tight: bool) -> Box:
        parts = [self.row(part, tight) for part in fence.parts]
        if len(parts) == 1:
            return self._enclosed(fence.left, parts[0], fence.right)
        above = max(part.base - part.top for part in parts)
        below = max(part.bottom - part.base for part in parts)
        inner = [parts[0]]
        for char, part in zip(fence.middles, parts[1:]):
            bar = bracket(char, above + below + 1, above, self.look) if char else EMPTY
            inner += [spaces(1), bar, spaces(1), part]
        return self._enclosed(fence.left, beside(inner), fence.right)

    def _enclosed(self, left: str, body: Box, right: str) -> Box:
        """The body in brackets as tall as it is, not counting the scripts that stick out."""
        height = body.bottom - body.top + 1
        middle = body.base - body.top
        if height == 1 and self.look.ascii and (left, right) in ROUNDING:
            return beside((text_box(ROUNDING[left, right] + "("), body, text_box(")")))
        pad = [spaces(1)] if height > 1 else []
        boxes = [bracket(left, height, middle, self.look), *pad] if left else []
        boxes.append(body)
        if right:
            boxes += [*pad, bracket(right, height, middle, self.look)]
        return beside(boxes)

    def _brace(self, brace: Brace) -> Box:
        body = self.row(brace.body)
        label = [self.row(brace.label, tight=True)] if brace.label else []
        line = text_box(self._brace_line(max(body.width, 3), brace.under))
        if brace.under:
            return self._with_base(stacked((body, line, *label), body.base), body, 0)
        above = sum(len(box.rows) for box in label) + 1
        return self._with_base(stacked((*label, line, body), body.base + above), body, above)

    def _brace_line(self, width: int, under: bool) -> str:
        left, point, right = ("\\", "+", "/") if self.look.ascii else ("╰", "┬", "╯")
        if not under:
            left, point, right = ("/", "+", "\\") if self.look.ascii else ("╭", "┴", "╮")
        before = (width - 3) // 2
        return left + self.bar * before + point + self.bar * (width - 3 - before) + right
