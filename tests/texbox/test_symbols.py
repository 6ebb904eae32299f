"""Every command of the vocabulary can be drawn, in every mode."""

from collections import defaultdict

import pytest
from rich.cells import cell_len

from grader.texbox import Mode, draw
from grader.texbox.cells import width_of
from grader.texbox.commands import ACCENTS, ALPHABETS, ENVIRONMENTS, SIZES, TEXT, UPRIGHT
from grader.texbox.letters import SCRIPT_ASCII, lowered, raised
from grader.texbox.symbols import COMMANDS, DELIMITERS, LARGE, NAMED, NEGATED, SPACES

# Characters that share a spelling because they are read as the same thing.
ALIKE = [{"≤", "⩽"}, {"≥", "⩾"}, {"…", "⋯", "⋱"}, {"∖", "\\"}, {":", "⋮"}]
ALIKE += [{"∧", "⋀"}, {"∨", "⋁"}, {"∪", "⋃"}, {"∩", "⋂"}, {"⊙", "⨀"}, {"⊕", "⨁"}, {"⊗", "⨂"}]


@pytest.mark.parametrize("name", [*COMMANDS, *DELIMITERS, *LARGE, *NAMED])
def test_command_is_drawn(name: str):
    for mode in Mode:
        (line,) = draw(rf"\{name} y", mode=mode)
        assert line.strip("y ")
        assert cell_len(line) == width_of(line)
        assert line.isascii() or mode in (Mode.UNICODE, Mode.PLAIN)


@pytest.mark.parametrize("name", [*ACCENTS, *ALPHABETS, *UPRIGHT, *TEXT, *SIZES, *SPACES])
def test_command_with_an_argument_is_drawn(name: str):
    argument = "(" if name in SIZES else "{AB}"
    for mode in Mode:
        assert draw(rf"x\{name}{argument}y", mode=mode)


@pytest.mark.parametrize("name", [name for name in ENVIRONMENTS if name != "array"])
def test_environment_is_drawn(name: str):
    for mode in Mode:
        text = "".join(draw(rf"\begin{{{name}}} a & b \\ c & d \end{{{name}}}", mode=mode))
        assert all(text.count(letter) >= 1 for letter in "abcd")


def test_array_follows_its_column_types():
    assert draw(r"\begin{array}{lr} a & b \\ cc & dd \end{array}") == ["a    b", "cc  dd"]


def test_symbols_that_differ_are_spelled_differently_in_ascii():
    characters: dict[str, set[str]] = defaultdict(set)
    for char, ascii, *_ in [*COMMANDS.values(), *LARGE.values()]:
        characters[ascii].add(char)
    assert [chars for chars in characters.values() if len(chars) > 1 and chars not in ALIKE] == []


def test_negated_relations_are_single_characters():
    for char, (negated, ascii) in NEGATED.items():
        assert len(negated) == 1
        assert negated != char
        assert ascii.isascii()


def test_script_characters_and_their_spellings_agree():
    for char, spelled in SCRIPT_ASCII.items():
        mapped = raised(spelled[1]) if spelled[0] == "^" else lowered(spelled[1])
        assert char in (mapped, raised("−" if spelled[1] == "-" else spelled[1]))
