"""What a word on the command line means: an exercise, a function, a file, a line in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.catalog.course import AmbiguousName, Course, ExerciseFiles, MissingFile, UnknownName
from grader.catalog.index import ExerciseInfo

_DEF = re.compile(r"(?:async\s+)?def\s+([^\W\d]\w*)")
_TOP_LEVEL = re.compile(r"[^\s#)\]}]")


@dataclass(frozen=True)
class Target:
    """What a word means: an exercise, and one of its functions if the word names one."""

    exercise: ExerciseFiles
    function: str | None = None


def resolve(course: Course, word: str, commands: Iterable[str] = ()) -> Target:
    """The exercise that `word` means; UnknownName with near names of exercises and `commands`, MissingFile or AmbiguousName.

    In this order: id, number (`3`, `ex3`, `exercise03`), slug, path to the file (with `:line` the function there),
    unique prefix of an id or slug, name of a function.
    """
    lowered = word.strip().lower()
    if found := _named(course.exercises, lowered):
        return Target(_only(word, found))
    if gone := _named(course.missing, Path(lowered).name):
        raise MissingFile(gone[0])
    if target := _by_path(course, word):
        return target
    prefixed = [e for e in course.exercises if lowered and (e.slug.startswith(lowered) or e.id.startswith(lowered))]
    if prefixed:
        return Target(_only(word, prefixed))
    with_function = [e for e in course.exercises if any(name == word for name, _ in top_level_functions(e.stub))]
    if with_function:
        return Target(_only(word, with_function), word)
    raise _unknown(course, word, commands)


def _named(exercises: Iterable[ExerciseFiles], word: str) -> list[ExerciseFiles]:
    match = re.fullmatch(r"(?:(?:exercise|ex)[ _-]?)?0*(\d{1,9})", word)
    return [
        exercise
        for exercise in exercises
        if word in (exercise.id, f"{exercise.id}.py", exercise.slug, f"exercise{exercise.number}_{exercise.slug}")
        or (match and int(match[1]) == exercise.number)
    ]


def _only(word: str, found: Sequence[ExerciseFiles]) -> ExerciseFiles:
    if len(found) == 1:
        return found[0]
    raise AmbiguousName(f"{word!r} can mean {_listed([e.id for e in found])}", "Write more of the name, or the number.")


def _by_path(course: Course, word: str) -> Target | None:
    path, line = _path_and_line(word)
    try:
        if not path.is_file():
            return None
        real = path.resolve()
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a loop of links
        return None
    for exercise in course.exercises:
        if real == exercise.stub.resolve():
            return Target(exercise, function_at(exercise.stub, line) if line else None)
    same = [e.short for e in course.exercises if e.stub.name == path.name]
    name = same[0] if same else "exerciseN"
    raise UnknownName(
        f"{word} is not a file of this course's exercises/", f"To grade it: grade {name} --submission {path}"
    )


def _path_and_line(word: str) -> tuple[Path, int | None]:
    match = re.fullmatch(r"(.+?):(\d{1,9})(?::\d*)?", word)
    return (Path(match[1]), int(match[2])) if match else (Path(word), None)


def function_at(path: Path, line: int) -> str | None:
    """The name of the top-level function whose text holds `line`, or None where there is none."""
    lines = _text(path).splitlines()
    for number in range(min(line, len(lines)), 0, -1):
        text = lines[number - 1]
        if match := _DEF.match(text):
            return match[1]
        if _TOP_LEVEL.match(text) and not (number == line and text.startswith("@")):
            return None
    return None


def top_level_functions(path: Path) -> tuple[tuple[str, int], ...]:
    """Names and lines of the functions that a file defines at its left margin; empty if it cannot be read."""
    found = ((_DEF.match(line), number) for number, line in enumerate(_text(path).splitlines(), 1))
    return tuple((match[1], number) for match, number in found if match)


def _text(path: Path) -> str:
    """The text of a student's file, only ever searched: it may be of any size, encoding and syntax."""
    try:
        with path.open("rb") as file:
            return file.read(1 << 20).decode("utf-8", "replace")
    except OSError:
        return ""


def _unknown(course: Course, word: str, commands: Iterable[str]) -> UnknownName:
    import difflib

    if not course.exercises:
        return UnknownName(
            f"{word!r}: this course has no exercises yet", f"They belong into {course.root / 'exercises'}."
        )
    names = {name: name for name in commands}
    for exercise in course.exercises:
        names |= {exercise.id: exercise.short, exercise.slug: exercise.short, exercise.short: exercise.short}
        names |= {name: f"{exercise.short} {name}" for name, _ in top_level_functions(exercise.stub)}
    near = dict.fromkeys(names[key] for key in difflib.get_close_matches(word.lower(), list(names), 4, 0.6))
    message = f"{word!r} is no exercise, function or command"
    if near:
        return UnknownName(message, "Near: " + ", ".join(f"grade {name}" for name in near))
    first, last = course.exercises[0].short, course.exercises[-1].short
    return UnknownName(
        message, f"Exercises are {first} to {last}: grade progress shows them, grade --help the commands."
    )


def choose_functions(info: ExerciseInfo, words: Sequence[str]) -> tuple[str, ...]:
    """The functions of an exercise that `words` name (exactly or by a unique prefix), in the exercise's order."""
    names = [function.name for function in info.functions]
    chosen = {_choose(info, names, word) for word in words}
    return tuple(name for name in names if name in chosen)


def _choose(info: ExerciseInfo, names: Sequence[str], word: str) -> str:
    if word in names:
        return word
    found = [name for name in names if name.startswith(word)] if word else []
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousName(f"{word!r} can mean {_listed(found)}", "Write the whole name.")
    import difflib

    near = difflib.get_close_matches(word, names, 3, 0.5)
    hint = f"Near: {', '.join(near)}" if near else f"It has {', '.join(names)}."
    raise UnknownName(f"{info.short} has no function {word!r}", hint)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
