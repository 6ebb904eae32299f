"""The bank as students may have it: without exam questions and drafts, otherwise as it is written."""

from __future__ import annotations

from pathlib import Path

from .bank import Placed, load_bank
from .index import HEAD

HIDDEN = frozenset({"exam", "draft"})


def release_bank(course: Path) -> dict[str, str]:
    """The files of the bank for a student release, by their path in the course; raises BankError.

    Questions are cut out as lines, so that comments and layout stay. The ledger, which names every id, is left out.
    """
    bank = load_bank(course)
    files = {HEAD: (course / HEAD).read_text(encoding="utf-8")}
    for document in bank.documents:
        placed = [one for one in bank.questions if one.document is document]
        name = document.file.resolve().relative_to(course.resolve()).as_posix()
        files[name] = _without_hidden(document.file, placed)
    schema = course / "question_bank" / "question_bank.schema.json"
    if schema.exists():
        files["question_bank/question_bank.schema.json"] = schema.read_text(encoding="utf-8")
    return files


def _without_hidden(file: Path, placed: list[Placed]) -> str:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [one.document.position(one.loc)[0] - 1 for one in placed] + [len(lines)]
    kept = lines[: starts[0]] if placed else lines
    for place, one in enumerate(placed):
        if one.status not in HIDDEN:
            kept += lines[starts[place] : starts[place + 1]]
    text = "".join(kept)
    if placed and all(one.status in HIDDEN for one in placed):
        return text.rstrip().removesuffix("questions:") + "questions: []\n"
    return text
