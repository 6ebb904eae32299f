"""`grade class` and `grade similar`. Heavy imports stay inside the commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

GRADE: Final = "grade"
FAULT: Final = 3

run_argument = click.argument("run", type=click.Path(path_type=Path, file_okay=False, exists=True))


class ClassGroup(click.Group):
    """A group whose default is to grade: every first word that is no subcommand is a folder of submissions."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Sends everything but the subcommands and the group's help to the grading command."""
        help_options = ("-h", "--help")
        if not args or (args[0] not in self.commands and any(word in help_options for word in args)):
            args = ["--help"]  # the group's, which holds the options of the grading command
        elif not args[0].startswith("-") and (near := self._near(args[0])):
            raise click.UsageError(f"there is no folder {args[0]!r}. Did you mean grade class {near}?", ctx)
        elif args[0] not in self.commands:
            args = [GRADE, *args]
        return super().parse_args(ctx, args)

    def _near(self, word: str) -> str:
        """The subcommand that a word is nearly, if it is nothing on the disk."""
        from difflib import get_close_matches

        if word in self.commands or Path(word).exists():
            return ""
        return next(iter(get_close_matches(word, [name for name in self.commands if name != GRADE], 1, 0.7)), "")

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, called in messages as it is given: `grade class SUBMISSIONS`."""
        name, command, rest = super().resolve_command(ctx, args)
        return ("SUBMISSIONS" if name == GRADE else name), command, rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The two ways of calling."""
        formatter.write_usage(ctx.command_path, "SUBMISSIONS --out RUN [OPTIONS]")
        formatter.write_usage(ctx.command_path, "merge|diff|override|forget|export-data ...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of the grading command, then the subcommands."""
        command = self.commands[GRADE]
        options = [param for param in command.get_params(ctx) if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)


@click.group("class", cls=ClassGroup, context_settings={"help_option_names": ["-h", "--help"]})
def class_group() -> None:
    """Grade everything that came in.

    SUBMISSIONS is a folder with a file, a folder or an archive per student, or what Moodle, Canvas, Gradescope or
    nbgrader give. Results go into RUN. The same command goes on where it stopped, and grades only what is new.

    Example: grade class submissions --out run
    """


@class_group.command(GRADE, hidden=True)
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of the run.")
@click.option("--roster", type=click.Path(path_type=Path, dir_okay=False), help="A CSV file that lists the students.")
@click.option("--jobs", type=click.IntRange(1, 1024), show_default="all cores", help="Submissions graded at once.")
@click.option(
    "--secret",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the secret that hidden inputs come from.",
)
@click.option("--shard", metavar="I/N", help="Grade the I-th of N parts into a file for grade class merge.")
@click.option("--dask", metavar="ADDRESS", help="Grade on the workers of this Dask scheduler.")
@click.option("--allow-unsafe", is_flag=True, help="Grade where student code cannot be confined; reports say so.")
def grade_command(
    submissions: Path,
    out: Path,
    roster: Path | None,
    jobs: int | None,
    secret: Path | None,
    shard: str | None,
    dask: str | None,
    allow_unsafe: bool,
) -> int:
    """Grade everything that came in.

    Exit code: 0 everything was graded, 2 wrong usage, 3 the course or the grader is at fault for what could not be.
    """
    from grader.catalog import find_course
    from grader.classroom.coordinate import Request, grade_class
    from grader.classroom.progress import grading_progress
    from grader.classroom.summary import save_lists, sentences, shard_sentences
    from grader.classroom.work.shard import Part

    part = Part.parse(shard) if shard is not None else None
    if submissions.is_dir() and out.resolve().is_relative_to(submissions.resolve()):
        raise click.UsageError(
            f"the run would lie among the submissions: name a folder outside {submissions} with --out"
        )
    request = Request(submissions, out, roster, secret, jobs, dask, allow_unsafe)
    with grading_progress() as progress, _going_on():
        if part is not None:
            from grader.classroom.shards import grade_shard

            summary = grade_shard(find_course(), request, part, progress)
            _show(shard_sentences(summary, out / part.file))
            return FAULT if summary.failures or summary.problems else 0
        summary = grade_class(find_course(), request, progress)
    save_lists(summary.collected, out, summary.reported)
    _show(sentences(summary, out))
    return FAULT if summary.failures or summary.problems else 0


@contextmanager
def _going_on() -> Iterator[None]:
    """Says, where somebody stops the command, that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\nStopped. What is graded is kept: give the same command again, and it goes on.", err=True)
        raise


def _show(sentences: Iterable[tuple[str, str]]) -> None:
    """Prints sentences, whatever names they quote, wrapped and harmless."""
    from grader.cli.terminal import page, show
    from grader.render.text import Line

    where = page()
    lines = []
    for text, indent in sentences:
        lead = text[: len(text) - len(text.lstrip())]
        lines += [Line(piece) for piece in where.wrap(text.lstrip(), indent, lead)]
    show(lines)


@class_group.command("merge")
@run_argument
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--submissions", type=click.Path(path_type=Path, exists=True), help="Where the submissions are, if they were moved."
)
def merge_command(run: Path, files: tuple[Path, ...], submissions: Path | None) -> int:
    """Put the files of grade class --shard into RUN's ledger; all in RUN if none is named.

    Doing it twice changes nothing. What no shard has graded, grade class without --shard grades.
    """
    from grader.catalog import find_course
    from grader.classroom.shards import merge
    from grader.classroom.summary import merge_sentences, save_lists

    merged = merge(find_course(), run, files, submissions)
    save_lists(merged.collected, run)
    _show(merge_sentences(merged, run))
    return 0


@class_group.command("diff")
@click.argument(
    "runs", nargs=-1, required=True, metavar="RUN [RUN2]", type=click.Path(path_type=Path, file_okay=False, exists=True)
)
@click.option("--names", is_flag=True, help="Show students by name instead of by pseudonym.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, also on errors.")
def diff_command(runs: tuple[Path, ...], names: bool, as_json: bool) -> int:
    """Show every mark that differs between two runs.

    With one RUN: between it as it stands and as it stood before its last regrade. Without a difference nothing is shown.
    """
    from grader.classroom.compare_runs import changes
    from grader.classroom.run import open_run
    from grader.classroom.summary import change_sentences, changes_document
    from grader.cli.terminal import echo_json

    if len(runs) > 2:
        raise click.UsageError("diff compares one or two runs")
    with open_run(runs[-1]) as new:
        old = open_run(runs[0]) if len(runs) == 2 else new.before()
        if old is None:
            raise click.UsageError(f"{runs[0]} was never regraded; name two runs")
        with old:
            who = {name: identity.student for name, identity in new.identities().items()} if names else {}
            found = list(changes(old, new))
            if as_json:
                echo_json(changes_document(found, who))
            else:
                earlier = str(old.folder) if len(runs) == 2 else "before the last regrade"
                _show(change_sentences(found, who, earlier, str(new.folder)))
    return 0


class Points(click.Command):
    """A command with points, which a word such as -1 is meant for, and not as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Says of negative points what they are, before they are looked for among the options."""
        numbers = [word for word in args if re.fullmatch(r"-\.?\d.*", word)]
        if numbers and "--" not in args:
            raise click.UsageError(f"{numbers[0]} is no number of points: give 0 or more, or --take-back", ctx)
        return super().parse_args(ctx, args)


@class_group.command("override", cls=Points)
@run_argument
@click.argument("student")
@click.argument("target", metavar="EXERCISE[:FUNCTION]")
@click.argument("points", type=float, required=False)
@click.option("--reason", default="", help="Why; it is kept for ever.")
@click.option("--author", help="Who, if not this account.")
@click.option("--take-back", is_flag=True, help="Let the graded points count again.")
def override_command(
    run: Path, student: str, target: str, points: float | None, reason: str, author: str | None, take_back: bool
) -> int:
    """Set a student's points by hand; they survive every regrade.

    Points of a whole exercise are its last word, and no late rule is applied to them.
    """
    from grader.classroom.by_hand import author_of, override
    from grader.classroom.personal import find_student
    from grader.classroom.summary import override_sentences

    if (points is None) != take_back:
        raise click.UsageError("give the points, or --take-back")
    who = find_student(run, student)
    before, after = override(run, who, target, points, reason=reason, author=author_of(author))
    _show(override_sentences(who, before, after))
    return 0


@class_group.command("forget")
@run_argument
@click.argument("student")
@click.option("--author", help="Who, if not this account.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget_command(run: Path, student: str, author: str | None, yes: bool) -> int:
    """Remove everything that RUN holds of a student."""
    from grader.classroom.by_hand import author_of
    from grader.classroom.personal import find_student, forget
    from grader.classroom.summary import forgotten_sentences

    who = find_student(run, student)
    if not yes and not _agreed(f"Remove everything that {run} holds of {who.student!a}? It cannot be brought back"):
        return 1
    counts = forget(run, who, author_of(author))
    _show(forgotten_sentences(who, counts))
    return 0


def _agreed(question: str) -> bool:
    try:
        return click.confirm(question)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError("there is nobody to ask here: add --yes to remove them") from None


@class_group.command("export-data")
@run_argument
@click.argument("student")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="The file to write, instead of the screen.")
def export_command(run: Path, student: str, to: Path | None) -> int:
    """Give out everything that RUN holds of a student, as JSON."""
    import json

    from grader.classroom.personal import export_data, find_student

    document = json.dumps(export_data(run, find_student(run, student)), indent=1, sort_keys=True)
    if to is None:
        click.echo(document)
        return 0
    _write_private(to, document + "\n")
    return 0


def _write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, also where there was one that others may."""
    try:
        path.touch(mode=0o600)
        if os.name != "nt":
            path.chmod(0o600)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error


@click.command("similar")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--previous",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Submissions or a run of an earlier year.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("similar.html"),
    show_default=True,
    help="The page to write.",
)
@click.option("--top", type=click.IntRange(1, 1000), default=20, show_default=True, help="Pairs an exercise.")
@click.option("--jobs", type=click.IntRange(1, 1024), show_default="all cores", help="Files read at once.")
@click.option(
    "--export", type=click.Path(path_type=Path), help="Write folders for dolos, compare50 and JPlag instead of a page."
)
def similar(
    submissions: Path, previous: tuple[Path, ...], out: Path, top: int, jobs: int | None, export: Path | None
) -> int:
    """Find pairs of submissions that are worth a look. This is never a verdict.

    SUBMISSIONS is what grade class takes, or a run: then shared wrong answers are compared too. Students are pseudonyms.

    Example: grade similar submissions --top 10
    """
    from grader.catalog import find_course
    from grader.classroom.similar.export import export as export_folders
    from grader.classroom.similar.find import similar as find_similar
    from grader.classroom.similar.find import sources_of
    from grader.classroom.similar.page import page
    from grader.render.text import counted

    course = find_course()
    sources = sources_of(course, submissions, previous)
    if export is not None:
        count = export_folders(course, sources, export)
        _show([(f"Written: {counted(count, 'file')}, and {export / 'commands.txt'} with what to run.", "  ")])
        return 0
    found = list(find_similar(course, submissions, sources, top, jobs or os.cpu_count() or 1))
    _write_private(out, page(course.name, found))
    pairs = counted(sum(len(each.pairs) for each in found), "pair")
    _show([(f"{counted(len(sources), 'work')} compared, {pairs} worth a look, which proves nothing: {out}", "  ")])
    return 0
