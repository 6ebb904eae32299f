"""Every command has help, is in the README, and starts fast; names are completed in the shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from grader.cli.group import grade as group
from grader.cli.table import COMMANDS, HIDDEN, means_grading
from tests.cli.conftest import ROOT, Run


@pytest.mark.parametrize("name", [*COMMANDS, *HIDDEN])
def test_every_command_has_help_and_says_what_its_options_do(name: str) -> None:
    context = click.Context(group, info_name="grade")
    command = group.get_command(context, name)
    assert command is not None
    assert command.get_short_help_str(200)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"grade {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_in_the_student_guide_or_is_for_authors(name: str) -> None:
    assert name in (
        "lint",
        "audit",
        "release",
        "class",
        "report",
        "similar",
        "export",
        "import",
    ) or f"grade {name}" in (ROOT / "docs" / "student.md").read_text(encoding="utf-8")


def test_help_lists_every_command_and_imports_none(grade: Run) -> None:
    done = grade("--help")
    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    code = "import sys\nsys.argv = ['grade', '--help']\nfrom grader.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    code += "print(sorted({'numpy', 'rich', 'pydantic', 'sqlite3', 'yaml', 'grader.catalog'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert shown.splitlines()[-1] == "[]"


def test_a_warm_map_imports_no_numpy(grade: Run, course: Path) -> None:
    grade()
    code = "import sys\nsys.argv = ['grade']\nfrom grader.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    code += "print(sorted({'numpy', 'rich', 'pydantic', 'grader.spec'} & set(sys.modules)))"
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=course, check=True, env=environment
    ).stdout
    assert shown.splitlines()[-1] == "[]"


def test_the_version_is_shown(grade: Run) -> None:
    assert grade("--version").stdout == "grade 0.1.0\n"


@pytest.mark.parametrize(
    ("line", "grading"),
    [("", False), ("--help", False), ("exercise3", True), ("exercise3 --json", True), ("--seed x batchnorm", True), ("all", True),
     ("progress", False), ("quiz 3", False), ("exercise3 --help", False), ("--json", False), ("./merge", True)],
)  # fmt: skip
def test_a_worker_is_started_ahead_for_grading_only(line: str, grading: bool) -> None:
    assert means_grading(line.split()) is grading


def complete(course: Path, line: str) -> list[str]:
    """What bash would offer for the last word of a line."""
    words = line.split(" ")
    environment = {
        "_GRADE_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "PYTHONPATH": str(ROOT),
        "PATH": "",
    }
    code = "from grader.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=course, env=environment)
    return [entry.split(",", 1)[1] for entry in done.stdout.splitlines()]


def test_exercises_commands_functions_and_options_are_completed(course: Path) -> None:
    assert complete(course, "grade exercise1") == ["exercise1", "exercise17"]
    assert complete(course, "grade ba") == ["batchnorm", "batching"]
    assert complete(course, "grade hi") == ["hint"]
    assert complete(course, "grade exercise3 batchnorm_b") == ["batchnorm_backward"]
    assert complete(course, "grade exercise3 --on") == ["--only"]
    assert complete(course, "grade hint exercise3 batchnorm_f") == ["batchnorm_forward"]


def test_lint_of_a_small_course_finds_its_faults(course: Path, grade: Run) -> None:
    path = course / "solutions" / "exercise01_doubling.py"
    path.write_text(path.read_text().replace("return x * x", "return 2 * x"))
    done = grade("lint", "exercise1", "--seeds", "1")
    assert done.returncode == 1
    assert "squared" in done.stdout


def test_audit_of_a_small_course_counts_and_keeps_to_its_list(course: Path, grade: Run) -> None:
    done = grade("audit", "exercise1")
    assert "changes caught" in done.stdout
    folder = course / "solutions" / "survivors"
    folder.mkdir()
    (folder / "exercise01_doubling.yaml").write_text(
        "doubling_forward:\n- change: 'x -> y'\n  reason: 'equivalent: made up'\n"
    )
    listed = grade("audit", "exercise1")
    assert listed.returncode == 1
    assert "doubling_forward: listed, but caught or gone: x -> y" in listed.stdout
    (folder / "exercise01_doubling.yaml").write_text("- 3\n")
    broken = grade("audit", "exercise1")
    assert (broken.returncode, "must hold a list of changes" in broken.stderr) == (3, True)
