from __future__ import annotations

import numpy as np
import pytest

from grader.values import Seeded, Source, at, fresh, leaf_name, leaf_path, leaves, parse_path, replaced, show_path


def test_a_fresh_copy_shares_no_memory_and_can_be_written() -> None:
    array = np.arange(3.0)
    array.flags.writeable = False
    copy = fresh({"a": [array]})
    copy["a"][0][0] = 7
    assert array[0] == 0


def test_a_source_sees_its_data_and_keeps_its_own_state_per_build() -> None:
    source = Source("count = []\ndef f(x):\n    count.append(1)\n    return W @ x + len(count)", {"W": np.eye(2)})
    first, second = source.build(), source.build()
    assert first(np.ones(2)).tolist() == [2, 2]
    assert first(np.ones(2)).tolist() == [3, 3]
    assert second(np.ones(2)).tolist() == [2, 2]


def test_a_source_may_be_a_lambda() -> None:
    assert Source("lambda x: 3 * x").build()(2) == 6


@pytest.mark.parametrize("text", ["x = 3", "3 + 4", ""])
def test_a_source_without_a_function_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a lambda or hold a def"):
        Source(text).build()


def test_a_seeded_generator_starts_anew_each_time() -> None:
    assert fresh(Seeded(5)).random() == fresh(Seeded(5)).random()


def test_empty_containers_are_leaves() -> None:
    assert [path for path, _ in leaves({"a": [], "b": (1, {"c": 2})})] == [("a",), ("b", 0), ("b", 1, "c")]


def test_a_part_can_be_replaced_without_touching_the_rest() -> None:
    tree = {"W": [1, 2], "b": 3}
    assert replaced(tree, ("W", 1), 9) == {"W": [1, 9], "b": 3}
    assert tree == {"W": [1, 2], "b": 3}


@pytest.mark.parametrize("text", ["params.W1", "grads[0]", "layers[2].W", "x"])
def test_paths_are_read_as_they_are_shown(text: str) -> None:
    assert show_path(parse_path(text)) == text


@pytest.mark.parametrize("text", ["a b", "x[", "x[one]", "?"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no path"):
        parse_path(text)


def test_leaves_of_results_are_named_by_their_output() -> None:
    assert leaf_name(("dx", "dw"), (1,)) == "dw"
    assert leaf_name(("grads",), ("W1",)) == "grads.W1"
    assert leaf_name(("clipped", "norm"), (0, 2)) == "clipped[2]"
    assert leaf_path(("clipped", "norm"), "clipped[2]") == (0, 2)
    assert leaf_path(("grads",), "grads.W1") == ("W1",)
    assert at(([1, 2, 3], 4.0), leaf_path(("clipped", "norm"), "clipped[2]")) == 3
    with pytest.raises(ValueError, match="there is no output 'db'; there are dx, dw"):
        leaf_path(("dx", "dw"), "db")
