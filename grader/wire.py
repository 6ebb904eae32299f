"""Values as bytes and back: typed, bounded in size and depth, no pickle and no JSON.

A value is a tag byte and its payload; numbers are little-endian.

    N none   T true   F false   i int64   I longer int   f float64   s str   b bytes   O opaque   G seed
    a array (dtype code, dimensions, shape, C-order data)   l list   t tuple   d dict   S source (text, bound data)

A frame is a 32-byte header (magic, kind, request id, length of the body) and a body that holds one value. Whatever the
bytes are, reading them gives a value or raises `WireError`; nothing is allocated beyond the size of the bytes.
"""

from __future__ import annotations

import math
import struct
import sys
from typing import Final

import numpy as np

from grader.values import Opaque, Seeded, Source, Value

MAX_DEPTH: Final = 24  # deeper than any value of a task; keeps the decoder off the recursion limit
MAX_DIMENSIONS: Final = 16
MAX_BODY: Final = 64 * 1024 * 1024  # bytes; the largest array of a task is a few kB

_DTYPES: Final = ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
_DTYPE: Final = tuple(np.dtype(code).newbyteorder("<") for code in _DTYPES)
_SIZE: Final = tuple(dtype.itemsize for dtype in _DTYPE)
_CODE: Final = {np.dtype(code): index for index, code in enumerate(_DTYPES)}

MAX_ITEMS: Final = 500_000  # values in one message: a value of 4 bytes can take 250 in memory
MAX_INTEGER: Final = 1025  # bytes of an integer, so that its text stays below Python's limit on digits

START, LOAD, CALL, ANSWER, MARKED = 1, 2, 3, 4, 5  # kinds of messages; MARKED is an answer whose id was printed too

HEADER: Final = struct.Struct("<4sB3x16sQ")
MAGIC: Final = b"GRD1"

_ARRAY, _TEXT, _TUPLE, _FLOAT, _INT, _LIST, _DICT = b"astfild"
_SHAPES: Final = tuple(struct.Struct(f"<{dimensions}Q") for dimensions in range(MAX_DIMENSIONS + 1))
_HEADS: Final = tuple(struct.Struct(f"<cBB{dimensions}Q") for dimensions in range(MAX_DIMENSIONS + 1))
_I64, _F64, _U32, _U64 = struct.Struct("<q"), struct.Struct("<d"), struct.Struct("<I"), struct.Struct("<Q")


class WireError(ValueError):
    """Bytes that are no value, or a value that cannot be sent."""


def encode(value: Value) -> bytes:
    """The bytes of a value; WireError for a kind that cannot be sent or a tree deeper than MAX_DEPTH."""
    parts: list[bytes] = []
    _encode(value, parts, 0)
    return b"".join(parts)


