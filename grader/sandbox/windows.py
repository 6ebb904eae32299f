"""Workers on Windows: a process in a job object, which limits its memory and ends its children with it."""

from __future__ import annotations

import ctypes
import msvcrt
import os
import subprocess
from typing import Any, Final

from grader.sandbox.limits import Limits
from grader.sandbox.workers import DYING_SECONDS, Pipes, SandboxError

_KILL_ON_CLOSE, _ACTIVE_PROCESSES, _PROCESS_MEMORY = 0x2000, 0x8, 0x100
_DIE_ON_ERROR: Final = 0x400  # no dialogue that waits for somebody to click
_EXTENDED_LIMITS: Final = 9
_CRASHED: Final = 0xC0000000  # exit codes from here on are exceptions of the system
_NEW_GROUP_WITHOUT_WINDOW: Final = 0x00000200 | 0x08000000


class _Basic(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_set", ctypes.c_size_t),
        ("maximum_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _Extended(ctypes.Structure):
    _fields_ = (
        ("basic", _Basic),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process", ctypes.c_size_t),
        ("peak_job", ctypes.c_size_t),
    )


class WindowsProcess:
    """A process and its job."""

    def __init__(self, process: subprocess.Popen[bytes], job: int) -> None:
        self.process = process
        self.job = job

    def ask_where(self) -> None:
        """Nothing: the worker writes its stack by itself when its time is over."""

    def memory(self) -> int:
        """0: the job limits the memory."""
        return 0

    def kill(self) -> None:
        """Kill it with its children."""
        if self.job:
            _kernel().TerminateJobObject(self.job, 1)
        self.process.kill()

    def end(self, dying: bool) -> str:
        """How it ended by itself, or "" if it was killed."""
        words = ""
        try:
            code = self.process.wait(DYING_SECONDS if dying else 0)
            words = f"it crashed (code {code:#x})" if code >= _CRASHED else f"it ended the process (exit status {code})"
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
        if self.job:
            _kernel().CloseHandle(self.job)
        return words


def start(argv: list[str], environment: dict[str, str], limits: Limits | None) -> tuple[WindowsProcess, Pipes]:
    """A process with three pipes, in a job if there are limits.

    It waits for its first question, so no student code runs before it is in the job.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            bufsize=0,
            creationflags=_NEW_GROUP_WITHOUT_WINDOW,
        )
    except OSError as error:
        raise SandboxError(f"a worker could not be started: {error}") from error
    job = 0 if limits is None else _job(limits, int(process._handle))  # type: ignore[attr-defined]
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    ends = [os.dup(stream.fileno()) for stream in (process.stdout, process.stdin, process.stderr)]
    for stream in (process.stdout, process.stdin, process.stderr):
        stream.close()
    for descriptor in ends:
        msvcrt.setmode(descriptor, os.O_BINARY)  # type: ignore[attr-defined]
    return WindowsProcess(process, job), Pipes(*ends)


def _job(limits: Limits, process: int) -> int:
    """The handle of a job with limits that a process has been put into; SandboxError if Windows refuses."""
    kernel = _kernel()
    job = kernel.CreateJobObjectW(None, None)
    wanted = _Extended()
    wanted.basic.flags = _KILL_ON_CLOSE | _ACTIVE_PROCESSES | _PROCESS_MEMORY | _DIE_ON_ERROR
    wanted.basic.active_processes = 1
    wanted.process_memory = limits.memory_mb << 20
    done = kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(wanted), ctypes.sizeof(wanted))
    if not done or not kernel.AssignProcessToJobObject(job, process):
        raise SandboxError(f"the worker could not be put into a job object (error {ctypes.GetLastError()})")  # type: ignore[attr-defined]
    return int(job)


def _kernel() -> Any:
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel.CreateJobObjectW.restype = ctypes.c_void_p
    for name in ("SetInformationJobObject", "AssignProcessToJobObject", "TerminateJobObject", "CloseHandle"):
        function = getattr(kernel, name)
        function.argtypes = {
            "SetInformationJobObject": (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32),
            "AssignProcessToJobObject": (ctypes.c_void_p, ctypes.c_void_p),
            "TerminateJobObject": (ctypes.c_void_p, ctypes.c_uint32),
            "CloseHandle": (ctypes.c_void_p,),
        }[name]
    return kernel
