"""Rules for one question. Each yields (rule, place in the question, message, repair)."""

from .errors import ERRORS
from .parts import Problem, option_lists, text_of
from .warnings import ABSOLUTE, WARNINGS

__all__ = ["ABSOLUTE", "ERRORS", "WARNINGS", "Problem", "option_lists", "text_of"]
