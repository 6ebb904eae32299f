"""Brings what was handed in into the ledger: read, matched with the roster, under a pseudonym. A second time: what changed."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Final

from grader.catalog import Course
from grader.classroom.collect.archives import ArchiveError
from grader.classroom.collect.batches import Batches
from grader.classroom.collect.layouts import Placed, Unplaced
from grader.classroom.collect.names import Owner, shown, squeezed
from grader.classroom.collect.remarks import for_nobody, left_out, without_order
from grader.classroom.collect.roster import Listed, Roster
from grader.classroom.collect.scan import Found, Scan, Unit
from grader.classroom.collect.sheets import Sheets
from grader.classroom.database import transaction
from grader.classroom.fault import ClassError
from grader.classroom.identities import Identities, pseudonym
from grader.classroom.ledger import Ledger, Submission
from grader.classroom.model import Identity
from grader.classroom.rules import Rules
from grader.classroom.settings import read_rules

MAX_PATH: Final = 1000
_PAIR: Final = "pair"  # the same random text in a ledger and in its identities
_PLATFORMS: Final = ("moodle", "canvas", "gradescope")  # they know who is logged in; a manifest is what a student says


@dataclass
class Collected:
    """What was found: files by what recognised them, submissions, what has no place, what is to be looked at."""

    files: int = 0
    unchanged: int = 0
    submissions: int = 0
    students: int = 0
    gone: int = 0
    forgotten: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


class Collector:
    """Collects into a ledger and its identities."""

    def __init__(
        self,
        course: Course,
        ledger: Ledger,
        identities: Identities,
        key: bytes,
        roster: Roster,
    ) -> None:
        self.course = course
        self.ledger = ledger
        self.identities = identities
        self.key = key
        self.roster = roster
        self.sheets = Sheets(course.root, {exercise.id: exercise for exercise in course.exercises})
        self.done = Collected()
        self._touched = False

    def collect(self, root: Path, dates: tzinfo | None = None) -> Collected:
        """Everything below a folder or in an archive. Files that have not changed since the last time are not read."""
        scan = Scan(root, self.course, dates)
        self._pair()
        self._roster()
        known = [exercise.id for exercise in self.course.exercises]
        stamp = hashlib.sha256(f"{self.roster.digest} {known}".encode()).hexdigest()[:16]
        fingerprint = f"{stamp} {scan.fingerprint()}"
        if not self._as_before(scan, fingerprint):
            self._everything(scan, stamp)
            self._count()  # also where nothing was new: a call before may have ended between the files and this
            self._remember(scan, fingerprint)
        self._summarise(scan)
        self._by_the_rules(read_rules(self.course))
        return self.done

    def _pair(self) -> None:
        """Ties the ledger to the identities; ClassError if they belong to others, for then nothing would be collected again."""
        ours, theirs = self.ledger.meta(_PAIR), self.identities.meta(_PAIR)
        if theirs not in (None, ours):
            raise ClassError(
                f"{self.ledger.path} is not the ledger that {self.identities.path.name} beside it belongs to: it is "
                + ("another one" if ours else "new, and the earlier one is gone"),
                f"Put back a copy of it, or grade into a new folder; --secret {self.ledger.path.parent / 'private/secret'} "
                "draws the same inputs.",
            )
        if ours is None:
            ours = secrets.token_hex(16)
            with self.ledger.write():
                self.ledger.put_meta(_PAIR, ours)
            self.ledger.settle()  # on the disk before the identities rely on it
        if theirs is None:
            with self._identity_transaction():
                self.identities.put_meta(_PAIR, ours)

    def _by_the_rules(self, rules: Rules) -> None:
        """Keeps the rules with the pseudonyms of all who are known now (before the first collection nobody was)."""
        with self.ledger.write():
            self.ledger.keep_rules(rules.for_pseudonyms(self.identities.of_student))
        self.done.remarks += [*for_nobody(rules, self.identities), *left_out(rules, self.ledger)]

    def _as_before(self, scan: Scan, fingerprint: str) -> bool:
        """Whether nothing has changed since the last time that everything was gone through."""
        row = self.identities.db.execute(
            "SELECT files, kinds FROM scan WHERE root = ? AND fingerprint = ?", (_root(scan), fingerprint)
        ).fetchone()
        if row is None or self._touched:
            return False
        self.done.files = self.done.unchanged = row[0]
        self.done.kinds = json.loads(row[1])
        return True

    def _remember(self, scan: Scan, fingerprint: str) -> None:
        with self._identity_transaction():
            self.identities.db.execute(
                "INSERT OR REPLACE INTO scan VALUES (?, ?, ?, ?)",
                (_root(scan), fingerprint, self.done.files, json.dumps(self.done.kinds)),
            )

    def _everything(self, scan: Scan, stamp: str) -> None:
        before = self._seen(scan)
        with Batches(self.ledger, self.identities) as batches:
            for unit in scan.units():
                self.done.files += 1
                placing = hashlib.sha256(f"{stamp} {unit.placing}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
                for kind in _kinds(unit):
                    self.done.kinds[kind] = self.done.kinds.get(kind, 0) + 1
                if before.pop(_key(unit.path), None) == (unit.size, unit.changed, placing):
                    self.done.unchanged += 1
                else:
                    self._take(scan, unit, placing, batches)
        self._gone(scan, list(before))

    # --- files -------------------------------------------------------------------------------------------------------

    def _seen(self, scan: Scan) -> dict[str, tuple[int, int, str]]:
        rows = self.identities.db.execute(
            "SELECT path, size, changed, placing FROM file WHERE root = ?", (_root(scan),)
        )
        return {path: (size, changed, placing) for path, size, changed, placing in rows}

    def _take(self, scan: Scan, unit: Unit, placing: str, batches: Batches) -> None:
        """Reads a file and keeps what is in it. One that is left in the middle is read again."""
        self._touched = True
        db = self.identities.db
        number, forgotten = self._file(scan, unit), self.done.forgotten
        for item in self._loaded(scan, unit):
            if isinstance(item, Unplaced):
                db.execute("INSERT INTO unplaced VALUES (?, ?, ?)", (number, *_said(item)))
                batches.grew(0)
            else:
                self._add(number, item)
                batches.grew(len(item.source))
        db.execute("UPDATE file SET placing = ? WHERE id = ?", (placing, number))
        if self.done.forgotten > forgotten and not self._stands_for_something(number):
            db.execute("DELETE FROM file WHERE id = ?", (number,))  # its path names who is to be forgotten

    def _stands_for_something(self, file: int) -> bool:
        query = "SELECT EXISTS (SELECT 1 FROM origin WHERE file = ?) OR EXISTS (SELECT 1 FROM unplaced WHERE file = ?)"
        return bool(self.identities.db.execute(query, (file, file)).fetchone()[0])

    def _loaded(self, scan: Scan, unit: Unit) -> Iterator[Found | Unplaced]:
        try:
            yield from scan.load(unit)
        except ArchiveError as error:
            yield Unplaced(shown(unit.path), str(error))
        except OSError as error:
            yield Unplaced(shown(unit.path), f"it cannot be read: {error.strerror or error}")

    def _file(self, scan: Scan, unit: Unit) -> int:
        """The number of a file, nothing of which is kept yet."""
        db, path = self.identities.db, _key(unit.path)
        db.execute(
            "INSERT INTO file (root, path, size, changed, placing) VALUES (?, ?, ?, ?, '') ON CONFLICT (root, path) "
            "DO UPDATE SET size = excluded.size, changed = excluded.changed, placing = excluded.placing",
            (_root(scan), path, unit.size, unit.changed),
        )
        number = int(db.execute("SELECT id FROM file WHERE root = ? AND path = ?", (_root(scan), path)).fetchone()[0])
        db.execute("DELETE FROM origin WHERE file = ?", (number,))
        db.execute("DELETE FROM unplaced WHERE file = ?", (number,))
        return number

    def _gone(self, scan: Scan, paths: list[str]) -> None:
        """Files of the last time that are not there any more: what came from them does not count."""
        if not paths:
            return
        self._touched = True
        with self._identity_transaction():
            for path in paths:
                where = (_root(scan), path)
                number = self.identities.db.execute(
                    "SELECT id FROM file WHERE root = ? AND path = ?", where
                ).fetchone()[0]
                gone = self.identities.db.execute("DELETE FROM origin WHERE file = ?", (number,)).rowcount
                self.identities.db.execute("DELETE FROM unplaced WHERE file = ?", (number,))
                self.identities.db.execute("DELETE FROM file WHERE id = ?", (number,))
                self.done.gone += gone

    def _count(self) -> None:
        """Lets those submissions count that a file stands for, those students who are listed or handed in, and no others."""
        self.ledger.db.execute("ATTACH ? AS who", (str(self.identities.path),))
        try:
            with self.ledger.write():
                self.ledger.db.execute(
                    "UPDATE main.submission SET present = NOT present WHERE present <> EXISTS "
                    "(SELECT 1 FROM who.origin o WHERE o.submission = main.submission.id)"
                )
                self.ledger.db.execute(
                    "UPDATE main.student SET counted = NOT counted WHERE counted <> (EXISTS "
                    "(SELECT 1 FROM main.submission s WHERE s.student = main.student.id AND s.present) OR EXISTS "
                    "(SELECT 1 FROM who.identity i WHERE i.pseudonym = main.student.pseudonym AND i.listed))"
                )
        finally:
            self.ledger.db.execute("DETACH who")

    def _identity_transaction(self) -> AbstractContextManager[None]:
        return transaction(self.identities.db, self.identities.path)

    # --- whose -------------------------------------------------------------------------------------------------------

    def _add(self, file: int, found: Found) -> None:
        if found.exercise not in self.sheets.exercises:
            return
        owners = self._owners(found)
        if isinstance(owners, Unplaced):
            self.identities.db.execute("INSERT INTO unplaced VALUES (?, ?, ?)", (file, *_said(owners)))
            return
        for owner, remark in owners:
            identity = self._identity(owner)
            name = identity.pseudonym
            if self.ledger.is_forgotten(name):
                self.done.forgotten += 1
                continue
            self.identities.put(identity, _aliases(owner, identity))
            if found.manifest and found.manifest.problems:
                self.ledger.add_reported(name, found.manifest.problems)
            made_from = (
                found.manifest.sheets.get(self.sheets.exercises[found.exercise].stub.name, "") if found.manifest else ""
            )
            notes = (self.sheets.note(found.exercise, found.source, made_from), remark)
            number = self.ledger.add_submission(
                Submission(
                    student=name,
                    exercise=found.exercise,
                    source=found.source,
                    submitted=found.submitted.timestamp() if found.submitted else None,
                    sequence=found.sequence,
                    late=owner.late,
                    note="; ".join(filter(None, notes)),
                )
            )
            self.identities.db.execute("INSERT OR IGNORE INTO origin VALUES (?, ?, ?)", (file, number, found.member))

    def _owners(self, found: Found) -> list[tuple[Owner, str]] | Unplaced:
        """Whose a submission is, each with a remark; its manifest may name its student where the place does not."""
        owners, manifest = found.placed.owners, found.manifest
        if manifest is None or not manifest.student:
            return [(owner, "") for owner in owners]
        declared = Owner(
            "manifest", manifest.student, shown(manifest.student), shown(manifest.name), shown(manifest.email)
        )
        if owners[0].kind in _PLATFORMS:
            return [(owner, self._disagreement(owner, declared)) for owner in owners]
        place, says = self.roster.find(owners[0]), self.roster.find(declared)
        if isinstance(place, Listed) and isinstance(says, Listed) and place is not says:
            reason = f"its name says {place.student}, its manifest {says.student}"
            return Unplaced(found.placed.entry.path, reason)
        if isinstance(place, Listed):
            return [(owners[0], "" if isinstance(says, Listed) else self._disagreement(owners[0], declared))]
        confirmed = isinstance(says, Listed) or (
            not self.roster.students and squeezed(declared.alias) in squeezed(owners[0].alias)
        )
        came_as = f"it came as {owners[0].shown}; whose it is, only its manifest says"
        return [(declared, "" if confirmed else came_as)]

    def _disagreement(self, owner: Owner, declared: Owner) -> str:
        place, says = self.roster.find(owner), self.roster.find(declared)
        if not isinstance(place, Listed) or place is says:
            return ""  # without a roster nobody can tell whether two names are one student
        who = self._identity(declared).pseudonym if isinstance(says, Listed) else "one who is not on the roster"
        return f"its manifest names another student: {who}"

    def _identity(self, owner: Owner) -> Identity:
        """Who an owner is: somebody of the roster, or somebody new."""
        match = self.roster.find(owner)
        listed = match if isinstance(match, Listed) else None
        student = listed.student if listed else owner.alias
        known = self.identities.known(f"roster:{student}") if listed else None
        name = known or self.identities.known(owner.alias) or pseudonym(self.key, student)
        if listed:
            ids = {**owner.ids, **listed.ids}
            return Identity(name, listed.student, listed.name, listed.email, listed.section, ids, True)
        before = None if self.roster.students else self.identities.get(name)
        if before and before.listed:  # without a roster this time, the one of before stands
            return before
        return Identity(name, owner.shown, shown(owner.name), shown(owner.email), "", dict(owner.ids), False)

    def _roster(self) -> None:
        """Enters the students of the roster, also those who handed in nothing."""
        if not self.roster.students:
            return
        stamp = self.identities.db.execute("SELECT placing FROM file WHERE root = '' AND path = 'roster'").fetchone()
        if stamp and stamp[0] == self.roster.digest:
            return
        self._touched = True
        with self._identity_transaction(), self.ledger.write():
            self._adopt()
            self.identities.db.execute("UPDATE identity SET listed = 0")  # who is no more on it
            for listed in self.roster.students:
                name = self.identities.known(f"roster:{listed.student}") or pseudonym(self.key, listed.student)
                if self.ledger.is_forgotten(name):
                    continue
                identity = Identity(name, listed.student, listed.name, listed.email, listed.section, listed.ids, True)
                self.identities.put(identity, (f"roster:{listed.student}",))
                self.ledger.add_student(name)
            self.identities.db.execute(
                "INSERT OR REPLACE INTO file (root, path, size, changed, placing) VALUES ('', 'roster', 0, 0, ?)",
                (self.roster.digest,),
            )

    def _adopt(self) -> None:
        """Lets a student who was known by a platform's number only keep the pseudonym, now that the roster says who it is."""
        for identity in [each for each in self.identities if not each.listed]:
            aliases = self.identities.db.execute("SELECT id FROM alias WHERE pseudonym = ?", (identity.pseudonym,))
            for alias in [row[0] for row in aliases]:
                owner = Owner("known", alias, identity.student, identity.name, identity.email, identity.ids)
                match = self.roster.find(owner)
                if isinstance(match, Listed) and self.identities.known(f"roster:{match.student}") is None:
                    self.identities.put(identity, (f"roster:{match.student}",))

    # --- what to say -------------------------------------------------------------------------------------------------

    def _summarise(self, scan: Scan) -> None:
        done, who, ledger = self.done, self.identities.db, self.ledger.db
        rows = who.execute(
            "SELECT u.member, u.reason FROM unplaced u JOIN file f ON f.id = u.file WHERE f.root = ? ORDER BY 1",
            (_root(scan),),
        )
        done.unplaced = [Unplaced(member, reason) for member, reason in rows]
        done.submissions, done.students = ledger.execute(
            "SELECT count(*), count(DISTINCT student) FROM submission WHERE present"
        ).fetchone()
        rows = ledger.execute(
            "SELECT st.pseudonym, s.exercise, s.note FROM submission s JOIN student st ON st.id = s.student "
            "WHERE s.present AND s.note <> '' AND s.note NOT LIKE 'the sheet as it was%' ORDER BY 2, 1"
        )
        called = dict(who.execute("SELECT pseudonym, student FROM identity"))  # at once, for all may have a remark
        done.remarks = [f"{called.get(name, name)} {exercise}: {note}" for name, exercise, note in rows]
        done.remarks += without_order(self.ledger, self.identities)
        if self.roster.students:
            people = list(self.identities)
            busy = {row[0] for row in ledger.execute(
                "SELECT DISTINCT st.pseudonym FROM submission s JOIN student st ON st.id = s.student WHERE s.present")}  # fmt: skip
            done.unlisted = sorted(each.student for each in people if not each.listed and each.pseudonym in busy)
            done.absent = sorted(each.student for each in people if each.listed and each.pseudonym not in busy)


def _aliases(owner: Owner, identity: Identity) -> tuple[str, ...]:
    """The ids that mean a student from now on."""
    return (owner.alias, f"roster:{identity.student}") if identity.listed else (owner.alias,)


def _kinds(unit: Unit) -> set[str]:
    return {owner.kind for item in unit.items if isinstance(item, Placed) for owner in item.owners} or {
        "archive" if not unit.items else "unplaced"
    }


def _said(item: Unplaced) -> tuple[str, str]:
    """Path and reason, whatever names they quote, as they can be kept and shown."""
    return shown(item.path, MAX_PATH), shown(item.reason, MAX_PATH)


def _root(scan: Scan) -> str:
    return _key(os.path.realpath(scan.root))


def _key(path: str) -> str:
    """A path as a database can keep it, whatever bytes it is made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
