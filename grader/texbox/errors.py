"""The one error of the package."""

from __future__ import annotations


class TexError(ValueError):
    """A formula that cannot be drawn: what is wrong, and the column (from 1) where it starts."""

    def __init__(self, reason: str, column: int) -> None:
        super().__init__(f"column {column}: {reason}")
        self.reason = reason
        self.column = column

    def moved(self, columns: int) -> TexError:
        """The same error as seen in a text where the formula starts that many columns later."""
        return TexError(self.reason, self.column + columns)
