"""How long `grade watch` takes from a save to the verdict: `python benchmarks/bench_watch.py`.

A file is saved in the three ways in which editors save, between two versions that differ in one function; the clock runs
from the end of the save until the verdict is read from the pipe. Beside it, the same function graded by a new process.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.submission_of import submission_of  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", "20"))
LIMIT_MS = 60.0
NAME = "exercise17_batchnorm.py"
WATCH = "import sys; from grader.cli.watch import watch; sys.exit(watch.main(['exercise17'], standalone_mode=False))"


def in_place(path: Path, data: bytes) -> None:
    """As an editor that writes over the file."""
    with path.open("r+b") as file:
        file.truncate()
        file.write(data)


def by_rename(path: Path, data: bytes) -> None:
    """As vim, PyCharm and most others: a new file takes the name."""
    part = path.with_suffix(".tmp")
    part.write_bytes(data)
    os.replace(part, path)


def by_backup(path: Path, data: bytes) -> None:
    """As an editor that first moves the old file away."""
    os.replace(path, path.with_suffix(".bak"))
    path.write_bytes(data)


WAYS: dict[str, Callable[[Path, bytes], None]] = {"in place": in_place, "rename": by_rename, "backup": by_backup}


def course(folder: Path) -> Path:
    """A course with one finished exercise; its file."""
    for part in ("exercises", "solutions"):
        (folder / part).mkdir()
    shutil.copy(ROOT / "solutions" / NAME, folder / "solutions" / NAME)
    path = folder / "exercises" / NAME
    path.write_bytes(submission_of(folder / "solutions" / NAME, folder / "exercises" / NAME))
    return path


def lines_of(process: subprocess.Popen[str]) -> queue.Queue[str]:
    """What a process prints, line by line, without waiting."""
    found: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: [found.put(line) for line in process.stdout or ()], daemon=True).start()
    return found


def wait_for(lines: queue.Queue[str], *words: str) -> None:
    """Reads until a line begins with one of the words."""
    while not lines.get(timeout=60).lstrip().startswith(words):
        pass


def save_to_verdict(path: Path) -> dict[str, list[float]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", WATCH], cwd=path.parents[1], env=environment, stdout=subprocess.PIPE, text=True
    )
    lines = lines_of(process)
    wait_for(lines, "Watching")
    right = path.read_bytes()
    wrong = right.replace(b"def fold_batchnorm", b"def other", 1) + b"\n\ndef fold_batchnorm(*args):\n    return args\n"
    times: dict[str, list[float]] = {}
    for way, save in WAYS.items():
        for run in range(RUNS):
            time.sleep(0.15 + 0.011 * run)  # so that saves fall at all moments between two looks
            save(path, wrong if run % 2 == 0 else right)
            started = time.perf_counter()
            wait_for(lines, "ok ", "FAIL ", "ERROR ")
            times.setdefault(way, []).append((time.perf_counter() - started) * 1000)
            time.sleep(0.05)
            while not lines.empty():
                lines.get()
    process.send_signal(signal.SIGINT)
    process.wait(10)
    return times


def new_process(folder: Path) -> list[float]:
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        command = [sys.executable, "-m", "grader", "exercise17", "fold_batchnorm", "--only"]
        subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
        times.append((time.perf_counter() - started) * 1000)
    return times


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        path = course(Path(name))
        cold = statistics.median(new_process(Path(name)))
        times = save_to_verdict(path)
    everything = [each for way in times.values() for each in way]
    median = statistics.median(everything)
    for way, found in times.items():
        print(
            f"save to verdict, {way}: {statistics.median(found):.0f} ms (median of {len(found)}, worst {max(found):.0f})"
        )
    print(f"save to verdict: {median:.0f} ms, limit {LIMIT_MS:.0f}: {'ok' if median <= LIMIT_MS else 'MISSED'}")
    print(f"    / a new process for the same function: {cold:.0f} ms, ratio {median / cold:.2f}")
    return 0 if median <= LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
