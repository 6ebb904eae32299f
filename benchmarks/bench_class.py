"""How long a class takes, beside the physical limit in the same run: `python benchmarks/bench_class.py`.

Limits are those that the project set itself. What is compared runs in turn, so a machine that drifts slows both; the ratio
counts. BENCH_STUDENTS, BENCH_MANY and BENCH_FILES make it smaller or larger.
"""

from __future__ import annotations

import importlib.util
import json
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
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bench_otter import stock  # noqa: E402
from make_class import make, source  # noqa: E402

from grader import grading, wire  # noqa: E402
from grader.catalog import find_course, load_solution  # noqa: E402
from grader.classroom.conditions import environment, first_look  # noqa: E402
from grader.classroom.coordinate import Request, Summary, begin, collect, grade_class, make_setting, prepare  # noqa: E402
from grader.classroom.identities import Identities  # noqa: E402
from grader.classroom.ledger import Graded, Ledger  # noqa: E402
from grader.classroom.work.chunk import Chunk, results_from_plain, results_to_plain  # noqa: E402
from grader.classroom.work.grading import Grader, _inside, _made  # noqa: E402
from grader.grading import grade_source  # noqa: E402
from grader.plan import Plan, compile_plan, load_or_compile, save  # noqa: E402
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


def warm_class() -> tuple[Grader, Plan, Chunk, list[bytes]]:
    """A warm grader, and forty right submissions of exercise 17 for it."""
    exercise = next(e for e in find_course(ROOT).exercises if e.number == 17)
    plan = compile_plan(exercise.id, load_solution(exercise.solution), exercise.solution.read_bytes(), "benchmark")
    rng = random.Random(1)
    texts = [source(exercise, "right", n, rng) for n in range(40)]
    items = tuple((b"%d" % n, text) for n, text in enumerate(texts))
    limits = first_look(Limits())
    chunk = Chunk("p", save(plan), "c", exercise.stub.name, "jailed", environment(), limits, items)
    grader = Grader()
    list(grader.grade(chunk))
    return grader, plan, chunk, texts


def by_part() -> None:
    """Where the processor time of a submission goes, in ms: of all processes, the median of some rounds."""
    grader, plan, chunk, texts = warm_class()
    sandbox = grader._ready(chunk)
    names = [function.name for function in plan.functions]
    judging = 0.0

    def timed(*arguments: object) -> object:
        nonlocal judging
        started = time.process_time()
        try:
            return judge(*arguments)
        finally:
            judging += time.process_time() - started

    def sessions(sources: list[bytes]) -> None:
        for text in sources:
            with sandbox.session(text, chunk.file, names) as session:
                session.load()

    def ms(work: Callable[[], object], clock: Callable[[], float] = lambda: processor_time(grader)) -> float:
        made = []
        for _ in range(ROUNDS):
            used = clock()
            work()
            made.append(1000 * (clock() - used) / len(texts))
        return statistics.median(made)

    judge = grading.judge
    start = ms(lambda: sessions([b""] * len(texts)))
    loaded = ms(lambda: sessions(texts))
    results = [grade_source(plan, text, Path(chunk.file), sandbox, course="c") for text in texts]
    graded_only = ms(lambda: [grade_source(plan, text, Path(chunk.file), sandbox, course="c") for text in texts])
    grading.judge = timed  # type: ignore[assignment]
    rounds = 3
    for _ in range(rounds):
        for text in texts:
            grade_source(plan, text, Path(chunk.file), sandbox, course="c")
    grading.judge = judge
    judged = 1000 * judging / (rounds * len(texts))
    made = [_made(b"key", result, 1.0) for result in results]
    packed = ms(lambda: [_made(b"key", result, 1.0) for result in results], time.process_time)
    piped = ms(lambda: results_from_plain(wire.decode(wire.encode(results_to_plain(made)))), time.process_time)
    piped += ms(lambda: Chunk.from_plain(wire.decode(wire.encode(chunk.to_plain()))), time.process_time)
    grader.close()
    with folder() as base:
        collected, kept = in_the_ledger(base, texts, made[0])
    rows = {
        "read, hash, place, compress": collected, "start and end a worker": start, "load": loaded - start,
        "calls, of that the student's own": graded_only - loaded - judged, "judge (equal answers once)": judged, "JSON": packed,
        "pipes between our processes": piped, "ledger": kept,
    }  # fmt: skip
    own = [own_ms(texts, plan) for _ in range(ROUNDS)]
    for name, value in rows.items():
        more = f" {statistics.median(own):.1f}" if name.endswith("own") else ""
        print(f"    {value:6.2f} ms  {name}{more}")
    print(f"    {sum(rows.values()):6.2f} ms  all of it, exercise 17, processor time of a submission")


