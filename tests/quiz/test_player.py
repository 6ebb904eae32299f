import json

import pytest

from grader.quiz.player import Left, Player, Session, Settings, command_of
from grader.quiz.schedule import DAY, Wish
from grader.quiz.screen import Screen
from grader.quiz.store import Store
from grader.texbox import Mode

SCREEN = Screen(80, Mode.PLAIN, False)
ALPHA, BETA = frozenset({"alpha"}), frozenset({"beta"})


class Clock:
    """A clock that moves on by nine seconds whenever it is read."""

    def __init__(self, now=1_700_000_000.0):
        self.now = now

    def __call__(self):
        self.now += 9
        return self.now


def play(index, store, answers, wish=None, clock=None, **settings):
    """Play with typed answers; a callable among them is run at its turn, and the end of the list is the end of input."""
    left = iter(answers)

    def read(prompt):
        for answer in left:
            if callable(answer):
                answer(prompt)
                continue
            return answer
        raise Left("The input has ended.")

    options = Settings(wish or Wish(ALPHA), settings.pop("size", 3), seed="7", **settings)
    player = Player(index, store, SCREEN, options, read, clock or Clock())
    try:
        finished = player.run()
    except Left as left_early:
        return left_early
    return finished


def key(index, name):
    """The right answer to a question of a session with the seed 7."""
    from grader.quiz.check import right_answer
    from grader.quiz.variants import realise, seed_of

    return right_answer(realise(index.record(name), seed_of(name, "7", 0)).body)


def test_a_session_asks_explains_and_sums_up(index, store, capsys):
    assert play(index, store, [key(index, "alpha-single"), "f", "abc"]) is True
    out = capsys.readouterr().out
    assert "RIGHT" in out
    assert "WRONG" in out
    assert "The two rests of one add up to two." in out
    assert "One thinks of the product, which is odd." in out
    assert "This session: 1 of 3 right" in out
    assert [event.question for event in store.answers()] == ["alpha-single", "alpha-statement", "alpha-multi"]


def test_each_answer_is_saved_before_its_verdict_shows(index, store, monkeypatch):
    seen = []

    def say(lines):
        text = "\n".join(lines)
        if "RIGHT" in text or "WRONG" in text:
            seen.append(len(store.answers()))

    monkeypatch.setattr("grader.quiz.player.play.say", say)
    play(index, store, ["a", "t", "ab"])
    assert seen == [1, 2, 3]


def test_leaving_keeps_the_session_and_coming_back_takes_it_up(index, store, capsys):
    assert isinstance(play(index, store, [key(index, "alpha-single"), "quit"]), Left)
    assert "2 of 3 are left" in capsys.readouterr().out
    assert play(index, store, ["t", "ab"]) is True
    assert "1 of 3 done" in capsys.readouterr().out
    assert [event.question for event in store.answers()] == ["alpha-single", "alpha-statement", "alpha-multi"]


def test_the_end_of_the_input_is_like_leaving(index, store):
    left = play(index, store, [])
    assert isinstance(left, Left)
    assert left.code == 0
    assert Session.load(store.state("session")).done == 0


def test_another_wish_or_restart_begins_a_new_session(index, store, capsys):
    play(index, store, ["q"])
    play(index, store, ["q"], wish=Wish(BETA))
    assert "Taking up" not in capsys.readouterr().out
    play(index, store, ["q"], wish=Wish(BETA), restart=True)
    assert "Taking up" not in capsys.readouterr().out
    play(index, store, ["q"], wish=Wish(BETA))
    assert "Taking up" in capsys.readouterr().out


def test_undo_takes_an_answer_back_and_asks_again(index, store):
    play(index, store, [key(index, "alpha-single"), "u", "q"], size=2)
    assert store.answers() == []
    assert store.cards() == {}
    assert [event.kind for event in store.log()] == ["answer", "undo"]
    assert Session.load(store.state("session")).done == 0


def test_undo_reaches_back_over_a_skipped_question(index, store):
    play(index, store, [key(index, "alpha-single"), "s", "u", "q"])
    session = Session.load(store.state("session"))
    assert session.ids[session.done] == "alpha-single"


