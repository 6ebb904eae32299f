"""`grade quiz [TOPIC]...`: asks, lists, shows what is known, exports the log."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .course import find_course, unreadable
from .group import ASK

if TYPE_CHECKING:
    from ..index import Index
    from ..player import Settings
    from ..store import Store


class AskingContext(click.Context):
    """The context of a command whose name nobody types: it is known by that of its group."""

    @property
    def command_path(self) -> str:
        """`grade quiz`, also in usage errors."""
        return self.parent.command_path if self.parent else super().command_path


class AskingCommand(click.Command):
    """The command behind `grade quiz` itself."""

    context_class = AskingContext


@click.command(ASK, cls=AskingCommand, hidden=True)
@click.argument("topics", nargs=-1)
@click.option("--due", is_flag=True, help="Only questions that are due.")
@click.option("--new", is_flag=True, help="Only questions never answered.")
@click.option(
    "--count", type=click.IntRange(1, 500), metavar="N", default=10, help="How many questions; 10 by default."
)
@click.option("--certainty", is_flag=True, help="Ask how sure you are, and keep a calibration.")
@click.option("--seed", help="The same variants and order of options for everyone with this seed.")
@click.option(
    "--exam",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The day of your exam: everything comes back before it.",
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
    from ..fault import BankError
    from ..store import StoreError

    root = course or find_course()
    try:
        index, store, notices = _open(root)
        for notice in [*notices, *store.notices]:
            click.echo(notice, err=True)
        if show_list or stats or export or preview:
            _show(index, store, show_list, stats, export, preview, plain)
            return
        _play(
            index, store, _settings(index, store, topics, due, new, count, certainty, seed, exam, force, restart), plain
        )
    except BankError as error:
        raise unreadable(error) from None
    except StoreError as error:
        raise click.ClickException(str(error)) from None


def _open(course: Path) -> tuple[Index, Store, list[str]]:
    from ..index import open_index
    from ..store import Store

    usual = course / ".grade"
    if usual.is_dir() and os.access(usual, os.W_OK):  # the common case, without the import below
        return open_index(course, usual / "cache"), Store(usual / "progress.db"), []
    from ...state import RecordError, state_folder

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

    from ..player import Settings
    from ..schedule import Wish
    from ..topics import UnknownTopic, named

    try:
        chosen = named(index.topics.values(), topics)
    except UnknownTopic as error:
        raise click.UsageError(str(error)) from None
    if due and new:
        raise click.UsageError("--due and --new exclude each other.")
    if isinstance(exam, datetime):
        store.set_state("exam", str(exam.timestamp()))
    return Settings(Wish(chosen, due, new, force), count, seed, certainty, restart, _exam(store))


def _exam(store: Store) -> float | None:
    """The day of the exam as it was last given."""
    kept = store.state("exam")
    return float(kept) if kept else None


def _play(index: Index, store: Store, settings: Settings, plain: bool) -> None:
    from ..player import Left, Player
    from ..screen import screen_for

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

    from ..screen import say, screen_for

    screen = screen_for(sys.stdout, plain)
    if export:
        from ..log_export import anki_csv, log_csv

        click.echo(log_csv(store.log()) if export == "csv" else anki_csv(index, store.log()), nl=False)
    elif preview:
        from ..preview import preview_lines

        try:
            say(preview_lines(index, screen, preview))
        except KeyError:
            raise click.UsageError(f"There is no question {preview!r}.") from None
    else:
        from ..schedule import Review
        from ..stats import list_lines, stats_lines

        store.catch_up(index.breaking, Review(_exam(store)))
        lines = list_lines if show_list else stats_lines
        say(lines(index, store, screen, time.time()))


COMMANDS = {ASK: ask}
