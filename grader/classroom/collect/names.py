"""What names of files and folders say: which exercise, whose, late or not. Names are hostile until they are recognised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from grader.catalog import Course, ExerciseFiles

ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
UNREAD_ARCHIVES: Final = (".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".iso", ".dmg")
_LITTER: Final = frozenset(
    (
        *(".ds_store", "thumbs.db", "desktop.ini", "__macosx", "__pycache__", ".git", ".ipynb_checkpoints", ".grade"),
        *(".gitignore", ".gitattributes", ".gitkeep", ".pytest_cache", ".venv", "venv", ".idea", ".vscode"),
    )
)
MAX_NAME: Final = 200

_EXERCISE: Final = re.compile(
    r"(?:exercise|ex)[ _-]?0*(?P<number>\d{1,4})(?:_(?P<slug>[a-z][a-z0-9_]*?))?"
    r"(?P<copy>(?:-| \(|\()(?P<sequence>\d{1,3})\)?)?\.(?:py|ipynb)",
    re.IGNORECASE,
)
_MOODLE: Final = re.compile(
    r"(?P<name>.+)_(?P<id>\d{1,12})_assignsubmission_(?:file|onlinetext)(?:_(?P<rest>.*))?", re.DOTALL
)
_CANVAS: Final = re.compile(
    r"(?P<name>\w+?)(?P<late>_LATE)?_(?P<user>\d{1,19})_(?P<attachment>\d{1,19})_(?P<file>.+)", re.DOTALL
)
_CANVAS_ANONYMOUS: Final = re.compile(
    r"anon_(?P<user>[A-Za-z0-9]{1,20}?)(?P<late>_LATE)?_(?P<attachment>\d{1,19})_(?P<file>.+)", re.DOTALL
)


@dataclass(frozen=True)
class Owner:
    """Whose something is, as far as the place where it lies says.

    `alias` is unique among all students ("moodle:123", or a plain id); `words` are what a roster may know them by.
    """

    kind: str
    alias: str
    shown: str
    name: str = ""
    email: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    late: bool = False


@dataclass(frozen=True)
class Named:
    """The exercise that a file name means, and which copy of the file it is (0 without a suffix)."""

    exercise: ExerciseFiles
    sequence: int


def exercise_of(course: Course, name: str) -> Named | None:
    """The exercise of a file called exercise17_batchnorm.py, Exercise17.ipynb, ex17 (1).py, exercise17_batchnorm-2.py."""
    match = _EXERCISE.fullmatch(name)
    if match is None:
        return None
    number, slug = int(match["number"]), (match["slug"] or "").lower()
    for exercise in course.exercises:
        if exercise.number == number and slug in ("", exercise.slug):
            return Named(exercise, int(match["sequence"] or 0))
    return None


def moodle(name: str) -> tuple[Owner, str] | None:
    """The owner that a Moodle folder or file prefix names, and what follows it."""
    match = _MOODLE.fullmatch(name)
    if match is None:
        return None
    person, number = match["name"], match["id"]
    blind = person.strip().casefold() == "participant"
    owner = Owner("moodle", f"moodle:{number}", f"moodle:{number}", "" if blind else person, ids={"moodle": number})
    return owner, match["rest"] or ""


def canvas(name: str) -> tuple[Owner, str] | None:
    """The owner that a file of a Canvas download names, and the file's own name."""
    match = _CANVAS_ANONYMOUS.fullmatch(name)
    if match:
        alias = f"canvas-anonymous:{match['user']}"
        return Owner("canvas", alias, alias, late=bool(match["late"])), match["file"]
    match = _CANVAS.fullmatch(name)
    if match is None:
        return None
    alias = f"canvas:{match['user']}"
    late = bool(match["late"])
    return Owner("canvas", alias, alias, match["name"], ids={"canvas": match["user"]}, late=late), match["file"]


def plain(kind: str, text: str) -> Owner:
    """The owner that a folder, an archive or a part of a file name names."""
    normal = unicodedata.normalize("NFC", text)
    return Owner(kind, normal, shown(normal), normal)


def in_file_name(course: Course, name: str) -> tuple[str, str] | None:
    """The student and the file of a name such as alice_exercise17_batchnorm.py or exercise17_batchnorm_alice.py.

    What stands on one side of the exercise's own name is the student; None where both or neither side say something.
    """
    stem, dot, suffix = name.rpartition(".")
    if suffix.lower() not in ("py", "ipynb") or not dot:
        return None
    for exercise in course.exercises:
        pattern = rf"(?:exercise|ex)[ _-]?0*{exercise.number}(?:_{exercise.slug})?(?![0-9a-z])"
        match = re.search(rf"(?<![0-9a-z]){pattern}", stem, re.IGNORECASE)
        if match is None:
            continue
        before, after = stem[: match.start()].strip(" _-."), stem[match.end() :].strip(" _-.")
        if bool(before) != bool(after) and not re.fullmatch(r"\(?\d{1,3}\)?", after):
            return before or after, f"{exercise.id}.{suffix}"
    return None


def is_litter(name: str) -> bool:
    """Whether a file or folder is what systems and editors leave behind."""
    return name.lower() in _LITTER or name.startswith("._")


def archive_stem(name: str) -> str | None:
    """The name of an archive without its ending, None if it is none that is opened."""
    lowered = name.lower()
    found = [ending for ending in ARCHIVES if lowered.endswith(ending) and len(name) > len(ending)]
    return name[: -max(map(len, found))] if found else None


def shown(text: str, most: int = MAX_NAME) -> str:
    """A text as it can be kept and shown: no control, format or undecodable character, not too long."""
    cleaned = "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text.strip()
    )
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "…"


def squeezed(text: str) -> str:
    """A name without accents, capitals, spaces and marks, as different systems write it."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def rotations(name: str) -> set[str]:
    """A name squeezed, beginning at each of its words: systems put the family name first or last."""
    words = [word for word in re.split(r"[\s,_]+", name) if squeezed(word)]
    return {squeezed("".join(words[i:] + words[:i])) for i in range(len(words))}
