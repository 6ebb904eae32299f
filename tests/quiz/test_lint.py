from pathlib import Path

import pytest

from grader.quiz.bank import load_bank
from grader.quiz.lint import Severity, lint_bank, lint_files
from grader.quiz.lint.ledger import LEDGER, publish
from grader.quiz.lint.statistics import ChoiceTask, band, bot_scores, chi_square_limit, wise_pick

from .bank_text import FIRST, HEAD, SECOND, write_bank


def lint(tmp_path, first=FIRST, second=SECOND, head=HEAD, whole=False):
    course = write_bank(tmp_path, first, second, head)
    if whole:
        return lint_bank(course)
    return lint_files(course, sorted((course / "question_bank").glob("*.yaml")))


def rules(findings, severity=None):
    return {finding.rule for finding in findings if severity in (None, finding.severity)}


def test_the_small_bank_has_no_error(tmp_path):
    assert rules(lint(tmp_path), Severity.ERROR) == set()


ERRORS = [
    ("key-count", "  - right: two\n    why: Its square is four.", "  - wrong: two\n    why: Its square is four."),
    ("key-count", "  - wrong: one\n", "  - right: one\n"),
    ("duplicate-option", "  - wrong: one\n", "  - wrong: 'Two.'\n"),
    ("meta-option", "  - wrong: one\n", "  - wrong: None of the above\n"),
    ("meta-option", "  - wrong: one\n", "  - wrong: Both a and b\n"),
    ("placeholder", "the root of four?", "the root of {{n}}?"),
    ("placeholder", "A side of {{n}} with a kernel of {{k}} and a stride of {{s}}", "A side with a kernel and a stride"),
    ("blank", "called a [[name]]", "called a [[other]]"),
    ("bug-line", "lines: [3]", "lines: [7]"),
    ("pattern", "'re:teacher[ -]?forced'", "'re:(teacher+)+'"),
    ("pattern", "'re:teacher[ -]?forced'", "'re:teacher['"),
    ("sample-rejected", "samples: [teacher forcing, teacher forced]", "samples: [pupil forcing]"),
    ("unknown-topic", "topic: alpha\n  difficulty: 2\n  bloom: apply\n  params", "topic: gamma\n  difficulty: 2\n  bloom: apply\n  params"),
    ("unknown-topic", "topic: alpha\n  difficulty: 2\n  bloom: apply\n  params", "topic: beta\n  difficulty: 2\n  bloom: apply\n  params"),
    ("unknown-ref", "refs: [exercise11.dropout_mask]", "refs: [exercise12.fit]"),
    ("tex", r"$\sqrt{4}$", r"$\sqrtt{4}$"),
    ("tex", r"$\sqrt{4}$", r"$\sqrt{4}"),
    ("duplicate-id", "id: alpha-multi", "id: alpha-single"),
    ("formula-fails", "answer: (n - k) / s + 1", "answer: (n - k) / (s - 1) + 1"),
    ("formula-fails", "answer: (n - k) / s + 1", "answer: (n - m) / s + 1"),
    ("empty-space", "where: ['(n - k) % s == 0']", "where: [n > 99]"),
    ("mistake-equals-answer", "    when: s > 1 and n > k\n", ""),
    ("tolerance-missing", "where: ['(n - k) % s == 0']\n", "where: [s > 1]\n"),
    ("mistake-equals-answer", "- shape: [4 * N, H]", "- shape: [N, H + 3 * H]"),
    ("mistake-equals-answer", "- text: 2 * lam * w", "- text: w * lam"),
    ("mistake-equals-answer", "- text: free running", "- text: Teacher-Forced"),
    ("unknown-ref", "answer: (n - k) / s + 1", "reference: open('x')\n  answer: (n - k) / s + 1"),
    ("unknown-ref", "answer: (n - k) / s + 1", "reference: exercise99.conv(n, k)\n  answer: (n - k) / s + 1"),
    ("depends", "items: [Forward pass, Loss, Backward pass, Update]", "items: [Forward pass, Loss, Backward pass, Update]\n  depends: [[3, 1]]"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), ERRORS, ids=[f"{n}-{case[0]}" for n, case in enumerate(ERRORS)])
def test_each_error_is_found(tmp_path, rule, old, new):
    assert old in FIRST + SECOND
    found = lint(tmp_path, FIRST.replace(old, new, 1), SECOND.replace(old, new, 1))
    assert rule in rules(found, Severity.ERROR), [str(finding) for finding in found]


