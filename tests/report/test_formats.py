"""Each format by the rules of the program that reads it."""

import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

from grader.classroom import ClassError, open_run
from grader.classroom.rules import SEES, Rules
from grader.report.files import write_zip
from grader.report.formats import canvas, canvas_export, documents, gradescope, junit, moodle, tables
from grader.report.formats.numbers import number
from grader.report.model import ClassReport
from grader.report.statistics import item_statistics
from tests.classroom.runs import EXERCISES, Class, Work, at, make_run, person
from tests.report.classes import report_of, small_class, small_report
from tests.report.readers import read_csv

FIRST, SECOND = (exercise.id for exercise in EXERCISES)


def read(lines: Iterable[str], delimiter: str = ",") -> list[list[str]]:
    return read_csv("".join(lines).encode(), delimiter)


@pytest.fixture
def report(tmp_path: Path) -> ClassReport:
    return small_report(tmp_path / "run")


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (6.5, "6.5"),
        (0.125, "0.13"),
        (1234.5, "1234.5"),
        (0.0, "0"),
        (-0.001, "0"),
        (None, ""),
        (100.0, "100"),
    ],
)
def test_numbers_have_a_point_two_decimals_and_no_thousands_separator(value: float | None, text: str) -> None:
    assert number(value) == text


# --- plain tables ----------------------------------------------------------------------------------------------------


def test_marks_have_a_row_a_student_and_a_mark_an_exercise(report: ClassReport) -> None:
    head, *rows = read(tables.marks(report))
    by_name = {row[head.index("name")]: dict(zip(head, row)) for row in rows}
    assert by_name["Ada Byron"]["mark"] == "4" and by_name["Ada Byron"]["max_mark"] == "4"
    assert by_name["Bob O'Neil"][FIRST] == "0" and by_name["Bob O'Neil"][f"{FIRST} status"] == "error"
    assert by_name["Eve Hacker"][f"{SECOND} status"] == "missing"


def test_without_names_marks_hold_pseudonyms_only(tmp_path: Path) -> None:
    made = report_of(make_run(tmp_path / "run", small_class()), named=False)
    text = "".join(tables.marks(made))
    assert not any(word in text for word in ("ada", "Ada", "Byron", "example.org"))
    assert {row[0] for row in read([text])[1:]} == {student.pseudonym for student in made.students}


def test_our_own_failure_is_an_empty_mark_and_never_zero(tmp_path: Path) -> None:
    made = Class((person("ada"),), (Work("ada", FIRST, {}, failure="the worker could not be started"),))
    report = report_of(make_run(tmp_path / "run", made))
    head, row = read(tables.marks(report))
    assert row[head.index(FIRST)] == "" and row[head.index(f"{FIRST} status")] == "broken"
    assert read(moodle.gradebook(report).lines)[1][1] == "-"
    assert read(canvas.gradebook(report).lines)[2][5] == ""


def test_functions_count_every_status(report: ClassReport) -> None:
    head, *rows = read(tables.functions(report, item_statistics(report)))
    row = dict(zip(head, next(row for row in rows if row[1] == "triple")))
    assert (row["pass"], row["timeout"], row["missing"], row["n"]) == ("1", "1", "1", "2")


# --- Canvas ----------------------------------------------------------------------------------------------------------


def test_canvas_has_the_columns_that_the_importer_looks_for(report: ClassReport) -> None:
    head, points, *rows = read(canvas.gradebook(report).lines)
    assert (
        "Student" in head[0]
        and "ID" in head[1]
        and head[2:4] == ["SIS User ID", "SIS Login ID"]
        and "Section" in head[4]
    )
    assert points[0].strip() == "Points Possible" and points[5:] == ["3", "1"]
    assert {row[1] for row in rows} == {"101", "102", "103"}


def test_canvas_titles_cannot_be_taken_for_an_assignment_number(report: ClassReport) -> None:
    exercise = replace(report.exercises[0], title="Vision (2015)")
    assert canvas.title(exercise) == "Exercise 1: Vision [2015]"
    assert not re.search(r"\(\d+\)$", canvas.title(exercise))


