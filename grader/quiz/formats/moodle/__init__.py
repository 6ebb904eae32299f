"""Moodle XML: multichoice, truefalse, numerical, shortanswer, matching, ordering and cloze, out and in."""

from .read import import_moodle
from .write import export_moodle

__all__ = ["export_moodle", "import_moodle"]
