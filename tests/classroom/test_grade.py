from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from grader.classroom import ClassError, open_run
from grader.classroom.collect.names import shown
from grader.classroom.work import grading
from grader.sandbox import Level, Limits
from tests.classroom.classes import (
    BATCHNORM,
    CRASH,
    DOUBLING,
    HALF,
    KILLS,
    LOOP,
    RIGHT,
    RIGHT_BATCHNORM,
    SQUARED,
    SYNTAX,
    canonical_results,
    command,
    environment,
    grade,
    hand_in,
    make_course,
    own,
    rows_by_student,
    run_command,
    secret_file,
)

HONEST = {"alice": RIGHT, "bob": SQUARED, "cara": HALF, "dora": CRASH, "emil": SYNTAX}


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path / "course")


def hand_in_all(folder: Path, texts: dict[str, str]) -> Path:
    for student, text in texts.items():
        hand_in(folder, student, own(text, student))
    return folder


def test_a_class_is_graded_and_every_kind_of_work_gets_its_verdict(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", {**HONEST, "finn": LOOP, "gina": KILLS})
    hand_in(submissions, "hugo", b"")
    hand_in(submissions, "alice", RIGHT_BATCHNORM, BATCHNORM)
    summary = grade(course, submissions, tmp_path / "run")
    assert (summary.graded, summary.failures, summary.timeouts) == (9, {}, 1)
    assert summary.level in (Level.JAILED, Level.CONFINED)
    rows = rows_by_student(tmp_path / "run")
    assert {student: (row.status, row.points) for student, row in rows.items()} == {
        "alice": ("pass", 2), "bob": ("fail", 1), "cara": ("todo", 1), "dora": ("error", 1), "emil": ("error", 0),
        "finn": ("timeout", 1), "gina": ("error", 1), "hugo": ("fail", 0),
    }  # fmt: skip
    assert rows["bob"].result["functions"][0]["mistake"]["id"] == "squared"
    assert rows["finn"].stopped == {"doubling_forward": "line 2: while True: pass"}
    assert "line" not in rows["finn"].result["functions"][0]["checks"][0]["mismatch"]["detail"]
    assert rows_by_student(tmp_path / "run", BATCHNORM)["alice"].status == "pass"


def test_the_same_command_grades_only_what_is_new(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", HONEST)
    grade(course, submissions, tmp_path / "run")
    before = canonical_results(tmp_path / "run")
    assert grade(course, submissions, tmp_path / "run").to_grade == 0
    hand_in(submissions, "zora", own(RIGHT, "zora"))
    assert grade(course, submissions, tmp_path / "run").graded == 1
    after = canonical_results(tmp_path / "run")
    assert len(after) == 6 and before.items() <= after.items()


def test_students_who_handed_in_the_same_bytes_share_one_result(course, tmp_path):
    for student in ("alice", "bob"):
        hand_in(tmp_path / "in", student, RIGHT)
    assert grade(course, tmp_path / "in", tmp_path / "run").graded == 1
    assert {row.points for row in rows_by_student(tmp_path / "run").values()} == {2}


def test_no_seed_is_kept_but_in_the_secret_and_the_same_secret_gives_the_same_bytes(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", HONEST)
    for name in ("one", "two"):
        grade(course, submissions, tmp_path / name, secret=secret_file(tmp_path))
    assert canonical_results(tmp_path / "one") == canonical_results(tmp_path / "two")
    grade(course, submissions, tmp_path / "three")
    other = canonical_results(tmp_path / "three")
    assert other.keys().isdisjoint(canonical_results(tmp_path / "one"))
    secret = (tmp_path / "three/private/secret").read_bytes()
    from grader.classroom.secret import read_secret

    seed = read_secret(tmp_path / "three/private/secret").seed(DOUBLING)
    for data in (*other.values(), *(path.read_bytes() for path in (tmp_path / "three").glob("*.db*"))):
        assert secret not in data and seed.encode() not in data and b'"seed":' not in data
    with open_run(tmp_path / "three") as run:
        assert run.info.commitment == read_secret(tmp_path / "three/private/secret").commitment


@pytest.mark.skipif(os.name == "nt", reason="permissions of a Unix")
def test_nothing_of_a_run_can_be_read_by_others(course, tmp_path):
    grade(course, hand_in_all(tmp_path / "in", HONEST), tmp_path / "run")
    run = tmp_path / "run"
    assert run.stat().st_mode & 0o077 == 0
    private = [run / "private/secret", run / "identity.db", run / "ledger.db", *(run / "private/plans").iterdir()]
    assert len(private) > 3 and all(path.stat().st_mode & 0o077 == 0 for path in private)
    (run / "private/secret").chmod(0o644)
    with pytest.raises(ClassError, match="can be read by others"):
        grade(course, tmp_path / "in", run)


@pytest.mark.parametrize(("text", "words"), [("short", "16 to 4096"), ("a" * 40, "8 of them different")])
def test_a_secret_that_is_none_is_refused(course, tmp_path, text, words):
    (tmp_path / "secret").write_text(text, encoding="ascii")
    with pytest.raises(ClassError, match=words):
        grade(course, hand_in_all(tmp_path / "in", HONEST), tmp_path / "run", secret=tmp_path / "secret")


def test_honest_results_are_the_same_bytes_among_attackers(course, tmp_path):
    """Every file of tests/submissions is an attack or a way of failing; none may change another's result."""
    secret = secret_file(tmp_path)
    hand_in_all(tmp_path / "honest", HONEST)
    grade(course, tmp_path / "honest", tmp_path / "run1", secret=secret)
    attacks = sorted((Path(__file__).parents[1] / "submissions").glob("*.py"))
    assert len(attacks) > 20
    shutil.copytree(tmp_path / "honest", tmp_path / "mixed")
    names = {"def double(": "def doubling_forward(", "def f(": "def doubling_forward("}
    for number, path in enumerate(attacks):
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        for old, new in names.items():
            text = text.replace(old, new)
        hand_in(tmp_path / "mixed", f"m{number:02}", text.encode("utf-8", "surrogateescape"))
    summary = grade(course, tmp_path / "mixed", tmp_path / "run2", secret=secret)
    assert summary.failures == {}
    honest, mixed = canonical_results(tmp_path / "run1"), canonical_results(tmp_path / "run2")
    assert len(mixed) > len(honest) + 20 and honest.items() <= mixed.items()


def test_an_address_in_a_message_makes_no_difference(course, tmp_path):
    """Every process has other addresses, so the same work would have other results in another run."""
    loading = RIGHT + "raise TypeError('cannot add ' + repr(object()))\n"
    texts = {"alice": RIGHT.replace("return x + x", "raise ValueError(object(), 0xfe)"), "bob": loading}
    submissions = hand_in_all(tmp_path / "in", texts)
    for name in ("one", "two"):
        grade(course, submissions, tmp_path / name, secret=secret_file(tmp_path))
    assert canonical_results(tmp_path / "one") == canonical_results(tmp_path / "two")
    message = rows_by_student(tmp_path / "one")["alice"].result["functions"][0]["checks"][0]["exception"]["message"]
    assert message == "(<object object at 0x...>, 254)"


def test_what_students_print_is_kept_apart_from_results(course, tmp_path):
    hand_in(
        tmp_path / "in",
        "alice",
        "print('at load')\n" + RIGHT.replace("return x", "print('in call', 5)\n    return x", 1),
    )
    hand_in(tmp_path / "in", "bob", RIGHT)
    grade(course, tmp_path / "in", tmp_path / "run")
    row = rows_by_student(tmp_path / "run")["alice"]
    assert "in call" not in json.dumps(row.result)
    assert any("in call 5" in text for _, _, text in row.printed)


# --- our own failures ------------------------------------------------------------------------------------------------


def test_a_broken_solution_is_our_fault_and_the_other_exercises_are_graded(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", HONEST)
    hand_in(submissions, "alice", RIGHT_BATCHNORM, BATCHNORM)
    solution = course.root / "solutions" / f"{BATCHNORM}.py"
    text = solution.read_text(encoding="utf-8")
    solution.write_text(text.replace("rng.normal(1.0, 1.0, 5)", "rng.wrong()"), encoding="utf-8")
    summary = grade(course, submissions, tmp_path / "run")
    assert sum(summary.failures.values()) == 1 and summary.statuses["pass"] == 1
    row = rows_by_student(tmp_path / "run", BATCHNORM)["alice"]
    assert (row.status, row.mark) == ("broken", None)
    solution.write_text(text, encoding="utf-8")
    assert grade(course, submissions, tmp_path / "run").graded >= 1
    assert rows_by_student(tmp_path / "run", BATCHNORM)["alice"].mark == 2


def test_a_regrade_with_another_solution_keeps_the_old_results_and_overrides_survive(course, tmp_path):
    from grader.classroom.by_hand import override
    from grader.classroom.personal import find_student

    submissions = hand_in_all(tmp_path / "in", HONEST)
    grade(course, submissions, tmp_path / "run")
    override(tmp_path / "run", find_student(tmp_path / "run", "emil"), "1", 1.5, reason="a typo", author="me")
    solution = course.root / "solutions" / f"{DOUBLING}.py"
    solution.write_text(solution.read_text(encoding="utf-8").replace("return 2 * x", "return x * x"), encoding="utf-8")
    summary = grade(course, submissions, tmp_path / "run")
    assert summary.graded == 5
    rows = rows_by_student(tmp_path / "run")
    assert (rows["alice"].points, rows["bob"].points, rows["emil"].points) == (1, 2, 1.5)
    with open_run(tmp_path / "run") as run, run.before() as before:
        assert sum(row.points for row in before.rows()) == 2 + 1 + 1 + 1 + 1.5
        assert run.db.execute("SELECT count(*) FROM result").fetchone()[0] == 10


def test_a_sandbox_below_confined_is_refused_unless_allowed_and_every_report_can_say_so(course, tmp_path, monkeypatch):
    from grader.classroom import conditions
    from grader.sandbox import Probe

    monkeypatch.setattr(
        conditions, "level_quickly", lambda want: (Level.LIMITED, (Probe("landlock", False, "no such thing"),))
    )
    submissions = hand_in_all(tmp_path / "in", HONEST)
    with pytest.raises(ClassError, match=r"only limited on this machine: landlock \(no such thing\)"):
        grade(course, submissions, tmp_path / "run")
    summary = grade(course, submissions, tmp_path / "run", allow_unsafe=True)
    assert summary.level is Level.LIMITED and summary.failures == {}
    with open_run(tmp_path / "run") as run:
        assert run.unsafe and {row.level for row in run.rows()} == {"limited"}


def test_a_full_disk_is_said_and_nothing_is_lost(course, tmp_path, monkeypatch):
    submissions = hand_in_all(tmp_path / "in", HONEST)
    grade(course, submissions, tmp_path / "run")
    before = canonical_results(tmp_path / "run")
    for number in range(40):
        hand_in(submissions, f"s{number:02}", own(RIGHT, f"s{number}") + os.urandom(20_000).hex().join(("'", "'\n")))
    connect = sqlite3.connect

    def small(path, *args, **kwargs):
        connection = connect(path, *args, **kwargs)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(ClassError, match="the disk is full"):
        grade(course, submissions, tmp_path / "run")
    monkeypatch.undo()
    assert before.items() <= canonical_results(tmp_path / "run").items()
    assert grade(course, submissions, tmp_path / "run").failures == {}
    assert len(canonical_results(tmp_path / "run")) == 45


def test_two_commands_cannot_write_into_one_run(course, tmp_path):
    from grader.classroom.database import only_writer

    submissions = hand_in_all(tmp_path / "in", HONEST)
    grade(course, submissions, tmp_path / "run")
    with only_writer(tmp_path / "run"), pytest.raises(ClassError, match="being written by another"):
        grade(course, submissions, tmp_path / "run")


def test_where_there_can_be_no_write_ahead_log_a_rollback_journal_does(course, tmp_path, monkeypatch):
    from grader.classroom import database

    monkeypatch.setattr(database, "is_remote", lambda path: True)
    submissions = hand_in_all(tmp_path / "in", HONEST)
    grade(course, submissions, tmp_path / "run")
    db = sqlite3.connect(tmp_path / "run/ledger.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()
    assert len(canonical_results(tmp_path / "run")) == 5


# --- timeouts --------------------------------------------------------------------------------------------------------


def test_a_submission_stops_after_two_timeouts(course, tmp_path):
    both = LOOP.replace("return 2.0 * dout", "while True: pass")
    hand_in(tmp_path / "in", "alice", both)
    started = time.monotonic()
    summary = grade(course, tmp_path / "in", tmp_path / "run", jobs=1)
    assert summary.timeouts == 1 and time.monotonic() - started < 20
    assert rows_by_student(tmp_path / "run")["alice"].wall_ms < 3000


def test_a_timeout_without_processor_time_is_looked_at_again_alone(course, tmp_path):
    """A sleeping function uses no processor time, as one does that the machine keeps waiting."""
    hand_in(tmp_path / "in", "alice", LOOP.replace("while True: pass", "import time; time.sleep(60)"))
    grade(course, tmp_path / "in", tmp_path / "run", jobs=1)
    assert rows_by_student(tmp_path / "run")["alice"].status == "timeout"


def test_former_timeouts_run_last_and_alone(tmp_path):
    from grader.classroom.dispatch import batches
    from grader.classroom.ledger import Task

    tasks = [Task(bytes([n]), "e1" if n < 5 else "e2", 1, bytes([n]), b"", n >= 7) for n in range(9)]
    made = [[task.key[0] for task in batch.tasks] for batch in batches(tasks, 3)]
    assert made == [[0, 1, 2], [3, 4], [5, 6], [7], [8]]


def test_honest_slow_work_has_as_much_time_as_in_practice_and_an_endless_loop_has_not(tmp_path):
    """One takes 5 ms for one number and 0.6 s for five, more than a first look waits for; the other never ends."""
    course = make_course(tmp_path / "course")
    waste = "import time\n    end = time.process_time() + 0.005 * x.size**3\n    while time.process_time() < end: pass\n    "
    hand_in(tmp_path / "in", "alice", RIGHT.replace("return x + x", waste + "return x + x"))
    hand_in(tmp_path / "in", "bob", LOOP)
    summary = grade(course, tmp_path / "in", tmp_path / "run", jobs=1)
    rows = rows_by_student(tmp_path / "run")
    assert (rows["alice"].status, rows["bob"].status, summary.timeouts) == ("pass", "timeout", 1)
    assert rows["alice"].wall_ms > 500 and rows["bob"].cpu_ms < 2000, "a loop is not given 5 s"


def test_loading_that_takes_longer_than_a_first_look_is_given_its_time(tmp_path):
    course = make_course(tmp_path / "course")
    waste = "import time\nend = time.process_time() + 0.7\nwhile time.process_time() < end: pass\n"
    hand_in(tmp_path / "in", "alice", RIGHT + waste)
    grade(course, tmp_path / "in", tmp_path / "run", jobs=1)
    assert rows_by_student(tmp_path / "run")["alice"].status == "pass"


def test_the_time_of_a_timeout_is_not_in_its_result(tmp_path):
    """The same loop may be stopped at a first look or, on a busy machine, at a second one."""
    from dataclasses import replace

    from grader.classroom.work.grading import Grader
    from tests.classroom.classes import chunk_of

    course = make_course(tmp_path / "course")
    grader = Grader()
    try:
        made = []
        for seconds in (0.3, 0.6):
            chunk = chunk_of(course, DOUBLING, [LOOP.encode()], Limits(call_seconds=seconds))
            made += grader.grade(replace(chunk, second_look=True))
    finally:
        grader.close()
    assert made[0].status == "timeout" and made[0].detail == made[1].detail


def test_a_course_may_allow_more_time(tmp_path):
    course = make_course(tmp_path / "course")
    from dataclasses import replace

    from grader.classroom.conditions import first_look, limits_of
    from grader.classroom.rules import Rules

    assert limits_of(course, Rules()).call_seconds == Limits().call_seconds == 5.0, (
        "as much as a student has in practice"
    )
    assert limits_of(course, Rules(call_seconds=3.0)).call_seconds == 3.0
    assert limits_of(replace(course, limits={"call_seconds": 0.2}), Rules()).call_seconds == 0.2
    assert first_look(limits_of(course, Rules())).call_seconds == 0.3
    assert first_look(Limits(call_seconds=0.2)).call_seconds == 0.2


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_found_and_what_comes_next(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", HONEST)
    (submissions / "alice/notes.txt").write_text("x", encoding="ascii")
    (submissions / "evil\x1b[31m\n").mkdir()
    hand_in(submissions, "evil\x1b[31m\n", CRASH)
    (tmp_path / "roster.csv").write_text("id,name\nalice,Alice\nzora,Zora\n", encoding="ascii")
    text = run_command(course, submissions, "--out", tmp_path / "run", "--roster", tmp_path / "roster.csv", "--jobs", 1)
    assert "6 submissions of 6 students" in text
    assert "alice/notes.txt: it is not a Python file" in text
    assert "In the roster, but nothing was handed in: 1" in text and "  zora" in text
    assert "Graded: 6 in" in text and f"Next: grade report {tmp_path / 'run'}" in text
    assert "\x1b[31m" not in text
    assert "Nothing new to grade." in run_command(course, submissions, "--out", tmp_path / "run")


def test_a_mistake_in_the_command_is_explained(course, tmp_path):
    assert "--out" in run_command(course, tmp_path, code=2)
    hand_in(tmp_path / "in", "alice")
    within = run_command(course, tmp_path / "in", "--out", tmp_path / "in/run", code=2)
    assert "the run would lie among the submissions" in within and not (tmp_path / "in/run").exists()
    assert "write I/N" in run_command(course, tmp_path / "in", "--out", tmp_path / "run", "--shard", "4/3", code=2)
    assert "--shard needs --secret" in run_command(
        course, tmp_path / "in", "--out", tmp_path / "run", "--shard", "1/3", code=2
    )


def test_the_commands_help_names_what_is_to_be_given(course, tmp_path):
    for words in ((), ("--help",), (tmp_path, "--help")):
        text = run_command(course, *words)
        assert "grade class SUBMISSIONS --out RUN" in text and "--roster" in text and "export-data" in text
    assert "grade class grade" not in run_command(course, tmp_path, code=2)


def test_an_interrupt_says_that_the_same_command_goes_on(course, tmp_path):
    submissions = hand_in_all(tmp_path / "in", {f"s{n}": LOOP + f"# {n}" for n in range(20)})
    words = command(course, submissions, "--out", tmp_path / "run", "--jobs", 1)
    process = subprocess.Popen(
        words, cwd=course.root, env=environment(), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (tmp_path / "run/private/plans").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130 and "give the same command again" in told


def test_names_are_shown_without_anything_that_moves_a_cursor():
    assert shown("a\x1b[2J\u202eb\n\ud800") == "a\\x1b[2J\\u202eb\\n\\ud800"
    assert len(shown("x" * 5000)) == 200


def test_a_worker_that_is_less_confined_than_the_run_refuses(monkeypatch):
    from grader.classroom.conditions import environment
    from grader.classroom.work.chunk import Chunk

    chunk = Chunk("p", b"", "c", "f.py", "jailed", "another machine", Limits(), ())
    with pytest.raises(RuntimeError, match="the run was begun with another machine"):
        grading.grade_chunk(chunk.to_plain())
    same = Chunk("p", b"", "c", "f.py", "jailed", environment(), Limits(), ((b"k", b"s"),), True)
    assert Chunk.from_plain(same.to_plain()) == same
