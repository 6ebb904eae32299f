import csv
import io
import json
import re
import stat

import pytest
from click.testing import CliRunner

from grader.quiz.bank import load_bank
from grader.quiz.check import right_answer
from grader.quiz.commands import quiz
from grader.quiz.papers.draw import PaperError, pools, read_blueprint, slots, write_papers
from grader.quiz.papers.marking import MarkingError, mark_folder, marks_csv, read_sheet
from grader.quiz.papers.roster import RosterError, Student, read_roster
from grader.quiz.variants import realise

BLUEPRINT = """title: Mid-term
certainty: true
sections:
- {topics: [alpha], difficulty: [1, 2], count: 4}
- {topics: [q02], count: 5, points: 2}
"""
STUDENTS = [Student("s01", "Ada"), Student("s02", ""), Student("s03", "")]


@pytest.fixture
def blueprint(tmp_path):
    file = tmp_path / "blueprint.yaml"
    file.write_text(BLUEPRINT, encoding="utf-8")
    return read_blueprint(file)


@pytest.fixture
def papers(course, blueprint, tmp_path):
    out = tmp_path / "papers"
    write_papers(load_bank(course), blueprint, STUDENTS, out)
    return out


def filled_in(out, student, change=lambda place, name, text: text, sure=""):
    """The answer sheet of a student with every answer right, as changed."""
    key = json.loads((out / "key.json").read_text(encoding="utf-8"))
    lines = []
    for line in (out / "answers" / f"{student}.txt").read_text(encoding="utf-8").splitlines():
        found = re.match(r"([0-9]+)(?:\.(.*))?: $", line)
        if not found:
            lines.append(line)
            continue
        place, name = int(found[1]), found[2] or ""
        if name == "sure":
            lines.append(line + sure)
            continue
        question = key["students"][student]["questions"][place - 1]
        item = realise(key["records"][question["id"]], question["seed"])
        answer = right_answer(item.body)
        flat = answer if isinstance(answer, str) else dict(zip([n for n, _ in slots(item)], answer))[name]
        lines.append(line + change(place, name, flat))
    return "\n".join(lines) + "\n"


def give_back(out, student, text):
    (out / "returned").mkdir(exist_ok=True)
    (out / "returned" / f"{student}.txt").write_text(text, encoding="utf-8")


def test_papers_hold_no_key(course, papers):
    bank = load_bank(course)
    text = "".join(file.read_text(encoding="utf-8") for file in (papers / "papers").iterdir())
    text += "".join(file.read_text(encoding="utf-8") for file in (papers / "answers").iterdir())
    for placed in bank.questions:
        assert placed.question.id not in text
    for reason in (
        "Its square is four.",
        "Square each of them.",
        "The stride is left out",
        "root-too-large",
        "teacher forcing",
    ):
        assert reason not in text


def test_only_the_owner_may_read_the_key(papers):
    assert stat.S_IMODE((papers / "key.json").stat().st_mode) == 0o600


def test_students_get_different_papers_of_the_same_plan(papers):
    key = json.loads((papers / "key.json").read_text(encoding="utf-8"))
    drawn = [[(q["id"], q["seed"]) for q in key["students"][s.id]["questions"]] for s in STUDENTS]
    assert drawn[0] != drawn[1]
    for questions in drawn:
        assert sum(name.startswith("alpha") for name, _ in questions) == 4
        assert len({name for name, _ in questions}) == 9
    assert any(name == "beta-exam" for questions in drawn for name, _ in questions)


def test_one_seed_draws_the_same_papers_again(course, blueprint, tmp_path):
    for name in ("a", "b"):
        write_papers(load_bank(course), blueprint, STUDENTS, tmp_path / name, "seed")
    assert (tmp_path / "a/papers/s01.md").read_text() == (tmp_path / "b/papers/s01.md").read_text()
    assert json.loads((tmp_path / "a/key.json").read_text()) == json.loads((tmp_path / "b/key.json").read_text())


