"""The student guide, as far as a program can read it; and what a citation and a changelog must say."""

from __future__ import annotations

import re

import click
import pytest
import yaml

import grader
from grader.cli.completion import completion
from grader.cli.grading import all_exercises, exercise
from grader.cli.next import next_function
from grader.cli.progress import progress
from grader.cli.remarks import report_problem
from grader.cli.student import reset, update
from grader.cli.study import case, hint, show_sheet
from grader.cli.submit import submit
from grader.cli.table import COMMANDS
from grader.cli.watch import watch
from tests.cli.conftest import ROOT

OURS: dict[str, click.Command] = {
    "watch": watch, "next": next_function, "submit": submit, "update": update, "reset": reset, "progress": progress,
    "report-problem": report_problem, "completion": completion,
}  # fmt: skip
OTHERS = {"all": all_exercises, "hint": hint, "show": show_sheet, "case": case}
GUIDE = (ROOT / "docs" / "student.md").read_text(encoding="utf-8")
EXERCISE = re.compile(r"exercise\d+|ex\d+|\d+|[a-z]+|exercises/.*")


@pytest.mark.parametrize("name", list(OURS))
def test_each_command_is_in_the_guide_and_its_help_has_an_example(name: str) -> None:
    assert f"`grade {name}" in GUIDE
    text = OURS[name].get_help(click.Context(OURS[name], info_name=name))
    assert re.search(rf"Example: .*grade {name}", " ".join(text.split()))


def snippets() -> list[str]:
    """Every command line in the guide's blocks and between backticks."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in re.split(r"[\n;]|&&", block)]
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", GUIDE, flags=re.MULTILINE | re.DOTALL))
    found = [re.split(r"  +| #", text.strip())[0] for text in (*lines, *inline)]
    return sorted({text for text in found if text.startswith("grade ")})


def test_the_guide_holds_commands() -> None:
    assert len(snippets()) > 30


@pytest.mark.parametrize("line", snippets())
def test_every_command_line_of_the_guide_is_one(line: str) -> None:
    words = line.split(" ")[1:]
    known = {**OTHERS, **OURS}
    command = known.get(words[0]) or (exercise if words[0] not in COMMANDS and EXERCISE.fullmatch(words[0]) else None)
    assert command is not None or words[0] in {*COMMANDS, "init", "--help"}, line
    if command is not None:
        options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        used = {word.split("=")[0] for word in words if word.startswith("--")}
        assert used <= options, line


def test_the_citation_and_the_changelog_name_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(citation)
    assert citation["version"] == grader.__version__
    assert f"\n## {grader.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_what_contributing_names_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for name in {*re.findall(r"\]\(([\w./]+)\)", text), *re.findall(r"`((?:tests|grader|benchmarks)/[\w./]+)`", text)}:
        assert (ROOT / name).exists(), name
    for name in re.findall(r"bench_\w+\.py", text):
        assert (ROOT / "benchmarks" / name).is_file(), name
