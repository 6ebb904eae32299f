"""Ways in which a solution gets into what is given out: for each a file, and the kinds of leak that it must be called."""

from __future__ import annotations

import ast
import base64
import bz2
import gzip
import importlib.util
import io
import json
import marshal
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.catalog import load_solution
from grader.plan import compile_plan, save
from grader.plan.sealed import seal
from tests.submission_of import submission_of

SOLUTION = Path(__file__).parents[2] / "solutions" / "exercise17_batchnorm.py"
SOURCE = SOLUTION.read_bytes()


def reference(name: str, as_name: str = "") -> str:
    """The source of one reference, without annotations, under another name if one is given."""
    tree = ast.parse(submission_of(SOLUTION))
    node = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    node.name = as_name or name
    return ast.unparse(node) + "\n"


def renamed(source: str) -> str:
    """Source with every variable called something else."""
    tree = ast.parse(source)
    names = sorted(
        {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        | {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    )
    for number, name in enumerate(names):
        source = re.sub(rf"\b{name}\b", f"q{number}", source)
    return source


REWRITTEN = '''
class Layer:
    """Batch statistics, another way."""

    def run(self, batch, scale, offset, small=1e-5):
        weights = np.full(len(batch), 1.0 / len(batch))
        centred = batch - weights @ batch
        spread = np.einsum("n,nd,nd->d", weights, centred, centred)
        return offset + centred * (scale / (spread + small) ** 0.5)
'''

HIDDEN_AWAY = """
import numpy
if True:
    table = {}
    other = lambda a, gamma, beta, eps=1e-5: (
        (a - numpy.average(a, 0)) * gamma * numpy.power(numpy.square(a - numpy.average(a, 0)).sum(0) / a.shape[0] + eps, -0.5) + beta
    )
    def layer(*given, **named):
        return other(*given, **named) + table.get("shift", 0.0)
"""

TRACEBACK = """
It ended like this:

Traceback (most recent call last):
  File "/home/me/course/solutions/exercise17_batchnorm.py", line 60, in batchnorm_forward
ValueError: operands could not be broadcast together
"""


def pyc(source: str, optimize: int) -> bytes:
    """A .pyc file of this Python."""
    code = compile(source, "layers.py", "exec", dont_inherit=True, optimize=optimize)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def notebook() -> bytes:
    source = [
        "%matplotlib inline\n",
        "import numpy as np\n",
        *reference("batchnorm_backward", "answer").splitlines(keepends=True),
    ]
    cells = [{"cell_type": "markdown", "source": ["Compare:"]}, {"cell_type": "code", "source": source, "outputs": []}]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def escaped() -> bytes:
    """A module that holds the solution gzipped in base64, in short pieces."""
    letters = base64.b64encode(gzip.compress(SOURCE)).decode()
    pieces = "\n".join(f"    '{letters[start : start + 32]}'" for start in range(0, len(letters), 32))
    return f"DATA = (\n{pieces}\n)\n".encode()


def secret_plan() -> bytes:
    return seal(compile_plan("exercise17_batchnorm", load_solution(SOLUTION), SOURCE, "spring-term"))


def plan_of_the_cache() -> bytes:
    return save(compile_plan("exercise17_batchnorm", load_solution(SOLUTION), SOURCE, "0x5f3a"))


def bundle(folder: Path) -> bytes:
    """A git repository in one file, whose last commit has deleted the solution of its first."""
    git_history(folder)
    subprocess.run([*GIT, "bundle", "create", "-q", "all.bundle", "HEAD"], cwd=folder, check=True, capture_output=True)
    return (folder / "all.bundle").read_bytes()


GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")


def git_history(folder: Path, *, packed: bool = True) -> None:
    """Commits a file with the references, then one without it; the objects packed, or each on its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "layers.py").write_bytes(submission_of(SOLUTION))
    steps: list[tuple[str, ...]] = [
        ("init", "-q"),
        ("add", "."),
        ("commit", "-qm", "one"),
        ("rm", "-q", "layers.py"),
        ("commit", "-qm", "two", "--allow-empty"),
    ]
    for words in [*steps, *([("gc", "-q")] if packed else [])]:
        subprocess.run([*GIT, *words], cwd=folder, check=True, capture_output=True)


def shifted() -> bytes:
    """The solution in base64 inside a longer run, so that it begins in the middle of a group."""
    return b"key = " + base64.b64encode(b"xy" + SOURCE)


@dataclass(frozen=True)
class Plant:
    """A leak: what it is, the file that holds it, and the kinds that the check must report there."""

    what: str
    path: str
    data: Callable[[], bytes]
    kinds: tuple[str, ...]


PLANTS = (
    Plant("the folder of solutions", "solutions/exercise17_batchnorm.py", lambda: SOURCE, ("canary", "fingerprint", "behaviour")),
    Plant("byte code of a solution", "cached/layers.bin", lambda: pyc(SOURCE.decode(), 0), ("canary", "bytecode")),
    Plant("byte code without names and docstrings", "cached/stripped.bin", lambda: pyc(renamed(reference("batchnorm_backward", "f")), 2), ("bytecode",)),
    Plant("byte code of another Python", "cached/foreign.bin", lambda: b"\xff\x0c\r\n" + pyc("x = 1", 0)[4:], ("bytecode",)),
    Plant("a zip file", "notes.zip", lambda: zipped(**{"a.py": SOURCE}), ("canary", "fingerprint", "behaviour")),
    Plant("a zip file in a compressed tar file", "old.tar.xz", lambda: tarred("old.zip", zipped(**{"a.py": reference("batchnorm_backward").encode()})), ("fingerprint",)),
    Plant("gzipped base64 in a module", "table.py", escaped, ("canary", "fingerprint", "behaviour")),
    Plant("base64 in the middle of a run", "key.txt", shifted, ("canary", "fingerprint")),
    Plant("hexadecimal", "dump.txt", lambda: SOURCE.hex().encode(), ("canary",)),
    Plant("UTF-16", "notes.txt", lambda: SOURCE.decode().encode("utf-16"), ("canary",)),
    Plant("bzip2", "layers.bz2", lambda: bz2.compress(reference("batchnorm_backward").encode()), ("fingerprint",)),
    Plant("a traceback in a page", "problems.md", TRACEBACK.encode, ("canary",)),
    Plant("names of wrong functions in feedback", "feedback.json", lambda: json.dumps({"seen": ["batchnorm_forward__eps_outside"]}).encode(), ("canary",)),
    Plant("pasted into a test", "test_layers.py", lambda: (reference("batchnorm_forward", "expected") + reference("batchnorm_backward", "gradients")).encode(), ("fingerprint",)),
    Plant("every variable renamed", "layers.py", lambda: renamed(reference("batchnorm_backward", "f")).encode(), ("fingerprint",)),
    Plant("a body without its function", "script.py", lambda: b"x_hat = 1\n" + re.sub(rb"(?m)^    ", b"", b"".join(reference("batchnorm_backward").encode().splitlines(keepends=True)[1:-1])), ("fingerprint",)),
    Plant("a function in a page", "help.md", lambda: b"> For example\n>\n" + b"".join(b">     " + line for line in reference("batchnorm_backward", "f").encode().splitlines(keepends=True)), ("fingerprint",)),
    Plant("a cell of a notebook", "demo.ipynb", notebook, ("fingerprint",)),
    Plant("written anew in another way", "util.py", lambda: REWRITTEN.encode(), ("behaviour",)),
    Plant("a method that builds on another name", "deep.py", HIDDEN_AWAY.encode, ("behaviour",)),
    Plant("a plan with a secret seed", "plans/spring.plan", secret_plan, ("plan",)),
    Plant("a plan from the cache", "cache/x.plan", plan_of_the_cache, ("plan",)),
    Plant("a damaged plan", "plans/damaged.plan", lambda: secret_plan()[:-9], ("plan",)),
    Plant("an archive that nobody can open", "backup.7z", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(64), ("unopened",)),
    Plant("a file of progress", "progress.db", lambda: b"SQLite format 3\0", ()),
)  # fmt: skip
