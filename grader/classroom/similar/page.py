"""The page with the pairs, side by side: one file without scripts, student text escaped, students by pseudonym."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final

from grader.classroom.similar.find import Found, Function, Text
from grader.classroom.similar.score import SIGNALS, Pair

SHOWN_LINES: Final = 400
_TITLES: Final = {"structure": "how functions are built", "words": "rare words", "answers": "rare wrong answers"}
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --hit: #c9711c33; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
pre { border: 1px solid var(--line); font-size: 12px; line-height: 1.4; overflow-x: auto; padding: .5rem; margin: 0; }
pre b { background: var(--hit); display: inline-block; font-weight: normal; min-width: 100%; }
details { margin: .5rem 0 1.5rem; }
@media (max-width: 50rem) { .pair { grid-template-columns: 1fr; } }
"""
_WORDS: Final = """
<p>These pairs are <strong>worth a look</strong>. They are no verdict, and no number here is a probability. The functions are
short, everybody starts from the same sheet and has read the same papers, so two people who never met often write the same.
Similar work can come from a shared lecture, a shared tutor, a textbook, or an assistant that both used. Read the two texts,
and ask before you conclude.</p>
<p>Three signals are kept apart. <em>How functions are built</em>: runs of the syntax tree without names, comments and
docstrings, weighed by how few others have them. <em>Rare words</em>: names, comments and texts that few others wrote.
<em>Rare wrong answers</em>: the same wrong number in the same place (only when a run is compared). Each shows the weight of
what the two share, and of what the one with less of it has in all.</p>
"""


def page(course: str, found: Sequence[Found]) -> str:
    """The whole page."""
    body = "".join(_exercise(each) for each in found) or "<p>Nothing was compared.</p>"
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(course)}: pairs worth a look</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_text(course)}: pairs worth a look</h1>\n{_WORDS}{body}</main>\n</body>\n</html>\n"
    )


def _exercise(found: Found) -> str:
    unread = (
        f" {found.unread} could not be read as Python and were compared by their words only." if found.unread else ""
    )
    head = f"<h2>{_text(found.exercise)}</h2>\n<p>{found.compared} works were compared.{unread}</p>\n"
    if not found.pairs:
        return head + "<p>No two of them share anything rare.</p>\n"
    columns = "".join(f"<th>{_TITLES[signal]}</th>" for signal in SIGNALS)
    rows = "".join(_row(number, pair) for number, pair in enumerate(found.pairs, 1))
    table = f"<table>\n<tr><th>#</th><th>students</th>{columns}</tr>\n{rows}</table>\n"
    return head + table + "".join(_side_by_side(n, pair, found) for n, pair in enumerate(found.pairs, 1))


def _row(number: int, pair: Pair) -> str:
    cells = "".join(f'<td class="n">{_weight(pair, signal)}</td>' for signal in SIGNALS)
    return f'<tr><td class="n">{number}</td><td>{_names(pair)}</td>{cells}</tr>\n'


def _weight(pair: Pair, signal: str) -> str:
    return f"{pair.shared[signal]:.0f} of {pair.whole[signal]:.0f}" if signal in pair.shared else "none"


def _names(pair: Pair) -> str:
    return " and ".join(
        f"{_text(work.student)}{' (earlier year)' if work.old else ''}" for work in (pair.left, pair.right)
    )


def _side_by_side(number: int, pair: Pair, found: Found) -> str:
    texts = [found.texts[work.sha] for work in (pair.left, pair.right)]
    same = {each[1] for each in pair.common.get("structure", ()) if isinstance(each, tuple)}
    alike = [[f for f in text.functions or () if len(f.hashes & same) > len(f.hashes) / 2] for text in texts]
    names = ", ".join(sorted({_text(f.name) for f in alike[0]} & {_text(f.name) for f in alike[1]}))
    built = f"<p>Built alike: {names}.</p>" if names else ""
    columns = "".join(f"<pre>{''.join(_lines(text, marked))}</pre>" for text, marked in zip(texts, alike))
    return f'<details>\n<summary>{number}. {_names(pair)}</summary>\n{built}<div class="pair">{columns}</div>\n</details>\n'


def _lines(text: Text, marked: Sequence[Function]) -> Iterator[str]:
    lines = text.source.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines[:SHOWN_LINES], 1):
        shown = f"{number:4} {_text(line[:200])}"
        inside = any(function.first <= number <= function.last for function in marked)
        yield (f"<b>{shown}</b>" if inside else shown) + "\n"
    if len(lines) > SHOWN_LINES:
        yield f"     ... and {len(lines) - SHOWN_LINES} more lines\n"


def _text(text: str) -> str:
    """A text as HTML, with what cannot be seen made visible."""
    return html.escape("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))
