"""`grade quiz`: the player, and the commands for instructors. Heavy imports stay inside the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .bank import Bank
    from .index import Index
    from .player import Settings
    from .store import Store

HEAD = "question_bank.yaml"
ASK = "ask"


class QuizGroup(click.Group):
    """A group whose default is to ask: every word that is no subcommand is a topic."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Send everything but the subcommands and the group's help to the asking command."""
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help")):
            args = [ASK, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways of calling."""
        formatter.write_usage(ctx.command_path, "[TOPIC]... [OPTIONS]")
        formatter.write_usage(ctx.command_path, "paper|mark|analyse|import|export ...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the asking command, then the subcommands."""
        command = self.commands[ASK]
        records = [record for param in command.get_params(ctx) if (record := param.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)


@click.group(cls=QuizGroup, context_settings={"help_option_names": ["-h", "--help"]})
def quiz() -> None:
    """Quiz yourself on the mathematics of deep learning.

    `grade quiz` asks what is due and then what is new; `grade quiz lstm dropout` asks about topics. Nothing is lost when you leave.

    Example: grade quiz batchnorm --count 5
    """


@quiz.command(ASK, hidden=True)
@click.argument("topics", nargs=-1)
@click.option("--due", is_flag=True, help="Only questions that are due.")
@click.option("--new", is_flag=True, help="Only questions never answered.")
@click.option("--count", type=click.IntRange(1, 500), default=10, show_default=True, help="How many questions.")
@click.option("--certainty", is_flag=True, help="Ask how sure you are, and keep a calibration.")
@click.option("--seed", help="The same variants and order of options for everyone with this seed.")
@click.option(
    "--exam", type=click.DateTime(["%Y-%m-%d"]), help="The day of your exam: everything comes back before it."
)
@click.option("--force", is_flag=True, help="Ask new questions although the topics before them are not known yet.")
@click.option("--restart", is_flag=True, help="Do not take up the session you left.")
@click.option("--list", "show_list", is_flag=True, help="List the topics.")
@click.option("--stats", is_flag=True, help="Show what you know, what falls due, and your calibration.")
@click.option(
    "--export", type=click.Choice(["anki", "csv"]), help="Print the log as CSV, or what you saw as Anki notes."
)
@click.option("--preview", metavar="ID", help="Show one question with its answer; nothing is saved.")
@click.option("--plain", is_flag=True, help="Maths on one line, for screen readers and logs.")
@click.option("--course", type=click.Path(exists=True, file_okay=False, path_type=Path), hidden=True)
def ask(
    topics: tuple[str, ...], due: bool, new: bool, count: int, certainty: bool, seed: str | None, exam: object,
    force: bool, restart: bool, show_list: bool, stats: bool, export: str | None, preview: str | None, plain: bool,
    course: Path | None,
) -> None:  # fmt: skip
    """Ask questions about TOPICS, or what is due and new."""
    from .fault import BankError
    from .store import StoreError

    root = course or find_course()
    try:
        index, store, notices = _open(root)
        for notice in notices:
            click.echo(notice, err=True)
        if show_list or stats or export or preview:
            _show(index, store, show_list, stats, export, preview, plain)
            return
        _play(
            index, store, _settings(index, store, topics, due, new, count, certainty, seed, exam, force, restart), plain
        )
    except BankError as error:
        raise click.ClickException(f"the question bank cannot be read:\n{error}") from None
    except StoreError as error:
        raise click.ClickException(str(error)) from None


def find_course(start: Path | None = None) -> Path:
    """The nearest folder upwards that holds a question bank; a usage error if there is none."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / HEAD).is_file():
            return folder
    raise click.UsageError(f"There is no {HEAD} in {here} or above it. Run this in the course's folder.")


def _open(course: Path) -> tuple[Index, Store, list[str]]:
    from .index import open_index
    from .store import Store

    usual = course / ".grade"
    if usual.is_dir() and os.access(usual, os.W_OK):  # the common case, without the import below
        return open_index(course, usual / "cache"), Store(usual / "progress.db"), []
    from ..state import RecordError, state_folder

    notices = []
    try:
        folder = state_folder(course)
        cache: Path | None = folder / "cache"
    except RecordError as error:
        notices.append(f"Progress cannot be saved anywhere ({error}). This session is not kept.")
        return open_index(course, None), Store(None), notices
    if folder.parent != course:
        notices.append(f"{course} is read-only: progress is kept in {folder}.")
    return open_index(course, cache), Store(folder / "progress.db"), notices


def _settings(
    index: Index, store: Store, topics: tuple[str, ...], due: bool, new: bool, count: int, certainty: bool,
    seed: str | None, exam: object, force: bool, restart: bool,
) -> Settings:  # fmt: skip
    from datetime import datetime

    from .player import Settings
    from .schedule import Wish
    from .topics import UnknownTopic, named

    try:
        chosen = named(index, topics)
    except UnknownTopic as error:
        raise click.UsageError(str(error)) from None
    if due and new:
        raise click.UsageError("--due and --new exclude each other.")
    if isinstance(exam, datetime):
        store.set_state("exam", str(exam.timestamp()))
    kept = store.state("exam")
    return Settings(Wish(chosen, due, new, force), count, seed, certainty, restart, float(kept) if kept else None)


def _play(index: Index, store: Store, settings: Settings, plain: bool) -> None:
    from .player import Left, Player
    from .screen import screen_for

    try:
        Player(index, store, screen_for(sys.stdout, plain), settings).run()
    except Left as left:
        raise click.exceptions.Exit(left.code) from None
    except KeyboardInterrupt:
        click.echo("\nInterrupted. Every answer is saved; `grade quiz` takes the session up again.")
        raise click.exceptions.Exit(130) from None
    finally:
        store.close()


def _show(
    index: Index, store: Store, show_list: bool, stats: bool, export: str | None, preview: str | None, plain: bool
) -> None:
    import time

    from .screen import say, screen_for

    screen = screen_for(sys.stdout, plain)
    if export:
        from .log_export import anki_csv, log_csv

        click.echo(log_csv(store.log()) if export == "csv" else anki_csv(index, store.log()), nl=False)
    elif preview:
        from .preview import preview_lines

        try:
            say(preview_lines(index, screen, preview))
        except KeyError:
            raise click.UsageError(f"There is no question {preview!r}.") from None
    else:
        from .stats import list_lines, stats_lines

        say(
            list_lines(index, store, screen, time.time())
            if show_list
            else stats_lines(index, store, screen, time.time())
        )


def _read_bank(course: Path | None) -> Bank:
    from .bank import load_bank
    from .fault import BankError

    try:
        return load_bank(course or find_course())
    except BankError as error:
        raise click.ClickException(f"the question bank cannot be read:\n{error}") from None


_COURSE = click.option(
    "--course", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The course's folder."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@quiz.command()
@click.option("--blueprint", type=_FILE, required=True, help="What the paper holds, a YAML file.")
@click.option("--students", type=_FILE, required=True, help="The roster: CSV with a column id, or one id a line.")
@click.option("--out", type=_FOLDER, required=True, help="A new folder for papers, answer sheets and the key.")
@click.option("--seed", help="Draw the same papers again. Anyone who knows it can draw them too.")
@_COURSE
def paper(blueprint: Path, students: Path, out: Path, seed: str | None, course: Path | None) -> None:
    """Draw a paper for each student, without keys, and the instructor's copy."""
    from .paper import PaperError, read_blueprint, write_papers
    from .roster import RosterError, read_roster

    bank = _read_bank(course)
    try:
        roster = read_roster(students)
        count = write_papers(bank, read_blueprint(blueprint), roster, out, seed)
    except (PaperError, RosterError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"{count} papers in {out / 'papers'}, answer sheets in {out / 'answers'}.")
    click.echo(f"Keep {out / 'key.json'} to yourself: it holds the questions with their answers.")
    click.echo(f"Put what comes back into {out / 'returned'}, then: grade quiz mark {out}")


@quiz.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--returned", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The returned sheets.")
def mark(folder: Path, returned: Path | None) -> None:
    """Mark the returned answer sheets of FOLDER with the instructor's copy."""
    from .marking import MarkingError, mark_folder, marks_csv, marks_json, read_key

    try:
        papers, remarks = mark_folder(folder, returned)
        key = read_key(folder)
        (folder / "marks.csv").write_text(marks_csv(papers), encoding="utf-8")
        (folder / "marks.json").write_text(marks_json(key["title"], papers, key["records"]), encoding="utf-8")
    except MarkingError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}.") from None
    for one in papers:
        note = f"  {len(one.remarks)} remarks" if one.remarks else ""
        click.echo(f"{one.student:<20} {one.points:7.2f} of {one.max_points:g}{note}")
    for remark in [*(f"{one.student}: {text}" for one in papers for text in one.remarks), *remarks]:
        click.echo(remark, err=True)
    click.echo(f"Written: {folder / 'marks.csv'}, {folder / 'marks.json'}. Next: grade quiz analyse {folder}")


