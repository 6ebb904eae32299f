"""The bank of the course itself."""

from pathlib import Path

import pytest

from grader.quiz.bank import read_bank
from grader.quiz.check import mark, right_answer
from grader.quiz.lint import Severity, lint_bank, lint_files
from grader.quiz.reference import recompute
from grader.quiz.schedule import _depths
from grader.quiz.screen import Screen, question_lines, verdict_lines
from grader.quiz.variants import realise
from grader.texbox import Mode

COURSE = Path(__file__).parents[2]
BANK = read_bank(COURSE)
RECOMPUTED = [placed for placed in BANK.questions if placed.record.get("reference")]
FILES = sorted((COURSE / "question_bank").glob("q*.yaml"))
VARIANTS = 12


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_topic_file_has_no_error(file):
    errors = [str(finding) for finding in lint_files(COURSE, [file]) if finding.severity is Severity.ERROR]
    assert errors == []


@pytest.mark.skipif(len(FILES) < len(BANK.head.groups), reason="the gates of the whole bank need all of its files")
def test_the_whole_bank_passes_its_gates():
    assert [str(finding) for finding in lint_bank(COURSE) if finding.severity is Severity.ERROR] == []


@pytest.mark.parametrize("placed", RECOMPUTED, ids=lambda placed: placed.question.id)
def test_keys_agree_with_the_functions_of_the_course(placed):
    for seed in range(VARIANTS):
        item = realise(placed.record, seed)
        want = recompute(COURSE, placed.record["reference"], item.values)
        if placed.question.type == "shape":
            assert tuple(int(axis) for axis in item.body.want) == tuple(int(axis) for axis in want)
        else:
            assert item.body.want == pytest.approx(float(want), rel=1e-6, abs=1e-9), dict(item.values)


def test_some_keys_are_recomputed():
    assert RECOMPUTED


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("mode", list(Mode))
def test_every_question_can_be_shown_and_marked(width, mode):
    screen = Screen(width, mode, False)
    for placed in BANK.questions:
        item = realise(placed.record, 3)
        assert question_lines(screen, item, placed.question.id)
        marked = mark(item.body, right_answer(item.body))
        assert marked.right
        assert verdict_lines(screen, item, marked)


def test_the_authors_page_counts_the_bank_as_it_is():
    page = " ".join((COURSE / "docs" / "quiz.md").read_text(encoding="utf-8").split())
    with_parameters = [placed.group for placed in BANK.questions if placed.question.params]
    groups = [placed.group for placed in BANK.questions]
    assert f"{len(groups)} questions, {len(with_parameters)} of them with parameters" in page
    for group in BANK.head.groups:
        assert f"{group.id} {groups.count(group.id)}({with_parameters.count(group.id)})" in page


def test_every_topic_can_be_reached_from_one_that_needs_nothing():
    from grader.quiz.index import open_index

    topics = open_index(COURSE, None).topics
    assert min(_depths(topics).values()) == 0
    assert all(need in topics for topic in topics.values() for need in topic.needs)
