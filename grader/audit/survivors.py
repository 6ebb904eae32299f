"""The reviewed list of mutants that no case can catch: `solutions/survivors/<exercise>.yaml`.

    batch_stats:
    - change: 'mu = x.mean(axis=0) -> mu = x.mean(axis=-2)'
      reason: 'equivalent: x is a matrix'

A change is the text that `grade audit` prints. A reason is one line and begins with `equivalent` (no input tells them
apart) or `convention` (only inputs tell them apart on which the task leaves the answer open).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

REASONS: Final = ("equivalent: ", "convention: ")


class SurvivorsError(ValueError):
    """A list of survivors that cannot be read; the message names file and repair."""


def survivors_path(solution: Path) -> Path:
    """Where the list of an exercise is kept."""
    return solution.parent / "survivors" / f"{solution.stem}.yaml"


def read_survivors(solution: Path) -> dict[tuple[str, str], str]:
    """The reason for each known survivor, by function and change; empty if there is no list."""
    path = survivors_path(solution)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SurvivorsError(f"{path}: {error}") from error
    if not isinstance(data, dict):
        raise SurvivorsError(f"{path}: must hold a list of changes for each function")
    found = {}
    for function, entries in data.items():
        for entry in entries if isinstance(entries, list) else [None]:
            if not isinstance(entry, dict) or set(entry) != {"change", "reason"}:
                raise SurvivorsError(f"{path}: {function}: each entry has a 'change' and a 'reason'")
            if not str(entry["reason"]).startswith(REASONS):
                raise SurvivorsError(f"{path}: {function}: a reason begins with 'equivalent: ' or 'convention: '")
            found[str(function), str(entry["change"])] = str(entry["reason"])
    return found
