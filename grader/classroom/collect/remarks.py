"""What an instructor should look at, though it was placed: works without an order, extensions for nobody, what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grader.classroom.collect.names import shown
from grader.classroom.identities import Identities
from grader.classroom.ledger import Ledger
from grader.classroom.rules import Rules
from grader.render.text import counted

_NAMED: Final = 3  # works of one student that a remark names
_UNORDERED: Final = """
SELECT st.pseudonym, s.exercise, group_concat(s.id) FROM submission s JOIN student st ON st.id = s.student WHERE s.present
GROUP BY s.student, s.exercise, coalesce(s.submitted, -1.0), s.sequence HAVING count(DISTINCT s.sha) > 1 ORDER BY 2, 1
"""


def without_order(ledger: Ledger, identities: Identities) -> Iterator[str]:
    """Works of one student at one exercise that came in together, and of which nothing tells the last."""
    for name, exercise, text in ledger.db.execute(_UNORDERED):
        works = [
            place for number in sorted(map(int, text.split(",")))[-_NAMED:] for place in _places(identities, number)
        ]
        last = works[-1][0] if works else ""
        together = [path for root, path in works if root == last]
        if len(together) > 1:
            yield (
                f"{who_is(name, identities)} {exercise}: nothing tells which of {', '.join(together)} came last; "
                f"taken to be {together[-1]}"
            )


def _places(identities: Identities, submission: int) -> list[tuple[str, str]]:
    """Where a submission came from: the folder of all, and the path in it. One place, for copies have no order either."""
    rows = identities.db.execute(
        "SELECT f.root, f.path FROM origin o JOIN file f ON f.id = o.file WHERE o.submission = ? ORDER BY f.id DESC LIMIT 1",
        (submission,),
    )
    return [(root, shown(path)) for root, path in rows]


def for_nobody(rules: Rules, identities: Identities) -> Iterator[str]:
    """Extensions for students whom nobody knows."""
    for student in rules.extensions:
        if identities.of_student(student) is None:
            yield f"an extension for {shown(student)!a}, but no such student is on the roster or handed in anything"


def left_out(rules: Rules, ledger: Ledger) -> Iterator[str]:
    """Submissions for exercises that are not to be graded."""
    if not rules.exercises:
        return
    rows = ledger.db.execute("SELECT exercise, count(*) FROM submission WHERE present GROUP BY 1 ORDER BY 1")
    for exercise, count in rows:
        if exercise not in rules.exercises:
            yield f"{counted(count, 'submission')} of {exercise}: not graded, for the rules' `exercises` leave it out"


def who_is(name: str, identities: Identities) -> str:
    """What a student is called, or else the pseudonym."""
    identity = identities.get(name)
    return identity.student if identity else name
