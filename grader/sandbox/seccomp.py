"""The filter of system calls: an allow-list as a BPF program, installed in the worker as its last step.

A call that is not on the list fails with EPERM, so that it becomes a Python exception; a call by another machine's
convention (32-bit code on a 64-bit kernel) kills the process.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Final

from grader.sandbox import syscalls

_LOAD, _JEQ, _JGT, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x45, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data; both machines are little-endian
_AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x00010000
_TCGETS, _FIOCLEX = 0x5401, 0x5451
_FCNTL_COMMANDS: Final = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_OWN_PID: Final = 0x7FFFFFFF  # stands for the id of the process that installs the filter; no process has it
_SET_SECCOMP, _FILTER_MODE = 22, 2  # prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)

Instruction = tuple[int, int, int, int]


def program(machine: str) -> bytes:
    """The filter, for `install`, which puts the process's own id into it; KeyError for a machine without a list."""
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JEQ, 1, 0, _AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_JGE, 0, 1, _X32_BIT), _fail(errno.ENOSYS)]
    for name, number in syscalls.conditional(machine).items():
        rule = _rule(name)
        code += [(_JEQ, 0, len(rule), number), *rule]
    # in rising order, so that the kernel, which tries every number once, soon finds a range that ends above it
    for low, high in _ranges(sorted(syscalls.allowed(machine).values())):
        code += [(_JGT, 2, 0, high), (_JGE, 0, 1, low), (_RETURN, 0, 0, _ALLOW)]
    code.append(_fail(errno.EPERM))
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in code)


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """The runs of consecutive numbers in a sorted list, each as its first and last."""
    starts = [number for number in numbers if number - 1 not in set(numbers)]
    ends = [number for number in numbers if number + 1 not in set(numbers)]
    return list(zip(starts, ends, strict=True))


def _fail(number: int) -> Instruction:
    return (_RETURN, 0, 0, _ERRNO | number)


def _low(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument)


def _high(argument: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + 4)


def _rule(name: str) -> list[Instruction]:
    """The end of the program for a call that depends on its arguments."""
    allow = (_RETURN, 0, 0, _ALLOW)
    if name == "clone":  # threads, no processes
        return [_low(0), (_JSET, 0, 1, _CLONE_THREAD), allow, _fail(errno.EPERM)]
    if name == "clone3":  # its flags are behind a pointer, which a filter cannot follow; libc then uses clone
        return [_fail(errno.ENOSYS)]
    if name == "tgkill":
        return [_low(0), (_JEQ, 0, 1, _OWN_PID), allow, _fail(errno.EPERM)]
    if name == "prlimit64":  # reading only: the pointer to new limits is null
        return [_low(2), (_JEQ, 0, 3, 0), _high(2), (_JEQ, 0, 1, 0), allow, _fail(errno.EPERM)]
    if name == "ioctl":  # what open() asks of a file; no terminal can be typed into
        return [_low(1), (_JEQ, 1, 0, _TCGETS), (_JEQ, 0, 1, _FIOCLEX), allow, _fail(errno.ENOTTY)]
    if name == "fcntl":  # F_SETOWN and F_SETSIG would send any signal to any process, locks outlive nothing good
        tests: list[Instruction] = []
        for command in _FCNTL_COMMANDS:
            tests += [(_JEQ, 0, 1, command), allow]
        return [_low(1), *tests, _fail(errno.EPERM)]
    raise KeyError(name)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install(libc: ctypes.CDLL, code: bytes) -> None:
    """Confine this process, which has set no_new_privs, to a filter; OSError where the kernel refuses."""
    own = code.replace(_OWN_PID.to_bytes(4, "little"), os.getpid().to_bytes(4, "little"))
    header = _Program(len(own) // 8, own)
    if libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER_MODE), ctypes.byref(header), 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
