"""`python -m grader.quiz.lint [FILES]`: lint some topic files, or the whole bank."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..bank import read_bank
from ..index import HEAD
from ..screen import counted
from . import Severity, lint_bank, lint_files
from .statistics import bot_scores, counts


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--course", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("."))
@click.option("--publish", is_flag=True, help="Write the ledger of published questions when there is no error.")
@click.option("--schema", is_flag=True, help="Write question_bank/question_bank.schema.json from the models.")
def main(files: tuple[Path, ...], course: Path, publish: bool, schema: bool) -> None:
    """Lint topic FILES, or the whole bank when none is given."""
    if schema:
        _write_schema(course)
        return
    if not (course / HEAD).exists():
        raise click.UsageError(f"There is no {HEAD} in {course.resolve()}; use --course.")
    findings = lint_files(course, files) if files else lint_bank(course)
    for finding in findings:
        click.echo(str(finding))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    _summary(course, files)
    click.echo(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}")
    if publish and not errors and not files:
        from .ledger import LEDGER
        from .ledger import publish as write

        click.echo(f"{LEDGER}: {write(course, read_bank(course))} entries")
    sys.exit(1 if errors else 0)


def _summary(course: Path, files: tuple[Path, ...]) -> None:
    try:
        bank = read_bank(course, files or None)
    except Exception:  # the head cannot be read: the findings have said so
        return
    found = counts(bank)
    click.echo(f"{found.questions} questions, {found.templates} with parameters")
    difficulties = {str(level): count for level, count in found.by_difficulty.items()}
    for title, counter in (("type", found.by_type), ("difficulty", difficulties), ("bloom", found.by_bloom)):
        click.echo(f"  {title}: " + ", ".join(f"{key} {counter[key]}" for key in sorted(counter)))
    live = [placed for placed in bank.questions if placed.status != "retired"]
    for score in bot_scores(live):
        click.echo(f"  {score}")


def _write_schema(course: Path) -> None:
    import json

    from ..schema import json_schema

    file = course / "question_bank" / "question_bank.schema.json"
    file.write_text(json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"wrote {file}")


main()
