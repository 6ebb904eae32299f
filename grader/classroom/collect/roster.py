"""The roster: a CSV file of the course's own, or one that Canvas, Moodle, Gradescope or GitHub Classroom exports."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grader.classroom.collect.names import Owner, rotations, shown, squeezed
from grader.classroom.fault import ClassError

MAX_BYTES: Final = 32 << 20
# what a column's header, squeezed, means; "id" is looked at last, for in Canvas it is Canvas's own number
_FIELDS: Final = {
    **dict.fromkeys(("student", "fullname", "name"), "name"),
    **dict.fromkeys(("firstname", "first", "givenname"), "first"),
    **dict.fromkeys(("lastname", "last", "surname", "familyname"), "last"),
    **dict.fromkeys(("email", "emailaddress", "mail", "useremail"), "email"),
    **dict.fromkeys(("section", "sections", "group", "groups"), "section"),
    **dict.fromkeys(
        ("studentid", "sid", "idnumber", "useridnumber", "matriculationnumber", "rosteridentifier"), "student"
    ),
    **dict.fromkeys(("sisuserid", "sis"), "sis"),
    **dict.fromkeys(("sisloginid", "login", "username", "loginid"), "login"),
    **dict.fromkeys(("integrationid",), "integration"),
    **dict.fromkeys(("canvas", "canvasid", "canvasuserid"), "canvas"),
    **dict.fromkeys(("rootaccount",), "root"),
    **dict.fromkeys(("moodle", "moodleid", "participantid", "participant"), "moodle"),
    **dict.fromkeys(("githubusername", "github"), "github"),
    **dict.fromkeys(("githubid",), "github_id"),
}
_WRITE: Final = "Write a CSV file with a column `id`, and name and email beside it."
_IDS: Final = ("canvas", "sis", "login", "integration", "root", "moodle", "github", "sid")


@dataclass(frozen=True)
class Listed:
    """A student of the roster; `ids` as in `Identity`."""

    student: str
    name: str
    email: str
    section: str
    ids: Mapping[str, str]


@dataclass(frozen=True)
class Roster:
    """Students, found by any of their ids, and by their names where only one has it."""

    students: tuple[Listed, ...] = ()
    digest: str = ""
    _by_id: Mapping[str, Listed | None] = field(default_factory=dict, repr=False)
    _by_name: Mapping[str, Listed | None] = field(default_factory=dict, repr=False)

    def find(self, owner: Owner) -> Listed | Sequence[str] | None:
        """The student whom an owner is, None if nobody on the list is, or what is wrong in words of several students."""
        words = [f"{kind}:{value}" for kind, value in owner.ids.items()]
        words += [owner.email, owner.alias] if owner.email else [owner.alias]
        found = {id(match): match for word in words if (match := self._by_id.get(word.casefold()))}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return [match.student for match in found.values() if match]
        name = squeezed(owner.name)
        if not name or name not in self._by_name:
            return None
        match = self._by_name[name]
        return match if match else [each.student for each in self.students if name in rotations(each.name)]


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file; ClassError names file, line and repair."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ClassError(f"{path}: {error.strerror}", "Name a CSV file with a column `id`.") from error
    if len(data) > MAX_BYTES:
        raise ClassError(f"{path} has {len(data) >> 20} MB: that is no roster")
    rows = _rows(path, data)
    if not rows:
        raise ClassError(f"{path} is empty", _WRITE)
    columns = _columns(path, [cell.strip() for cell in rows[0][1]])
    found = [(number, student) for number, row in rows[1:] if (student := _listed(path, number, columns, row))]
    if not found:
        raise ClassError(f"{path}: no student below the headers", _WRITE)
    _each_once(path, found)
    return made_of([student for _, student in found], hashlib.sha256(data).hexdigest())


def _each_once(path: Path, found: Sequence[tuple[int, Listed]]) -> None:
    """ClassError where two lines have the same id."""
    lines: dict[str, int] = {}
    for number, student in found:
        first = lines.setdefault(student.student.casefold(), number)
        if first != number:
            raise ClassError(
                f"{path}: the id {student.student!r} stands there twice, in lines {first} and {number}",
                "Give every student an id of their own.",
            )


def made_of(students: Sequence[Listed], digest: str) -> Roster:
    """A roster of students, whose ids differ."""
    by_id: dict[str, Listed | None] = {student.student.casefold(): student for student in students}
    own = set(by_id)
    for student in students:
        words = (*(f"{kind}:{value}" for kind, value in student.ids.items()), *student.ids.values(), student.email)
        for folded in {word.casefold() for word in words if word} - own:
            by_id[folded] = student if by_id.get(folded, student) is student else None  # of two students: neither
    by_name: dict[str, Listed | None] = {}
    for student in students:
        for name in rotations(student.name):
            by_name[name] = student if by_name.get(name, student) is student else None
    return Roster(tuple(students), digest, by_id, by_name)


def _rows(path: Path, data: bytes) -> list[tuple[int, list[str]]]:
    """Lines that hold something, each with its number."""
    text = unicodedata.normalize("NFC", _text(path, data)).replace("\r\n", "\n").replace("\r", "\n")
    head = next(filter(str.strip, text.split("\n")), "")
    delimiter = max(",;\t", key=head.count)
    if named := re.fullmatch(r"sep=(.)", head.strip()):  # a line that Excel writes and reads
        delimiter, text = named[1], text.replace(head, "", 1)
    # strict, or a quotation mark that is not closed would swallow the students after it
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((reader.line_num, row) for row in reader)
    except csv.Error as error:
        begun = rows[-1][0] + 1 if rows else 1
        raise ClassError(f"{path}:{begun}: {error}", "Close its quotation marks, or leave them out.") from error
    return [(number, row) for number, row in rows if any(cell.strip() for cell in row)]


def _text(path: Path, data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise ClassError(f"{path} is a workbook, not a CSV file", "Save it as CSV UTF-8.")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ClassError(f"{path}:{line}: this line is not UTF-8", "Save it as CSV UTF-8.") from error


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Which column holds what."""
    plain = [squeezed(cell) for cell in header]
    if plain.count("id") > 1:
        raise ClassError(f"{path}: two columns are called `id`", "Give one of them another name.")
    columns: dict[str, int] = {}
    for number, name in enumerate(plain):
        if name in _FIELDS:
            columns.setdefault(_FIELDS[name], number)
    own = "student" in plain and "id" in plain and "name" not in plain and columns.get("name") == plain.index("student")
    from_canvas = own and ("section" in plain or "sisloginid" in plain or "sisuserid" in plain)
    if "id" in plain:
        columns.setdefault("canvas" if from_canvas else "student", plain.index("id"))
    if "identifier" in plain:  # Moodle's worksheet says "Participant 123" there, GitHub Classroom the student's id
        columns.setdefault("student" if "github" in columns else "worksheet", plain.index("identifier"))
    if not columns.keys() & {"student", "sis", "login", "canvas", "email", "worksheet"}:
        shown_header = ", ".join(map(shown, header[:8]))
        raise ClassError(f"{path}: no column `id` among {shown_header}", "Name the column with the students' ids `id`.")
    return columns


def _listed(path: Path, number: int, columns: Mapping[str, int], row: Sequence[str]) -> Listed | None:
    cells = {name: row[at].strip() for name, at in columns.items() if at < len(row)}
    name = cells.get("name") or " ".join(filter(None, (cells.get("first"), cells.get("last"))))
    if squeezed(name) in ("pointspossible", "studenttest", "teststudent"):  # rows of Canvas that are no students
        return None
    worksheet = cells.get("worksheet", "").rpartition(" ")[2]
    ids = {kind: cells[kind] for kind in _IDS if cells.get(kind)}
    if worksheet.isdigit():
        ids.setdefault("moodle", worksheet)
    first = (cells.get(kind) for kind in ("student", "sis", "login", "email", "canvas"))
    student = next(filter(None, first), f"moodle:{ids['moodle']}" if "moodle" in ids else "")
    if not student:
        raise ClassError(f"{path}:{number}: no id", "Give every student an id.")
    if cells.get("student"):
        ids.setdefault("sid", cells["student"])
    return Listed(shown(student), shown(name), shown(cells.get("email", "")), shown(cells.get("section", "")), ids)
