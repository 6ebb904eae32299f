"""Oracles for augmenting text: the definitions step by step, choices made in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

from tests.oracles import oracle


def _choice(u, n):
    """floor(u n) without rounding: how many of the bounds 1/n, 2/n, ... lie at or below u."""
    return sum(1 for bound in range(1, n) if Fraction(float(u)) >= Fraction(bound, n))


@oracle("exact arithmetic")
def synonym_replace(tokens, synonyms, n, u):
    used = {}
    draws = [float(draw) for draw in u]
    while n > len(used):
        position, left = None, [i for i in range(len(tokens)) if tokens[i] in synonyms and i not in used]
        if not left:
            break
        position = left[_choice(draws.pop(0), len(left))]
        words = synonyms[tokens[position]]
        used[position] = words[_choice(draws.pop(0), len(words))]
    return [used[i] if i in used else tokens[i] for i in range(len(tokens))]


@oracle("exact arithmetic")
def random_insert(tokens, synonyms, n, u):
    places = [(Fraction(i), word) for i, word in enumerate(tokens)]  # a word's place on a line, so gaps have room
    sources = [i for i in range(len(tokens)) if tokens[i] in synonyms]
    for k in range(n if sources else 0):
        which, synonym, gap = u[3 * k : 3 * k + 3]
        words = synonyms[tokens[sources[_choice(which, len(sources))]]]
        at = _choice(gap, len(places) + 1)
        left = places[at - 1][0] if at else places[0][0] - 2
        right = places[at][0] if at < len(places) else places[-1][0] + 2
        places = sorted([*places, ((left + right) / 2, words[_choice(synonym, len(words))])])
    return [word for _, word in places]


@oracle("exact arithmetic")
def random_delete(tokens, p, u):
    kept = []
    for i in range(len(tokens)):
        if not Fraction(float(u[i])) < Fraction(p):
            kept.append(tokens[i])
    if tokens and not kept:
        kept.append(tokens[_choice(u[len(tokens)], len(tokens))])
    return kept


@oracle("loop")
def random_swap(tokens, pairs):
    """Follows each word: where it stands after all swaps."""
    result = [""] * len(tokens)
    for start, word in enumerate(tokens):
        place = start
        for i, j in pairs:
            place = j if place == i else i if place == j else place
        result[place] = word
    return result


@oracle("loop")
def back_translate(tokens, forward, backward):
    result = []
    for word in tokens:
        for table in (forward, backward):
            matches = [value for key, value in table.items() if key == word]
            word = matches[0] if matches else word
        result.append(word)
    return result