@pytest.mark.parametrize("name", ["Points Possible", "   points possible", "Manual Posting", "Student, Test"])
def test_canvas_never_reads_a_student_as_a_row_of_its_own(tmp_path: Path, name: str) -> None:
    report = report_of(make_run(tmp_path / "run", Class((person("ada", name, canvas="1"),), (Work("ada", FIRST, {}),))))
    assert read(canvas.gradebook(report).lines)[2][0] == report.students[0].pseudonym


def test_canvas_leaves_out_who_could_not_be_found_and_says_so(tmp_path: Path) -> None:
    lost = replace(person("eve", "Eve"), listed=False)
    made = canvas.gradebook(
        report_of(make_run(tmp_path / "run", Class((person("ada", "Ada"), lost), (Work("ada", FIRST, {}),))))
    )
    rows = read(made.lines)
    assert [row[0] for row in rows[2:]] == ["Ada"] and rows[2][2] == "ada"
    assert any("leaves out 1" in remark for remark in made.remarks)
    assert any("roster's id" in remark for remark in made.remarks)


EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (501),Homework (502),Current Score\r\n"
    "    Points Possible,,,,,3,10,(read only)\r\n"
    '"Byron, Ada",101,,,S1,,7.5,88\r\n"O\'Neil, Bob",,s-bob,,S1,,8,70\r\n"Who, Else",999,,,S1,2,9,60\r\n'
)


