import json
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.classroom import ClassError
from grader.classroom.rules import Rules
from grader.classroom.run import open_run
from grader.report.commands import report
from tests.classroom.runs import EXERCISES, KEY, Class, Work, at, make_run, person, pseudonym
from tests.report.classes import small_class


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", small_class())


def call(*words: object) -> Result:
    return CliRunner().invoke(report, [str(word) for word in words])


def test_the_summary_is_printed_and_nothing_written_unless_asked(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    made = call(folder)
    assert made.exit_code == 0
    assert "3 students, 2 exercises" in made.output and "Weakest functions" in made.output
    assert made.output.splitlines()[-1].startswith("Next: grade report ")
    assert "Ada" not in made.output
    assert sorted(path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))) == [
        name for name in before if not name.endswith(("-wal", "-shm"))
    ]


def test_names_are_shown_when_asked_for(folder: Path) -> None:
    assert "Bob O'Neil" in call(folder, "--names").output
    assert "leave out --names" in call(folder, "--names", "--shared").output


@pytest.mark.parametrize(
    ("flag", "files"),
    [
        ("--html", ["report.html"]),
        ("--csv", ["functions.csv", "marks.csv"]),
        ("--json", ["report.json"]),
        ("--jsonl", ["results.jsonl"]),
        ("--canvas", ["canvas.csv"]),
        (
            "--moodle",
            ["moodle.csv", "moodle_all.csv", "moodle_exercise01_doubling.csv", "moodle_exercise02_tripling.csv"],
        ),
        ("--gradescope", ["gradescope.zip"]),
        ("--junit", ["junit.xml"]),
        ("--markdown", ["report.md"]),
    ],
)
def test_each_format_writes_its_files_for_their_owner_only(folder: Path, flag: str, files: list[str]) -> None:
    made = call(folder, flag)
    assert made.exit_code == 0, made.output
    out = folder / "reports"
    assert sorted(path.name for path in out.iterdir()) == files
    assert all(path.stat().st_size > 0 for path in out.iterdir())
    if os.name == "posix":
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in out.iterdir())
    assert "Written:" in made.output


def test_the_same_run_gives_the_same_bytes(folder: Path) -> None:
    flags = ("--html", "--csv", "--json", "--jsonl", "--canvas", "--moodle", "--gradescope", "--junit", "--markdown")
    assert call(folder, *flags).exit_code == 0
    first = {path.name: path.read_bytes() for path in (folder / "reports").iterdir()}
    assert call(folder, *flags).exit_code == 0
    assert first == {path.name: path.read_bytes() for path in (folder / "reports").iterdir()}


@pytest.mark.parametrize("word", ["bob", "Bob O'Neil", "BOB@EXAMPLE.ORG", "102", pseudonym(KEY, "bob")])
def test_preview_shows_what_a_student_will_see(folder: Path, word: str) -> None:
    made = call(folder, "--preview", word)
    assert made.exit_code == 0
    assert "Bob O'Neil" in made.output and "What adds-two does." in made.output and "BOB PRINTED" not in made.output
    assert call(folder, "--feedback", folder / "fb").exit_code == 0
    assert made.stdout == (folder / "fb" / f"{pseudonym(KEY, 'bob')}.txt").read_text()


def test_a_preview_of_nobody_says_so(folder: Path) -> None:
    made = call(folder, "--preview", "zoe")
    assert made.exit_code == 2 and "no student" in made.output


def quiz_file(folder: Path) -> Path:
    papers = [
        {"student": "ada", "points": 8.5, "max_points": 10.0},
        {"student": "102", "points": 3, "max_points": 10.0},
        {"student": "nobody", "points": 1, "max_points": 10.0},
    ]
    path = folder.parent / "marks.json"
    path.write_text(json.dumps({"schema": 1, "title": "Midterm", "papers": papers}))
    return path


def test_quiz_marks_stand_beside_the_others(folder: Path) -> None:
    made = call(folder, "--quiz", quiz_file(folder), "--csv", "--html", "--canvas", "--moodle", "--json", "--names")
    assert made.exit_code == 0
    assert "1 quiz paper of no student" in made.output and "nobody" in made.output
    out = folder / "reports"
    assert "8.5,10" in (out / "marks.csv").read_text()
    assert "Midterm" in (out / "canvas.csv").read_text() and "Midterm" in (out / "moodle.csv").read_text()
    assert "8.5 of 10" in (out / "report.html").read_text()
    students = json.loads((out / "report.json").read_text())["students"]
    assert {s["name"]: s.get("quiz", {}).get("points") for s in students} == {
        "Ada Byron": 8.5,
        "Bob O'Neil": 3.0,
        "Eve Hacker": None,
    }


