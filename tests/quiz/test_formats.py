import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from grader.quiz.bank import load_bank, read_bank
from grader.quiz.commands import quiz
from grader.quiz.formats import FormatError
from grader.quiz.formats.drafts import topic_file
from grader.quiz.formats.gift import export_gift, import_gift
from grader.quiz.formats.graded import FRACTIONS, snapped
from grader.quiz.formats.markup import from_mathjax, to_mathjax
from grader.quiz.formats.moodle import export_moodle, import_moodle
from grader.quiz.formats.prairielearn import export_prairielearn
from grader.quiz.formats.text2qti import export_text2qti
from grader.quiz.formats.writing import exact

from .bank_text import HEAD, write_bank

COURSE = Path(__file__).parents[2]


@pytest.fixture
def records(course):
    return [placed.record for placed in load_bank(course).questions if placed.status == "reviewed"]


@pytest.fixture(scope="module")
def all_records():
    return [placed.record for placed in read_bank(COURSE).questions if placed.status == "reviewed"]


def lost(exported):
    return {loss.question for loss in exported.losses if loss.what.startswith("left out")}


def imported_course(tmp_path, text):
    head = HEAD.replace("group: q02, needs", "group: q01, needs")
    course = write_bank(tmp_path / "again", first=text, second="schema: 1\ngroup: q02\nquestions: []\n", head=head)
    return {placed.question.id: placed.record for placed in load_bank(course).questions}


def test_moodle_round_trip_keeps_what_it_says(records, tmp_path):
    exported = export_moodle(records, variants=1)
    assert lost(exported) == {"beta-derive", "beta-bug", "alpha-shape"}
    imported = import_moodle(exported.files["questions.xml"].encode(), "alpha")
    again = imported_course(tmp_path, topic_file("q01", imported.questions))
    before = {record["id"]: record for record in records}
    for name in ("alpha-single", "alpha-multi"):
        assert [(o["right"], o["wrong"], o["why"]) for o in again[name]["options"]] == [
            (o["right"], o["wrong"], o["why"]) for o in before[name]["options"]
        ]
    for name in ("alpha-single", "alpha-multi", "alpha-statement", "alpha-short", "beta-order", "beta-match"):
        for field in ("type", "topic", "difficulty", "bloom", "q", "hints"):
            assert again[name][field] == before[name][field], (name, field)
    assert [again["alpha-statement"][f] for f in ("answer", "why", "trap")] == [
        before["alpha-statement"][f] for f in ("answer", "why", "trap")
    ]
    assert again["beta-order"]["items"] == before["beta-order"]["items"]
    assert {(p["left"], p["right"], p["why"]) for p in again["beta-match"]["pairs"]} == {
        (p["left"], p["right"], p["why"]) for p in before["beta-match"]["pairs"]
    }
    assert again["alpha-short"]["accept"] == ["teacher forcing", "teacher forced"]
    number = again["alpha-number-v1"]
    assert number["mistakes"][0]["why"] == "The first window is missing here."
    assert isinstance(number["answer"], (int, float))


def test_a_second_round_trip_changes_nothing(records, tmp_path):
    first = import_moodle(export_moodle(records, 1).files["questions.xml"].encode(), "alpha")
    again = list(imported_course(tmp_path, topic_file("q01", first.questions)).values())
    second = import_moodle(export_moodle(again, 1).files["questions.xml"].encode(), "alpha")
    assert second.questions == first.questions


def test_gift_round_trip(records, tmp_path):
    exported = export_gift(records, variants=1)
    assert lost(exported) == {"beta-derive", "beta-bug", "alpha-shape", "beta-order", "beta-cloze"}
    imported = import_gift(exported.files["questions.gift"], "alpha")
    again = imported_course(tmp_path, topic_file("q01", imported.questions))
    before = {record["id"]: record for record in records}
    for name in ("alpha-single", "alpha-multi"):
        assert [(o["right"], o["wrong"], o["why"]) for o in again[name]["options"]] == [
            (o["right"], o["wrong"], o["why"]) for o in before[name]["options"]
        ]
    for name in ("alpha-single", "alpha-multi", "alpha-statement", "alpha-short", "beta-match"):
        assert [again[name][f] for f in ("type", "topic", "difficulty", "bloom", "q")] == [
            before[name][f] for f in ("type", "topic", "difficulty", "bloom", "q")
        ]
    assert again["alpha-number-v1"]["mistakes"]


