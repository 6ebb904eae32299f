"""What confined code cannot do, tried by student code in the real sandbox: one probe a row."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox import Level, Sandbox
from grader.verdict import Raised, Returned
from tests.sandbox.conftest import LIMITS, OUTSIDE, needs, reachable

ESCAPE = OUTSIDE.with_name(f"grade-escape-{os.getpid()}")
REFUSED = ("PermissionError", "FileNotFoundError", "MemoryError", "OSError")

# each body is tried by `f(parent, port)`, where parent is the grader's pid; what must not work raises one of REFUSED
FORBIDDEN = {
    "read a file that everybody may read": f"open('{OUTSIDE}/answers.txt').read()",
    "read the grader's own code": f"open({str(Path(__file__).resolve())!r}).read()",
    "list the home folder": "os.listdir('/root'); os.listdir('/home')",
    "list the root of the disk": "os.listdir('/')",
    "read the password file": "open('/etc/passwd').read()",
    "write to the folder of temporary files": f"open('{ESCAPE}', 'w')",
    "write to shared memory": f"open('/dev/shm/{ESCAPE.name}', 'w')",
    "write outside": f"open('{OUTSIDE}/written', 'w')",
    "change a mode outside": f"os.chmod('{OUTSIDE}/answers.txt', 0o600)",
    "change an owner outside": f"os.chown('{OUTSIDE}/answers.txt', os.getuid(), os.getgid())",
    "change times outside": f"os.utime('{OUTSIDE}/answers.txt', (1, 1))",
    "rename outside": f"os.rename('{OUTSIDE}/answers.txt', '{OUTSIDE}/other.txt')",
    "remove outside": f"os.unlink('{OUTSIDE}/answers.txt')",
    "make a link": f"os.symlink('{OUTSIDE}/answers.txt', 'link')",
    "make a device": "os.mknod('device', 0o600)",
    "leave by a folder above": "open('../../' * 20 + 'etc/passwd')",
    "connect by TCP": "socket.create_connection(('127.0.0.1', port), 1)",
    "send by UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', port))",
    "listen": "socket.create_server(('127.0.0.1', 0))",
    "make a pair of sockets": "socket.socketpair()",
    "fork": "[os._exit(0) if os.fork() == 0 else None for _ in range(60)]",
    "start a program": "os.posix_spawn('/bin/true', ['true'], {})",
    "become a program": "os.execv('/bin/true', ['true'])",
    "read the parent's environment": "open(f'/proc/{os.getppid()}/environ').read()",
    "read the grader's environment": "open(f'/proc/{parent}/environ').read()",
    "read the grader's memory": "open(f'/proc/{parent}/mem', 'rb').read(1)",
    "read the grader's command line": "open(f'/proc/{parent}/cmdline').read()",
    "look at the grader's descriptors": "os.listdir(f'/proc/{parent}/fd')",
    "trace the parent": "check(libc.ptrace(16, os.getppid(), None, None))",
    "signal the parent": "os.kill(os.getppid(), 0)",
    "signal the grader": "os.kill(parent, 0)",
    "signal its group": "os.killpg(os.getpgid(os.getppid()), 0)",
    "signal by a descriptor": "fcntl.fcntl(os.pipe()[0], 8, os.getppid())",
    "use 3 GiB of memory": "np.ones(3 << 27)",
    "write a file of 64 MiB": "open('large', 'wb').write(bytes(64 << 20))",
    "open 2000 files": "[os.open('/dev/null', os.O_RDONLY) for _ in range(2000)]",
    "set up io_uring": "check(libc.syscall(425, 1, None))",
    "make namespaces": "check(libc.unshare(0x10000000))",
    "add a key": "check(libc.syscall(248 if x86 else 217, b'user', b'name', b'value', 5, -3))",
    "make a memory file": "os.memfd_create('x')",
    "mount": "check(libc.mount(b'none', b'.', b'tmpfs', 0, None))",
    "raise its limits": "check(libc.syscall(302 if x86 else 261, 0, 9, np.array([-1, -1]).ctypes.data, None))",
    "make shared memory": "check(libc.shmget(0, 4096, 0o1600))",
    "be traced again": "check(libc.prctl(4, 1, 0, 0, 0))",
}

ALLOWED = {
    "linear algebra": "np.linalg.svd(np.eye(500) + np.ones((500, 500)))",
    "a product": "np.ones((500, 500)) @ np.ones((500, 500))",
    "fourier transforms, einsum and random numbers": "np.fft.fft(np.einsum('ij->i', np.random.default_rng(0).normal(size=(8, 8))))",
    "files of its own": "np.save('a.npy', np.ones(3)); np.load('a.npy', mmap_mode='r').sum(); os.remove('a.npy')",
    "temporary files": "tempfile.TemporaryDirectory().cleanup()",
    "threads": "[t.start() or t.join() for t in [threading.Thread(target=print) for _ in range(8)]]",
    "a pool of threads": "list(concurrent.futures.ThreadPoolExecutor(4).map(abs, range(8)))",
    "the time": "time.sleep(0.001); time.localtime(); time.process_time()",
    "a subfolder": "os.makedirs('a/b'); os.rename('a/b', 'c'); os.rmdir('c'); os.rmdir('a')",
    "the standard library": "[__import__(name) for name in 'csv sqlite3 decimal fractions heapq bisect lzma hashlib uuid'.split()]",
    "code that is compiled": "eval(compile('1 + 1', 'x', 'eval'))",
}

SOURCE = """
import concurrent.futures, ctypes, fcntl, os, socket, tempfile, threading, time
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
x86 = os.uname().machine == "x86_64"
def check(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
def f(parent, port):
    {}
    return "it worked"
"""


@pytest.fixture(scope="module", params=[Level.CONFINED, Level.JAILED], ids=lambda level: level.value)
def confined(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    needs(reachable(request.param), f"what the level {request.param.value} needs")
    with Sandbox(LIMITS, want=request.param) as sandbox:
        assert sandbox.level is request.param, [probe for probe in sandbox.probes if not probe.ok]
        yield sandbox


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_confined_code_cannot(confined: Sandbox, name: str, port: int, outside: Path) -> None:
    with confined.session(SOURCE.format(FORBIDDEN[name]).encode(), "e.py", ["f"]) as session:
        outcome = session.call("f", [(None, os.getpid()), (None, port)], repeat=False)
    assert isinstance(outcome, Raised), f"{name}: {outcome}"
    assert set(outcome.types) & set(REFUSED), f"{name}: {outcome.types[0]}: {outcome.message}"
    assert not ESCAPE.exists() and not Path("/dev/shm", ESCAPE.name).exists()


@pytest.mark.parametrize("name", ALLOWED)
def test_confined_code_can_still_use(confined: Sandbox, name: str) -> None:
    with confined.session(SOURCE.format(ALLOWED[name]).encode(), "e.py", ["f"]) as session:
        outcome = session.call("f", [(None, 0), (None, 0)], repeat=False)
    assert isinstance(outcome, Returned) and outcome.value == "it worked", f"{name}: {outcome}"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these attempts")
def test_every_attempt_works_where_nothing_is_confined(port: int, outside: Path) -> None:
    """Probes that fail everywhere would prove nothing: most of these work in the same process at a lower level."""
    harmless = (
        "read a file that everybody may read",
        "list the root of the disk",
        "connect by TCP",
        "make a link",
        "fork",
    )
    harmless += ("read the grader's own code", "signal the parent", "make a memory file", "start a program")
    with Sandbox(LIMITS, want=Level.SEPARATE) as sandbox:
        for name in harmless:
            with sandbox.session(SOURCE.format(FORBIDDEN[name]).encode(), "e.py", ["f"]) as session:
                outcome = session.call("f", [(None, os.getpid()), (None, port)], repeat=False)
            assert isinstance(outcome, Returned), f"{name}: {outcome}"


def test_numpy_computes_the_same_inside(confined: Sandbox) -> None:
    source = b"import numpy as np\ndef f(seed):\n    a = np.random.default_rng(seed).normal(size=(20, 20))\n    return np.linalg.inv(a)\n"
    with confined.session(source, "e.py", ["f"]) as session:
        outcome = session.call("f", [(None, 3)])
    assert isinstance(outcome, Returned)
    np.testing.assert_allclose(outcome.value, np.linalg.inv(np.random.default_rng(3).normal(size=(20, 20))), rtol=1e-9)
