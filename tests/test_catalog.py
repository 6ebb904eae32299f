from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.catalog import (
    AmbiguousName,
    CourseFault,
    NoCourse,
    UnknownName,
    choose_functions,
    find_course,
    function_at,
    index,
    info_of,
    load_solution,
    resolve,
    top_level_functions,
)
from tests.cli.courses import add_exercise, make_course


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GRADE_COURSE", raising=False)
    return make_course(tmp_path / "course").resolve()


def test_a_course_is_found_from_any_folder_inside_it(root: Path) -> None:
    inner = root / "exercises"
    assert find_course(inner).root == root
    assert find_course(root).name == "small course"


def test_a_folder_with_exercises_is_a_course_without_settings(tmp_path: Path) -> None:
    add_exercise(tmp_path / "plain", 1, "doubling", "Doubling")
    course = find_course(tmp_path / "plain")
    assert (course.name, [exercise.id for exercise in course.exercises]) == ("plain", ["exercise01_doubling"])


def test_a_folder_called_exercises_of_another_kind_is_no_course(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "squats.txt").write_text("20")
    with pytest.raises(NoCourse, match="is not inside a course"):
        find_course(tmp_path)


def test_another_projects_settings_do_not_make_a_course(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.grader]\nx = 1\n[tool.other.grade]\n")
    with pytest.raises(NoCourse):
        find_course(tmp_path)


def test_settings_that_are_not_utf_8_are_named_and_not_passed_over(root: Path) -> None:
    (root / "pyproject.toml").write_bytes('# the course\n[tool.grade]\nname = "Übung"\n'.encode("latin-1"))
    with pytest.raises(CourseFault, match=r"pyproject\.toml, line 3: this is not UTF-8"):
        find_course(root)


def test_the_environment_names_the_course(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADE_COURSE", str(root))
    assert find_course().root == root
    monkeypatch.setenv("GRADE_COURSE", str(tmp_path / "nowhere"))
    with pytest.raises(NoCourse, match=r"GRADE_COURSE=.*nowhere: there is no course"):
        find_course()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.grade]\nname = ", "pyproject.toml: "),
        ("[tool.grade]\nnmae = 'x'", "has no setting 'nmae'"),
        ("[tool.grade]\nname = 3", "name must be a text"),
        ("[tool.grade]\nshow_solution = 'maybe'", "must be one of passed, always, never"),
        ("[tool.grade.limits]\ncall_seconds = -1", "must hold numbers above 0"),
        ("[tool.grade.limits]\ncall_seconds = true", "must hold numbers above 0"),
    ],
)
def test_wrong_settings_are_named(root: Path, text: str, message: str) -> None:
    (root / "pyproject.toml").write_text(text)
    with pytest.raises(CourseFault, match=message):
        find_course(root)


@pytest.mark.parametrize(
    "word",
    [
        "exercise03_batchnorm",
        "exercise3",
        "exercise03",
        "ex3",
        "EX03",
        "3",
        "03",
        "batchnorm",
        "batchn",
        "exercise3_batchnorm",
        "exercise03_b",
        "ex 3",
    ],
)
def test_every_name_of_an_exercise_means_it(root: Path, word: str) -> None:
    target = resolve(find_course(root), word)
    assert (target.exercise.id, target.function) == ("exercise03_batchnorm", None)


