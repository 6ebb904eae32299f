"""What these tests need besides the project: otter-grader and a Jupyter kernel. CI has them, or fails."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIVE = ("exercise03_gradients", "exercise11_dropout", "exercise15_clipping", "exercise17_batchnorm", "exercise26_lstm")
NEEDED = {"otter": "otter-grader[grading]", "nbclient": "nbclient", "nbformat": "nbformat", "ipykernel": "ipykernel"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks these tests slow: each starts notebook kernels. Where otter is missing they are skipped, and say what is."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.slow)
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if not missing or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("otter"):
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "otter: needs otter-grader and a Jupyter kernel")
