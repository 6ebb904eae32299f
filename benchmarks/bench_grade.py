"""How long grading takes, beside peers in the same run: `python benchmarks/bench_grade.py`.

Whole processes are timed in turn (ours, peer, ours, peer, ...), so a machine that drifts slows both; the ratio of the
medians is what counts. Limits are those that the project set itself.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.catalog import find_course, load_solution  # noqa: E402
from grader.grading import grade_source  # noqa: E402
from grader.plan import compile_plan, load, save  # noqa: E402
from grader.sandbox import Limits, Sandbox  # noqa: E402
from tests.submission_of import submission_of  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", "15"))
SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "1000"))


def wall(command: list[str], cwd: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    return (time.perf_counter() - started) * 1000


def beside(name: str, ours: list[str], peers: dict[str, list[str]], cwd: Path, limit: float | None = None) -> None:
    """Times a command and its peers in turn, and prints medians and ratios; the limit is for the first peer."""
    times: dict[str, list[float]] = {key: [] for key in ("ours", *peers)}
    for _ in range(RUNS + 1):
        times["ours"].append(wall(ours, cwd))
        for key, command in peers.items():
            times[key].append(wall(command, cwd))
    medians = {key: statistics.median(values[1:]) for key, values in times.items()}
    print(f"{name}: {medians['ours']:.0f} ms (median of {RUNS})")
    for number, key in enumerate(peers):
        ratio = medians["ours"] / medians[key]
        verdict = "" if limit is None or number else f", limit {limit}: {'ok' if ratio <= limit else 'MISSED'}"
        print(f"    / {key}: {medians[key]:.0f} ms, ratio {ratio:.2f}{verdict}")


def pytest_file(folder: Path, cases: int) -> Path:
    """A pytest module that makes as many comparisons as exercise 17 has cases."""
    path = folder / "test_as_many.py"
    lines = [
        "import numpy as np",
        "from exercise17_batchnorm import batchnorm_forward",
        "rng = np.random.default_rng(1)",
    ]
    for i in range(cases):
        lines += [
            f"def test_{i}():",
            "    x, g, b = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)",
            "    want = g * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + b",
            "    np.testing.assert_allclose(batchnorm_forward(x, g, b), want)",
        ]
    path.write_text("\n".join(lines))
    return path


def whole_process(folder: Path) -> None:
    course = find_course(ROOT)
    exercise = next(e for e in course.exercises if e.number == 17)
    submission = folder / "exercise17_batchnorm.py"
    submission.write_bytes(submission_of(exercise.solution, exercise.stub))
    plan = compile_plan(exercise.id, load_solution(exercise.solution), exercise.solution.read_bytes(), "practice")
    cases = sum(len(f.cases) for f in plan.functions)
    python = sys.executable
    script = Path(python).with_name("grade")  # what students type, where the package is installed
    grade = [str(script)] if script.exists() else [python, "-m", "grader"]
    many = pytest_file(folder, cases)
    peers = {
        'python -c "import numpy"': [python, "-c", "import numpy"],
        f"pytest, {cases} checks": [
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-c",
            os.devnull,
            str(many),
        ],
    }
    if importlib.util.find_spec("otter"):
        from benchmarks.bench_otter import stock

        autograder = stock(folder / "stock.zip", plan)
        peers["otter run, the same cases"] = [
            *(python, "-m", "otter", "run", "-a", str(autograder), str(submission), "-o", str(folder))
        ]
    else:
        print("otter-grader is not installed: pip install '.[instructor]' to time it beside")
    beside(
        "grade exercise17, whole process, confined, plan kept",
        [*grade, "exercise17", "--submission", str(submission)],
        peers,
        ROOT,
        2.0,
    )
    click = {'python -c "import click"': [python, "-c", "import click"]}
    beside("grade --help", [*grade, "--help"], click, ROOT, 1.5)
    beside("grade doctor --level", [*grade, "doctor", "--level"], click, ROOT, 1.5)
    beside("grade hint exercise17", [*grade, "hint", "exercise17"], click, ROOT)


def warm(folder: Path) -> None:
    course = find_course(ROOT)
    exercise = next(e for e in course.exercises if e.number == 17)
    source = submission_of(exercise.solution, exercise.stub)
    plan = compile_plan(exercise.id, load_solution(exercise.solution), exercise.solution.read_bytes(), "practice")
    own = student_time(source, plan)
    with Sandbox(Limits()) as sandbox:
        for _ in range(5):
            grade_source(plan, source, exercise.stub, sandbox, course="c")
        gc.collect()
        before, descriptors = resident(), open_descriptors()
        times = []
        for _ in range(SUBMISSIONS):
            started = time.perf_counter()
            result = grade_source(plan, source, exercise.stub, sandbox, course="c")
            times.append((time.perf_counter() - started) * 1000)
            assert result.points == result.max_points
        gc.collect()
        median, p99 = statistics.median(times), sorted(times)[int(len(times) * 0.99)]
        print(
            f"one more submission in a warm sandbox: median {median:.1f} ms, 99 % {p99:.1f} ms, of that the student's own {own:.1f} ms"
        )
        over = median - own
        print(f"    beyond the student's own time: {over:.1f} ms, limit 10 ms: {'ok' if over <= 10 else 'MISSED'}")
        print(
            f"over {SUBMISSIONS} submissions: memory {(resident() - before) / 1024:+.1f} MB, descriptors {open_descriptors() - descriptors:+d}, zombies {zombies()}"
        )


def student_time(source: bytes, plan) -> float:
    """Milliseconds that loading the submission and running each call twice take in a plain process."""
    from grader.values import fresh

    times = []
    for _ in range(20):
        started = time.perf_counter()
        namespace: dict = {}
        exec(compile(source, "s", "exec"), namespace)
        for function in plan.functions:
            for case in function.cases:
                for _ in range(2):
                    namespace[function.name](**{k: fresh(v) for k, v in case.args.items()})
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def plans() -> None:
    compiled, loaded, sizes, slowest = [], [], [], ("", 0.0)
    for exercise in find_course(ROOT).exercises:
        solution, source = load_solution(exercise.solution), exercise.solution.read_bytes()
        compile_plan(exercise.id, solution, source, "warm-up")
        started = time.perf_counter()
        plan = compile_plan(exercise.id, solution, source, "practice")
        compiled.append((time.perf_counter() - started) * 1000)
        slowest = max(slowest, (exercise.id, compiled[-1]), key=lambda pair: pair[1])
        data = save(plan)
        sizes.append(len(data) / 1000)
        started = time.perf_counter()
        load(data)
        loaded.append((time.perf_counter() - started) * 1000)
    print(
        f"plans of {len(sizes)} exercises: compiled in {statistics.median(compiled):.0f} ms median (limit 100), slowest {slowest[0]} {slowest[1]:.0f} ms (limit 400)"
    )
    print(
        f"    loaded in {statistics.median(loaded):.1f} ms median, {max(loaded):.1f} at most (limit 10); {statistics.mean(sizes):.0f} kB on average (limit 150)"
    )


def resident() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def zombies() -> int:
    return sum(1 for child in Path("/proc").glob("[0-9]*/stat") if _zombie(child))


def _zombie(stat: Path) -> bool:
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return False
    return fields[0] == "Z" and fields[1] == str(os.getpid())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        whole_process(Path(name))
        warm(Path(name))
    plans()
