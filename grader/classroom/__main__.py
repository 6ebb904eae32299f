"""`python -m grader.classroom` is `grade class`, and `python -m grader.classroom similar` is `grade similar`."""

from __future__ import annotations

import sys

from grader.cli.run import run
from grader.cli.table import COMMANDS, Entry

if __name__ == "__main__":
    COMMANDS.setdefault("class", Entry("grader.classroom.commands:class_group", "Grade everything that came in."))
    COMMANDS.setdefault(
        "similar", Entry("grader.classroom.commands:similar", "Find pairs of submissions worth a look.")
    )
    words = sys.argv[1:]
    sys.exit(run(words if words[:1] == ["similar"] else ["class", *words]))
