from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.student.blocks import DOCSTRING, HEAD, above_body, is_untouched, is_unwritten, normal, same, split, words

ROOT = Path(__file__).parents[2]
STUBS = sorted((ROOT / "exercises").glob("exercise*.py"))

FILE = '''"""A sheet.

def not_a_function(): this stands in a text.
"""

import numpy as np

LIMIT = (
    3
)


# what it is for
@decorated
def first(x, y={"a": 1}):
    """Twice.

def nor_this(:
    """
    return """
def nor(that): pass
"""

KEPT = first


class Helper:
    pass


async def second(x): return x  # def third():
'''


def keys(text: str) -> list[str]:
    return [block.key for block in split(text)]


def test_a_file_is_cut_at_its_functions_and_not_in_texts() -> None:
    assert keys(FILE) == [DOCSTRING, HEAD, "first", "<after first>", "Helper", "second"]
    blocks = {block.key: block.text for block in split(FILE)}
    assert blocks["first"].startswith("# what it is for\n@decorated\ndef first")
    assert blocks["<after first>"] == "KEPT = first\n\n\n"


def test_a_function_that_is_defined_twice_is_two_blocks() -> None:
    assert keys("def f(): 1\ndef f(): 2\ndef g(): 3\ndef f(): 4\n") == ["f", "f#2", "g", "f#3"]


@given(st.text(alphabet="\"'\\#defx():@ \n\r\t\u2028ü", max_size=200))
def test_the_blocks_of_any_text_are_the_text(text: str) -> None:
    assert "".join(block.text for block in split(text)) == text
    assert len(set(keys(text))) == len(keys(text))
    is_untouched(text), [above_body(block) for block in split(text)]


@pytest.mark.parametrize("path", STUBS, ids=lambda path: path.stem)
def test_every_stub_is_untouched_and_its_solution_is_not(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert keys(text)[:2] == [DOCSTRING, HEAD]
    assert is_untouched(text)
    assert all(above_body(block).endswith('"""') for block in split(text)[2:])
    solution = (ROOT / "solutions" / path.name).read_text(encoding="utf-8")
    assert not is_untouched(solution)
    assert set(keys(text)[2:]) <= set(keys(solution))


@pytest.mark.parametrize(
    ("text", "unwritten"),
    [
        ("def f(x):\n    raise NotImplementedError\n", True),
        ('def f(x, y=(1, 2)):\n    """Say: this."""\n    raise NotImplementedError()  # soon\n', True),
        ("def f(\n    x,\n): ...\n", True),
        ("def f(x): pass\n", True),
        ('@d(":")\ndef f(x) -> "int":\n    """Only words."""\n', True),
        ("def f(x):\n    y = x\n    raise NotImplementedError\n", False),
        ("def f(x):\n    if g(x): raise NotImplementedError\n", False),
        ("def f(x): return x\n", False),
        ("def f(x)\n    raise NotImplementedError\n", False),
        ("class f:\n    pass\n", False),
    ],
)
def test_a_function_is_unwritten_if_its_body_does_nothing(text: str, unwritten: bool) -> None:
    assert is_unwritten(split(text)[-1]) is unwritten


def test_line_endings_blanks_and_a_mark_at_the_start_make_no_difference() -> None:
    one, other = split("def f():\n    return 1\n")[0], split("\ufeffdef f():  \r\n    return 1\r\n\r\n\r\n")[0]
    assert normal(one.text) == normal(other.text)
    assert same(one, split("def f():\n    return 1   \n\n\n")[0])
    assert not same(one, split("def f():\n    return 2\n")[0])
    assert same(None, None) and not same(one, None)


def test_words_are_those_of_the_code() -> None:
    block = split('def f(x):\n    """uses g"""\n    return h(x)  # and k\n')[0]
    assert words(block) == {"def", "f", "x", "return", "h"}
