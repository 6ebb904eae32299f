"""An instructor's whole session, as docs/instructor.md prints it, on the class of benchmarks/make_class.py."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.classroom.classes import ROOT, environment

PAGE = (ROOT / "docs/instructor.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## A class, from what came in to what goes out")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```(\w*)\n(.*?)```\n", SECTION, re.S)
COMMANDS = [line for language, block in BLOCKS if not language for line in block.splitlines()]
PAPER = next(block for language, block in BLOCKS if language == "yaml")
RULES = """
[tool.grade.class]
deadlines = { exercise17 = "2026-03-01 23:59" }
late = { percent_per_day = 10, cap = 50 }
"""
WRITTEN = (
    *("report.html", "marks.csv", "functions.csv", "report.json", "results.jsonl", "canvas.csv", "moodle.csv"),
    *("gradescope.zip", "junit.xml", "report.md"),
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """What the commands need of a clone, with rules, and everything written beside it."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("exercises", "solutions", "benchmarks", "question_bank", "question_bank.yaml"):
        (folder / name).symlink_to(ROOT / name)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(text + RULES, encoding="utf-8")
    (folder / "midterm.yaml").write_text(PAPER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def said(clone):
    """What each command printed; sheets of two students come back before they are marked."""
    return {line: run(clone, line) for line in COMMANDS}


def run(folder: Path, line: str) -> str:
    words, _, target = line.partition(" > ")
    program, *rest = shlex.split(words)
    python = [sys.executable] if program == "python" else [sys.executable, "-m", "grader"]
    if line.startswith("grade quiz mark"):
        hand_back(folder / "midterm")
    done = subprocess.run(
        [*python, *rest], cwd=folder, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    if target:
        (folder / target).write_text(done.stdout, encoding="utf-8")
    return done.stdout


def hand_back(paper: Path) -> None:
    """Two students return their sheets, with the same answer to everything."""
    (paper / "returned").mkdir()
    for student in ("s00001", "s00003"):
        sheet = (paper / "answers" / f"{student}.txt").read_text(encoding="utf-8")
        (paper / "returned" / f"{student}.txt").write_text(re.sub(r"(?m)^(\S+:) $", r"\1 1", sheet), encoding="utf-8")


def test_every_command_of_the_page_does_its_work_and_names_the_next(said):
    assert len(said) >= 14 and len(said) == len(COMMANDS) - 1, "one of them is there twice"
    assert "Next: grade report run" in said["grade class demo --out run --roster demo.csv"]
    assert "mean" in said["grade report run"]


def test_problems_that_students_noted_are_shown(clone, said):
    assert "Reported by students as a problem" in said["grade class demo --out run --roster demo.csv"]
    assert "exercise17_batchnorm: the hint did not help me" in said["grade class demo --out run --roster demo.csv"]


def test_every_format_is_written(clone, said):
    reports = clone / "run/reports"
    assert all((reports / name).stat().st_size > 50 for name in WRITTEN)
    canvas = (reports / "canvas.csv").read_text(encoding="utf-8")
    assert canvas.count("\n") > 38, "the roster has everybody's Canvas id"
    assert len(list((clone / "feedback").glob("*.html"))) == 40


def test_late_work_costs_what_the_rules_say(clone, said):
    with open(clone / "run/reports/marks.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    late = [row for row in rows if int(row["exercise17_batchnorm days late"] or 0) > 0]
    assert late and all(float(row["exercise17_batchnorm"] or 0) <= 9 for row in late)


def test_what_was_set_by_hand_survives_the_regrade(clone, said):
    again = run(clone, "grade report run --preview s00001")
    assert "The mark was set by hand" in re.sub(r"\s+", " ", again) and "8 of 10" in again, (
        again
    )  # one endless, one by hand


def test_marks_of_the_quiz_stand_beside_the_others(clone, said):
    marks = json.loads((clone / "midterm/marks.json").read_text(encoding="utf-8"))
    points = {paper["student"]: float(paper["points"]) for paper in marks["papers"]}
    assert len(points) == 40
    run(clone, "grade report run --csv --names --quiz midterm")
    with open(clone / "run/reports/marks.csv", encoding="utf-8", newline="") as file:
        there = {row["id"]: (row["quiz"], row["quiz_max"]) for row in csv.DictReader(file)}
    assert len(there) == 39 and "s00004" not in there, "who was forgotten has no row"
    assert {most for _, most in there.values()} == {"6"}
    got = {student: float(mark) for student, (mark, _) in there.items()}
    assert got == pytest.approx({student: points[student] for student in got}, abs=0.006), "rounded"
    assert "Mid-term" in run(clone, "grade report run --preview s00003 --quiz midterm")


def test_who_is_forgotten_is_in_nothing_that_is_left(clone, said):
    told = json.loads((clone / "s00004.json").read_text(encoding="utf-8"))
    assert told["student"]["student"] == "s00004" and told["attempts"]
    for name in ("ledger.db", "identity.db"):
        assert b"s00004@example.org" not in (clone / "run" / name).read_bytes()
