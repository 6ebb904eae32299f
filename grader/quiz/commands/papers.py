"""`grade quiz paper|mark|analyse`: papers of a class, their marks, and what the answers tell."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .course import COURSE_OPTION, FILE, FOLDER, bank_of


@click.command(short_help="Draw a paper for each student of a roster.")
@click.option("--blueprint", type=FILE, required=True, help="What the paper holds, a YAML file.")
@click.option("--students", type=FILE, required=True, help="The roster: CSV with a column id, or one id a line.")
@click.option("--out", type=FOLDER, required=True, help="A new folder for papers, answer sheets and the key.")
@click.option("--seed", help="Draw the same papers again. Anyone who knows it can draw them too.")
@COURSE_OPTION
def paper(blueprint: Path, students: Path, out: Path, seed: str | None, course: Path | None) -> None:
    """Draw a paper for each student, without keys, and the instructor's copy."""
    from ..papers.draw import PaperError, read_blueprint, write_papers
    from ..papers.roster import RosterError, read_roster
    from ..screen import counted

    bank = bank_of(course)
    try:
        roster = read_roster(students)
        count = write_papers(bank, read_blueprint(blueprint), roster, out, seed)
    except (PaperError, RosterError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}.") from None
    click.echo(f"{counted(count, 'paper')} in {out / 'papers'}, answer sheets in {out / 'answers'}.")
    click.echo(f"Keep {out / 'key.json'} to yourself: it holds the questions with their answers.")
    click.echo(f"Put what comes back into {out / 'returned'}, then: grade quiz mark {out}")


@click.command(short_help="Mark the answer sheets that came back.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--returned", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The returned sheets.")
def mark(folder: Path, returned: Path | None) -> None:
    """Mark the returned answer sheets of FOLDER with the instructor's copy."""
    from ..papers.marking import MarkingError, mark_folder, marks_csv, marks_json, read_key
    from ..screen import counted

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
        note = f"  {counted(len(one.remarks), 'remark')}" if one.remarks else ""
        click.echo(f"{one.student:<20} {one.points:7.2f} of {one.max_points:g}{note}")
    for remark in [*(f"{one.student}: {text}" for one in papers for text in one.remarks), *remarks]:
        click.echo(remark, err=True)
    click.echo(f"Written: {folder / 'marks.csv'}, {folder / 'marks.json'}. Next: grade quiz analyse {folder}")


@click.command(short_help="What the answers tell about the questions.")
@click.argument("run", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=FOLDER, help="Where to write analysis.md, .csv and .json; RUN itself by default.")
@COURSE_OPTION
def analyse(run: Path, out: Path | None, course: Path | None) -> None:
    """Print and write the item analysis of RUN: a marked folder, or logs exported with --export csv."""
    from ..analysis import analyse as analyse_run
    from ..analysis import to_csv, to_json, to_markdown
    from ..analysis.responses import ResponseError, read_run
    from ..analysis.terminal import screen_lines
    from ..screen import say, screen_for

    marked = run.is_dir() and (run / "marks.json").exists()
    records = {} if marked else {placed.question.id: placed.record for placed in bank_of(course).questions}
    try:
        responses, remarks = read_run(run, records)
        if not responses.responses:
            raise ResponseError(f"{run} holds no answer.")
        analysis = analyse_run(responses)
        folder = out or (run if run.is_dir() else run.parent)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("md", "\n".join(to_markdown(analysis)) + "\n"),
            ("csv", to_csv(analysis)),
            ("json", to_json(analysis)),
        ):
            (folder / f"analysis.{name}").write_text(text, encoding="utf-8")
    except ResponseError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"the analysis cannot be written: {error.strerror}.") from None
    for remark in remarks:
        click.echo(remark, err=True)
    say(screen_lines(analysis, screen_for(sys.stdout, False)))
    say(["", f"Written: {folder / 'analysis.md'} (with a table of options for each question), .csv and .json."])


COMMANDS = {"paper": paper, "mark": mark, "analyse": analyse}