def test_canvas_fills_its_own_export_and_touches_nothing_else(report: ClassReport, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8-sig", newline="")
    made = canvas_export.filled(report, path)
    before, after = read([EXPORT]), read(made.lines)
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    assert [row[5] for row in after] == ["Doubling (501)", "3", "3", "0", "2"]
    assert any("of no student of this run: 1 row" in remark for remark in made.remarks)
    assert any(SECOND in remark for remark in made.remarks)


def test_canvas_keeps_the_delimiter_of_the_export(report: ClassReport, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"Student;ID;SIS User ID;SIS Login ID;Section;{FIRST}\nAda;101;;;S1;\n", encoding="utf-8")
    assert read(canvas_export.filled(report, path).lines, ";")[1] == ["Ada", "101", "", "", "S1", "3"]


def fill(report: ClassReport, path: Path, text: str) -> tuple[list[list[str]], str]:
    """The export of Canvas with our marks, and the remarks."""
    path.write_text(text, encoding="utf-8", newline="")
    made = canvas_export.filled(report, path)
    return read(made.lines), "\n".join(made.remarks)


HEAD = f"Student,ID,SIS User ID,SIS Login ID,Section,{FIRST} (501),{SECOND} (502)\r\n"


def test_canvas_keeps_who_is_excused(report: ClassReport, tmp_path: Path) -> None:
    rows, remarks = fill(report, tmp_path / "e.csv", f"{HEAD}Ada,101,,,S1,EX,0\r\nBob,102,,,S1, ex ,\r\n")
    assert [row[5:] for row in rows[1:]] == [["EX", "1"], [" ex ", "0"]]
    assert "says EX (excused): 2 cells" in remarks


def test_canvas_keeps_a_column_that_is_read_only(report: ClassReport, tmp_path: Path) -> None:
    text = f"{HEAD}    Points Possible,,,,,(read only),1\r\nAda,101,,,S1,0.5,0.5\r\n"
    rows, remarks = fill(report, tmp_path / "e.csv", text)
    assert rows[2][5:] == ["0.5", "1"] and rows[1][5:] == ["(read only)", "1"]
    assert f"read only for Canvas, left as they are: {FIRST}" in remarks


@pytest.mark.parametrize(
    ("possible", "said"), [("10.0", "Doubling 10.0, here 3"), ("3,00", ""), ("", ""), ("(read only)", "")]
)
def test_canvas_is_told_to_have_other_points_than_the_marks(
    report: ClassReport, tmp_path: Path, possible: str, said: str
) -> None:
    row = f'"    Points Possible","","","","","{possible}",1\r\n'
    _, remarks = fill(report, tmp_path / "e.csv", f"{HEAD}{row}Ada,101,,,S1,,0\r\n")
    assert ("other points possible" in remarks) is bool(said)
    assert said.replace("Doubling", "exercise01_doubling") in remarks


def test_canvas_own_rows_stay_and_are_not_counted_as_unknown_students(report: ClassReport, tmp_path: Path) -> None:
    own = ",,,,,Manual Posting,\r\n    Points Possible,,,,,3,1\r\n"
    rows, remarks = fill(report, tmp_path / "e.csv", f'{HEAD}{own}Ada,101,,,S1,,\r\n"Student, Test",77,,,S1,,\r\n')
    assert [row[5:] for row in rows[1:]] == [["Manual Posting", ""], ["3", "1"], ["3", "1"], ["", ""]]
    assert remarks == ""


def test_canvas_finds_by_id_before_sis_and_login(report: ClassReport, tmp_path: Path) -> None:
    rows, _ = fill(report, tmp_path / "e.csv", f"{HEAD}?,101,s-bob,,S1,,\r\n?,0,s-bob,,S1,,\r\n?,,,s-bob,S1,,\r\n")
    assert [row[5:] for row in rows[1:]] == [["3", "1"], ["0", "0"], ["", ""]], "s-bob is an SIS id, not a login"


def test_an_id_that_two_students_have_is_nobodys(tmp_path: Path) -> None:
    twins = (person("ada", canvas="7", sis="s-ada"), person("bob", canvas="7"))
    work = (Work("ada", FIRST, {"double": "pass"}), Work("bob", FIRST, {"double_backward": "pass"}))
    report = report_of(make_run(tmp_path / "run", Class(twins, work)))
    ids = {row[0]: row[1:4] for row in read(canvas.gradebook(report).lines)[2:]}
    assert ids == {"Ada": ["", "s-ada", ""], "Bob": ["", "bob", ""]}
    rows, _ = fill(report, tmp_path / "e.csv", f"{HEAD}?,7,,,S1,,\r\n?,7,s-ada,,S1,,\r\n")
    assert [row[5] for row in rows[1:]] == ["", "1"]


@pytest.mark.parametrize("column", ["Quiz 3 (2026)", "Quiz 3 [2026] (88)", "Quiz 3 (2026) (88)"])
def test_canvas_fills_the_column_of_the_quiz(report: ClassReport, tmp_path: Path, column: str) -> None:
    students = [
        replace(s, quiz=(7.25, 10.0)) if report.name(s.pseudonym) == "Ada Byron" else s for s in report.students
    ]
    quizzed = replace(report, students=students, quiz_title="Quiz 3 (2026)")
    head, *_, ada = fill(quizzed, tmp_path / "e.csv", f"Student,ID,Section,{FIRST},{column}\r\nAda,101,S1,,\r\n")[0]
    assert dict(zip(head, ada))[column] == "7.25"
    new = read(canvas.gradebook(quizzed).lines)
    assert new[0][-1] == "Quiz 3 [2026]" and new[1][-1] == "10"
    assert {row[1]: row[-1] for row in new[2:]} == {"101": "7.25", "102": "", "103": ""}


def test_canvas_reads_every_mark_as_the_number_it_is(tmp_path: Path) -> None:
    """Its importer takes the last point or comma for the decimal mark."""
    rules = Rules(points={FIRST: 1234567.0})
    made = Class((person("ada", canvas="1"),), (Work("ada", FIRST, {"double_backward": "pass"}),), rules=rules)
    cell = read(canvas.gradebook(report_of(make_run(tmp_path / "run", made))).lines)[2][5]
    whole, _, decimals = cell.replace(",", ".").rpartition(".")
    assert float(f"{whole.replace('.', '')}.{decimals}") == pytest.approx(1234567 * 2 / 3, abs=0.005)


@pytest.mark.parametrize(
    "text", ["Student,ID,Section\n", "a,b,c,d\n", "", "Student,ID,SIS Login ID,Section,Homework\n"]
)
def test_a_file_that_is_no_gradebook_is_refused(report: ClassReport, tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    with pytest.raises(ClassError) as caught:
        canvas_export.filled(report, path)
    assert str(path) in str(caught.value) and caught.value.hint


# --- Moodle ----------------------------------------------------------------------------------------------------------


def test_moodle_finds_students_by_an_address_that_only_they_have(tmp_path: Path) -> None:
    people = (
        person("ada"),
        person("bob", email="twin@x.org"),
        person("cyd", email="twin@x.org"),
        person("dee", email="=1@x.org"),
    )
    made = moodle.gradebook(report_of(make_run(tmp_path / "run", Class(people, (Work("ada", FIRST, {}),)))))
    assert [row[0] for row in read(made.lines)[1:]] == ["ada@example.org"]
    assert "leaves out 3" in made.remarks[0]


def test_moodle_writes_a_number_or_a_dash_in_every_cell(report: ClassReport) -> None:
    head, *rows = read(moodle.gradebook(report).lines)
    assert "feedback" not in " ".join(head).lower()
    assert all(cell == "-" or float(cell) >= 0 for row in rows for cell in row[1:])


def test_a_worksheet_has_the_required_columns_and_participants(report: ClassReport) -> None:
    head, *rows = read(worksheet(report, FIRST).lines)
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head)
    by_id = {row[0]: dict(zip(head, row)) for row in rows}
    assert set(by_id) == {"Participant 11", "Participant 12", "Participant 13"}
    assert by_id["Participant 11"]["Grade"] == "3"
    assert report.info is not None and report.info.ended is not None
    at = datetime.strptime(by_id["Participant 11"]["Last modified (grade)"], "%Y-%m-%d %H:%M:%S %z")
    assert at == report.info.ended.replace(microsecond=0), "Moodle skips rows that are older than its own grade"


def worksheet(report: ClassReport, name: str) -> moodle.Worksheet:
    return next(sheet for sheet in moodle.worksheets(report) if sheet.name == f"moodle_{name}.csv")


def test_a_worksheet_leaves_out_what_moodle_would_skip_and_counts_it(report: ClassReport) -> None:
    marks = {"Ada Byron": 3.5, "Bob O'Neil": -0.5, "Eve Hacker": 1.0}
    students = [
        replace(s, cells=(s.cells[0]._replace(mark=marks[report.name(s.pseudonym)]), *s.cells[1:]))
        for s in report.students
    ]
    made = worksheet(replace(report, students=students), FIRST)
    assert [row[:1] + row[3:5] for row in read(made.lines)[1:]] == [["Participant 13", "1", "3"]]
    assert made.out_of_range == 2


def test_a_worksheet_of_the_whole_marks_is_for_an_assignment_that_took_all_exercises(tmp_path: Path) -> None:
    people = tuple(person(name, moodle=str(10 + i)) for i, name in enumerate(("ada", "bob")))
    work = (
        Work("ada", FIRST, {"double": "pass", "double_backward": "pass"}),
        Work("ada", SECOND, {"triple": "pass"}),
        Work("bob", FIRST, {"double": "pass"}),
        Work("bob", SECOND, {}, failure="the worker could not be started"),
    )
    made = Class(people, work, rules=Rules(weights={FIRST: 2.0}))
    sheet = worksheet(report_of(make_run(tmp_path / "run", made)), moodle.ALL)
    assert [row[:1] + row[3:5] for row in read(sheet.lines)[1:]] == [["Participant 10", "7", "7"]], (
        "who has an exercise without a verdict has no whole mark yet"
    )


def test_moodle_leaves_out_an_address_that_no_roster_vouches_for(tmp_path: Path) -> None:
    typed = replace(person("eve", email="eve@elsewhere.example"), listed=False)
    folder = make_run(tmp_path / "run", Class((person("ada"), typed), (Work("ada", FIRST, {}),)))
    made = moodle.gradebook(report_of(folder))
    assert [row[0] for row in read(made.lines)[1:]] == ["ada@example.org"]
    assert "not on the roster" in made.remarks[0]
    everybody = {p: replace(who, listed=False) for p, who in report_of(folder).people.items()}
    without_roster = moodle.gradebook(replace(report_of(folder), people=everybody))
    assert len(read(without_roster.lines)) == 3 and without_roster.remarks == []


def test_feedback_folders_have_the_number_in_their_second_part() -> None:
    for name in ("Ada Byron", "a_b_c", "", "../x", "_1_"):
        parts = moodle.feedback_member(person("ada", name, moodle="77")).split("_", 4)
        assert parts[1:] == ["77", "assignsubmission", "file", ""] and parts[0] and "/" not in parts[0]


@pytest.mark.parametrize("number_", ["", "x", "1;2", "²", "9" * 40, "-1"])
def test_a_participant_is_a_number_or_nobody(number_: str) -> None:
    assert moodle.participant(person("ada", moodle=number_)) == ""


# --- Gradescope ------------------------------------------------------------------------------------------------------


_TEXT = {"type": "string"}
_VISIBLE = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
_NUMBER = {"type": "number"}
# The specification of results.json, as autograder_samples documents it.
RESULTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        **{"score": _NUMBER, "execution_time": _NUMBER, "output": _TEXT, "output_format": _FORMAT},
        **{"test_output_format": _FORMAT, "test_name_format": _FORMAT},
        **{"visibility": _VISIBLE, "stdout_visibility": _VISIBLE, "extra_data": {"type": "object"}},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    **{"score": _NUMBER, "max_score": _NUMBER, "status": {"enum": ["passed", "failed"]}},
                    **{
                        "name": _TEXT,
                        "name_format": _FORMAT,
                        "number": _TEXT,
                        "output": _TEXT,
                        "output_format": _FORMAT,
                    },
                    **{"tags": {"type": "array"}, "visibility": _VISIBLE, "extra_data": {"type": "object"}},
                },
            },
        },
    },
}


