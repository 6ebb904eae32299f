"""`grade release` and `grade init`: a student's folder from a clone, and from the installed package."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.catalog import Course


@click.command("release")
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--check",
    "checked",
    metavar="PATH",
    type=click.Path(path_type=Path, exists=True),
    help="Instead, look for leaks in a folder, a wheel, a source distribution or any other file.",
)
def release(folder: Path | None, checked: Path | None) -> int:
    """Write the student's folder to DIR: stubs, questions and sealed plans, and no solution.

    What was made is searched for anything of the solutions before DIR is there; so is PATH with --check, which may also be
    the package (dist/*.whl, dist/*.tar.gz).

    Example: grade release ../course-2027

    Exit code: 0 done, or nothing found; 1 something leaks, each leak on a line; 3 the course cannot be read.
    """
    if (folder is None) == (checked is None):
        raise click.UsageError("name the folder to write (grade release DIR) or what to check (--check PATH)")
    course = _course_with_solutions()
    if checked is not None:
        return _reported(checked, checked, course)
    assert folder is not None
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise click.UsageError(f"{folder} is there already: name a folder that is new or empty")
    return _release(course, folder)


def _course_with_solutions() -> Course:
    from grader.catalog import SolutionsNeeded, find_course

    course = find_course()
    if not any(exercise.solution.is_file() for exercise in course.exercises):
        raise SolutionsNeeded(
            f"{course.root} has no solutions, and a release is made of them", "Run this in the instructor's clone."
        )
    return course


def _release(course: Course, folder: Path) -> int:
    """Makes the folder beside its place, checks it there, and puts it in its place if nothing leaks."""
    from grader.export.release import with_originals, write_folder

    files = with_originals(_made(course))
    place = Path(os.path.abspath(folder))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as beside:
            made = Path(beside) / place.name
            write_folder(files, made)
            if code := _reported(made, folder, course):
                return code
            if place.is_dir():
                place.rmdir()
            shutil.move(made, place)
    except OSError as error:
        raise click.FileError(str(error.filename or folder), error.strerror) from error
    click.echo(f"Written: {folder}: {_contents(files)}")
    click.echo(f"Next: give it out, or see it as a student does: cd {folder} && grade")
    return 0


def _made(course: Course) -> dict[str, bytes]:
    """The student's files; whatever is wrong with the course is its fault."""
    from grader.catalog import CourseFault
    from grader.export.release import student_files
    from grader.plan import PlanError
    from grader.quiz.fault import BankError
    from grader.state import RecordError, state_folder

    try:
        cache: Path | None = state_folder(course.root) / "cache"
    except RecordError:
        cache = None
    try:
        return student_files(course, cache)
    except (PlanError, BankError) as error:
        raise CourseFault(f"no release can be made: {error}", "grade lint says more.") from error


def _reported(path: Path, name: Path, course: Course) -> int:
    """Looks for leaks and prints them; `name` is what the path is called. The exit code."""
    from grader.export.release import find_leaks

    click.echo(f"grade: looking for leaks in {name}", err=True)
    leaks = find_leaks(path, course)
    for leak in leaks:
        click.echo(str(leak))
    count = len(leaks)
    click.echo(f"{name}: {f'{count} leak' + 's' * (count != 1) if count else 'no leak'}")
    return 1 if leaks else 0


def _contents(files: Mapping[str, bytes]) -> str:
    """What some files are, counted: `36 exercises, 36 sealed plans; 2.5 MB`."""
    kinds = (
        ("exercises/", ".py", "exercise", "exercises"),
        ("plans/", ".plan", "sealed plan", "sealed plans"),
        ("question_bank/", ".yaml", "file of questions", "files of questions"),
    )
    counts = []
    for prefix, suffix, one, many in kinds:
        if count := sum(name.startswith(prefix) and name.endswith(suffix) for name in files):
            counts.append(f"{count} {one if count == 1 else many}")
    size = sum(map(len, files.values())) / 1e6
    return f"{', '.join(counts) or f'{len(files)} files'}; {size:.1f} MB"


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> int:
    """Write a student's folder from the installed package to DIR.

    A file that is there already stays as it is, so this may be run again to bring back files that are missing.

    Example: grade init course
    """
    from grader.export.release import packaged_files, with_originals, write_folder

    files = packaged_files()
    if not files:
        raise click.UsageError(
            "this grade runs from a clone, which carries no course to write: use grade release DIR, or install the package"
        )
    all_files = with_originals(files)
    try:
        _no_other_release(folder, files)
        written = write_folder(all_files, folder)
    except OSError as error:
        raise click.FileError(str(error.filename or folder), error.strerror) from error
    new = {name: all_files[name] for name in written.new}
    if written.kept:
        click.echo(f"Left as they are: {len(written.kept)} files that were there.")
    if written.new:
        click.echo(f"Written: {folder}: {_contents(new)}")
    here = folder.resolve() == Path.cwd()
    click.echo(f"Next: {'' if here else f'cd {folder} && '}grade")
    return 0


def _no_other_release(folder: Path, files: Mapping[str, bytes]) -> None:
    """Raises UsageError where the folder is of another release: half of each would not fit together."""
    for name, data in files.items():
        if name.startswith("plans/") and (folder / name).is_file() and (folder / name).read_bytes() != data:
            raise click.UsageError(
                f"{folder} is a course of another release ({name} differs): grade update brings it up to date"
            )
