from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.catalog import Course, find_course
from grader.export.release import LeakCheck, student_files

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """What a build gave: the wheel and the source distribution of a clone, and the wheel made from the latter."""

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


@pytest.fixture(scope="session")
def course() -> Course:
    return find_course(ROOT)


@pytest.fixture(scope="session")
def files(course: Course) -> dict[str, bytes]:
    return student_files(course)


@pytest.fixture(scope="session")
def check(course: Course) -> Iterator[LeakCheck]:
    with LeakCheck(course) as check:
        yield check


def build(what: str, source: Path, to: Path) -> Path:
    """The wheel or sdist that the build makes of a source tree, by the entry point that pip calls."""
    to.mkdir(parents=True, exist_ok=True)
    code = f"import sys; from hatchling.build import build_{what}; print(build_{what}(sys.argv[1]))"
    words = [sys.executable, "-W", "ignore", "-c", code, str(to)]
    done = subprocess.run(words, cwd=source, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return to / done.stdout.split()[-1]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    clone = folder / "clone"
    copy_clone(clone)
    wheel, sdist = build("wheel", clone, folder / "dist"), build("sdist", clone, folder / "dist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", **({"filter": "data"} if sys.version_info >= (3, 12) else {}))
    (source,) = (folder / "source").iterdir()
    return Built(wheel, sdist, build("wheel", source, folder / "again"))


def copy_clone(to: Path) -> None:
    """What a build needs of a clone, in a folder of its own."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("grader", "exercises", "solutions", "question_bank"):
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "question_bank.yaml", ".gitignore"):
        shutil.copy(ROOT / name, to / name)
