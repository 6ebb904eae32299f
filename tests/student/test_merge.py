from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.student.blocks import normal, same, split
from grader.student.merge import merge, with_block

STUB = '''"""Sheet {version}."""

import numpy as np


def first(x):
    """First {first}."""
    raise NotImplementedError


def second(x):
    """Second {second}."""
    raise NotImplementedError
'''


def stub(version: str = "1", first: str = "1", second: str = "1") -> str:
    return STUB.format(version=version, first=first, second=second)


def written(text: str, docstring: str, body: str) -> str:
    """The file with a body for the function that has this docstring."""
    head = f'    """{docstring}."""\n'
    assert head in text
    return text.replace(f"{head}    raise NotImplementedError", f"{head}    {body}")


def test_what_nobody_touched_is_renewed() -> None:
    merged = merge(stub(), stub(), stub("2", "2", "1"))
    assert merged.text == stub("2", "2", "1")
    assert merged.renewed == ("<docstring>", "first")
    assert not merged.both


def test_what_was_edited_stays_and_the_rest_is_renewed() -> None:
    mine = written(stub(), "First 1", "return x")
    merged = merge(stub(), mine, stub("2", "1", "2"))
    assert merged.text == written(stub("2", "1", "2"), "First 1", "return x")
    assert (merged.kept, merged.both) == (("first",), ())


def test_what_both_changed_stays_and_the_new_one_is_told() -> None:
    mine = written(stub(), "First 1", "return x")
    merged = merge(stub(), mine, stub(first="2"))
    assert merged.text == mine
    assert [block.key for block in merged.both] == ["first"]
    assert "First 2" in merged.both[0].text


def test_new_functions_come_to_their_place_and_gone_ones_go_if_untouched() -> None:
    new = stub().replace("def first", "def before(y):\n    raise NotImplementedError\n\n\ndef first")
    merged = merge(stub(), stub(), new)
    assert (merged.text, merged.added) == (new, ("before",))
    back = merge(new, merged.text, stub())
    assert (back.text, back.removed) == (stub(), ("before",))
    mine = new.replace("def before(y):\n    raise NotImplementedError", "def before(y):\n    return y")
    assert merge(new, mine, stub()).text == mine


def test_a_new_function_behind_the_last_one_is_set_apart() -> None:
    new = stub() + "\n\ndef third(x):\n    raise NotImplementedError\n"
    mine = written(stub(), "Second 1", "return 2").rstrip("\n")
    merged = merge(stub(), mine, new)
    assert merged.text == mine + "\n\n\ndef third(x):\n    raise NotImplementedError\n"


def test_a_function_of_ones_own_stays_where_it_is() -> None:
    mine = stub().replace("def second", "def helper(a):\n    return a\n\n\ndef second")
    merged = merge(stub(), mine, stub(second="2"))
    assert merged.text == stub(second="2").replace("def second", "def helper(a):\n    return a\n\n\ndef second")


def test_a_function_that_was_taken_out_stays_out_and_its_new_version_is_told() -> None:
    mine = stub().split("def first")[0] + "def second" + stub().split("def second")[1]
    assert merge(stub(), mine, stub()).text == mine
    merged = merge(stub(), mine, stub(first="2"))
    assert merged.text == mine
    assert [block.key for block in merged.both] == ["first"]


def test_windows_line_endings_and_the_mark_at_the_start_stay() -> None:
    mine = "\ufeff" + written(stub(), "First 1", "return x").replace("\n", "\r\n")
    merged = merge(stub(), mine, stub("2", "1", "2"))
    assert merged.text == "\ufeff" + written(stub("2", "1", "2"), "First 1", "return x").replace("\n", "\r\n")
    assert merged.kept == ("first",)


def test_without_originals_what_is_written_stays() -> None:
    mine = written(stub(), "First 1", "return x")
    merged = merge(None, mine, stub("1", "1", "2"))
    assert merged.text == written(stub("1", "1", "2"), "First 1", "return x")
    assert not merged.both
    assert [block.key for block in merge(None, mine, stub(first="2")).both] == ["first"]


def test_a_second_merge_changes_nothing() -> None:
    mine = written(stub(), "First 1", "return x")
    once = merge(stub(), mine, stub("2", "2", "2"))
    again = merge(stub("2", "2", "2"), once.text, stub("2", "2", "2"))
    assert again.text == once.text
    assert (again.renewed, again.added, again.removed, again.both) == ((), (), (), ())


_NAMES = st.sampled_from(["f", "g", "h", "k"])
_BODIES = st.sampled_from(
    ["raise NotImplementedError", "return 1", 'return """\ndef f(): text\n"""', "return (", "x = '"]
)
_FUNCTIONS = st.lists(st.tuples(_NAMES, _BODIES), max_size=5).map(
    lambda parts: "import numpy as np\n\n\n" + "\n\n".join(f"def {name}(x):\n    {body}\n" for name, body in parts)
)


@given(base=_FUNCTIONS | st.none(), mine=_FUNCTIONS, new=_FUNCTIONS)
@settings(max_examples=300)
def test_no_block_that_was_edited_is_ever_lost(base: str | None, mine: str, new: str) -> None:
    merged = merge(base, mine, new)
    originals = {block.key: block for block in split(base or "")}
    for block in split(mine):
        untouched = same(block, originals.get(block.key)) or (base is None and "raise NotImpl" in block.text)
        assert untouched or normal(block.text) in normal(merged.text)
    offered = normal(merged.text) + "".join(normal(block.text) for block in merged.both)
    for block in split(new):
        assert same(block, originals.get(block.key)) or base is None or normal(block.text) in offered


def test_one_function_is_put_back() -> None:
    mine = written(written(stub(), "First 1", "return x"), "Second 1", "return y")
    blocks = {block.key: block for block in split(stub())}
    assert with_block(mine, blocks["first"], list(blocks)) == written(stub(), "Second 1", "return y")
    without = mine.replace(mine[mine.index("def first") : mine.index("def second")], "")
    assert with_block(without, blocks["first"], list(blocks)) == written(stub(), "Second 1", "return y")
