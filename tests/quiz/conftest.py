"""Fixtures of the quiz's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.quiz.index import Index, open_index
from grader.quiz.item import Item
from grader.quiz.store import Store
from grader.quiz.variants import realise

from .bank_text import write_bank


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course that holds nothing but the small bank."""
    return write_bank(tmp_path / "course")


@pytest.fixture
def index(course: Path) -> Iterator[Index]:
    """The index of the small bank, in memory."""
    opened = open_index(course, None)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new store on the disk."""
    opened = Store(tmp_path / "progress.db")
    yield opened
    opened.close()


@pytest.fixture
def item(index: Index) -> Callable[..., Item]:
    """A function that gives the variant of a question for a seed."""

    def make(name: str, seed: int = 0) -> Item:
        return realise(index.record(name), seed)

    return make
