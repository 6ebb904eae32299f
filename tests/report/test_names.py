"""A thousand names that nobody should be called, through every format and read back by somebody else's reader."""

import html.parser
import json
import os
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from grader.classroom import Identity, open_run
from grader.report.commands import report as command
from grader.report.escape import csv_cell, visible
from tests.classroom.classes import CRASH, DOUBLING, RIGHT, SQUARED, grade, hand_in, make_course
from tests.classroom.runs import EXERCISES, Class, Work, make_run, person
from tests.report.classes import nasty_names, storable
from tests.report.readers import read_csv

NAMES = [storable(name) for name in nasty_names(1000)]
FLAGS = (
    "--html",
    "--csv",
    "--json",
    "--jsonl",
    "--canvas",
    "--moodle",
    "--gradescope",
    "--junit",
    "--markdown",
    "--names",
)


@dataclass(frozen=True)
class Made:
    """A class of people with such names, reported on in every format."""

    folder: Path
    people: Mapping[str, Identity]
    exercise: str

    @property
    def reports(self) -> Path:
        return self.folder / "run" / "reports"

    @property
    def feedback(self) -> Path:
        return self.folder / "feedback"


@pytest.fixture(
    scope="module",
    params=[
        "written",
        pytest.param("graded", marks=pytest.mark.skipif(sys.platform != "linux", reason="classes are graded on Linux")),
    ],
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Once as the ledger could hold it at worst, once through everything: roster, collecting, grading."""
    out = tmp_path_factory.mktemp(request.param)
    exercise = written(out) if request.param == "written" else graded(out)
    quiz = out / "marks.json"
    with open_run(out / "run") as run:
        people = run.identities()
    papers = [{"student": who.student, "points": i % 11, "max_points": 10} for i, who in enumerate(people.values())]
    quiz.write_text(json.dumps({"title": "=Quiz <1> | `2`", "papers": papers}), encoding="utf-8")
    words = [str(out / "run"), *FLAGS, "--quiz", str(quiz), "--feedback", str(out / "feedback")]
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None, done.exception
    (out / "terminal.txt").write_text(done.output, encoding="utf-8")
    return Made(out, people, exercise)


def written(out: Path) -> str:
    """The names as they are, and in the words that a submission can put into a result; the exercise."""
    people = [
        person(
            f"{number}:{name}", name, canvas=str(1000 + number), moodle=str(1 + number), email=f"s{number}@example.org"
        )
        for number, name in enumerate(NAMES)
    ]
    first = EXERCISES[0].id
    kinds = ({"double": "pass", "double_backward": "pass"}, {"double": "fail:adds-two", "double_backward": "error"})
    work = [
        Work(
            who.student,
            first,
            kinds[i % 2],
            problem=name if i % 7 == 0 else "",
            note=f"made for {name}" if i % 5 == 0 else "",
            printed=name,
        )
        for i, (who, name) in enumerate(zip(people, NAMES))
    ]
    make_run(out / "run", Class(people, work))
    return first


def graded(out: Path) -> str:
    """The names in a roster, and as folders of who is on none; their code prints, raises and is called like them."""
    course = make_course(out / "course")
    roster = ["id,name,email,canvas,moodle,section"]
    for number, name in enumerate(NAMES):
        if number % 4 == 3 and (folder := as_folder(name, number)):
            hand_in(out / "in", folder, source(number))
            continue
        cell = name.replace('"', '""')
        roster.append(f's{number},"{cell}",s{number}@example.org,{1000 + number},{1 + number},"{cell}"')
        hand_in(out / "in", f"s{number}", source(number))
    (out / "roster.csv").write_text("\n".join(roster), encoding="utf-8", newline="")
    grade(course, out / "in", out / "run", roster=out / "roster.csv")
    return DOUBLING


def as_folder(name: str, number: int) -> str:
    """The name of a folder that is of no other student, empty where no file system takes it."""
    usable = f"{name.replace('/', '_').replace(chr(0), '')} {number}"
    return usable if len(os.fsencode(usable)) <= 200 else ""


def source(number: int) -> str:
    """One of sixty submissions: right, wrong, and with hostile words in all that a submission can say."""
    words = NAMES[number % 60]
    hostile = f"print({words!r})\n"
    if number % 5 == 0:
        return RIGHT + hostile
    if number % 5 == 1:
        return SQUARED + hostile
    if number % 5 == 2:
        return hostile + CRASH.replace(
            "raise ValueError(x)", f"raise type({words[:50]!r} or 'E', (Exception,), {{}})({words!r})"
        )
    if number % 5 == 3:
        return f"raise RuntimeError({words!r})\n"
    return RIGHT.replace("return x + x", f"return {{{words!r}: x}}")


def rows(path: Path) -> Sequence[Sequence[str]]:
    return read_csv(path.read_bytes())


def is_formula(cell: str) -> bool:
    return cell.lstrip()[:1] in tuple("=+@|%＝＋－＠") or (cell.lstrip()[:1] == "-" and cell != "-")


def test_everybody_is_in_the_class(made: Made) -> None:
    assert 995 <= len(made.people) <= 1000, "a name in composed and in decomposed letters is one folder's name"
    assert sum(who.listed for who in made.people.values()) >= 700


@pytest.mark.parametrize("name", ["marks.csv", "canvas.csv", "moodle.csv", "moodle_{}.csv", "functions.csv"])
def test_csv_has_no_formula_no_control_character_and_whole_rows(made: Made, name: str) -> None:
    table = rows(made.reports / name.format(made.exercise))
    assert len({len(row) for row in table}) == 1
    assert len(table) >= 3
    for row in table:
        assert not any(is_formula(cell) for cell in row)
        assert all(character.isprintable() for cell in row for character in cell)


def test_every_name_comes_back_from_csv(made: Made) -> None:
    head, *table = rows(made.reports / "marks.csv")
    found = {row[0]: row[head.index("name")] for row in table}
    assert found == {pseudonym: csv_cell(who.name) for pseudonym, who in made.people.items()}


def test_canvas_and_moodle_find_everybody_whom_the_roster_names(made: Made) -> None:
    listed = [who for who in made.people.values() if who.listed]
    _, _, *canvas = rows(made.reports / "canvas.csv")
    assert {row[1] for row in canvas} == {who.ids["canvas"] for who in listed}
    _, *moodle = rows(made.reports / "moodle.csv")
    assert {row[0] for row in moodle} == {who.email for who in listed}


def test_every_name_comes_back_from_json_unchanged(made: Made) -> None:
    document = json.loads((made.reports / "report.json").read_text(encoding="ascii"))
    found = {s["student"]: s["name"] for s in document["students"]}
    assert found == {pseudonym: who.name for pseudonym, who in made.people.items()}


def test_jsonl_has_one_line_a_result(made: Made) -> None:
    lines = (made.reports / "results.jsonl").read_bytes().split(b"\n")
    assert lines[-1] == b"" and len(lines) == len(made.people) + 1
    found = {line["student"]: line["student_name"] for line in map(json.loads, lines[:-1])}
    assert found == {pseudonym: who.name for pseudonym, who in made.people.items()}


def test_junit_is_well_formed_and_has_a_suite_for_each(made: Made) -> None:
    root = ET.parse(made.reports / "junit.xml").getroot()
    assert len(root) == len(made.people)
    tags = {element.tag for element in root.iter()}
    assert tags - {"skipped"} == {"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error"}


class Page(html.parser.HTMLParser):
    """What is on a page: its tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.texts: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action")}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def test_the_page_holds_every_name_as_text_and_no_markup_of_theirs(made: Made) -> None:
    page = Page((made.reports / "report.html").read_text(encoding="utf-8"))
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "textarea", "b", "form", "base"}
    assert not any(name.startswith("on") for name in page.attributes)
    assert not page.comments
    assert all(link.startswith("#") or link == "data:," for link in page.links)
    texts = {text.strip() for text in page.texts}
    assert {visible((who.name.strip() and who.name) or who.student).strip() for who in made.people.values()} <= texts
    assert all(c.isprintable() or c == "\n" for text in page.texts for c in text)


