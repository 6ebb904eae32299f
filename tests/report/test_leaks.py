"""What students get back from a class that was graded with a secret holds no input, answer, seed, case or other student."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from grader.catalog import find_course, load_solution
from grader.classroom import Identity, open_run
from grader.classroom.secret import read_secret
from grader.plan import Plan, load
from grader.report.commands import report as command
from tests.classroom.classes import ROOT, grade, hand_in, secret_file
from tests.submission_of import submission_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="classes are graded on Linux")

EXERCISES = ("exercise01_logs", "exercise17_batchnorm", "exercise33_word2vec")
# One that tries to carry its inputs out by every way a submission has: what it raises, of which class, prints, warns, returns.
NOSY = """
import sys, warnings
import numpy as np


def {name}(*args, **kwargs):
    words = "QWXZ" + repr([np.asarray(a).ravel().tolist() if not isinstance(a, str) else a for a in (*args, *kwargs.values())])
    print(words)
    print(words, file=sys.stderr)
    warnings.warn(words)
    {end}
"""
NUMBER = r"\d+\.?\d*(?:e[-+]?\d+)?"
ENDS = (
    "raise ValueError(words)",
    "raise type(words[:200], (Exception,), {})(words)",
    "return {words: args[0]}",
    "return words",
    "return [words, args]",
    "return np.asarray(args[0]) + 1.2345",
)


@dataclass(frozen=True)
class Graded:
    """A class, its files for students, and what must not be in them."""

    run: Path
    feedback: Path
    people: Mapping[str, Identity]
    plans: tuple[Plan, ...]
    seeds: tuple[str, ...]
    commitment: str


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    out = tmp_path_factory.mktemp("leaks")
    course = find_course(ROOT)
    chosen = [exercise for exercise in course.exercises if exercise.id in EXERCISES]
    roster = ["id,name,email,moodle"]
    number = 0
    for exercise in chosen:
        for source in submissions(exercise.solution):
            number += 1
            roster.append(f"login{number}x,Quirin Zyx{number}y,zyx{number}@example.org,{4000 + number}")
            hand_in(out / "in", f"login{number}x", source, exercise.id)
    (out / "roster.csv").write_text("\n".join(roster), encoding="utf-8")
    secret = secret_file(out)
    grade(course, out / "in", out / "run", roster=out / "roster.csv", secret=secret)
    words = [str(out / "run"), "--gradescope", "--junit", "--feedback", str(out / "feedback")]
    done = CliRunner().invoke(command, words, standalone_mode=False)
    assert done.exception is None, done.exception
    plans = tuple(load(path.read_bytes()) for path in sorted((out / "run" / "private" / "plans").iterdir()))
    assert [plan.exercise for plan in plans] == [exercise.id for exercise in chosen]
    hidden = read_secret(secret)
    seeds = (hidden.value.decode(), *(hidden.seed(exercise.id) for exercise in chosen))
    with open_run(out / "run") as run:
        return Graded(out / "run", out / "feedback", run.identities(), plans, seeds, hidden.commitment)


def submissions(solution: Path) -> Iterator[bytes]:
    """Every named mistake of an exercise, and a nosy submission for each end."""
    checks = load_solution(solution).CHECKS
    for check in checks:
        for wrong in check.wrong:
            yield submission_of(solution, **{check.name: wrong.function.__name__})
    right = submission_of(solution)
    for number, end in enumerate(ENDS):
        yield right + NOSY.replace("{name}", checks[number % len(checks)].name).replace("{end}", end).encode()


def texts_of(graded: Graded) -> Iterator[tuple[str, str]]:
    """(pseudonym, text) of everything that a student sees."""
    for path in sorted(graded.feedback.iterdir()):
        if path.suffix in (".html", ".txt"):
            yield path.stem, path.read_text(encoding="utf-8")
        if path.suffix == ".zip":
            by_number = {who.ids["moodle"]: pseudonym for pseudonym, who in graded.people.items()}
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield by_number[name.split("_", 4)[1]], archive.read(name).decode("utf-8")


def seen_by_others(graded: Graded) -> Iterator[str]:
    """What is made of results for students and machines besides: Gradescope's tests, JUnit."""
    with zipfile.ZipFile(graded.run / "reports" / "gradescope.zip") as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8")
            yield text[: text.index('"extra_data"')] + text[text.index('"tests"') :]  # extra_data is the instructor's
    text = (graded.run / "reports" / "junit.xml").read_text(encoding="utf-8")
    yield re.sub(r' time="[\d.]+"', "", text)


