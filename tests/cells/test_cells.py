from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cells.source import NotebookError, code_cells, extract, functions_source, submitted_source
from grader.cells.statements import statements, without_magics
from grader.export.notebook.document import Cell, notebook


def kept(*cells: str, names: tuple[str, ...] = ("f",)) -> list[str]:
    return [line for line in extract(cells, names).split("\n") if line]


def test_a_function_comes_with_its_imports_constants_and_helpers_only() -> None:
    cells = (
        "import numpy as np, math\nimport matplotlib.pyplot as plt\nEPS = 1e-5",
        "def helper(a):\n    return a * EPS",
        "x = np.ones(3)\nplt.plot(x)\nprint(x)",
        "def f(x):\n    return helper(x)\n\nf(x)",
    )
    expected = [
        "import numpy as np, math",
        "EPS = 1e-5",
        "def helper(a):",
        "    return a * EPS",
        "def f(x):",
        "    return helper(x)",
    ]
    assert kept(*cells) == [line for line in expected if "numpy" not in line]
    assert kept(*cells, "def f(x):\n    return np.exp(x)")[0] == "import numpy as np, math"


def test_names_that_are_local_bring_nothing_in() -> None:
    noise = "x = load()\ny = load()\nkey = load()\ni = load()\nout = load()\ncheck = load()\nz = load()\nw = load()"
    body = "def f(x, *, key=2):\n    out, y = x, 1\n    z = [i for i in x]\n    with x as w:\n        pass\n    return lambda check: check"
    assert kept(noise, body) == body.split("\n")


def test_a_global_that_is_used_comes_along_even_in_an_f_string_or_a_default() -> None:
    assert kept("A = 1", "B = 2", "C = 3", "def f(x=A):\n    return f'{B}'") == [
        "A = 1",
        "B = 2",
        "def f(x=A):",
        "    return f'{B}'",
    ]
    assert kept("A = 1", "def f(x):\n    global A\n    A = 2\n    return A")[0] == "A = 1"


def test_magics_shell_lines_and_questions_go() -> None:
    text = "%time\n!ls -l (\nfiles = !ls\nx = %who\nnp.exp?\ny = 1"
    assert without_magics(text) == "\n\n\n\n\ny = 1"
    assert without_magics("if x:\n    %time\n    !ls") == "if x:\n    pass\n    pass"


@pytest.mark.parametrize(
    "text",
    ["x = ('%s'\n     % y)", "'''\n%time\n!ls\n'''", "x = a\\\n  % b", "y = 5 % 3", "a != b", "x = {\n'a': 1,\n}"],
)
def test_what_only_looks_like_a_magic_stays(text: str) -> None:
    assert without_magics(text) == text


def test_cells_in_another_language_go_and_timed_python_stays() -> None:
    assert kept("%%bash\ndef f(x):\n    return 0", "%%time\ndef f(x):\n    return 1") == ["def f(x):", "    return 1"]


def test_of_two_definitions_the_later_counts_and_the_draft_need_not_even_compile() -> None:
    last = "def f(x):\n    return 2"
    assert kept("def f(x):\n    return 1", last) == last.split("\n")
    assert kept("def f(x):\n    return (", "def f(x) -> :\n    pass", last) == last.split("\n")


@pytest.mark.parametrize(
    "between",
    [
        "first = f\ndef g(x):\n    return first(x)",
        "def g(x, first=f):\n    return first(x)",
        "@cached(f)\ndef g(x):\n    return 1",
        "class g:\n    first = f",
        "f = cached(f)",
    ],
)
def test_a_definition_that_something_used_before_it_was_replaced_stays(between: str) -> None:
    cells = ["def f(x):\n    return 1", between, "def f(x):\n    return g(x)"]
    assert kept(*cells, names=("f", "g")) == "\n".join(cells).split("\n")