def results(folder: Path, report: ClassReport) -> dict[str, dict]:
    path = folder.parent / "g.zip"
    with open_run(folder) as run:
        sees = run.rules.students_see
        write_zip(path, gradescope.members(run.rows(), report, lambda row: run.conditions_of(row)[0], sees))
    with zipfile.ZipFile(path) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_gradescope_results_are_what_it_specifies(report: ClassReport, tmp_path: Path) -> None:
    students = [replace(student, quiz=(3.5, 10.0)) for student in report.students]
    made = results(tmp_path / "run", replace(report, students=students, quiz_title="Midterm"))
    assert len(made) == 4 + 3 and all(name.endswith("/results.json") for name in made)
    for document in made.values():
        jsonschema.validate(document, RESULTS)


def test_gradescope_results_have_numbers_and_hide_no_test(report: ClassReport, tmp_path: Path) -> None:
    for document in results(tmp_path / "run", report).values():
        assert isinstance(document["score"], float) and isinstance(document["execution_time"], float)
        assert {test["visibility"] for test in document["tests"]} == {"after_published"}
        assert document["visibility"] == "after_published", "one hidden test would hide the total"
        assert all(isinstance(test["number"], str) for test in document["tests"])
        assert all((test["status"] == "passed") == (test["score"] == test["max_score"]) for test in document["tests"])


