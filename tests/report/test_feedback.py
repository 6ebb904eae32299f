import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import open_run
from grader.classroom.rules import Rules
from grader.report.feedback import Feedback, FeedbackMaker, as_html, as_text
from grader.report.sentences import function_sentence
from tests.classroom.runs import EXERCISES, KEY, Class, Work, at, make_run, person, pseudonym
from tests.report.classes import small_class

FIRST = EXERCISES[0].id
HINT = "Think of the sum."


def feedback(folder: Path, student: str, quiz: tuple[str, float, float] | None = None) -> Feedback:
    with open_run(folder) as run:
        maker = FeedbackMaker(
            run.course, run.exercises, run.rules.students_see, lambda e, f, m: HINT if m == "adds-two" else ""
        )
        return maker.student(student, tuple(run.rows(student=pseudonym(KEY, student))), quiz)


def texts(made: Feedback) -> tuple[str, str]:
    return as_text(made), as_html(made)


def test_feedback_says_what_is_right_the_mistake_and_its_hint(tmp_path: Path) -> None:
    for text in texts(feedback(make_run(tmp_path / "run", small_class()), "bob")):
        assert "What adds-two does." in text and HINT in text and "ValueError" in text
        assert "0 of 4" in text
    for text in texts(feedback(tmp_path / "run", "ada")):
        assert "4 of 4" in text and "ok" in text and "FAIL" not in text


def test_feedback_reveals_no_input_number_message_seed_or_other_student(tmp_path: Path) -> None:
    made = small_class()
    for text in texts(feedback(make_run(tmp_path / "run", made), "bob")):
        for secret in (
            "a case",
            "y[0]",
            "2.0",
            "3.0",
            "<secret>",
            "secret",
            "BOB PRINTED",
            "c" * 32,
            "p" * 64,
            "Ada",
            "Eve",
        ):
            assert secret not in text, secret


@pytest.mark.parametrize(
    ("sees", "shown", "hidden"),
    [
        (("points",), ["0 of 4"], ["FAIL", "What adds-two does.", HINT, "double"]),
        (("status",), ["FAIL", "double"], ["0 of 4", "0/1", "What adds-two does.", HINT]),
        (("status", "mistakes"), ["FAIL", "What adds-two does."], ["0 of 4", HINT]),
        ((), [], ["0 of 4", "FAIL", "What adds-two does.", HINT, "double"]),
    ],
)
def test_the_course_decides_what_students_see(
    tmp_path: Path, sees: tuple[str, ...], shown: list[str], hidden: list[str]
) -> None:
    folder = make_run(tmp_path / "run", replace(small_class(), rules=Rules(students_see=sees)))
    for text in texts(feedback(folder, "bob")):
        assert all(word in text for word in shown)
        assert not any(word in text for word in hidden)


