import json
import math
import random

import numpy as np
import pytest

from grader.quiz.analysis import ENOUGH, analyse, guess_score, to_csv, to_json, to_markdown
from grader.quiz.analysis import statistics as stats
from grader.quiz.analysis.responses import Response, ResponseError, Run, read_run, response_of
from grader.quiz.analysis.terminal import screen_lines
from grader.quiz.bank import load_bank
from grader.quiz.check import mark
from grader.quiz.log_export import log_csv
from grader.quiz.player import Player, Settings
from grader.quiz.schedule import Wish
from grader.quiz.screen import Screen
from grader.quiz.store import Store
from grader.quiz.variants import realise
from grader.texbox import Mode

RNG = np.random.default_rng(5)
VALUES = [float(value) for value in RNG.gamma(2.0, size=37)]
OTHERS = [0.4 * value + float(noise) for value, noise in zip(VALUES, RNG.normal(size=37))]


def test_moments_agree_with_scipy():
    scipy_stats = pytest.importorskip("scipy.stats")
    assert stats.mean(VALUES) == pytest.approx(np.mean(VALUES))
    assert stats.deviation(VALUES) == pytest.approx(np.std(VALUES, ddof=1))
    assert stats.median(VALUES) == pytest.approx(np.median(VALUES))
    assert stats.median(VALUES[:-1]) == pytest.approx(np.median(VALUES[:-1]))
    assert stats.skewness(VALUES) == pytest.approx(scipy_stats.skew(VALUES, bias=False))
    assert stats.kurtosis(VALUES) == pytest.approx(scipy_stats.kurtosis(VALUES, bias=False))


def test_correlation_and_its_interval_agree_with_scipy():
    scipy_stats = pytest.importorskip("scipy.stats")
    exact = scipy_stats.pearsonr(VALUES, OTHERS)
    assert stats.correlation(VALUES, OTHERS) == pytest.approx(exact.statistic)
    assert stats.correlation_interval(exact.statistic, 37) == pytest.approx(tuple(exact.confidence_interval()))


def test_the_interval_of_a_share_agrees_with_scipy():
    scipy_stats = pytest.importorskip("scipy.stats")
    interval = scipy_stats.binomtest(9, 31).proportion_ci(method="wilson")
    assert stats.share_interval(9 / 31, 31) == pytest.approx((interval.low, interval.high))


def test_alpha_agrees_with_its_definition():
    scores = (RNG.random((60, 12)) < RNG.random((60, 1))).astype(float)
    items = scores.shape[1]
    by_hand = items / (items - 1) * (1 - scores.var(axis=0, ddof=1).sum() / scores.sum(axis=1).var(ddof=1))
    assert stats.alpha(scores.tolist()) == pytest.approx(by_hand)
    p = scores.mean(axis=0)
    kr20 = items / (items - 1) * (1 - (p * (1 - p)).sum() / scores.sum(axis=1).var(ddof=0))
    assert stats.alpha(scores.tolist()) == pytest.approx(kr20)


def test_discriminative_efficiency_is_one_for_equal_orders():
    assert stats.discriminative_efficiency([1, 2, 3, 9], [2, 3, 5, 6]) == pytest.approx(1)
    assert stats.discriminative_efficiency([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0, 2.0, 2.0]])
def test_too_few_or_equal_values_give_nan_and_no_error(values):
    assert math.isnan(stats.skewness(values))
    assert math.isnan(stats.kurtosis(values))
    assert math.isnan(stats.correlation(values, values))


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("alpha-single", 1 / 3),
        ("alpha-statement", 0.5),
        ("alpha-number", 0),
        ("alpha-short", 0),
        ("beta-bug", (1 / 3 + 1 / 3) / 2),
        ("beta-cloze", 0.25),
    ],
)
def test_the_score_of_guessing(index, name, want):
    assert guess_score(index.record(name)) == pytest.approx(want)


def test_the_score_of_guessing_several_options_by_counting(index):
    # Of the 15 sets of four options: 2 right ones give 1; each net score is max(0, hits - false alarms) / 2.
    wanted = sum(max(0, right - wrong) / 2 for right, wrong in _sets()) / 15
    assert guess_score(index.record("alpha-multi")) == pytest.approx(wanted)


def _sets():
    for code in range(1, 16):
        yield (code & 1) + (code >> 1 & 1), (code >> 2 & 1) + (code >> 3 & 1)


def make_run(index, students=60, papers=True, seed=1):
    """A class in which the better half knows more, with one question whose wrong option attracts the better students."""
    rng = random.Random(seed)
    names = ["alpha-single", "alpha-multi", "alpha-statement", "alpha-number", "beta-match"]
    responses = []
    for number in range(students):
        skill = number / students
        for place, name in enumerate(names, 1):
            item = realise(index.record(name), rng.randrange(10**6))
            from grader.quiz.check import right_answer

            answer = right_answer(item.body)
            if name == "alpha-single":  # miskeyed: the better students choose `three`
                wanted = "three" if skill > 0.5 else "two"
                answer = "abc"[[option.text for option in item.body.options].index(wanted)]
            elif rng.random() > 0.25 + 0.7 * skill:
                answer = {"alpha-multi": "a", "alpha-statement": "f", "alpha-number": "999", "beta-match": "aaa"}[name]
            responses.append(
                response_of(
                    item, f"s{number:02d}", place, answer, mark(item.body, answer), 1 + int(3 * skill), 1.0, 9000
                )
            )
    records = {name: index.record(name) for name in names}
    return Run("Test", tuple(responses), records, papers)