WARNINGS = [
    ("key-longest", "right: two\n    why: Its", "right: the number two itself\n    why: Its"),
    ("negative-stem", "Which of these is $", "Which of these is not $"),
    ("truefalse-not", "The sum of two odd numbers is even.", "The sum of two odd numbers is not odd."),
    ("cue-word", "wrong: three", "wrong: always three"),
    ("cue-word", "The sum of two odd numbers is even.", "The sum of two odd numbers is always even."),
    ("stem-echo", "right: two\n    why: Its", "right: root\n    why: Its"),
    ("stem-length", "Which of these numbers are even?", "Even ones?"),
    ("stem-question", "Which of these numbers are even?", "Some of these numbers are even"),
    ("not-parallel", "wrong: three", "wrong: Three."),
    ("article-cue", "the root of four?", "the root of four, an"),
    ("option-count", "  - wrong: one\n    why: Its square would be one.\n", ""),
    ("hint-tells", "- It is even.", "- Of course three or two. Is it perhaps two?"),
    ("why-short", "why: Its square is four.", "why: It is."),
    ("bloom-difficulty", "difficulty: 1\n  bloom: remember\n  refs", "difficulty: 5\n  bloom: remember\n  refs"),
    ("misconception-once", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), WARNINGS, ids=[f"{n}-{case[0]}" for n, case in enumerate(WARNINGS)])
def test_each_warning_is_given(tmp_path, rule, old, new):
    assert old in FIRST
    if rule == "hint-tells":
        new = new.replace("two", "two plus two").replace("Of course three or two plus two. ", "")
        found = lint(
            tmp_path,
            FIRST.replace(old, new, 1).replace("right: two\n    why: Its", "right: two plus two\n    why: Its"),
        )
    else:
        found = lint(tmp_path, FIRST.replace(old, new, 1))
    assert rule in rules(found, Severity.WARNING), [str(finding) for finding in found]


def test_near_duplicates_are_found_across_files(tmp_path):
    second = SECOND.replace(
        "q: Which of these is a secret of the exam?", r"q: Which of these is $\sqrt{4}$, the root of four?"
    )
    assert "near-duplicate" in rules(lint(tmp_path, second=second))


def test_a_finding_names_file_line_question_and_repair(tmp_path):
    findings = lint(tmp_path, FIRST.replace("  - wrong: one\n", "  - wrong: None of the above\n"))
    text = str(next(finding for finding in findings if finding.rule == "meta-option"))
    assert "q01_first.yaml:18:5: error [meta-option] alpha-single: options.2:" in text
    assert "use `type: multi`" in text


def test_references_to_missing_functions_are_found_where_there_are_exercises(tmp_path):
    course = write_bank(tmp_path)
    (course / "exercises").mkdir()
    (course / "exercises" / "exercise11_dropout.py").write_text("def other(x):\n    pass\n", encoding="utf-8")
    findings = lint_files(course, [course / "question_bank" / "q01_first.yaml"])
    assert any("has no function dropout_mask" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (HEAD.replace("questions: 1,", "questions: 99,"), "the head wants 99"),
        (HEAD.replace("templates: 1}", "templates: 9}"), "the head wants 9"),
        (HEAD.replace("title: First, least: 1", "title: First, least: 50"), "at least 50"),
        (HEAD.replace("group: q01, exercises", "group: q01, needs: [beta], exercises"), "circle"),
        (HEAD + "- {id: gamma, title: Gamma, group: q02}\n", "topic gamma has no question"),
        (HEAD.replace("needs: [alpha]", "needs: [nothing]"), "unknown topic nothing"),
        (HEAD.replace("group: q02, needs", "group: q77, needs"), "unknown group q77"),
    ],
)
def test_gates_of_the_whole_bank(tmp_path, head, says):
    found = lint(tmp_path, head=head, whole=True)
    assert any(says in finding.message and finding.severity is Severity.ERROR for finding in found), [
        str(f) for f in found
    ]


def singles(keys, count=60, longest_right=False, absolute=False):
    """A bank of three-option questions whose keys stand at the given places."""
    blocks = []
    for number in range(count):
        key = keys(number)
        rows = []
        for place in range(3):
            text = f"some option {number} {place}"
            if place == key and longest_right:
                text += " and a good deal more"
            if place != key and absolute:
                text += " in every case always"
            rows.append(
                f"  - {'right' if place == key else 'wrong'}: {text}\n    why: A reason of several words here.\n"
            )
        blocks.append(
            f"- id: alpha-{number}\n  type: single\n  topic: alpha\n  difficulty: 2\n  bloom: apply\n"
            f"  q: Which one is it, of the kind {number} that we know?\n  options:\n{''.join(rows)}"
        )
    return "schema: 1\ngroup: q01\nstatus: reviewed\nquestions:\n" + "".join(blocks)


