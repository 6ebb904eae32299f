from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.catalog import UnknownName, find_course
from grader.export.notebook.document import exercise_notebook, function_sheet
from grader.export.notebook.plans import plan_with
from grader.export.otter.references import reference_cells
from grader.notebook import check, check_source
from grader.render.sheet import SheetPart
from tests.export_formats.assignments import ROOT, executed, grade, solution_of, submissions
from tests.export_formats.conftest import FIVE


@pytest.mark.otter
@pytest.mark.filterwarnings("ignore")
def test_an_exported_notebook_runs_and_shows_the_terminals_diagnosis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    grade("export", "notebook", "15", "--out", tmp_path)
    path = tmp_path / "exercise15_clipping.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    answers = {
        "clip_by_value": "import os\ndef clip_by_value(g, threshold):\n    return np.minimum(g, threshold)",
        "clip_by_norm": "def clip_by_norm(g, threshold):\n    raise ValueError('<script>alert(1)</script>')",
        "global_norm": "LARGE = 1\ndef global_norm(grads):\n    return float(np.sqrt(sum((g ** 2).sum() * LARGE for g in grads)))",
    }
    for cell in document["cells"]:
        for name, text in answers.items():
            if "".join(cell["source"]).startswith(f"def {name}("):
                cell["source"] = text
    path.write_text(json.dumps(document))
    shown = {}
    for cell in executed(path).cells:
        if cell.source.startswith("check("):
            (output,) = [o for o in cell.outputs if o.output_type == "execute_result"]
            shown[cell.source[6:-1]] = output.data
    assert "[upper-only]" in shown["clip_by_value"]["text/plain"]
    assert '<strong style="color: #c62828">FAIL</strong>' in shown["clip_by_value"]["text/html"]
    assert (
        "&lt;script&gt;" in shown["clip_by_norm"]["text/html"] and "<script>" not in shown["clip_by_norm"]["text/html"]
    )
    assert "ok    global_norm  1/1" in shown["global_norm"]["text/plain"]
    assert "not written yet" in shown["spectral_radius"]["text/plain"]


@pytest.mark.otter
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", FIVE)
def test_a_solved_notebook_passes_its_own_checks(
    exercise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    grade("export", "notebook", exercise, "--out", tmp_path)
    path = tmp_path / f"{exercise}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    names = [function.name for function in plan_with("", exercise, ROOT).functions]
    imports, answers = reference_cells(solution_of(exercise).read_text(encoding="utf-8"), names)
    stubs = {
        name: cell for cell in document["cells"] for name in names if "".join(cell["source"]).startswith(f"def {name}(")
    }
    for name, cell in stubs.items():
        cell["source"] = f"{imports}\n{answers[name]}"
    path.write_text(json.dumps(document))
    checks = {
        cell.source[6:-1]: "".join(output.data["text/plain"] for output in cell.outputs)
        for cell in executed(path).cells
        if cell.source.startswith("check(")
    }
    assert set(checks) == set(stubs) == set(names)
    assert all(f"ok    {name}" in text for name, text in checks.items()), checks


@pytest.mark.otter
@pytest.mark.parametrize("exercise", FIVE)
def test_exported_notebooks_are_valid_and_hold_every_function(exercise: str) -> None:
    import nbformat

    files = next(e for e in find_course(ROOT).exercises if e.id == exercise)
    plan = plan_with(exercise, exercise, ROOT)
    data = exercise_notebook(files.stub, plan)
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))
    assert data == exercise_notebook(files.stub, plan)
    cells = ["".join(cell["source"]) for cell in json.loads(data)["cells"]]
    for function in plan.functions:
        assert f"check({function.name})" in cells
        formula = f"$$\n{function.formula.strip()}\n$$" if function.formula else "```text"
        assert any(cell.startswith(f"## {function.name}\n") and formula in cell for cell in cells), function.name
        assert any(cell.startswith(f"def {function.name}(") and "raise NotImplementedError" in cell for cell in cells)


def test_prose_of_a_sheet_cannot_turn_into_markup() -> None:
    part = SheetPart("f", "(x)", "Multiply a_i * b_i * c_i, for $5 <b>.\n\n    y = x\n\nThe end.")
    assert (
        function_sheet(part, r"y = x")
        == "## f\n\nMultiply a\\_i \\* b\\_i \\* c\\_i, for \\$5 \\<b\\>.\n\n$$\ny = x\n$$\n\nThe end."
    )
    assert "```text\n    y = x\n\n```" in function_sheet(part, "")


def test_checks_are_those_of_the_terminal(tmp_path: Path) -> None:
    path = submissions("exercise15_clipping", tmp_path)["partial"]
    plan = plan_with("clip_by_norm", None, ROOT)
    found = check_source(plan, path.read_bytes(), ["clip_by_value", "clip_by_norm"])
    assert not found.passed
    assert [function.name for function in found.functions] == ["clip_by_value", "clip_by_norm"]
    assert "clip_by_value: clipped has the right shape (9,), values wrong" in repr(found)


def test_a_file_that_cannot_run_says_why() -> None:
    found = check_source(plan_with("clip_by_norm", None, ROOT), b"def clip_by_norm(g, threshold:\n", ["clip_by_norm"])
    assert "SyntaxError" in repr(found) and "SyntaxError" in found._repr_html_()


def test_check_takes_functions_of_one_exercise() -> None:
    with pytest.raises(TypeError, match="takes the functions to check"):
        check()
    with pytest.raises(TypeError, match="this is a int"):
        check(3)  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        check(test_check_takes_functions_of_one_exercise)


def test_an_export_leaves_work_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "exercise15_clipping.ipynb").write_text("mine")
    done = grade("export", "notebook", "exercise15", "--out", tmp_path)
    assert "Left as it is" in done.stdout
    assert (tmp_path / "exercise15_clipping.ipynb").read_text() == "mine"
