"""The values that parameters may take: drawn from a seed, or all of them."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..formula import FormulaError, Value, evaluate, names

Record = Mapping[str, Any]  # a question as the schema dumps it, one JSON object
Values = Mapping[str, Value]

_TRIES = 2000


def seed_of(*parts: object) -> int:
    """A 62-bit seed from any parts: question, person or session, attempt."""
    # A text seeds the generator through SHA-512, the same on every machine and version.
    return random.Random("\x1f".join(str(part) for part in parts)).getrandbits(62)


def domain(param: Record) -> Sequence[Value]:
    """Every value that a parameter may take."""
    if param.get("choice") is not None:
        return list(param["choice"])
    step = param.get("step") or 1
    if param.get("int") is not None:
        low, high = param["int"]
        return range(low, high + 1, int(step))
    low, high = param["float"]
    count = math.floor((high - low) / step + 1e-9) + 1
    return [round(low + index * step, 10) for index in range(count)]


def space_size(record: Record) -> int:
    """How many combinations of parameters there are before `where` is applied; 1 without parameters."""
    return math.prod(len(domain(param)) for param in record["params"].values())


def completed(record: Record, drawn: Values) -> Values | None:
    """Parameters and variables together, or None where a `where` clause refuses them.

    Clauses that name parameters only are tried first, so that they can keep a variable from dividing by zero.
    """
    clauses = [(clause, names(str(clause)) <= drawn.keys()) for clause in record["where"]]
    if not all(evaluate(clause, drawn) for clause, early in clauses if early):
        return None
    values = dict(drawn)
    for name, text in record["vars"].items():
        values[name] = evaluate(text, values)
    if not all(evaluate(clause, values) for clause, early in clauses if not early):
        return None
    return values


def draw(record: Record, rng: random.Random) -> Values:
    """Values for one variant; raises FormulaError when `where` leaves nothing."""
    domains = {name: domain(param) for name, param in record["params"].items()}
    for _ in range(_TRIES):
        values = completed(record, {name: rng.choice(choices) for name, choices in domains.items()})
        if values is not None:
            return values
    raise FormulaError(f"where leaves no variant in {_TRIES} draws")


def space(record: Record, limit: int, rng: random.Random) -> Iterator[Values]:
    """Every variant if there are at most `limit` combinations, else `limit` random draws that `where` allows."""
    domains = {name: domain(param) for name, param in record["params"].items()}
    if space_size(record) <= limit:
        for combination in itertools.product(*domains.values()):
            values = completed(record, dict(zip(domains, combination)))
            if values is not None:
                yield values
        return
    for _ in range(limit):
        values = completed(record, {name: rng.choice(choices) for name, choices in domains.items()})
        if values is not None:
            yield values