def test_the_bot_finds_a_bank_whose_longest_option_is_right(tmp_path):
    found = lint(tmp_path, singles(lambda n: n % 3, longest_right=True), whole=True)
    assert {"bot", "longest-key"} <= rules(found, Severity.ERROR)


def test_the_bot_finds_a_bank_whose_absolutes_are_wrong(tmp_path):
    course = write_bank(tmp_path, singles(lambda n: n % 3, absolute=True))
    scores = {score.name: score for score in bot_scores(load_bank(course).questions)}
    assert scores["test-wise bot"].score > 0.9
    assert not scores["test-wise bot"].chance


def test_the_bot_leaves_a_fair_bank_alone(tmp_path):
    course = write_bank(tmp_path, singles(lambda n: n % 3))
    assert all(score.chance for score in bot_scores(load_bank(course).questions))


def test_uneven_places_of_right_options_are_found(tmp_path):
    assert "key-position" in rules(lint(tmp_path, singles(lambda n: 1), whole=True))
    assert "key-position" not in rules(lint(tmp_path, singles(lambda n: n % 3), whole=True))


def test_a_bank_of_true_statements_is_found(tmp_path):
    rows = "".join(
        f"- id: alpha-{n}\n  type: truefalse\n  topic: alpha\n  difficulty: 1\n  bloom: remember\n  q: The number {n} is a number.\n"
        "  answer: true\n  why: It is one of them.\n  trap: One thinks of letters.\n" for n in range(12)
    )  # fmt: skip
    found = lint(tmp_path, "schema: 1\ngroup: q01\nstatus: reviewed\nquestions:\n" + rows, whole=True)
    assert "true-share" in rules(found, Severity.ERROR)


def test_the_bands_are_those_of_the_binomial():
    scipy_stats = pytest.importorskip("scipy.stats")
    low, high = band([1 / 3] * 200, 1.959964)
    exact = scipy_stats.binom(200, 1 / 3)
    assert low == pytest.approx(exact.ppf(0.025) / 200, abs=0.006)
    assert high == pytest.approx(exact.ppf(0.975) / 200, abs=0.006)
    assert band([1 / 3] * 200, 1.644854)[1] == pytest.approx(0.39, abs=0.003)
    assert band([1 / 4] * 200, 1.644854)[1] == pytest.approx(0.30, abs=0.003)
    for degrees in (2, 3, 4):
        assert chi_square_limit(degrees) == pytest.approx(scipy_stats.chi2(degrees).ppf(0.95), rel=0.01)


def test_the_bot_prefers_long_options_without_absolutes():
    assert wise_pick(ChoiceTask(("always the longest of all", "long enough", "no"), 0)) == [1]
    assert wise_pick(ChoiceTask(("always this one here", "never that"), 0)) == [0]
    assert wise_pick(ChoiceTask(("same", "size"), 0)) == [0, 1]


def test_a_published_question_cannot_change_or_vanish_in_silence(tmp_path):
    course = write_bank(tmp_path)
    assert publish(course, load_bank(course)) == 12
    assert "content-changed" not in rules(lint_bank(course))
    changed = FIRST.replace("Its square is four.", "Four is its square, so it is the root.")
    write_bank(tmp_path, first=changed)
    assert any("alpha-single was changed" in finding.message for finding in lint_bank(course))
    write_bank(tmp_path, first=changed.replace("id: alpha-single\n", "id: alpha-single\n  revision: 2\n"))
    assert "content-changed" not in rules(lint_bank(course))
    write_bank(tmp_path, first=FIRST.replace("id: alpha-single", "id: alpha-other"))
    assert any("alpha-single was published and is gone" in finding.message for finding in lint_bank(course))
    assert (course / LEDGER).is_file()


def test_the_examples_of_the_authors_page_are_sound(tmp_path):
    """Every rule that the page names exists, and every rule that exists is named there."""
    page = (Path(__file__).parents[2] / "docs" / "quiz.md").read_text(encoding="utf-8")
    sources = (Path(__file__).parents[2] / "grader" / "quiz" / "lint").rglob("*.py")
    text = "".join(file.read_text(encoding="utf-8") for file in sources)
    for rule in {case[0] for case in ERRORS + WARNINGS} | {
        "bot",
        "longest-key",
        "true-share",
        "key-position",
        "coverage",
        "mix",
    }:
        assert f"`{rule}`" in page, rule
        assert f'"{rule}"' in text, rule
