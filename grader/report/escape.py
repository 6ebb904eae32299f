"""Text that a student may have written, made safe for where it goes: a terminal line, a CSV cell, Markdown, XML, a file name.

HTML is escaped by jinja2's autoescape, or by `html` here where a page's tables are built by hand. JSON needs no more than
its own escapes. Every form starts from `visible`, so that no control or format character arrives anywhere as itself.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import Final

from grader.render.text import Page

LONGEST: Final = 300  # a name longer than this is an attack on the layout, not a name
_PAGE: Final = Page()
_FORMULA: Final = "=+-@＝＋－＠|%"  # what spreadsheets take for a formula, in both widths, and the start of a DDE call
# What has a meaning in Markdown: marks anywhere, an underscore unless it stands inside a word, what begins an address, and
# what begins a list in the first place of a line. The rest stays, so that the file can be read as it is.
_MARKDOWN: Final = re.compile(
    r"[\\`*{}\[\]<>#|&:@~$^=]|(?<![^\W_])_|_(?![^\W_])|(?<=[wW]{3})\.|^[-+]|^\d+(?=[.)](?:\s|$))"
)


def visible(text: str, longest: int = LONGEST) -> str:
    """One line in which control, format and unpaired characters are written as codes; cut where it is too long."""
    head = text[: longest + 1]
    line = head if head.isascii() and head.isprintable() else _PAGE.clean(head)
    return line if len(line) <= longest else f"{line[: longest - 3]}..."


def html(text: str) -> str:
    """Text for an element or a quoted attribute of HTML."""
    return escape(visible(text), quote=True)


def csv_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what could start one."""
    cell = visible(text)
    start = cell.lstrip()[:1]
    return f"'{cell}" if start and start in _FORMULA else cell


def is_plain_cell(text: str) -> bool:
    """Whether a text can stand in a CSV file as it is: an id that had to be changed would name nobody."""
    return csv_cell(text) == text


def markdown(text: str) -> str:
    """Text without any meaning in Markdown: what could have one is a numeric entity, also inside table cells and links."""
    return _MARKDOWN.sub(lambda match: "".join(f"&#{ord(c)};" for c in match[0]), visible(text))


def xml(text: str) -> str:
    """Text for an element or a quoted attribute of XML 1.0; `]]>` and forbidden characters cannot occur."""
    return escape(visible(text, 2000), quote=True)


def file_name(text: str, fallback: str) -> str:
    """A readable name for a file or folder on every system: letters and digits in words joined by blanks, at most 60."""
    folded = unicodedata.normalize("NFC", text)
    words = re.findall(r"[^\W_]+", "".join(c if c.isprintable() else " " for c in folded))
    return " ".join(words)[:60].strip() or fallback
