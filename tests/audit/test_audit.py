from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from grader.audit import SurvivorsError, audit, audit_exercise, read_survivors
from grader.audit.mutants import mutants
from grader.catalog import find_course
from tests import synthetic


def changes(source: str) -> dict[str, list[str]]:
    tree = ast.parse(source).body[0]
    assert isinstance(tree, ast.FunctionDef)
    found: dict[str, list[str]] = {}
    for mutant in mutants(tree):
        ast.unparse(mutant.tree)
        found.setdefault(mutant.operator, []).append(mutant.change)
    return found


@pytest.mark.parametrize(
    ("body", "operator", "change"),
    [
        ("return x.mean(axis=0)", "axis", "return x.mean(axis=0) -> return x.mean(axis=1)"),
        ("return x.var(axis=0)", "axis", "return x.var(axis=0) -> return x.var(axis=0, ddof=1)"),
        ("return x.sum(1, keepdims=True)", "axis", "return x.sum(1, keepdims=True) -> return x.sum(1)"),
        ("return x @ y.T", "transpose", "return x @ y.T -> return x @ y"),
        ("return x - y", "operands", "return x - y -> return y - x"),
        ("return x - y", "binary", "return x - y -> return x + y"),
        ("return x + 1e-05", "dropped", "return x + 1e-05 -> return x"),
        ("return x + 1e-05", "constant", "return x + 1e-05 -> return x + 2e-05"),
        ("return x, y", "results", "return (x, y) -> return (y, x)"),
        ("return x, y", "sign", "return (x, y) -> return (x, -y)"),
        ("return x[1:]", "slice", "return x[1:] -> return x[1 - 1:]"),
        ("return np.sqrt(x)", "function", "return np.sqrt(x) -> return x"),
        ("return np.maximum(x, 0)", "function", "return np.maximum(x, 0) -> return np.minimum(x, 0)"),
        ("return x < y", "comparison", "return x < y -> return x <= y"),
        ("x += y\n    return x", "statement", "x += y -> x = y"),
        ("x[0] = y\n    return x", "statement", "x[0] = y -> x[0] += y"),
        ("np.add.at(x, y, 1)\n    return x", "function", "np.add.at(x, y, 1) -> x.__setitem__(y, 1)"),
        ("return np.dot(x, y)", "arguments", "return np.dot(x, y) -> return np.dot(y, x)"),
        ("return [i for i in range(y)]", "range", "return [i for i in range(y)] -> return [i for i in range(y - 1)]"),
        ("return x + x", "variable", "return x + x -> return x + y"),
        ("return 1 if x else 2", "boolean", "return 1 if x else 2 -> return 1 if True else 2"),
    ],
)
def test_operators_know_numerical_code(body: str, operator: str, change: str) -> None:
    assert change in changes(f"def f(x, y):\n    {body}")[operator]


def test_no_mutant_is_the_original_or_comes_twice() -> None:
    source = "def f(x, y):\n    return (x - y) / (x + y) + x * 2"
    texts = [ast.unparse(m.tree) for m in mutants(ast.parse(source).body[0])]  # type: ignore[arg-type]
    assert len(texts) == len(set(texts))
    assert ast.unparse(ast.parse(source)) not in texts


def test_the_synthetic_exercise_kills_all_but_a_few() -> None:
    exercise = find_course(synthetic.COURSE).exercises[0]
    result = audit_exercise(exercise)
    counts = {f.name: (f.mutants, f.killed, f.naive) for f in result.functions}
    assert all(killed <= total and naive <= total for total, killed, naive in counts.values())
    total, killed, naive = (sum(column) for column in zip(*counts.values(), strict=True))
    assert total > 150
    assert naive / total < killed / total > 0.9


def test_a_mutant_that_loops_is_killed() -> None:
    exercise = find_course(synthetic.COURSE).exercises[0]
    collatz = next(f for f in audit_exercise(exercise).functions if f.name == "collatz")
    assert collatz.killed >= collatz.mutants - 3


def test_a_weak_case_lets_mutants_live(tmp_path: Path) -> None:
    for folder in ("exercises", "solutions"):
        shutil.copytree(synthetic.COURSE / folder, tmp_path / folder)
    solution = tmp_path / "solutions" / "exercise01_kinds.py"
    text = solution.read_text()
    weak = text.replace(
        "dout=rng.normal(size=4), a=rng.normal(size=4), b=rng.normal(size=4)",
        "dout=np.ones(4), a=np.ones(4), b=np.ones(4)",
    )
    weak = weak.replace(
        "dout=rng.normal(size=1), a=rng.normal(size=1), b=rng.normal(size=1)",
        "dout=np.ones(1), a=np.ones(1), b=np.ones(1)",
    )
    assert weak != text
    solution.write_text(weak)
    before = {f.name: len(f.survivors) for f in audit_exercise(find_course(synthetic.COURSE).exercises[0]).functions}
    (result,) = audit(find_course(tmp_path).exercises)
    after = {f.name: len(f.survivors) for f in result.functions}
    assert after["both_grads"] > before["both_grads"] + 5
    assert all(after[name] == before[name] for name in before if name != "both_grads")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f:\n- change: a\n", "each entry has a 'change' and a 'reason'"),
        ("f:\n- change: a\n  reason: because\n", "a reason begins with 'equivalent: '"),
        ("[1, 2]\n", "must hold a list of changes for each function"),
        ("f: [\n", "exercise01_kinds.yaml"),
    ],
)
def test_a_list_of_survivors_that_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    folder = tmp_path / "survivors"
    folder.mkdir()
    (folder / "exercise01_kinds.yaml").write_text(text)
    with pytest.raises(SurvivorsError, match=message):
        read_survivors(tmp_path / "exercise01_kinds.py")


def test_known_survivors_are_read_with_their_reasons(tmp_path: Path) -> None:
    assert read_survivors(tmp_path / "exercise01_kinds.py") == {}
    folder = tmp_path / "survivors"
    folder.mkdir()
    (folder / "exercise01_kinds.yaml").write_text("f:\n- change: 'a -> b'\n  reason: 'equivalent: same'\n")
    assert read_survivors(tmp_path / "exercise01_kinds.py") == {("f", "a -> b"): "equivalent: same"}
