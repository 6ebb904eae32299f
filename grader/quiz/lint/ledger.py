"""The ledger of published questions: an id is never reused, and a changed question says so.

`question_bank/ledger.json` keeps the content hash and revision of each id as last published. `python -m
grader.quiz.lint --publish` writes it once the bank is clean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..bank import Bank

LEDGER = "question_bank/ledger.json"


def read_ledger(course: Path) -> dict[str, tuple[str, int]]:
    """Hash and revision of each published id; empty before the first publication."""
    file = course / LEDGER
    if not file.exists():
        return {}
    entries: dict[str, list[str | int]] = json.loads(file.read_text(encoding="utf-8"))
    return {name: (str(content), int(revision)) for name, (content, revision) in entries.items()}


def changes(course: Path, bank: Bank) -> Iterator[tuple[str, str]]:
    """What was changed without saying so, and the repair."""
    current = {placed.question.id: placed for placed in bank.questions}
    for name, (content, revision) in sorted(read_ledger(course).items()):
        if name not in current:
            yield (
                f"question {name} was published and is gone.",
                "Keep it with `status: retired`, so that its id stays taken.",
            )
            continue
        placed = current[name]
        if placed.record["content"] != content and placed.question.revision <= revision:
            yield (
                f"question {name} was changed, its revision still is {revision}.",
                f"Set `revision: {revision + 1}`, and `breaking: {revision + 1}` if old answers should not count.",
            )


def publish(course: Path, bank: Bank) -> int:
    """Write the ledger for the bank as it is; returns the number of entries."""
    known = {name: [content, revision] for name, (content, revision) in read_ledger(course).items()}
    known.update({p.question.id: [p.record["content"], p.question.revision] for p in bank.questions})
    lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(known.items())]
    (course / LEDGER).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return len(known)
