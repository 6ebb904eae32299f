"""Each format by the rules of the program that reads it."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import ClassError, open_run
from grader.classroom.rules import Rules
from grader.report.files import write_zip
from grader.report.formats import canvas, documents, gradescope, junit, moodle, tables
from grader.report.formats.numbers import number
from grader.report.model import ClassReport
from grader.report.statistics import item_statistics
from tests.classroom.runs import EXERCISES, Class, Work, make_run, person
from tests.report.classes import report_of, small_class, small_report

FIRST, SECOND = (exercise.id for exercise in EXERCISES)


def read(lines: Iterable[str], delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines), newline=""), delimiter=delimiter))


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
    assert any("roster id" in remark for remark in made.remarks)


EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Doubling (501),Homework (502),Current Score\r\n"
    "    Points Possible,,,,,3,10,(read only)\r\n"
    '"Byron, Ada",101,,,S1,,7.5,88\r\n"O\'Neil, Bob",,s-bob,,S1,,8,70\r\n"Who, Else",999,,,S1,2,9,60\r\n'
)


def test_canvas_fills_its_own_export_and_touches_nothing_else(report: ClassReport, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(EXPORT, encoding="utf-8-sig", newline="")
    made = canvas.filled(report, path)
    before, after = read([EXPORT]), read(made.lines)
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    assert [row[5] for row in after] == ["Doubling (501)", "3", "3", "0", "2"]
    assert any("1 rows are of no student" in remark for remark in made.remarks)
    assert any(SECOND in remark for remark in made.remarks)


def test_canvas_keeps_the_delimiter_of_the_export(report: ClassReport, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"Student;ID;SIS User ID;SIS Login ID;Section;{FIRST}\nAda;101;;;S1;\n", encoding="utf-8")
    assert read(canvas.filled(report, path).lines, ";")[1] == ["Ada", "101", "", "", "S1", "3"]


@pytest.mark.parametrize(
    "text", ["Student,ID,Section\n", "a,b,c,d\n", "", "Student,ID,SIS Login ID,Section,Homework\n"]
)
def test_a_file_that_is_no_gradebook_is_refused(report: ClassReport, tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(text)
    with pytest.raises(ClassError) as caught:
        canvas.filled(report, path)
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
    sheets = dict(moodle.worksheets(report))
    head, *rows = read(sheets[f"moodle_{FIRST}.csv"])
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(head)
    by_id = {row[0]: dict(zip(head, row)) for row in rows}
    assert set(by_id) == {"Participant 11", "Participant 12", "Participant 13"}
    assert by_id["Participant 11"]["Grade"] == "3"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000", by_id["Participant 11"]["Last modified (grade)"])


def test_feedback_folders_have_the_number_in_their_second_part() -> None:
    for name in ("Ada Byron", "a_b_c", "", "../x", "_1_"):
        parts = moodle.feedback_member(person("ada", name, moodle="77")).split("_", 4)
        assert parts[1:] == ["77", "assignsubmission", "file", ""] and parts[0] and "/" not in parts[0]


@pytest.mark.parametrize("number_", ["", "x", "1;2", "²", "9" * 40, "-1"])
def test_a_participant_is_a_number_or_nobody(number_: str) -> None:
    assert moodle.participant(person("ada", moodle=number_)) == ""


# --- Gradescope ------------------------------------------------------------------------------------------------------


def results(folder: Path, report: ClassReport, tmp_path: Path) -> dict[str, dict]:
    with open_run(folder) as run:
        write_zip(tmp_path / "g.zip", gradescope.members(run.rows(), report))
    with zipfile.ZipFile(tmp_path / "g.zip") as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def test_gradescope_results_have_numbers_and_hide_no_test(report: ClassReport, tmp_path: Path) -> None:
    made = results(tmp_path / "run", report, tmp_path)
    assert len(made) == 4 and all(name.endswith("/results.json") for name in made)
    for document in made.values():
        assert isinstance(document["score"], float) and isinstance(document["execution_time"], float)
        assert {test["visibility"] for test in document["tests"]} == {"after_published"}
        assert all(isinstance(test["number"], str) for test in document["tests"])
        assert all((test["status"] == "passed") == (test["score"] == test["max_score"]) for test in document["tests"])
        assert document["extra_data"]["seed_commitment"] == report.commitment
        assert document["extra_data"]["grader"] and document["extra_data"]["plan"]


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


def test_every_line_of_jsonl_is_a_result_of_schema_1(tmp_path: Path) -> None:
    with open_run(make_run(tmp_path / "run", small_class())) as run:
        lines = list(documents.result_lines(run.rows(), {}))
        rows = {(row.student, row.exercise): row for row in run.rows()}
    assert len(lines) == 4
    for line in map(json.loads, lines):
        row = rows[line["student"], line["exercise"]]
        assert line["schema"] == 1 and line["mark"] == row.mark
        assert {name: line[name] for name in row.result} == dict(row.result)


def test_marks_agree_with_the_ledgers_own_totals_under_weights(tmp_path: Path) -> None:
    made = replace(small_class(), rules=Rules(weights={FIRST: 2.0}, points={SECOND: 10.0}))
    folder = make_run(tmp_path / "run", made)
    report = report_of(folder)
    with open_run(folder) as run:
        totals = {total.student: (total.mark, total.max_mark) for total in run.totals()}
    assert {s.pseudonym: (s.mark, s.max_mark) for s in report.students} == totals
    assert (16.0, 16.0) in totals.values()
