"""The programs kept here: functions as different people write them, made without a look at the cases.

`exerciseNN.py` holds functions `<function>__<verdict>` or `<function>__<verdict>__<how>`. The verdict is `right`, the id of
a mistake (`-` written as `_`), or `other`: wrong, and no mistake of the catalogue may be claimed.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Program:
    """One function as somebody wrote it, and the verdict it must get."""

    function: str
    verdict: str
    name: str


def programs(number: int, mistakes: Mapping[str, Collection[str]]) -> list[Program]:
    """The programs for one exercise; ValueError if one has a verdict that its function cannot get."""
    tree = ast.parse((HERE / f"exercise{number:02}.py").read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    return [_program(name, mistakes) for name in names]


def _program(name: str, mistakes: Mapping[str, Collection[str]]) -> Program:
    function, verdict = name.split("__")[:2]
    ids = {"right", "other", *mistakes[function]}
    if verdict.replace("_", "-") not in ids:
        raise ValueError(f"{name}: {verdict!r} is none of {', '.join(sorted(ids))}")
    return Program(function, verdict.replace("_", "-"), name)


def submissions(number: int, kept: Sequence[Program]) -> Iterator[tuple[Sequence[Program], bytes]]:
    """Files that hold one program of each function, until all are used, the right ones apart from the wrong ones."""
    source = (HERE / f"exercise{number:02}.py").read_bytes()
    for right in (True, False):
        by_function: dict[str, list[Program]] = {}
        for program in kept:
            if (program.verdict == "right") == right:
                by_function.setdefault(program.function, []).append(program)
        for some in zip_longest(*by_function.values()):
            chosen = [program for program in some if program is not None]
            yield chosen, source + "".join(f"\n{p.function} = {p.name}" for p in chosen).encode()