def test_gradescope_results_name_the_run_and_the_version_of_the_exercise(report: ClassReport, tmp_path: Path) -> None:
    for name, document in results(tmp_path / "run", report).items():
        extra = document["extra_data"]
        assert extra["seed_commitment"] == report.commitment and extra["exercise"] == name.split("/")[0]
        assert extra["exercise_version"] == "v1" and extra["grader"] and extra["plan"] and extra["level"] == "jailed"


@pytest.mark.parametrize(
    ("sees", "tests", "words", "visibility"),
    [
        (SEES, True, True, "after_published"),
        (("points", "status"), True, False, "after_published"),
        (("points", "mistakes"), False, False, "after_published"),
        (("points",), False, False, "after_published"),
        (("status", "mistakes"), True, True, "hidden"),
    ],
)
def test_gradescope_shows_what_the_course_lets_students_see(
    tmp_path: Path, sees: tuple[str, ...], tests: bool, words: bool, visibility: str
) -> None:
    wrong = Work("ada", FIRST, {"double": "fail:adds-two"}, problem="SyntaxError: no")
    folder = make_run(tmp_path / "run", Class((person("ada"),), (wrong,), rules=Rules(students_see=sees)))
    report = report_of(folder)
    quizzed = replace(report, quiz_title="Midterm", students=[replace(s, quiz=(3.5, 10.0)) for s in report.students])
    document, quiz = results(folder, quizzed).values()
    jsonschema.validate(document, RESULTS)
    assert {quiz["visibility"], quiz["tests"][0]["visibility"]} == {visibility}
    text = json.dumps(document)
    assert ("double" in text, "What adds-two does." in text) == (tests, words)
    assert ("SyntaxError" in text) is ("status" in sees)
    assert {document["visibility"], *(test["visibility"] for test in document.get("tests", ()))} == {visibility}