def test_a_definition_in_a_condition_replaces_none() -> None:
    cells = ["def f(x):\n    return 1", "if fast:\n    def f(x):\n        return 2"]
    assert kept(*cells) == "\n".join(cells).split("\n")


@pytest.mark.parametrize(
    "text",
    [
        " " * 300_000,
        "a, " * 60_000,
        "def f(" + "a, " * 60_000 + "):\n    return 1",
        "".join(f"a{i} = a{i + 1}\n" for i in range(12_000)) + "def f():\n    return a0\n",
        "def f(x):\n    return 1\n" * 10_000,
        "(" * 200_000,
        "'''" * 300_000,
    ],
    ids=["blanks", "names", "parameters", "chain", "definitions", "brackets", "quotes"],
)
def test_the_time_that_a_text_takes_grows_with_its_length(text: str) -> None:
    started = time.process_time()
    extract([text], ["f"])
    assert time.process_time() - started < 20  # less than 1 s; what grows with the square takes minutes


def test_a_bracket_left_open_in_one_cell_does_not_swallow_the_next() -> None:
    assert kept("x = (1,", "'''open", "def f(x):\n    return 1") == ["def f(x):", "    return 1"]


def test_decorators_classes_conditions_and_star_imports_are_statements_too() -> None:
    cells = (
        "from math import *",
        "try:\n    import fast\nexcept ImportError:\n    fast = None",
        "@fast\ndef f(x):\n    return 1",
    )
    assert kept(*cells) == "\n".join(cells).split("\n")


def test_lines_keep_their_numbers() -> None:
    assert extract(["a = 1\nb = 2", "def f(x):\n    return 1"], ["f"]).split("\n")[2] == "def f(x):"


def test_future_annotations_come_first() -> None:
    assert extract(["x = 1", "from __future__ import annotations\ndef f(x: Array):\n    return 1"], ["f"]).startswith(
        "from __future__"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"print(1)", "its text is not JSON"),
        (b"[" * 100_000, "its text is not JSON"),
        (b"{}", "it has no list of cells"),
        (b'{"worksheets": []}', "it has no list of cells"),
        (b"[1]", "it has no list of cells"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "#" * (1 << 21)}]}).encode(), "1 MiB of code"),
    ],
)
def test_what_is_no_notebook_gets_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotebookError, match=reason):
        functions_source(data, ["f"])


def test_of_what_is_handed_in_a_file_stays_and_a_notebook_gives_its_functions(tmp_path: Path) -> None:
    stub = tmp_path / "exercise01_x.py"
    stub.write_text("def f(x):\n    raise NotImplementedError\n")
    assert submitted_source("a.py", b"\xff anything", stub) == b"\xff anything"
    data = notebook([Cell("code", "y = 1\ndef f(x):\n    return 1"), Cell("code", "f(2)")])
    assert submitted_source("A.IPYNB", data, stub) == b"\ndef f(x):\n    return 1\n"


def test_strange_cells_are_passed_over() -> None:
    cells = [
        1,
        None,
        {"cell_type": "code"},
        {"cell_type": "code", "source": [1, "x\n", None]},
        {"cell_type": "raw", "source": "y"},
    ]
    assert code_cells(json.dumps({"cells": cells}).encode()) == ["", "x\n"]


def test_a_written_notebook_reads_back() -> None:
    cells = [Cell("markdown", "# x"), Cell("code", "a = 1\nb = 2\n"), Cell("raw", "r"), Cell("code", "")]
    assert code_cells(notebook(cells)) == ["a = 1\nb = 2\n", ""]


@given(st.text(alphabet="abdef \n\t()[]{}'\"\\#%!?=:,.*@f1", max_size=200))
def test_any_text_is_cut_into_statements_that_cover_it_in_order(text: str) -> None:
    found = statements(without_magics(text))
    assert all(a.last == b.first for a, b in itertools.pairwise(found))
    assert all(statement.first < statement.last for statement in found[:-1])
