"""GIFT, Moodle's text format: choices, true-false, numbers, words and pairs, out and in."""

from .read import import_gift
from .write import export_gift

__all__ = ["export_gift", "import_gift"]
