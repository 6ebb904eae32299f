from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.export_formats.assignments import grade, otter, submissions
from tests.export_formats.attacks import FILES, PLAIN, WEAK, archives, notebooks

pytestmark = pytest.mark.otter
RAN = Path("/tmp/otter_attack_ran")
EXERCISE = "exercise15_clipping"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked")
    grade("export", "otter", EXERCISE, "--out", folder, "--no-assign")
    return folder


@pytest.fixture(scope="module")
def found(out: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What otter says of every attack, of the control and of an honest, right submission."""
    RAN.unlink(missing_ok=True)
    folder = tmp_path_factory.mktemp("attacks")
    paths = {"honest": submissions(EXERCISE, folder)["right"], "control": folder / "control.py"}
    paths["control"].write_text(PLAIN + WEAK)
    for number, (name, text) in enumerate(FILES.items()):
        paths[name] = folder / f"attack{number}.py"
        paths[name].write_text(text + WEAK)
    paths |= archives(folder) | notebooks(folder)
    results = otter(out / EXERCISE / "autograder.zip", *paths.values())
    return dict(zip(paths, results, strict=True))


def test_an_honest_submission_gets_full_marks_and_the_control_one_point(found: dict[str, dict[str, Any]]) -> None:
    assert found["honest"]["total"] == found["honest"]["possible"] == 7
    assert found["control"]["total"] == 1


def test_no_attack_scores_above_its_control(found: dict[str, dict[str, Any]]) -> None:
    gained = {
        name: result["total"] for name, result in found.items() if name != "honest" and result.get("total", 0) > 1
    }
    assert gained == {}


def test_every_attack_but_shadowing_otter_still_gets_results(found: dict[str, dict[str, Any]]) -> None:
    lost = {name: result["error"] for name, result in found.items() if "error" in result}
    assert set(lost) <= {"named after otter"}, lost


def test_what_is_beside_the_functions_costs_the_honest_one_nothing(found: dict[str, dict[str, Any]]) -> None:
    kept = (
        "overwrite tests",
        "a log that is a pickle",
        "packages of its own",
        "another kernel",
    )
    assert {name: found[name]["total"] for name in kept} == dict.fromkeys(kept, 1)


def test_nothing_of_a_submission_ran_outside_the_worker(found: dict[str, dict[str, Any]]) -> None:
    assert found and not RAN.exists()


def test_nothing_hidden_is_in_what_students_see(found: dict[str, dict[str, Any]]) -> None:
    for name, result in found.items():
        for word in ("STOLEN", "SEEN [b", "dlmath-plan", "hidden inputs"):
            assert word not in result.get("shown", ""), (name, word)


def test_a_loop_is_stopped_and_no_process_stays(found: dict[str, dict[str, Any]]) -> None:
    assert "stopped" in found["loop"]["shown"] or "TIME" in found["loop"]["shown"]
    names = [Path(f"/proc/{pid}/cmdline") for pid in os.listdir("/proc") if pid.isdigit()]
    left = [
        path for path in names if path.exists() and b"attack" in path.read_bytes().replace(b"test_otter_attacks", b"")
    ]
    assert left == []
