"""All commands: where each one lives and what it does in a sentence.

Data only, so that help costs no imports; not even `typing`, for this is read before the worker is started.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final


class Entry:
    """A command's module and attribute, and its line in `grade --help`."""

    def __init__(self, home: str, help: str) -> None:
        self.home = home
        self.help = help


GRADE: Final = "exercise"  # the hidden command behind `grade exercise3`

COMMANDS: Final[dict[str, Entry]] = {
    "all": Entry("grader.cli.grading:all_exercises", "Grade every exercise."),
    "progress": Entry("grader.cli.progress:progress", "Show the map: what is done, what is open, what comes next."),
    "hint": Entry("grader.cli.study:hint", "Show the next hint for a function."),
    "show": Entry("grader.cli.study:show_sheet", "Show the sheet of an exercise, or its solution."),
    "case": Entry("grader.cli.study:case", "Write one case as a small file to run and debug."),
    "quiz": Entry("grader.quiz.commands:quiz", "Quiz yourself on the concepts."),
    "doctor": Entry("grader.cli.doctor:doctor", "Show machine, versions and how far student code is confined."),
    "watch": Entry("grader.cli.watch:watch", "Grade again whenever a file is saved."),
    "next": Entry("grader.cli.next:next_function", "Open the next function in your editor."),
    "submit": Entry("grader.cli.submit:submit", "Pack what you wrote into one file to hand in."),
    "update": Entry("grader.cli.student:update", "Take in a newer release of the sheets, keeping what you wrote."),
    "reset": Entry("grader.cli.student:reset", "Restore a stub; what you wrote is kept as a backup."),
    "report-problem": Entry("grader.cli.remarks:report_problem", "Note that a hint or a question seems wrong."),
    "completion": Entry("grader.cli.completion:completion", "Print the completion script for a shell."),
    "class": Entry("grader.classroom.commands:class_group", "Grade everything that came in."),
    "report": Entry("grader.report.commands:report", "Report on a graded class."),
    "similar": Entry("grader.classroom.commands:similar", "Show submissions that are worth a look side by side."),
    "init": Entry("grader.export.commands:init", "Write a student's folder from the installed package."),
    "export": Entry("grader.export.formats:export", "Write exercises for otter-grader, Gradescope or notebooks."),
    "import": Entry("grader.export.formats:import_", "Read results of otter-grader into a run."),
    "release": Entry("grader.export.commands:release", "Build the students' folder without solutions, leak-checked."),
    "lint": Entry("grader.cli.content:lint", "Check the course's own content."),
    "audit": Entry("grader.cli.content:audit", "Show changes of the references that no case catches."),
}

HIDDEN: Final[dict[str, Entry]] = {GRADE: Entry("grader.cli.grading:exercise", "Grade one exercise.")}

GROUP_OPTIONS: Final = ("--help", "-h", "--version")


def means_grading(words: Sequence[str]) -> bool:
    """Whether a command line asks for grading: its first word is no other command."""
    if any(word in GROUP_OPTIONS for word in words) or any(
        name.endswith("_COMPLETE") and name.startswith("_") for name in os.environ
    ):
        return False
    first = next((word for word in words if not word.startswith("-")), "")
    return first == "all" or (first != "" and first not in COMMANDS)
