"""The content's test: is every exercise complete, and does the grader judge it as its author says?

finding   what is wrong, where, and what to do
sheet     a stub beside its solution: signatures, docstrings, titles, stray files
proof     one exercise under one seed: right code passes, wrong code fails and is named
bank      the question bank's findings and figures
course    everything, in parallel
"""

from grader.lint.bank import bank_figures
from grader.lint.course import lint
from grader.lint.finding import Finding

__all__ = ["Finding", "bank_figures", "lint"]
