"""What these tests need besides the project: otter-grader and a Jupyter kernel. CI has them, or fails."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

FIVE = ("exercise03_gradients", "exercise11_dropout", "exercise15_clipping", "exercise17_batchnorm", "exercise26_lstm")
NEEDED = {"otter": "otter-grader[grading]", "nbclient": "nbclient", "nbformat": "nbformat", "ipykernel": "ipykernel"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "otter: needs otter-grader and a Jupyter kernel")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what needs otter where it is missing, and says so. In CI these tests run, and fail without it."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if not missing or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("otter"):
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(missing)}"))
