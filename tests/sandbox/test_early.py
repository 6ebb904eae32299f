"""The worker that is started before anything else, in whole processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import grader
from grader.sandbox import Level
from tests.sandbox.conftest import needs, reachable

SOURCE = "b'def f(x):\\n    return 2 * x\\n'"
SPIN = "b'def f(x):\\n    while True:\\n        pass\\n'"


def marked(code: str, folder: Path) -> list[str]:
    """A command line that runs code whose workers can be told from all others: their interpreter has another path."""
    link = folder.with_name(f"{folder.name}-python")
    if not link.exists():
        link.symlink_to(sys.executable)
    return [sys.executable, "-c", f"import sys; sys.executable = {str(link)!r}\n{code}"]


def run(code: str, folder: Path) -> str:
    """What a Python process prints that keeps its temporary files in a folder."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(marked(code, folder), capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def workers_of(folder: Path) -> list[int]:
    """The living worker processes of a run with this folder."""
    mark = f"{folder.name}-python".encode()
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "cmdline").read_bytes().split(b"-c\0")[0]:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                found += [int(entry.name)] if state != "Z" else []
        except OSError:
            continue
    return found


def nothing_left(folder: Path) -> bool:
    """Whether, after a moment, no process and no file of a run is left."""
    for _ in range(400):
        if not workers_of(folder) and not list(folder.iterdir()):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(autouse=True)
def on_linux() -> None:
    needs(reachable(Level.CONFINED), "Linux")


def test_starting_early_imports_next_to_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from grader.sandbox.early import start_early; start_early()\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    imported = run(code, tmp_path).split()
    heavy = {
        "numpy",
        "subprocess",
        "socket",
        "multiprocessing",
        "dataclasses",
        "typing",
        "tempfile",
        "click",
        "enum",
        "re",
    }
    assert "grader.sandbox.early" in imported and not heavy & set(imported)
    assert nothing_left(tmp_path)


def test_a_worker_that_was_started_early_is_adopted(tmp_path: Path) -> None:
    code = (
        "from grader.sandbox.early import start_early; start_early()\n"
        "from grader.sandbox import early, Sandbox, Limits\n"
        "pid = early._started.pid\n"
        "with Sandbox(Limits()) as sandbox, sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        "    print(sandbox.workers.zygote.pid == pid, early._started, session.call('f', [(None, 2.0)]).value)\n"
    )
    assert run(code, tmp_path) == "True None 4.0\n"
    assert nothing_left(tmp_path)


def test_a_sandbox_imports_no_subprocess(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom grader.sandbox import Sandbox, Limits\n"
        "with Sandbox(Limits()) as sandbox, sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        "    session.call('f', [(None, 2.0)])\n"
        "print(*({'subprocess', 'multiprocessing', 'socket', 'tempfile', 'shutil'} & set(sys.modules)))"
    )
    numpys_own = set(run("import numpy, sys; print(*sys.modules)", tmp_path).split())
    assert set(run(code, tmp_path).split()) <= numpys_own


def test_without_early_start_everything_is_the_same(tmp_path: Path) -> None:
    code = (
        "from grader.sandbox import Sandbox, Limits\n"
        "with Sandbox(Limits()) as sandbox, sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        "    print(session.call('f', [(None, 2.0)]).value)\n"
    )
    assert run(code, tmp_path) == "4.0\n"
    assert nothing_left(tmp_path)


