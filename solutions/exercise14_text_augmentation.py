"""References, wrong functions and cases for augmenting text."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "Augmenting text"
NEEDS = (1, 13)

Table = dict[str, list[str]]
Pairs = list[tuple[int, int]]

THESAURUS: Table = {
    "quick": ["fast", "rapid", "swift"],
    "small": ["little", "tiny", "slight"],
    "happy": ["glad", "merry", "cheerful"],
    "house": ["home", "cottage", "building"],
    "begin": ["start", "launch", "open"],
    "large": ["big", "huge", "vast"],
    "clever": ["smart", "bright", "sharp"],
    "road": ["street", "lane", "way"],
}
PLAIN = ["the", "of", "and", "under", "with", "seven", "never", "Ada", "across", "because"]


def synonym_replace(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        i = candidates.pop(int(u[2 * k] * len(candidates)))
        choices = synonyms[tokens[i]]
        result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace_marks(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    done: dict[int, str] = {}
    for k in range(n):
        free = [i for i in range(len(tokens)) if synonyms.get(tokens[i]) and i not in done]
        if not free:
            break
        i = free[floor(u[2 * k] * len(free))]
        done[i] = synonyms[tokens[i]][floor(u[2 * k + 1] * len(synonyms[tokens[i]]))]
    return [done.get(i, word) for i, word in enumerate(tokens)]


def synonym_replace_recursive(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    def go(words: list[str], candidates: Array, left: int, draws: Array) -> list[str]:
        if left == 0 or candidates.size == 0:
            return words
        at = int(np.floor(draws[0] * candidates.size))
        i = int(candidates[at])
        choice = synonyms[words[i]][int(np.floor(draws[1] * len(synonyms[words[i]])))]
        return go([*words[:i], choice, *words[i + 1 :]], np.delete(candidates, at), left - 1, draws[2:])

    return go(list(tokens), np.flatnonzero([word in synonyms for word in tokens]), n, u)


def synonym_replace__every_occurrence(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Replaces all occurrences of the chosen word by the synonym at once."""
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        chosen = tokens[candidates.pop(int(u[2 * k] * len(candidates)))]
        choices = synonyms[chosen]
        new = choices[int(u[2 * k + 1] * len(choices))]
        result = [new if word == chosen else word for word in result]
    return result