def _encode(value: Value, parts: list[bytes], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    kind = type(value)
    if kind is np.ndarray:
        _encode_array(value, parts)
    elif kind is float:
        parts.append(b"f" + _F64.pack(value))
    elif value is None:
        parts.append(b"N")
    elif kind is bool:
        parts.append(b"T" if value else b"F")
    elif kind is int:
        _encode_int(value, parts)
    elif kind is str:
        parts.append(b"s" + _sized(value.encode("utf-8", "surrogatepass")))
    elif isinstance(value, np.str_):
        parts.append(b"s" + _sized(str(value).encode("utf-8", "surrogatepass")))
    elif kind is bytes:
        parts.append(b"b" + _sized(value))
    elif kind is list or kind is tuple:
        parts.append((b"l" if kind is list else b"t") + _U32.pack(len(value)))
        for item in value:
            _encode(item, parts, depth + 1)
    elif kind is dict:
        _encode_dict(value, parts, depth)
    elif kind is Source:
        parts.append(b"S" + _sized(value.text.encode()))
        _encode(dict(value.bound), parts, depth + 1)
    elif kind is Seeded:
        parts.append(b"G" + _U64.pack(value.seed))
    elif kind is Opaque:
        parts.append(b"O" + _sized(value.description.encode("utf-8", "surrogatepass")))
    elif isinstance(value, np.generic) and not isinstance(value, bytes):
        _encode_array(np.asarray(value), parts)
    else:
        raise WireError(f"a {kind.__name__} cannot be sent")


def _sized(data: bytes) -> bytes:
    return _U32.pack(len(data)) + data


def _encode_int(value: int, parts: list[bytes]) -> None:
    if -(2**63) <= value < 2**63:
        parts.append(b"i" + _I64.pack(value))
        return
    size = (value.bit_length() + 8) // 8
    if size > MAX_INTEGER:
        raise WireError("an integer of more than 8192 bits cannot be sent")
    parts.append(b"I" + _sized(value.to_bytes(size, "little", signed=True)))


def _encode_array(array: np.ndarray, parts: list[bytes]) -> None:
    code = _CODE.get(array.dtype)
    as_sent = code is not None and sys.byteorder == "little"
    if code is None and array.dtype.kind in "iuf":
        code = _CODE.get(array.dtype.newbyteorder("="))
    if code is None:
        raise WireError(f"an array of {array.dtype} cannot be sent")
    if array.nbytes > MAX_BODY or array.ndim > MAX_DIMENSIONS:
        raise WireError(f"an array of shape {array.shape} is too large to be sent")
    data = array.tobytes() if as_sent else np.ascontiguousarray(array, dtype=_DTYPE[code]).tobytes()
    parts.append(_HEADS[array.ndim].pack(b"a", code, array.ndim, *array.shape) + data)


def _encode_dict(value: dict[str, Value], parts: list[bytes], depth: int) -> None:
    parts.append(b"d" + _U32.pack(len(value)))
    for key, item in value.items():
        if type(key) is not str:
            raise WireError("a dict with keys other than str cannot be sent")
        parts.append(_sized(key.encode("utf-8", "surrogatepass")))
        _encode(item, parts, depth + 1)


def decode(data: bytes | bytearray | memoryview, *, code: bool = True) -> Value:
    """The value of some bytes, arrays read-only; WireError unless the bytes are exactly one value.

    With `code=False` a `Source` or `Seeded` is refused: only arguments hold them, and a worker sends no arguments.
    """
    reader = _Reader(bytes(data), code)
    try:
        value = reader.value(0)
    except (struct.error, IndexError) as error:
        raise WireError("the bytes end inside a value") from error
    if reader.position != len(reader.data):
        raise WireError("bytes after the end of the value")
    return value


class _Reader:
    """A position in untrusted bytes. Where they end too early, `struct.error` or `IndexError` says so."""

    def __init__(self, data: bytes, code: bool) -> None:
        self.data = data
        self.position = 0
        self.code = code
        self.items = 1

    def take(self, size: int) -> bytes:
        start = self.position
        self.position = end = start + size
        if end > len(self.data):
            raise WireError("the bytes end inside a value")
        return self.data[start:end]

    def sized(self) -> bytes:
        (size,) = _U32.unpack_from(self.data, self.position)
        start = self.position + 4
        self.position = end = start + size
        if end > len(self.data):
            raise WireError("the bytes end inside a value")
        return self.data[start:end]

    def text(self) -> str:
        if not self.code:  # no half characters from a worker: text that nobody could print or store
            return self.sized().decode("utf-8", "backslashreplace")
        try:
            return self.sized().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise WireError("text that is not UTF-8") from error

    def count(self) -> int:
        """A number of items, each at least one byte long, so that a lie about it costs no memory."""
        number: int
        (number,) = _U32.unpack_from(self.data, self.position)
        self.position += 4
        if number > len(self.data) - self.position:
            raise WireError("more items than bytes")
        self.items += number
        if self.items > MAX_ITEMS:
            raise WireError("too many values")
        return number

    def value(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        start = self.position
        tag = self.data[start]
        self.position = start + 1
        if tag == _ARRAY:
            return self.array()
        if tag == _TEXT:
            return self.text()
        if tag == _FLOAT or tag == _INT:
            self.position = start + 9
            return (_F64 if tag == _FLOAT else _I64).unpack_from(self.data, start + 1)[0]
        if tag == _TUPLE:
            return tuple([self.value(depth + 1) for _ in range(self.count())])
        if tag == _LIST:
            return [self.value(depth + 1) for _ in range(self.count())]
        if tag == _DICT:
            return self.dict(depth)
        return self.rare(bytes([tag]), depth)

    def rare(self, tag: bytes, depth: int) -> Value:
        if tag == b"N":
            return None
        if tag in b"TF":
            return tag == b"T"
        if tag == b"b":
            return self.sized()
        if tag == b"I":
            return self.integer()
        if tag == b"O":
            return Opaque(self.text())
        if not self.code:
            raise WireError("an unknown kind of value")
        if tag == b"G":
            return Seeded(_U64.unpack(self.take(8))[0])
        if tag == b"S":
            text, bound = self.text(), self.value(depth + 1)
            if not isinstance(bound, dict):
                raise WireError("a source without its bound data")
            return Source(text, bound)
        raise WireError("an unknown kind of value")

    def integer(self) -> int:
        data = self.sized()
        if len(data) > MAX_INTEGER:
            raise WireError("an integer that is too long")
        return int.from_bytes(data, "little", signed=True)

    def dict(self, depth: int) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for _ in range(self.count()):
            key = self.text()
            if key in result:
                raise WireError("a key that occurs twice")
            result[key] = self.value(depth + 1)
        return result

    def array(self) -> np.ndarray:
        code, dimensions = self.data[self.position], self.data[self.position + 1]
        if code >= len(_DTYPE) or dimensions > MAX_DIMENSIONS:
            raise WireError("an array of an unknown kind")
        shape = _SHAPES[dimensions].unpack_from(self.data, self.position + 2)
        self.position += 2 + 8 * dimensions
        if dimensions and max(shape) > MAX_BODY:
            raise WireError("an array that is too large")
        data = self.take(math.prod(shape) * _SIZE[code])
        if code == 0 and max(data, default=0) > 1:
            raise WireError("a bool that is neither 0 nor 1")
        try:
            return np.ndarray(shape, _DTYPE[code], data)
        except ValueError as error:  # an empty array whose other sizes multiply to more than memory can address
            raise WireError("an array that is too large") from error


def frame(kind: int, request: bytes, body: bytes) -> bytes:
    """The bytes of a message about an encoded value; `request` is the 16-byte id that its answer must repeat."""
    if len(body) > MAX_BODY:
        raise WireError("a message that is too large")
    return HEADER.pack(MAGIC, kind, request, len(body)) + body


def header(data: bytes | bytearray) -> tuple[int, bytes, int]:
    """Kind, request id and length of the body, read from the first 32 bytes of a message."""
    if len(data) != HEADER.size:
        raise WireError("a header that is too short")
    magic, kind, request, length = HEADER.unpack(data)
    if magic != MAGIC or length > MAX_BODY:
        raise WireError("not a message of this protocol")
    return kind, request, length
