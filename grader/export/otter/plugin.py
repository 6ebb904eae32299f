"""The otter plugin that grades a submission in a worker before otter's kernel starts.

Otter runs a submission in the kernel that holds its tests and results. With this plugin that kernel gets one cell with our
verdicts, and nothing that a student wrote: the submission is read here, graded in a worker, and emptied.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from otter.plugins import AbstractOtterPlugin

import grader
from grader.cells.source import NotebookError, functions_source
from grader.classroom.collect.members import most_bytes
from grader.export.otter.verdicts import HIDDEN, HIDDEN_PLAN, PRACTICE, VARIABLE, Verdicts, refused, verdicts_of
from grader.grading import grade_source
from grader.plan import Plan
from grader.plan.sealed import unseal
from grader.sandbox import Level, Limits, Sandbox
from grader.verdict import Status

nbformat: Final = import_module("nbformat")  # it has no types
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_PUBLIC_POINTS: Final = re.compile(r"points=0(?=, hidden=False)")
_QUESTION_POINTS: Final = re.compile(r"^points = (\d+)$", re.MULTILINE)


class GraderFailure(RuntimeError):
    """A failure of ours. Otter then writes no results, which is right: it must not look like a mark of 0."""


class WorkerPlugin(AbstractOtterPlugin):  # type: ignore[misc]  # otter has no types
    """Grades in a worker. Its configuration: exercise, course, plans (hashes), limits, allow_unsafe."""

    verdicts: Verdicts
    level: str
    submission: str

    def during_assign(self, assignment: Any) -> None:
        """Gives the public cases of the student's copy the points, for `otter check` cannot divide by none."""
        for path in Path(assignment.get_stu_path()).glob("tests/*.py"):
            text = path.read_text(encoding="utf-8")
            points = _QUESTION_POINTS.search(text)
            if points is not None:
                path.write_text(_PUBLIC_POINTS.sub(f"points={points[1]}", text, count=1), encoding="utf-8")

    def before_grading(self, config: Any) -> None:
        """Grades the submission, then leaves nothing of it where otter, Python or a log reader would find it."""
        path = Path(self.submission_path)
        plans = self._plans(path.parent.parent / "source" / "files")
        data, problem = _read(path)
        self.submission = hashlib.sha256(data).hexdigest()
        if path.suffix == ".ipynb" and not problem:
            try:
                data = functions_source(data, [function.name for function in plans[HIDDEN].functions])
            except NotebookError as error:
                problem = str(error)
        self.verdicts = self._refused(plans, problem) if problem else self._graded(plans, data, path)
        _empty(path)
        config.grade_from_log = config.pdf = False

    def before_execution(self, submission: Any) -> Any:
        """A notebook that holds the verdicts, in place of the submission; nothing of that one's metadata either."""
        lines = [
            "from grader.export.otter.verdicts import Verdicts",
            f'{VARIABLE} = Verdicts.unpack("{self.verdicts.pack()}")',
        ]
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("\n".join(lines))])

    def after_grading(self, results: Any) -> None:
        """Says what graded, and refuses results that are not our verdicts: a kernel without our package, say."""
        if results.has_catastrophic_failure():
            raise GraderFailure("otter's kernel gave no results") from results.catastrophic_error
        if results.total != self.verdicts.points:
            raise GraderFailure(
                f"otter counts {results.total} points where the grader gave {self.verdicts.points}. "
                "Is the course's package installed in the Python of the Jupyter kernel 'python3'?\n" + results.summary()
            )
        results.set_output(
            f"exercise: {self.verdicts.exercise}\nsubmission: {self.submission}\n"
            f"grader: {grader.__version__}\nsandbox: {self.level}"
        )

    def _plans(self, folder: Path) -> dict[str, Plan]:
        """The plans that came with the assignment, by their hashes: not what a submission put in their place."""
        exercise = self.plugin_config["exercise"]
        plans = {}
        for inputs, name in ((PRACTICE, f"{exercise}.plan"), (HIDDEN, HIDDEN_PLAN)):
            data = (folder / name).read_bytes()
            if hashlib.sha256(data).hexdigest() != self.plugin_config["plans"][inputs]:
                raise GraderFailure(
                    f"{folder / name} is not the plan that this assignment was made with: export it again"
                )
            plans[inputs] = unseal(data, name)
        return plans

    def _refused(self, plans: dict[str, Plan], problem: str) -> Verdicts:
        self.level = "not run"
        return Verdicts(plans[HIDDEN].exercise, {inputs: refused(plan, problem) for inputs, plan in plans.items()})

    def _graded(self, plans: dict[str, Plan], source: bytes, path: Path) -> Verdicts:
        found = {}
        name = Path("your cells" if path.suffix == ".ipynb" else path.name)
        with Sandbox(Limits(**self.plugin_config.get("limits", {})), want=Level.JAILED) as sandbox:
            self.level = sandbox.level.value
            if sandbox.level < Level.CONFINED and not self.plugin_config.get("allow_unsafe", False):
                raise GraderFailure(
                    f"student code is only {self.level} on this machine. Grade on Linux, or export with --allow-unsafe "
                    "where you trust every submission."
                )
            for inputs, plan in plans.items():
                result = grade_source(plan, source, name, sandbox, course=self.plugin_config["course"])
                if result.status is Status.BROKEN:
                    raise GraderFailure(f"the grader failed: {result.problem or _reasons(result.to_json())}")
                found[inputs] = verdicts_of(result, inputs)
        return Verdicts(plans[HIDDEN].exercise, found)


def _reasons(result: dict[str, Any]) -> str:
    checks = (check for function in result["functions"] for check in function["checks"])
    return "; ".join(
        check["mismatch"]["detail"] for check in checks if check["status"] == "broken" and check["mismatch"]
    )


def _read(path: Path) -> tuple[bytes, str]:
    """A submission's bytes, or why it cannot be taken. A link is not followed, a pipe not waited for."""
    most = most_bytes(path.name)
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        return b"", f"{path.name} cannot be read: {error.strerror}"
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b"", f"{path.name} is no ordinary file"
        data = file.read(most + 1)
    return (data, "") if len(data) <= most else (b"", f"{path.name} has more than {most >> 20} MiB")


def _empty(path: Path) -> None:
    """Empties the submission and removes what came with it: the kernel starts in this folder and imports from it.

    Otter's log is a pickle, which otter would load. The tests are the assignment's own, put there just before.
    """
    for entry in os.scandir(path.parent):
        if entry.is_dir(follow_symlinks=False):
            if entry.name != "tests":
                shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
    nothing = nbformat.writes(nbformat.v4.new_notebook()) if path.suffix == ".ipynb" else ""
    path.write_text(nothing, encoding="utf-8")