def test_undo_without_an_answer_says_so(index, store, capsys):
    play(index, store, ["undo", "q"])
    assert "no answer of this session" in capsys.readouterr().out


def test_skip_is_recorded_and_does_not_touch_the_schedule(index, store):
    play(index, store, ["skip", "q"])
    assert [event.kind for event in store.log()] == ["skip"]
    assert store.cards() == {}


def test_hints_come_one_by_one_and_are_counted(index, store, capsys):
    play(index, store, ["h", "hint", "?", "h", key(index, "alpha-single"), "q"])
    out = capsys.readouterr().out
    assert "Hint 1 of 2: Square each of them." in out
    assert "Hint 2 of 2: It is even." in out
    assert "That was the last hint." in out
    assert store.answers()[0].hints == 2
    assert store.answers()[0].rating == 2


def test_an_unreadable_answer_is_asked_again_and_costs_nothing(index, store, capsys):
    play(index, store, ["z", "", "7", key(index, "alpha-single"), "q"])
    assert "There is no option z" in capsys.readouterr().out
    assert store.answers()[0].score == 1


def test_letters_are_no_commands_where_words_are_asked_for(item):
    short, single, shape = item("alpha-short").body, item("alpha-single").body, item("alpha-shape").body
    assert command_of("h", single) == "hint"
    assert command_of("h", short) is None
    assert command_of("h", shape) is None
    assert command_of("quit", short) == "quit"
    assert command_of(":s", short) == "skip"


def test_gaps_and_steps_are_asked_one_after_another(index, store):
    wish = Wish(BETA)
    answers = [key(index, "beta-order"), key(index, "beta-match"), *key(index, "beta-cloze"), *key(index, "beta-bug"),
               "lam*w", "0.9"]  # fmt: skip
    assert play(index, store, answers, wish, size=5) is True
    assert [event.score for event in store.answers()] == [1, 1, 1, 1, 1]
    assert json.loads(store.answers()[-1].answer) == ["lam*w", "0.9"]


def test_a_derivation_left_in_the_middle_goes_on_at_its_next_step(index, store, capsys):
    first = [
        key(index, "beta-order"),
        key(index, "beta-match"),
        *key(index, "beta-cloze"),
        *key(index, "beta-bug"),
        "2*lam*w",
        "q",
    ]
    play(index, store, first, Wish(BETA), size=5)
    assert "The half in front is left out." in capsys.readouterr().out
    assert play(index, store, ["0.9"], Wish(BETA), size=5) is True
    out = capsys.readouterr().out
    assert "right is: lam * w" in out
    assert store.answers()[-1].score == 0.5


def test_certainty_is_asked_before_the_verdict_and_gives_points(index, store, capsys):
    play(index, store, [key(index, "alpha-single"), "9", "3", "f", "3"], size=2, certainty=True)
    out = capsys.readouterr().out
    assert "Points for certainty 3: +3." in out
    assert "Points for certainty 3: -6." in out
    assert "Certainty points: -3 of 6" in out
    assert [event.certainty for event in store.answers()] == [3, 3]


def test_what_is_due_comes_back_and_nothing_due_is_said(index, store, capsys):
    clock = Clock()
    play(index, store, ["b", "t", "ab"], clock=clock)
    assert play(index, store, [], Wish(only_due=True), clock) is True
    assert "Nothing is due." in capsys.readouterr().out
    clock.now += 30 * DAY
    play(index, store, ["q"], Wish(only_due=True), clock)
    assert "3 due, 0 new" in capsys.readouterr().out


