"""`grade report RUN`: the summary on the terminal, and the files that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from grader.classroom import Identity, Row, Run
    from grader.report.feedback import FeedbackMaker
    from grader.report.model import ClassReport
    from grader.report.quizmarks import QuizMarks
    from grader.report.statistics import ItemStatistics

FOLDER: Final = "reports"
_PATH: Final = click.Path(path_type=Path)
_FORMATS: Final = (
    *("html", "csv", "as_json", "jsonl", "canvas", "canvas_gradebook", "moodle", "gradescope", "junit", "markdown"),
    "feedback",
)


@click.command("report")
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--html", is_flag=True, help="One page to read, print and keep: report.html.")
@click.option("--csv", is_flag=True, help="Marks and functions as tables: marks.csv, functions.csv.")
@click.option("--json", "as_json", is_flag=True, help="The numbers of the report: report.json.")
@click.option("--jsonl", is_flag=True, help="One result a line: results.jsonl.")
@click.option("--canvas", is_flag=True, help="A gradebook for Canvas: canvas.csv.")
@click.option("--canvas-gradebook", metavar="FILE", type=_PATH, help="Fill the gradebook that Canvas exported instead.")
@click.option("--moodle", is_flag=True, help="A gradebook and grading worksheets for Moodle: moodle.csv, moodle_*.csv.")
@click.option("--gradescope", is_flag=True, help="A results.json for each submission: gradescope.zip.")
@click.option("--junit", is_flag=True, help="JUnit XML: junit.xml.")
@click.option("--markdown", is_flag=True, help="The report as Markdown: report.md.")
@click.option(
    "--feedback",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="A file for each student (HTML, text), and Moodle's zip files.",
)
@click.option("--preview", metavar="STUDENT", help="Print what a student (id, email, name, pseudonym) will see.")
@click.option(
    "--quiz", metavar="MARKS", type=_PATH, help="Show the marks of a quiz (its marks.json) beside the others."
)
@click.option("--names", is_flag=True, help="Write names instead of pseudonyms.")
@click.option("--shared", is_flag=True, help="HTML and Markdown to pass on: no students, no numbers of 1 to 4.")
def report(folder: Path, **asked: bool | str | Path | None) -> int:
    """Report on a class that `grade class` graded.

    Prints a summary. What is asked for is written into RUN/reports, pseudonyms in place of names unless --names is given;
    files for Canvas, Moodle and students always say who is who.

    Example: grade report run --html --csv

    Exit code: 0 done; 2 RUN is no run, or something asked for cannot be written.
    """
    from grader.classroom import ClassError, open_run

    _refuse_what_does_not_go_together(asked)
    try:
        with open_run(folder) as run:
            return _Reporting(run, folder, asked).run_all()
    except BrokenPipeError:
        raise  # whoever reads has seen enough
    except OSError as error:
        hint = (
            f"Reports are written into {folder / FOLDER}: make that possible, or copy the run to where you may write."
        )
        raise ClassError(f"{error.filename2 or error.filename or folder}: {error.strerror}", hint) from error


def _refuse_what_does_not_go_together(asked: Mapping[str, bool | str | Path | None]) -> None:
    """UsageError where an option would be passed over in silence, or what is to be passed on come with what is not."""
    formats = [f"--{kind.removeprefix('as_').replace('_', '-')}" for kind in _FORMATS if asked[kind]]
    if asked["shared"] and asked["names"]:
        raise click.UsageError("--shared is for others and shows nobody: leave out --names")
    others = [name for name in formats if name not in ("--html", "--markdown")]
    if asked["shared"] and others:
        raise click.UsageError(f"--shared is for --html and --markdown only: ask for {', '.join(others)} by itself")
    if asked["shared"] and not formats:
        raise click.UsageError("--shared is for --html and --markdown: add one of them")
    if asked["preview"] is not None and formats:
        raise click.UsageError(f"--preview only prints what one student will see: leave out {', '.join(formats)}")


class _Reporting:
    """One call: the run, what is asked for, and what was written."""

    def __init__(self, run: Run, folder: Path, asked: Mapping[str, bool | str | Path | None]) -> None:
        self.run = run
        self.out = folder / FOLDER
        self.asked = asked
        self.people: Mapping[str, Identity] = run.identities() if self._needs_people() else {}
        self.quiz = self._quiz()
        self.made: list[str] = []

    def _needs_people(self) -> bool:
        kinds = ("names", "quiz", "canvas", "canvas_gradebook", "moodle", "feedback", "preview")
        return any(self.asked[kind] for kind in kinds)

    def _quiz(self) -> QuizMarks | None:
        from grader.render.text import counted
        from grader.report.quizmarks import read_quiz

        path = self.asked["quiz"]
        quiz = read_quiz(path, self.people) if isinstance(path, Path) else None
        if quiz and quiz.unmatched:
            some = ", ".join(quiz.unmatched[:5]) + (" ..." if len(quiz.unmatched) > 5 else "")
            _log(f"{counted(len(quiz.unmatched), 'quiz paper')} of no student of this run, or of two: {some}")
        return quiz

    def run_all(self) -> int:
        """The exit code."""
        if isinstance(name := self.asked["preview"], str):
            return self._preview(name)
        from grader.cli.terminal import page, show
        from grader.report.gather import gather
        from grader.report.terminal import summary

        made = gather(self.run, people=self.people if self.asked["names"] else {}, quiz=self.quiz)
        show(summary(made, page()))
        self._write_all(made)
        for line in self.made:
            click.echo(line)
        if not self.made:
            click.echo(f"Next: grade report {self.out.parent} --html   (grade report --help has the other formats)")
        return 0

    # --- files -------------------------------------------------------------------------------------------------------

    def _write_all(self, made: ClassReport) -> None:
        from dataclasses import replace

        named = replace(made, people=self.people)
        if self.asked["html"] or self.asked["markdown"] or self.asked["as_json"]:
            made = self._with_hints(made)
        writers: tuple[tuple[str, Callable[[], None]], ...] = (
            ("html", lambda: self._html(made)),
            ("csv", lambda: self._csv(made)),
            ("as_json", lambda: self._json(made)),
            ("jsonl", lambda: self._jsonl(made)),
            ("canvas", lambda: self._canvas(named)),
            ("canvas_gradebook", lambda: self._canvas(named)),
            ("moodle", lambda: self._moodle(named)),
            ("gradescope", lambda: self._gradescope(made)),
            ("junit", lambda: self._junit()),
            ("markdown", lambda: self._markdown(made)),
            ("feedback", lambda: self._feedback()),
        )
        for kind, write in writers:
            if self.asked[kind] and not (kind == "canvas" and self.asked["canvas_gradebook"]):
                write()

    def _with_hints(self, made: ClassReport) -> ClassReport:
        from dataclasses import replace

        from grader.report.catalogue import read_hints

        hints = read_hints(sorted({made.exercises[m.exercise].id for m in made.mistakes if m.kind == "named"}))
        if hints.remark:
            _log(hints.remark)
        return replace(made, hints=hints.by_mistake)

    def _text(self, name: str, pieces: Iterable[str]) -> None:
        from grader.report.files import make_private, write_text

        make_private(self.out)
        size = write_text(self.out / name, pieces)
        self.made.append(f"Written: {self.out / name} ({_size(size)})")

    def _statistics(self, made: ClassReport) -> ItemStatistics:
        from grader.report.statistics import item_statistics

        return item_statistics(made)

    def _html(self, made: ClassReport) -> None:
        from grader.report.page import page

        shared = bool(self.asked["shared"])
        self._text(f"{self._name()}.html", (page(made, self._statistics(made), shared=shared),))

    def _name(self) -> str:
        """What to call a report: one to pass on must not be replaced by one that shows students."""
        return "shared" if self.asked["shared"] else "report"

    def _csv(self, made: ClassReport) -> None:
        from grader.report.formats import tables

        self._text("marks.csv", tables.marks(made))
        self._text("functions.csv", tables.functions(made, self._statistics(made)))

    def _json(self, made: ClassReport) -> None:
        from grader.report.formats.documents import report_json

        self._text("report.json", report_json(made, self._statistics(made)))

    def _jsonl(self, made: ClassReport) -> None:
        from grader.report.formats.documents import result_lines

        self._text("results.jsonl", result_lines(self.run.rows(), made.people, self._quiz_of))

    def _canvas(self, named: ClassReport) -> None:
        from grader.report.formats.canvas import gradebook
        from grader.report.formats.canvas_export import filled

        own = self.asked["canvas_gradebook"]
        made = filled(named, own) if isinstance(own, Path) else gradebook(named)
        self._text("canvas.csv", made.lines)
        _log(*made.remarks)

    def _moodle(self, named: ClassReport) -> None:
        from grader.render.text import counted
        from grader.report.formats.moodle import gradebook, participant, worksheets

        made = gradebook(named)
        self._text("moodle.csv", made.lines)
        _log(*made.remarks)
        if any(participant(who) for who in self.people.values()):
            from grader.report.files import write_text

            for sheet in worksheets(named):
                write_text(self.out / sheet.name, sheet.lines)
                if sheet.out_of_range:
                    _log(
                        f"{sheet.name} leaves out {counted(sheet.out_of_range, 'mark')} below 0 or above the most, "
                        "which Moodle does not take"
                    )
            self.made.append(f"Written: {self.out}/moodle_*.csv: grading worksheets for assignments")

    def _gradescope(self, made: ClassReport) -> None:
        from grader.report.files import make_private, write_zip
        from grader.report.formats.gradescope import members

        make_private(self.out)
        sees = self.run.rules.students_see
        size = write_zip(self.out / "gradescope.zip", members(self.run.rows(), made, self._version, sees))
        self.made.append(f"Written: {self.out / 'gradescope.zip'} ({_size(size)})")

    def _version(self, row: Row) -> str:
        return self.run.conditions_of(row)[0]

    def _junit(self) -> None:
        from grader.report.formats.junit import document

        self._text("junit.xml", document(self.run.rows(), self.run.exercises, self._quiz_of))

    def _markdown(self, made: ClassReport) -> None:
        from grader.report.formats.markdown import document

        self._text(f"{self._name()}.md", document(made, shared=bool(self.asked["shared"])))

    # --- what students see -------------------------------------------------------------------------------------------

    def _maker(self) -> FeedbackMaker:
        from grader.report.catalogue import read_hints
        from grader.report.feedback import FeedbackMaker

        run = self.run
        hints = read_hints([e.id for e in run.exercises]) if "hints" in run.rules.students_see else None
        if hints and hints.remark:
            _log(hints.remark)
        known = hints.by_mistake if hints else {}
        return FeedbackMaker(run.course, run.exercises, run.rules.students_see, lambda *key: known.get(key, ""))

    def _quiz_of(self, student: str) -> tuple[str, float, float] | None:
        marks = self.quiz.marks.get(student) if self.quiz else None
        return (self.quiz.title, *marks) if self.quiz and marks else None

    def _preview(self, word: str) -> int:
        from grader.report.handing_back import preview

        student = _find(self.people, word)
        click.echo(preview(self.run, student, self.people.get(student), self._maker(), self._quiz_of), nl=False)
        return 0

    def _feedback(self) -> None:
        from grader.report.handing_back import write_feedback

        folder = self.asked["feedback"]
        assert isinstance(folder, Path)
        self.made += write_feedback(self.run, self.people, folder, self._maker(), self._quiz_of)


def _find(people: Mapping[str, Identity], word: str) -> str:
    """The pseudonym of the one student that a word means."""
    exact = [who.pseudonym for who in people.values() if word in (who.pseudonym, who.student)]
    folded = word.casefold()
    found = exact or [
        who.pseudonym
        for who in people.values()
        if folded in (text.casefold() for text in (who.email, who.name, *who.ids.values()) if text)
    ]
    if len(found) != 1:
        raise click.UsageError(f"{word!r} means {'no student' if not found else f'{len(found)} students'} of this run")
    return found[0]


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.1f} kB"


def _log(*messages: str) -> None:
    from grader.cli.terminal import log

    log(*(f"grade: {message}" for message in messages))
