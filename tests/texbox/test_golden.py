"""Whole formulas, compared with files made to be read."""

from pathlib import Path

import pytest

from tests.texbox.golden_files import FOLDER, SECTIONS, drawn, read

FILES = sorted(FOLDER.glob("*.txt"))


def test_the_formulas_of_the_notes_are_all_here():
    assert len([path for path in FILES if path.name.startswith("notes_")]) == 15
    assert len(FILES) > 70


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_formula_looks_as_it_was_approved(path: Path):
    golden = read(path)
    assert list(golden) == ["tex", *SECTIONS]
    assert {name: drawn(golden["tex"], name) for name in SECTIONS} == {name: golden[name] for name in SECTIONS}
