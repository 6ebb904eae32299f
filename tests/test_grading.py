"""One submission through plan, worker and judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import grading
from grader.grading import SubmissionError, chosen, grade_source, read_submission
from grader.sandbox import Limits, Sandbox, answers
from grader.verdict import ExerciseResult, FunctionResult, Returned, Status, canonical
from tests import synthetic
from tests.submission_of import submission_of

SHEET = synthetic.COURSE / "exercises" / "exercise01_kinds.py"
RIGHT = submission_of(synthetic.SOLUTION)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(call_seconds=1.0)) as sandbox:
        yield sandbox


def graded(source: bytes, sandbox: Sandbox) -> ExerciseResult:
    return grade_source(synthetic.plan(), source, Path("exercises/exercise01_kinds.py"), sandbox, course="synthetic")


def of(result: ExerciseResult, name: str) -> FunctionResult:
    return next(function for function in result.functions if function.name == name)


def test_equal_submissions_give_equal_canonical_results(sandbox: Sandbox) -> None:
    results = [
        json.dumps(canonical(graded(RIGHT + b"\nprint('x')", sandbox).to_json()), sort_keys=True) for _ in range(2)
    ]
    assert results[0] == results[1]
    assert json.loads(results[0])["plan"] == synthetic.plan().id


def test_a_syntax_error_is_every_function_s_error_with_its_line(sandbox: Sandbox) -> None:
    result = graded(b"x = 1\ndef spread(x:\n    return 0\n", sandbox)
    assert {function.status for function in result.functions} == {Status.ERROR}
    assert result.problem.startswith("SyntaxError: ") and "line 2" in result.problem
    assert result.points == 0


def test_a_misspelt_function_is_missing_with_its_near_name(sandbox: Sandbox) -> None:
    result = of(graded(RIGHT.replace(b"def collatz(", b"def colatz("), sandbox), "collatz")
    assert result.status is Status.FAIL
    assert "did you mean colatz" in next(check.mismatch.detail for check in result.checks if check.mismatch)


def test_state_between_calls_shows_even_if_each_call_repeats(sandbox: Sandbox) -> None:
    stateful = b"""
seen = {}
def spread(x):
    seen.setdefault(x.tobytes(), len(seen))
    return float(((x - x.mean()) ** 2).mean()) + (1.0 if len(seen) > 1 else 0.0)
