"""`python -m grader.quiz`: the same as `grade quiz`."""

from .commands import quiz

quiz(prog_name="grade quiz")
