"""`otter run` on our export beside `otter run` on a stock assignment of the same cases: `python benchmarks/bench_otter.py`.

The stock assignment calls the student's functions in otter's kernel and compares with `assert_allclose`. Whole processes
are timed in turn, so a machine that drifts slows both; the ratio of the medians is what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from grader.catalog import find_course  # noqa: E402
from grader.classroom.secret import run_secret  # noqa: E402
from grader.export.otter.assignment import Terms, write_assignment  # noqa: E402
from grader.plan import Plan, load_or_compile  # noqa: E402
from grader.plan.sealed import PUBLIC_SEED  # noqa: E402
from grader.values import Value  # noqa: E402
from grader.verdict import Returned  # noqa: E402
from tests.submission_of import submission_of  # noqa: E402

RUNS = int(os.environ.get("BENCH_RUNS", "5"))
EXERCISE = "exercise15_clipping"


def literal(value: Value) -> str:
    """A value as an expression."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def stock(path: Path, plan: Plan) -> Path:
    """An assignment as otter's users write it, with the cases of a plan: a zip of test files and nothing else."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, function in enumerate(plan.functions, 1):
            lines = ["from otter.test_files import test_case", "OK_FORMAT = False", f"name = 'q{number}'", "points = 1"]
            for index, case in enumerate(function.cases):
                if not isinstance(case.expected, Returned):
                    continue
                arguments = ", ".join(f"{name}={literal(value)}" for name, value in case.args.items())
                lines += [
                    "@test_case()",
                    f"def case_{index}({function.name}):",
                    "    import numpy as np",
                    f"    found, wanted = {function.name}({arguments}), {literal(case.expected.value)}",
                    "    for got, want in zip(found, wanted) if isinstance(wanted, list) else [(found, wanted)]:",
                    "        for g, w in zip(got, want) if isinstance(want, list) else [(got, want)]:",
                    "            np.testing.assert_allclose(g, w, rtol=1e-6, atol=1e-12)",
                ]
            archive.writestr(f"tests/q{number}.py", "\n".join(lines) + "\n")
    return path


def run(autograder: Path, submission: Path, folder: Path) -> float:
    """The seconds of an `otter run`, which has to give results."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "otter", "run", "-a", str(autograder), str(submission), "-o", str(folder)]
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return time.perf_counter() - started


def main() -> None:
    course = find_course(ROOT)
    exercise = next(each for each in course.exercises if each.id == EXERCISE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = load_or_compile(exercise.solution, PUBLIC_SEED, None)
        zips = {
            "ours": write_assignment(exercise, folder / "ours", Terms(course, run_secret(folder)), assign=False),
            "stock": stock(folder / "stock.zip", plan),
        }
        submission = folder / "right.py"
        submission.write_bytes(submission_of(exercise.solution, exercise.stub))
        times: dict[str, list[float]] = {key: [] for key in zips}
        for _ in range(RUNS):
            for key, autograder in zips.items():
                times[key].append(run(autograder, submission, folder))
                print(
                    f"{key}: {times[key][-1]:.2f} s, {(folder / 'results.json').read_text().count('passed!')} questions"
                )
    medians = {key: statistics.median(values) for key, values in times.items()}
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["stock"], strict=True))
    print(
        f"otter run, median of {RUNS}: ours {medians['ours']:.2f} s, stock {medians['stock']:.2f} s, ratio {ratio:.2f}"
    )


if __name__ == "__main__":
    main()
