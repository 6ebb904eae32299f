import yaml

from grader.quiz.bank import load_bank
from grader.quiz.release import release_bank

from .bank_text import SECOND, write_bank


def test_a_release_holds_no_exam_question_and_no_draft(tmp_path):
    drafts = SECOND.replace("- id: beta-match\n  type: match", "- id: beta-match\n  status: draft\n  type: match")
    course = write_bank(tmp_path / "course", second=drafts)
    (course / "question_bank" / "ledger.json").write_text('{"beta-exam": ["x", 1]}', encoding="utf-8")
    files = release_bank(course)
    text = "".join(files.values())
    assert "beta-exam" not in text
    assert "secret of the exam" not in text
    assert "beta-match" not in text
    out = tmp_path / "out"
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(content, encoding="utf-8")
    kept = {placed.question.id for placed in load_bank(out).questions}
    assert kept == {placed.question.id for placed in load_bank(course).questions} - {"beta-exam", "beta-match"}


def test_what_is_kept_is_kept_as_it_was_written(course):
    name = "question_bank/q01_first.yaml"
    assert release_bank(course)[name] == (course / name).read_text(encoding="utf-8")


def test_a_file_of_exam_questions_only_becomes_empty(tmp_path):
    course = write_bank(tmp_path, second=SECOND.replace("status: reviewed", "status: exam"))
    text = release_bank(course)["question_bank/q02_second.yaml"]
    assert yaml.safe_load(text)["questions"] == []
