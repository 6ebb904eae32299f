"""Make `torch_values/`: what PyTorch gives on the cases of a fixed seed, kept so that tests need no PyTorch.

python -m tests.oracles.make_torch [exercise17 ...]
"""

from __future__ import annotations

import sys
from typing import Any

from grader import wire
from grader.values import fresh
from tests.oracles import FOLDER, exercises, oracles
from tests.oracles.cases import cases_of

SEED = 1


def torch_values(exercise: str) -> dict[str, Any]:
    """For each function with a PyTorch oracle: the case's name, its arguments and PyTorch's value."""
    found = {name: item for name, item in oracles(exercise).items() if item.authority == "PyTorch"}
    return {
        name: [
            {"case": case.name, "args": dict(case.args), "value": item.function(**fresh(dict(case.args)))}
            for case in cases_of(exercise, name, SEED)
        ]
        for name, item in found.items()
    }


def main(wanted: list[str]) -> None:
    """Write the files of the exercises that are named, or of all."""
    for exercise in wanted or exercises():
        values = torch_values(exercise)
        if values:
            (FOLDER / "torch_values" / f"{exercise}.bin").write_bytes(wire.encode(values))
            print(f"{exercise}: {', '.join(values)}")


if __name__ == "__main__":
    main(sys.argv[1:])