def own_ms(texts: list[bytes], plan: Plan) -> float:
    started = time.process_time()
    for text in texts:
        own_time(text, plan)
    return 1000 * (time.process_time() - started) / len(texts)


def in_the_ledger(base: Path, texts: list[bytes], result: Graded) -> tuple[float, float]:
    """Milliseconds to collect a submission, and to plan it and keep its result."""
    course = find_course(ROOT)
    exercise = next(e for e in course.exercises if e.number == 17)
    for number in range(200):
        place = base / "in" / f"student{number}"
        place.mkdir(parents=True)
        (place / exercise.stub.name).write_bytes(texts[number % len(texts)] + b"# %d" % number)
    out = base / "run"
    prepare(out)
    setting = make_setting(course, out, None, False)
    with Ledger(out) as ledger, Identities(out, writing=True) as identities:
        begin(ledger, identities, setting)
        started = time.process_time()
        collect(ledger, identities, course, setting.rules, Request(base / "in", out))
        collected = time.process_time()
        ledger.plan()
        tasks = {task.key: task for task in ledger.tasks()}
        for some in (list(tasks)[n : n + 50] for n in range(0, len(tasks), 50)):
            ledger.add_results(tasks, [replace(result, key=key) for key in some])
        kept = time.process_time()
    return 1000 * (collected - started) / len(tasks), 1000 * (kept - collected) / len(tasks)


def per_submission() -> None:
    grader, plan, chunk, texts = warm_class()
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


@contextmanager
def one_core():
    """This process and those that it starts on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def jobs_and_loops(base: Path) -> None:
    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    files = make(base / "calm", exercise, STUDENTS, share=NO_LOOPS, hostile=False)
    make(base / "loops", exercise, STUDENTS, share={**NO_LOOPS, "loop": 0.02}, hostile=False)
    times: dict[str, list[float]] = {"core": [], "one": [], "two": [], "loops": []}
    for _ in range(max(1, ROUNDS // 2)):
        with one_core():
            times["core"].append(seconds_of(base / "calm", base, jobs=1))
        times["one"].append(seconds_of(base / "calm", base, jobs=1))
        times["two"].append(seconds_of(base / "calm", base, jobs=2))
        times["loops"].append(seconds_of(base / "loops", base, jobs=2))
    core, one, two, loops = (statistics.median(values) for values in times.values())
    print(f"{files} submissions: 1 job {files / one:.0f} a second, 2 jobs {files / two:.0f}")
    print(f"    2 jobs / 1 job: {one / two:.2f}, {verdict(one / two, 1.7, least=True)}")
    # one job starts the next worker while it judges, so that by itself it uses more than one core
    print(f"    2 jobs / 1 job on one core: {core / two:.2f}, {verdict(core / two, 1.7, least=True)}")
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
        "grader",
        "class",
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
    words = [sys.executable, "-m", "grader", "class", str(place), "--out", str(base / "files-run"), "--jobs", "1"]
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


def otter(base: Path) -> None:
    """otter-grader on one submission with the same cases."""
    program = os.environ.get("BENCH_OTTER") or shutil.which("otter")
    if program is None:
        print("otter-grader is not installed: pip install '.[instructor]' to time it beside, or name it in BENCH_OTTER")
        return
    program = str(Path(program).absolute())
    exercise = next(e for e in find_course(ROOT).exercises if e.number == 17)
    place = base / "otter"
    place.mkdir()
    stock(place / "autograder.zip", load_or_compile(exercise.solution, "benchmark", None))
    (place / "submission.py").write_bytes(source(exercise, "right", 1, random.Random(1)))
    path = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    run = {"cwd": place, "env": {**os.environ, "PATH": path}, "check": True, "capture_output": True}
    ours, theirs, walls = [], [], []
    for _ in range(max(1, ROUNDS // 2)):
        before, started = children_time(), time.perf_counter()
        done = subprocess.run([program, "run", "-a", "autograder.zip", "submission.py"], **run)
        walls.append(time.perf_counter() - started)
        theirs.append(children_time() - before)
        assert b"(100.000%)" in done.stdout, done.stdout.decode()
        ours.append(our_time())
    one, other = statistics.median(ours), statistics.median(theirs)
    print(
        f"otter run: {other:.2f} s of processor time ({statistics.median(walls):.2f} s by the clock) a submission; ours {1000 * one:.1f} ms with the same cases"
    )
    print(f"    otter / ours: {other / one:.0f}, {verdict(other / one, 200, least=True)}")


def children_time() -> float:
    """Seconds of processor time of all processes that were started and have ended."""
    return sum(os.times()[2:4])


def our_time() -> float:
    """Seconds of processor time of a submission of exercise 17, graded warm."""
    grader, _, chunk, texts = warm_class()
    used = processor_time(grader)
    list(grader.grade(chunk))
    ours = (processor_time(grader) - used) / len(texts)
    grader.close()
    return ours


def cell(text: str, name: str, *, test: bool) -> dict[str, object]:
    """A code cell as nbgrader marks it: the student's to fill in, or a test worth a point."""
    marks = {"grade": test, "grade_id": name, "locked": test, "schema_version": 3, "solution": not test, "task": False}
    return {
        **{"cell_type": "code", "execution_count": None, "id": name, "outputs": [], "source": text},
        "metadata": {"nbgrader": {**marks, **({"points": 1} if test else {})}},
    }


