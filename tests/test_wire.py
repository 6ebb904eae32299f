"""Values as bytes and back, and what bytes from anywhere can do to the reader: nothing but a WireError."""

from __future__ import annotations

import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire
from grader.values import Opaque, Seeded, Source, Value

MUTANTS = 100_000

DTYPES = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats()
    | st.text()
    | st.binary(max_size=20)
    | hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    | st.builds(Opaque, st.text())
    | st.builds(Seeded, st.integers(0, 2**64 - 1))
)
TREES = st.recursive(
    LEAVES,
    lambda part: (
        st.lists(part, max_size=4)
        | st.lists(part, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), part, max_size=4)
        | st.builds(Source, st.text(max_size=10), st.dictionaries(st.text(max_size=3), part, max_size=2))
    ),
    max_leaves=12,
)


def same(one: Value, other: Value) -> bool:
    """Whether two values are of the same types with the same contents, nan included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, Source):
        return one.text == other.text and same(dict(one.bound), dict(other.bound))
    if isinstance(one, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    return bool(one == other)


@given(TREES)
def test_every_value_comes_back(value: Value) -> None:
    assert same(wire.decode(wire.encode(value)), value)


@given(TREES, st.binary(min_size=16, max_size=16), st.integers(0, 255))
def test_every_frame_says_what_it_holds(value: Value, request: bytes, kind: int) -> None:
    data = wire.frame(kind, request, wire.encode(value))
    got = wire.header(data[: wire.HEADER.size])
    assert got == (kind, request, len(data) - wire.HEADER.size)
    assert same(wire.decode(data[wire.HEADER.size :]), value)


@given(TREES)
def test_no_beginning_of_a_value_is_a_value(value: Value) -> None:
    data = wire.encode(value)
    for end in range(0, len(data), max(1, len(data) // 20)):
        with pytest.raises(wire.WireError):
            wire.decode(data[:end])


@given(TREES)
def test_nothing_may_follow_a_value(value: Value) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(wire.encode(value) + b"N")


def test_arrays_in_any_order_of_bytes_or_memory_are_the_same() -> None:
    array = np.arange(12.0).reshape(3, 4)
    for other in (array.astype(">f8"), np.asfortranarray(array), array[::-1][::-1], array.T.copy().T):
        assert wire.encode(other) == wire.encode(array)


def test_a_number_of_numpy_is_a_0_d_array() -> None:
    got = wire.decode(wire.encode(np.float32(1.5)))
    assert got.shape == () and got.dtype == np.float32 and got == 1.5


class Subclass(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        1 + 2j,
        np.zeros(2, complex),
        np.zeros(2, object),
        np.array(["a"]),
        np.zeros(2, "datetime64[s]"),
        np.zeros(2, [("a", "f8")]),
        np.zeros(2).view(Subclass),
        {1: 2},
        2**9000,
        np.longdouble(1) if np.longdouble is not np.float64 and np.dtype(np.longdouble).itemsize > 8 else object(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_value_is_not_sent(value: object) -> None:
    with pytest.raises(wire.WireError, match=r"cannot be sent|too large"):
        wire.encode(value)


def test_trees_that_are_too_deep_are_neither_sent_nor_read() -> None:
    value: Value = 1
    for _ in range(wire.MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(wire.WireError, match="too deeply"):
        wire.encode(value)
    with pytest.raises(wire.WireError, match="too deeply"):
        wire.decode(b"l\x01\x00\x00\x00" * 100_000 + b"N")


def test_code_is_refused_where_none_may_come() -> None:
    for value in (Source("lambda x: x"), Seeded(1), [{"a": Source("lambda x: x")}]):
        assert same(wire.decode(wire.encode(value)), value)
        with pytest.raises(wire.WireError):
            wire.decode(wire.encode(value), code=False)


def test_text_from_a_worker_can_always_be_printed() -> None:
    for text in ("plain ü", "half \ud800 of a character", "\x00\x1b"):
        got = wire.decode(wire.encode({text: [text]}), code=False)
        ((key, (item,)),) = got.items()
        assert key == item and item.encode("utf-8").startswith(text[:4].encode())
    assert wire.decode(wire.encode("\ud800"), code=False) == "\\xed\\xa0\\x80"


def test_an_integer_of_many_digits_is_refused() -> None:
    data = (1 << 100_000).to_bytes(12_501, "little", signed=True)
    with pytest.raises(wire.WireError, match="too long"):
        wire.decode(b"I" + struct.pack("<I", len(data)) + data)
    assert len(str(wire.decode(wire.encode(2**8190)))) < 4300


LIES = {
    "an array of an unknown dtype": b"a\x0c\x00",
    "an array of objects": b"aO\x01" + struct.pack("<Q", 1) + bytes(8),
    "too many dimensions": b"a\x00\x11" + struct.pack("<17Q", *[1] * 17) + b"\x01",
    "a size of 2**63": b"a\x0b\x01" + struct.pack("<Q", 2**63),
    "sizes that overflow": b"a\x0b\x02" + struct.pack("<QQ", 2**40, 2**40),
    "an empty array that no memory can address": b"a\x0b\x04" + struct.pack("<QQQQ", 0, 2**26, 2**26, 2**26),
    "a bool of 2": b"a\x00\x01" + struct.pack("<Q", 1) + b"\x02",
    "four thousand million items": b"l\xff\xff\xff\xff",
    "a text of four thousand million bytes": b"s\xff\xff\xff\xffx",
    "text that is not UTF-8": b"s\x02\x00\x00\x00\xff\xfe",
    "a key twice": b"d\x02\x00\x00\x00" + 2 * (b"\x01\x00\x00\x00aN"),
    "a source without data": b"S\x01\x00\x00\x00xN",
    "an unknown tag": b"Z",
    "nothing": b"",
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused_before_memory_is_taken(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(wire.WireError):
            wire.decode(LIES[name])
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_message_of_many_small_values_is_refused() -> None:
    with pytest.raises(wire.WireError, match="too many values"):
        wire.decode(b"l" + struct.pack("<I", 5_000_000) + b"a\x05\x00\x01" * 5_000_000)


def test_an_empty_array_may_have_any_other_size() -> None:
    assert wire.decode(b"a\x0b\x03" + struct.pack("<QQQ", 0, 2**25, 2**25)).shape == (0, 2**25, 2**25)


@pytest.mark.parametrize("data", [b"", b"GRD1", b"GRD2" + bytes(28), bytes(32), b"GRD1" + bytes(20) + b"\xff" * 8])
def test_headers_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.header(data)


SEEDS: tuple[Value, ...] = (
    (
        "returned",
        wire.encode(np.arange(6.0).reshape(2, 3)),
        0.25,
        {"changed": ("x",), "again": (b"N",), "warnings": ("w",)},
    ),
    ("raised", ("ValueError", "Exception"), "message", ((3, "f"),), (), 0.5),
    ("loaded", {"f": (1, ("x", "eps"), False, "")}, ("np", "f")),
    [{"a": np.zeros((0, 3)), "b": [1, 2**70, -1.5, None, True]}, ("x", Opaque("a set"))],
    [Seeded(7), Source("lambda x: x @ A", {"A": np.eye(2)})],
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes with a few of them changed, left out, doubled, or put elsewhere."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(result) + 1)
        match chance.randrange(6):
            case 0 if at < len(result):
                result[at] = chance.randrange(256)
            case 1 if at < len(result):
                result[at] ^= 1 << chance.randrange(8)
            case 2:
                del result[at : at + chance.randint(1, 9)]
            case 3:
                result[at:at] = result[at : at + chance.randint(1, 30)]
            case 4:
                result[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\x01\x00\x00\x00"))
            case _:
                result[at:at] = chance.choice(
                    (b"l\x01\x00\x00\x00", b"d\xff\x00\x00\x00", b"a\x0b\x02", b"S", b"I\x00\x01\x00\x00")
                )
    return bytes(result)


def test_mutated_bytes_give_a_value_or_a_wire_error() -> None:
    chance = random.Random(20240601)
    frames = [wire.frame(wire.ANSWER, bytes(range(16)), wire.encode(value)) for value in SEEDS]
    refused = read = 0
    for number in range(MUTANTS):
        data = mutated(frames[number % len(frames)], chance)
        try:
            _, _, length = wire.header(data[: wire.HEADER.size])
            body = data[wire.HEADER.size :]
            if length != len(body):
                raise wire.WireError("another length")
            wire.encode(wire.decode(body, code=number % 2 == 0))
            read += 1
        except wire.WireError:
            refused += 1
    assert refused + read == MUTANTS and refused > MUTANTS // 2


def test_mutated_bodies_give_a_value_or_a_wire_error() -> None:
    chance = random.Random(20240602)
    bodies = [wire.encode(value) for value in SEEDS]
    read = 0
    for number in range(MUTANTS):
        try:
            wire.encode(wire.decode(mutated(bodies[number % len(bodies)], chance)))
            read += 1
        except wire.WireError:
            continue
    assert read > MUTANTS // 100  # many mutants are values still: the reader was inside, not only at the door