"""
    result = of(graded(RIGHT + stateful, sandbox), "spread")
    assert result.status is Status.FAIL


def test_other_argument_names_and_a_lambda_are_fine(sandbox: Sandbox) -> None:
    source = (
        RIGHT
        + b"\nspread = lambda values: float(np.var(values))\ndef collatz(start):\n    return 0 if start == 1 else 1 + collatz(start // 2 if start % 2 == 0 else 3 * start + 1)\n"
    )
    result = graded(source, sandbox)
    assert of(result, "spread").status is of(result, "collatz").status is Status.PASS


def test_one_function_s_endless_loop_costs_only_that_function(sandbox: Sandbox) -> None:
    result = graded(RIGHT + b"\ndef above(x, threshold):\n    while True:\n        pass\n", sandbox)
    assert of(result, "above").status is Status.TIMEOUT
    assert [f.name for f in result.functions if f.status is not Status.PASS] == ["above"]


def test_a_backward_right_for_a_wrong_forward_is_said_to_be(tmp_path: Path, sandbox: Sandbox) -> None:
    from types import SimpleNamespace

    import numpy as np

    from grader.plan import compile_plan
    from grader.spec import Case, Check, Gradient

    def square(x):
        return x**2

    def square_backward(dout, x):
        return 2 * x * dout

    def values(rng):
        yield Case("some", x=rng.normal(size=4))
        yield Case("more", x=rng.normal(size=(2, 3)))

    def upstream(rng):
        yield Case("some", dout=rng.normal(size=4), x=rng.normal(size=4))
        yield Case("more", dout=rng.normal(size=(2, 3)), x=rng.normal(size=(2, 3)))

    checks = (
        Check(square, cases=values, returns=("y: any",), hints=("h",)),
        Check(
            square_backward,
            cases=upstream,
            returns=("dx: any",),
            hints=("h",),
            gradient=Gradient(of=square, wrt={"x": "dx"}),
        ),
    )
    plan = compile_plan("exercise01_x", SimpleNamespace(TITLE="T", CHECKS=checks), b"", "s")  # type: ignore[arg-type]
    cubed = (
        b"import numpy as np\ndef square(x):\n    return x**3\ndef square_backward(dout, x):\n    return 3*x**2*dout\n"
    )
    backward = of(grade_source(plan, cubed, Path("s.py"), sandbox, course="c"), "square_backward")
    assert backward.facts[0] == "your square_backward is right for your square; square is what is wrong"
    unrelated = cubed.replace(b"3*x**2*dout", b"dout")
    backward = of(grade_source(plan, unrelated, Path("s.py"), sandbox, course="c"), "square_backward")
    assert not any("is right for your" in fact for fact in backward.facts)
    assert np.isfinite(backward.max_points)


def test_named_functions_bring_what_they_need_unless_only_is_said() -> None:
    from dataclasses import replace

    plan = synthetic.plan()
    functions = tuple(replace(f, needs=("spread",)) if f.name == "above" else f for f in plan.functions)
    linked = replace(plan, functions=functions)
    assert [f.name for f in chosen(linked, ["above"], only=False)] == ["spread", "above"]
    assert [f.name for f in chosen(linked, ["above"], only=True)] == ["above"]
    assert chosen(linked, None, only=False) == functions


def test_what_cannot_be_read_is_said_with_the_path(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="there is no such file"):
        read_submission(tmp_path / "none.py")
    with pytest.raises(SubmissionError, match="is a folder"):
        read_submission(tmp_path)
    large = tmp_path / "large.py"
    large.write_bytes(b"#" * (2 << 20))
    with pytest.raises(SubmissionError, match=r"has 2\.1 MB; a submission has at most 1 MB"):
        read_submission(large)


def test_a_module_that_ends_itself_counts_only_if_everything_was_defined(sandbox: Sandbox) -> None:
    whole = graded(RIGHT + b"\nimport sys\nprint('all done')\nsys.exit()\n", sandbox)
    assert whole.points == whole.max_points and whole.printed == "all done\n"
    early = graded(
        b"raise SystemExit('tests passed')\n" + RIGHT.replace(b"from __future__ import annotations\n", b""), sandbox
    )
    assert early.points == 0 and early.problem.startswith("SystemExit: tests passed")


def test_a_notebook_is_graded_by_the_functions_in_its_cells(tmp_path: Path, sandbox: Sandbox) -> None:
    from grader.catalog import ExerciseFiles
    from grader.grading import grade

    cells = [
        {"cell_type": "markdown", "source": ["# My answers"]},
        {"cell_type": "code", "source": "%matplotlib inline\n" + RIGHT.decode()},
        {"cell_type": "code", "source": "raise RuntimeError('a display that goes wrong')"},
    ]
    path = tmp_path / "answers.ipynb"
    exercise = ExerciseFiles("exercise01_kinds", 1, "kinds", SHEET, synthetic.SOLUTION)
    for text, said in ((json.dumps({"cells": cells, "nbformat": 4}), ""), ("{", "answers.ipynb")):
        path.write_text(text)
        try:
            result = grade(
                exercise,
                submission=path,
                functions=None,
                only=False,
                seed="practice",
                course="c",
                sandbox=sandbox,
                cache=None,
            )
        except SubmissionError as error:
            assert said and said in str(error)
        else:
            assert not said and result.points == result.max_points


def test_a_verdict_that_was_given_before_is_the_one_that_would_be_given_now(sandbox: Sandbox) -> None:
    other = b"\n\n# further down\ndef spread(x):\n    return 2.0 * float(((x - x.mean()) ** 2).mean())\n"
    noisy = b"\n\ndef spread(x):\n    print('hello')\n    return float(((x - x.mean()) ** 2).mean())\n"
    sources = [RIGHT, RIGHT + other, RIGHT, RIGHT + noisy, b"\n\n" + RIGHT + other, RIGHT + noisy]
    warm = [graded(source, sandbox).to_json() for source in sources]
    assert grading._known.cache_info().hits
    for source, before in zip(sources, warm):
        grading._known.cache_clear()
        answers._known.cache_clear()
        now = graded(source, sandbox).to_json()
        assert canonical(now) == canonical(before)
        assert printed(now) == printed(before)
    assert [printed(document) for document in warm] == ["", "", "", printed(warm[3]), "", printed(warm[3])]
    assert "hello" in printed(warm[3])


def printed(document: dict[str, Any]) -> str:
    return "".join(check["printed"] for function in document["functions"] for check in function["checks"])


def test_equal_answers_are_one_outcome_unless_something_was_printed(sandbox: Sandbox) -> None:
    source = RIGHT + b"\ndef above(x, threshold):\n    print(threshold)\n    return x > threshold\n"
    array = np.array([1.0, 2.0])
    with sandbox.session(source, "e.py", ["spread", "above"]) as session:
        first, second = (session.call("spread", [("x", array)]) for _ in range(2))
        loud = [session.call("above", [("x", array), ("threshold", 1.0)]) for _ in range(2)]
    assert isinstance(first, Returned) and first is second and first.key
    assert all(isinstance(outcome, Returned) and not outcome.key and outcome.printed for outcome in loud)
