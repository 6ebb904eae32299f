"""The mistake behind a wrong result: a named one whose outcomes match on every case, else a general pattern.

A mistake is named only if it is the one mistake that does what the student's function does on all cases of every kind.
A pattern is a relation between what came back and what was expected that holds on every case that failed. What fits
neither stays unknown.
"""

from grader.diagnose.named import named, single_precision, wrong_outputs
from grader.diagnose.patterns import pattern

__all__ = ["named", "pattern", "single_precision", "wrong_outputs"]
