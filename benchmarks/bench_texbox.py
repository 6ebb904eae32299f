"""What it costs to draw a formula, next to rich measuring and rendering the same formula as a plain string.

python benchmarks/bench_texbox.py [rounds]
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.cells import cell_len  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.text import Text  # noqa: E402

from grader.texbox import Mode, draw  # noqa: E402
from tests.texbox.golden_files import FOLDER, read  # noqa: E402


def best_milliseconds(function: Callable[[], object], rounds: int) -> float:
    """The least time of several calls: what the work itself takes when nothing else runs."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def render_with_rich(text: str) -> None:
    """Measures and prints a string the way a rich console does."""
    sum(map(cell_len, text.splitlines()))
    Console(file=io.StringIO(), width=200, color_system=None).print(Text(text))


def import_milliseconds(module: str, rounds: int = 10) -> float:
    """The least processor time that a fresh interpreter needs for an import, with bytecode as after an installation."""
    code = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = bytecode
        times = []
        for _ in range(rounds + 1):
            command = [sys.executable, "-c", code]
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            times.append(float(run.stdout))
    return 1000 * min(times)


def main() -> None:
    """Prints median and worst formula for each mode and for rich, then the imports."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    formulas = [(path.stem, read(path)["tex"]) for path in sorted(FOLDER.glob("*.txt"))]
    print(f"{len(formulas)} formulas, best of {rounds} calls each, milliseconds")
    print(f"{'':24}{'median':>8}{'worst':>8}  worst formula")
    columns = {
        f"texbox {mode.value}": {
            name: best_milliseconds(partial(draw, tex, mode=mode), rounds) for name, tex in formulas
        }
        for mode in Mode
    }
    columns["rich, same text"] = {
        name: best_milliseconds(partial(render_with_rich, "\n".join(draw(tex))), rounds) for name, tex in formulas
    }
    for label, times in columns.items():
        worst = max(times, key=lambda name: times[name])
        print(f"{label:24}{median(times.values()):8.3f}{times[worst]:8.3f}  {worst}")
    for module in ("grader.texbox", "rich.console"):
        print(f"import {module:17}{import_milliseconds(module):8.1f}")


if __name__ == "__main__":
    main()
