"""The leak check finds every planted leak, by name, and nothing in a clean release."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.catalog import Course, find_course
from grader.export.release import LeakCheck, with_originals, write_folder
from grader.export.release.contents import MAX_DEPTH, Part, parts
from tests.cli.courses import make_course
from tests.export.conftest import ROOT, Built, build, copy_clone
from tests.export.plants import PLANTS, REWRITTEN, Plant, bundle, git_history, zipped


def leaks(check: LeakCheck, path: Path) -> dict[str, list[str]]:
    """The kinds found in each file, by the file's own path."""
    found: dict[str, list[str]] = {}
    for leak in check.leaks(path):
        found.setdefault(leak.path.partition("!")[0], []).append(leak.kind)
    return found


@pytest.fixture
def folder(files: dict[str, bytes], tmp_path: Path) -> Path:
    """A release of two files, to plant something in."""
    some = {name: files[name] for name in ("README.md", "exercises/exercise17_batchnorm.py")}
    write_folder(with_originals(some), tmp_path / "release")
    return tmp_path / "release"


# --- clean -------------------------------------------------------------------------------------------------------


def test_a_clean_release_has_no_leak(check: LeakCheck, files: dict[str, bytes], tmp_path: Path) -> None:
    write_folder(with_originals(files), tmp_path)
    assert check.leaks(tmp_path) == ()


def test_the_package_has_no_leak(check: LeakCheck, built: Built) -> None:
    assert check.leaks(built.wheel) == ()
    assert check.leaks(built.sdist) == ()


# --- planted -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.what.replace(" ", "-"))
def test_a_planted_leak_is_found_by_more_than_its_name(plant: Plant, check: LeakCheck, folder: Path) -> None:
    write_folder({plant.path: plant.data()}, folder)
    found = leaks(check, folder)
    assert set(found) == {plant.path}
    assert set(found[plant.path]) >= {"manifest", *plant.kinds}


def test_a_written_stub_is_a_leak_wherever_the_stub_lies(check: LeakCheck, folder: Path) -> None:
    stub = (folder / "exercises" / "exercise17_batchnorm.py").read_text()
    written = re.sub(
        r"(def batch_stats.*?)raise NotImplementedError",
        r"\1return x.mean(axis=0), x.var(axis=0)",
        stub,
        count=1,
        flags=re.DOTALL,
    )
    for place in ("exercises", ".grade/originals"):
        (folder / place / "exercise17_batchnorm.py").write_text(written)
    found = leaks(check, folder)
    assert set(found) == {"exercises/exercise17_batchnorm.py", ".grade/originals/exercise17_batchnorm.py"}
    assert all({"stub", "behaviour"} <= set(kinds) for kinds in found.values())


@pytest.mark.parametrize("packed", [True, False])
def test_a_solution_that_git_still_remembers_is_a_leak(packed: bool, check: LeakCheck, folder: Path) -> None:
    git_history(folder, packed=packed)
    assert not (folder / "layers.py").exists()
    kinds = {kind for path, kinds in leaks(check, folder).items() if path.startswith(".git/objects") for kind in kinds}
    assert kinds >= {"manifest", "fingerprint", "behaviour"}


def test_a_bundle_of_git_is_looked_into(check: LeakCheck, folder: Path, tmp_path: Path) -> None:
    (folder / "all.bundle").write_bytes(bundle(tmp_path / "other"))
    assert {"fingerprint", "behaviour"} <= set(leaks(check, folder)["all.bundle"])


def test_an_examination_question_is_a_leak(tmp_path: Path, course: Course) -> None:
    root = make_course(tmp_path / "course")
    shutil.copy(ROOT / "question_bank.yaml", root)
    (root / "question_bank").mkdir()
    bank = (ROOT / "question_bank" / "q17_batchnorm.yaml").read_text()
    exam = bank.replace("- id: batchnorm-role-of-eps\n", "- id: batchnorm-role-of-eps\n  status: exam\n", 1)
    assert exam != bank
    (root / "question_bank" / "q17_batchnorm.yaml").write_text(exam)
    found = tmp_path / "release" / "question_bank" / "q17_batchnorm.yaml"
    found.parent.mkdir(parents=True)
    with LeakCheck(find_course(root)) as check:
        found.write_text(exam)
        (leak,) = check.leaks(tmp_path / "release")
        assert (leak.kind, leak.detail) == ("question", "batchnorm-role-of-eps")
        found.write_text(exam.replace("- id: batchnorm-role-of-eps\n", "- id: batchnorm-other\n"))
        assert check.leaks(tmp_path / "release") == ()


def test_a_link_out_of_the_release_is_a_leak(check: LeakCheck, folder: Path) -> None:
    (folder / "answers").symlink_to(ROOT / "solutions")
    assert leaks(check, folder) == {"answers": ["manifest"]}


def test_what_is_nested_too_deeply_cannot_be_vouched_for() -> None:
    data = b"x"
    for _ in range(MAX_DEPTH + 1):
        data = zipped(a=data)
    assert list(parts(Part("x.zip", data)))[-1].problem == f"nested more than {MAX_DEPTH} deep"


