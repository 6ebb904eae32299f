"""Names that somebody could have, or give themselves: as folders, as people, as texts in a report."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator

PIECES = (
    "Zoë Ångström", "O'Brien", "李小龍", "Нина", "أحمد", "Robert'); DROP TABLE student;--", "=cmd|' /C calc'!A0", "+1+1", "-1+2",
    "@SUM(A1)", "\t=1+1", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&amp;&lt;", "]]>", "-->", "::error::x",
    "| a | b |", "[x](javascript:alert(1))", "`code`", "**bold**", "\x1b[31mred\x1b[0m", "\x1b]52;c;YQ==\x07", "\u202egnp.exe",
    "\u200b\u200d", "\ufeff", "\x7f", "\r\n", "\n", "\x85", "\u2028", "_123_", "_LATE_7_8_", "_assignsubmission_file", "CON", "NUL",
    "...", " leading", "trailing ", ".hidden", "~", "$HOME", "$(reboot)", "%s%n", "{0}", "\\", "\"", ";", ",", "a" * 150, "é", "e\u0301",
    "ﬁ", "ß", "İ", "𝕏", "👩‍👩‍👧", "\udcff", "\udce9t\udce9", "Participant 7", "exercise01", "student", "null", "None", "1e9", "0", "-",
)  # fmt: skip


def nasty_names(count: int, seed: int = 1) -> list[str]:
    """Different names that a file system takes, each of one to three pieces."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    for name in itertools.chain(PIECES, _combined(rng)):
        usable = name.replace("/", "_").replace("\0", "")
        if usable.strip(".") and len(os.fsencode(usable)) <= 200:
            found.setdefault(usable)
        if len(found) == count:
            return list(found)
    raise AssertionError("the names do not end")


def _combined(rng: random.Random) -> Iterator[str]:
    while True:
        yield "".join(rng.choice(PIECES) for _ in range(rng.randint(2, 3))) + str(rng.randint(0, 9))