def test_quiz_marks_are_in_every_format(folder: Path) -> None:
    flags = ("--markdown", "--jsonl", "--junit", "--gradescope", "--feedback", folder / "fb")
    made = call(folder, "--quiz", quiz_file(folder), *flags, "--names")
    assert made.exit_code == 0 and "Midterm: mean 57% of 2 papers" in made.output
    out = folder / "reports"
    assert "| Ada Byron | 4 of 4 | 8.5 of 10 |" in (out / "report.md").read_text()
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert {(line["student_name"], line["quiz"]["points"]) for line in lines} == {
        ("Ada Byron", 8.5),
        ("Bob O'Neil", 3.0),
    }
    assert '<property name="quiz_points" value="8.5"/>' in (out / "junit.xml").read_text()
    with zipfile.ZipFile(out / "gradescope.zip") as archive:
        papers = {name: json.loads(archive.read(name))["score"] for name in archive.namelist() if name[:5] == "quiz/"}
    ada, bob = pseudonym(KEY, "ada"), pseudonym(KEY, "bob")
    assert papers == {f"quiz/{ada}/results.json": 8.5, f"quiz/{bob}/results.json": 3.0}
    for kind in ("txt", "html"):
        assert "Midterm: " in (folder / "fb" / f"{ada}.{kind}").read_text().replace("</strong>", "")
    preview = call(folder, "--quiz", folder.parent / "marks.json", "--preview", "ada").stdout
    assert "Quiz: Midterm: 8.5 of 10" in preview


def test_moodle_feedback_is_for_one_assignment_and_for_one_that_took_everything(folder: Path) -> None:
    assert call(folder, "--feedback", folder / "fb").exit_code == 0
    ada = "Ada Byron_11_assignsubmission_file_/feedback.html"
    with zipfile.ZipFile(folder / "fb" / "moodle_all.zip") as archive:
        assert archive.read(ada) == (folder / "fb" / f"{pseudonym(KEY, 'ada')}.html").read_bytes()
    with zipfile.ZipFile(folder / "fb" / "moodle_exercise02_tripling.zip") as archive:
        assert len(archive.namelist()) == 2, "who handed in nothing gets no feedback on it"
        text = archive.read(ada).decode()
    assert "Tripling" in text and "1 of 1" in text and "Doubling" not in text


@pytest.mark.parametrize("text", ["", "name,points\nada,3\n"])
def test_a_table_without_the_columns_of_a_quiz_is_refused(folder: Path, text: str) -> None:
    path = folder.parent / "marks.csv"
    path.write_text(text)
    made = call(folder, "--quiz", path)
    assert made.exit_code != 0 and "there is no column" in str(made.exception)


def test_what_grade_quiz_mark_writes_as_csv_is_read_too(folder: Path) -> None:
    path = folder.parent / "marks.csv"
    path.write_text("id,name,points,max_points,share,q1,remarks\nada,Ada,8.5,10,0.85,1,\n")
    assert call(folder, "--quiz", path, "--csv").exit_code == 0
    assert "8.5,10" in (folder / "reports" / "marks.csv").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "{",
        '{"papers": [{"student": "a", "points": "x", "max_points": 1}]}',
        '{"papers": [{"student": "a", "points": NaN, "max_points": 1}]}',
    ],
)
def test_a_file_without_quiz_marks_is_refused_with_its_name(folder: Path, text: str) -> None:
    path = folder.parent / "bad.json"
    path.write_text(text)
    made = call(folder, "--quiz", path)
    assert isinstance(made.exception, ClassError)
    assert "bad.json" in str(made.exception) and "grade quiz mark" in made.exception.hint


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    made = call(tmp_path, "--csv")
    assert made.exit_code != 0 and str(tmp_path) in str(made.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--preview", "ada", "--html", "--canvas"), "leave out --html, --canvas"),
        (("--preview", "ada", "--feedback", "out"), "leave out --feedback"),
        (("--shared", "--html", "--csv", "--json"), "ask for --csv, --json by itself"),
        (("--shared",), "add one of them"),
    ],
)
def test_options_that_would_be_passed_over_are_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    made = call(folder, *words)
    assert made.exit_code == 2 and said in made.output
    assert not (folder / "reports").exists()


