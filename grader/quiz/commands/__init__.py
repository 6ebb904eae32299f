"""`grade quiz`: the self-quiz, and the commands for instructors. Heavy imports stay inside the commands."""

from __future__ import annotations

import click

from .course import HEAD, find_course
from .group import QuizGroup

__all__ = ["HEAD", "find_course", "quiz"]


@click.group(cls=QuizGroup, context_settings={"help_option_names": ["-h", "--help"]})
def quiz() -> None:
    """Quiz yourself on the mathematics of deep learning.

    `grade quiz` asks what is due and then what is new; `grade quiz lstm dropout` asks about topics. Nothing is lost
    when you leave.

    Example: grade quiz batchnorm --count 5
    """
