"""`grade doctor`: machine, versions, folders, and how far student code is confined here."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import click

import grader
from grader.cli.options import plain_option
from grader.cli.terminal import page, show
from grader.render.text import Line, Page

PACKAGES = ("numpy", "click", "rich", "pyyaml", "pydantic", "platformdirs", "fsrs")


@click.command("doctor")
@click.option(
    "--level", is_flag=True, help="Print only the level of confinement: jailed, confined, limited or separate."
)
@plain_option
def doctor(level: bool, plain: bool) -> int:
    """Show machine, versions, folders, and how far student code is confined.

    The level is found out by a self-test in a worker: what it must not be able to do is tried.

    Example: grade doctor --level
    """
    if level:
        from grader.sandbox.selftest import level_of, level_quickly, remembered

        probes = remembered(None)  # what a run goes by; without --level the self-test is made anew
        click.echo((level_of(probes) if probes else level_quickly()[0]).value)
        return 0
    where = page(plain)
    show([*_versions(where), *_folders(where), *_confinement(where)])
    return 0


def _row(where: Page, label: str, text: str) -> list[Line]:
    return [Line(piece) for piece in where.wrap(text, " " * 12, f"{label:<12}")]


def _versions(where: Page) -> Iterator[Line]:
    yield from _row(where, "grade", grader.__version__)
    yield from _row(where, "Python", f"{platform.python_version()}  {sys.executable}")
    yield from _row(
        where, "system", f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"
    )
    yield from _row(where, "packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    yield from _row(where, "terminal", f"{where.width} columns, {where.encoding}{', plain' if where.plain else ''}")


def _version(name: str) -> str:
    import importlib.metadata  # 20 ms that `--level` does without

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _folders(where: Page) -> Iterator[Line]:
    from grader.catalog import CatalogError, find_course
    from grader.state import RecordError, state_folder

    try:
        course = find_course()
    except CatalogError as error:
        yield from _row(where, "course", str(error))
        return
    solutions = sum(exercise.solution.is_file() for exercise in course.exercises)
    yield from _row(where, "course", f"{course.name}  {course.root}")
    yield from _row(where, "exercises", f"{len(course.exercises)}, {solutions} of them with a solution")
    if course.missing:
        yield from _row(where, "  missing", ", ".join(exercise.stub.name for exercise in course.missing))
    yield from _plans(where, course.root)
    try:
        yield from _row(where, "progress", str(state_folder(course.root) / "progress.db"))
    except RecordError as error:
        yield from _row(where, "progress", f"cannot be saved: {error}")


def _plans(where: Page, root: Path) -> Iterator[Line]:
    """How many sealed plans there are and whether they are of this version; nothing in a clone, which has none."""
    from grader.student.version import releases_of

    releases = releases_of(root)
    words = [f"{count} of grade {version}" for version, count in releases.items() if version]
    if unread := releases.get(""):
        words.append(f"{unread} that cannot be read")
    same = set(releases) == {grader.__version__}
    if releases:
        how = "this version" if same else "grade update brings them up to this version"
        yield from _row(where, "plans", f"{', '.join(words)}: {how}")


def _confinement(where: Page) -> Iterator[Line]:
    from grader.sandbox import level_quickly

    level, probes = level_quickly()
    failed = [probe for probe in probes if not probe.ok]
    passed = len(probes) - len(failed)
    yield from _row(where, "sandbox", f"{level.value}: {passed} of {len(probes)} probes went as they must")
    for probe in failed:
        yield from _row(where, "  open", f"{probe.name}{f': {probe.detail}' if probe.detail else ''}")