def test_a_report_to_pass_on_and_one_that_shows_students_do_not_replace_each_other(folder: Path) -> None:
    for words in (("--html", "--markdown"), ("--html", "--markdown", "--shared")):
        assert call(folder, *words).exit_code == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in (folder / "reports").iterdir()}
    assert sorted(written) == ["report.html", "report.md", "shared.html", "shared.md"]
    with open_run(folder) as run:
        students = {row.student for row in run.rows()}
    shown = {name: {student for student in students if student in text} for name, text in written.items()}
    assert shown == {"report.html": students, "report.md": students, "shared.html": set(), "shared.md": set()}


def test_what_stands_in_the_way_of_a_report_is_named_with_what_to_do(folder: Path, tmp_path: Path) -> None:
    (folder / "reports" / "report.md").mkdir(parents=True)
    made = call(folder, "--markdown")
    assert isinstance(made.exception, ClassError)
    assert "report.md: Is a directory" in str(made.exception) and "copy the run" in made.exception.hint
    assert [path.name for path in (folder / "reports").iterdir()] == ["report.md"], "nothing half written stays"
    (folder / "reports" / "report.md").rmdir()
    (folder / "reports").rmdir()
    (folder / "reports").touch()
    made = call(folder, "--markdown")
    assert "reports is no folder" in str(made.exception)
    made = call(folder, "--feedback", folder / "reports")
    assert made.exit_code == 2 and "is a file" in made.output
    made = call(folder, "--canvas-gradebook", tmp_path / "none.csv")
    assert "none.csv: No such file" in str(made.exception)


def test_who_needs_help_is_counted_to_the_end(tmp_path: Path) -> None:
    people = [person(f"s{i}") for i in range(9)]
    work = [Work("s8", exercise.id, {f.name: "pass" for f in exercise.functions}) for exercise in EXERCISES]
    lines = call(make_run(tmp_path / "run", Class(people, work))).output.splitlines()
    start = lines.index("Who needs help (8)")
    assert lines[start + 5].endswith("nothing handed in") and lines[start + 6] == "  and 3 more"


def test_one_is_said_in_the_singular_everywhere(tmp_path: Path) -> None:
    """A class of one, with one exercise late, one timeout and one quiz paper."""
    rules = Rules(deadlines={EXERCISES[0].id: at("2026-03-01 00:00")}, late_days_budget=1)
    work = (
        Work("ada", EXERCISES[0].id, {"double": "timeout"}, submitted=at("2026-03-01 12:00")),
        Work("ada", EXERCISES[1].id, {"triple": "pass"}),
    )
    folder = make_run(tmp_path / "run", Class((person("ada", moodle="11"),), work, rules=rules))
    papers = {"schema": 1, "title": "Midterm", "papers": [{"student": "ada", "points": 1, "max_points": 1}]}
    (tmp_path / "marks.json").write_text(json.dumps(papers))
    flags = ("--html", "--markdown", "--csv", "--json", "--junit", "--gradescope", "--moodle", "--canvas", "--jsonl")
    made = call(folder, *flags, "--feedback", tmp_path / "feedback", "--quiz", tmp_path / "marks.json")
    assert made.exit_code == 0, made.output
    texts = {"terminal": made.output}
    for path in (*(folder / "reports").iterdir(), *(tmp_path / "feedback").iterdir()):
        if path.suffix != ".zip":
            texts[path.name] = path.read_text(encoding="utf-8")
            continue
        with zipfile.ZipFile(path) as archive:
            texts |= {f"{path.name}/{name}": archive.read(name).decode() for name in archive.namelist()}
    assert len(texts) > 14
    for name, text in texts.items():
        assert re.findall(r"\b1 (?:\w+ ){0,1}(?:\w+[^s\W]s|are|have)\b[^=]", _plain(text)) == [], name


def _plain(text: str) -> str:
    """The words of a page without its tags and style."""
    return re.sub(r"<[^>]*>", " | ", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


def test_hints_come_from_the_course_that_was_graded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.report.catalogue import read_hints

    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    made = read_hints(["exercise17_batchnorm"])
    assert made.remark == ""
    assert made.by_mistake["exercise17_batchnorm", "batch_stats", "ddof1"]
    assert "no exercise99_none" in read_hints(["exercise99_none"]).remark
