r"""Sealed plans: a plan in a file that a student's folder holds in place of a solution.

    dlmath-plan 1 0.1.0\n       what it is, its format, the grader that made it
    32 bytes                   SHA-256 of what follows
    the plan, compressed

Sealing keeps answers from being read by accident and keeps a damaged file from giving verdicts. It is no secrecy: the
program that opens it is public, and what it holds are the expected values of the public practice inputs only.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path
from typing import Final

import grader
from grader.catalog import CourseFault, SolutionsNeeded, sealed_path
from grader.plan.model import Plan
from grader.plan.storage import load, save
from grader.wire import WireError

PUBLIC_SEED: Final = "practice"
FORMAT: Final = 1  # of the plan inside; another number when `save` writes something else
MAX_BYTES: Final = 64 << 20  # of an opened plan; the largest of the course has 0.4 MB
_HEAD = re.compile(rb"dlmath-plan (\d{1,6}) ([\w.+-]{1,40})\n", re.ASCII)
_DIGEST = hashlib.sha256().digest_size


def seal(plan: Plan) -> bytes:
    """The bytes of a plan's file, equal for equal plans."""
    body = zlib.compress(save(plan), 9)
    return f"dlmath-plan {FORMAT} {grader.__version__}\n".encode() + hashlib.sha256(body).digest() + body


def unseal(data: bytes, name: str) -> Plan:
    """The plan in a file's bytes; CourseFault with the file's `name` if it is damaged or another grader's."""
    head = _HEAD.match(data)
    if head is None:
        raise CourseFault(f"{name}: this is no sealed plan", _repair())
    if int(head[1]) != FORMAT:
        made = head[2].decode()
        raise CourseFault(
            f"{name}: made by grade {made}, which this one ({grader.__version__}) cannot read",
            f"Install the version that the course was made with: pip install dlmath-grader=={made}",
        )
    digest, body = data[head.end() : head.end() + _DIGEST], data[head.end() + _DIGEST :]
    if hashlib.sha256(body).digest() != digest:
        raise CourseFault(f"{name}: the file is damaged", _repair())
    try:
        opened = zlib.decompressobj()
        plan = load(opened.decompress(body, MAX_BYTES))
    except (zlib.error, WireError) as error:
        raise CourseFault(f"{name}: the file is damaged: {error}", _repair()) from error
    return plan


def _repair() -> str:
    return "Take the file again from the release of your course, or write it anew: delete it and run grade init here."


def load_sealed(solution: Path, seed: str) -> Plan:
    """The sealed plan that stands for a solution that is not there; SolutionsNeeded for any seed but the plan's."""
    path = sealed_path(solution)
    name = f"{path.parent.name}/{path.name}"
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise CourseFault(
            f"{solution}: there is no such solution, and no {name} in its place",
            "Grading needs the solution beside the exercise, or its sealed plan.",
        ) from error
    except OSError as error:
        raise CourseFault(f"{path}: {error.strerror}", "Make the file readable.") from error
    plan = unseal(data, name)
    if plan.exercise != solution.stem:
        raise CourseFault(f"{name}: holds the plan of {plan.exercise}", _repair())
    if plan.seed != seed:
        raise SolutionsNeeded(
            "--seed makes new inputs, and that takes the solutions, which are not in this folder",
            f"Leave it out to grade with the inputs of the seed {plan.seed!r}.",
        )
    return plan
