"""Where the question bank is, read as the commands need it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..bank import Bank
    from ..fault import BankError

HEAD = "question_bank.yaml"


def find_course(start: Path | None = None) -> Path:
    """The nearest folder upwards that holds a question bank; a usage error if there is none."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / HEAD).is_file():
            return folder
    raise click.UsageError(f"There is no {HEAD} in {here} or above it. Run this in the course's folder.")


def bank_of(course: Path | None) -> Bank:
    """The bank of a course, by default of the current folder; what is wrong with it ends the command."""
    from ..bank import load_bank
    from ..fault import BankError

    try:
        return load_bank(course or find_course())
    except BankError as error:
        raise unreadable(error) from None


def unreadable(error: BankError) -> click.ClickException:
    """The error that ends a command whose bank is at fault; each fault is logged on a line of its own."""
    for line in str(error).split("\n"):
        click.echo(line, err=True)
    return click.ClickException("the question bank cannot be read, for the reasons above.")


COURSE_OPTION = click.option(
    "--course", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The course's folder."
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
