"""Assignments as the command line exports them, submissions to them, and what otter says."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from grader.catalog import find_course, resolve
from grader.classroom.secret import run_secret
from grader.export.notebook.document import Cell, notebook
from grader.grading import grade_source
from grader.plan import Plan, compile_plan
from grader.sandbox import Limits, Sandbox
from tests.submission_of import submission_of

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).parent / "drive_otter.py"


def python(*words: object, cwd: Path = ROOT, code: int = 0) -> subprocess.CompletedProcess[str]:
    """A finished Python process that sees the project; AssertionError with its output unless it ends with `code`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, *map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def grade(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """A finished command of `grade export` and its like."""
    return python("-m", "grader.export.formats", *words, code=code)


def solution_of(exercise: str) -> Path:
    return ROOT / "solutions" / f"{exercise}.py"


def wrong_functions(exercise: str) -> dict[str, str]:
    """For each function of an exercise one wrong function of its solution, if it has one in a form of its own."""
    tree = ast.parse(solution_of(exercise).read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    found: dict[str, str] = {}
    for name in names:
        of, mark, _ = name.partition("__")
        if mark and of in names:
            found.setdefault(of, name)
    return found


def submissions(exercise: str, folder: Path) -> dict[str, Path]:
    """The files of a right, a partial, a wrong and an unwritten submission."""
    solution, wrong = solution_of(exercise), wrong_functions(exercise)
    first = dict(list(wrong.items())[:1])
    texts = {
        "right": submission_of(solution),
        "partial": submission_of(solution, **first),
        "wrong": submission_of(solution, **wrong),
        "stub": (ROOT / "exercises" / f"{exercise}.py").read_bytes(),
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = folder / f"{name}.py"
        paths[name].write_bytes(text)
    return paths


def as_notebook(path: Path) -> Path:
    """The submission as a notebook, a cell a statement, among cells that must not matter."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    cells = [Cell("markdown", "# My answers"), Cell("code", "%matplotlib inline\nimport matplotlib.pyplot as plt")]
    for node in ast.parse(text).body:
        cells.append(Cell("code", "\n".join(lines[node.lineno - 1 : node.end_lineno])))
    cells += [Cell("code", "!ls\nplt.plot([1, 2])"), Cell("code", "this is not Python (")]
    made = path.with_suffix(".ipynb")
    made.write_bytes(notebook(cells))
    return made


def otter(autograder: Path, *paths: Path, results: Path | str = "") -> list[dict[str, Any]]:
    """What otter says of each submission; in the folder `results` its results.json, each in a folder."""
    lines = python(DRIVER, results, autograder, *paths).stdout.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


@cache
def hidden_plan(exercise: str, out: Path) -> Plan:
    """The plan of the hidden inputs of an export, made again from its secret."""
    files = resolve(find_course(ROOT), exercise).exercise
    from grader.catalog import load_solution

    seed = run_secret(out).seed(exercise)
    return compile_plan(exercise, load_solution(files.solution), files.solution.read_bytes(), seed)


def ours(exercise: str, out: Path, path: Path) -> dict[str, int]:
    """The points of each function as the project grades the file by itself."""
    with Sandbox(Limits()) as sandbox:
        result = grade_source(hidden_plan(exercise, out), path.read_bytes(), path, sandbox, course="")
    return {f"q{number}": function.points for number, function in enumerate(result.functions, 1)}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    """A zip with these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def executed(path: Path) -> Any:
    """The notebook at a path, run in a kernel in its own folder."""
    import nbclient
    import nbformat

    document = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(document, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()
    return document
