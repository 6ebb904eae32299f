from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import RIGHT, ROOT, WRONG, Run, write


def test_right_code_passes_with_exit_code_0(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    done = grade("exercise1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("exercise1  Doubling: 2 of 2 functions, 2/2 points\n  ok    doubling_forward")
    assert "attempt 1" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Next: grade exercise3 (Batch normalization)")


def test_a_wrong_function_is_named_with_exit_code_1(course: Path, grade: Run) -> None:
    write(course, WRONG)
    done = grade("ex1")
    assert done.returncode == 1
    assert "  FAIL  doubling_forward" in done.stdout
    assert "Squares x instead of doubling it. [squared]" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Debug: grade case exercise1 doubling_forward")


def test_unwritten_code_is_todo_with_exit_code_1(grade: Run) -> None:
    done = grade("17")
    assert done.returncode == 1
    assert done.stdout.count("  todo  ") == 2


def test_a_timeout_is_said_with_exit_code_1(course: Path, grade: Run) -> None:
    write(course, RIGHT.replace("return x + x", "while True:\n        x = x + 0"))
    done = grade("exercise1", "doubling_forward", "--timeout", "0.3")
    assert done.returncode == 1
    assert "  TIME  doubling_forward" in done.stdout
    assert "stopped at 0.3 s" in done.stdout
    assert "More time: grade exercise1 --timeout" in done.stdout


def test_a_syntax_error_is_said_once(course: Path, grade: Run) -> None:
    write(course, "def doubling_forward(x:\n    return x\n")
    done = grade("exercise1")
    assert done.returncode == 1
    assert done.stdout.count("SyntaxError") == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_one_function_brings_what_it_needs_unless_only_it_is_wanted(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    both = json.loads(grade("exercise1", "doubling_backward", "--json").stdout)
    alone = json.loads(grade("exercise1", "doubling_backward", "--only", "--json").stdout)
    assert [function["name"] for function in both["functions"]] == ["doubling_forward", "doubling_backward"]
    assert [function["name"] for function in alone["functions"]] == ["doubling_backward"]


def test_a_path_with_a_line_grades_the_function_there(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    done = grade("exercises/exercise01_doubling.py:6", "--only", "--json")
    assert [function["name"] for function in json.loads(done.stdout)["functions"]] == ["doubling_backward"]


def test_the_json_document_is_the_contracts(course: Path, grade: Run) -> None:
    write(course, WRONG)
    done = grade("exercise1", "--json", "--seed", "other")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert (document["schema"], document["exercise"], document["status"], document["seed"]) == (
        1,
        "exercise01_doubling",
        "fail",
        "other",
    )
    assert document["functions"][0]["mistake"]["id"] == "squared"
    assert document["functions"][0]["file"] == "exercises/exercise01_doubling.py"


def test_a_submission_elsewhere_is_graded_and_is_no_attempt(course: Path, grade: Run, tmp_path: Path) -> None:
    other = tmp_path / "mine.py"
    other.write_text(WRONG)
    done = grade("exercise1", "--submission", str(other))
    assert done.returncode == 1
    assert "attempt" not in done.stdout
    assert f"--submission{other}" in "".join(done.stdout.split())  # a long path is broken over lines
    assert "1 attempt" not in grade("progress").stdout


def test_all_grades_every_exercise(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    done = grade("all")
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()[:4]] == ["ok", "todo", "todo", "todo"]
    assert done.stdout.splitlines()[-1] == "Next: grade exercise3"
    document = json.loads(grade("all", "--json").stdout)
    assert [result["status"] for result in document["results"]] == ["pass", "todo", "todo", "todo"]


def test_all_grades_the_files_that_a_folder_has(course: Path, grade: Run, tmp_path: Path) -> None:
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "exercise01_doubling.py").write_text(RIGHT)
    done = grade("all", "--submission", str(folder))
    assert done.returncode == 0
    assert "lacks 3 of 4 exercises" in done.stderr
    assert "1 of 1 exercises passed" in done.stdout


def test_a_broken_solution_is_the_courses_fault_with_exit_code_3(course: Path, grade: Run) -> None:
    (course / "solutions" / "exercise01_doubling.py").write_text("1 / 0\n")
    done = grade("exercise1")
    assert (done.returncode, done.stdout) == (3, "")
    assert "exercise01_doubling.py:1: ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr
    document = json.loads(grade("exercise1", "--json").stdout)
    assert document["error"]["kind"] == "course"


def test_all_goes_on_past_a_broken_solution(course: Path, grade: Run) -> None:
    (course / "solutions" / "exercise03_batchnorm.py").write_text("1 / 0\n")
    done = grade("all", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 3
    assert len(document["results"]) == 3
    assert "ZeroDivisionError" in document["errors"][0]["message"]


def test_without_solutions_grading_is_the_courses_fault_and_the_map_still_shows(course: Path, grade: Run) -> None:
    for path in (course / "solutions").iterdir():
        path.unlink()
    assert grade("exercise1").returncode == 3
    shown = grade()
    assert shown.returncode == 0
    assert "exercise1 doubling" in shown.stdout


def test_a_seed_without_solutions_is_wrong_usage(course: Path, grade: Run) -> None:
    (course / "solutions" / "exercise01_doubling.py").unlink()
    done = grade("exercise1", "--seed", "7")
    assert done.returncode == 2
    assert "--seed makes new inputs" in done.stderr


def test_a_worker_that_cannot_be_started_ahead_costs_nothing_but_time(course: Path, grade: Run) -> None:
    write(course, RIGHT)
    (course / "sitecustomize.py").write_text(
        "import grader.sandbox.early as early\ndef broken(): raise OSError('no processes')\nearly.start_early = broken\n"
    )
    done = grade("exercise1", PYTHONPATH=os.pathsep.join([str(course), str(ROOT)]))
    assert done.returncode == 0
    assert done.stderr == "grade: no worker could be started ahead: no processes\n"


def test_no_process_stays_behind(course: Path, grade: Run) -> None:
    write(course, WRONG)
    for words in (("exercise1",), ("nonsense",), ("exercise1", "--submission", "nowhere.py")):
        done = grade(*words)
        assert done.returncode in (1, 2)
    time.sleep(0.3)
    assert not _processes_in(course)


def _processes_in(folder: Path) -> list[str]:
    """Processes that work in a folder, where the system can tell."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "cwd").startswith(str(folder)):
                found.append((entry / "cmdline").read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


def test_our_own_failure_has_exit_code_3_a_traceback_and_costs_nothing(course: Path, grade: Run) -> None:
    (course / "sitecustomize.py").write_text(
        "import grader.grading\ndef broken(*a, **k): raise RuntimeError('lost')\ngrader.grading.grade = broken\n"
    )
    done = grade("exercise1", PYTHONPATH=os.pathsep.join([str(course), str(ROOT)]))
    assert done.returncode == 3
    assert "RuntimeError: lost" in done.stderr
    assert "costs no points" in done.stderr
    done = grade("exercise1", "--json", PYTHONPATH=os.pathsep.join([str(course), str(ROOT)]))
    assert json.loads(done.stdout)["error"]["kind"] == "grader"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_with_exit_code_130(course: Path) -> None:
    write(course, RIGHT.replace("return x + x", "while True:\n        x = x + 0"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "exercise1", "--timeout", "60"],
        cwd=course,
        env=environment,
        stdout=-1,
        stderr=-1,
        text=True,
    )
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.strip() in ("grade: Interrupted.", "")  # on a slow machine it comes before there is a command to say so


def test_a_reader_that_goes_away_is_no_traceback(course: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "progress"], cwd=course, env=environment, stdout=-1, stderr=-1
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(20) == 141
    assert err == b""
