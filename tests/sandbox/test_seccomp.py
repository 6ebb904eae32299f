"""The filter of system calls, run by an interpreter of its own: for machines that this one is not, too."""

from __future__ import annotations

import errno
import struct

import pytest

from grader.sandbox import seccomp, syscalls

ALLOW, KILL = "allow", "kill"
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PID = 4321

# numbers of calls that must never be allowed, from the kernel's tables
FORBIDDEN = {
    "x86_64": {
        "socket": 41, "connect": 42, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "tkill": 200, "ptrace": 101,
        "chmod": 90, "chown": 92, "symlink": 88, "link": 86, "mknod": 133, "mount": 165, "prctl": 157, "setrlimit": 160,
        "shmget": 29, "utime": 132, "setxattr": 188, "unshare": 272, "keyctl": 250, "process_vm_readv": 310,
        "memfd_create": 319, "bpf": 321, "execveat": 322, "userfaultfd": 323, "io_uring_setup": 425, "pidfd_open": 434,
        "rt_sigqueueinfo": 129, "truncate": 76, "flock": 73, "setpriority": 141, "sched_setaffinity": 203, "personality": 135,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "execve": 221, "kill": 129, "tkill": 130, "ptrace": 117, "fchmodat": 53,
        "fchownat": 54, "symlinkat": 36, "linkat": 37, "mknodat": 33, "mount": 40, "prctl": 167, "setrlimit": 164,
        "shmget": 194, "utimensat": 88, "setxattr": 5, "unshare": 97, "keyctl": 219, "process_vm_readv": 270,
        "memfd_create": 279, "bpf": 280, "execveat": 281, "userfaultfd": 282, "io_uring_setup": 425, "pidfd_open": 434,
        "rt_sigqueueinfo": 138, "truncate": 45, "flock": 32, "setpriority": 140, "sched_setaffinity": 122, "personality": 92,
    },
}  # fmt: skip


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> str | int:
    """What the filter says to a call: allow, kill, or the number of an error."""
    data = struct.pack(
        "<iIQ6Q", number & 0x7FFFFFFF, architecture or ARCHITECTURE[machine], 0, *(arguments + (0,) * 6)[:6]
    )
    code = seccomp.program(machine).replace(struct.pack("<I", seccomp._OWN_PID), struct.pack("<I", PID))
    program = list(struct.iter_unpack("<HBBI", code))
    at = accumulator = 0
    while True:
        operation, yes, no, operand = program[at]
        at += 1
        if operation == 0x20:
            accumulator = struct.unpack_from("<I", data, operand)[0]
        elif operation == 0x06:
            action, value = operand & 0xFFFF0000, operand & 0xFFFF
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(action, value)
        else:
            holds = {
                0x15: accumulator == operand,
                0x25: accumulator > operand,
                0x35: accumulator >= operand,
                0x45: accumulator & operand,
            }
            at += yes if holds[operation] else no


@pytest.fixture(params=["x86_64", "aarch64"])
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_exactly_the_listed_calls_are_allowed(machine: str) -> None:
    allowed = set(syscalls.allowed(machine).values())
    conditional = set(syscalls.conditional(machine).values())
    for number in range(600):
        if number not in conditional:
            assert verdict(machine, number) == (ALLOW if number in allowed else errno.EPERM), number


def test_what_must_never_be_allowed_is_not(machine: str) -> None:
    for name, number in FORBIDDEN[machine].items():
        assert verdict(machine, number) == errno.EPERM, name


def test_another_architecture_is_killed(machine: str) -> None:
    other = ARCHITECTURE["aarch64" if machine == "x86_64" else "x86_64"]
    for architecture in (other, 0x40000003, 0x40000028):
        assert verdict(machine, 0, architecture=architecture) == KILL


def test_calls_with_the_x32_bit_do_not_exist() -> None:
    for number in (0, 2, 59):
        assert verdict("x86_64", 0x40000000 + number) == errno.ENOSYS


def test_clone_makes_threads_and_no_processes(machine: str) -> None:
    clone = syscalls.conditional(machine)["clone"]
    assert verdict(machine, clone, 0x003D0F00) == ALLOW  # what libc asks for a thread
    assert verdict(machine, clone, 0x01200011) == errno.EPERM  # what it asks for a fork
    assert verdict(machine, syscalls.conditional(machine)["clone3"]) == errno.ENOSYS


def test_a_process_may_signal_itself_only(machine: str) -> None:
    tgkill = syscalls.conditional(machine)["tgkill"]
    assert verdict(machine, tgkill, PID, 1, 6) == ALLOW
    assert verdict(machine, tgkill, PID + 1, 1, 6) == errno.EPERM


def test_limits_are_read_and_never_set(machine: str) -> None:
    prlimit = syscalls.conditional(machine)["prlimit64"]
    assert verdict(machine, prlimit, 0, 9, 0, 1234) == ALLOW
    assert verdict(machine, prlimit, 0, 9, 1234, 0) == errno.EPERM
    assert verdict(machine, prlimit, 0, 9, 1 << 40, 0) == errno.EPERM  # a pointer whose lower half is zero


def test_two_requests_of_ioctl_are_allowed(machine: str) -> None:
    ioctl = syscalls.conditional(machine)["ioctl"]
    assert [verdict(machine, ioctl, 0, request) for request in (0x5401, 0x5451)] == [ALLOW, ALLOW]
    assert [verdict(machine, ioctl, 0, request) for request in (0x5412, 0x5413)] == [errno.ENOTTY] * 2


def test_fcntl_neither_locks_nor_signals(machine: str) -> None:
    fcntl = syscalls.conditional(machine)["fcntl"]
    assert {command for command in range(1100) if verdict(machine, fcntl, 3, command) == ALLOW} == {0, 1, 2, 3, 4, 1030}


def test_a_machine_without_a_list_has_no_filter() -> None:
    with pytest.raises(KeyError):
        seccomp.program("riscv64")