def test_a_path_means_the_exercise_and_a_line_the_function(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = find_course(root)
    stub = course.exercises[1].stub
    monkeypatch.chdir(root / "exercises")
    assert resolve(course, "exercise03_batchnorm.py").exercise.number == 3
    assert resolve(course, str(stub)).exercise.number == 3
    assert resolve(course, f"{stub}:15").function == "batchnorm_forward"
    assert resolve(course, f"{stub}:18:4").function == "batchnorm_backward"
    assert resolve(course, f"{stub}:2").function is None


def test_a_file_outside_the_course_is_sent_to_submission(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "exercise03_batchnorm.py"
    other.write_text("")
    with pytest.raises(UnknownName) as caught:
        resolve(find_course(root), str(other))
    assert caught.value.hint == f"To grade it: grade exercise3 --submission {other}"


def test_a_function_name_means_its_exercise(root: Path) -> None:
    target = resolve(find_course(root), "attention_backward")
    assert (target.exercise.number, target.function) == (20, "attention_backward")


def test_an_ambiguous_prefix_lists_what_it_can_mean(root: Path) -> None:
    with pytest.raises(AmbiguousName, match="'batch' can mean exercise03_batchnorm or exercise17_batching"):
        resolve(find_course(root), "batch")


def test_two_exercises_of_one_number_are_both_listed(root: Path) -> None:
    add_exercise(root, 3, "other", "Other")
    with pytest.raises(AmbiguousName, match="exercise03_batchnorm or exercise03_other"):
        resolve(find_course(root), "3")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("progess", "grade progress"),
        ("atention", "grade exercise20"),
        ("batchnorm_forwrd", "grade exercise3 batchnorm_forward"),
    ],
)
def test_an_unknown_word_gets_near_exercises_and_commands(root: Path, word: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        resolve(find_course(root), word, ("progress", "hint"))
    assert near in caught.value.hint


@pytest.mark.parametrize(
    "word",
    ["", " ", "4", "\x00", "a" * 5000, "../../etc/passwd", "-1", "1e9", "9" * 50, "solutions/exercise03_batchnorm.py"],
)
def test_nonsense_is_unknown_and_no_crash(root: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(UnknownName):
        resolve(find_course(root), word)


def test_functions_are_found_as_text_in_a_file_that_does_not_compile(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("def good(x):\n    return (\n\n@decorated\ndef second(x):\n    pass\n\nx = 3\n")
    assert top_level_functions(path) == (("good", 1), ("second", 5))
    assert [function_at(path, line) for line in (1, 2, 3, 5, 6, 8, 99)] == [
        "good",
        "good",
        "good",
        "second",
        "second",
        None,
        None,
    ]


def test_a_solution_is_run_without_a_trace_on_path_or_disk(root: Path) -> None:
    path = root / "solutions" / "exercise03_batchnorm.py"
    before = list(sys.path)
    module = load_solution(path)
    assert module.TITLE == "Batch normalization"
    assert sys.path == before
    assert module not in sys.modules.values()
    assert not list(root.rglob("*.pyc"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", r":1: SyntaxError"),
        ("import numpy as np\n\nnp.nothing", r":3: AttributeError"),
        ("raise SystemExit(3)", r":1: SystemExit"),
        ("import exercise01_doubling", r":1: ModuleNotFoundError"),
        ("TITLE = ''", "TITLE must be"),
        ("TITLE = 'x'\nNEEDS = [1]", "NEEDS must be"),
        ("TITLE = 'x'\nNEEDS = ()\nCHECKS = ()", "CHECKS must be"),
    ],
)
def test_a_wrong_solution_is_the_courses_fault(root: Path, text: str, message: str) -> None:
    path = root / "solutions" / "exercise03_batchnorm.py"
    path.write_text(text)
    with pytest.raises(CourseFault, match=f"exercise03_batchnorm.py:? ?.*{message}"):
        load_solution(path)


def test_a_missing_solution_is_named(root: Path) -> None:
    with pytest.raises(CourseFault, match=r"exercise99_x\.py: there is no such solution"):
        load_solution(root / "solutions" / "exercise99_x.py")


def test_the_index_lists_titles_needs_and_functions(root: Path, tmp_path: Path) -> None:
    infos = index(find_course(root), tmp_path / "cache")
    assert [(info.number, info.title, info.needs) for info in infos][1] == (3, "Batch normalization", (1,))
    assert [(f.name, f.points, f.needs) for f in infos[1].functions] == [
        ("batchnorm_forward", 1, ()),
        ("batchnorm_backward", 1, ("batchnorm_forward",)),
    ]


def test_a_broken_solution_is_reported_and_does_not_empty_the_map(root: Path, tmp_path: Path) -> None:
    (root / "solutions" / "exercise03_batchnorm.py").write_text("1/0")
    infos = index(find_course(root), tmp_path / "cache")
    assert [bool(info.problem) for info in infos] == [False, True, False, False]
    assert "ZeroDivisionError" in infos[1].problem


def test_a_warm_index_imports_neither_numpy_nor_solutions(root: Path, tmp_path: Path) -> None:
    index(find_course(root), tmp_path / "cache")
    code = (
        "import sys\nfrom pathlib import Path\nfrom grader.catalog import find_course, index\n"
        f"print(len(index(find_course(Path({str(root)!r})), Path({str(tmp_path / 'cache')!r}))), 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.split() == ["4", "False"]


def test_a_changed_solution_is_read_again_and_a_touched_one_is_not(root: Path, tmp_path: Path) -> None:
    course, cache = find_course(root), tmp_path / "cache"
    index(course, cache)
    path = course.exercises[1].solution
    os.utime(path, (1, 1))
    assert info_of(course, course.exercises[1], cache).title == "Batch normalization"
    path.write_text(path.read_text().replace("Batch normalization", "Another title"))
    assert info_of(course, course.exercises[1], cache).title == "Another title"
    assert index(course, cache)[1].title == "Another title"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 1, "exercises": {"exercise01_doubling": 3}}',
        "[" * 100_000,
        '{"version": 1, "exercises": {"exercise01_doubling": {"stamp": [0, 0]}}}',
    ],
)
def test_a_damaged_cache_is_made_again(root: Path, tmp_path: Path, text: str) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "index.json").write_text(text)
    assert index(find_course(root), cache)[0].title == "Doubling"


def test_a_cache_that_cannot_be_written_costs_only_time(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert index(find_course(root), tmp_path / "file" / "cache")[0].title == "Doubling"


def test_functions_are_chosen_by_name_or_unique_prefix_in_the_exercises_order(root: Path) -> None:
    info = index(find_course(root))[1]
    assert choose_functions(info, ("batchnorm_backward", "batchnorm_f")) == ("batchnorm_forward", "batchnorm_backward")
    with pytest.raises(AmbiguousName, match="can mean batchnorm_forward or batchnorm_backward"):
        choose_functions(info, ("batch",))
    with pytest.raises(UnknownName) as caught:
        choose_functions(info, ("batchnorm_forwrd",))
    assert "batchnorm_forward" in caught.value.hint
