"""The list of what may be in a release, and what may be in the files on it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from grader.catalog import PLANS, Course, CourseFault
from grader.export.release.fingerprints import trees
from grader.export.release.folder import HEAD, with_originals
from grader.export.release.packaged import COURSE, engine_files

_DIST_INFO = re.compile(
    r"[A-Za-z0-9_.]+-[A-Za-z0-9_.+!]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)"
)
_SDIST: Final = ("PKG-INFO", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore")


def unlisted(path: Path, names: Mapping[str, bytes], course: Course) -> Iterator[str]:
    """The files that no release of the course has; which list counts is seen from the name of `path`."""
    allowed = _allowed(path, course)
    for name in names:
        if name not in allowed and not (path.suffix == ".whl" and _DIST_INFO.fullmatch(name)):
            yield name


def _allowed(path: Path, course: Course) -> set[str]:
    folder = set(_folder(course))
    if path.suffix == ".whl" or path.name.endswith(".tar.gz"):
        package = {f"grader/{name}" for name in engine_files()} | {f"grader/{COURSE}/{name}" for name in folder}
        return package | (set(_SDIST) if path.name.endswith(".tar.gz") else set())
    return set(with_originals(dict.fromkeys(folder, b"")))


def _folder(course: Course) -> Iterator[str]:
    """The names of a student's files, without making them."""
    yield from ("README.md", "pyproject.toml", f"{PLANS}/index.json")
    for exercise in course.exercises:
        yield from (f"exercises/{exercise.id}.py", f"{PLANS}/{exercise.id}.plan")
    if (course.root / HEAD).is_file():
        from grader.quiz.bank import load_bank

        yield HEAD
        yield "question_bank/question_bank.schema.json"
        yield from (
            one.file.resolve().relative_to(course.root.resolve()).as_posix() for one in load_bank(course.root).documents
        )


# --- what the files on the list may hold -----------------------------------------------------------------------------


def written_functions(name: str, data: bytes) -> Iterator[str]:
    """The functions of a stub that hold more than a docstring and `raise NotImplementedError`."""
    if not re.search(r"(^|/)(exercises|originals)/exercise\d+_\w+\.py$", name):
        return
    for tree in trees(data):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and not all(map(_says_nothing, node.body)):
                yield node.name


def _says_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id == "NotImplementedError"


def secret_seed(name: str, data: bytes) -> str:
    """What is wrong with a plan: it is of a seed that is not public, or it is not sealed; or nothing."""
    from grader import wire
    from grader.plan import load
    from grader.plan.sealed import PUBLIC_SEED, unseal

    try:
        plan = unseal(data, name) if data.startswith(b"dlmath-plan ") else load(data) if data[:1] == b"l" else None
    except CourseFault as fault:
        return str(fault)
    except wire.WireError:
        return ""
    if plan is None or plan.seed == PUBLIC_SEED:
        return ""
    return f"a plan of {plan.exercise} made with a seed that is not public"


def hidden_questions(course: Course) -> Mapping[str, re.Pattern[bytes]]:
    """What shows that a question of an examination, or a draft, is in some bytes: its id as the id of a question."""
    if not (course.root / HEAD).is_file():
        return {}
    from grader.quiz.bank import load_bank
    from grader.quiz.release import HIDDEN

    hidden = [placed for placed in load_bank(course.root).questions if placed.status in HIDDEN]
    return {
        placed.question.id: re.compile(rb"\bid\W{1,6}" + re.escape(placed.question.id.encode()) + rb"(?![\w-])")
        for placed in hidden
    }