def test_same_gives_everybody_one_paper(course, blueprint, tmp_path):
    write_papers(load_bank(course), blueprint.model_copy(update={"same": True}), STUDENTS, tmp_path / "same")
    key = json.loads((tmp_path / "same/key.json").read_text(encoding="utf-8"))
    assert len({json.dumps(paper["questions"]) for paper in key["students"].values()}) == 1


def test_a_folder_with_papers_is_not_overwritten(course, blueprint, papers):
    with pytest.raises(PaperError, match="exists"):
        write_papers(load_bank(course), blueprint, STUDENTS, papers)


def test_right_answers_get_all_points(papers):
    give_back(papers, "s01", filled_in(papers, "s01", sure="3"))
    marked, remarks = mark_folder(papers)
    assert remarks == []
    by_id = {paper.student: paper for paper in marked}
    assert (by_id["s01"].points, by_id["s01"].max_points) == (14, 14)
    assert by_id["s01"].remarks == ()
    assert {response.certainty for response in by_id["s01"].responses} == {3}
    assert (by_id["s02"].points, by_id["s02"].remarks) == (0, ("no sheet was returned.",))


def test_wrong_blank_and_unreadable_answers_are_told_apart(papers):
    def change(place, name, text):
        return {1: "", 2: "???", 3: "1 a ? b"}.get(place, text) if not name else text

    give_back(papers, "s01", filled_in(papers, "s01", change) + "99: a\nnonsense\n1.sure: 7\n")
    paper = mark_folder(papers)[0][0]
    states = [response.state for response in paper.responses]
    assert states[0] == "blank"
    assert "unreadable" in states
    remarks = " ".join(paper.remarks)
    for part in ("cannot be read and counts as wrong", "99: the paper has no such answer", "nonsense", "1.sure: '7'"):
        assert part in remarks


def test_half_of_a_question_of_parts_counts(papers):
    key = json.loads((papers / "key.json").read_text(encoding="utf-8"))
    student, place = next(
        (s, place) for s, paper in key["students"].items() for place, q in enumerate(paper["questions"], 1) if q["id"] == "beta-cloze"
    )  # fmt: skip
    give_back(
        papers, student, filled_in(papers, student, lambda p, name, text: "" if (p, name) == (place, "slope") else text)
    )
    paper = next(paper for paper in mark_folder(papers)[0] if paper.student == student)
    assert paper.responses[place - 1].score == 0.5


def test_sheets_of_strangers_and_of_other_papers_are_not_marked(papers):
    give_back(papers, "x", "student: stranger\npaper: 1\n1: a\n")
    give_back(papers, "s01", filled_in(papers, "s01").replace("paper: ", "paper: 0"))
    marked, remarks = mark_folder(papers)
    assert [paper.points for paper in marked] == [0, 0, 0]
    assert any("not on the roster" in remark for remark in remarks)
    assert any("is not the one of s01" in remark for remark in remarks)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00garbage", b"", b": : :\n" * 50, b"1: " + b"x" * 100_000])
def test_strange_sheets_are_remarks_and_no_crash(papers, content):
    (papers / "returned").mkdir()
    (papers / "returned" / "s01.txt").write_bytes(content)
    marked, _ = mark_folder(papers)
    assert marked[0].points == 0


def test_a_huge_sheet_is_not_read(tmp_path):
    (tmp_path / "s.txt").write_bytes(b"1: a\n" * 100_000)
    assert "is not read" in read_sheet(tmp_path / "s.txt").remarks[0]


def test_marking_without_papers_says_what_to_do(tmp_path):
    with pytest.raises(MarkingError, match="grade quiz paper"):
        mark_folder(tmp_path)
    (tmp_path / "key.json").write_text("{", encoding="utf-8")
    with pytest.raises(MarkingError, match="damaged"):
        mark_folder(tmp_path)


