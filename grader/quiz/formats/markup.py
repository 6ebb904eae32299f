"""Prose of the bank as HTML and with MathJax's marks, and back."""

from __future__ import annotations

import html
import re


def to_mathjax(text: str) -> str:
    r"""Maths in dollars as `\(…\)` and `\[…\]`, the marks that learning platforms draw."""
    plain = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    return re.sub(r"(?<!\\)\$(.+?)(?<!\\)\$", r"\\(\1\\)", plain, flags=re.DOTALL).replace("\\$", "$")


def from_mathjax(text: str) -> str:
    """Maths in dollars again; a plain dollar is written with a backslash."""
    plain = re.sub(r"\\\[(.+?)\\\]", r"$$\1$$", text.replace("$", "\\$"), flags=re.DOTALL)
    return re.sub(r"\\\((.+?)\\\)", r"$\1$", plain, flags=re.DOTALL)


def to_html(text: str) -> str:
    r"""Prose as HTML; maths as `\(…\)` and `\[…\]`, which Moodle's MathJax filter draws."""
    parts = re.split(r"(```\n.*?\n```)", text.strip(), flags=re.DOTALL)
    shown = []
    for part in parts:
        if part.startswith("```\n"):
            shown.append(f"<pre>{html.escape(part[4:-4], quote=False)}</pre>")
            continue
        plain = html.escape(part, quote=False)
        shown.append(to_mathjax(plain).replace("\n", "<br>\n"))
    return "".join(shown)


def from_html(text: str) -> str:
    """Prose from HTML: line breaks and code kept, other tags dropped, maths in dollars."""
    plain = re.sub(r"\n?<pre>(.*?)</pre>", r"\n```\n\1\n```", text, flags=re.DOTALL)
    plain = re.sub(r"<br\s*/?>\n?|</p>\s*<p[^>]*>", "\n", plain)
    return from_mathjax(html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", plain))).strip()
