"""Plan and outcomes into verdicts: what is right, what differs first, which mistake it is. Pure.

function    one function: its checks, status, points and mistake
case        one case: the contract in its order
checks      properties, and gradients against numerical derivatives
words       what differs, as a sentence a student can use
"""

from grader.judge.case import ENGINE_MISTAKES
from grader.judge.function import judge, skipped
from grader.judge.words import axis_sizes, show_call, two_numbers

__all__ = ["ENGINE_MISTAKES", "axis_sizes", "judge", "show_call", "skipped", "two_numbers"]
