"""How far grading is: a bar with rate, time left and failures on a terminal, one line a minute elsewhere; on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import click

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


def _lines() -> Report:
    started = last = time.monotonic()

    def report(done: int, total: int, failures: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_SECONDS:
            last = now
            left = f", {(total - done) * (now - started) / done / 60:.0f} minutes left" if done else ""
            broken = f", {failures} broken" if failures else ""
            click.echo(f"grading: {done} of {total}, {rate(done, now - started)}{left}{broken}", err=True)

    return report


def rate(done: int, seconds: float) -> str:
    """How many a second."""
    return f"{done / seconds:.0f} a second" if seconds > 0 and done else ""