@quiz.command()
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=_FOLDER, help="Where to write analysis.md, .csv and .json; RUN itself by default.")
@_COURSE
def analyse(run: Path, out: Path | None, course: Path | None) -> None:
    """Print and write the item analysis of RUN: a marked folder, or logs exported with --export csv."""
    from .analysis import analyse as analyse_run
    from .analysis import to_csv, to_json, to_lines
    from .responses import ResponseError, read_run
    from .screen import say

    marked = run.is_dir() and (run / "marks.json").exists()
    records = {} if marked else {placed.question.id: placed.record for placed in _read_bank(course).questions}
    try:
        responses, remarks = read_run(run, records)
        if not responses.responses:
            raise ResponseError(f"{run} holds no answer.")
        analysis = analyse_run(responses)
        folder = out or (run if run.is_dir() else run.parent)
        folder.mkdir(parents=True, exist_ok=True)
        lines = to_lines(analysis)
        for name, text in (("md", "\n".join(lines) + "\n"), ("csv", to_csv(analysis)), ("json", to_json(analysis))):
            (folder / f"analysis.{name}").write_text(text, encoding="utf-8")
    except ResponseError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"the analysis cannot be written: {error.strerror}.") from None
    for remark in remarks:
        click.echo(remark, err=True)
    say([*lines, "", f"Written: {folder / 'analysis.md'}, analysis.csv, analysis.json."])