def test_gradescope_scores_count_late_days_and_quiz_papers_stand_beside(tmp_path: Path) -> None:
    rules = Rules(deadlines={FIRST: at("2026-03-01 12:00")}, percent_per_day=10)
    done = {"double": "pass", "double_backward": "pass"}
    work = (Work("ada", FIRST, done, submitted=at("2026-03-02 18:00")), Work("bob", FIRST, {}, failure="no worker"))
    folder = make_run(tmp_path / "run", Class((person("ada"), person("bob")), work, rules=rules))
    report = report_of(folder)
    students = [replace(s, quiz=(3.5, 10.0)) if report.name(s.pseudonym) == "Ada" else s for s in report.students]
    made = results(folder, replace(report, students=students, quiz_title="Midterm"))
    ada = next(s.pseudonym for s in students if s.quiz)
    assert set(made) == {f"{FIRST}/{ada}/results.json", f"quiz/{ada}/results.json"}, "our own failure is no result"
    first, quiz = made[f"{FIRST}/{ada}/results.json"], made[f"quiz/{ada}/results.json"]
    assert first["score"] == pytest.approx(3 * 0.8) and sum(test["score"] for test in first["tests"]) == 3
    assert (quiz["score"], quiz["tests"][0]["max_score"], quiz["tests"][0]["name"]) == (3.5, 10.0, "Midterm")


# --- JUnit -----------------------------------------------------------------------------------------------------------


def suites(folder: Path) -> list[ET.Element]:
    with open_run(folder) as run:
        return list(ET.fromstring("".join(junit.document(run.rows(), run.exercises)).encode()))


def test_junit_counts_what_its_cases_say(tmp_path: Path) -> None:
    made = suites(make_run(tmp_path / "run", small_class()))
    assert len(made) == 3 * len(EXERCISES)
    for suite in made:
        kinds = [case[0].tag if len(case) else "passed" for case in suite]
        assert int(suite.get("tests", "")) == len(kinds)
        assert int(suite.get("failures", "")) == kinds.count("failure")
        assert int(suite.get("errors", "")) == kinds.count("error")
        assert int(suite.get("skipped", "")) == kinds.count("skipped")
        assert suite.get("hostname") is None
    assert {kind for suite in made for case in suite for kind in ([case[0].tag] if len(case) else [])} == {
        "failure",
        "error",
        "skipped",
    }


