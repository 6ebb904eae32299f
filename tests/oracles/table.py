"""Which oracle vouches for which reference, as a page: `python -m tests.oracles.table` writes docs/oracles.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.oracles import exercises, oracles
from tests.oracles.cases import checks, solution

PAGE = Path(__file__).parents[2] / "docs" / "oracles.md"


def page() -> str:
    """The page's text."""
    counts: Counter[str] = Counter()
    rows = []
    for exercise in exercises():
        found = oracles(exercise)
        for name in checks(exercise):
            counts[found[name].authority] += 1
            rows.append(f"| {exercise} {solution(exercise).TITLE} | `{name}` | {found[name].authority} |")
    summary = ", ".join(f"{authority} {number}" for authority, number in counts.most_common())
    return "\n".join(
        [
            "# Which oracle vouches for which reference",
            "",
            "Each reference agrees with a function that was written independently of it, on the cases of three seeds",
            "(PyTorch's values on fixed inputs are kept, so that the tests need no PyTorch). Backward functions agree with",
            "numerical derivatives besides, which `grade lint` checks. Made by `python -m tests.oracles.table`.",
            "",
            f"{len(rows)} functions: {summary}.",
            "",
            "| exercise | function | vouched for by |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
