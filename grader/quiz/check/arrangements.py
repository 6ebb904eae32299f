"""Items put in order, and pairs found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..item import LETTERS, Matching, Ordering
from .result import Marked, NotAnAnswer, Reason, tags


def _numbers_in(text: str, count: int) -> list[int]:
    tokens = re.findall(r"[0-9]+", text)
    if not tokens or re.sub(r"[0-9\s,;.>-]", "", text):
        raise NotAnAnswer(f"Type the numbers in order, such as {' '.join(str(n) for n in range(count, 0, -1))}.")
    chosen = [int(token) - 1 for token in tokens]
    if len(tokens) == 1 and len(tokens[0]) > 1 and count < 10:
        chosen = [int(digit) - 1 for digit in tokens[0]]
    if any(not 0 <= index < count for index in chosen):
        raise NotAnAnswer(f"The numbers run from 1 to {count}.")
    if len(set(chosen)) != len(chosen):
        raise NotAnAnswer("A number stands twice.")
    return chosen


def mark_ordering(body: Ordering, answer: str) -> Marked:
    """Credit for the longest part in right order, or for the precedences that hold."""
    order = _numbers_in(answer, len(body.shown))
    extras = [body.distractors[index] for index in order if index in body.distractors]
    kept = [index for index in order if index not in body.distractors]
    score = _order_score(body, kept, bool(extras))
    reasons = [Reason(str(i + 1), e.text, False, e.why, True) for i, e in body.distractors.items()
               if i in order]  # fmt: skip
    key = "  ".join(str(index + 1) for index in body.key)
    reasons.append(Reason("", key, True, body.why))
    return Marked(score, tuple(reasons), tags(extras))


def _order_score(body: Ordering, kept: list[int], extra: bool) -> float:
    place = {index: position for position, index in enumerate(kept)}
    complete = len(kept) == len(body.key)
    if body.before is None:
        if kept == list(body.key) and not extra:
            return 1.0
        return 0.0 if body.credit == "all" else min(_common(kept, body.key) / len(body.key), 0.99) * (not extra)
    held = sum(a in place and b in place and place[a] < place[b] for a, b in body.before)
    if held == len(body.before) and complete and not extra:
        return 1.0
    return 0.0 if body.credit == "all" or extra else min(held / len(body.before), 0.99)


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """The length of the longest common subsequence, when it is more than a single item."""
    row = [0] * (len(right) + 1)
    for a in left:
        previous = 0
        for column, b in enumerate(right, 1):
            previous, row[column] = row[column], previous + 1 if a == b else max(row[column], row[column - 1])
    return row[-1] if row[-1] > 1 else 0


def mark_matching(body: Matching, answer: str) -> Marked:
    """Credit for each pair found, or for all of them."""
    chosen = _pairs_in(answer, len(body.lefts), len(body.rights))
    reasons, extras = [], []
    hits = 0
    for index, (left, key) in enumerate(zip(body.lefts, body.key)):
        right = chosen[index] == key
        hits += right
        reasons.append(
            Reason(f"{index + 1}{LETTERS[key]}", f"{left}: {body.rights[key]}", True, body.whys[index], right)
        )
        if not right and chosen[index] in body.distractors:
            extra = body.distractors[chosen[index]]
            extras.append(extra)
            reasons.append(Reason(f"{index + 1}{LETTERS[chosen[index]]}", extra.text, False, extra.why, True))
    share = hits / len(body.lefts)
    return Marked(share if share == 1 or body.credit == "each" else 0.0, tuple(reasons), tags(extras))


def _pairs_in(text: str, lefts: int, rights: int) -> list[int]:
    plain = re.sub(r"[\s,;:=)(.>-]", "", text.strip().lower())
    wanted = (
        f"Type a letter for each number, such as {' '.join(f'{i + 1}{LETTERS[i % rights]}' for i in range(lefts))}."
    )
    pairs = re.findall(r"([0-9]+)([a-z])", plain)
    if "".join(number + letter for number, letter in pairs) != plain or not pairs:
        if len(plain) != lefts or not (plain.isascii() and plain.isalpha()):
            raise NotAnAnswer(wanted)
        pairs = [(str(index + 1), letter) for index, letter in enumerate(plain)]
    chosen = {int(left) - 1: LETTERS.index(right) for left, right in pairs}
    if sorted(chosen) != list(range(lefts)) or len(pairs) != lefts or max(chosen.values()) >= rights:
        raise NotAnAnswer(wanted)
    return [chosen[index] for index in range(lefts)]