def synonym_replace__every_occurrence_of_distinct(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws among the different words and replaces all occurrences of the chosen one."""
    candidates = list(dict.fromkeys(word for word in tokens if word in synonyms))
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        chosen = candidates.pop(int(u[2 * k] * len(candidates)))
        choices = synonyms[chosen]
        new = choices[int(u[2 * k + 1] * len(choices))]
        result = [new if word == chosen else word for word in result]
    return result


def synonym_replace__with_replacement(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Leaves a chosen position among the candidates, so it may be chosen again."""
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        i = candidates[int(u[2 * k] * len(candidates))]
        choices = synonyms[tokens[i]]
        result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace__with_replacement_to_the_end(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Chooses among all candidates n times, also where there are fewer."""
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(n if candidates else 0):
        i = candidates[int(u[2 * k] * len(candidates))]
        choices = synonyms[tokens[i]]
        result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace__with_replacement_of_new_words(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Looks for candidates in the sentence so far, so a synonym that has synonyms may be replaced again."""
    result = list(tokens)
    for k in range(n):
        candidates = [i for i, word in enumerate(result) if word in synonyms]
        if not candidates:
            break
        i = candidates[int(u[2 * k] * len(candidates))]
        choices = synonyms[result[i]]
        result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace__all_positions(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws from all positions, so a draw that hits a word without synonyms is wasted."""
    positions = list(range(len(tokens)))
    result = list(tokens)
    for k in range(min(n, len(positions))):
        i = positions.pop(int(u[2 * k] * len(positions)))
        if tokens[i] in synonyms:
            choices = synonyms[tokens[i]]
            result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace__all_positions_again(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws from all positions each time, so draws are wasted on words without synonyms."""
    result = list(tokens)
    for k in range(n):
        i = int(u[2 * k] * len(tokens))
        if tokens[i] in synonyms:
            choices = synonyms[tokens[i]]
            result[i] = choices[int(u[2 * k + 1] * len(choices))]
    return result


def synonym_replace__first_synonym(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Always takes the first synonym of the chosen word."""
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        i = candidates.pop(int(u[2 * k] * len(candidates)))
        result[i] = synonyms[tokens[i]][0]
    return result


def synonym_replace__first_synonym_one_draw(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Always takes the first synonym and uses one draw for each replacement."""
    candidates = [i for i, word in enumerate(tokens) if word in synonyms]
    result = list(tokens)
    for k in range(min(n, len(candidates))):
        i = candidates.pop(int(u[k] * len(candidates)))
        result[i] = synonyms[tokens[i]][0]
    return result


def _pick(rng: np.random.Generator, index: int, count: int) -> float:
    """A number u for which floor(u count) is index, well inside its interval."""
    return float((index + rng.uniform(0.15, 0.85)) / count)


def _words(rng: np.random.Generator, known: int, plain: int) -> tuple[list[str], list[str]]:
    """Different words with synonyms, and different words without."""
    return (
        [str(word) for word in rng.permutation(list(THESAURUS))[:known]],
        [str(word) for word in rng.permutation(PLAIN)[:plain]],
    )


def synonym_replace_cases(rng: np.random.Generator) -> Iterator[Case]:
    (a, b, c), (s, t) = _words(rng, 3, 2)
    u = np.array([_pick(rng, 1, 3), _pick(rng, 2, 3), _pick(rng, 1, 2), _pick(rng, 1, 3)])
    yield Case("two of three candidates", tokens=[s, a, b, t, c], synonyms=dict(THESAURUS), n=2, u=u)

    (a, b), (s, t) = _words(rng, 2, 2)
    u = np.array([_pick(rng, 2, 4), _pick(rng, 1, 3), _pick(rng, 0, 3), _pick(rng, 2, 3)])
    yield Case("a word that occurs three times", tokens=[a, s, b, a, t, a], synonyms=dict(THESAURUS), n=2, u=u)

    (a, b, c), (s,) = _words(rng, 3, 1)
    u = np.array([_pick(rng, 0, 3), _pick(rng, 1, 3), _pick(rng, 0, 2), _pick(rng, 2, 3)])
    yield Case("the same number drawn twice", tokens=[a, b, s, c], synonyms=dict(THESAURUS), n=2, u=u)

    (a, b), (s, t, v) = _words(rng, 2, 3)
    u = np.concatenate(
        [[_pick(rng, 0, 2), _pick(rng, 2, 3), _pick(rng, 0, 1), _pick(rng, 1, 3)], rng.uniform(0.02, 0.98, 6)]
    )
    yield Case("more replacements than candidates", tokens=[s, a, t, v, b], synonyms=dict(THESAURUS), n=5, u=u)

    (a, b), (s, t, v) = _words(rng, 2, 3)
    u = np.array([_pick(rng, 0, 2), _pick(rng, 1, 3)])  # the draw falls on a plain word if all positions count
    yield Case("only the last words have synonyms", tokens=[s, t, v, a, b], synonyms=dict(THESAURUS), n=1, u=u)

    _, plain = _words(rng, 0, 4)
    yield Case("no candidates", tokens=plain, synonyms=dict(THESAURUS), n=2, u=rng.uniform(0.02, 0.98, 4))

    (a,), _ = _words(rng, 1, 0)
    u = np.array([_pick(rng, 0, 1), _pick(rng, 1, 3)])
    yield Case("one word", tokens=[a], synonyms=dict(THESAURUS), n=1, u=u)

    (a, b), (s,) = _words(rng, 2, 1)
    yield Case("no replacements", tokens=[a, s, b], synonyms=dict(THESAURUS), n=0, u=np.zeros(0))

    (a, b, c), (s, t) = _words(rng, 3, 2)
    table = {a: [b], b: [c, "again"], c: ["first", "second", "third", "fourth"]}
    u = np.array([_pick(rng, 2, 3), _pick(rng, 3, 4), _pick(rng, 1, 2), _pick(rng, 1, 2), _pick(rng, 0, 1), 0.5])
    yield Case("lists of different lengths, synonyms of synonyms", tokens=[a, s, b, t, c], synonyms=table, n=3, u=u)
    u = np.array([_pick(rng, 0, 3), _pick(rng, 0, 1), rng.uniform(0.05, 0.3), _pick(rng, 1, 2)])
    yield Case("a synonym that has synonyms", tokens=[a, s, b, t, c], synonyms=table, n=2, u=u)


def random_insert(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result.insert(int(u[3 * k + 2] * (len(result) + 1)), choices[int(u[3 * k + 1] * len(choices))])
    return result


def random_insert_slices(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    result, sources = tokens, list(filter(synonyms.get, tokens))
    for which, synonym, gap in np.reshape(u[: 3 * n], (-1, 3)):
        if sources:
            word = sources[floor(which * len(sources))]
            at = floor(gap * (len(result) + 1))
            new = synonyms[word][floor(synonym * len(synonyms[word]))]
            result = [*result[:at], new, *result[at:]]
    return list(result)


def random_insert_recursive(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    if n == 0 or not any(word in synonyms for word in tokens):
        return tokens[:]
    before = random_insert_recursive(tokens, synonyms, n - 1, u)
    which, synonym, gap = u[3 * n - 3], u[3 * n - 2], u[3 * n - 1]
    positions = np.flatnonzero([word in synonyms for word in tokens])
    choices = synonyms[tokens[positions[int(which * positions.size)]]]
    at = int(gap * (len(before) + 1))
    return [*before[:at], choices[int(synonym * len(choices))], *before[at:]]


def random_insert__original_word(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Inserts the chosen word itself instead of one of its synonyms."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        word = sources[int(u[3 * k] * len(sources))]
        result.insert(int(u[3 * k + 2] * (len(result) + 1)), word)
    return result


def random_insert__never_last(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws the place among len positions instead of len + 1 gaps, so nothing lands at the end."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result.insert(int(u[3 * k + 2] * len(result)), choices[int(u[3 * k + 1] * len(choices))])
    return result


def random_insert__never_last_of_original(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws the place among the positions of the original sentence, so nothing lands at the end."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result.insert(int(u[3 * k + 2] * len(tokens)), choices[int(u[3 * k + 1] * len(choices))])
    return result


def random_insert__never_last_after_first(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws among the gaps of the original sentence, so the second insertion cannot land at the end."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result.insert(int(u[3 * k + 2] * (len(tokens) + 1)), choices[int(u[3 * k + 1] * len(choices))])
    return result


def random_insert__overwrites(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Puts the synonym in the place of a word, so the sentence does not get longer."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result[int(u[3 * k + 2] * len(result))] = choices[int(u[3 * k + 1] * len(choices))]
    return result


def random_insert__overwrites_or_appends(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws one of the gaps and puts the synonym over the word behind it, if there is one."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        gap = int(u[3 * k + 2] * (len(result) + 1))
        result[gap : gap + 1] = [choices[int(u[3 * k + 1] * len(choices))]]
    return result


def random_insert__overwrites_or_raises(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws one of the gaps and puts the synonym over the word behind it, which the last gap does not have."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result[int(u[3 * k + 2] * (len(result) + 1))] = choices[int(u[3 * k + 1] * len(choices))]
    return result


def random_insert__feeds_itself(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Draws the source from the current sentence, inserted words included."""
    result = list(tokens)
    for k in range(n):
        sources = [word for word in result if word in synonyms]
        if not sources:
            return result
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        result.insert(int(u[3 * k + 2] * (len(result) + 1)), choices[int(u[3 * k + 1] * len(choices))])
    return result


def random_insert__feeds_itself_at_the_end(tokens: list[str], synonyms: Table, n: int, u: Array) -> list[str]:
    """Adds every inserted word that has synonyms to the end of the list of sources."""
    sources = [word for word in tokens if word in synonyms]
    result = list(tokens)
    if not sources:
        return result
    for k in range(n):
        choices = synonyms[sources[int(u[3 * k] * len(sources))]]
        new = choices[int(u[3 * k + 1] * len(choices))]
        result.insert(int(u[3 * k + 2] * (len(result) + 1)), new)
        if new in synonyms:
            sources.append(new)
    return result


def _mutual() -> Table:
    """A table in which every synonym has synonyms itself."""
    groups = [[word, *others] for word, others in THESAURUS.items()]
    return {word: [other for other in group if other != word] for group in groups for word in group}


def _insertion(rng: np.random.Generator, which: int, sources: int, synonym: int, gap: int, length: int) -> list[float]:
    return [_pick(rng, which, sources), _pick(rng, synonym, 3), _pick(rng, gap, length + 1)]


def random_insert_cases(rng: np.random.Generator) -> Iterator[Case]:
    (a, b, c), (s, t) = _words(rng, 3, 2)
    u = np.array([*_insertion(rng, 1, 3, 2, 2, 5), *_insertion(rng, 2, 3, 1, 4, 6)])
    yield Case("two insertions", tokens=[s, a, b, t, c], synonyms=dict(THESAURUS), n=2, u=u)

    (a, b), (s, t) = _words(rng, 2, 2)
    u = np.array([*_insertion(rng, 1, 2, 1, 4, 4), *_insertion(rng, 0, 2, 2, 0, 5)])
    yield Case("at the end, then at the front", tokens=[a, s, t, b], synonyms=dict(THESAURUS), n=2, u=u)

    (a, b), (s,) = _words(rng, 2, 1)
    u = np.array([*_insertion(rng, 0, 2, 0, 1, 3), *_insertion(rng, 1, 2, 1, 3, 4), *_insertion(rng, 1, 2, 0, 2, 5)])
    u[3] = rng.uniform(0.53, 0.64)  # number 1 of the two sources, and of three if the new word counted
    yield Case("synonyms that have synonyms", tokens=[a, s, b], synonyms=_mutual(), n=3, u=u)

    (a, b), (s,) = _words(rng, 2, 1)
    u = np.array([*_insertion(rng, 2, 4, 2, 3, 5), *_insertion(rng, 3, 4, 0, 1, 6)])
    yield Case("a word that occurs three times", tokens=[a, b, a, s, a], synonyms=dict(THESAURUS), n=2, u=u)

    _, plain = _words(rng, 0, 4)
    yield Case("no word has synonyms", tokens=plain, synonyms=dict(THESAURUS), n=2, u=rng.uniform(0.02, 0.98, 6))

    (a, b), (s,) = _words(rng, 2, 1)
    yield Case("no insertions", tokens=[a, s, b], synonyms=dict(THESAURUS), n=0, u=np.zeros(0))

    (a,), _ = _words(rng, 1, 0)
    u = np.array(_insertion(rng, 0, 1, 2, 1, 1))
    yield Case("one word, insertion behind it", tokens=[a], synonyms=dict(THESAURUS), n=1, u=u)


def random_delete(tokens: list[str], p: float, u: Array) -> list[str]:
    if not tokens:
        return []
    kept = [word for word, draw in zip(tokens, u) if draw >= p]
    return kept or [tokens[int(u[len(tokens)] * len(tokens))]]


def random_delete_mask(tokens: list[str], p: float, u: Array) -> list[str]:
    n = len(tokens)
    keep = np.asarray(u[:n]) >= p
    if n and not keep.any():
        keep[floor(u[n] * n)] = True
    return [tokens[i] for i in np.flatnonzero(keep)]


def random_delete_pops(tokens: list[str], p: float, u: Array) -> list[str]:
    left = list(tokens)
    for i in range(len(tokens) - 1, -1, -1):
        if u[i] < p:
            del left[i]
    if len(left) == 0 and len(tokens) > 0:
        left.append(tokens[int(np.floor(u[-1] * len(tokens)))])
    return left


def random_delete__inverted(tokens: list[str], p: float, u: Array) -> list[str]:
    """Keeps the words whose draw is below p, so p is the probability of keeping."""
    if not tokens:
        return []
    kept = [word for word, draw in zip(tokens, u) if draw < p]
    return kept or [tokens[int(u[len(tokens)] * len(tokens))]]


def random_delete__inverted_inclusive(tokens: list[str], p: float, u: Array) -> list[str]:
    """Keeps the words whose draw is not above p, so p is the probability of keeping."""
    if not tokens:
        return []
    kept = [word for word, draw in zip(tokens, u) if draw <= p]
    return kept or [tokens[int(u[len(tokens)] * len(tokens))]]


def random_delete__may_be_empty(tokens: list[str], p: float, u: Array) -> list[str]:
    """Returns an empty sentence when every word was deleted."""
    return [word for word, draw in zip(tokens, u) if draw >= p]


def random_delete__keeps_first(tokens: list[str], p: float, u: Array) -> list[str]:
    """Keeps the first word when every word was deleted, instead of a drawn one."""
    return [word for word, draw in zip(tokens, u) if draw >= p] or tokens[:1]


def random_delete__keeps_first_unguarded(tokens: list[str], p: float, u: Array) -> list[str]:
    """Keeps the first word when none is left, which an empty sentence does not have."""
    kept = [word for word, draw in zip(tokens, u) if draw >= p]
    return kept if kept else [tokens[0]]


def random_delete__keeps_first_but_last(tokens: list[str], p: float, u: Array) -> list[str]:
    """Keeps the last word when every word was deleted, instead of a drawn one."""
    return [word for word, draw in zip(tokens, u) if draw >= p] or tokens[-1:]


def random_delete__keeps_first_and_all(tokens: list[str], p: float, u: Array) -> list[str]:
    """Returns the whole sentence when every word was deleted, instead of a drawn word."""
    return [word for word, draw in zip(tokens, u) if draw >= p] or list(tokens)


def random_delete__fixed_count(tokens: list[str], p: float, u: Array) -> list[str]:
    """Deletes the first round(p n) words instead of deciding on each."""
    if not tokens:
        return []
    n = len(tokens)
    return tokens[round(p * n) :] or [tokens[int(u[n] * n)]]


def random_delete__fixed_count_to_none(tokens: list[str], p: float, u: Array) -> list[str]:
    """Deletes the first round(p n) words instead of deciding on each, all of them if that is n."""
    return tokens[round(p * len(tokens)) :]


def random_delete__fixed_count_of_smallest(tokens: list[str], p: float, u: Array) -> list[str]:
    """Deletes the round(p n) words with the smallest draws instead of deciding on each."""
    if not tokens:
        return []
    n = len(tokens)
    dropped = np.argsort(u[:n])[: round(p * n)]
    kept = [word for i, word in enumerate(tokens) if i not in dropped]
    return kept or [tokens[int(u[n] * n)]]


def _draws(rng: np.random.Generator, below: tuple[bool, ...], p: float, survivor: float) -> Array:
    """Draws below p where the word shall go and above it elsewhere, at least 0.05 away from it."""
    low, high = rng.uniform(0.02, p - 0.05, len(below)), rng.uniform(p + 0.05, 0.98, len(below))
    return np.append(np.where(below, low, high), survivor)


def random_delete_cases(rng: np.random.Generator) -> Iterator[Case]:
    sentence = [str(word) for word in rng.permutation(PLAIN)]
    u = _draws(rng, (False, True, False, False, True, False, False), 0.3, rng.uniform(0.02, 0.98))
    yield Case("two of seven go", tokens=sentence[:7], p=0.3, u=u)

    a, b, c = (str(word) for word in rng.permutation(PLAIN)[:3])
    u = _draws(rng, (True, False, False, True, True), 0.6, rng.uniform(0.02, 0.98))
    yield Case("repeated words", tokens=[a, b, a, a, c], p=0.6, u=u)

    sentence = [str(word) for word in rng.permutation(PLAIN)]
    u = _draws(rng, (True,) * 5, 0.4, _pick(rng, 3, 5))
    yield Case("every word is deleted", tokens=sentence[:5], p=0.4, u=u)

    sentence = [str(word) for word in rng.permutation(PLAIN)]
    u = np.append(rng.uniform(0.02, 0.98, 4), _pick(rng, 2, 4))
    yield Case("p = 1", tokens=sentence[:4], p=1.0, u=u)

    sentence = [str(word) for word in rng.permutation(PLAIN)]
    u = np.append(np.append(0.0, rng.uniform(0.02, 0.98, 3)), rng.uniform(0.3, 0.98))
    yield Case("p = 0 and a draw of 0", tokens=sentence[:4], p=0.0, u=u)

    sentence = [str(word) for word in rng.permutation(PLAIN)]
    u = np.array([0.125, 0.25, 0.75, 0.25, rng.uniform(0.02, 0.98)])
    yield Case("a draw equal to p keeps the word", tie=True, tokens=sentence[:4], p=0.25, u=u)

    word = str(rng.choice(PLAIN))
    yield Case("one word, deleted", tokens=[word], p=0.7, u=_draws(rng, (True,), 0.7, rng.uniform(0.02, 0.98)))

    yield Case("empty sentence", tokens=[], p=float(rng.uniform(0.2, 0.8)), u=rng.uniform(0.02, 0.98, 1))


def random_swap(tokens: list[str], pairs: Pairs) -> list[str]:
    result = list(tokens)
    for i, j in pairs:
        result[i], result[j] = result[j], result[i]
    return result


def random_swap_temporary(tokens: list[str], pairs: Pairs) -> list[str]:
    result = tokens[:]
    for pair in pairs:
        first = result[pair[0]]
        result[pair[0]] = result[pair[1]]
        result[pair[1]] = first
    return result


def random_swap_permutation(tokens: list[str], pairs: Pairs) -> list[str]:
    order = np.arange(len(tokens))
    for i, j in pairs:
        order[[i, j]] = order[[j, i]]
    return [tokens[i] for i in order]


def random_swap__by_value(tokens: list[str], pairs: Pairs) -> list[str]:
    """Exchanges the two words wherever they occur."""
    result = list(tokens)
    for i, j in pairs:
        first, second = result[i], result[j]
        result = [second if word == first else first if word == second else word for word in result]
    return result


def random_swap__by_value_of_original(tokens: list[str], pairs: Pairs) -> list[str]:
    """Takes the two words from the original sentence and exchanges them wherever they occur."""
    result = list(tokens)
    for i, j in pairs:
        first, second = tokens[i], tokens[j]
        result = [second if word == first else first if word == second else word for word in result]
    return result


def random_swap__by_value_first_found(tokens: list[str], pairs: Pairs) -> list[str]:
    """Looks for the two words in the sentence and swaps the places where they are found first."""
    result = list(tokens)
    for i, j in pairs:
        first, second = result.index(result[i]), result.index(result[j])
        result[first], result[second] = result[second], result[first]
    return result


def random_swap__overwrites(tokens: list[str], pairs: Pairs) -> list[str]:
    """Assigns the second word to the first place and then back again, so the first word is lost."""
    result = list(tokens)
    for i, j in pairs:
        result[i] = result[j]
        result[j] = result[i]
    return result


def random_swap__overwrites_second(tokens: list[str], pairs: Pairs) -> list[str]:
    """Assigns the first word to the second place and then back again, so the second word is lost."""
    result = list(tokens)
    for i, j in pairs:
        result[j] = result[i]
        result[i] = result[j]
    return result


def random_swap__from_original(tokens: list[str], pairs: Pairs) -> list[str]:
    """Takes the words of every pair from the original sentence, not from the result so far."""
    result = list(tokens)
    for i, j in pairs:
        result[i], result[j] = tokens[j], tokens[i]
    return result


def random_swap__neighbours(tokens: list[str], pairs: Pairs) -> list[str]:
    """Swaps each first position with the next one and ignores the second."""
    result = list(tokens)
    for i, _ in pairs:
        result[i], result[i + 1] = result[i + 1], result[i]
    return result


def random_swap_cases(rng: np.random.Generator) -> Iterator[Case]:
    # The first position of a pair is never the last of the sentence, so swapping neighbours runs silently.
    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    yield Case("two pairs apart", tokens=words[:6], pairs=[(0, 3), (4, 2)])

    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    a, b, c = words[:3]
    yield Case("repeated words", tokens=[a, b, a, c, b], pairs=[(0, 3), (1, 4), (2, 3)])

    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    a, b, c = words[:3]
    yield Case("a word that stands further ahead too", tokens=[a, b, a, c], pairs=[(2, 3)])
    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    yield Case("overlapping pairs", tokens=words[:5], pairs=[(0, 2), (2, 4), (1, 0)])

    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    i = int(rng.integers(0, 3))
    yield Case("a position with itself", tokens=words[:4], pairs=[(i, i)])

    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    yield Case("the same pair twice", tokens=words[:4], pairs=[(1, 3), (1, 3)])

    words = [str(word) for word in rng.permutation([*PLAIN, *THESAURUS])]
    yield Case("one word, no pairs", tokens=words[:1], pairs=[])


def back_translate(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    foreign = [forward.get(word, word) for word in tokens]
    return [backward.get(word, word) for word in foreign]


def back_translate_tests(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    result = []
    for word in tokens:
        if word in forward:
            word = forward[word]
        if word in backward:
            word = backward[word]
        result.append(word)
    return result


def back_translate_composed(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    direct = dict(backward)  # a word without a forward entry goes straight to the second table
    for word, foreign in forward.items():
        direct[word] = backward.get(foreign, foreign)
    return [direct.get(word, word) for word in tokens]


def back_translate__drops_unknown(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    """Leaves out every word that one of the two tables does not know."""
    foreign = [forward[word] for word in tokens if word in forward]
    return [backward[word] for word in foreign if word in backward]


def back_translate__drops_unknown_forward(
    tokens: list[str], forward: dict[str, str], backward: dict[str, str]
) -> list[str]:
    """Leaves out the words that the first table does not know."""
    foreign = [forward[word] for word in tokens if word in forward]
    return [backward.get(word, word) for word in foreign]


def back_translate__drops_unknown_backward(
    tokens: list[str], forward: dict[str, str], backward: dict[str, str]
) -> list[str]:
    """Leaves out the words that the second table does not know."""
    foreign = [forward.get(word, word) for word in tokens]
    return [backward[word] for word in foreign if word in backward]


def back_translate__drops_unknown_raises(
    tokens: list[str], forward: dict[str, str], backward: dict[str, str]
) -> list[str]:
    """Looks every word up in both tables, and raises KeyError for one that they do not know."""
    return [backward[forward[word]] for word in tokens]


def back_translate__one_way(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    """Stops in the foreign language."""
    return [forward.get(word, word) for word in tokens]


def back_translate__exact_inverse(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    """Goes back with the inverted forward table, so every word returns unchanged."""
    inverse = {foreign: word for word, foreign in forward.items()}
    return [inverse.get(forward.get(word, word), forward.get(word, word)) for word in tokens]


def back_translate__backward_first(tokens: list[str], forward: dict[str, str], backward: dict[str, str]) -> list[str]:
    """Looks each word up in backward first and the result in forward."""
    foreign = [backward.get(word, word) for word in tokens]
    return [forward.get(word, word) for word in foreign]


GERMAN = dict(
    zip(
        "quick small happy house begin large clever road gift bald".split(),
        "schnell klein froh haus beginn gross klug weg geschenk kahl".split(),
    )
)
ENGLISH = dict(
    zip(
        "schnell klein froh haus beginn gross klug weg geschenk kahl gift bald".split(),
        "fast little glad home start big clever way present hairless poison soon".split(),
    )
)


def back_translate_cases(rng: np.random.Generator) -> Iterator[Case]:
    # No two words share a foreign word, and no foreign word stands in the sentence, so that inverting the forward
    # table gives the sentence back however the inversion is written.
    known = [str(word) for word in rng.permutation(list(THESAURUS))[:5]]
    yield Case("a round trip that changes words", tokens=known, forward=dict(GERMAN), backward=dict(ENGLISH))

    (a, b, c), (s, t) = _words(rng, 3, 2)
    yield Case("words missing in both tables", tokens=[s, a, b, t, c, a], forward=dict(GERMAN), backward=dict(ENGLISH))

    (a, b, c), (s,) = _words(rng, 3, 1)
    partial = {foreign: word for foreign, word in ENGLISH.items() if foreign != GERMAN[b]}
    yield Case("a foreign word missing on the way back", tokens=[a, b, s, c], forward=dict(GERMAN), backward=partial)

    (a, b), (s,) = _words(rng, 2, 1)
    partial = {word: foreign for word, foreign in GERMAN.items() if word not in (a, "bald")}
    yield Case("a word that only the second table knows", tokens=["bald", a, s, b], forward=partial, backward=ENGLISH)

    (a, b), (s,) = _words(rng, 2, 1)
    order = [str(word) for word in rng.permutation(["gift", a, s, "bald", b])]
    yield Case("words that both languages spell alike", tokens=order, forward=dict(GERMAN), backward=dict(ENGLISH))

    yield Case("empty sentence", tokens=[], forward=dict(GERMAN), backward=dict(ENGLISH))

    word = str(rng.choice(["gift", "bald"]))
    yield Case("one word", tokens=[word], forward=dict(GERMAN), backward=dict(ENGLISH))


CHECKS = (
    Check(
        synonym_replace,
        cases=synonym_replace_cases,
        returns=("tokens: words",),
        formula=(
            r"\begin{aligned}"
            r" & \text{candidates} = [i : \text{tokens}[i] \text{ has synonyms}] \text{, in order} \\"
            r" & \text{for } k = 0, 1, \ldots, \text{while } k < n \text{ and candidates are left:} \\"
            r" & \quad i = \text{candidates}[\lfloor u[2k] \cdot \text{len(candidates)} \rfloor] \\"
            r" & \quad \text{take } i \text{ out of candidates} \\"
            r" & \quad s = \text{synonyms}[\text{tokens}[i]] \\"
            r" & \quad \text{result}_i = s[\lfloor u[2k + 1] \cdot \text{len}(s) \rfloor]"
            r" \end{aligned}"
        ),
        exact=("u",),
        wrong=(
            Wrong(
                synonym_replace__every_occurrence,
                id="every-occurrence",
                tags=("edge",),
                hint="One position at a time.",
                also=(synonym_replace__every_occurrence_of_distinct,),
            ),
            Wrong(
                synonym_replace__with_replacement,
                id="with-replacement",
                tags=("edge",),
                hint="A position is replaced at most once.",
                also=(
                    synonym_replace__with_replacement_to_the_end,
                    synonym_replace__with_replacement_of_new_words,
                ),
            ),
            Wrong(
                synonym_replace__all_positions,
                id="all-positions",
                tags=("edge",),
                hint="Draw only among words that have synonyms.",
                also=(synonym_replace__all_positions_again,),
            ),
            Wrong(
                synonym_replace__first_synonym,
                id="first-synonym",
                hint="Choose among all synonyms.",
                also=(synonym_replace__first_synonym_one_draw,),
            ),
        ),
        alternates=(synonym_replace_marks, synonym_replace_recursive),
        hints=(
            "Which positions may be replaced at all? Make that list before the first draw.",
            "What must happen to that list after a position has been used?",
            "The second draw of a round chooses within the list of synonyms: how long is it for this word?",
        ),
    ),
    Check(
        random_insert,
        cases=random_insert_cases,
        returns=("tokens: words",),
        formula=(
            r"\begin{aligned}"
            r" & \text{sources} = [w \in \text{tokens} : w \text{ has synonyms}] \text{, in order,} \\"
            r" & \quad \text{repeated words repeated} \\"
            r" & \text{result} = \text{tokens} \\"
            r" & \text{for } k = 0, \ldots, n - 1 \text{:} \\"
            r" & \quad w = \text{sources}[\lfloor u[3k] \cdot \text{len(sources)} \rfloor] \\"
            r" & \quad s = \text{synonyms}[w][\lfloor u[3k + 1] \cdot"
            r" \text{number of synonyms of } w \rfloor] \\"
            r" & \quad \text{insert } s \text{ into result, so that it stands at} \\"
            r" & \qquad \lfloor u[3k + 2] \cdot (\text{len(result)} + 1) \rfloor"
            r" \end{aligned}"
        ),
        exact=("u",),
        wrong=(
            Wrong(random_insert__original_word, id="original-word", hint="New words enter, not copies."),
            Wrong(
                random_insert__never_last,
                id="never-last",
                hint="There are len+1 gaps.",
                also=(
                    random_insert__never_last_of_original,
                    random_insert__never_last_after_first,
                ),
            ),
            Wrong(
                random_insert__overwrites,
                id="overwrites",
                hint="The sentence gets longer.",
                also=(
                    random_insert__overwrites_or_appends,
                    random_insert__overwrites_or_raises,
                ),
            ),
            Wrong(
                random_insert__feeds_itself,
                id="feeds-itself",
                hint="Sources are the original words.",
                also=(random_insert__feeds_itself_at_the_end,),
            ),
        ),
        alternates=(random_insert_slices, random_insert_recursive),
        hints=(
            "Where do the words come from: from the sentence as it was given, or as it is by now?",
            "How many gaps has a sentence of m words, counting both ends? The third draw chooses one of them.",
            "A list method shifts the rest to the right for you.",
        ),
    ),
    Check(
        random_delete,
        cases=random_delete_cases,
        returns=("tokens: words",),
        formula=(
            r"\begin{aligned}"
            r" & \text{result} = [\text{tokens}[i] : u[i] \geq p] \text{, in order} \\"
            r" & \text{if that is empty: } [\text{tokens}[\lfloor u[n] \cdot n \rfloor]] \text{, where } n"
            r" = \text{len(tokens)}"
            r" \end{aligned}"
        ),
        exact=("u",),
        wrong=(
            Wrong(
                random_delete__inverted,
                id="inverted",
                hint="p is the probability of deletion.",
                also=(random_delete__inverted_inclusive,),
            ),
            Wrong(
                random_delete__may_be_empty,
                id="may-be-empty",
                tags=("edge",),
                hint="A sentence keeps at least one word.",
            ),
            Wrong(
                random_delete__keeps_first,
                id="keeps-first",
                tags=("edge",),
                hint="The survivor is drawn.",
                also=(
                    random_delete__keeps_first_unguarded,
                    random_delete__keeps_first_but_last,
                    random_delete__keeps_first_and_all,
                ),
            ),
            Wrong(
                random_delete__fixed_count,
                id="fixed-count",
                hint="Each word is decided on its own.",
                also=(
                    random_delete__fixed_count_to_none,
                    random_delete__fixed_count_of_smallest,
                ),
            ),
        ),
        alternates=(random_delete_mask, random_delete_pops),
        hints=(
            "With u uniform in [0, 1), on which side of p does u fall with probability p?",
            "What is left if every word was deleted? The last entry of u is there for that.",
            "An empty sentence has no survivor to draw.",
        ),
    ),
    Check(
        random_swap,
        cases=random_swap_cases,
        returns=("tokens: words",),
        formula=(
            r"(\text{result}_i, \text{result}_j) \leftarrow (\text{result}_j,"
            r" \text{result}_i) \qquad \text{for } (i, j) \text{ in pairs}"
        ),
        wrong=(
            Wrong(
                random_swap__by_value,
                id="by-value",
                hint="Swap positions, not words.",
                also=(
                    random_swap__by_value_of_original,
                    random_swap__by_value_first_found,
                ),
            ),
            Wrong(
                random_swap__overwrites,
                id="overwrites",
                hint="Keep a copy of the first word, or swap in one statement.",
                also=(random_swap__overwrites_second,),
            ),
            Wrong(
                random_swap__from_original,
                id="from-original",
                hint="Each swap sees the result of the previous one.",
            ),
            Wrong(random_swap__neighbours, id="neighbours", hint="The second position is given."),
        ),
        alternates=(random_swap_temporary, random_swap_permutation),
        hints=(
            "Work on a copy of the list; what does each pair do to it?",
            "Which list must the second pair read from if it shares a position with the first?",
        ),
    ),
    Check(
        back_translate,
        cases=back_translate_cases,
        returns=("tokens: words",),
        formula=(
            r"\begin{aligned}"
            r" \text{foreign}_i &= \begin{cases} \text{forward}[\text{tokens}_i]"
            r" & \text{if there is such an entry} \\"
            r" \text{tokens}_i & \text{else} \end{cases} \\"
            r" \text{result}_i &= \begin{cases} \text{backward}[\text{foreign}_i]"
            r" & \text{if there is such an entry} \\"
            r" \text{foreign}_i & \text{else} \end{cases}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                back_translate__drops_unknown,
                id="drops-unknown",
                hint="Names and rare words pass through.",
                also=(
                    back_translate__drops_unknown_forward,
                    back_translate__drops_unknown_backward,
                    back_translate__drops_unknown_raises,
                ),
            ),
            Wrong(back_translate__one_way, id="one-way", hint="Translate back."),
            Wrong(
                back_translate__exact_inverse,
                id="exact-inverse",
                hint="The way back is a different table: that is where new wording comes from.",
            ),
            Wrong(back_translate__backward_first, id="backward-first", hint="First forward, then backward."),
        ),
        alternates=(back_translate_tests, back_translate_composed),
        hints=(
            "Which of the two tables knows the words of the sentence?",
            "What does a dictionary give for a word that it does not hold, and what should it give here?",
        ),
    ),
)
