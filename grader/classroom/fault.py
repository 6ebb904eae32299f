"""What can keep a class from being graded, with what to do about it."""

from __future__ import annotations

from typing import ClassVar

from grader.catalog import CatalogError


class ClassError(CatalogError):
    """Something that the instructor has to put right; `hint` says how."""

    kind: ClassVar[str] = "class"