def test_junit_has_the_elements_and_attributes_that_pytest_writes(tmp_path: Path) -> None:
    work = [replace(work, submitted=at("2026-03-01 12:00")) for work in small_class().work]
    folder = make_run(tmp_path / "run", replace(small_class(), work=work))
    with open_run(folder) as run:
        text = "".join(junit.document(run.rows(), run.exercises, lambda student: ("Midterm", 3.5, 10.0)))
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites" and set(root.attrib) == {"name"}
    for suite in root:
        assert set(suite.attrib) <= {"name", "errors", "failures", "skipped", "tests", "time", "timestamp"}
        assert float(suite.get("time", "")) >= 0
        if (when := suite.get("timestamp")) is not None:
            assert datetime.fromisoformat(when) == at("2026-03-01 12:00")
        quiz, *cases = suite
        assert [(one.get("name"), one.get("value")) for one in quiz] == [
            ("quiz", "Midterm"),
            ("quiz_points", "3.5"),
            ("quiz_max_points", "10"),
        ]
        for case in cases:
            assert case.tag == "testcase" and set(case.attrib) == {"classname", "name", "time"}
            assert all(set(child.attrib) == {"message"} and not child.text for child in case)
            assert case.get("classname") == suite.get("name")


def test_junit_tells_nothing_hidden(tmp_path: Path) -> None:
    text = "".join(ET.tostring(suite, "unicode") for suite in suites(make_run(tmp_path / "run", small_class())))
    assert not any(secret in text for secret in ("secret", "2.0", "3.0", "a case", "BOB PRINTED", "y[0]"))
    assert "ValueError" in text


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_json_holds_the_numbers_of_the_report(report: ClassReport) -> None:
    document = json.loads("".join(documents.report_json(report, item_statistics(report))))
    assert document["schema"] == 1 and document["run"]["seed_commitment"] == report.commitment
    assert {s["name"]: s["mark"] for s in document["students"]} == {
        "Ada Byron": 4.0,
        "Bob O'Neil": 0.0,
        "Eve Hacker": 0.0,
    }
    assert [(m["id"], m["students"]) for m in document["mistakes"]] == [("adds-two", 1)]
    at = document["class"]
    assert (at["students"], at["active"], at["mean"], at["median"], at["full"]) == (3, 2, 0.5, 0.5, 1)
    assert sorted(one["reasons"] for one in at["need_help"]) == [["3 functions wrong"], ["nothing handed in"]]
    first, second = document["exercises"]
    assert (first["mean"], first["counts"]["missing"], first["late"]) == (0.5, 1, 0)
    assert (second["mean"], second["counts"]["timeout"], second["counts"]["pass"]) == (0.5, 1, 1)
    assert document["overrides"] == []


def test_every_line_of_jsonl_is_a_result_of_schema_1(tmp_path: Path) -> None:
    with open_run(make_run(tmp_path / "run", small_class())) as run:
        lines = list(documents.result_lines(run.rows(), {}))
        rows = {(row.student, row.exercise): row for row in run.rows()}
    assert len(lines) == 4
    for line in map(json.loads, lines):
        row = rows[line["student"], line["exercise"]]
        assert line["schema"] == 1 and line["mark"] == row.mark
        assert {name: line[name] for name in row.result} == dict(row.result)


def test_jsonl_has_the_quiz_in_each_line_of_its_student(tmp_path: Path) -> None:
    with open_run(make_run(tmp_path / "run", small_class())) as run:
        ada = next(p for p, who in run.identities().items() if who.student == "ada")
        lines = documents.result_lines(
            run.rows(), {}, lambda student: ("Midterm", 3.5, 10.0) if student == ada else None
        )
        found = {(line["student"], line["exercise"]): line.get("quiz") for line in map(json.loads, lines)}
    assert {key: quiz is not None for key, quiz in found.items()} == {key: key[0] == ada for key in found}
    assert found[ada, FIRST] == {"title": "Midterm", "points": 3.5, "max_points": 10.0}


def test_marks_agree_with_the_ledgers_own_totals_under_weights(tmp_path: Path) -> None:
    made = replace(small_class(), rules=Rules(weights={FIRST: 2.0}, points={SECOND: 10.0}))
    folder = make_run(tmp_path / "run", made)
    report = report_of(folder)
    with open_run(folder) as run:
        totals = {total.student: (total.mark, total.max_mark) for total in run.totals()}
    assert {s.pseudonym: (s.mark, s.max_mark) for s in report.students} == totals
    assert (16.0, 16.0) in totals.values()