def test_an_interrupt_while_saving_leaves_no_half_answer(index, store, monkeypatch):
    monkeypatch.setattr("grader.quiz.store.rows.put_card", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        play(index, store, ["a"])
    assert store.log() == []
    monkeypatch.undo()
    assert Session.load(store.state("session")).done == 0


def test_an_exam_that_lies_ahead_is_said_at_the_start(index, store, capsys):
    clock = Clock()
    play(index, store, ["q"], clock=clock, exam=clock.now + 12 * DAY)
    assert "Your exam is in 12 days: everything comes back before it." in capsys.readouterr().out
    play(index, store, ["q"], clock=clock, exam=clock.now - DAY, restart=True)
    assert "exam" not in capsys.readouterr().out


def test_a_process_killed_after_saving_does_not_ask_again(index, store, monkeypatch):
    monkeypatch.setattr("grader.quiz.player.play.verdict_lines", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        play(index, store, ["a"])
    assert [event.question for event in store.answers()] == ["alpha-single"]
    assert Session.load(store.state("session")).done == 1


def test_a_question_that_is_gone_makes_a_new_session(index, store, capsys):
    store.set_state("session", Session("x", "[]", ["gone"], at=1_700_000_000.0).dump())
    play(index, store, ["q"])
    assert "Taking up" not in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 1}', "null"])
def test_a_broken_session_is_no_obstacle(text, index, store):
    store.set_state("session", text)
    assert isinstance(play(index, store, ["q"]), Left)


def test_the_same_seed_asks_the_same_of_everybody(index, tmp_path, capsys):
    outputs = []
    for name in ("one", "two"):
        play(index, Store(tmp_path / name), ["a", "t", "q"])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize("width", [24, 40, 80, 100])
@pytest.mark.parametrize("mode", list(Mode))
def test_no_line_of_any_question_is_wider_than_the_terminal(index, width, mode):
    from grader.quiz.check import mark
    from grader.quiz.screen import question_lines, verdict_lines
    from grader.quiz.variants import realise

    screen = Screen(width, mode, False)
    for name in index.entries:
        item = realise(index.record(name), 1)
        from grader.quiz.check import right_answer

        lines = question_lines(screen, item, f"1 of 3 · Alpha · difficulty 1 · {name}")
        lines += verdict_lines(screen, item, mark(item.body, right_answer(item.body)))
        prose = [line for line in lines if not line.startswith("   ") or "|" not in line]
        longest_word = max(len(word) for line in prose for word in line.split())
        assert max(map(len, prose)) <= max(width, longest_word + 6)


def test_a_question_without_hints_names_the_sheet(index, store, capsys):
    play(index, store, [key(index, "alpha-single"), "hint", "q"])
    out = capsys.readouterr().out
    assert "This question has no hints. Its formulas: grade show exercise11" in out
    assert "`skip` leaves it for later." in out.replace("\n  ", " ")


def test_after_a_weak_session_the_topics_before_it_come_first(index, store, capsys):
    order = " ".join(reversed(key(index, "beta-order").split()))
    play(index, store, [order], Wish(BETA), size=1)
    assert "First: grade quiz alpha  (beta builds on it)\nThen:  grade quiz beta\n" in capsys.readouterr().out


def test_certainty_is_not_asked_after_a_derivation(index, store):
    answers = [key(index, "beta-order"), "3", key(index, "beta-match"), "3", *key(index, "beta-cloze"), "3",
               *key(index, "beta-bug"), "3", "lam*w", "0.9"]  # fmt: skip
    assert play(index, store, answers, Wish(BETA), size=5, certainty=True) is True
    assert [event.certainty for event in store.answers()] == [3, 3, 3, 3, None]


def test_a_pair_that_was_found_is_told_from_one_that_was_not(index, store, capsys):
    right = key(index, "beta-match")
    letters = [pair[-1] for pair in right.split()]
    letters[0], letters[1] = letters[1], letters[0]
    play(index, store, [key(index, "beta-order"), "".join(letters), "q"], Wish(BETA))
    out = capsys.readouterr().out
    assert out.count("  Right answer 1") == 1
    assert "  Right 3" in out


@pytest.mark.parametrize("width", [24, 40, 80])
def test_no_message_of_a_session_is_wider_than_the_terminal(index, store, monkeypatch, capsys, width):
    monkeypatch.setattr("tests.quiz.test_player.SCREEN", Screen(width, Mode.PLAIN, False))
    answers = ["?", "h", "h", "h", "zzz", "undo", "skip", "f", "u", "f", "q"]
    play(index, store, answers)
    play(index, store, [], size=3)
    play(index, store, ["q"], Wish(BETA), size=5, restart=True)
    play(index, store, [], Wish(frozenset({"gamma"})))
    out = capsys.readouterr().out.split("\n")
    assert "Taking up" in "\n".join(out)
    assert [line for line in out if len(line) > width and " " in line.strip()] == []
