"""The command line of bubblewrap: namespaces in which nothing but Python, NumPy and the worker's own files exists."""

from __future__ import annotations

import os
import sys
from typing import Final

from grader.sandbox import early
from grader.sandbox.limits import SCRATCH_MB

SCRATCH: Final = "/jail/scratch"
_SYSTEM: Final = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache")
_OWN: Final = (
    *("grader/__init__.py", "grader/values.py", "grader/wire.py", "grader/worker"),
    *(
        f"grader/sandbox/{name}.py"
        for name in "__init__ confine landlock limits probes scratch seccomp syscalls zygote".split()
    ),
)


def find() -> str | None:
    """The path of bubblewrap, or None."""
    folders = os.environ.get("PATH", "/usr/bin:/bin").split(os.pathsep)
    candidates = (os.path.join(folder, "bwrap") for folder in folders if os.path.isabs(folder))
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def command() -> tuple[str, ...]:
    """Bubblewrap and its options, to put before a worker's command line; OSError if it is not installed."""
    bwrap = find()
    if bwrap is None:
        raise OSError("bubblewrap is not installed (the package is called bubblewrap)")
    options = [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--disable-userns", "--new-session", "--cap-drop", "ALL", "--as-pid-1"),
        *("--proc", "/proc", "--dev", "/dev"),
    ]
    for path in (*_SYSTEM, *_python_folders()):
        options += ["--ro-bind-try", path, path]
    for name in _OWN:
        path = os.path.join(early.grader_root(), *name.split("/"))
        options += ["--ro-bind", path, path]
    options += ["--size", str(SCRATCH_MB << 20), "--tmpfs", os.path.dirname(SCRATCH)]
    options += ["--remount-ro", "/", "--chdir", "/"]
    return (bwrap, *options, "--")


def _python_folders() -> list[str]:
    """The interpreter, its standard library and NumPy, without what else is installed beside them."""
    numpy = os.path.join(early.numpy_root(), "numpy")
    standard = os.path.dirname(os.path.realpath(os.__file__))
    libraries = os.path.join(sys.base_prefix, "lib")
    shared = [os.path.join(libraries, name) for name in os.listdir(libraries) if ".so" in name]
    inside = [os.path.join(standard, name) for name in os.listdir(standard) if not name.endswith("-packages")]
    chain = [sys.executable, os.path.realpath(sys.executable)]
    wanted = [*chain, os.path.join(sys.prefix, "pyvenv.cfg"), *shared, *inside, numpy, numpy + ".libs"]
    return [path for path in wanted if not path.startswith(tuple(f"{folder}/" for folder in _SYSTEM))]
