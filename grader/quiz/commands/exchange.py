"""`grade quiz export|import`: the bank in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .course import COURSE_OPTION, FILE, FOLDER, bank_of

if TYPE_CHECKING:
    from ..bank import Bank


@click.command(short_help="Write questions in another format.")
@click.argument("format", metavar="FORMAT", type=click.Choice(["moodle", "gift", "text2qti", "prairielearn"]))
@click.argument("topics", nargs=-1)
@click.option("--out", type=FOLDER, required=True, help="The folder to write to.")
@click.option(
    "--variants", type=click.IntRange(1, 50), default=3, show_default=True, help="Of questions with parameters."
)
@click.option("--with-exam", is_flag=True, help="Exam questions too; without it only those of the self-quiz.")
@COURSE_OPTION
def export(
    format: str, topics: tuple[str, ...], out: Path, variants: int, with_exam: bool, course: Path | None
) -> None:  # fmt: skip
    """Write questions about TOPICS, or all, in another FORMAT; what it cannot hold is listed.

    FORMAT is moodle (XML), gift, text2qti (for Canvas) or prairielearn.
    """
    from ..formats.known import exported
    from ..screen import counted

    bank = bank_of(course)
    made = exported(format, _records(bank, topics, with_exam), variants, bank.head.title)
    try:
        for name, text in made.files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from None
    for loss in made.losses:
        click.echo(str(loss), err=True)
    remarks = counted(len(made.losses), "remark")
    click.echo(f"{counted(made.written, 'question')} in {out}; {remarks} on what {format} cannot hold.")


def _records(bank: Bank, topics: tuple[str, ...], with_exam: bool) -> list[dict[str, Any]]:
    """The questions about these topics, or all, that may leave the bank."""
    from ..topics import UnknownTopic, named

    try:
        chosen = named(bank.head.topics, topics) if topics else bank.topics().keys()
    except UnknownTopic as error:
        raise click.UsageError(str(error)) from None
    statuses = ("reviewed", "exam") if with_exam else ("reviewed",)
    return [p.record for p in bank.questions if p.status in statuses and p.question.topic in chosen]


@click.command("import", short_help="Make drafts from Moodle XML or GIFT.")
@click.argument("format", metavar="FORMAT", type=click.Choice(["moodle", "gift"]))
@click.argument("file", type=FILE)
@click.option("--group", required=True, help="The group of the new topic file, such as q31.")
@click.option("--topic", required=True, help="The topic of questions that name none.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The topic file to write.")
def import_(format: str, file: Path, group: str, topic: str, out: Path) -> None:
    """Make a topic file of drafts from FILE; what has no counterpart is listed. FORMAT is moodle (XML) or gift."""
    from ..formats import FormatError
    from ..formats.drafts import topic_file
    from ..formats.known import imported
    from ..screen import counted

    if out.exists():
        raise click.ClickException(f"{out} exists. Take another name, or delete it yourself.")
    try:
        found = imported(format, file.read_bytes(), topic)
        out.write_text(topic_file(group, found.questions), encoding="utf-8")
    except (FormatError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}.") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
    for loss in found.losses:
        click.echo(str(loss), err=True)
    click.echo(f"{counted(len(found.questions), 'draft')} in {out}. Next: python -m grader.quiz.lint {out}")


COMMANDS = {"export": export, "import": import_}
