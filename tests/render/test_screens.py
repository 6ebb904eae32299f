"""Whole screens beside kept text files. After a wanted change: WRITE_GOLDEN=1 pytest tests/render, and read the difference."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.catalog import ExerciseInfo, FunctionInfo
from grader.record import Standing
from grader.render.progress import map_screen, places
from grader.render.result import Around, exercise_screen, summary_end, summary_line
from grader.render.text import Line, Page, columns
from grader.verdict import ExceptionInfo, Mismatch, Mistake, StackFrame, Status, TensorRow
from tests.render.results import SCREENS, check, exercise, function

GOLDEN = Path(__file__).parent / "golden"
PAGES = {"80": Page(80), "120": Page(120), "plain": Page(80, plain=True), "ascii": Page(80, "ascii")}


def kept(name: str, text: str) -> str:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")


def text_of(lines: list[Line]) -> str:
    return "".join(f"{line.text}\n" for line in lines)


def around(name: str) -> Around:
    if name == "all_pass":
        return Around(attempt=4, next_exercise="exercise18", next_title="Layer normalization", can_compare=True)
    return Around(attempt=2)


@pytest.mark.parametrize("page", ["80", "120", "plain"])
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_a_screen_reads_as_it_was_kept(name: str, page: str) -> None:
    text = text_of(exercise_screen(SCREENS[name], PAGES[page], around(name)))
    assert text == kept(f"{name}.{page}", text)


@pytest.mark.parametrize("page", sorted(PAGES))
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_no_line_is_wider_than_the_page(name: str, page: str) -> None:
    for line in exercise_screen(SCREENS[name], PAGES[page], around(name)):
        assert columns(line.text) <= PAGES[page].width, line.text


@pytest.mark.parametrize("width", [40, 53, 66, 79, 100, 160])
@pytest.mark.parametrize("name", sorted(SCREENS))
def test_no_line_is_wider_than_an_odd_page(name: str, width: int) -> None:
    for line in exercise_screen(SCREENS[name], Page(width), around(name)):
        assert columns(line.text) <= width, line.text


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_a_screen_is_text_of_its_encoding_without_control_characters(name: str) -> None:
    for encoding in ("ascii", "cp1252", "utf-8"):
        text = text_of(exercise_screen(SCREENS[name], Page(80, encoding), around(name)))
        assert all(line.isprintable() for line in text.encode(encoding).decode(encoding).split("\n"))


@pytest.mark.parametrize("name", sorted(set(SCREENS) - {"all_pass", "remarks"}))
def test_a_screen_that_does_not_pass_ends_with_a_command(name: str) -> None:
    last = exercise_screen(SCREENS[name], Page(80), around(name))[-1].text
    assert ": grade " in " ".join(last.split()) or last.startswith("  ")


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_colour_repeats_a_word_of_its_line(name: str) -> None:
    for line in exercise_screen(SCREENS[name], Page(120), around(name)):
        assert bool(line.word) == bool(line.colour)
        assert line.word in line.text


def test_all_frames_are_shown_when_asked_for() -> None:
    few = text_of(exercise_screen(SCREENS["exception"], Page(80)))
    all_of_them = text_of(exercise_screen(SCREENS["exception"], Page(80), Around(all_frames=True)))
    assert "1 earlier call of your code hidden: --traceback shows all" in few
    assert "return scale(x, gamma)" not in few
    assert "return scale(x, gamma)" in all_of_them


def test_commands_repeat_the_submission_that_was_graded() -> None:
    text = text_of(exercise_screen(SCREENS["shape"], Page(120), Around(submission="my file.py")))
    assert 'grade exercise17 batch_stats --only --submission "my file.py"' in text


@given(st.text(min_size=1), st.integers(40, 160), st.sampled_from(["utf-8", "cp1252", "ascii"]), st.booleans())
def test_no_text_of_a_student_breaks_a_screen(text: str, width: int, encoding: str, plain: bool) -> None:
    mismatch = Mismatch(
        text,
        "value",
        text,
        output=text,
        index=(0,),
        got=1.0,
        want=2.0,
        error=1.0,
        call=text,
        axes=text,
        wrong_count=1,
        size=2,
        got_shape=(2,),
        want_shape=(2,),
        arrays=(np.zeros(2), np.ones(2)),
    )
    raised = check(
        Status.ERROR,
        mismatch=Mismatch(text, "exception", text),
        exception=ExceptionInfo(text, text, (StackFrame(1, text, text),) * 5),
        printed=text,
    )
    rows = check(Status.FAIL, id=text, tensors=(TensorRow(text, (3,), 0.5, 1e-6, False, text),))
    result = exercise(
        function(
            "f",
            Status.FAIL,
            check(Status.FAIL, mismatch=mismatch, notes=(text,), warnings=(text,)),
            rows,
            mistake=Mistake(text, text, "named", variant_of=text),
            facts=(text,),
        ),
        function("g", Status.ERROR, raised),
        function("h", Status.SKIP, skipped_because=text),
        function("i", Status.BROKEN, check(Status.BROKEN, mismatch=Mismatch("", "missing", text))),
        function("j", Status.PASS, check(notes=(text,), printed=text)),
        title=text,
        printed=text,
    )
    page = Page(width, encoding, plain)
    for screen in (
        exercise_screen(result, page, Around(submission=text)),
        exercise_screen(exercise(function("f", Status.ERROR), problem=text), page),
        [summary_line(result, page, 10)],
    ):
        for line in screen:
            assert columns(line.text) <= width
            assert line.text.isprintable()
            line.text.encode(encoding)


def infos() -> tuple[ExerciseInfo, ...]:
    def info(number: int, slug: str, count: int, *needs: int, problem: str = "") -> ExerciseInfo:
        functions = tuple(FunctionInfo(f"f{i}", 1 + (i == 0)) for i in range(count))
        return ExerciseInfo(f"exercise{number:02}_{slug}", number, slug, slug.title(), needs, functions, problem)

    return (
        info(1, "activations", 4),
        info(2, "softmax", 3, 1),
        info(3, "batchnorm", 3, 1),
        info(4, "dropout", 4, 1),
        info(7, "lstm_gates", 5, 2, 3),
        info(8, "gru", 0, 2, problem="solutions/exercise08_gru.py:3: NameError: name 'x' is not defined"),
    )


def standings() -> dict[str, Standing]:
    passed = Standing(1, 0, 0, 1e9, 1, {f"f{i}": "pass" for i in range(4)}, {f"f{i}": 1 + (i == 0) for i in range(4)})
    some = Standing(4, 3, 1, 1e9 + 60, 9, {"f0": "pass", "f1": "fail", "f2": "todo"}, {"f0": 2, "f1": 0, "f2": 0})
    return {"exercise01_activations": passed, "exercise02_softmax": passed, "exercise03_batchnorm": some}


@pytest.mark.parametrize("page", ["80", "120", "plain"])
def test_the_map_reads_as_it_was_kept(page: str) -> None:
    found = places(infos(), standings(), Standing())
    text = text_of(map_screen("deep-learning-maths", found, PAGES[page], datetime.fromtimestamp(1e9 + 86400)))
    assert text == kept(f"map.{page}", text)
    assert all(columns(line) <= 80 or page == "120" for line in text.splitlines())


def test_the_map_says_nothing_of_a_last_run_in_the_future() -> None:
    found = places(infos(), standings(), Standing())
    text = text_of(map_screen("course", found, Page(80), datetime.fromtimestamp(1e9 - 10 * 86400)))
    assert "last run" not in text


def test_the_summary_reads_as_it_was_kept() -> None:
    results = [SCREENS["all_pass"], SCREENS["wrong_value"], SCREENS["timeout"], SCREENS["broken"]]
    lines = [summary_line(result, Page(80), 10) for result in results]
    text = text_of([*lines, *summary_end(results, 1, Page(80))])
    assert text == kept("summary.80", text)
