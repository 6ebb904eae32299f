"""What a student may ask for: everything that a run holds of them, and that it be forgotten."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from grader.classroom import overrides
from grader.classroom.database import Database, only_writer, transaction
from grader.classroom.fault import ClassError
from grader.classroom.identities import Identities
from grader.classroom.ledger import Ledger, reported
from grader.classroom.model import Identity
from grader.classroom.run import open_run
from grader.classroom.view import student_view


def find_student(folder: Path, word: str) -> Identity:
    """The student of a run that an id, a pseudonym, an email address or a name means; ClassError if not exactly one."""
    with Identities(folder) as identities:
        found = identities.find(word)
        near = [] if found else get_close_matches(word, [identity.student for identity in identities], 2, 0.7)
    if len(found) == 1:
        return found[0]
    if not found:
        guess = f"Did you mean {' or '.join(near)}? " if near else ""
        raise ClassError(
            f"{folder}: nobody is called {word!r}", f"{guess}Write the student's id, email address, name or pseudonym."
        )
    names = ", ".join(identity.student for identity in found)
    raise ClassError(f"{folder}: {word!r} can mean {names}", "Write the student's id.")


def export_data(folder: Path, identity: Identity) -> dict[str, Any]:
    """All that a run holds of a student, as JSON: who, what was handed in and where it lay, results, marks, overrides.

    Results are as the student may see them: hidden inputs are nobody's personal data.
    """
    with open_run(folder) as run:
        attempts = [
            {
                "exercise": row.exercise,
                "submission": row.submission,
                "submitted_at": row.submitted_at.isoformat() if row.submitted_at else None,
                "status": row.status,
                "points": row.points,
                "max_points": row.max_points,
                "note": row.note,
                "printed": [list(printed) for printed in row.printed],
                "result": student_view(row.result) if row.result else None,
                "source": _source(run.db, row.submission),
            }
            for row in run.attempts(student=identity.pseudonym)
        ]
        marks = [
            {"exercise": row.exercise, "mark": row.mark, "max_mark": row.max_mark, "late_days": row.late.days}
            for row in run.rows(student=identity.pseudonym)
        ]
        problems = [asdict(problem) for problem in reported(run.db, identity.pseudonym)]
        by_hand = [asdict(override) for override in overrides.of(run.db, identity.pseudonym)]
        course = run.course
    return {
        "schema": 1,
        "course": course,
        "student": {**asdict(identity), "ids": dict(identity.ids)},
        "files": _files(folder, identity),
        "attempts": attempts,
        "marks": marks,
        "reported": problems,
        "overrides": [{**override, "at": override["at"].isoformat()} for override in by_hand],
    }


def _source(db: Database, sha: str) -> str:
    row = db.execute("SELECT data FROM source WHERE sha = ?", (bytes.fromhex(sha),)).fetchone() if sha else None
    return zlib.decompress(row[0]).decode("utf-8", "backslashreplace") if row else ""


def _files(folder: Path, identity: Identity) -> list[Mapping[str, str]]:
    """Where the student's submissions were found."""
    with Identities(folder) as identities:
        numbers = _submissions(folder, identity.pseudonym)
        rows = [
            row
            for number in numbers
            for row in identities.db.execute(
                "SELECT f.root, f.path, o.member FROM origin o JOIN file f ON f.id = o.file WHERE o.submission = ?",
                (number,),
            )
        ]
    return [{"root": root, "path": path, "member": member} for root, path, member in rows]


def _submissions(folder: Path, pseudonym: str) -> list[int]:
    with open_run(folder) as run:
        rows = run.db.execute(
            "SELECT s.id FROM submission s JOIN student st ON st.id = s.student WHERE st.pseudonym = ?", (pseudonym,)
        ).fetchall()
    return [row[0] for row in rows]


def forget(folder: Path, identity: Identity, author: str) -> dict[str, int]:
    """Removes a student from a run: identity, submissions, results that are nobody else's. How many of each went.

    Their overrides are blanked, so that the chain can still be checked. The pseudonym stays in a list of those who are
    not to be collected again. What lies in the folder of submissions is not touched.
    """
    numbers = _submissions(folder, identity.pseudonym)
    with only_writer(folder), Ledger(folder) as ledger, Identities(folder, writing=True) as identities:
        ledger.db.execute("PRAGMA secure_delete = ON")
        with ledger.write():
            counts = _remove(ledger.db, identity.pseudonym)
            ledger.db.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (identity.pseudonym,))
            ledger.note(author, "forgot a student")
        with transaction(identities.db, identities.path):
            counts["file"] = _remove_identity(identities.db, identity.pseudonym, numbers)
        for connection in (ledger.db, identities.db):
            _compact(connection)
    (folder / "collected.txt").unlink(missing_ok=True)  # it holds names
    return counts


def _remove(db: Database, pseudonym: str) -> dict[str, int]:
    student = "(SELECT id FROM student WHERE pseudonym = ?)"
    shas = [
        row[0] for row in db.execute(f"SELECT DISTINCT sha FROM submission WHERE student = {student}", (pseudonym,))
    ]
    submissions = db.execute(f"DELETE FROM submission WHERE student = {student}", (pseudonym,)).rowcount
    results = 0
    for sha in shas:
        if db.execute("SELECT 1 FROM submission WHERE sha = ? LIMIT 1", (sha,)).fetchone() is None:
            results += db.execute("DELETE FROM result WHERE sha = ?", (sha,)).rowcount
            db.execute("DELETE FROM failure WHERE sha = ?", (sha,))
            db.execute("DELETE FROM source WHERE sha = ?", (sha,))
    blanked = overrides.blank(db, pseudonym)
    db.execute(f"DELETE FROM reported WHERE student = {student}", (pseudonym,))
    db.execute("DELETE FROM student WHERE pseudonym = ?", (pseudonym,))
    _without_extension(db, pseudonym)
    return {"submission": submissions, "result": results, "override": blanked}


def _without_extension(db: Database, pseudonym: str) -> None:
    """Removes a student's extensions from the rules that runs keep."""
    for number, text in db.execute("SELECT id, rules FROM run").fetchall():
        rules = json.loads(text)
        if rules["extensions"].pop(pseudonym, None) is not None:
            db.execute("UPDATE run SET rules = ? WHERE id = ?", (json.dumps(rules, sort_keys=True), number))


def _remove_identity(db: Database, pseudonym: str, numbers: list[int]) -> int:
    files: set[int] = set()
    for number in numbers:
        files |= {row[0] for row in db.execute("SELECT file FROM origin WHERE submission = ?", (number,))}
        db.execute("DELETE FROM origin WHERE submission = ?", (number,))
    for file in files:
        if db.execute("SELECT 1 FROM origin WHERE file = ? LIMIT 1", (file,)).fetchone() is None:
            db.execute("DELETE FROM unplaced WHERE file = ?", (file,))
            db.execute("DELETE FROM file WHERE id = ?", (file,))
    db.execute(
        "DELETE FROM scan"
    )  # or the next call would not look at the files, and not say that they are still there
    db.execute("DELETE FROM identity WHERE pseudonym = ?", (pseudonym,))
    db.execute("DELETE FROM alias WHERE pseudonym = ?", (pseudonym,))
    return len(files)


def _compact(connection: Database) -> None:
    """Writes the file anew, so that nothing of what was deleted is left in it or in its log."""
    with closing(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")):
        pass
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
