"""A thousand names that nobody should be called, through every format and read back by somebody else's reader."""

import csv
import html.parser
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.classroom import Identity
from grader.report.commands import report as command
from grader.report.escape import csv_cell, visible
from tests.classroom.runs import EXERCISES, KEY, Class, Work, make_run, person, pseudonym
from tests.report.classes import nasty_names, storable

NAMES = [storable(name) for name in nasty_names(1000)]
FIRST = EXERCISES[0].id


def student(number: int, name: str) -> Identity:
    ids = {"canvas": str(1000 + number), "moodle": str(1 + number), "email": f"s{number}@example.org"}
    return person(f"{number}:{name}", name, **ids)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class, reported on in every format."""
    out = tmp_path_factory.mktemp("names")
    people = [student(number, name) for number, name in enumerate(NAMES)]
    kinds = ({"double": "pass", "double_backward": "pass"}, {"double": "fail:adds-two", "double_backward": "error"})
    # what a submission can put into a result: its own words in the problem, in the note and in what it printed
    work = [
        Work(
            who.student,
            FIRST,
            kinds[i % 2],
            problem=name if i % 7 == 0 else "",
            note=name if i % 5 == 0 else "",
            printed=name,
        )
        for i, (who, name) in enumerate(zip(people, NAMES))
    ]
    run = make_run(out / "run", Class(people, work))
    flags = [
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
    ]
    made = CliRunner().invoke(command, [str(run), *flags, "--feedback", str(out / "feedback")], standalone_mode=False)
    assert made.exception is None, made.exception
    (out / "terminal.txt").write_text(made.output, encoding="utf-8")
    return out


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True))


def is_formula(cell: str) -> bool:
    return cell.lstrip()[:1] in tuple("=+@|%＝＋－＠") or (cell.lstrip()[:1] == "-" and cell != "-")


@pytest.mark.parametrize("name", ["marks.csv", "canvas.csv", "moodle.csv", f"moodle_{FIRST}.csv", "functions.csv"])
def test_csv_has_no_formula_no_control_character_and_whole_rows(folder: Path, name: str) -> None:
    table = rows(folder / "run" / "reports" / name)
    assert len({len(row) for row in table}) == 1
    assert len(table) >= 3
    for row in table:
        assert not any(is_formula(cell) for cell in row)
        assert all(character.isprintable() for cell in row for character in cell)


def test_every_name_comes_back_from_csv(folder: Path) -> None:
    head, *table = rows(folder / "run" / "reports" / "marks.csv")
    found = {row[0]: row[head.index("name")] for row in table}
    for number, name in enumerate(NAMES):
        who = student(number, name)
        assert found[who.pseudonym] == csv_cell(who.name)


def test_every_name_comes_back_from_json_unchanged(folder: Path) -> None:
    document = json.loads((folder / "run" / "reports" / "report.json").read_text(encoding="ascii"))
    found = {s["student"]: s["name"] for s in document["students"]}
    assert found == {(who := student(n, name)).pseudonym: who.name for n, name in enumerate(NAMES)}


def test_jsonl_has_one_line_a_result(folder: Path) -> None:
    lines = (folder / "run" / "reports" / "results.jsonl").read_bytes().split(b"\n")
    assert lines[-1] == b"" and len(lines) == len(NAMES) + 1
    assert {json.loads(line)["student_name"] for line in lines[:-1]} == {
        student(n, name).name for n, name in enumerate(NAMES)
    }


def test_junit_is_well_formed_and_has_a_suite_for_each(folder: Path) -> None:
    root = ET.parse(folder / "run" / "reports" / "junit.xml").getroot()
    assert len(root) == len(NAMES)
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure", "error"}


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


def test_the_page_holds_every_name_as_text_and_no_markup_of_theirs(folder: Path) -> None:
    page = Page((folder / "run" / "reports" / "report.html").read_text(encoding="utf-8"))
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "textarea", "b", "form", "base"}
    assert not any(name.startswith("on") for name in page.attributes)
    assert not page.comments
    assert all(link.startswith("#") or link == "data:," for link in page.links)
    texts = {text.strip() for text in page.texts}
    for number, name in enumerate(NAMES):
        who = student(number, name)
        assert visible(who.name or who.student).strip() in texts
    assert all(c.isprintable() or c == "\n" for text in page.texts for c in text)


def test_feedback_has_a_file_for_each_and_names_the_right_one(folder: Path) -> None:
    index = rows(folder / "feedback" / "index.csv")
    assert len(index) == len(NAMES) + 1
    for number, name in enumerate(NAMES):
        who = student(number, name)
        page = Page((folder / "feedback" / f"{who.pseudonym}.html").read_text(encoding="utf-8"))
        assert page.tags <= {
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "h1",
            "h2",
            "p",
            "strong",
            "section",
            "span",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "code",
        }
        assert any(visible(who.name or who.student).strip() in text for text in page.texts)
        text = (folder / "feedback" / f"{who.pseudonym}.txt").read_text(encoding="utf-8")
        assert all(c.isprintable() or c == "\n" for c in text)


def test_moodles_zip_has_a_safe_folder_for_each_participant(folder: Path) -> None:
    with zipfile.ZipFile(folder / "feedback" / f"moodle_{FIRST}.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert len(names) == len(set(names)) == len(NAMES)
    assert {int(name.split("_")[1]) for name in names} == set(range(1, len(NAMES) + 1))
    assert all(name.count("/") == 1 and ".." not in name and not name.startswith("/") for name in names)


def test_gradescope_reads_every_result(folder: Path) -> None:
    with zipfile.ZipFile(folder / "run" / "reports" / "gradescope.zip") as archive:
        documents = [json.loads(archive.read(name)) for name in archive.namelist()]
    assert len(documents) == len(NAMES)
    assert all(c.isprintable() for document in documents for c in document["output"])


def test_markdown_has_whole_tables_and_no_raw_markup(folder: Path) -> None:
    text = (folder / "run" / "reports" / "report.md").read_text(encoding="utf-8")
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "<" not in text and "](" not in text and "`" not in text
    widths: list[set[int]] = []
    for block in text.split("\n\n"):
        cells = {line.count("|") for line in block.split("\n") if line.startswith("|")}
        if cells:
            widths.append(cells)
    assert widths and all(len(counts) == 1 for counts in widths)
    assert sum(line.startswith("| ") for line in text.split("\n")) > len(NAMES)


def test_the_terminal_summary_keeps_every_name_on_its_line(folder: Path) -> None:
    text = (folder / "terminal.txt").read_text(encoding="utf-8")
    assert "Who needs help" in text
    assert all(c.isprintable() or c == "\n" for c in text)


def test_pseudonyms_are_what_files_are_called(folder: Path) -> None:
    wanted = {f"{pseudonym(KEY, f'{n}:{name}')}.{kind}" for n, name in enumerate(NAMES) for kind in ("html", "txt")}
    found = {path.name for path in (folder / "feedback").iterdir()}
    assert wanted | {"index.csv"} == {name for name in found if not name.startswith("moodle_")}
