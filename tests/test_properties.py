from __future__ import annotations

import numpy as np
import pytest

from grader.properties import Property, SpecError, holds

MASK = np.array([[True, False], [True, True]])


@pytest.mark.parametrize(
    ("identifier", "value", "args", "expected"),
    [
        ("no-negative", np.array([0.0, 2.0]), {}, True),
        ("no-negative", np.array([0.0, -1e-30]), {}, False),
        ("sums-to-one", np.array([[0.25, 0.75], [1.0, 0.0]]), {}, True),
        ("sums-to-one", np.array([[0.25, 0.75], [1.0, 0.1]]), {}, False),
        ("sums-to-one", np.empty((0, 3)), {}, True),
        ("zero-where-masked", np.array([[3.0, 0.0], [1.0, 2.0]]), {"m": MASK}, True),
        ("zero-where-masked", np.array([[3.0, 1e-9], [1.0, 2.0]]), {"m": MASK}, False),
        ("zero-where-masked", np.ones(3), {"m": MASK}, False),
        ("zero-where-masked", np.ones((2, 2)), {"m": None}, True),
        ("zero-where-masked", np.ones((2, 2)), {}, True),
        ("keep-fraction", np.repeat([0.0, 2.0], 50), {"m": 0.5}, True),
        ("keep-fraction", np.ones(100), {"m": 0.5}, False),
        ("within", np.array([0.0, 1.0]), {}, True),
        ("within", np.array([0.0, 1.0001]), {}, False),
        ("within", "text", {}, False),
        ("within", [1.0, [2.0]], {}, False),
        ("within", 10**400, {}, False),
    ],
)
def test_properties_hold_or_do_not(identifier: str, value: object, args: dict, expected: bool) -> None:
    wanted = Property(identifier, "y", "a sentence", argument="m")
    assert holds(wanted, ("y",), value, args) is expected


def test_a_result_without_the_output_lacks_every_property() -> None:
    assert not holds(Property("within", "b", "a sentence"), ("a", "b"), (np.ones(1),), {})


def test_a_slip_in_a_property_is_refused() -> None:
    with pytest.raises(SpecError, match="unknown property 'positive'"):
        Property("positive", "y", "a sentence")
    with pytest.raises(SpecError, match="needs a sentence"):
        Property("within", "y", " ")
    with pytest.raises(SpecError, match="needs the argument"):
        Property("keep-fraction", "y", "a sentence")
