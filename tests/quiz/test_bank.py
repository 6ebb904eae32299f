import json
from pathlib import Path

import pytest

from grader.quiz.bank import load_bank, read_bank
from grader.quiz.fault import BankError
from grader.quiz.schema import json_schema

from .bank_text import FIRST, HEAD, write_bank

COURSE = Path(__file__).parents[2]


def faults(tmp_path, first):
    return [str(fault) for fault in read_bank(write_bank(tmp_path, first=first)).faults]


def test_every_type_can_be_read(course):
    types = {placed.question.type for placed in load_bank(course).questions}
    assert types == {
        "single",
        "multi",
        "truefalse",
        "numeric",
        "shape",
        "order",
        "match",
        "cloze",
        "short",
        "derive",
        "bug",
    }


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  - wrong: three", "  - wrnog: three", ["q01_first.yaml:13:5", "wrnog", "Did you mean `wrong`?"]),
        ("    why: Its square is four.\n", "", ["alpha-single", "`why` is missing", "Add `why:`"]),
        ("difficulty: 1\n  bloom: remember\n  refs", "difficulty: 9\n  bloom: remember\n  refs", ["q01_first.yaml:8:3", "difficulty"]),
        ("type: single", "type: singel", ["singel", "One of single, multi"]),
        ("bloom: remember\n  refs", "bloom: recall\n  refs", ["bloom", "recall"]),
        ("answer: (n - k) / s + 1", "answer: (n - k) / s + oops()", ["alpha-number", "oops"]),
        ("id: alpha-single", "id: Alpha Single", ["id", "form"]),
        ("k: {choice: [3, 5]}", "k: {choice: []}", ["params.k"]),
        ("topic: alpha\n  difficulty: 1\n  bloom: remember\n  refs", "topic: 1.10\n  difficulty: 1\n  bloom: remember\n  refs", ["topic", "a text is wanted"]),
        ("samples: [teacher forcing, teacher forced]", "samples: []", ["samples"]),
    ],
)  # fmt: skip
def test_an_error_names_file_place_field_and_repair(tmp_path, old, new, says):
    assert old in FIRST
    found = faults(tmp_path, FIRST.replace(old, new, 1))
    assert any(all(part in fault for part in says) for fault in found), found


def test_one_bad_question_does_not_hide_the_others(tmp_path):
    bank = read_bank(write_bank(tmp_path, first=FIRST.replace("type: single", "type: singel", 1)))
    assert len(bank.faults) == 1
    assert "alpha-number" in {placed.question.id for placed in bank.questions}


def test_a_broken_head_is_an_error_with_its_place(tmp_path):
    course = write_bank(tmp_path, head=HEAD.replace("targets:", "tragets:"))
    with pytest.raises(BankError, match=r"question_bank\.yaml:5:1.*Did you mean `targets`"):
        load_bank(course)


def test_a_missing_head_is_an_error(tmp_path):
    with pytest.raises(BankError, match="cannot be read"):
        load_bank(tmp_path)


def test_files_outside_of_the_course_are_not_included(tmp_path):
    course = write_bank(tmp_path / "course", head=HEAD.replace("'question_bank/q*.yaml'", "'../other/*.yaml'"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "q.yaml").write_text(FIRST, encoding="utf-8")
    assert load_bank(course).questions == []


def test_the_schema_file_is_the_one_that_the_models_give():
    file = COURSE / "question_bank" / "question_bank.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema()


def test_the_schema_offers_every_type_as_if_then():
    items = json_schema()["properties"]["questions"]["items"]
    assert len(items["properties"]["type"]["enum"]) == len(items["allOf"]) == 11


def test_the_schema_accepts_the_bank_and_refuses_a_wrong_field(course):
    jsonschema = pytest.importorskip("jsonschema")
    bank = load_bank(course)
    for document in bank.documents:
        jsonschema.validate(document.value, json_schema())
    broken = json.loads(json.dumps(bank.documents[0].value))
    broken["questions"][0]["options"][0]["wrnog"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, json_schema())


def test_the_content_hash_follows_what_is_asked_and_not_its_bookkeeping(tmp_path):
    def hashes(first):
        bank = load_bank(write_bank(tmp_path, first=first))
        return {placed.question.id: placed.record["content"] for placed in bank.questions}

    before = hashes(FIRST)
    assert hashes(FIRST.replace("  refs: [exercise11.dropout_mask]\n", "  revision: 3\n")) == before
    after = hashes(
        FIRST.replace("right: two\n    why: Its", "right: 2\n    why: Its").replace("right: 2", "right: '2'")
    )
    assert after["alpha-single"] != before["alpha-single"]
    assert after["alpha-multi"] == before["alpha-multi"]
