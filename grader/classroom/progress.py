"""How far grading is: a bar with rate, time left and failures on a terminal, one line a minute elsewhere; on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from grader.render.text import counted

LINE_SECONDS: Final = 60.0

Report = Callable[[int, int, int], None]


@contextmanager
def grading_progress() -> Iterator[Report]:
    """A function to call with what is done, what there is, and how many failures of ours there were."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if terminal and os.environ.get("TERM") != "dumb" and not os.environ.get("CI"):
        with _bar() as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("{task.fields[failures]}"),
    )  # fmt: skip
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("grading", total=None, rate="", failures="")

        def report(done: int, total: int, failures: int) -> None:
            words = f"{failures} broken" if failures else ""
            bar.update(task, completed=done, total=total, rate=rate(done, time.monotonic() - started), failures=words)

        yield report


def _lines(clock: Callable[[], float] = time.monotonic) -> Report:
    started = last = clock()
    before = 0

    def report(done: int, total: int, failures: int) -> None:
        nonlocal last, before
        now = clock()
        if now - last >= LINE_SECONDS:
            # by the last minute: endless loops are timed by themselves at the end, hundreds of times slower than the rest
            left = time_left(done, total, done - before, now - last)
            last, before = now, done
            broken = f", {failures} broken" if failures else ""
            click.echo(f"grading: {done} of {total}, {rate(done, now - started)}{left}{broken}", err=True)

    return report


def time_left(done: int, total: int, lately: int, seconds: float) -> str:
    """How long the rest takes if it goes on as in the last seconds, in which `lately` were done; "" if none was."""
    if lately <= 0 or done >= total:
        return ""
    minutes = (total - done) * seconds / lately / 60
    return f", {counted(round(minutes), 'minute')} left" if minutes >= 1 else ", less than a minute left"


def rate(done: int, seconds: float) -> str:
    """How many a second, or a minute where they are few and it lasts."""
    if seconds <= 0 or not done:
        return ""
    each = done / seconds
    if each < 1 and seconds >= LINE_SECONDS:
        return f"{60 * each:.0f} a minute"
    return f"{each:.{0 if each >= 1 else 1}f} a second"
