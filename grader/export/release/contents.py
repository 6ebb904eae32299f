"""Everything that a file or folder holds, as parts: members of archives, what is compressed or encoded, git objects, cells.

A part that cannot be opened (a password, a limit, a missing program) says so in `problem`: what nobody can look into,
nobody can vouch for.
"""

from __future__ import annotations

import ast
import base64
import binascii
import bz2
import io
import json
import lzma
import os
import re
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MAX_DEPTH: Final = 8  # archives in archives
MAX_BYTES: Final = 256 << 20  # of one part once it is open; a release has 8 MB in all

_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]{40,}={0,2}\s{0,8})+")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){40,}")
_SEALED = re.compile(rb"dlmath-plan [^\n]{1,60}\n")
_LOCKED: Final = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"\x28\xb5\x2f\xfd": "zstd"}
_LONG_TEXT: Final = 60  # characters of a constant that may be something encoded


@dataclass(frozen=True)
class Part:
    """Some bytes and the path to them: `course.zip!exercises/a.py!base64`."""

    path: str
    data: bytes
    problem: str = ""

    def inside(self, name: str, data: bytes) -> Part:
        """A part of this one."""
        return Part(f"{self.path}!{name}", data)


class Unopened(Exception):
    """A part that cannot be looked into, with the reason."""


def members(path: Path) -> dict[str, bytes]:
    """The files of a folder, of a zip file or wheel, or of a tar file without its top folder; else the file itself."""
    if path.is_dir():
        files = sorted(item for item in path.rglob("*") if item.is_symlink() or not item.is_dir())
        return {item.relative_to(path).as_posix(): _read(item) for item in files}
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        return dict(_zipped(data))
    if tarfile.is_tarfile(path):
        return {name.partition("/")[2] or name: inner for name, inner in _tarred(_unpacked(data))}
    return {path.name: data}


def _read(path: Path) -> bytes:
    """The bytes of a file; of a link that leads nowhere or to a folder, where it leads."""
    return path.read_bytes() if path.is_file() else os.fsencode(os.readlink(path))


def _unpacked(data: bytes) -> bytes:
    opener = _compression(data)
    return opener(data) if opener else data


def parts(part: Part, depth: int = 0) -> Iterator[Part]:
    """A part, then everything in it."""
    yield part
    if depth == MAX_DEPTH:
        yield Part(part.path, b"", f"nested more than {MAX_DEPTH} deep")
        return
    try:
        for inner in _inner(part):
            yield from parts(inner, depth + 1)
    except Unopened as error:
        yield Part(part.path, b"", str(error))


def _inner(part: Part) -> Iterator[Part]:
    data = part.data
    for magic, name in _LOCKED.items():
        if data.startswith(magic):
            raise Unopened(f"{name} archives cannot be looked into")
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from (part.inside(name, inner) for name, inner in _zipped(data))
    elif data[257:262] == b"ustar":
        yield from (part.inside(name, inner) for name, inner in _tarred(data))
    elif (opener := _compression(data)) is not None:
        yield part.inside("unpacked", opener(data))
    elif sealed := _SEALED.match(data):
        yield part.inside("plan", _inflated(data[sealed.end() + 32 :]))
    elif data.startswith(b"PACK") or data.startswith(b"# v2 git bundle") or data.startswith(b"# v3 git bundle"):
        yield from _git_objects(part)
    else:
        yield from _encoded(part)


# --- archives and compression ----------------------------------------------------------------------------------------


