"""Small classes for the tests of reports, and names that nobody should be called."""

from __future__ import annotations

import random
from pathlib import Path

from grader.classroom import open_run
from grader.report.gather import gather
from grader.report.model import ClassReport
from tests.classroom.runs import EXERCISES, Class, Work, make_run, person

NASTY = (
    "=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1", "\r=1", " =1+1", "＝1+1", "%0A=1", "|calc",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea><svg/onload=alert(1)>", "\"><b>", "'><i>",
    "javascript:alert(1)", "[click](javascript:alert(1))", "![x](http://evil.example/x.png)", "http://evil.example",
    "www.evil.example", "<http://evil.example>", "| a | b |", "`code`", "**bold**", "# heading", "- item", "1. item", "~~x~~",
    "@everyone", "#123", "&lt;b&gt;", "&amp;", "]]>", "<!--", "--><x>", "<![CDATA[x]]>", "&#0;", "&undefined;", "<?xml?>",
    "::error::x", "\x1b[2J\x1b[31mPASS", "\x1b]52;c;aGk=\x07", "\x9b31m", "a\x00b", "a\x08\x08b", "line\nline", "line\r\nline",
    "\u202eevil", "\u2066x\u2069", "a\u200bb", "\ufeffx", "\u2028x", "\u2029x", "\ufffe", "\U000e0041", "e" + "\u0301" * 200,
    "x" * 5000, "A" * 300, "", " ", "   ", "O'Brien", "Zoë Müller", "李小龍", "محمد", "אבג", "Ñandú_123_file", "Points Possible",
    "    Points Possible", "Manual Posting", "Student, Test", "Student", "Test Student", "Doe, Jane", 'Say "hi"', "a;b", "a,b",
    "../../etc/passwd", "C:\\x", "CON", "name_12_assignsubmission_file_", "{{ 7*7 }}", "{% raw %}", "${7*7}", "%s%n", "\\", "\\\\",
    "😀", "👩‍👩‍👧", "\ud800", "null", "undefined", "true", "NaN", "1e999", "0x10", "1,234", "1.5", "<", ">", "&", "'", '"', "\x7f",
)  # fmt: skip


def nasty_names(count: int, seed: int = 3) -> list[str]:
    """That many names: all of NASTY, then pairs of them."""
    rng = random.Random(seed)
    return [*NASTY, *(f"{rng.choice(NASTY)}{rng.choice(NASTY)}" for _ in range(count - len(NASTY)))]


def storable(text: str) -> str:
    """The text as a database can hold it: unpaired surrogates cannot be stored, and the collector never lets them in."""
    return text.encode("utf-8", "replace").decode()


def small_class() -> Class:
    """Three students: one has everything right, one a named mistake and an error, one handed in nothing."""
    ada = person("ada", "Ada Byron", canvas="101", moodle="11", sis="s-ada")
    bob = person("bob", "Bob O'Neil", canvas="102", moodle="12", sis="s-bob")
    eve = person("eve", "Eve Hacker", canvas="103", moodle="13", sis="s-eve")
    first, second = EXERCISES[0].id, EXERCISES[1].id
    work = (
        Work("ada", first, {"double": "pass", "double_backward": "pass"}),
        Work("ada", second, {"triple": "pass"}),
        Work("bob", first, {"double": "fail:adds-two", "double_backward": "error"}, printed="BOB PRINTED THIS"),
        Work("bob", second, {"triple": "timeout"}),
    )
    return Class((ada, bob, eve), work)


def report_of(folder: Path, *, named: bool = True) -> ClassReport:
    """The gathered report of a run."""
    with open_run(folder) as run:
        return gather(run, people=run.identities() if named else None)


def small_report(folder: Path) -> ClassReport:
    """The report of the small class, with names."""
    return report_of(make_run(folder, small_class()))


def large_class(students: int, seed: int = 5) -> Class:
    """Many students with random verdicts on two exercises, abler ones more often right."""
    rng = random.Random(seed)
    people = [person(f"s{i}", f"Student number {i}") for i in range(students)]
    work = []
    for who in people:
        ability = rng.random()
        for exercise in EXERCISES:
            statuses = {
                f.name: "pass"
                if rng.random() < ability
                else rng.choice(("fail:adds-two", "fail:off-by-one", "error", "todo", "timeout"))
                for f in exercise.functions
            }
            if rng.random() < 0.9:
                work.append(Work(who.student, exercise.id, statuses))
    return Class(people, work)
