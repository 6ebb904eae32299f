"""How long a class takes, beside the physical limit in the same run: `python benchmarks/bench_class.py`.

Limits are those that the project set itself. What is compared runs in turn, so a machine that drifts slows both; the ratio
counts. BENCH_STUDENTS, BENCH_MANY and BENCH_FILES make it smaller or larger.
"""

from __future__ import annotations

import importlib.util
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from make_class import make, source  # noqa: E402

from grader.catalog import find_course, load_solution  # noqa: E402
from grader.classroom.conditions import environment  # noqa: E402
from grader.classroom.coordinate import Request, Summary, grade_class  # noqa: E402
from grader.classroom.work.chunk import Chunk  # noqa: E402
from grader.classroom.work.grading import Grader, _inside  # noqa: E402
from grader.plan import Plan, compile_plan, save  # noqa: E402
from grader.sandbox import Limits  # noqa: E402
from grader.values import fresh  # noqa: E402

STUDENTS = int(os.environ.get("BENCH_STUDENTS", "300"))
MANY = int(os.environ.get("BENCH_MANY", "10000"))
FILES = int(os.environ.get("BENCH_FILES", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
NO_LOOPS = {"mistake": 0.42, "two": 0.06, "partial": 0.08}


def verdict(value: float, limit: float, *, least: bool = False) -> str:
    word = "at least" if least else "at most"
    return f"{word} {limit:g}: {'ok' if (value >= limit if least else value <= limit) else 'MISSED'}"


# --- one submission beside the physical limit ------------------------------------------------------------------------


def calls_of(plan: Plan, namespace: dict) -> None:
    """Every call of a plan twice, as grading makes them, and nothing else."""
    for function in plan.functions:
        for case in function.cases:
            for _ in range(2):
                try:
                    namespace[function.name](**{name: fresh(value) for name, value in case.args.items()})
                except Exception:
                    continue


def own_time(text: bytes, plan: Plan) -> None:
    """The student's own time: the file loaded and the calls made, in this process."""
    namespace: dict = {}
    exec(compile(text, "s", "exec"), namespace)
    calls_of(plan, namespace)


def forked(text: bytes, plan: Plan) -> None:
    """The physical limit: a fork of this warm process that loads the file, makes the calls and ends."""
    child = os.fork()
    if not child:
        try:
            own_time(text, plan)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def processor_time(grader: Grader) -> float:
    """Seconds that this process, its children, the zygote and its workers have used."""
    total = sum(os.times()[:4])
    sandbox = grader._sandbox
    if sandbox is not None:
        zygote = sandbox.workers.zygote
        pid = _inside(zygote.pid) if sandbox.workers.jail else zygote.pid
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


def per_submission() -> None:
    exercise = next(e for e in find_course(ROOT).exercises if e.number == 17)
    plan = compile_plan(exercise.id, load_solution(exercise.solution), exercise.solution.read_bytes(), "benchmark")
    rng = random.Random(1)
    texts = [source(exercise, "right", n, rng) for n in range(40)]
    data = save(plan)
    chunk = Chunk(
        "p",
        data,
        "c",
        exercise.stub.name,
        "jailed",
        environment(),
        Limits(call_seconds=0.5),
        tuple((b"%d" % n, text) for n, text in enumerate(texts)),
    )
    grader = Grader()
    list(grader.grade(chunk))
    ways: dict[str, Callable[[], object]] = {
        "own": lambda: [own_time(text, plan) for text in texts],
        "fork": lambda: [forked(text, plan) for text in texts],
        "graded": lambda: list(grader.grade(chunk)),
    }
    walls: dict[str, list[float]] = {name: [] for name in ways}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, way in ways.items():
            started, used = time.perf_counter(), processor_time(grader)
            way()
            times[name].append(1000 * (processor_time(grader) - used) / len(texts))
            walls[name].append(1000 * (time.perf_counter() - started) / len(texts))
    grader.close()
    own, fork, graded = (statistics.median(times[name][1:]) for name in ways)
    print(
        f"one submission of exercise 17, processor time: {graded:.1f} ms, of that the student's own {own:.1f}; fork and same calls {fork:.1f}"
    )
    print(
        "    by the clock: "
        + ", ".join(f"{name} {statistics.median(values[1:]):.1f}" for name, values in walls.items())
    )
    print(f"    beyond the student's own time: {graded - own:.1f} ms, {verdict(graded - own, 10)}")
    print(f"    / physical limit: {graded / fork:.2f}, {verdict(graded / fork, 3)}")


# --- whole classes ---------------------------------------------------------------------------------------------------


@contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="bench-class-") as name:
        yield Path(name)


def graded(submissions: Path, out: Path, **given: object) -> Summary:
    return grade_class(find_course(ROOT), Request(submissions, out, **given), lambda done, total, failures: None)  # type: ignore[arg-type]


def seconds_of(submissions: Path, base: Path, **given: object) -> float:
    """Seconds of the grading itself, without collecting and starting."""
    out = Path(tempfile.mkdtemp(dir=base))
    summary = graded(submissions, out, **given)
    assert not summary.failures, summary.failures
    shutil.rmtree(out)
    return summary.seconds


def jobs_and_loops(base: Path) -> None:
    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    files = make(base / "calm", exercise, STUDENTS, share=NO_LOOPS, hostile=False)
    make(base / "loops", exercise, STUDENTS, share={**NO_LOOPS, "loop": 0.02}, hostile=False)
    times: dict[str, list[float]] = {"one": [], "two": [], "loops": []}
    for _ in range(max(1, ROUNDS // 2)):
        times["one"].append(seconds_of(base / "calm", base, jobs=1))
        times["two"].append(seconds_of(base / "calm", base, jobs=2))
        times["loops"].append(seconds_of(base / "loops", base, jobs=2))
    one, two, loops = (statistics.median(values) for values in times.values())
    print(f"{files} submissions: 1 job {files / one:.0f} a second, 2 jobs {files / two:.0f}")
    print(f"    2 jobs / 1 job: {one / two:.2f}, {verdict(one / two, 1.7, least=True)}")
    print(f"    2 % loops / none: {loops / two:.2f} times as long, {verdict(loops / two, 3)}")


def dask(base: Path) -> None:
    if importlib.util.find_spec("distributed") is None:
        print("Dask is not installed: pip install '.[instructor]' to time it beside")
        return
    from tests.classroom.test_executors import cluster

    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    files = make(base / "dask", exercise, STUDENTS, share=NO_LOOPS, hostile=False)
    (base / "cluster").mkdir()
    with cluster(base / "cluster", 2) as (address, _):
        seconds_of(base / "dask", base, dask=address)  # starts the warm processes
        pairs = [
            (seconds_of(base / "dask", base, jobs=2), seconds_of(base / "dask", base, dask=address))
            for _ in range(max(1, ROUNDS // 2))
        ]
    local, far = (statistics.median(column) for column in zip(*pairs))
    print(f"{files} submissions through Dask, 2 workers: {files / far:.0f} a second, local {files / local:.0f}")
    print(f"    Dask / local: {local / far:.2f}, {verdict(local / far, 0.9, least=True)}")


def many(base: Path) -> None:
    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    files = make(base / "many", exercise, MANY, share=NO_LOOPS, hostile=False)
    words = [
        sys.executable,
        "-m",
        "grader.classroom",
        str(base / "many"),
        "--out",
        str(base / "many-run"),
        "--jobs",
        "2",
    ]
    started = time.perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{files} submissions of exercise 17, 2 jobs, whole command: {seconds:.0f} s; for 10,000 {10_000 * seconds / files:.0f} s, {verdict(10_000 * seconds / files, 90)}"
    )
    print(f"    largest process: {peak:.0f} MB, {verdict(peak, 300)}")


def nothing_new(base: Path) -> None:
    """A second call on files that have been graded: the same bytes, so that the first call is quick."""
    place = base / "files"
    for number in range(FILES):
        student = place / f"student{number:06}"
        student.mkdir(parents=True)
        (student / "exercise17_batchnorm.py").write_bytes(b"")
    words = [sys.executable, "-m", "grader.classroom", str(place), "--out", str(base / "files-run"), "--jobs", "1"]
    started = time.perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    first = time.perf_counter() - started
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    print(
        f"{FILES} files: collected in {first:.1f} s; nothing new: {min(times):.2f} s, {verdict(min(times) * 100_000 / FILES, 3)}"
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / 1024
    print(
        f"    processor time of all four calls: {used.ru_utime + used.ru_stime:.1f} s; largest process: {peak:.0f} MB, {verdict(peak, 300)}"
    )


OTTER_TEST = """OK_FORMAT = True
test = {"name": "q1", "points": 1, "suites": [{"scored": True, "setup": "", "teardown": "", "type": "doctest", "cases": [
    {"code": ">>> import numpy as np\\n>>> x = np.arange(6.0).reshape(3, 2)\\n>>> bool(abs(batchnorm_forward("
             "x, np.ones(2), np.zeros(2)).mean()) < 1e-6)\\nTrue", "hidden": False, "locked": False}]}]}
"""


def otter(base: Path) -> None:
    """otter-grader on one submission with a single check, beside ours with all of them."""
    program = os.environ.get("BENCH_OTTER") or shutil.which("otter")
    if program is None:
        print("otter-grader is not installed: pip install '.[instructor]' to time it beside, or name it in BENCH_OTTER")
        return
    place = base / "otter"
    (place / "tests").mkdir(parents=True)
    (place / "tests/q1.py").write_text(OTTER_TEST, encoding="ascii")
    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    (place / "submission.py").write_bytes(source(exercise[0], "right", 1, random.Random(1)))
    path = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    run = {"cwd": place, "env": {**os.environ, "PATH": path}, "check": True, "capture_output": True}
    subprocess.run([program, "generate", "-t", "tests"], **run)
    files = make(base / "beside", exercise, 100, share=NO_LOOPS, hostile=False)
    ours, theirs = [], []
    for _ in range(max(1, ROUNDS // 2)):
        started = time.perf_counter()
        done = subprocess.run([program, "run", "-a", "autograder.zip", "submission.py"], **run)
        theirs.append(time.perf_counter() - started)
        assert b"Failed" not in done.stdout, done.stdout.decode()
        ours.append(seconds_of(base / "beside", base, jobs=2) / files)
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"otter run: {other:.2f} s a submission with one check; ours {1000 * one:.1f} ms with all of them, 2 jobs")
    print(f"    otter / ours: {other / one:.0f}, {verdict(other / one, 200, least=True)}")


def course(base: Path) -> None:
    """A class over the whole course."""
    exercises = find_course(ROOT).exercises
    students = max(2, STUDENTS // 30)
    files = make(base / "course", exercises, students, share=NO_LOOPS, hostile=False)
    started = time.perf_counter()
    summary = graded(base / "course", base / "course-run", jobs=2)
    seconds = time.perf_counter() - started
    print(
        f"{students} students x {len(exercises)} exercises, {files} files, with plans: {seconds:.1f} s, {1000 * seconds * 2 / files:.1f} core-ms a submission; failures {summary.failures or 'none'}"
    )


def main() -> None:
    wanted = sys.argv[1:]
    parts: dict[str, Callable[[Path], None]] = {
        "submission": lambda base: per_submission(), "jobs": jobs_and_loops, "dask": dask, "otter": otter, "course": course,
        "many": many, "nothing": nothing_new,
    }  # fmt: skip
    for name, part in parts.items():
        if not wanted or name in wanted:
            with folder() as base:
                part(base)


if __name__ == "__main__":
    main()
