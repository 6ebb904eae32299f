import os
import pty
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "HOME": "/nonexistent"}


def quiz(course, *arguments, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "grader.quiz", *arguments], cwd=course, input=stdin, text=True, capture_output=True,
        env={**ENVIRONMENT, **environment}, timeout=60, encoding="utf-8", check=False,
    )  # fmt: skip


def answers(course):
    with closing(sqlite3.connect(course / ".grade" / "progress.db")) as progress:
        return progress.execute("SELECT question, kind FROM quiz_event").fetchall()


def test_a_pipe_plays_a_whole_session(course):
    run = quiz(course, "alpha", "--count", "2", "--seed", "1", stdin="a\nt\n")
    assert run.returncode == 0, run.stderr
    assert "This session:" in run.stdout
    assert "\x1b" not in run.stdout
    assert answers(course) == [("alpha-single", "answer"), ("alpha-statement", "answer")]


def test_the_end_of_the_pipe_loses_nothing(course):
    run = quiz(course, "alpha", "--count", "5", stdin="a\n")
    assert run.returncode == 0
    assert "4 of 5 are left" in run.stdout
    assert "Taking up the session" in quiz(course, "alpha", "--count", "5").stdout
    assert len(answers(course)) == 1


def test_a_closed_stdin_ends_with_a_clear_message(course):
    command = f"exec {sys.executable} -m grader.quiz alpha <&-"
    run = subprocess.run(
        ["sh", "-c", command], cwd=course, text=True, capture_output=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert "The input has ended" in run.stdout
    assert "Traceback" not in run.stderr


def test_a_reader_that_goes_away_is_no_error_report(course):
    command = f"yes a | {sys.executable} -m grader.quiz alpha --count 50 | head -1"
    run = subprocess.run(
        ["sh", "-c", command], cwd=course, text=True, capture_output=True, env=ENVIRONMENT, timeout=60, check=False
    )
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_encoding_shows_everything(course, encoding):
    run = subprocess.run(
        [sys.executable, "-m", "grader.quiz", "alpha", "beta", "--count", "11", "--force"], cwd=course, input=b"s\n" * 11,
        capture_output=True, env={**ENVIRONMENT, "PYTHONIOENCODING": encoding}, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert b"Traceback" not in run.stderr
    assert b"sqrt(4)" in run.stdout
    run.stdout.decode(encoding)


def test_words_name_topics_and_near_ones_are_offered(course):
    assert "Alpha" in quiz(course, "first", stdin="q\n").stdout
    assert "Alpha" in quiz(course, "q01", stdin="q\n").stdout
    assert "Alpha" in quiz(course, "exercise11_dropout", stdin="q\n").stdout
    run = quiz(course, "alpah")
    assert run.returncode == 2
    assert "Did you mean alpha?" in run.stderr


def test_without_a_bank_it_says_where_to_run(tmp_path):
    run = quiz(tmp_path)
    assert run.returncode == 2
    assert "question_bank.yaml" in run.stderr


def test_it_runs_from_a_folder_below(course):
    (course / "exercises").mkdir()
    assert "Small bank" in quiz(course / "exercises", stdin="q\n").stdout


def test_exam_questions_are_nowhere_in_the_self_quiz(course):
    run = quiz(course, "beta", "--count", "50", "--force", stdin="s\n" * 50)
    assert "beta-exam" not in run.stdout
    assert "beta-exam" not in quiz(course, "--list").stdout


def test_list_stats_and_exports(course):
    assert "No answers yet" in quiz(course, "--stats").stdout
    quiz(course, "alpha", "--count", "6", "--certainty", stdin="a\n3\n" * 30)
    stats = quiz(course, "--stats").stdout
    assert "alpha" in stats
    assert "Falling due" in stats
    assert "Certainty and how often it was right" in stats
    assert "seen" in quiz(course, "--list").stdout
    log = quiz(course, "--export", "csv").stdout
    assert log.startswith("id,time,kind,session,question")
    anki = quiz(course, "--export", "anki").stdout
    assert anki.startswith("#separator:Comma")
    assert r"\(\sqrt{4}\)" in anki


def test_help_names_every_option(course):
    out = quiz(course, "--help").stdout
    for option in (
        "--due",
        "--new",
        "--count",
        "--plain",
        "--seed",
        "--list",
        "--stats",
        "--certainty",
        "--export",
        "paper",
        "analyse",
    ):
        assert option in out


def test_preview_shows_a_question_and_saves_nothing(course):
    out = quiz(course, "--preview", "alpha-number").stdout
    assert "Diagnosed mistakes" in out
    assert quiz(course, "--preview", "nothing").returncode == 2
    assert answers(course) == []


def test_a_broken_bank_is_an_error_with_places(course):
    file = course / "question_bank" / "q01_first.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("type: single", "type: singel"), encoding="utf-8")
    run = quiz(course)
    assert run.returncode == 1
    assert "q01_first.yaml:6:3" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_damaged_store_is_set_aside_and_the_quiz_goes_on(course):
    (course / ".grade").mkdir()
    (course / ".grade" / "progress.db").write_bytes(b"no database" * 500)
    run = quiz(course, "alpha", "--count", "1", stdin="a\n")
    assert "damaged" in run.stderr
    assert len(answers(course)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_falls_back_to_the_user_state(course, tmp_path):
    course.chmod(0o555)
    try:
        run = quiz(
            course, "alpha", "--count", "1", stdin="a\n", HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state")
        )
    finally:
        course.chmod(0o755)
    assert "read-only" in run.stderr
    assert list((tmp_path / "state").rglob("progress.db"))


def test_where_nothing_can_be_written_the_quiz_still_asks(course, tmp_path):
    (course / ".grade").write_text("a file where the folder should be", encoding="utf-8")
    run = quiz(course, "alpha", "--count", "1", stdin="a\n", XDG_STATE_HOME="/proc/nowhere", HOME="/proc/nowhere")
    assert "cannot be saved anywhere" in run.stderr
    assert "This session:" in run.stdout


class Terminal:
    """The quiz in a real pseudo-terminal."""

    def __init__(self, course, *arguments, **environment):
        self.output = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(course)
            os.execve(sys.executable, [sys.executable, "-m", "grader.quiz", *arguments], {**ENVIRONMENT, **environment})

    def until(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text.encode() not in self.output and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    data = os.read(self.fd, 65536)
                except OSError:
                    break
                if not data:
                    break
                self.output += data
        assert text.encode() in self.output, self.output.decode("utf-8", "replace")
        return self.output.decode("utf-8", "replace")

    def type(self, text):
        self.output = b""
        os.write(self.fd, text.encode())

    def code(self):
        while select.select([self.fd], [], [], 0.2)[0]:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def terminal(course):
    started = []

    def start(*arguments, **environment):
        started.append(Terminal(course, *arguments, **environment))
        return started[-1]

    yield start
    for one in started:
        try:
            os.kill(one.pid, signal.SIGKILL)
            os.waitpid(one.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(one.fd)


def test_ctrl_c_at_a_prompt_keeps_every_answer(course, terminal):
    screen = terminal("alpha", "--count", "3", TERM="xterm", COLUMNS="80")
    screen.until("answer (")
    screen.type("a\n")
    screen.until("2 of 3")
    screen.until("t or f")
    time.sleep(2.0)  # the prompt is printed a moment before Python waits for a line, and nobody types that fast
    screen.type("\x03")
    screen.until("Interrupted. Every answer is saved; 2 of 3 are left")
    assert screen.code() == 130
    assert len(answers(course)) == 1


def test_a_terminal_draws_in_two_dimensions_and_colours(terminal):
    screen = terminal("beta", "--count", "1", "--force", TERM="xterm", COLUMNS="80", NO_COLOR="")
    assert "\x1b[1m" in screen.until("answer (")


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_no_colours_where_none_are_wanted(terminal, environment):
    screen = terminal("alpha", "--count", "1", COLUMNS="80", **environment)
    assert "\x1b" not in screen.until("answer (")


def test_forty_columns_are_enough(terminal):
    screen = terminal("alpha", "--count", "2", TERM="xterm", COLUMNS="40", NO_COLOR="1")
    text = screen.until("answer (")
    body = [line for line in text.splitlines() if not line.startswith(("answer (", "Small bank", "Type an answer"))]
    assert max(map(len, body)) <= 40


def test_the_state_survives_a_kill(course, terminal):
    screen = terminal("alpha", "--count", "3", TERM="xterm", COLUMNS="80")
    screen.until("answer (")
    screen.type("a\n")
    screen.until("2 of 3")
    os.kill(screen.pid, signal.SIGKILL)
    assert len(answers(course)) == 1
    assert "1 of 3 done" in quiz(course, "alpha", "--count", "3").stdout


def test_a_copied_folder_takes_its_progress_along(course, tmp_path):
    quiz(course, "alpha", "--count", "1", stdin="a\n")
    shutil.copytree(course, tmp_path / "copy")
    assert "1 answer, " in quiz(tmp_path / "copy", "--stats").stdout


def test_a_damaged_store_is_reported_by_the_statistics_too_and_its_cards_are_derived_anew(course):
    quiz(course, "alpha", "--count", "3", "--seed", "1", stdin="a\nt\nab\n")
    file = course / ".grade" / "progress.db"
    with closing(sqlite3.connect(file)) as progress:
        progress.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = progress.execute("SELECT rootpage FROM sqlite_master WHERE name = 'quiz_card'").fetchone()[0]
        size = progress.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(file.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(bytes(data))
    run = quiz(course, "--stats")
    assert "is damaged" in run.stderr
    assert "3 answers saved from it" in run.stderr
    assert "3 answers, " in run.stdout
    assert "3 questions seen." in run.stdout


def test_usage_errors_point_to_the_help_of_the_quiz_itself(course):
    for words in (["alpah"], ["--due", "--new"], ["--count", "0"]):
        run = subprocess.run(
            [sys.executable, "-m", "grader", "quiz", *words], cwd=course, text=True, capture_output=True, env=ENVIRONMENT,
            timeout=60, check=False,
        )  # fmt: skip
        assert run.returncode == 2
        assert "grade quiz --help" in run.stderr


def test_each_fault_of_the_bank_stands_on_its_own_line(course):
    file = course / "question_bank" / "q01_first.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("difficulty: 1", "difficulty: 9"), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "grader", "quiz"], cwd=course, text=True, capture_output=True, env=ENVIRONMENT,
        timeout=60, check=False,
    )  # fmt: skip
    lines = run.stderr.splitlines()
    assert lines[0].startswith(f"question_bank{os.sep}q01_first.yaml:8:3: questions[0].difficulty")
    assert lines[-1].startswith("grade: the question bank cannot be read")


def test_the_help_fits_80_columns_and_cuts_nothing(course):
    run = quiz(course, "--help", COLUMNS="80")
    assert run.stdout.startswith("Usage: grade quiz [TOPIC]... [OPTIONS]\n")
    assert "..." not in run.stdout.split("Commands:")[1]
    for command in ("analyse", "export", "import", "mark", "paper"):
        assert f"\n  {command} " in run.stdout
        assert f"grade quiz {command}" in quiz(course, command, "--help", COLUMNS="80").stdout
    assert max(map(len, run.stdout.splitlines())) <= 80
