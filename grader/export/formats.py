"""`grade export` and `grade import`: the course's exercises for otter-grader, Gradescope and Jupyter, and their results back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.catalog import Course, ExerciseFiles
    from grader.classroom.secret import Secret

_exercises = click.argument("exercises", nargs=-1, required=True, metavar="EXERCISE...")
_wheel = click.option(
    "--wheel",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The course's package, to go into the zip; without it the image installs it from an index.",
)
_secret = click.option(
    "--secret",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with the secret that hidden inputs come from, as for grade class.",
)
_unsafe = click.option("--allow-unsafe", is_flag=True, help="Grade also where student code cannot be confined.")


@click.group("export")
def export() -> None:
    """Write exercises in another grader's format.

    Example: grade export otter exercise17 --out assignments
    """


@export.command("otter")
@_exercises
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write to.")
@_secret
@_wheel
@_unsafe
@click.option("--no-assign", is_flag=True, help="Leave out the student and autograder notebooks of otter assign.")
def export_otter(
    exercises: tuple[str, ...], out: Path, secret: Path | None, wheel: Path | None, allow_unsafe: bool, no_assign: bool
) -> int:
    """Write each EXERCISE as an otter-grader assignment: a folder below DIR.

    A folder holds tests/, otter_config.json, autograder.zip, master.ipynb, and what otter assign makes of it. Hidden
    inputs come from a secret, which is kept in DIR unless --secret names one. EXERCISE may be `all`.

    Exit code: 0 written, 2 wrong usage, 3 the course is at fault or otter refuses the assignment.
    """
    from grader.export.otter.assignment import ExportError, Terms, write_assignment

    _needs("otter", "otter-grader[grading]")
    course = _course_with_solutions()
    chosen = _chosen(course, exercises)
    terms = Terms(course, _secret_of(out, secret), wheel, allow_unsafe, _cache(course), course.limits)
    for exercise in chosen:
        try:
            write_assignment(exercise, out / exercise.id, terms, assign=not no_assign)
        except ExportError as error:
            click.echo(f"grade: {error}", err=True)
            return 3
        click.echo(f"Written: {out / exercise.id}")
    first = out / chosen[0].id
    click.echo(f"Next: otter run -a {first / 'autograder.zip'} submission.py")
    return 0


@export.command("gradescope")
@_exercises
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    help="The zip to write.",
)
@_secret
@click.option(
    "--wheel",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The course's package; without it, it is built from this clone.",
)
@click.option(
    "--hidden-visibility",
    type=click.Choice(("after_due_date", "after_published", "hidden", "visible")),
    default="after_due_date",
    show_default=True,
    help="When students see the marks, which come from hidden inputs.",
)
def export_gradescope(
    exercises: tuple[str, ...], out: Path, secret: Path | None, wheel: Path | None, hidden_visibility: str
) -> int:
    """Write a Gradescope autograder for the EXERCISEs, one assignment, to FILE.zip.

    It holds solutions and the secret of the hidden inputs: upload it, and give it to nobody. EXERCISE may be `all`.

    Exit code: 0 written, 2 wrong usage, 3 the package cannot be built.
    """
    import tempfile

    from grader.export.gradescope.package import Content, WheelError, build_wheel, package

    if out.suffix != ".zip":
        raise click.UsageError(f"--out {out}: Gradescope takes a file that ends in .zip")
    course = _course_with_solutions()
    chosen = _chosen(course, exercises)
    value = _secret_of(out.parent, secret).value
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = wheel or build_wheel(course.root, Path(folder))
        except WheelError as error:
            click.echo(f"grade: the course's package cannot be built; name it with --wheel\n{error}", err=True)
            return 3
        data = package(Content(course, chosen, value, made, (), hidden_visibility))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
        out.chmod(0o600)
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error
    click.echo(f"Written: {out}: {len(chosen)} exercises, {len(data) / 1e6:.1f} MB")
    return 0


@export.command("notebook")
@_exercises
@click.option(
    "--out",
    default=".",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to.",
)
def export_notebook(exercises: tuple[str, ...], out: Path) -> int:
    """Write each EXERCISE as a Jupyter notebook that checks its own functions, with the practice plan beside it.

    EXERCISE may be `all`. A notebook that is there already is left as it is.
    """
    from grader.catalog import find_course
    from grader.export.notebook.document import exercise_notebook
    from grader.plan import load_or_compile
    from grader.plan.sealed import PUBLIC_SEED, seal

    course = find_course()
    for exercise in _chosen(course, exercises):
        path = out / f"{exercise.id}.ipynb"
        if path.exists():
            click.echo(f"Left as it is: {path}")
            continue
        plan = load_or_compile(exercise.solution, PUBLIC_SEED, _cache(course))
        try:
            out.mkdir(parents=True, exist_ok=True)
            path.write_bytes(exercise_notebook(exercise.stub, plan))
            (out / f"{exercise.id}.plan").write_bytes(seal(plan))
        except OSError as error:
            raise click.FileError(str(error.filename or path), error.strerror) from error
        click.echo(f"Written: {path}")
    return 0


def _needs(module: str, package: str) -> None:
    """Raises UsageError with the command that installs a package that is not there."""
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise click.UsageError(f"this takes {package}: pip install '{package}', or the course's extra [instructor]")


def _course_with_solutions() -> Course:
    from grader.catalog import SolutionsNeeded, find_course

    course = find_course()
    if not any(exercise.solution.is_file() for exercise in course.exercises):
        raise SolutionsNeeded(f"{course.root} has no solutions", "Run this in the instructor's clone.")
    return course


def _chosen(course: Course, words: tuple[str, ...]) -> list[ExerciseFiles]:
    from grader.catalog import resolve

    if words == ("all",):
        return list(course.exercises)
    return list(dict.fromkeys(resolve(course, word).exercise for word in words))


def _cache(course: Course) -> Path | None:
    from grader.state import RecordError, state_folder

    try:
        return state_folder(course.root) / "cache"
    except RecordError:
        return None


def _secret_of(out: Path, named: Path | None) -> Secret:
    """The secret that was named, or the one that the folder keeps, made now if need be."""
    from grader.classroom.fault import ClassError
    from grader.classroom.secret import read_secret, run_secret

    try:
        return read_secret(named) if named else run_secret(out)
    except ClassError as error:
        raise click.UsageError(f"{error}. {error.hint}") from error


@click.group("import")
def import_() -> None:
    """Read results of another grader.

    Example: grade import otter results --out run
    """


@import_.command("otter")
@click.argument("results", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="RUN", help="The run's folder."
)
def import_otter(results: Path, out: Path) -> int:
    """Read RESULTS of otter and Gradescope runs into a run, for grade report.

    RESULTS is a folder with a folder for each student that holds its results.json, or with STUDENT.json files.

    Exit code: 0 everything was read, 1 some of it could not be, 2 wrong usage.
    """
    from grader.catalog import find_course
    from grader.classroom.fault import ClassError
    from grader.export.otter.results import import_results

    try:
        done = import_results(find_course(), results, out)
    except ClassError as error:
        raise click.UsageError(f"{error}. {error.hint}") from error
    for problem in done.problems:
        click.echo(f"Not read: {problem}", err=True)
    click.echo(f"Read: {done.marks} results of {done.students} students\nNext: grade report {out}")
    return 1 if done.problems else 0


def main() -> int:
    """The exit code of a command line: the same commands as `grade export` and `grade import`."""
    from grader.catalog import CatalogError, CourseFault

    group = click.Group("grade", commands={"export": export, "import": import_})
    try:
        code = group.main(prog_name="grade", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return 2
    except CatalogError as error:
        click.echo(f"grade: {error}\n{error.hint}", err=True)
        return 3 if isinstance(error, CourseFault) else 2


if __name__ == "__main__":
    import sys

    sys.exit(main())
