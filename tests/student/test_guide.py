"""The student guide, as far as a program can read it; and what a citation and a changelog must say."""

from __future__ import annotations

import re

import click
import pytest
import yaml

import grader
from grader.cli.completion import completion
from grader.cli.grading import all_exercises, exercise
from grader.cli.group import grade as group
from grader.cli.next import next_function
from grader.cli.progress import progress
from grader.cli.remarks import report_problem
from grader.cli.student import reset, update
from grader.cli.study import case, hint, show_sheet
from grader.cli.submit import submit
from grader.cli.table import COMMANDS, HIDDEN
from grader.cli.watch import watch
from tests.cli.conftest import ROOT

OURS: dict[str, click.Command] = {
    "watch": watch, "next": next_function, "submit": submit, "update": update, "reset": reset, "progress": progress,
    "report-problem": report_problem, "completion": completion,
}  # fmt: skip
OTHERS = {"all": all_exercises, "hint": hint, "show": show_sheet, "case": case}
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "student.md").read_text(encoding="utf-8")
EXERCISE = re.compile(r"exercise\d+|ex\d+|\d+|[a-z]+|exercises/.*")


@pytest.mark.parametrize("name", list(OURS))
def test_each_command_is_in_the_guide_and_its_help_has_an_example(name: str) -> None:
    assert f"`grade {name}" in GUIDE
    text = OURS[name].get_help(click.Context(OURS[name], info_name=name))
    assert re.search(rf"Example: .*grade {name}", " ".join(text.split()))


@pytest.mark.parametrize("name", [*COMMANDS, *HIDDEN])
def test_every_command_has_an_example_in_its_help_and_a_place_in_the_readme(name: str) -> None:
    command = group.get_command(click.Context(group, info_name="grade"), name)
    assert command is not None
    text = " ".join(command.get_help(click.Context(command, info_name=f"grade {name}")).split())
    (example,) = re.findall(r"Example: (.*?)(?= Exit code:| Options:| Commands:|$)", text)
    words = re.split(r"(?<!\w)(?=grade )", example)[-1].split()
    assert words[1] == name if name in COMMANDS else group.resolve_command(click.Context(group), words[1:])[0] == name
    assert f"`grade {name}" in README if name in COMMANDS else "`grade exercise3`" in README


def test_the_readme_has_the_first_steps_for_every_shell() -> None:
    blocks = dict(re.findall(r"^```(sh|powershell|bat)\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    assert set(blocks) == {"sh", "powershell", "bat"}
    for text in blocks.values():
        assert all(
            step in text
            for step in ("venv .venv", f"dlmath_grader-{grader.__version__}-py3", "grade init course", "cd course")
        )
    assert "&&" not in blocks["powershell"]  # PowerShell 5, which Windows brings, has no such thing


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