def _zipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.file_size > MAX_BYTES:
                    raise Unopened(f"{info.filename} is larger than {MAX_BYTES >> 20} MiB")
                if not info.is_dir():
                    yield info.filename, archive.read(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise Unopened(f"a zip file that cannot be read: {error}") from error


def _tarred(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for info in archive:
                file = archive.extractfile(info) if info.isfile() else None
                if file is not None:
                    yield info.name, file.read()
                elif not info.isdir():
                    yield info.name, info.linkname.encode()
    except (tarfile.TarError, EOFError, KeyError) as error:
        raise Unopened(f"a tar file that cannot be read: {error}") from error


def _compression(data: bytes) -> Callable[[bytes], bytes] | None:
    """What undoes the compression that data begin with, if they do."""
    if data.startswith(b"\x1f\x8b"):
        return lambda packed: _inflated(packed, 31)
    if data.startswith(b"BZh"):
        return lambda packed: _limited(bz2.BZ2Decompressor().decompress, packed)
    if data.startswith(b"\xfd7zXZ") or data.startswith(b"\x5d\x00\x00"):
        return lambda packed: _limited(lzma.LZMADecompressor().decompress, packed)
    if data[:1] == b"\x78" and len(data) > 8 and int.from_bytes(data[:2], "big") % 31 == 0:
        return _inflated
    return None


def _inflated(data: bytes, bits: int = 15) -> bytes:
    return _limited(zlib.decompressobj(bits).decompress, data)


def _limited(decompress: Callable[[bytes, int], bytes], data: bytes) -> bytes:
    try:
        found = decompress(data, MAX_BYTES)
    except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
        return b""  # it only began like compressed data; as it stands it is searched all the same
    if len(found) == MAX_BYTES:
        raise Unopened(f"it unpacks to more than {MAX_BYTES >> 20} MiB")
    return found


# --- git ---------------------------------------------------------------------------------------------------------


def _git_objects(part: Part) -> Iterator[Part]:
    """The objects of a pack or bundle, unpacked by git itself in a repository of their own."""
    pack = part.data[part.data.find(b"\n\nPACK") + 2 :] if part.data.startswith(b"#") else part.data
    with tempfile.TemporaryDirectory() as folder:
        try:
            _git(folder, ["init", "-q", "--bare"])
            _git(folder, ["unpack-objects", "-q"], pack)
            listing = _git(folder, ["cat-file", "--batch-all-objects", "--batch"])
        except FileNotFoundError as error:
            raise Unopened("git objects, and git is not installed to look into them") from error
        except (subprocess.SubprocessError, OSError) as error:
            raise Unopened("git objects that git cannot unpack") from error
    yield from (part.inside(f"git {name}", data) for name, data in _batch(listing))


def _git(folder: str, words: list[str], given: bytes = b"") -> bytes:
    environment = {**os.environ, "GIT_DIR": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(["git", *words], cwd=folder, env=environment, input=given, capture_output=True, check=True)
    return done.stdout


def _batch(listing: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents from the output of `git cat-file --batch`."""
    start = 0
    while start < len(listing):
        end = listing.index(b"\n", start)
        name, kind, size = listing[start:end].decode().split()
        yield f"{kind} {name[:12]}", listing[end + 1 : end + 1 + int(size)]
        start = end + 2 + int(size)


# --- encodings and documents -----------------------------------------------------------------------------------------


def _encoded(part: Part) -> Iterator[Part]:
    data = part.data
    for found in _BASE64.finditer(data):
        letters = b"".join(found[0].split()).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):  # a run may begin in the middle of a group of four
            decoded = _base64(letters[start:])
            if _telling(decoded):
                yield part.inside("base64", decoded)
    for found in _HEX.finditer(data):
        digits = b"".join(found[0].split())
        decoded = binascii.unhexlify(digits[: len(digits) // 2 * 2])
        if _telling(decoded):
            yield part.inside("hex", decoded)
    if wide := _wide(data):
        yield part.inside("utf-16", wide)
    if data[:1] in (b"{", b"["):
        yield from _document(part)
    elif b"'" in data or b'"' in data:
        yield from _constants(part)


def _base64(letters: bytes) -> bytes:
    try:
        return base64.b64decode(letters[: len(letters) // 4 * 4])
    except binascii.Error:
        return b""


def _telling(data: bytes) -> bool:
    """Whether decoded bytes are something (text, an archive, byte code) and not a run of letters taken for a code."""
    if len(data) < 24:
        return False
    if zipfile.is_zipfile(io.BytesIO(data)) or _compression(data) or data[257:262] == b"ustar" or data[2:4] == b"\r\n":
        return True
    head = data[:200]
    return head[:1] in b"c\xe3" or sum(32 <= byte < 127 or byte in b"\n\r\t" for byte in head) > 0.95 * len(head)


def _wide(data: bytes) -> bytes:
    """Text in UTF-16, as UTF-8; empty if the data are none."""
    head = data[:400]
    for order, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(head) > 40 and zeros.count(0) > 0.7 * len(zeros):
            return data.decode(order, "ignore").encode("utf-8", "ignore")
    return b""


def _document(part: Part) -> Iterator[Part]:
    """The cells of a notebook, and all texts of any JSON document."""
    try:
        document = json.loads(part.data)
    except (ValueError, RecursionError):
        return
    cells = document.get("cells", []) if isinstance(document, dict) else []
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        yield part.inside(f"cell {number}", _joined(source).encode("utf-8", "replace"))
    yield part.inside("texts", "\n".join(_texts(document)).encode("utf-8", "replace"))


def _joined(source: Any) -> str:
    """A cell's source as Python: lines that are commands of the notebook are comments."""
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return re.sub(r"(?m)^[ \t]*[%!]", "#", text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _constants(part: Part) -> Iterator[Part]:
    """Long constants of Python code that do not stand there as they are: joined from pieces, or written with escapes."""
    try:
        tree = ast.parse(part.data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant):
            continue
        data = node.value.encode("utf-8", "surrogatepass") if isinstance(node.value, str) else node.value
        if isinstance(data, bytes) and len(data) >= _LONG_TEXT and data not in part.data:
            yield part.inside(f"line {node.lineno}", data)