def test_gift_of_other_tools_can_be_read():
    text = (
        "// a comment\n$CATEGORY: tests\n\n::Q1:: Who \\= what? {=yes#good ~no#bad ~%50%half}\n\nThe sun rises in the east.{T}\n\n"
        "Pi is {#3.14:0.01} to two digits.\n\nMatch. {\n=a -> 1\n=b -> 2\n=c -> 3\n}\n\nAn essay. {}\n\n::range:: Between {#1..5}\n"
    )
    imported = import_gift(text, "alpha")
    assert [question["type"] for question in imported.questions] == [
        "single",
        "truefalse",
        "numeric",
        "match",
        "numeric",
    ]
    assert imported.questions[0]["q"] == "Who = what?"
    assert imported.questions[2]["tol"] == {"abs": 0.01}
    assert imported.questions[2]["q"] == "Pi is _____ to two digits."
    assert imported.questions[4]["answer"] == 3
    assert {loss.question for loss in imported.losses} == {"q1", "gift-16"}


@pytest.mark.parametrize("text", ["What? {=a ~b", "no answer here", "a {=b} {=c}"])
def test_what_is_no_gift_is_an_error_with_its_line(text):
    with pytest.raises(FormatError, match="line 1"):
        import_gift(text, "alpha")


@pytest.mark.parametrize("data", [b"", b"<quiz>", b"<html></html>", b'<!DOCTYPE x [<!ENTITY a "b">]><quiz>&a;</quiz>'])
def test_what_is_no_moodle_xml_is_an_error(data):
    with pytest.raises(FormatError):
        import_moodle(data, "alpha")


def test_unknown_moodle_types_are_reported_by_name():
    data = b'<quiz><question type="stack"><name><text>My Stack</text></name></question></quiz>'
    imported = import_moodle(data, "alpha")
    assert imported.questions == ()
    assert "my-stack: left out: the Moodle type `stack`" in str(imported.losses[0])


def test_every_exported_fraction_is_one_that_moodle_accepts(all_records):
    root = ET.fromstring(export_moodle(all_records).files["questions.xml"])
    for question in root.iter("question"):
        if question.get("type") == "ordering":
            continue
        for answer in question.iter("answer"):
            if answer.get("fraction") is not None:
                assert abs(float(answer.get("fraction"))) in FRACTIONS
    assert snapped(14.2) == 14.28571
    assert snapped(-33) == -33.33333


def test_a_real_parser_reads_the_moodle_export(all_records):
    parser = pytest.importorskip("moodle_xml_parser.parser")
    exported = export_moodle(all_records)
    found = parser.parse_string(exported.files["questions.xml"])
    root = ET.fromstring(exported.files["questions.xml"])
    assert len(found["multichoice"]) == len(root.findall("question[@type='multichoice']"))
    assert len(found["cloze"]) == len(root.findall("question[@type='cloze']"))


def test_a_real_parser_reads_the_text2qti_export(all_records, tmp_path):
    config = pytest.importorskip("text2qti.config")
    reader = pytest.importorskip("text2qti.quiz")
    exported = export_text2qti(all_records, title="All")
    settings = config.Config()
    settings.load()
    read = reader.Quiz(exported.files["questions.md"], config=settings, source_name="questions.md")
    titles = set()
    for entry in read.questions_and_delims:
        titles.add(getattr(entry, "title_raw", None))
    assert exported.written == len({title for title in titles if title})


def test_every_question_is_exported_or_reported(all_records):
    for export in (export_moodle, export_gift, export_text2qti, export_prairielearn):
        exported = export(all_records)
        text = "".join(exported.files.values())
        gone = {re.sub(r"-v[0-9]+$", "", loss.question) for loss in exported.losses if loss.what.startswith("left out")}
        for record in all_records:
            assert record["id"] in text or record["id"] in gone, (export.__name__, record["id"])


def test_lost_fields_are_reported_by_question(records):
    exported = export_moodle(records)
    assert any(loss.question == "alpha-single" and "misconceptions" in loss.what for loss in exported.losses)
    assert any(loss.question == "alpha-number" and "parameters are fixed" in loss.what for loss in exported.losses)
    assert any(loss.question == "beta-order" and "do not belong" in loss.what for loss in exported.losses)


def test_prairielearn_folders_are_complete(records):
    exported = export_prairielearn(records)
    assert lost(exported) == {"beta-derive", "beta-bug", "alpha-shape"}
    names = {name.split("/")[1] for name in exported.files}
    assert exported.written == len(names)
    for name in names:
        info = json.loads(exported.files[f"questions/{name}/info.json"])
        assert {"uuid", "title", "topic", "type"} <= info.keys()
        page = exported.files[f"questions/{name}/question.html"]
        if name != "alpha-number":
            assert "{{" not in page
            ET.fromstring(f"<page>{page.replace('<br>', '<br/>')}</page>")
    assert (
        json.loads(export_prairielearn(records).files["questions/alpha-single/info.json"])["uuid"]
        == json.loads(exported.files["questions/alpha-single/info.json"])["uuid"]
    )


