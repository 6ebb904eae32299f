"""Checks of the question bank: rules for each question, statistics of the whole bank, and the test-wise bot."""

from .report import Finding, Severity, lint_bank, lint_files

__all__ = ["Finding", "Severity", "lint_bank", "lint_files"]
