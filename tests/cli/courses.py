"""Small courses in a folder, for tests of what finds and reads them."""

from __future__ import annotations

from pathlib import Path

STUB = '''"""Exercise {number}: {title}

What it is for.
"""

import numpy as np


def {slug}_forward(x):
    """Twice x.

        y_i = 2 x_i
    """
    raise NotImplementedError


def {slug}_backward(dout):
    """The gradient of `{slug}_forward`."""
    raise NotImplementedError
'''

SOLUTION = '''"""References."""

from __future__ import annotations

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "{title}"
NEEDS = {needs}


def {slug}_forward(x: Array) -> Array:
    return 2 * x


def {slug}_forward__squared(x: Array) -> Array:
    """Squares x instead of doubling it."""
    return x * x


def {slug}_backward(dout: Array) -> Array:
    return 2 * dout


def forward_cases(rng):
    yield Case("five numbers", x=rng.normal(1.0, 1.0, 5))
    yield Case("one number", x=rng.normal(2.0, 1.0, 1))


def backward_cases(rng):
    yield Case("five numbers", dout=rng.normal(1.0, 1.0, 5))


CHECKS = (
    Check(
        {slug}_forward,
        cases=forward_cases,
        returns=("y: n",),
        args={{"x": "n"}},
        hints=("What is twice a number?", "Multiply by two."),
        wrong=(Wrong({slug}_forward__squared, id="squared", hint="Twice is not squared."),),
    ),
    Check({slug}_backward, cases=backward_cases, returns=("dx: n",), hints=("What is the slope?",), needs=({slug}_forward,)),
)
'''


def add_exercise(
    root: Path, number: int, slug: str, title: str, needs: tuple[int, ...] = (), *, solution: bool = True
) -> Path:
    """Adds an exercise to the course in `root`; the path of the student's file."""
    name = f"exercise{number:02}_{slug}.py"
    words = {"number": number, "slug": slug, "title": title, "needs": needs}
    for folder, text in (("exercises", STUB), ("solutions", SOLUTION)):
        if folder == "exercises" or solution:
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_text(text.format(**words), encoding="utf-8")
    return root / "exercises" / name


def make_course(root: Path) -> Path:
    """A course of four exercises with settings; its folder."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text('[tool.grade]\nname = "small course"\n', encoding="utf-8")
    add_exercise(root, 1, "doubling", "Doubling")
    add_exercise(root, 3, "batchnorm", "Batch normalization", (1,))
    add_exercise(root, 17, "batching", "Batching", (1, 3))
    add_exercise(root, 20, "attention", "Attention")
    return root
