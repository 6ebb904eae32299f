"""The worker's own functions that need no process: what a result is called, and what becomes of it."""

from __future__ import annotations

import collections
import types

import numpy as np
import pytest

from grader import wire
from grader.values import Opaque, Value
from grader.worker.gate import Gate
from grader.worker.results import MAX_ITEMS, MAX_RESULT, describe, encode_result


class Liar(np.ndarray):
    pass


class Number(float):
    pass


class Meta(type):
    __name__ = property(lambda cls: 1 / 0)  # type: ignore[assignment]


class Hostile(metaclass=Meta):
    def __getattribute__(self, name: str) -> object:
        raise RuntimeError(name)


DESCRIBED = {
    "Liar, a subclass of numpy.ndarray": np.zeros(2).view(Liar),
    "MaskedArray, a subclass of numpy.ndarray": np.ma.zeros(2),
    "an array of complex128": np.zeros(2, complex),
    "an array of object": np.array([None]),
    "an array of <U1": np.array(["a"]),
    "a generator": (x for x in ()),
    "a function": lambda: None,
    "a method": types.MethodType(lambda self: None, 1),
    "a module": types,
    "a class": int,
    "a set": {1},
    "a frozenset": frozenset(),
    "a range": range(3),
    "a map": map(abs, ()),
    "a complex number": 1j,
    "a complex128": np.complex128(1),
    "bytes": b"x",
    "a NumPy function": np.exp,
    "Number, a subclass of float": Number(1),
    "an object": object(),
    "a Hostile": Hostile(),
}


@pytest.mark.parametrize("words", DESCRIBED)
def test_what_is_no_value_is_described(words: str) -> None:
    assert describe(DESCRIBED[words]) == words
    assert wire.decode(encode_result(DESCRIBED[words])) == Opaque(words)


@pytest.mark.parametrize(
    ("result", "value"),
    [
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.Counter("a"), {"a": 1}),
        (collections.defaultdict(int, a=1), {"a": 1}),
        (collections.namedtuple("P", "x y")(1, 2.0), (1, 2.0)),
        ({np.str_("a"): np.str_("b")}, {"a": "b"}),
        ([(), [], {}], [(), [], {}]),
        ((Opaque("mine"), 1), (Opaque("an Opaque"), 1)),
    ],
)
def test_kinds_that_are_as_good_as_plain_ones_become_plain(result: object, value: Value) -> None:
    got = wire.decode(encode_result(result))
    assert got == value and type(got) is type(value)


def test_a_result_has_a_limit_in_depth_size_and_number() -> None:
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    cyclic: dict[str, object] = {}
    cyclic["self"] = cyclic
    assert b"nested more than" in encode_result(deep)
    assert b"nested more than" in encode_result(cyclic)
    assert wire.decode(encode_result([0] * (MAX_ITEMS + 1))) == Opaque(f"a list of {MAX_ITEMS + 1} items")
    wide = [[0] * 1000] * 1000
    assert len(encode_result(wide)) < 20 * MAX_ITEMS
    large = wire.decode(encode_result([np.zeros(MAX_RESULT // 16), np.zeros(MAX_RESULT // 8)]))
    assert large[0].size == MAX_RESULT // 16 and large[1] == Opaque(
        f"an array of shape ({MAX_RESULT // 8},), too large to be sent"
    )


def test_a_view_of_something_giant_is_not_copied() -> None:
    giant = np.broadcast_to(1.0, (10**7, 10**7))
    assert isinstance(wire.decode(encode_result(giant)), Opaque)


@pytest.mark.parametrize(
    "name", ["numpy", "numpy.linalg", "os.path", "math", "_sysconfigdata__linux_x86_64", "encodings.ascii"]
)
def test_numpy_and_the_standard_library_pass_the_gate(name: str) -> None:
    Gate().find_spec(name)


@pytest.mark.parametrize("name", ["torch", "scipy.special", "grader", "solutions.exercise01", "numpyro", "yaml"])
def test_everything_else_does_not(name: str) -> None:
    with pytest.raises(
        ImportError, match=f"^{name.partition('.')[0]} is not allowed here: only NumPy and the standard library$"
    ):
        Gate().find_spec(name)
