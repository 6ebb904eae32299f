r"""TeX maths as terminal text.

    draw(tex, *, width=80, mode=Mode.UNICODE) -> list[str]   the lines of a display formula
    inline(text, mode=Mode.UNICODE)           -> str         text with its $...$ drawn, each on one line
    prose(text, width=80, mode=Mode.UNICODE)  -> list[str]   paragraphs, lists and $$...$$ wrapped to a width
    check(tex)                                -> None        raises TexError unless every mode can draw it
    mode_for(encoding, plain)                 -> Mode        what suits an output

`\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}` in Mode.UNICODE, ASCII, PLAIN and PLAIN_ASCII:

          xᵢ − μ
    x̂ᵢ = ────────
          ┌──────
         ╲│σ² + ε

                     x_i - mu
    hat(x)_i = ---------------------
                  _________________
                \/sigma^2 + epsilon

    x̂_i = (x_i − μ)/sqrt(σ² + ε)

    hat(x)_i = (x_i - mu)/sqrt(sigma^2 + epsilon)

The plain modes give one line that keeps every bracket. A formula that is too wide for two dimensions is broken where
equations part, then before a relation, then before a plus or minus; where nothing fits it is shown as plain text.

What cannot be drawn is a `TexError` with its column, never left out. Plain and ASCII text write a bold or
calligraphic letter as the letter, and as `bold(x)` or `cal(L)` where the formula has x or L besides.

    scanner, parse, commands   tex -> tree       spacing   where a row has space
    layout, grids, lines       tree -> lines     linear    tree -> one line
    blocks, prose              text with maths   look      how symbols look in each mode
"""

from .display import check, draw
from .errors import TexError
from .look import Mode, mode_for
from .prose import inline, prose

__all__ = ["Mode", "TexError", "check", "draw", "inline", "mode_for", "prose"]
