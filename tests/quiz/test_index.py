import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from grader.quiz.fault import BankError
from grader.quiz.index import open_index

from .bank_text import FIRST, write_bank

ROOT = Path(__file__).parents[2]


def test_a_second_start_reads_the_cache_and_not_the_bank(course, tmp_path):
    cache = tmp_path / "cache"
    assert len(open_index(course, cache).entries) == 11
    code = (
        "import sys; from pathlib import Path; from grader.quiz.index import open_index;"
        f"index = open_index(Path({str(course)!r}), Path({str(cache)!r}));"
        "assert index.record('alpha-single')['type'] == 'single';"
        "print(sorted({'pydantic', 'yaml', 'numpy', 'fsrs', 'rich'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_change_of_content_is_seen_even_with_the_same_size_and_time(course, tmp_path):
    cache = tmp_path / "cache"
    file = course / "question_bank" / "q01_first.yaml"
    open_index(course, cache).close()
    stat = file.stat()
    file.write_text(
        FIRST.replace("right: two\n    why: Its square is four.", "right: TWO\n    why: Its square is four."),
        encoding="utf-8",
    )
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert open_index(course, cache).record("alpha-single")["options"][1]["right"] == "TWO"


def test_copied_files_with_new_times_are_recognised_by_their_content(course, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    open_index(course, cache).close()
    for file in (course / "question_bank").iterdir():
        os.utime(file, (1, 1))
    monkeypatch.setattr("grader.quiz.index._build", lambda *_: pytest.fail("the bank was read again"))
    assert "alpha-single" in open_index(course, cache).entries


def test_a_new_file_is_seen(course, tmp_path):
    cache = tmp_path / "cache"
    open_index(course, cache).close()
    text = FIRST.replace("id: alpha-", "id: gamma-")
    (course / "question_bank" / "q01_more.yaml").write_text(text, encoding="utf-8")
    assert "gamma-single" in open_index(course, cache).entries


@pytest.mark.parametrize("content", [b"", b"garbage" * 500])
def test_a_damaged_cache_is_made_anew(course, tmp_path, content):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "question_bank.db").write_bytes(content)
    assert "alpha-single" in open_index(course, cache).entries
    with closing(sqlite3.connect(cache / "question_bank.db")) as made:
        assert made.execute("SELECT count(*) FROM question").fetchone() == (12,)


def test_a_cache_that_cannot_be_written_costs_only_time(course, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    assert "alpha-single" in open_index(course, blocked).entries


def test_a_broken_bank_is_an_error_and_leaves_no_cache(tmp_path):
    course = write_bank(tmp_path / "course", first=FIRST.replace("type: single", "type: singel"))
    with pytest.raises(BankError, match="singel"):
        open_index(course, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_exam_questions_are_not_among_those_to_be_asked(index):
    assert "beta-exam" not in index.entries
    assert "beta-exam" in index.ids()