def write_notebook(path: Path, text: str) -> None:
    """A notebook with a submission in one cell and a single check in another."""
    check = "x = np.arange(6.0).reshape(3, 2)\nassert abs(batchnorm_forward(x, np.ones(2), np.zeros(2)).mean()) < 1e-6"
    cells = [cell(text, "answer", test=False), cell(check, "check", test=True)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")


def nbgrader(base: Path) -> None:
    """nbgrader on a few submissions with a single check, beside ours with all of them."""
    program = os.environ.get("BENCH_NBGRADER") or shutil.which("nbgrader")
    if program is None:
        print("nbgrader is not installed: pip install nbgrader numpy to time it beside, or name it in BENCH_NBGRADER")
        return
    exercise = [e for e in find_course(ROOT).exercises if e.number == 17]
    place, count = base / "nbgrader", 6
    for number in range(count):
        text = source(exercise[0], "right", number, random.Random(1)).decode()
        write_notebook(place / f"submitted/student{number}/ps/sheet.ipynb", text)
    write_notebook(place / "source/ps/sheet.ipynb", exercise[0].stub.read_text(encoding="utf-8"))
    path = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
    run = {"cwd": place, "env": {**os.environ, "PATH": path}, "check": True, "capture_output": True}
    subprocess.run([program, "generate_assignment", "ps"], **run)
    before, started = children_time(), time.perf_counter()
    subprocess.run([program, "autograde", "ps"], **run)
    seconds, theirs = time.perf_counter() - started, (children_time() - before) / count
    done = list(place.glob("autograded/*/ps/sheet.ipynb"))
    assert len(done) == count, [str(path) for path in done]
    ours = our_time()
    print(
        f"nbgrader autograde: {theirs:.2f} s of processor time ({seconds / count:.2f} s by the clock) a submission with one check; ours {1000 * ours:.1f} ms with all of them"
    )
    print(f"    nbgrader / ours: {theirs / ours:.0f}")


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
        "submission": lambda base: per_submission(), "parts": lambda base: by_part(), "jobs": jobs_and_loops, "dask": dask, "otter": otter, "nbgrader": nbgrader,
        "course": course,
        "many": many, "nothing": nothing_new,
    }  # fmt: skip
    for name, part in parts.items():
        if not wanted or name in wanted:
            with folder() as base:
                part(base)


if __name__ == "__main__":
    main()
