"""Modes, what they promise, and what importing the package costs."""

import subprocess
import sys
import textwrap

import pytest

from grader import texbox
from grader.texbox import Mode, draw, inline, mode_for


@pytest.mark.parametrize(
    ("encoding", "plain", "mode"),
    [
        ("utf-8", False, Mode.UNICODE),
        ("UTF-8", True, Mode.PLAIN),
        ("utf_16", False, Mode.UNICODE),
        ("utf8", False, Mode.UNICODE),
        ("cp65001", False, Mode.UNICODE),
        ("cp1252", False, Mode.ASCII),
        ("ascii", True, Mode.PLAIN_ASCII),
        ("latin-1", False, Mode.ASCII),
        ("", False, Mode.ASCII),
        (None, True, Mode.PLAIN_ASCII),
    ],
)
def test_mode_suits_the_encoding(encoding: str | None, plain: bool, mode: Mode):
    assert mode_for(encoding, plain) is mode


def test_value_never_changes_on_one_line():
    """The same letters with other grouping must not give the same text."""
    pairs = [
        (r"\frac{a}{1-p}", r"\frac{a}{1}-p"),
        (r"\frac{n+2p-k}{s}+1", r"n+2p-\frac{k}{s}+1"),
        (r"e^{z_k}", r"{e^z}_k"),
        (r"\frac{a}{b}c", r"\frac{a}{bc}"),
        (r"\frac{\frac{a}{b}}{c}", r"\frac{a}{\frac{b}{c}}"),
        (r"x^{l+1}", r"x^{(l+1)}"),
        (r"x^{a_b}", r"{x^a}_b"),
        (r"\sqrt{ab}", r"\sqrt{a}b"),
        (r"\sqrt{x}^2", r"\sqrt{x^2}"),
        (r"x_{ab}", r"x_a b"),
        (r"x^{2y}", r"x^2 y"),
        (r"\hat{ab}", r"\hat{a}b"),
        (r"\mathbf{x}+x", r"x+x"),
        (r"\mathcal{L}L", r"LL"),
        (r"\epsilon+\varepsilon", r"\varepsilon+\varepsilon"),
        (r"e^{\frac{1}{2}x}", r"e^{\frac{1}{2x}}"),
        (r"\overline{x}y", r"\overline{xy}"),
        (r"\log\frac{a}{b}", r"\frac{\log a}{b}"),
        (r"-\frac{a+b}{c}", r"\frac{-a+b}{c}"),
        (r"(\frac{a}{b})^2", r"\frac{a}{b^2}"),
        (r"{\frac{a}{b}}^2", r"\frac{a}{b^2}"),
        (r"\eta\lambda", "etalambda"),
        (r"\leq", r"\Leftarrow"),
        (r"a\times b", "axb"),
        (r"{-\frac{a}{b}}c", r"-\frac{a}{bc}"),
        (r"x \cdot y", r"x \ast y"),
    ]
    for mode in Mode:
        for tex, other in pairs:
            assert draw(tex, mode=mode) != draw(other, mode=mode), (tex, mode)
            assert mode is Mode.UNICODE or inline(f"${tex}$", mode) != inline(f"${other}$", mode), (tex, mode)


def test_braces_that_group_nothing_change_nothing():
    for mode in Mode:
        assert draw("{a + b} c = {d}", mode=mode) == draw("a + b c = d", mode=mode)
        assert draw(r"{-\frac{a}{b}} {c d}", mode=mode) == draw(r"-\frac{a}{b} c d", mode=mode)
    assert draw("1{,}000") == ["1,000"]


def test_bars_of_neighbours_stay_apart():
    for tex in (
        r"\frac{a}{b} \frac{c}{d}",
        r"{\frac{a}{b}}{\frac{c}{d}}",
        r"\overline{\frac{a}{b}} \overline{\frac{c}{d}}",
    ):
        assert "─── ───" in "\n".join(draw(tex))


def test_letters_keep_their_alphabet_only_where_it_matters():
    assert draw(r"\mathbf{x}_t", mode=Mode.PLAIN) == ["x_t"]
    assert draw(r"\mathbf{x}_t = x", mode=Mode.PLAIN) == ["bold(x)_t = x"]
    assert draw(r"\mathbf{h}_t = W_h", mode=Mode.PLAIN) == ["h_t = W_h"]


def test_typed_characters_mean_the_same_as_commands():
    assert draw("σ² ≤ ∑ α", mode=Mode.ASCII) == ["sigma^2 <= sum alpha"]
    assert draw("σ ≤ α − 1") == draw(r"\sigma \le \alpha - 1")


def test_the_package_shows_itself_as_it_is():
    tex = r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}"
    shown = str(texbox.__doc__)
    assert tex in shown
    for mode in Mode:
        assert textwrap.indent("\n".join(draw(tex, mode=mode)), "    ") + "\n" in shown


def test_import_brings_in_nothing_heavy():
    code = "import sys, grader.texbox; print(*sorted(m for m in sys.modules if '.' not in m))"
    names = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"re", "typing", "dataclasses", "rich", "numpy", "difflib"} & set(names)
