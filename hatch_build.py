"""The build's own step: puts the student's folder into the package, as `grader/course/`.

From a clone it is made here, from the solutions, which themselves go nowhere. From a source distribution, which has no
solutions, it is taken as it lies there.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CourseHook(BuildHookInterface):
    """Adds the student's folder to a wheel or a source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the folder's files and tells the builder where they are and where they go."""
        self.made: str | None = None
        if version == "editable":  # a clone that is worked on has its solutions
            return
        root = Path(self.root)
        if not (root / "solutions").is_dir():
            if not (root / "grader" / "course" / "plans" / "index.json").is_file():
                raise SystemExit("There are neither solutions/ nor a grader/course/: this is no complete source.")
            return
        sys.path.insert(0, str(root))
        from grader.catalog import find_course
        from grader.export.release import student_files, write_folder

        self.made = tempfile.mkdtemp()
        files = student_files(find_course(root))
        write_folder(files, Path(self.made))
        for name in files:
            build_data["force_include"][f"{self.made}/{name}"] = f"grader/course/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes what was made for the build."""
        if self.made is not None:
            shutil.rmtree(self.made)
