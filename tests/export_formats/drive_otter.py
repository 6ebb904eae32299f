"""A program of its own, for otter changes folders and warns: grades submissions with otter and prints what came of each.

    python drive_otter.py RESULTS AUTOGRADER_ZIP SUBMISSION...

RESULTS is a folder for a folder with results.json of each submission, called like it, or "". For each a JSON line: total, possible, scores by question, cases passed by question, the text that students see, seconds;
or `error`, where otter gave no results.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any


def graded(results_folder: str, autograder: str, submission: str) -> dict[str, Any]:
    """What otter says of one submission."""
    from otter.run import AutograderConfig
    from otter.run import main as run

    folder = Path(results_folder, Path(submission).name) if results_folder else Path()
    folder.mkdir(exist_ok=True)
    started = time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            results = run(
                submission, autograder=autograder, output_dir=str(folder) if results_folder else "", no_logo=True
            )
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}", "seconds": time.perf_counter() - started}
    shown = results.to_gradescope_dict(AutograderConfig({}))
    return {
        "total": results.total,
        "possible": results.possible,
        "scores": {name: test.score for name, test in results.results.items()},
        "cases": {name: [case.passed for case in test.test_case_results] for name, test in results.results.items()},
        "shown": "\n".join(t.get("output", "") for t in shown["tests"] if t["visibility"] == "visible"),
        "output": shown.get("output", ""),
        "seconds": time.perf_counter() - started,
    }


if __name__ == "__main__":
    for path in sys.argv[3:]:
        print(json.dumps(graded(sys.argv[1], sys.argv[2], path)), flush=True)