def test_prairielearn_draws_its_variants_by_seed(records, tmp_path):
    files = export_prairielearn(records).files
    folder = tmp_path / "alpha-number"
    folder.mkdir()
    for name in ("server.py", "variants.json"):
        (folder / name).write_text(files[f"questions/alpha-number/{name}"], encoding="utf-8")
    scope = {"__file__": str(folder / "server.py")}
    exec(files["questions/alpha-number/server.py"], scope)
    pages = set()
    for seed in range(30):
        data = {"variant_seed": seed, "params": {}}
        scope["generate"](data)
        ET.fromstring(f"<page>{data['params']['html'].replace('<br>', '<br/>')}</page>")
        pages.add(data["params"]["html"])
    assert len(pages) > 5


@pytest.mark.parametrize("text", ["a $x$ b", "$$y$$", r"costs \$5 and $z$", "no maths"])
def test_maths_survives_the_way_there_and_back(text):
    assert from_mathjax(to_mathjax(text)) == text


@pytest.mark.parametrize(
    ("value", "want"),
    [(3, "3"), (0.18 - 1e-17, "0.18"), (1e-7, "0.0000001"), (2.5, "2.5"), (1e-3 / 3, "0.000333333333333")],
)
def test_numbers_are_written_without_exponents(value, want):
    assert exact(value) == want


def test_topic_files_are_written_so_that_the_bank_can_read_them(tmp_path):
    question = {
        "id": "x", "type": "short", "topic": "alpha", "difficulty": 1, "bloom": "remember",
        "q": "What is `no`: a {brace}, a # or $\\alpha$?", "accept": ["yes", "1e-3", "012"], "why": "Two\nlines of it all.",
    }  # fmt: skip
    text = topic_file("q01", [question])
    assert yaml.safe_load(text)["questions"][0]["accept"] == ["yes", "1e-3", "012"]
    assert imported_course(tmp_path, text)["x"]["accept"] == ["yes", "1e-3", "012"]


def test_the_commands_export_and_import(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    runner = CliRunner()
    for name in ("moodle", "gift", "text2qti", "prairielearn"):
        run = runner.invoke(quiz, ["export", name, "--out", str(tmp_path / name)])
        assert run.exit_code == 0, run.output
        assert "beta-exam" not in "".join(f.read_text() for f in (tmp_path / name).rglob("*") if f.is_file())
    run = runner.invoke(quiz, ["export", "gift", "q02", "--with-exam", "--out", str(tmp_path / "exam")])
    assert "beta-exam" in (tmp_path / "exam" / "questions.gift").read_text()
    assert "alpha" not in (tmp_path / "exam" / "questions.gift").read_text()
    assert runner.invoke(quiz, ["export", "gift", "nothing", "--out", str(tmp_path / "x")]).exit_code == 2
    arguments = [
        "import",
        "gift",
        str(tmp_path / "gift" / "questions.gift"),
        "--group",
        "q01",
        "--topic",
        "alpha",
        "--out",
        str(tmp_path / "new.yaml"),
    ]
    run = runner.invoke(quiz, arguments)
    assert run.exit_code == 0, run.output
    assert "drafts in" in run.output
    missing = [*arguments[:-1], str(tmp_path / "no" / "folder.yaml")]
    assert "folder.yaml: No such file or directory." in runner.invoke(quiz, missing).output
    assert runner.invoke(quiz, ["export", "gift", "first", "--out", str(tmp_path / "named")]).exit_code == 0
    assert "alpha-single" in (tmp_path / "named" / "questions.gift").read_text()
    assert "Did you mean alpha" in runner.invoke(quiz, ["export", "gift", "alpah", "--out", str(tmp_path / "x")]).output
    assert runner.invoke(quiz, arguments).exit_code == 1


@pytest.mark.parametrize("number", ["nan", "inf", "1e999", "three"])
def test_an_imported_answer_that_is_no_finite_number_is_reported(number):
    xml = (
        '<quiz><question type="numerical"><name><text>n</text></name>'
        f'<answer fraction="100"><text>{number}</text></answer></question></quiz>'
    )
    for imported in (import_moodle(xml.encode(), "alpha"), import_gift(f"::n:: How many? {{#{number}}}", "alpha")):
        assert imported.questions == ()
        assert f"n: the answer {number!r} is no number and is left out" in map(str, imported.losses)


def test_words_with_a_pattern_are_exported_with_their_samples(records):
    record = next(record for record in records if record["id"] == "alpha-short")
    record = {**record, "accept": ["teacher forcing", "re:teacher[ -]?forced"], "samples": ["teacher-forced"]}
    for export in (export_moodle, export_gift, export_text2qti):
        exported = export([record])
        text = "".join(exported.files.values())
        assert "teacher forcing" in text
        assert "teacher-forced" in text
        assert "alpha-short: patterns are replaced by their samples" in map(str, exported.losses)
