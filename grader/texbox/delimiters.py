"""Brackets as tall as what they hold."""

from __future__ import annotations

from .box import Box
from .look import Look

# top, middle, bottom, and what fills the rows between
_TALL = {
    "(": "⎛⎜⎝⎜",
    ")": "⎞⎟⎠⎟",
    "[": "⎡⎢⎣⎢",
    "]": "⎤⎥⎦⎥",
    "{": "⎧⎨⎩⎪",
    "}": "⎫⎬⎭⎪",
    "⌊": "⎢⎢⎣⎢",
    "⌋": "⎥⎥⎦⎥",
    "⌈": "⎡⎢⎢⎢",
    "⌉": "⎤⎥⎥⎥",
    "|": "││││",
    "‖": "║║║║",
}
_TALL_ASCII = {
    "(": "/|\\|",
    ")": "\\|/|",
    "[": "[[[[",
    "]": "]]]]",
    "{": "{{{{",
    "}": "}}}}",
    "|": "||||",
}
_CORNERS_ASCII = {"⌊": ("| ", "|_"), "⌋": (" |", "_|"), "⌈": ("|^", "| "), "⌉": ("^|", " |"), "‖": ("||", "||")}
_TWO_ROWS = {"{": "⎰⎱", "}": "⎱⎰"}


def bracket(char: str, height: int, middle: int, look: Look) -> Box:
    """The bracket with that many rows, its baseline (and the point of a brace) in row `middle`."""
    if height == 1:
        text = look.bracket(char)
        return Box((text,), len(text), 0, 0, 0)
    if char in "⟨⟩":
        rows = _angle(height, char == "⟨", look.ascii)
    elif look.ascii and char in _CORNERS_ASCII:
        upper, lower = _CORNERS_ASCII[char]
        fill = lower if char in "⌈⌉" else upper
        rows = [upper, *[fill] * (height - 2), lower]
    elif height == 2 and char in _TWO_ROWS and not look.ascii:
        rows = list(_TWO_ROWS[char])
    else:
        tall = (_TALL_ASCII if look.ascii else _TALL)[char]
        rows = [tall[0], *[tall[3]] * (height - 2), tall[2]]
        if 0 < middle < height - 1:
            rows[middle] = tall[1]
    return Box(rows, len(rows[0]), middle, 0, height - 1)


def _angle(height: int, left: bool, ascii: bool) -> list[str]:
    """Two slanted strokes that meet in the middle."""
    rising, falling = ("/", "\\") if ascii else ("╱", "╲")
    half = (height + 1) // 2
    rows = []
    for row in range(height):
        upper = row < height // 2
        inset = half - 1 - row if upper else row - height // 2
        stroke = rising if upper == left else falling
        if height % 2 and row == height // 2:
            stroke = ("<" if left else ">") if ascii else ("⟨" if left else "⟩")
        rows.append((" " * inset + stroke).ljust(half) if left else (stroke + " " * inset).rjust(half))
    return rows
