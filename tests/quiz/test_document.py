from pathlib import Path

import pytest

from grader.quiz.document import MAX_BYTES, parse_document

FILE = Path("q.yaml")


def faults(text):
    return [str(fault) for fault in parse_document(FILE, text.encode()).faults]


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a: 1\nno: text\n", "q.yaml:2:1", "true or false"),
        ("a: yes\n", "q.yaml:1:4", "Quote it: 'yes'"),
        ("tol: 1e-3\n", "q.yaml:1:6", "0.001"),
        ("a: 012\n", "q.yaml:1:4", "octal"),
        ("a: 12:30\n", "q.yaml:1:4", "base 60"),
        ("a: 1_000\n", "q.yaml:1:4", "underscores"),
        ("a: 2024-01-31\n", "q.yaml:1:4", "date"),
        ("q: Compute the # of params\n", "q.yaml:1:4", "starts a comment"),
        ('a: "\\alpha"\n', "q.yaml:1:4", "single quotes"),
        ("a: 1\na: 2\n", "q.yaml:2:1", "twice"),
        ("a: {n} is it\n", "q.yaml:1", "single quotes"),
        ("a: `x`\n", "q.yaml:1:4", "not YAML"),
        ("a: one: two\n", "q.yaml:1", "not YAML"),
        ("a:\n\t- b\n", "q.yaml:2", "spaces, not with tabs"),
        ("where: [max(a, b) > 1]\n", "q.yaml:1", "cut at a comma"),
        ("hints: [Think of a feature, or of two]\n", "q.yaml:1", "comma cuts it"),
        ("a: &x 1\nb: *x\n", "q.yaml:1:4", "anchors"),
        ("a: True\n", "q.yaml:1:4", "small letters"),
        ("a: 1\n---\nb: 2\n", "q.yaml:2", "not YAML"),
        ("a: !!python/object/apply:os.system [x]\n", "q.yaml:1", ""),
    ],
)
def test_each_trap_is_named_with_its_place_and_repair(text, place, says):
    found = faults(text)
    if "!!python" in text:
        # A tag is data to us: nothing is ever constructed from it.
        assert parse_document(FILE, text.encode()).value == {"a": ["x"]}
        return
    assert any(fault.startswith(place) and says in fault for fault in found), found


@pytest.mark.parametrize(
    "text",
    [
        "a: 'yes'\nb: 0.001\nc: 1.0e-3\nd: |\n  Compute the # of params: {n}\n",
        "where: ['max(a, b) > 1', k <= n]\n",
        "a: 1 # a comment behind a number\nb: true\n",
        "a: {int: [1, 9], step: 2}\n",
    ],
)
def test_sound_texts_have_no_fault(text):
    assert faults(text) == []


def test_a_yaml_bomb_is_refused_before_it_expands():
    rows = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "anchors" in faults("\n".join(rows))[0]


def test_size_depth_and_number_of_values_are_bounded():
    assert "limit" in faults("#" * (MAX_BYTES + 1))[0]
    assert "deep" in faults("a: " + "[" * 40 + "]" * 40)[0]
    assert "values" in faults("a: [" + "1, " * 70_000 + "1]")[0]


def test_text_that_is_not_utf8_is_named_with_its_line():
    document = parse_document(FILE, b"a: 1\nb: \xff\n")
    assert document.faults[0].line == 2
    assert "UTF-8" in str(document.faults[0])


def test_positions_are_those_of_keys():
    document = parse_document(FILE, b"questions:\n- id: x\n  q: |\n    text\n  options:\n  - right: a\n")
    assert document.position(("questions", 0, "q")) == (3, 3)
    assert document.position(("questions", 0, "options", 0, "right")) == (6, 5)
    assert document.position(("questions", 0, "why")) == (2, 3)
