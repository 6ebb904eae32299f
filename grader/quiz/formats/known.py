"""The formats by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .gift import export_gift, import_gift
from .moodle import export_moodle, import_moodle
from .prairielearn import export_prairielearn
from .results import Exported, Imported
from .text2qti import export_text2qti


def exported(name: str, records: Sequence[Mapping[str, Any]], variants: int, title: str) -> Exported:
    """Questions in the format of that name; those with parameters as so many fixed variants, where it has none."""
    match name:
        case "moodle":
            return export_moodle(records, variants)
        case "gift":
            return export_gift(records, variants)
        case "text2qti":
            return export_text2qti(records, variants, title)
        case "prairielearn":
            return export_prairielearn(records)
    raise ValueError(name)


def imported(name: str, data: bytes, topic: str) -> Imported:
    """The questions of a file in the format of that name; raises FormatError, or UnicodeDecodeError for GIFT."""
    return import_moodle(data, topic) if name == "moodle" else import_gift(data.decode("utf-8-sig"), topic)