def numbers(value: object) -> Iterator[float]:
    """Every float of a value that has more digits than one writes by hand."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from numbers(part)
    elif isinstance(value, Mapping):
        yield from numbers(list(value.values()))
    elif isinstance(value, (float, np.ndarray)):
        for number in np.asarray(value, dtype=object).ravel().tolist():
            if isinstance(number, float) and np.isfinite(number) and f"{number:.4g}" != f"{number:.12g}":
                yield number


def hidden_numbers(plan: Plan) -> set[str]:
    """Inputs and answers as anybody would print them, to six and to four digits."""
    found: set[str] = set()
    for function in plan.functions:
        for case in function.cases:
            for number in numbers([case.args, getattr(case.expected, "value", None)]):
                found |= {f"{abs(number):.6g}", f"{abs(number):.4g}"}
    return {text for text in found if len(text.replace(".", "").lstrip("0")) >= 4}


def test_the_class_has_what_could_leak(graded: Graded) -> None:
    with open_run(graded.run) as run:
        rows = [row for row in run.rows() if row.result is not None]
    assert len(rows) > 80 and {row.status for row in rows} >= {"fail", "error"}
    everything = "".join(str(row.result) + str(row.printed) for row in rows)
    assert "QWXZ" in everything
    words = set(re.findall(NUMBER, everything))
    leaks = {number for plan in graded.plans for number in hidden_numbers(plan)} & words
    assert len(leaks) > 50, "the results themselves hold inputs and answers"


def test_no_number_of_an_input_or_an_answer_is_in_what_students_see(graded: Graded) -> None:
    hidden = {number for plan in graded.plans for number in hidden_numbers(plan)}
    assert len(hidden) > 1000
    texts = [*(text for _, text in texts_of(graded)), *seen_by_others(graded)]
    assert len(texts) > 200
    for text in texts:
        words = set(re.findall(NUMBER, re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)))
        assert not words & hidden


def test_no_case_is_named_and_no_word_of_a_submission_is_in_it(graded: Graded) -> None:
    """A case's name may stand in a sentence of the course's author, and nowhere else."""
    cases = {case.name for plan in graded.plans for function in plan.functions for case in function.cases}
    sentences = [
        text
        for plan in graded.plans
        for function in plan.functions
        for mistake in function.mistakes
        for text in (mistake.hint, *(form.text for form in mistake.forms))
    ]
    cases = {name for name in cases if len(name) > 12 and not any(name in text for text in sentences)}
    assert len(cases) > 20
    for _, text in texts_of(graded):
        assert [name for name in cases if name in text] == []
        assert "[[" not in text and "array(" not in text and "QWXZ" not in text


def test_no_seed_and_no_commitment_is_in_it(graded: Graded) -> None:
    for text in [*(text for _, text in texts_of(graded)), *seen_by_others(graded)]:
        assert not any(seed in text for seed in graded.seeds)
        assert not any(seed[:12] in text for seed in graded.seeds)
        assert graded.commitment not in text
        assert not any(plan.id in text for plan in graded.plans)


def test_nobody_else_is_in_it(graded: Graded) -> None:
    for pseudonym, text in texts_of(graded):
        others = (who for who in graded.people.values() if who.pseudonym != pseudonym)
        for who in others:
            assert not any(word in text for word in (who.pseudonym, who.name, who.student, who.email))
        assert graded.people[pseudonym].name in text
