"""The bank in other formats: Moodle XML and GIFT in and out, text2qti and PrairieLearn out.

What a format cannot hold is a `Loss` that names the question; nothing is left out in silence.
"""

from .results import Exported, FormatError, Imported, Loss

__all__ = ["Exported", "FormatError", "Imported", "Loss"]
