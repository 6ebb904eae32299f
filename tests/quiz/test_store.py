import sqlite3
import time
from contextlib import closing

import pytest

from grader.quiz.schedule import DAY, Review
from grader.quiz.store import Event, Store, StoreError

T0 = 1_700_000_000.0
REVIEW = Review()


def event(question="q", at=T0, score=1.0, rating=3, session="s", **more):
    fields = {
        "at": at, "kind": "answer", "session": session, "question": question, "topic": "t", "revision": 1, "content": "c",
        "seed": 7, "variant": "{}", "answer": "a", "score": score, "rating": rating, "certainty": None, "hints": 0,
        "milliseconds": 900, "misconceptions": "",
    }  # fmt: skip
    return Event(**{**fields, **more})


def test_an_answer_is_on_the_disk_before_add_returns(tmp_path):
    store = Store(tmp_path / "p.db")
    store.add(event(), REVIEW)
    with closing(sqlite3.connect(tmp_path / "p.db")) as other:
        assert other.execute("SELECT question, score FROM quiz_event").fetchall() == [("q", 1.0)]
        assert other.execute("SELECT count(*) FROM quiz_card").fetchone() == (1,)


def test_events_are_only_ever_added(store):
    first = store.add(event(score=0.0, rating=1), REVIEW)
    store.undo(first, T0 + 5, REVIEW)
    store.add(event(at=T0 + 9), REVIEW)
    assert [(e.kind, e.undoes) for e in store.log()] == [("answer", None), ("undo", first), ("answer", None)]
    assert [e.score for e in store.answers()] == [1.0]


def test_undo_gives_back_the_card_of_before(store):
    store.add(event(), REVIEW)
    before = store.cards()["q"]
    slip = store.add(event(at=T0 + 3 * DAY, score=0.0, rating=1), REVIEW)
    assert store.cards()["q"] != before
    store.undo(slip, T0 + 3 * DAY + 1, REVIEW)
    assert store.cards()["q"] == before


def test_undo_of_a_first_answer_makes_the_question_new_again(store):
    store.undo(store.add(event(), REVIEW), T0 + 1, REVIEW)
    assert store.cards() == {}
    assert store.due(T0 + 1000 * DAY) == []


def test_cards_are_derived_and_can_be_rebuilt(store):
    for number in range(40):
        store.add(event(f"q{number % 7}", at=T0 + number * DAY, rating=1 + number % 4, score=(number % 4) / 3), REVIEW)
    before = store.cards()
    store.rebuild({}, REVIEW)
    assert store.cards() == before


def test_due_are_the_overdue_ones_longest_first(store):
    store.add(event("late", at=T0), REVIEW)
    store.add(event("later", at=T0 + DAY), REVIEW)
    assert store.due(T0) == []
    assert [card.question for card in store.due(T0 + 30 * DAY)] == ["late", "later"]
    assert store.count_due(T0 + 30 * DAY) == 2


def test_a_breaking_revision_makes_old_answers_not_count(store):
    store.add(event("q"), REVIEW)
    store.add(event("r"), REVIEW)
    store.drop_broken({"q": 2}, REVIEW)
    assert store.cards().keys() == {"r"}
    store.add(event("q", revision=2, at=T0 + 9), REVIEW)
    store.drop_broken({"q": 2}, REVIEW)
    assert store.cards().keys() == {"q", "r"}
    assert store.cards()["q"].answers == 1


def test_the_file_is_shared_with_other_tables(tmp_path):
    with closing(sqlite3.connect(tmp_path / "p.db")) as other:
        other.execute("CREATE TABLE attempts (id INTEGER)")
        other.execute("INSERT INTO attempts VALUES (5)")
        other.commit()
        Store(tmp_path / "p.db").add(event(), REVIEW)
        assert other.execute("SELECT * FROM attempts").fetchall() == [(5,)]


def test_a_damaged_file_is_kept_and_a_new_one_begun(tmp_path):
    (tmp_path / "p.db").write_bytes(b"this is no database" * 300)
    store = Store(tmp_path / "p.db")
    assert "damaged" in store.notices[0]
    store.add(event(), REVIEW)
    kept = [file for file in tmp_path.iterdir() if "damaged" in file.name]
    assert kept[0].read_bytes().startswith(b"this is no database")


def test_answers_of_a_partly_damaged_file_are_saved(tmp_path):
    file = tmp_path / "p.db"
    store = Store(file)
    for number in range(300):
        store.add(event(f"q{number}", answer="x" * 200), REVIEW)
    store.close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'quiz_card'").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(bytes(data))
    again = Store(file)
    assert "300 answers saved" in again.notices[0]
    assert len(again.answers()) == 300
    assert again.state("rebuild") == "1"


def test_a_folder_that_does_not_exist_is_a_clear_error(tmp_path):
    with pytest.raises(StoreError, match=r"cannot be opened.*permissions"):
        Store(tmp_path / "missing" / "p.db")


def test_a_store_that_stops_working_says_that_the_answer_is_not_saved(store):
    store._connection.execute("DROP TABLE quiz_card")
    with pytest.raises(StoreError, match="not saved"):
        store.add(event(), REVIEW)
    assert store.log() == []


def test_a_clock_set_back_is_said_and_answers_still_count(tmp_path):
    store = Store(tmp_path / "p.db")
    store.add(event(at=time.time() + 10 * DAY), REVIEW)
    store.close()
    again = Store(tmp_path / "p.db")
    assert "10.0 days behind" in again.notices[0]
    again.add(event(at=time.time()), REVIEW)
    card = again.cards()["q"]
    assert card.answers == 2
    assert card.due > card.last


def test_two_processes_can_answer_at_once(tmp_path):
    one, two = Store(tmp_path / "p.db"), Store(tmp_path / "p.db")
    one.add(event("a"), REVIEW)
    two.add(event("b"), REVIEW)
    assert one.cards().keys() == two.cards().keys() == {"a", "b"}


def test_without_a_file_everything_is_in_memory():
    store = Store(None)
    store.add(event(), REVIEW)
    assert store.cards().keys() == {"q"}
