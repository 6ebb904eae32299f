"""Whether a typed answer is right, how much of it is, and why."""

from .answer import MAX_ANSWER, mark, mark_readable
from .choices import options_in
from .formulas import same_formula
from .key import right_answer
from .numbers import allowed_error, close
from .result import Answer, Marked, NotAnAnswer, Reason
from .words import accepts

__all__ = [
    "MAX_ANSWER", "Answer", "Marked", "NotAnAnswer", "Reason", "accepts", "allowed_error", "close", "mark",
    "mark_readable", "options_in", "right_answer", "same_formula",
]  # fmt: skip
