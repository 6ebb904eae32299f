"""Random formulas that are right by construction, for the property tests."""

from hypothesis import strategies as st

SYMBOLS = [
    "x", "w", "N", "L", "0", "1", "42", "0.5", r"\alpha", r"\sigma", r"\Theta", r"\epsilon", r"\partial", r"\mathbf{g}",
    r"\mathcal{B}", r"\mathbb{E}", r"\text{loss}", r"\mathrm{KL}", r"\ldots", r"\infty", r"\nabla", r"\log", r"\max",
    r"\sum", r"\int", r"\operatorname{softmax}", r"\hat{x}", r"\tilde{\mathbf{h}}", r"\{", r"\%", "!", "/",
]  # fmt: skip
JOINERS = ["+", "-", "=", r"\le", r"\cdot", r"\times", ",", " ", r"\odot", r"\to", r"\quad", r"\mid", r"\in"]
MATRICES = ["matrix", "pmatrix", "bmatrix", "vmatrix", "cases", "aligned"]
PAIRS = [
    ("(", ")"),
    ("[", "]"),
    (r"\{", r"\}"),
    ("|", "|"),
    (r"\|", r"\|"),
    (r"\lfloor", r"\rfloor"),
    (r"\langle", r"\rangle"),
]


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(parts, st.sampled_from(JOINERS)), min_size=1, max_size=4)
    return pairs.map(lambda found: " ".join(f"{part} {joiner}" for part, joiner in found[:-1]) + f" {found[-1][0]}")


def _larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    rows = _joined(parts)
    grid = st.tuples(st.sampled_from(MATRICES), rows, rows, rows, rows)
    pair = st.tuples(st.sampled_from(PAIRS), rows)
    return st.one_of(
        st.tuples(parts, rows).map(lambda t: f"{{{t[0]}}}_{{{t[1]}}}"),
        st.tuples(parts, rows).map(lambda t: f"{{{t[0]}}}^{{{t[1]}}}"),
        st.tuples(parts, rows, rows).map(lambda t: f"{{{t[0]}}}_{{{t[1]}}}^{{{t[2]}}}"),
        st.tuples(rows, rows).map(lambda t: rf"\frac{{{t[0]}}}{{{t[1]}}}"),
        st.tuples(rows, rows).map(lambda t: rf"\binom{{{t[0]}}}{{{t[1]}}}"),
        st.tuples(rows, rows).map(lambda t: rf"\sum_{{{t[0]}}}^{{{t[1]}}}"),
        st.tuples(rows, rows).map(lambda t: rf"\underbrace{{{t[0]}}}_{{{t[1]}}}"),
        rows.map(lambda t: rf"\sqrt{{{t}}}"),
        rows.map(lambda t: rf"\overline{{{t}}}"),
        st.tuples(rows, rows).map(lambda t: rf"\sqrt[{{{t[0]}}}]{{{t[1]}}}"),
        pair.map(lambda t: rf"\left{t[0][0]} {t[1]} \right{t[0][1]}"),
        grid.map(lambda t: rf"\begin{{{t[0]}}} {t[1]} & {t[2]} \\ {t[3]} & {t[4]} \end{{{t[0]}}}"),
    )


FORMULAS = _joined(st.recursive(st.sampled_from(SYMBOLS), _larger, max_leaves=12))