def test_an_exception_in_the_grader_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "from grader.sandbox import Sandbox, Limits\n"
        "try:\n"
        "    with Sandbox(Limits()) as sandbox, sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        "        session.load()\n        raise RuntimeError\n"
        "except RuntimeError:\n    print('done')"
    )
    assert run(code, tmp_path) == "done\n"
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("level", [Level.SEPARATE, Level.CONFINED, Level.JAILED], ids=lambda level: level.value)
def test_a_grader_that_is_killed_takes_its_worker_with_it(tmp_path: Path, level: Level) -> None:
    needs(reachable(level), f"what the level {level.value} needs")
    code = (
        "from grader.sandbox import Level, Sandbox, Limits\n"
        f"with Sandbox(Limits(call_seconds=30), want=Level('{level.value}')) as sandbox,"
        " sandbox.session(" + SPIN + ", 'e.py', ['f']) as session:\n"
        "    session.load(); print('ready', flush=True); session.call('f', [(None, 2.0)])\n"
    )
    command, environment = marked(code, tmp_path), {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as grader:
        try:
            assert grader.stdout is not None and grader.stdout.readline() == "ready\n"
            time.sleep(0.2)
            assert workers_of(tmp_path)
        finally:
            grader.kill()
    for _ in range(400):
        if not workers_of(tmp_path):
            break
        time.sleep(0.05)
    assert not workers_of(tmp_path)
    assert level is Level.SEPARATE or nothing_left(tmp_path)  # without a zygote nobody is left to remove the folder


def test_an_interrupt_from_the_keyboard_reaches_the_grader_only(tmp_path: Path) -> None:
    code = (
        "import os, signal, threading\nfrom grader.sandbox import Sandbox, Limits\n"
        "threading.Timer(0.5, os.killpg, (0, signal.SIGINT)).start()\n"
        "try:\n"
        "    with Sandbox(Limits(call_seconds=30)) as sandbox, sandbox.session("
        + SPIN
        + ", 'e.py', ['f']) as session:\n"
        "        session.call('f', [(None, 2.0)])\n"
        "except KeyboardInterrupt:\n    print('interrupted')"
    )
    process = subprocess.Popen(
        marked(code, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    out, err = process.communicate(timeout=20)
    assert (out, err) == ("interrupted\n", "")
    assert nothing_left(tmp_path)


def test_a_zygote_that_is_killed_is_replaced(tmp_path: Path) -> None:
    code = (
        "import os, signal, time\nfrom grader.sandbox import Sandbox, Limits\n"
        "with Sandbox(Limits()) as sandbox:\n"
        "    for kill in (True, False):\n"
        "        with sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        "            session.load()\n"
        "            if kill:\n                os.kill(sandbox.workers.zygote.pid, signal.SIGKILL); time.sleep(0.3)\n"
        "            print(type(session.call('f', [(None, 2.0)])).__name__)\n"
    )
    assert re.fullmatch(r"(Died|Broken)\nReturned\n", run(code, tmp_path))
    assert not workers_of(tmp_path)


def test_a_worker_s_python_that_does_not_start_is_our_fault_and_says_why(tmp_path: Path) -> None:
    code = (
        "from grader.sandbox import early, Sandbox, SandboxError, Limits, Level\n"
        "early._BOOT = 'import sys; sys.exit(\"no such thing\")'\n"
        "for want in (Level.CONFINED, Level.JAILED, Level.SEPARATE):\n"
        "    try:\n        Sandbox(Limits(), want=want).__enter__()\n"
        "    except SandboxError as error:\n        print(error)\n"
    )
    lines = run(code, tmp_path).splitlines()
    assert len(lines) == 3 and all("no such thing" in line for line in lines)
    assert nothing_left(tmp_path)


def test_closed_standard_streams_do_no_harm(tmp_path: Path) -> None:
    result = tmp_path.with_name(f"{tmp_path.name}-result")
    code = (
        "import os; os.closerange(0, 3)\n"
        "from grader.sandbox import Level, Sandbox, Limits\n"
        "for want in (Level.CONFINED, Level.SEPARATE):\n"
        "    with Sandbox(Limits(), want=want) as sandbox, sandbox.session(" + SOURCE + ", 'e.py', ['f']) as session:\n"
        f"        open({str(result)!r}, 'a').write(str(session.call('f', [(None, 2.0)]).value))\n"
    )
    run(code, tmp_path)
    assert result.read_text() == "4.04.0"
    assert nothing_left(tmp_path)


def test_a_grader_that_is_updated_while_it_runs_says_so(tmp_path: Path) -> None:
    package = Path(grader.__file__).parent
    for part in ("__init__.py", "values.py", "verdict.py", "wire.py", "sandbox", "worker"):
        copy = shutil.copytree if (package / part).is_dir() else shutil.copy
        (tmp_path / "grader").mkdir(exist_ok=True)
        copy(package / part, tmp_path / "grader" / part)
    code = (
        "import os\nfrom grader.sandbox import Limits, Sandbox, SandboxError\nfrom grader.sandbox import workers\n"
        "os.utime(os.path.join(os.path.dirname(workers.__file__), '../worker/words.py'))\n"
        "try:\n    Sandbox(Limits()).__enter__()\nexcept SandboxError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert "the grader was updated while it ran" in done.stdout, done.stderr


def test_a_worker_that_is_started_early_imports_on_another_processor_until_it_is_adopted(tmp_path: Path) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("there is one processor only")
    code = (
        "import os\nfrom grader.sandbox import early\nbefore = os.sched_getaffinity(0)\nearly.start_early()\n"
        "ours, theirs = os.sched_getaffinity(0), os.sched_getaffinity(early._started.pid)\n"
        "print(len(ours) == 1, not ours & theirs, ours | theirs == before)\n"
        "from grader.sandbox import Limits, Sandbox\n"
        "with Sandbox(Limits()) as sandbox:\n"
        "    print(os.sched_getaffinity(0) == os.sched_getaffinity(sandbox.workers.zygote.pid) == before)\n"
    )
    assert run(code, tmp_path) == "True True True\nTrue\n"
