"""Questions and verdicts as lines of text, as wide as the terminal and in the characters that it can show."""

from .question import asked_for, body_lines, code_lines, question_lines
from .terminal import Screen, counted, gaps_shown, say, screen_for
from .verdict import days_text, next_lines, reason_lines, shown_answer, verdict_lines, verdict_word

__all__ = [
    "Screen", "asked_for", "body_lines", "code_lines", "counted", "days_text", "gaps_shown", "next_lines",
    "question_lines", "reason_lines", "say", "screen_for", "shown_answer", "verdict_lines", "verdict_word",
]  # fmt: skip
