"""Alphabets (bold, calligraphic, ...) and the superscript and subscript characters that Unicode has."""

from __future__ import annotations

_LATIN_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LATIN_LOWER = _LATIN_UPPER.lower()
_GREEK_UPPER = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ"
_GREEK_LOWER = "αβγδεζηθικλμνξοπρςστυφχψω"


def _block(letters: str, start: int) -> dict[str, str]:
    return {letter: chr(start + i) for i, letter in enumerate(letters)}


def _latin(start: int) -> dict[str, str]:
    return _block(_LATIN_UPPER + _LATIN_LOWER, start)


# The blocks have holes where a letter had its place in Unicode before; those are listed one by one.
_STYLES = {
    "bold": _latin(0x1D400)
    | _block("0123456789", 0x1D7CE)
    | _block(_GREEK_UPPER, 0x1D6A8)
    | _block(_GREEK_LOWER, 0x1D6C2)
    | {"∇": "𝛁", "∂": "𝛛", "ϑ": "𝛝", "ϱ": "𝛠", "ϖ": "𝛡", "ϰ": "𝛞"},
    "cal": _latin(0x1D49C) | dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ")),
    "bb": _latin(0x1D538) | _block("0123456789", 0x1D7D8) | dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ")),
    "frak": _latin(0x1D504) | dict(zip("CHIRZ", "ℭℌℑℜℨ")),
    "lunate": {"ε": "ϵ"},
    "straight": {"φ": "ϕ"},
}

_SUPERSCRIPTS = dict(
    zip(
        "0123456789+−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤*∗⋆†‡′°",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ**⋆†‡′°",
    )
)
_SUBSCRIPTS = dict(zip("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"))

_LOWERED = frozenset(_SUBSCRIPTS.values())

# Spelling of a script character that was typed directly: x² is x^2.
SCRIPT_ASCII = {raised: "^" + char for char, raised in _SUPERSCRIPTS.items() if char.isascii() and char != "*"} | {
    lowered: "_" + char for char, lowered in _SUBSCRIPTS.items() if char.isascii()
}


def styled(char: str, style: str) -> str:
    """The character in an alphabet, or unchanged where the alphabet has no such character."""
    return _STYLES[style].get(char, char) if style else char


def has_style(char: str, style: str) -> bool:
    """Whether the alphabet has the character."""
    return char in _STYLES[style]


def raised(text: str) -> str | None:
    """The text in superscript characters, or None where one is missing."""
    return _mapped(text, _SUPERSCRIPTS)


def lowered(text: str) -> str | None:
    """The text in subscript characters, or None where one is missing."""
    return _mapped(text, _SUBSCRIPTS)


def lowered_only(text: str) -> bool:
    """Whether the text is subscript characters."""
    return all(char in _LOWERED for char in text)


def _mapped(text: str, table: dict[str, str]) -> str | None:
    mapped = [table.get(char, "") for char in text]
    return "".join(mapped) if text and all(mapped) else None
