import itertools
import time

import pytest

from grader.quiz.index import Entry, TopicCard
from grader.quiz.schedule import (
    AGAIN,
    DAY,
    EASY,
    GOOD,
    HARD,
    Review,
    Wish,
    forecast,
    interleaved,
    mastery,
    queue,
    rate,
    retrievability,
)
from grader.quiz.store import Card

from .test_store import T0, event


def entry(name, topic, position=0, family=None, difficulty=2, tags=()):
    return Entry(position, name, topic, "q01", "single", difficulty, "apply", "reviewed", family or name, False, 1, 0, "c", (),
                 frozenset(tags))  # fmt: skip


def bank(*entries):
    return {one.id: one._replace(position=place) for place, one in enumerate(entries)}


TOPICS = {
    "base": TopicCard("base", "Base", "q01", (), (), ()),
    "next": TopicCard("next", "Next", "q02", ("base",), (), ()),
    "side": TopicCard("side", "Side", "q03", (), (), ()),
}


def card(name, topic="base", due=T0, score=1.0):
    return Card(name, topic, due, T0 - 5 * DAY, 5.0, 5.0, 1, score)


@pytest.mark.parametrize(
    ("score", "hints", "certainty", "seconds", "typed", "want"),
    [
        (0.0, 0, 3, 1, False, AGAIN), (0.4, 0, None, 1, False, AGAIN), (0.5, 0, None, 1, False, HARD), (1.0, 1, 3, 1, False, HARD),
        (1.0, 0, 1, 1, False, HARD), (1.0, 0, None, 1, False, GOOD), (1.0, 0, 2, 1, False, GOOD), (1.0, 0, 3, 5, False, EASY),
        (1.0, 0, 3, 30, False, GOOD), (1.0, 0, 3, 30, True, EASY),
    ],
)  # fmt: skip
def test_ratings(score, hints, certainty, seconds, typed, want):
    assert rate(score, hints, certainty, seconds, typed) == want


def test_intervals_grow_with_right_answers_and_fall_with_a_wrong_one():
    review, at, found, days = Review(), T0, None, []
    for _ in range(5):
        found = review(found, event(at=at))
        days.append((found.due - at) / DAY)
        at = found.due
    assert days == sorted(days)
    assert days[0] >= 1
    assert days[-1] > 60
    wrong = review(found, event(at=at, score=0.0, rating=AGAIN))
    assert wrong.due - at <= DAY
    assert wrong.stability < found.stability


def test_an_exam_date_caps_every_interval():
    review, at, found = Review(exam=T0 + 20 * DAY), T0, None
    while at < T0 + 19 * DAY:
        found = review(found, event(at=at, rating=EASY))
        assert found.due <= T0 + 20 * DAY
        at = found.due
    assert Review(exam=T0 - DAY)(found, event(at=at, rating=EASY)).due > at + DAY


def test_scheduling_does_not_sleep_for_identifiers():
    review = Review()
    review(None, event())  # imports
    started = time.perf_counter()
    for _ in range(300):
        review(None, event())
    assert time.perf_counter() - started < 0.3


def test_memory_fades():
    found = Review()(None, event())
    shares = [retrievability(found, T0 + days * DAY) for days in (0, 2, 30, 300)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(1.0)


def test_due_questions_come_first_and_topics_take_turns():
    entries = bank(*(entry(f"b{n}", "base") for n in range(3)), *(entry(f"s{n}", "side") for n in range(3)))
    cards = {name: card(name, entries[name].topic, due=T0 - n) for n, name in enumerate(("b0", "b1", "s0"))}
    ids = queue(entries, TOPICS, cards, [], T0, Wish())
    assert set(ids[:3]) == {"b0", "b1", "s0"}
    assert ids == ["s0", "b1", "b0", "b2", "s1", "s2"]


def test_no_two_of_one_topic_follow_each_other_while_others_are_left():
    entries = bank(*(entry(f"b{n}", "base") for n in range(4)), *(entry(f"s{n}", "side") for n in range(4)))
    order = [one.topic for one in interleaved(entries.values())]
    assert all(a != b for a, b in itertools.pairwise(order))


def test_new_questions_wait_for_what_they_need_unless_forced_or_asked_for():
    entries = bank(entry("n0", "next"), entry("b0", "base"), entry("s0", "side"))
    assert "n0" not in queue(entries, TOPICS, {}, [], T0, Wish())
    assert "n0" in queue(entries, TOPICS, {}, [], T0, Wish(force=True))
    assert queue(entries, TOPICS, {}, [], T0, Wish(topics=frozenset({"next"}))) == ["n0"]
    known = {"b0": card("b0", due=T0 + DAY)}
    assert "n0" in queue(entries, TOPICS, known, [], T0, Wish())


def test_siblings_do_not_meet_on_one_day():
    entries = bank(entry("b0", "base", family="f"), entry("b1", "base", family="f"), entry("b2", "base"))
    assert queue(entries, TOPICS, {}, [("b0", "")], T0, Wish())[-1] in {"b0", "b1"}
    assert queue(entries, TOPICS, {}, [], T0, Wish()) == ["b0", "b2", "b1"]


def test_a_misconception_shown_today_is_not_asked_about_again_today():
    entries = bank(entry("b0", "base", tags=("t",)), entry("b1", "base", tags=("t",)), entry("b2", "base"))
    cards = {"b0": card("b0", due=T0 + DAY, score=0.0)}
    assert queue(entries, TOPICS, cards, [("b0", "t")], T0, Wish()) == ["b2", "b1"]


def test_only_due_and_only_new():
    entries = bank(entry("b0", "base"), entry("b1", "base"))
    cards = {"b0": card("b0", due=T0 - 1)}
    assert queue(entries, TOPICS, cards, [], T0, Wish(only_due=True)) == ["b0"]
    assert queue(entries, TOPICS, cards, [], T0, Wish(only_new=True)) == ["b1"]
    assert queue(entries, TOPICS, cards, [], T0 - DAY, Wish(only_due=True)) == []


def test_a_topic_asked_for_gives_its_questions_ahead_of_time_in_the_end():
    entries = bank(entry("b0", "base"), entry("b1", "base"))
    cards = {"b0": card("b0", due=T0 + 9 * DAY)}
    assert queue(entries, TOPICS, cards, [], T0, Wish(topics=frozenset({"base"}))) == ["b1", "b0"]


def test_mastery_needs_more_than_one_answer_where_there_are_more_questions():
    entries = [entry(f"b{n}", "base") for n in range(8)]
    assert mastery(entries, {"b0": card("b0")}) == {"base": pytest.approx(0.2)}
    five = {f"b{n}": card(f"b{n}") for n in range(5)}
    assert mastery(entries, five) == {"base": pytest.approx(1.0)}


def test_the_forecast_counts_overdue_ones_today():
    cards = [
        card("a", due=T0 - 9 * DAY),
        card("b", due=T0 + 0.5 * DAY),
        card("c", due=T0 + 1.5 * DAY),
        card("d", due=T0 + 99 * DAY),
    ]
    assert forecast(cards, T0, 4) == [1, 1, 1, 0]
