from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.student.conftest import Run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_has_a_script_that_says_how_to_install_it(folder: Path, grade: Run, shell: str) -> None:
    done = grade(folder, "completion", shell)
    assert done.returncode == 0
    assert f"grade completion {shell}" in done.stdout.splitlines()[1]
    assert f"{shell}_complete" in done.stdout and "_GRADE_COMPLETE" in done.stdout


def test_bash_takes_the_script(folder: Path, grade: Run, tmp_path: Path) -> None:
    script = tmp_path / "grade.bash"
    script.write_text(grade(folder, "completion", "bash").stdout)
    done = subprocess.run(["bash", "-c", f"source '{script}' && complete -p grade"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "_grade_completion" in done.stdout


def words(grade: Run, folder: Path, shell: str, line: str) -> list[str]:
    """What a shell offers for the last word of a line."""
    environment = {
        "_GRADE_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": line.split(" ")[-1] if shell == "fish" else str(len(line.split(" ")) - 1),
    }
    lines = grade(folder, **environment).stdout.splitlines()
    if shell == "bash":
        return [entry.split(",", 1)[1] for entry in lines]
    if shell == "fish":
        return [entry.split(",", 1)[1].split("\t")[0] for entry in lines]
    return lines[1::3]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_exercises_and_functions_are_completed(folder: Path, grade: Run, shell: str) -> None:
    assert words(grade, folder, shell, "grade watch exercise1") == ["exercise1", "exercise17"]
    assert words(grade, folder, shell, "grade submit exercise3 exercise2") == ["exercise20"]
    assert words(grade, folder, shell, "grade hint exercise3 batchnorm_f") == ["batchnorm_forward"]
    assert words(grade, folder, shell, "grade progress batc") == ["batchnorm", "batching"]


def test_functions_behind_a_colon_are_completed(folder: Path, grade: Run) -> None:
    assert words(grade, folder, "zsh", "grade reset exercise3:batchnorm_b") == ["exercise3:batchnorm_backward"]
    assert words(grade, folder, "zsh", "grade reset atten") == ["attention"]


def test_an_unknown_shell_is_said(folder: Path, grade: Run) -> None:
    done = grade(folder, "completion", "tcsh")
    assert (done.returncode, "powershell" in done.stderr) == (2, True)