FEEDBACK_TAGS = set(
    "html head meta title style body main h1 h2 p strong section span table thead tbody tr th td code".split()
)


def test_feedback_has_a_file_for_each_and_names_the_right_one(made: Made) -> None:
    assert len(rows(made.feedback / "index.csv")) == len(made.people) + 1
    for pseudonym, who in made.people.items():
        page = Page((made.feedback / f"{pseudonym}.html").read_text(encoding="utf-8"))
        assert page.tags <= FEEDBACK_TAGS
        assert any(visible(who.name or who.student).strip() in text for text in page.texts)
        text = (made.feedback / f"{pseudonym}.txt").read_text(encoding="utf-8")
        assert all(c.isprintable() or c == "\n" for c in text)


def test_moodles_zip_has_a_safe_folder_for_each_participant(made: Made) -> None:
    with zipfile.ZipFile(made.feedback / f"moodle_{made.exercise}.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    participants = [who.ids["moodle"] for who in made.people.values() if "moodle" in who.ids]
    assert len(names) == len(set(names)) == len(participants) >= 740
    assert {name.split("_", 4)[1] for name in names} == set(participants)
    assert all(name.count("/") == 1 and ".." not in name and not name.startswith("/") for name in names)


def test_gradescope_reads_every_result_and_every_paper(made: Made) -> None:
    with zipfile.ZipFile(made.reports / "gradescope.zip") as archive:
        documents = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    students = json.loads((made.reports / "report.json").read_text())["students"]
    quizzed = {student["student"] for student in students if "quiz" in student}
    assert len(quizzed) >= 990, "an id that means two students is nobody's"
    wanted = {(made.exercise, who) for who in made.people} | {("quiz", who) for who in quizzed}
    assert set(documents) == {f"{folder}/{who}/results.json" for folder, who in wanted}
    assert all(c.isprintable() for document in documents.values() for c in document["output"])


def test_markdown_is_read_as_tables_with_every_name_and_no_markup(made: Made) -> None:
    text = (made.reports / "report.md").read_text(encoding="utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    blocks = {token.type.rpartition("_")[0] or token.type for token in tokens}
    assert blocks == {"heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td"}
    inline = [token for token in tokens if token.type == "inline"]
    assert {child.type for token in inline for child in token.children or ()} <= {"text", "text_special"}
    cells = {"".join(child.content for child in token.children or ()).strip() for token in inline}
    assert {visible(who.name if who.name.strip() else who.student).strip() for who in made.people.values()} <= cells


def test_the_terminal_summary_keeps_every_name_on_its_line(made: Made) -> None:
    text = (made.folder / "terminal.txt").read_text(encoding="utf-8")
    assert "Who needs help" in text and "=Quiz <1>" in text
    assert all(c.isprintable() or c == "\n" for c in text)


def test_pseudonyms_are_what_files_are_called(made: Made) -> None:
    wanted = {f"{pseudonym}.{kind}" for pseudonym in made.people for kind in ("html", "txt")}
    found = {path.name for path in made.feedback.iterdir()}
    assert wanted | {"index.csv"} == {name for name in found if not name.startswith("moodle_")}
