"""Landlock: the folders that the worker may read, and the one it may write."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from typing import Final

# system call numbers, the same on every machine
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

READ: Final = _READ_FILE | _READ_DIR  # loading a library is reading; nothing is ever executed
LIST: Final = _READ_DIR
# no execution, no links, no devices, sockets or fifos
SCRATCH: Final = (
    _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _REFER
)
DEVICE: Final = _READ_FILE | _WRITE_FILE

# access rights that a version of the interface knows: 1 has 13, 2 adds refer, 3 truncate, 5 ioctl on devices
_KNOWN: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FROM_5 = (1 << 16) - 1
_NETWORK = 0b11  # bind and connect of TCP, from version 4
_SCOPES = 0b11  # abstract sockets and signals, from version 6


def version(libc: ctypes.CDLL) -> int:
    """The version of the kernel's interface; 0 where there is none."""
    return max(0, int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint(1))))


def ruleset(libc: ctypes.CDLL, rules: Iterable[tuple[str, int]]) -> int:
    """A descriptor of the rules (path, rights); paths that do not exist are left out. OSError without Landlock."""
    abi = version(libc)
    if not abi:
        raise OSError(ctypes.get_errno(), "the kernel has no Landlock")
    known = _KNOWN.get(abi, _FROM_5)
    attributes = struct.pack("<QQQ", known, _NETWORK if abi >= 4 else 0, _SCOPES if abi >= 6 else 0)
    descriptor = int(libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "Landlock refused the set of rules")
    for path, rights in rules:
        _add(libc, descriptor, path, rights & known)
    return descriptor


def _add(libc: ctypes.CDLL, descriptor: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= _FILE_RIGHTS
        if not rights:
            return
        rule = struct.pack("<Qi", rights, place)
        if libc.syscall(_ADD_RULE, ctypes.c_int(descriptor), ctypes.c_int(1), rule, ctypes.c_uint(0)):
            raise OSError(ctypes.get_errno(), f"Landlock refused the rule for {path}")
    finally:
        os.close(place)


def restrict(libc: ctypes.CDLL, descriptor: int) -> None:
    """Confine this process, which has set no_new_privs, to the rules; OSError where the kernel refuses."""
    if libc.syscall(_RESTRICT, ctypes.c_int(descriptor), ctypes.c_uint(0)):
        raise OSError(ctypes.get_errno(), "Landlock refused to confine the process")
