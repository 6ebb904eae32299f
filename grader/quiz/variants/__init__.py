"""One variant of a question: parameters drawn from a seed, formulas computed, texts filled in, options shuffled."""

from .parameters import Record, Values, domain, draw, seed_of, space, space_size
from .texts import BLANK, PLACEHOLDER, fill, plain_number
from .variant import realise

__all__ = [
    "BLANK", "PLACEHOLDER", "Record", "Values", "domain", "draw", "fill", "plain_number", "realise", "seed_of", "space",
    "space_size",
]  # fmt: skip