def test_marks_are_a_table(papers):
    give_back(papers, "s02", filled_in(papers, "s02"))
    rows = list(csv.DictReader(io.StringIO(marks_csv(mark_folder(papers)[0]))))
    assert [row["id"] for row in rows] == ["s01", "s02", "s03"]
    assert rows[0]["name"] == "Ada"
    assert rows[1]["share"] == "1.0000"


def test_marking_does_not_need_the_bank_as_it_is_now(course, papers):
    give_back(papers, "s01", filled_in(papers, "s01"))
    for file in (course / "question_bank").iterdir():
        file.unlink()
    assert mark_folder(papers)[0][0].points == 14


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: x\nsections: []\n", "sections"),
        ("title: x\nsections:\n- {topics: [alpha], count: 4, difficulty: [4, 2]}\n", "difficulty is"),
        ("title: x\nsections:\n- {topics: [alpha], cuont: 4}\n", "cuont"),
        ("title: [\n", "not YAML"),
    ],
)
def test_blueprints_at_fault_are_named(tmp_path, text, says):
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PaperError, match=says):
        read_blueprint(tmp_path / "b.yaml")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [("[alpha]", "[gamma]", "gamma is not in the bank"), ("count: 4", "count: 40", "wants 40 questions and finds 6")],
)
def test_blueprints_that_the_bank_cannot_fill(course, tmp_path, old, new, says):
    (tmp_path / "b.yaml").write_text(BLUEPRINT.replace(old, new), encoding="utf-8")
    with pytest.raises(PaperError, match=says):
        pools(load_bank(course), read_blueprint(tmp_path / "b.yaml"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no student"), ("name,mail\nx,y\n", "no column `id`"), ("s1\ns2\ns1\n", ":3: the id 's1' also stands in line 1"),
        ("s1\nS1\n", "also stands"), ("../x\n", "is no id"), ("id\na/b\n", "is no id"), ("id,name\n,Ada\n", "is no id"),
    ],
)  # fmt: skip
def test_rosters_at_fault_are_named(tmp_path, text, says):
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RosterError, match=says):
        read_roster(tmp_path / "r.csv")


def test_rosters_in_both_forms(tmp_path):
    (tmp_path / "r.csv").write_text('\ufeffname,id\n"Lovelace, Ada",s1\n', encoding="utf-8")
    assert read_roster(tmp_path / "r.csv") == [Student("s1", "Lovelace, Ada")]
    (tmp_path / "r.txt").write_text("# class\ns1\n\ns2\n", encoding="utf-8")
    assert [student.id for student in read_roster(tmp_path / "r.txt")] == ["s1", "s2"]


def test_the_commands_from_paper_to_analysis(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)
    (tmp_path / "b.yaml").write_text(BLUEPRINT, encoding="utf-8")
    (tmp_path / "r.csv").write_text("id\ns01\ns02\n", encoding="utf-8")
    out = tmp_path / "run"
    run = CliRunner().invoke(
        quiz,
        ["paper", "--blueprint", str(tmp_path / "b.yaml"), "--students", str(tmp_path / "r.csv"), "--out", str(out)],
    )
    assert run.exit_code == 0, run.output
    assert "2 papers" in run.output
    give_back(out, "s01", filled_in(out, "s01", sure="2"))
    give_back(out, "s02", filled_in(out, "s02", lambda place, name, text: "a" if place == 1 else text))
    run = CliRunner().invoke(quiz, ["mark", str(out)])
    assert run.exit_code == 0, run.output
    assert "14.00 of 14" in run.output
    run = CliRunner().invoke(quiz, ["analyse", str(out)])
    assert run.exit_code == 0, run.output
    assert "2 students, 9 items" in run.output
    for name in ("analysis.md", "analysis.csv", "analysis.json", "marks.csv"):
        assert (out / name).stat().st_size > 100