@quiz.command()
@click.argument("format", type=click.Choice(["moodle", "gift", "text2qti", "prairielearn"]))
@click.argument("topics", nargs=-1)
@click.option("--out", type=_FOLDER, required=True, help="The folder to write to.")
@click.option(
    "--variants", type=click.IntRange(1, 50), default=3, show_default=True, help="Of questions with parameters."
)
@click.option("--with-exam", is_flag=True, help="Exam questions too; without it only those of the self-quiz.")
@_COURSE
def export(
    format: str, topics: tuple[str, ...], out: Path, variants: int, with_exam: bool, course: Path | None
) -> None:  # fmt: skip
    """Write questions about TOPICS, or all, in another format; what it cannot hold is listed."""
    from .formats.gift import export_gift
    from .formats.moodle import export_moodle
    from .formats.prairielearn import export_prairielearn
    from .formats.text2qti import export_text2qti

    bank = _read_bank(course)
    statuses = ("reviewed", "exam") if with_exam else ("reviewed",)
    records = [p.record for p in bank.questions if p.status in statuses]
    if topics:
        known = {topic.id for topic in bank.head.topics} | {group.id for group in bank.head.groups}
        unknown = [topic for topic in topics if topic not in known]
        if unknown:
            raise click.UsageError(f"There is no topic {unknown[0]!r}. All topics: grade quiz --list")
        records = [record for record in records if record["topic"] in topics or record["group"] in topics]
    made = {
        "moodle": lambda: export_moodle(records, variants), "gift": lambda: export_gift(records, variants),
        "text2qti": lambda: export_text2qti(records, variants, bank.head.title),
        "prairielearn": lambda: export_prairielearn(records),
    }[format]()  # fmt: skip
    try:
        for name, text in made.files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from None
    for loss in made.losses:
        click.echo(str(loss), err=True)
    click.echo(f"{made.written} questions in {out}; {len(made.losses)} remarks on what {format} cannot hold.")


@quiz.command("import")
@click.argument("format", type=click.Choice(["moodle", "gift"]))
@click.argument("file", type=_FILE)
@click.option("--group", required=True, help="The group of the new topic file, such as q31.")
@click.option("--topic", required=True, help="The topic of questions that name none.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The topic file to write.")
def import_(format: str, file: Path, group: str, topic: str, out: Path) -> None:
    """Make a topic file of drafts from a Moodle XML or GIFT file; what has no counterpart is listed."""
    from .formats import FormatError
    from .formats.common import topic_file
    from .formats.gift import import_gift
    from .formats.moodle import import_moodle

    if out.exists():
        raise click.ClickException(f"{out} exists. Take another name, or delete it yourself.")
    try:
        data = file.read_bytes()
        if format == "moodle":
            found = import_moodle(data, topic)
        else:
            found = import_gift(data.decode("utf-8-sig"), topic)
    except (FormatError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}.") from None
    out.write_text(topic_file(group, found.questions), encoding="utf-8")
    for loss in found.losses:
        click.echo(str(loss), err=True)
    click.echo(f"{len(found.questions)} drafts in {out}. Next: python -m grader.quiz.lint {out}")
