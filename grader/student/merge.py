"""Three files into one, function by function: what a student wrote stays, what nobody touched is renewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grader.student.blocks import Block, above_body, is_unwritten, normal, same, split

_GAP: Final = "\n\n\n"  # the end of a line and two blank ones, before a function


@dataclass(frozen=True)
class Merged:
    """A merged file, and what became of its blocks, by key."""

    text: str
    renewed: tuple[str, ...] = ()
    """Untouched, and replaced by the new one."""
    kept: tuple[str, ...] = ()
    """Edited, and the same in both releases."""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """Untouched, and no longer in the release."""
    both: tuple[Block, ...] = ()
    """The new versions of those that were edited here and changed in the release; the edited ones stay."""


def merge(base: str | None, mine: str, new: str) -> Merged:
    """The student's file brought up to `new`; `base` is the original that it was made from, None if that is not known."""
    ending = "\r\n" if mine.count("\r\n") * 2 > mine.count("\n") else "\n"
    mark = "\ufeff" if mine.startswith("\ufeff") else ""
    theirs = {block.key: replace(block, text=_with_endings(block.text, ending)) for block in split(_unmarked(new))}
    own = split(_unmarked(mine))
    bases = _bases(own, theirs) if base is None else {block.key: block for block in split(_unmarked(base))}
    merged = _merge(bases, own, theirs, ending)
    return replace(merged, text=mark + merged.text)


def _unmarked(text: str) -> str:
    return text.removeprefix("\ufeff")


def _with_endings(text: str, ending: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", ending)


def _bases(own: Sequence[Block], theirs: Mapping[str, Block]) -> dict[str, Block]:
    """What the originals must have been where none are kept.

    A function that is not written is its own original; one whose signature and docstring are those of the new release
    was made from the same stub as that.
    """
    found = {}
    for block in own:
        other = theirs.get(block.key)
        if block.is_definition and is_unwritten(block):
            found[block.key] = block
        elif other is not None and block.is_definition and above_body(block) == above_body(other):
            found[block.key] = other
    return found


def _merge(bases: Mapping[str, Block], own: Sequence[Block], theirs: Mapping[str, Block], ending: str) -> Merged:
    result: list[Block] = []
    renewed, kept, removed, both = [], [], [], []
    for block in own:
        base, other = bases.get(block.key), theirs.get(block.key)
        if same(block, other):
            result.append(block)
        elif base is not None and same(block, base):
            if other is None:
                removed.append(block.key)
            else:
                renewed.append(block.key)
                result.append(replace(other, text=other.text.rstrip("\r\n") + _trailing(block.text)))
        else:
            result.append(block)
            kept.append(block.key)
            if other is not None and not same(base, other):
                both.append(other)
    mine = {block.key for block in own}
    missing = [block for key, block in theirs.items() if key not in mine]
    added = [block for block in missing if block.key not in bases]
    both += [block for block in missing if block.key in bases and not same(bases[block.key], block)]
    for block in added:
        _insert(result, block, list(theirs), ending)
    text = "".join(block.text for block in result)
    keys = tuple(block.key for block in added)
    return Merged(text, tuple(renewed), tuple(kept), keys, tuple(removed), tuple(both))


def _trailing(text: str) -> str:
    """The line endings at the end of a block."""
    return text[len(text.rstrip("\r\n")) :]


def _insert(result: list[Block], block: Block, order: Sequence[str], ending: str) -> None:
    """Puts a new block behind the nearest one that stands before it in the release."""
    before = order[: order.index(block.key)]
    place = max((i for i, other in enumerate(result) if other.key in before), default=-1) + 1
    gap = _with_endings(_GAP, ending)
    if place:
        result[place - 1] = replace(result[place - 1], text=result[place - 1].text.rstrip("\r\n") + gap)
    last = place == len(result)
    result.insert(place, replace(block, text=block.text.rstrip("\r\n") + (ending if last else gap)))


def with_block(text: str, block: Block, order: Sequence[str]) -> str:
    """A file in which one block is replaced, or put in its place among the keys of `order` where it is missing."""
    ending = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    block = replace(block, text=_with_endings(block.text, ending))
    result = list(split(text))
    for place, other in enumerate(result):
        if other.key == block.key:
            result[place] = replace(block, text=block.text.rstrip("\r\n") + _trailing(other.text))
            break
    else:
        _insert(result, block, order, ending)
    return "".join(other.text for other in result)


def lines_lost(before: str, after: str) -> int:
    """How many lines of a text are not in another one."""
    kept = normal(after).splitlines()
    return sum(bool(line.strip()) and line not in kept for line in normal(before).splitlines())