def test_an_analysis_finds_the_miskeyed_question(index):
    analysis = analyse(make_run(index))
    items = {item.question: item for item in analysis.items}
    assert any("possible miskey" in flag for flag in items["alpha-single"].flags)
    assert "the better students do worse" in items["alpha-single"].flags
    options = {option.text: option for option in items["alpha-single"].options}
    assert options["three"].miskey
    assert options["three"].top > options["three"].bottom
    assert options["one"].dead
    assert items["alpha-multi"].discrimination > 0
    assert (
        items["alpha-multi"].discrimination_low
        < items["alpha-multi"].discrimination
        < items["alpha-multi"].discrimination_high
    )


def test_item_rest_correlation_agrees_with_numpy(index):
    run = make_run(index)
    scores = np.array([[r.score for r in run.responses if r.student == f"s{n:02d}"] for n in range(60)])
    item = next(item for item in analyse(run).items if item.question == "alpha-statement")
    rest = scores.sum(axis=1) - scores[:, 2]
    assert item.discrimination == pytest.approx(np.corrcoef(scores[:, 2], rest)[0, 1])
    assert item.facility == pytest.approx(scores[:, 2].mean())


def test_discrimination_is_hidden_in_small_classes(index):
    analysis = analyse(make_run(index, students=ENOUGH - 1))
    assert all(item.discrimination is None and item.efficiency is None for item in analysis.items)
    assert f"hidden below {ENOUGH}" in "\n".join(to_markdown(analysis))
    assert any("29 students" in caveat for caveat in analysis.paper.caveats)


def test_the_paper_is_summed_up_with_its_caveats(index):
    run = make_run(index)
    paper = analyse(run).paper
    scores = np.array([[r.score for r in run.responses if r.student == f"s{n:02d}"] for n in range(60)])
    assert paper.mean == pytest.approx(scores.mean())
    assert paper.alpha == pytest.approx(stats.alpha(scores.tolist()))
    assert paper.standard_error == pytest.approx(paper.deviation * math.sqrt(1 - paper.alpha))
    assert any("15 and more" in caveat for caveat in paper.caveats)


def test_reliability_is_not_given_for_self_quizzes(index):
    paper = analyse(make_run(index, papers=False)).paper
    assert paper.alpha is None
    assert any("Totals and reliability are not given" in caveat for caveat in paper.caveats)


def test_facility_by_parameter(index):
    item = next(item for item in analyse(make_run(index)).items if item.question == "alpha-number")
    labels = {label for label, _, _ in item.by_value}
    assert {"k=3", "k=5", "s=1"} <= labels
    assert sum(count for label, count, _ in item.by_value if label.startswith("k=")) == 60


def test_calibration_and_misconceptions(index):
    analysis = analyse(make_run(index))
    assert sum(count for _, count, _ in analysis.calibration) == 300
    assert ("root-too-large", 29, 29) in analysis.misconceptions


def test_outputs_hold_the_numbers(index):
    analysis = analyse(make_run(index))
    document = json.loads(to_json(analysis))
    assert document["items"][0]["question"] == "alpha-multi"
    assert len(to_csv(analysis).splitlines()) == 6
    assert "| alpha-single | 60 |" in "\n".join(to_markdown(analysis))


def test_logs_of_self_quizzes_are_replayed_with_first_answers_only(course, index, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("ada", "bob"):
        store = Store(tmp_path / f"{name}.db")
        answers = iter(["a", "t", "u", "t", "abc", "42", "(N, 4H)", "teacher forced"])
        settings = Settings(Wish(frozenset({"alpha"})), 6, seed="x")
        Player(index, store, Screen(80, Mode.PLAIN, False), settings, lambda _, given=answers: next(given)).run()
        (folder / f"{name}.csv").write_text(log_csv(store.log()), encoding="utf-8")
    records = {placed.question.id: placed.record for placed in load_bank(course).questions}
    run, remarks = read_run(folder, records)
    assert remarks == []
    assert {response.student for response in run.responses} == {"ada", "bob"}
    assert len(run.responses) == 12
    assert all(response.milliseconds is not None for response in run.responses)
    assert analyse(run).paper.students == 2
    changed = {**records, "alpha-short": {**records["alpha-short"], "content": "other"}}
    assert any("alpha-short is not in the bank as it was answered" in remark for remark in read_run(folder, changed)[1])


@pytest.mark.parametrize(("content", "says"), [("a,b\n1,2\n", "not a log"), ("\x00", "log|cannot be read")])
def test_files_that_are_no_log_are_an_error(tmp_path, content, says):
    (tmp_path / "x.csv").write_text(content, encoding="utf-8")
    with pytest.raises(ResponseError, match=says):
        run, _ = read_run(tmp_path / "x.csv", {})
        if not run.responses:
            raise ResponseError("not a log")


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(ResponseError, match="grade quiz mark"):
        read_run(tmp_path, {})


def test_a_response_is_plain_data():
    response = Response("s", 1, "q", {}, "a", 1.0, 1.0, (0,), (), None, None, "answered")
    assert json.loads(json.dumps(response._asdict()))["chosen"] == [0]


@pytest.mark.parametrize("students", [ENOUGH - 1, 60])
def test_the_analysis_fits_a_terminal_of_80_columns(index, students):
    lines = screen_lines(analyse(make_run(index, students)), Screen(80, Mode.PLAIN, False))
    assert max(map(len, lines)) <= 80
    assert any(line.startswith(f"  {students}      0 ") for line in lines)
    assert ("say nothing below 30 answers" in " ".join(lines)) == (students < ENOUGH)
    assert any("the better students choose `three`" in line for line in lines) == (students >= ENOUGH)