def test_a_zip_file_with_a_password_cannot_be_vouched_for() -> None:
    data = bytearray(zipped(a=b"x" * 100))
    data[6] |= 1  # the flag that says so, at the member and in the directory
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert "password" in list(parts(Part("x.zip", bytes(data))))[-1].problem


def test_code_that_hangs_or_dies_hides_nothing_behind_it(check: LeakCheck, folder: Path) -> None:
    code = "import os\n\ndef hang(a, b, c):\n    while True:\n        pass\n\ndef die(a, b, c):\n    os._exit(1)\n"
    (folder / "util.py").write_text(code + REWRITTEN)
    assert "behaviour" in leaks(check, folder)["util.py"]


def test_small_functions_of_another_kind_are_no_leak(check: LeakCheck, folder: Path) -> None:
    code = "def same(x):\n    return x\n\ndef mean(values):\n    return sum(values) / len(values)\n\ndef zero(a, b):\n    return 0\n"
    (folder / "README.md").write_text(f"```python\n{code}```\n")
    assert check.leaks(folder) == ()


def test_a_wrong_function_is_no_right_one(check: LeakCheck, folder: Path) -> None:
    (folder / "README.md").write_text(REWRITTEN.replace("(spread + small) ** 0.5", "(spread ** 0.5 + small)"))
    assert check.leaks(folder) == ()


# --- the build and the command -----------------------------------------------------------------------------------


def test_a_leaky_build_is_refused_with_every_leak_by_name(tmp_path: Path, check: LeakCheck) -> None:
    """Builds the package from a clone in which everything was planted and the list of files was thrown away."""
    clone = tmp_path / "clone"
    copy_clone(clone)
    for plant in PLANTS:
        write_folder({plant.path: plant.data()}, clone / "grader" / "planted")
    stub = clone / "exercises" / "exercise17_batchnorm.py"
    stub.write_text(
        stub.read_text().replace("    raise NotImplementedError", "    return x.mean(axis=0), x.var(axis=0)", 1)
    )
    settings = (clone / "pyproject.toml").read_text()
    open_list = re.sub(r"(?ms)^include = \[.*?^\]", 'include = ["/grader", "/solutions/survivors"]', settings, count=1)
    assert open_list != settings
    (clone / "pyproject.toml").write_text(open_list.replace('packages = ["grader"]', "", 1))
    for what in ("wheel", "sdist"):
        lines = list(map(str, check.leaks(build(what, clone, tmp_path / "dist"))))
        for plant in PLANTS:
            named = [line for line in lines if line.startswith(f"grader/planted/{plant.path}")]
            for kind in ("manifest", *plant.kinds):
                assert any(f": {kind}: " in line for line in named), (what, plant.what, kind)
        assert "grader/course/exercises/exercise17_batchnorm.py: stub: batch_stats is written" in lines
        assert any(line.startswith("solutions/survivors/") for line in lines)


def test_at_least_eleven_ways_to_leak_are_planted() -> None:
    assert len({plant.path for plant in PLANTS}) == len(PLANTS) >= 11


def test_check_prints_each_leak_and_ends_with_1(tmp_path: Path) -> None:
    root = make_course(tmp_path / "clone")
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "feedback.txt").write_text("doubling_forward__squared")
    done = run_in(root, "release", "--check", str(tmp_path / "given"))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "feedback.txt: canary: doubling_forward__squared",
        "feedback.txt: manifest: this file is not on the list",
        f"{tmp_path / 'given'}: 2 leaks",
    ]


def command(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grader", *words], cwd=cwd, capture_output=True, text=True, timeout=300
    )


def test_release_writes_a_checked_folder_and_nothing_else(tmp_path: Path) -> None:
    root = make_course(tmp_path / "clone")
    done = run_in(root, "release", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == [
        f"{tmp_path / 'out'}: no leak",
        f"Written: {tmp_path / 'out'}: 4 exercises, 4 sealed plans; 0.0 MB",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clone", "out"]
    again = run_in(root, "release", str(tmp_path / "out"))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is there already" in again.stderr


def test_a_release_that_leaks_is_not_written(tmp_path: Path) -> None:
    root = make_course(tmp_path / "clone")
    stub = root / "exercises" / "exercise01_doubling.py"
    stub.write_text(stub.read_text().replace("raise NotImplementedError", "return x + x", 1))
    done = run_in(root, "release", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "exercises/exercise01_doubling.py: stub: doubling_forward is written" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["clone"]


def test_a_folder_without_solutions_can_make_no_release(tmp_path: Path) -> None:
    root = make_course(tmp_path / "clone")
    shutil.rmtree(root / "solutions")
    done = run_in(root, "release", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "has no solutions" in done.stderr


@pytest.mark.parametrize("words", [(), ("out", "--check", ".")])
def test_release_wants_a_folder_or_a_path_to_check(words: tuple[str, ...]) -> None:
    done = command("release", *words)
    assert done.returncode == 2
    assert "name the folder to write" in done.stderr


def run_in(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from grader.cli import main; main()"
    words = (sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}", *words)
    return subprocess.run(words, cwd=root, capture_output=True, text=True, timeout=120)