def test_quiz_marks_are_points_too(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", replace(small_class(), rules=Rules(students_see=("status",))))
    for text in texts(feedback(folder, "eve", ("Midterm", 7.5, 10.0))):
        assert "7.5" not in text and "Midterm" not in text


def test_late_work_and_our_own_failure_are_explained(tmp_path: Path) -> None:
    rules = Rules(deadlines={FIRST: at("2026-03-01 12:00")}, percent_per_day=10)
    work = (
        Work("ada", FIRST, {"double": "pass", "double_backward": "pass"}, submitted=at("2026-03-02 18:00")),
        Work("bob", FIRST, {}, failure="no worker", submitted=at("2026-03-01 10:00")),
    )
    folder = make_run(tmp_path / "run", Class((person("ada"), person("bob")), work, rules=rules))
    assert "2 days late, which costs 20 %" in as_text(feedback(folder, "ada"))
    bob = as_text(feedback(folder, "bob"))
    assert "Marks: no mark yet" in bob and "costs no points" in bob and "no worker" not in bob


def test_where_nothing_is_graded_there_is_no_mark_of_nothing(tmp_path: Path) -> None:
    work = [Work("ada", exercise.id, {}, failure="no worker") for exercise in EXERCISES]
    for text in texts(feedback(make_run(tmp_path / "run", Class((person("ada"),), work)), "ada")):
        assert "0 of 0" not in text and text.count("no mark yet") == 1 + len(EXERCISES)


def test_free_late_days_are_said_to_cover_or_to_help(tmp_path: Path) -> None:
    rules = Rules(deadlines={FIRST: at("2026-03-01 12:00")}, percent_per_day=10, late_days_budget=2)
    work = [
        Work("ada", FIRST, {}, submitted=at("2026-03-02 10:00")),
        Work("bob", FIRST, {}, submitted=at("2026-03-04 10:00")),
    ]
    folder = make_run(tmp_path / "run", Class((person("ada"), person("bob")), work, rules=rules))
    assert "Handed in 1 day late, which your free late days cover." in as_text(feedback(folder, "ada"))
    assert "Handed in 3 days late, 2 of them free, which costs 10 %." in as_text(feedback(folder, "bob"))


def test_a_timeout_is_said_once() -> None:
    check = {"exception": None, "mismatch": {"kind": "timeout", "output": ""}}
    assert function_sentence({"status": "timeout", "checks": [check]}) == "it took too long"


def test_a_missing_exercise_says_so_and_the_quiz_stands_beside(tmp_path: Path) -> None:
    for text in texts(feedback(make_run(tmp_path / "run", small_class()), "eve", ("Midterm", 7.5, 10.0))):
        assert "Not handed in." in text and "Midterm: " in text and "7.5 of 10" in text


def test_a_remark_on_the_sheet_is_passed_on_and_one_on_whose_it_is_is_not(tmp_path: Path) -> None:
    notes = {
        "ada": "made for an older sheet: double(x), the sheet has double(x, k); its manifest names another student: Eve",
        "bob": "its manifest names another student: Eve",
        "cyd": "made for an older sheet; whose it is, only its manifest says",
    }
    work = tuple(Work(name, FIRST, {"double": "pass"}, note=note) for name, note in notes.items())
    folder = make_run(tmp_path / "run", Class(tuple(person(name) for name in notes), work))
    for name, said in (("ada", True), ("bob", False), ("cyd", True)):
        for text in texts(feedback(folder, name)):
            assert ("Made for an older sheet" in text) is said
            assert "Eve" not in text and "manifest" not in text


def test_text_fits_80_columns_and_loses_no_word(tmp_path: Path) -> None:
    long = "made for an older sheet: " + " ".join(f"parameter{i}" for i in range(20))
    work = (Work("ada", FIRST, {"double": "fail:" + "-".join(["word"] * 40)}, note=long),)
    text = as_text(feedback(make_run(tmp_path / "run", Class((person("ada"),), work)), "ada"))
    assert max(map(len, text.splitlines())) <= 79
    assert all(f"parameter{i}" in text for i in range(20))
    assert "-".join(["word"] * 40) in text.replace("\n         ", "")


def test_a_fault_is_said_with_the_output_that_it_is_in() -> None:
    def said(kind: str, output: str) -> str:
        mismatch = {"kind": kind, "output": output}
        return function_sentence({"status": "fail", "checks": [{"exception": None, "mismatch": mismatch}]})

    assert said("shape", "dx") == "the shape of dx is wrong"
    assert said("value", "") == "a value is wrong"
    assert said("value", "grads.hidden") == "a value of grads is wrong"
    assert said("nonfinite", "y").startswith("nan or infinity stands in y where")
    assert said("a new kind", "y") == "a new kind in y"


def test_every_kind_of_fault_that_the_grader_knows_has_words() -> None:
    root = Path(__file__).resolve().parents[2] / "grader"
    source = "".join(
        path.read_text() for place in ("judge", "grading.py", "compare.py") for path in files_of(root / place)
    )
    known = set(re.findall(r'(?:Mismatch|Difference)\(\s*[^,]*?"([a-z][a-z0-9-]+)",', source))
    known |= set(re.findall(r'Mismatch\(\s*[^,]+, "([a-z][a-z0-9-]+)"', source))
    assert len(known) > 8
    for kind in known - {"match"}:
        assert (
            function_sentence(
                {"status": "fail", "checks": [{"exception": None, "mismatch": {"kind": kind, "output": ""}}]}
            )
            != kind
        )


def files_of(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.glob("*.py"))


def test_the_page_for_a_student_has_no_script_and_loads_nothing(tmp_path: Path) -> None:
    text = as_html(feedback(make_run(tmp_path / "run", small_class()), "bob"))
    assert "default-src 'none'" in text and "<script" not in text and "http" not in text.replace("http-equiv", "")
