"""The student release: a folder without solutions, the package that carries it, and the check that nothing leaks.

student_files(course)    every file of a student's folder, by its path
write_folder(files, to)  writes what is missing there, never over a file
packaged_files()         the student's folder that came with the installed package
find_leaks(path, course) what of the solutions is in a folder, a wheel, an sdist or any other file
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.export.release.folder import Written, student_files, with_originals, write_folder
from grader.export.release.packaged import packaged_files

if TYPE_CHECKING:
    from grader.export.release.leaks import Leak, LeakCheck, find_leaks

__all__ = [
    "Leak",
    "LeakCheck",
    "Written",
    "find_leaks",
    "packaged_files",
    "student_files",
    "with_originals",
    "write_folder",
]


def __getattr__(name: str) -> Any:
    if name not in ("Leak", "LeakCheck", "find_leaks"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from grader.export.release import leaks  # the sandbox and NumPy, which a build has no use for

    return getattr(leaks, name)
