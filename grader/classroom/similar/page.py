"""The page with the pairs, side by side: one file without scripts, student text escaped, students by pseudonym."""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterator, Sequence
from typing import Final

from grader.classroom.similar.find import OTHER, Found, Function, Text
from grader.classroom.similar.score import SIGNALS, Pair

SHOWN_LINES: Final = 400
_TITLES: Final = {"structure": "how functions are built", "words": "rare words", "answers": "rare wrong answers"}
_STYLE: Final = """
:root { color-scheme: light dark; --line: #8886; --hit: #c9711c33; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
pre { border: 1px solid var(--line); font-size: 12px; line-height: 1.4; overflow-x: auto; padding: .5rem; margin: 0; }
pre b { background: var(--hit); display: inline-block; font-weight: normal; min-width: 100%; }
th[scope=row] { font-weight: normal; min-width: 9rem; }
.scroll { overflow-x: auto; }
details { margin: .5rem 0 1.5rem; }
@media (max-width: 50rem) { .pair { grid-template-columns: minmax(0, 1fr); } }
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
    unread = f" Could not be read as Python and compared by words only: {found.unread}." if found.unread else ""
    compared = "1 work was" if found.compared == 1 else f"{found.compared} works were"
    head = f"<h2>{_text(found.exercise)}</h2>\n<p>{compared} compared.{unread}</p>\n"
    if not found.pairs:
        return head + "<p>No two of them share anything rare.</p>\n"
    columns = "".join(f'<th scope="col">{_TITLES[signal]}</th>' for signal in SIGNALS)
    rows = "".join(_row(number, pair) for number, pair in enumerate(found.pairs, 1))
    titles = f'<tr><th scope="col">#</th><th scope="col">students</th>{columns}</tr>'
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="Pairs of {_text(found.exercise)}">'
    table = f"{region}<table>\n{titles}\n{rows}</table></div>\n"
    return head + table + "".join(_side_by_side(n, pair, found) for n, pair in enumerate(found.pairs, 1))


def _row(number: int, pair: Pair) -> str:
    cells = "".join(f'<td class="n">{_weight(pair, signal)}</td>' for signal in SIGNALS)
    return f'<tr><td class="n">{number}</td><th scope="row">{_names(pair)}</th>{cells}</tr>\n'


def _weight(pair: Pair, signal: str) -> str:
    return f"{pair.shared[signal]:.0f} of {pair.whole[signal]:.0f}" if signal in pair.shared else "none"


def _names(pair: Pair) -> str:
    return " and ".join(
        f"{_text(work.student)}{' (earlier year)' if work.old else ''}" for work in (pair.left, pair.right)
    )


def _side_by_side(number: int, pair: Pair, found: Found) -> str:
    texts = [found.texts[work.sha] for work in (pair.left, pair.right)]
    alike = [_alike(text, frozenset(pair.common.get("structure", ()))) for text in texts]
    names = ", ".join(sorted({_text(function.name) for marked in alike for function in marked}))
    built = f"<p>Where both are built alike, and few others: {names} (marked).</p>" if names else ""
    columns = "".join(
        f'<pre tabindex="0" role="region" aria-label="{_text(work.student)}">{"".join(_lines(text, marked))}</pre>'
        for work, text, marked in zip((pair.left, pair.right), texts, alike)
    )
    return f'<details>\n<summary>{number}. {_names(pair)}</summary>\n{built}<div class="pair">{columns}</div>\n</details>\n'


def _alike(text: Text, common: frozenset[Hashable]) -> list[Function]:
    """The functions with something in them that the two share and few others have."""
    return [
        function
        for function in text.functions or ()
        if any((name, each) in common for name in (function.name, OTHER) for each in function.hashes)
    ]


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
