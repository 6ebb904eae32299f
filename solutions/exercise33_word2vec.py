"""References, wrong functions and cases for Word2Vec."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Value, Wrong

TITLE = "Word2Vec"
NEEDS = (7, 2)

# Constants that code adds inside a logarithm, or lets nothing fall below.
_TINY = (1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 2.0**-52)
_F = TypeVar("_F", bound=Callable[..., Any])


def _each_tiny(make: Callable[[float], _F]) -> tuple[_F, ...]:
    """What `make` makes of each constant, with EPS in its docstring replaced by it."""
    made = []
    for eps in _TINY:
        function = make(eps)
        function.__name__ += f"_at_{eps:.1e}"
        function.__doc__ = (function.__doc__ or "").replace("EPS", f"{eps:.3g}")
        made.append(function)
    return tuple(made)


Pairs = list[tuple[str, str]]
Examples = list[tuple[tuple[str, ...], str]]

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "dog", "ran", "home", "red", "under", "tree", "we", "saw"]


def _sentence(rng: np.random.Generator, length: int) -> list[str]:
    """Different words in random order."""
    return [str(word) for word in rng.permutation(WORDS)[:length]]


def _with_repeats(rng: np.random.Generator) -> list[str]:
    """Seven tokens of three words, each of them more than once."""
    first, second, third = _sentence(rng, 3)
    return [first, second, third, first, second, first, third]


def _doubled(rng: np.random.Generator) -> list[str]:
    """A sentence in which a word follows itself twice, at a place in the middle and at the end."""
    first, second, third = _sentence(rng, 3)
    return [first, second, second, second, third, third]


# skipgram_pairs


def skipgram_pairs(tokens: list[str], window: int) -> Pairs:
    pairs = []
    for i, centre in enumerate(tokens):
        for j, word in enumerate(tokens):
            if j != i and abs(i - j) <= window:
                pairs.append((centre, word))
    return pairs


def skipgram_pairs_in_window(tokens: list[str], window: int) -> Pairs:
    n = len(tokens)
    windows = [range(max(0, i - window), min(n, i + window + 1)) for i in range(n)]
    return [(tokens[i], tokens[j]) for i in range(n) for j in windows[i] if j != i]


def skipgram_pairs_both_sides(tokens: list[str], window: int) -> Pairs:
    pairs: Pairs = []
    for i, centre in enumerate(tokens):
        near = tokens[max(i - window, 0) : i] + tokens[i + 1 : i + 1 + window]
        pairs += [(centre, word) for word in near]
    return pairs


def skipgram_pairs__includes_self(tokens: list[str], window: int) -> Pairs:
    """Lets j be i as well, so every word is paired with its own position."""
    n = len(tokens)
    return [(tokens[i], tokens[j]) for i in range(n) for j in range(max(0, i - window), min(n, i + window + 1))]


def skipgram_pairs__right_only(tokens: list[str], window: int) -> Pairs:
    """Looks at the words after the centre only."""
    return [(centre, word) for i, centre in enumerate(tokens) for word in tokens[i + 1 : i + 1 + window]]


def skipgram_pairs__swapped(tokens: list[str], window: int) -> Pairs:
    """Puts the context word first and the centre second."""
    n = len(tokens)
    return [(tokens[j], tokens[i]) for i in range(n) for j in range(n) if 1 <= abs(i - j) <= window]


def skipgram_pairs__window_exclusive(tokens: list[str], window: int) -> Pairs:
    """Ends the range at i + window, so the last word on the right is missing."""
    pairs = []
    for i, centre in enumerate(tokens):
        for j in range(max(0, i - window), min(len(tokens), i + window)):
            if j != i:
                pairs.append((centre, tokens[j]))
    return pairs


def skipgram_pairs__wraps_around(tokens: list[str], window: int) -> Pairs:
    """Takes positions modulo the length, so a border word sees the other end of the sentence."""
    n = len(tokens)
    steps = [*range(-window, 0), *range(1, window + 1)]
    return [(centre, tokens[(i + step) % n]) for i, centre in enumerate(tokens) for step in steps]


def skipgram_pairs__wraps_around_left(tokens: list[str], window: int) -> Pairs:
    """Lets positions on the left become negative, which counts from the end of the sentence."""
    pairs = []
    for i, centre in enumerate(tokens):
        for j in range(i - window, min(len(tokens), i + window + 1)):
            if j != i:
                pairs.append((centre, tokens[j]))
    return pairs


def skipgram_pairs_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("six words, window 2", tokens=_sentence(rng, 6), window=2)
    yield Case("neighbours only", tokens=_sentence(rng, 5), window=1)
    yield Case("seven words, window 3", tokens=_sentence(rng, 7), window=3)
    yield Case("window wider than the sentence", tokens=_sentence(rng, 3), window=4)
    yield Case("repeated words", tokens=_with_repeats(rng), window=2)
    yield Case("a word beside itself", tokens=_doubled(rng), window=2)
    yield Case("window 0", tokens=_sentence(rng, 4), window=0)
    yield Case("one token", tokens=_sentence(rng, 1), window=3)
    yield Case("two tokens", tokens=_sentence(rng, 2), window=2)
    yield Case("no tokens", tokens=[], window=2)


# cbow_examples


def cbow_examples(tokens: list[str], window: int) -> Examples:
    examples = []
    for i, centre in enumerate(tokens):
        context = [word for j, word in enumerate(tokens) if j != i and abs(i - j) <= window]
        if context:
            examples.append((tuple(context), centre))
    return examples


def cbow_examples_both_sides(tokens: list[str], window: int) -> Examples:
    contexts = [tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window] for i in range(len(tokens))]
    return [(tuple(context), centre) for context, centre in zip(contexts, tokens) if context]


def cbow_examples_padded(tokens: list[str], window: int) -> Examples:
    """Pads the sentence with None on both sides, so that every window has one length, and drops the padding."""
    padded = [None] * window + list(tokens) + [None] * window
    examples: Examples = []
    for i, centre in enumerate(tokens):
        around = padded[i : i + window] + padded[i + window + 1 : i + 2 * window + 1]
        context = tuple(word for word in around if word is not None)
        if context:
            examples.append((context, centre))
    return examples


def cbow_examples__full_windows_only(tokens: list[str], window: int) -> Examples:
    """Starts and stops a window away from the borders."""
    inside = range(window, len(tokens) - window)
    return [(tuple(tokens[i - window : i] + tokens[i + 1 : i + 1 + window]), tokens[i]) for i in inside]


def cbow_examples__full_windows_only_not_empty(tokens: list[str], window: int) -> Examples:
    """Keeps the positions whose context has 2 window words, and none at all for a window of 0."""
    return [(context, centre) for context, centre in cbow_examples(tokens, window) if len(context) == 2 * window]


def cbow_examples__includes_centre(tokens: list[str], window: int) -> Examples:
    """Takes the whole window, with the centre in it, as context."""
    return [(tuple(tokens[max(0, i - window) : i + window + 1]), centre) for i, centre in enumerate(tokens)]


def cbow_examples__swapped(tokens: list[str], window: int) -> Any:
    """Puts the centre first and the context second."""
    return [(centre, context) for context, centre in cbow_examples(tokens, window)]


def cbow_examples__left_only(tokens: list[str], window: int) -> Examples:
    """Uses the words before the centre only."""
    contexts = [tuple(tokens[max(0, i - window) : i]) for i in range(len(tokens))]
    return [(context, centre) for context, centre in zip(contexts, tokens) if context]


def cbow_examples__left_only_with_empty(tokens: list[str], window: int) -> Examples:
    """Uses the words before the centre only and keeps positions that have none."""
    return [(tuple(tokens[max(0, i - window) : i]), centre) for i, centre in enumerate(tokens)]


def cbow_examples_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("six words, window 2", tokens=_sentence(rng, 6), window=2)
    yield Case("neighbours only", tokens=_sentence(rng, 5), window=1)
    yield Case("seven words, window 3", tokens=_sentence(rng, 7), window=3)
    yield Case("window wider than the sentence", tokens=_sentence(rng, 3), window=4)
    yield Case("repeated words", tokens=_with_repeats(rng), window=2)
    yield Case("a word beside itself", tokens=_doubled(rng), window=2)
    yield Case("window 0", tokens=_sentence(rng, 4), window=0)
    yield Case("one token", tokens=_sentence(rng, 1), window=3)
    yield Case("two tokens", tokens=_sentence(rng, 2), window=2)
    yield Case("no tokens", tokens=[], window=2)


# noise_distribution


def noise_distribution(counts: Array, power: float = 0.75) -> Array:
    weights = np.where(counts > 0, counts**power, 0.0)  # 0 ** 0 is 1
    return weights / weights.sum()


def noise_distribution_by_logs(counts: Array, power: float = 0.75) -> Array:
    occurs = counts > 0
    z = power * np.log(counts[occurs])
    e = np.exp(z - z.max())
    p = np.zeros(len(counts))
    p[occurs] = e / e.sum()
    return p


def noise_distribution_words(counts: Array, power: float = 0.75) -> Array:
    weights = [float(count) ** power if count else 0.0 for count in counts.tolist()]
    total = sum(weights)
    return np.array([weight / total for weight in weights])


def noise_distribution__no_power(counts: Array, power: float = 0.75) -> Array:
    """Divides the counts by their sum and never uses the power."""
    return counts / counts.sum()


def noise_distribution__power_after(counts: Array, power: float = 0.75) -> Array:
    """Raises the relative frequencies to the power, after which they no longer sum to 1."""
    return np.where(counts > 0, (counts / counts.sum()) ** power, 0.0)


def noise_distribution__power_after_everywhere(counts: Array, power: float = 0.75) -> Array:
    """Raises the relative frequencies to the power and does not divide again; 0 to the power 0 is 1 besides."""
    return (counts / counts.sum()) ** power


def noise_distribution__inverse_power(counts: Array, power: float = 0.75) -> Array:
    """Raises to 1 / power, 4/3 instead of 3/4, which favours frequent words."""
    weights = np.where(counts > 0, counts ** (1 / power), 0.0)
    return weights / weights.sum()


def noise_distribution__inverse_power_fixed(counts: Array, power: float = 0.75) -> Array:
    """Raises to 4/3, whatever power is given."""
    weights = counts ** (4 / 3)
    return weights / weights.sum()


def noise_distribution__smoothed(counts: Array, power: float = 0.75) -> Array:
    """Adds one to every count first, so words that never occur get a share."""
    weights = (counts + 1.0) ** power
    return weights / weights.sum()


def _counts(rng: np.random.Generator, V: int, low: int = 1, high: int = 60) -> Array:
    """Counts of V words, no two equal, the first never the most frequent one by rule."""
    return rng.choice(np.arange(low, high), V, replace=False)


def _with_zeros(rng: np.random.Generator, V: int, zeros: int) -> Array:
    counts = _counts(rng, V, 2)
    counts[rng.choice(V, zeros, replace=False)] = 0
    return counts


def noise_distribution_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("default power", counts=_counts(rng, 6))
    yield Case("frequent and rare words", counts=rng.permutation([40_000, 5_000, 300, 20, 1]))
    yield Case("power given as 0.5", counts=_counts(rng, 5), power=0.5)
    yield Case("power 1 is the unigram distribution", counts=_counts(rng, 4), power=1.0)
    yield Case("words that do not occur", counts=_with_zeros(rng, 6, 2))
    yield Case("power 0", counts=_with_zeros(rng, 7, 3), power=0.0)
    yield Case("power above 1", counts=_with_zeros(rng, 5, 1), power=1.5)
    yield Case("one word", counts=_counts(rng, 1, 5))


# subsample_keep


def subsample_keep(counts: Array, t: float = 1e-5) -> Array:
    f = counts / counts.sum()
    keep = np.ones(len(counts))
    keep[f > t] = np.sqrt(t / f[f > t])
    return keep


def subsample_keep_capped(counts: Array, t: float = 1e-5) -> Array:
    occurs = counts > 0
    odds = np.divide(t * counts.sum(), counts, out=np.ones(len(counts)), where=occurs)
    return np.minimum(1.0, odds**0.5)


def subsample_keep_words(counts: Array, t: float = 1e-5) -> Array:
    total = int(counts.sum())
    return np.array([min(1.0, (t * total / count) ** 0.5) if count else 1.0 for count in counts.tolist()])


def subsample_keep__discard(counts: Array, t: float = 1e-5) -> Array:
    """Returns 1 - sqrt(t / f), at least 0: the probability of discarding a word."""
    f = counts / counts.sum()
    return np.maximum(0.0, 1 - np.sqrt(t / np.where(counts > 0, f, t)))


def subsample_keep__discard_below_zero(counts: Array, t: float = 1e-5) -> Array:
    """Returns 1 - sqrt(t / f) as it is: below 0 for rare words, and -inf for words that do not occur."""
    return 1 - np.sqrt(t / (counts / counts.sum()))


def subsample_keep__no_root(counts: Array, t: float = 1e-5) -> Array:
    """Uses t / f without the root."""
    f = counts / counts.sum()
    return np.minimum(1.0, t / np.where(counts > 0, f, t))


def subsample_keep__not_capped(counts: Array, t: float = 1e-5) -> Array:
    """Returns sqrt(t / f) as it is, more than 1 for rare words."""
    f = counts / counts.sum()
    return np.sqrt(t / np.where(counts > 0, f, t))


def subsample_keep__not_capped_inf(counts: Array, t: float = 1e-5) -> Array:
    """Returns sqrt(t / f) as it is: more than 1 for rare words, and infinity for words that do not occur."""
    return np.sqrt(t / (counts / counts.sum()))


def subsample_keep__raw_counts(counts: Array, t: float = 1e-5) -> Array:
    """Divides t by the counts instead of the relative frequencies."""
    return np.minimum(1.0, np.sqrt(t / np.where(counts > 0, counts, t)))


def subsample_keep_cases(rng: np.random.Generator) -> Iterator[Case]:
    def corpus(*rare: int) -> Array:
        frequent = [int(rng.integers(low, 2 * low)) for low in (400_000, 90_000, 8_000, 500, 60)]
        return rng.permutation([*frequent, *rare])

    yield Case("large text, default t", counts=corpus(1, 2, 3))
    yield Case("large text, words that do not occur", counts=corpus(0, 0, 1))
    yield Case("t given as 1e-3", counts=corpus(7, 300, 40), t=1e-3)
    yield Case("small text, t given as 0.05", counts=rng.permutation([60, 25, 11, 4, 2, 1]), t=0.05)
    yield Case("small text, words that do not occur", counts=_with_zeros(rng, 6, 2), t=0.02)
    yield Case("every word is rarer than t", counts=_counts(rng, 5, 20, 40), t=0.8)
    yield Case("every word is frequent, default t", counts=rng.permutation([1, *_counts(rng, 3, 10)]))
    yield Case("a word of frequency t", counts=rng.permutation([1, 2, 5]), t=0.125)
    yield Case("one word", counts=_counts(rng, 1, 5), t=0.3)


# skipgram_softmax


def skipgram_softmax(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    z = U @ v_c
    log_p = z - z.max() - np.log(np.exp(z - z.max()).sum())
    d = np.exp(log_p)
    d[o] -= 1
    return -log_p[o], d @ U, np.outer(d, v_c)


def skipgram_softmax_logaddexp(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    z = np.einsum("vd,d->v", U, v_c)
    total = np.logaddexp.reduce(z)
    d = np.exp(z - total) - (np.arange(len(U)) == o)
    return total - z[o], np.einsum("v,vd->d", d, U), d[:, None] * v_c


def skipgram_softmax_words(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Counts each word's score from that of the word o, so the loss is the logarithm of a sum of odds."""
    z = np.array([row @ v_c for row in U])
    top = z.max()
    odds = [np.exp(score - top) for score in z]
    total = sum(odds)
    loss = top - z[o] + np.log(total)
    dv, dU = np.zeros_like(v_c), np.zeros_like(U)
    for word, (row, share) in enumerate(zip(U, odds)):
        error = share / total - 1 if word == o else share / total
        dv += error * row
        dU[word] = error * v_c
    return loss, dv, dU


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max())
    return e / e.sum()


def skipgram_softmax__sign(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Builds both gradients from y - p."""
    loss, dv, dU = skipgram_softmax(v_c, o, U)
    return loss, -dv, -dU


def skipgram_softmax__true_row_only(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Fills only row o of dU, with (p_o - 1) v_c."""
    loss, dv, _ = skipgram_softmax(v_c, o, U)
    dU = np.zeros_like(U)
    dU[o] = (_softmax(U @ v_c)[o] - 1) * v_c
    return loss, dv, dU


def skipgram_softmax__true_row_only_in_both(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Lets only row o move, and only row o move the centre, by p_o - 1."""
    loss, _, _ = skipgram_softmax(v_c, o, U)
    d = _softmax(U @ v_c)[o] - 1
    dU = np.zeros_like(U)
    dU[o] = d * v_c
    return loss, d * U[o], dU


def skipgram_softmax__label_missing(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Uses p in place of p - y in both gradients."""
    p = _softmax(U @ v_c)
    return skipgram_softmax(v_c, o, U)[0], U.T @ p, np.outer(p, v_c)


def skipgram_softmax__unstable(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Takes the logarithm of p_o, which has underflowed to 0 where the word is far behind."""
    p = _softmax(U @ v_c)
    d = p - (np.arange(len(U)) == o)
    return -np.log(p[o]), U.T @ d, np.outer(d, v_c)


def skipgram_softmax__unstable_overflow(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Exponentiates the scores as they are: large ones overflow, small ones underflow, and p becomes nan."""
    e = np.exp(U @ v_c)
    p = e / e.sum()
    d = p - (np.arange(len(U)) == o)
    return -np.log(p[o]), U.T @ d, np.outer(d, v_c)


def skipgram_softmax__unstable_floored(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Takes the logarithm of p_o + 1e-12, so the loss of a word that is far behind stops at 27.6."""
    p = _softmax(U @ v_c)
    d = p - (np.arange(len(U)) == o)
    return -np.log(p[o] + 1e-12), U.T @ d, np.outer(d, v_c)


def skipgram_softmax__dU_transposed(v_c: Array, o: int, U: Array) -> tuple[float, Array, Array]:
    """Takes the outer product in the other order, so dU has a column for each word."""
    loss, dv, dU = skipgram_softmax(v_c, o, U)
    return loss, dv, dU.T


def _vectors(rng: np.random.Generator, *shape: int) -> Array:
    """Entries of both signs, with a mean that is not 0; small enough that no word is certain."""
    return 0.7 * rng.standard_normal(shape) + rng.choice([-0.3, 0.3])


def _scored(rng: np.random.Generator, scores: list[float], D: int) -> tuple[Array, Array]:
    """A centre vector and rows of context vectors whose dot products with it are the given scores."""
    v_c = rng.uniform(0.6, 1.4, D) * rng.choice([-1.0, 1.0], D)
    U = rng.standard_normal((len(scores), D))
    return v_c, U + np.outer(np.array(scores) - U @ v_c, v_c) / (v_c @ v_c)


def skipgram_softmax_cases(rng: np.random.Generator) -> Iterator[Case]:
    def words(V: int, D: int, o: int) -> dict[str, Value]:
        return {"v_c": _vectors(rng, D), "o": o, "U": _vectors(rng, V, D)}

    yield Case("all sizes different", **words(5, 3, int(rng.integers(1, 4))))
    yield Case("as many words as dimensions", **words(4, 4, int(rng.integers(1, 4))))
    yield Case("o = 0", **words(6, 4, 0))
    yield Case("the last word", **words(3, 5, 2))
    yield Case("one dimension", **words(4, 1, int(rng.integers(4))))
    yield Case("two words", **words(2, 3, int(rng.integers(2))))
    yield Case("one word", **words(1, 3, 0))
    for name, scores, o in (
        ("scores of 1e4, the word itself far ahead", [1e4, -1e4, 9e3, -8e3], 0),
        ("scores of 1e4, another word far ahead", [-1e4, 9e3, 1e4, -7e3, 8e3], 3),
        ("scores of -1e4", [-1.1e4, -9e3, -1e4], 2),
    ):
        v_c, U = _scored(rng, scores, 3)
        yield Case(name, kind="stability", v_c=v_c, o=o, U=U)


# sgns


def _log_sigmoid(z: Array) -> Array:
    return -np.logaddexp(0, -z)


def sgns(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Collects sigmoid(score) - label for each word, since score w depends on v_c and u_w alike."""
    z = U @ v_c
    d = np.zeros_like(z)
    d[o] = -np.exp(_log_sigmoid(-z[o]))  # sigmoid - 1, without cancellation
    np.add.at(d, neg, np.exp(_log_sigmoid(z[neg])))  # repeated indices count each time
    return -_log_sigmoid(z[o]) - _log_sigmoid(-z[neg]).sum(), d @ U, np.outer(d, v_c)


def sgns_as_labels(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Logistic regression of the labels 1, 0, ..., 0 on the drawn rows, gathered by a one-hot matrix."""
    drawn = np.append(neg, o)
    onehot = np.eye(len(U), dtype=U.dtype)[drawn]
    sign = np.append(np.ones(len(neg), U.dtype), -np.ones(1, U.dtype))
    z = onehot @ U @ v_c
    loss = np.sum(np.maximum(sign * z, 0) + np.log1p(np.exp(-np.abs(z))))
    small = np.exp(-np.abs(z))
    d = sign * np.where(sign * z > 0, 1 / (1 + small), small / (1 + small))
    return loss, d @ onehot @ U, onehot.T @ np.outer(d, v_c)


def sgns_words(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    loss, dv, dU = 0.0, np.zeros_like(v_c), np.zeros_like(U)
    for word, sign in [(o, -1.0), *((int(k), 1.0) for k in neg)]:
        z = sign * np.dot(U[word], v_c)
        loss = loss + np.logaddexp(0.0, z)
        slope = sign * 0.5 * (1 + np.tanh(z / 2))
        dv += slope * U[word]
        dU[word] += slope * v_c
    return loss, dv, dU


def _sigmoid(z: Array) -> Array:
    return np.exp(-np.logaddexp(0, -z))


def sgns__negative_sign(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Gives the noise words log sigmoid(+u_k . v_c), as if they were true pairs, in loss and gradients."""
    drawn = np.append(neg, o)
    z = U[drawn] @ v_c
    d, dU = -_sigmoid(-z), np.zeros_like(U)
    np.add.at(dU, drawn, np.outer(d, v_c))
    return np.logaddexp(0, -z).sum(), d @ U[drawn], dU


def sgns__negative_sign_in_loss(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Gives the noise words log sigmoid(+u_k . v_c) in the loss; the gradients are right."""
    return np.logaddexp(0, -(U[np.append(neg, o)] @ v_c)).sum(), *sgns(v_c, o, neg, U)[1:]


def sgns__repeats_lost(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Writes dU[neg] += ..., which adds a repeated index only once."""
    z_o, z_neg = U[o] @ v_c, U[neg] @ v_c
    d_o, d_neg = -_sigmoid(-z_o), _sigmoid(z_neg)
    dU = np.zeros_like(U)
    dU[o] = d_o * v_c
    dU[neg] += np.outer(d_neg, v_c)
    return np.logaddexp(0, -z_o) + np.logaddexp(0, z_neg).sum(), d_o * U[o] + d_neg @ U[neg], dU


def sgns__repeats_lost_over_positive(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Assigns the rows of the negatives, so each counts once, and one equal to o replaces what row o had."""
    loss, dv, _ = sgns(v_c, o, neg, U)
    dU = np.zeros_like(U)
    dU[o] = -_sigmoid(-(U[o] @ v_c)) * v_c
    dU[neg] = np.outer(_sigmoid(U[neg] @ v_c), v_c)
    return loss, dv, dU


def sgns__negatives_averaged(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Divides the noise term by the number of negatives, in loss and gradients."""
    z_o, z_neg = U[o] @ v_c, U[neg] @ v_c
    d_o, d_neg = -_sigmoid(-z_o), _sigmoid(z_neg) / len(neg)
    dU = np.zeros_like(U)
    dU[o] = d_o * v_c
    np.add.at(dU, neg, np.outer(d_neg, v_c))
    return np.logaddexp(0, -z_o) + np.logaddexp(0, z_neg).mean(), d_o * U[o] + d_neg @ U[neg], dU


def sgns__negatives_averaged_if_any(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Divides the noise term by the number of negatives where there are any, in loss and gradients."""
    return sgns__negatives_averaged(v_c, o, neg, U) if len(neg) else sgns(v_c, o, neg, U)


def sgns__negatives_averaged_in_loss(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Takes the mean of the noise terms in the loss; the gradients are right."""
    loss = np.logaddexp(0, -(U[o] @ v_c)) + np.logaddexp(0, U[neg] @ v_c).mean()
    return loss, *sgns(v_c, o, neg, U)[1:]


def sgns__positive_missing_in_dv(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Sums only the noise words in the gradient of the centre."""
    loss, _, dU = sgns(v_c, o, neg, U)
    return loss, _sigmoid(U[neg] @ v_c) @ U[neg], dU


def sgns__floored(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Adds 1e-12 inside the logarithms, so no term costs more than 27.6."""
    p_o, p_neg = _sigmoid(U[o] @ v_c), _sigmoid(-(U[neg] @ v_c))
    return -np.log(p_o + 1e-12) - np.log(p_neg + 1e-12).sum(), *sgns(v_c, o, neg, U)[1:]


def _sgns_floored(eps: float) -> Callable[..., tuple[float, Array, Array]]:
    def sgns__floored_by(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
        """Adds EPS inside the logarithms, so no term costs more than minus the log of that."""
        p_o, p_neg = _sigmoid(U[o] @ v_c), _sigmoid(-(U[neg] @ v_c))
        return -np.log(p_o + eps) - np.log(p_neg + eps).sum(), *sgns(v_c, o, neg, U)[1:]

    return sgns__floored_by


def sgns__noise_gradient_sign(v_c: Array, o: int, neg: Array, U: Array) -> tuple[float, Array, Array]:
    """Has the right loss, but uses sigmoid(u_k . v_c) - 1 for the noise words in the gradients."""
    z_o, z_neg = U[o] @ v_c, U[neg] @ v_c
    d_o, d_neg = -_sigmoid(-z_o), -_sigmoid(-z_neg)
    dU = np.zeros_like(U)
    dU[o] = d_o * v_c
    np.add.at(dU, neg, np.outer(d_neg, v_c))
    return np.logaddexp(0, -z_o) + np.logaddexp(0, z_neg).sum(), d_o * U[o] + d_neg @ U[neg], dU


def _drawn(rng: np.random.Generator, V: int, K: int) -> tuple[int, Array]:
    """A word and K negatives, all different."""
    words = rng.permutation(V)[: K + 1]
    return int(words[0]), words[1:]


def sgns_cases(rng: np.random.Generator) -> Iterator[Case]:
    def words(V: int, D: int) -> dict[str, Value]:
        return {"v_c": _vectors(rng, D), "U": _vectors(rng, V, D)}

    for name, V, D, K in (
        ("all sizes different", 6, 4, 3),
        ("as many words as dimensions", 4, 4, 2),
        ("as many negatives as dimensions", 7, 3, 3),
        ("one negative", 5, 3, 1),
    ):
        o, neg = _drawn(rng, V, K)
        yield Case(name, **words(V, D), o=o, neg=neg)
    yield Case("the word itself is number 0", **words(5, 2), o=0, neg=np.array([3, 1, 4]))
    o, neg = _drawn(rng, 6, 2)
    yield Case("repeated negatives", **words(6, 3), o=o, neg=neg[[0, 1, 0, 0]])
    o, neg = _drawn(rng, 5, 2)
    yield Case("a negative equal to the word", **words(5, 4), o=o, neg=np.array([neg[0], o, neg[1]]))
    yield Case("no negatives", **words(4, 3), o=int(rng.integers(4)), neg=np.array([], dtype=np.int64))
    yield Case("one dimension", **words(5, 1), o=2, neg=np.array([4, 0]))
    for name, scores in (
        ("scores of 1e4 on the wrong side", [-1e4, 8e3, 1.1e4, -9e3]),
        ("scores of 1e4 on the right side", [1e4, -8e3, -1.1e4, 9e3]),
        ("scores of 1e4, all positive", [9e3, 1e4, 8e3, 1.1e4]),
    ):
        v_c, U = _scored(rng, scores, 3)
        yield Case(name, kind="stability", v_c=v_c, o=0, neg=np.array([1, 2]), U=U)


# cbow_sgns


def cbow_sgns(context: Array, centre: int, neg: Array, V: Array, U: Array) -> tuple[float, Array, Array]:
    loss, dh, dU = sgns(V[context].mean(axis=0), centre, neg, U)  # (C, D) -> (D,)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh / len(context))
    return loss, dV, dU


def cbow_sgns_as_product(context: Array, centre: int, neg: Array, V: Array, U: Array) -> tuple[float, Array, Array]:
    """The mean is a product with each word's share of the context, so its gradient is the outer product."""
    share = np.bincount(context, minlength=len(V)).astype(V.dtype) / len(context)
    loss, dh, dU = sgns_as_labels(share @ V, centre, neg, U)
    return loss, np.outer(share, dh), dU


def cbow_sgns_words(context: Array, centre: int, neg: Array, V: Array, U: Array) -> tuple[float, Array, Array]:
    h = np.zeros_like(V[0])
    for word in context:
        h += V[word] / len(context)
    loss, dh, dU = sgns_words(h, centre, neg, U)
    dV = np.zeros_like(V)
    for word, times in zip(*np.unique(context, return_counts=True)):
        dV[word] = times * dh / len(context)
    return loss, dV, dU


def cbow_sgns__summed(context: Array, centre: int, neg: Array, V: Array, U: Array) -> tuple[float, Array, Array]:
    """Adds the context vectors up, so each of their rows receives all of dh."""
    loss, dh, dU = sgns(V[context].sum(axis=0), centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh)
    return loss, dV, dU


def cbow_sgns__summed_and_shared(
    context: Array, centre: int, neg: Array, V: Array, U: Array
) -> tuple[float, Array, Array]:
    """Adds the context vectors up, but gives each of their rows a share of dh as for a mean."""
    loss, dh, dU = sgns(V[context].sum(axis=0), centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh / len(context))
    return loss, dV, dU


def cbow_sgns__gradient_not_shared(
    context: Array, centre: int, neg: Array, V: Array, U: Array
) -> tuple[float, Array, Array]:
    """Averages the context vectors, but gives each of their rows all of dh."""
    loss, dh, dU = sgns(V[context].mean(axis=0), centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh)
    return loss, dV, dU


def cbow_sgns__repeats_lost(context: Array, centre: int, neg: Array, V: Array, U: Array) -> tuple[float, Array, Array]:
    """Writes dV[context] += ..., which adds a repeated index only once."""
    loss, dh, dU = sgns(V[context].mean(axis=0), centre, neg, U)
    dV = np.zeros_like(V)
    dV[context] += dh / len(context)
    return loss, dV, dU


def cbow_sgns__repeats_lost_as_set(
    context: Array, centre: int, neg: Array, V: Array, U: Array
) -> tuple[float, Array, Array]:
    """Takes every context word once, in the mean and in the gradient."""
    return cbow_sgns(np.unique(context), centre, neg, V, U)


def cbow_sgns__tables_swapped(
    context: Array, centre: int, neg: Array, V: Array, U: Array
) -> tuple[float, Array, Array]:
    """Averages rows of U, the table of the outputs, for the context."""
    loss, dh, dU = sgns(U[context].mean(axis=0), centre, neg, U)
    dV = np.zeros_like(V)
    np.add.at(dV, context, dh / len(context))
    return loss, dV, dU


def cbow_sgns__tables_swapped_altogether(
    context: Array, centre: int, neg: Array, V: Array, U: Array
) -> tuple[float, Array, Array]:
    """Reads the context from U, and the centre word and the negatives from V."""
    loss, dU, dV = cbow_sgns(context, centre, neg, U, V)
    return loss, dV, dU


def cbow_sgns_cases(rng: np.random.Generator) -> Iterator[Case]:
    def vectors(n: int, D: int) -> dict[str, Value]:
        return {"V": _vectors(rng, n, D), "U": _vectors(rng, n, D)}

    def words(n: int, C: int, K: int) -> dict[str, Value]:
        drawn = rng.permutation(n)[: C + K + 1]
        return {"context": drawn[:C], "centre": int(drawn[C]), "neg": drawn[C + 1 :]}

    yield Case("all sizes different", **words(8, 4, 2), **vectors(8, 3))
    yield Case("as many words as dimensions", **words(5, 2, 2), **vectors(5, 5))
    yield Case("context as long as the vectors, as many negatives", **words(7, 3, 3), **vectors(7, 3))
    yield Case("one context word", **words(6, 1, 3), **vectors(6, 4))
    drawn = words(7, 3, 2)
    drawn["context"] = drawn["context"][[0, 1, 0, 2, 0]]
    yield Case("repeated context words", **drawn, **vectors(7, 4))
    drawn = words(6, 3, 2)
    drawn["neg"] = drawn["neg"][[0, 1, 0]]
    yield Case("repeated negatives", **drawn, **vectors(6, 2))
    drawn = words(6, 2, 2)
    drawn["context"] = np.append(drawn["context"], drawn["centre"])
    drawn["neg"] = np.append(drawn["neg"], [drawn["context"][0], drawn["centre"]])
    yield Case("the centre word is in the context and among the negatives", **drawn, **vectors(6, 3))
    yield Case("no negatives", **words(5, 3, 0), **vectors(5, 4))


# analogy


def analogy(E: Array, a: int, b: int, c: int) -> int:
    length = np.linalg.norm(E, axis=1, keepdims=True)
    X = E / np.where(length > 0, length, 1)
    scores = X @ (X[b] - X[a] + X[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


def analogy_by_gram(E: Array, a: int, b: int, c: int) -> int:
    """Adds and subtracts cosines with the three words."""
    length = np.sqrt(np.einsum("vd,vd->v", E, E))
    length[length == 0] = 1
    cosines = E @ E[[a, b, c]].T / np.outer(length, length[[a, b, c]])
    others = [word for word in range(len(E)) if word not in (a, b, c)]
    return others[int(np.argmax(cosines[others] @ np.array([-1, 1, 1])))]


def analogy_words(E: Array, a: int, b: int, c: int) -> int:
    unit = [row / (row @ row) ** 0.5 if row.any() else row for row in E]
    wanted = unit[b] - unit[a] + unit[c]
    ranked = sorted(range(len(E)), key=lambda word: -float(unit[word] @ wanted))
    return next(word for word in ranked if word not in (a, b, c))


def _scaled(E: Array) -> Array:
    length = np.linalg.norm(E, axis=1, keepdims=True)
    return E / np.where(length > 0, length, 1)


def analogy__query_not_excluded(E: Array, a: int, b: int, c: int) -> int:
    """Takes the best of all words, which may be one of the query."""
    X = _scaled(E)
    return int((X @ (X[b] - X[a] + X[c])).argmax())


def analogy__query_not_excluded_but_a(E: Array, a: int, b: int, c: int) -> int:
    """Excludes the word a only, so the answer may be b or c."""
    X = _scaled(E)
    scores = X @ (X[b] - X[a] + X[c])
    scores[a] = -np.inf
    return int(scores.argmax())


def analogy__sign(E: Array, a: int, b: int, c: int) -> int:
    """Adds a and subtracts b."""
    X = _scaled(E)
    scores = X @ (X[a] - X[b] + X[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


def analogy__not_normalised(E: Array, a: int, b: int, c: int) -> int:
    """Uses the rows as they are, so long vectors have large scores."""
    scores = E @ (E[b] - E[a] + E[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


def analogy__not_normalised_candidates(E: Array, a: int, b: int, c: int) -> int:
    """Scales the three words of the query, but not the candidates, so long vectors have large scores."""
    X = _scaled(E)
    scores = E @ (X[b] - X[a] + X[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


def analogy__not_normalised_query(E: Array, a: int, b: int, c: int) -> int:
    """Scales the candidates, but not the three words of the query, so the longest of them leads."""
    scores = _scaled(E) @ (E[b] - E[a] + E[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())


def analogy__least_similar(E: Array, a: int, b: int, c: int) -> int:
    """Takes the smallest score of the others."""
    X = _scaled(E)
    scores = X @ (X[b] - X[a] + X[c])
    scores[[a, b, c]] = np.inf
    return int(scores.argmin())


def analogy__least_similar_query(E: Array, a: int, b: int, c: int) -> int:
    """Gives the query words minus infinity and takes the smallest score, so one of them is the answer."""
    X = _scaled(E)
    scores = X @ (X[b] - X[a] + X[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmin())


def analogy__least_similar_of_all(E: Array, a: int, b: int, c: int) -> int:
    """Takes the smallest score of all words."""
    X = _scaled(E)
    return int((X @ (X[b] - X[a] + X[c])).argmin())


def _units(E: Array) -> Array:
    length = np.sqrt((E**2).sum(axis=1, keepdims=True))
    return E / np.where(length > 0, length, 1)


def _cosine_scores(E: Array, query: Array) -> Array:
    X = _units(E)
    return X @ (X[query[1]] - X[query[0]] + X[query[2]])


def _clear(scores: Array, margin: float = 0.02) -> bool:
    """Whether the largest score leads by a margin, so that no rounding decides."""
    second, first = np.sort(scores)[-2:]
    return bool(first - second > margin)


def _others(scores: Array, query: Array) -> Array:
    left = scores.copy()
    left[query] = -np.inf
    return left


def _word_vectors(rng: np.random.Generator, V: int, D: int) -> Array:
    """Rows in random directions, of lengths from 0.3 to 3."""
    return _units(rng.standard_normal((V, D))) * rng.uniform(0.3, 3.0, (V, 1))


def _analogy_case(
    name: str, rng: np.random.Generator, V: int, D: int, fits: Callable[[Array, Array], bool] = lambda E, query: True
) -> Case:
    """The first draw whose answer is clear and that fits."""
    while True:
        E, query = _word_vectors(rng, V, D), rng.permutation(V)[:3]
        scores = _cosine_scores(E, query)
        if _clear(_others(scores, query)) and _clear(scores) and fits(E, query):
            return Case(name, E=E, a=int(query[0]), b=int(query[1]), c=int(query[2]))


def _every_part_counts(E: Array, query: Array) -> bool:
    """Whether raw rows, other signs, and one part left out all lead to another word."""
    a, b, c = query
    X = _units(E)
    right = int(_others(_cosine_scores(E, query), query).argmax())
    readings = [
        E @ (E[b] - E[a] + E[c]),
        X @ (E[b] - E[a] + E[c]),
        E @ (X[b] - X[a] + X[c]),
        X @ (X[a] - X[b] + X[c]),
        X @ (X[a] + X[b] - X[c]),
        X @ (X[a] + X[b] + X[c]),
        X @ (X[b] + X[c]),
        X @ (X[b] - X[a]),
        X @ (X[c] - X[a]),
    ]
    return all(int(_others(scores, query).argmax()) != right for scores in readings)


def _nearest(position: int) -> Callable[[Array, Array], bool]:
    def fits(E: Array, query: Array) -> bool:
        return int(_cosine_scores(E, query).argmax()) == query[position]

    return fits


def _pointing_away(rng: np.random.Generator, V: int, D: int) -> tuple[Array, Array]:
    """Vectors of which every word but the three of the query has a score below -1."""
    query = rng.permutation(V)[:3]
    while True:
        ahead = _units(rng.standard_normal((1, D)))
        E = -ahead + 0.3 * rng.standard_normal((V, D))
        E[query[1:]] *= -1
        E *= rng.uniform(0.4, 2.5, (V, 1))
        scores = _cosine_scores(E, query)
        left = _others(scores, query)
        if _clear(left) and _clear(scores) and left.max() < -1.1:
            return E, query


def analogy_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _analogy_case("every part of the query counts", rng, 9, 3, _every_part_counts)
    yield _analogy_case("another text where every part counts", rng, 12, 4, _every_part_counts)
    yield _analogy_case("as many words as dimensions", rng, 7, 7, _every_part_counts)
    yield _analogy_case("the best word would be a", rng, 6, 2, _nearest(0))
    yield _analogy_case("the best word would be b", rng, 7, 3, _nearest(1))
    yield _analogy_case("the best word would be c", rng, 8, 3, _nearest(2))
    E, query = _pointing_away(rng, 8, 3)
    a, b, c = (int(word) for word in query)
    yield Case("every other word points away", E=E, a=a, b=b, c=c)
    E, query = _pointing_away(rng, 7, 4)
    a, b, c = (int(word) for word in query)
    E[rng.choice([word for word in range(7) if word not in query])] = 0.0
    yield Case("a row of zeros is the best of the others", E=E, a=a, b=b, c=c)
    plain = _analogy_case("a row of zeros", rng, 8, 3)
    yield _with_zero_row(plain, rng)
    E, query = _zero_query(rng)
    a, b, c = (int(word) for word in query)
    yield Case("a query word of zeros", E=E, a=a, b=b, c=c)
    yield _analogy_case("only one word is left", rng, 4, 3)


def _with_zero_row(case: Case, rng: np.random.Generator) -> Case:
    """The case with one more word, of zeros, at the end or at the front."""
    E, query = case.args["E"], [case.args[name] for name in "abc"]
    front = bool(rng.integers(2))
    zero = np.zeros((1, E.shape[1]))
    longer = np.concatenate([zero, E] if front else [E, zero])
    a, b, c = (word + front for word in query)
    return Case(case.name, E=longer, a=a, b=b, c=c)


def _zero_query(rng: np.random.Generator) -> tuple[Array, Array]:
    """Vectors with a zero row as the word b or c; with a row a of zeros, b and c would have equal scores."""
    while True:
        E, query = _word_vectors(rng, 8, 3), rng.permutation(8)[:3]
        E[query[rng.integers(1, 3)]] = 0.0
        scores = _cosine_scores(E, query)
        if _clear(_others(scores, query)) and _clear(scores):
            return E, query


# The table

CHECKS = (
    Check(
        skipgram_pairs,
        cases=skipgram_pairs_cases,
        returns=("pairs:",),
        formula=(
            r"\begin{aligned}"
            r" & \text{pairs} = [(\text{tokens}[i], \text{tokens}[j]) : 1 \leq |i"
            r" - j| \leq \text{window}] \text{,} \\"
            r" & \quad \text{by } i \text{, then by } j"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(skipgram_pairs__includes_self, id="includes-self", hint="A word is not its own context."),
            Wrong(skipgram_pairs__right_only, id="right-only", hint="Both sides are context."),
            Wrong(skipgram_pairs__swapped, id="swapped", hint="The centre predicts the context."),
            Wrong(skipgram_pairs__window_exclusive, id="window-exclusive", hint="The window is inclusive."),
            Wrong(
                skipgram_pairs__wraps_around,
                id="wraps-around",
                hint="The window ends at the border.",
                also=(skipgram_pairs__wraps_around_left,),
            ),
        ),
        alternates=(skipgram_pairs_in_window, skipgram_pairs_both_sides),
        hints=(
            "Which positions j does the word at position i see, if the sentence were endless? Which are left at a border?",
            "Two loops: over i, and over the j of its window from left to right. Compare positions, not words.",
        ),
    ),
    Check(
        cbow_examples,
        cases=cbow_examples_cases,
        returns=("examples:",),
        formula=(
            r"\begin{aligned}"
            r" & \text{context}_i = (\text{tokens}[j] : 1 \leq |i - j| \leq \text{window}) \text{,} \\"
            r" & \quad \text{in the order of the sentence} \\"
            r" & \text{examples} = [(\text{context}_i, \text{tokens}[i]) : \text{context}_i"
            r" \text{ is not empty}] \text{, by } i"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                cbow_examples__full_windows_only,
                id="full-windows-only",
                hint="Shorter contexts count.",
                also=(cbow_examples__full_windows_only_not_empty,),
            ),
            Wrong(cbow_examples__includes_centre, id="includes-centre", hint="The centre is what is predicted."),
            Wrong(cbow_examples__swapped, id="swapped", hint="Context first."),
            Wrong(
                cbow_examples__left_only,
                id="left-only",
                hint="Both sides.",
                also=(cbow_examples__left_only_with_empty,),
            ),
        ),
        alternates=(cbow_examples_both_sides, cbow_examples_padded),
        hints=(
            "Skip-gram makes one pair for each neighbour. How many examples does CBOW make at one position?",
            "Join what is left of position i to what is right of it, as a tuple. Mind negative positions in a slice.",
            "What does a position without neighbours contribute?",
        ),
    ),
    Check(
        noise_distribution,
        cases=noise_distribution_cases,
        returns=("p: V",),
        formula=(
            r"p_w = \frac{\text{counts}_w^{\text{power}}}{\sum_v"
            r" \text{counts}_v^{\text{power}}}"
        ),
        args={"counts": "V"},
        wrong=(
            Wrong(noise_distribution__no_power, id="no-power", hint="The power lifts rare words."),
            Wrong(
                noise_distribution__power_after,
                id="power-after",
                hint="Probabilities sum to 1.",
                also=(noise_distribution__power_after_everywhere,),
            ),
            Wrong(
                noise_distribution__inverse_power,
                id="inverse-power",
                hint="The exponent is below 1.",
                also=(noise_distribution__inverse_power_fixed,),
            ),
            Wrong(noise_distribution__smoothed, id="smoothed", hint="Words that never occur are never drawn."),
        ),
        alternates=(noise_distribution_by_logs, noise_distribution_words),
        properties=(Property("sums-to-one", "p", "The noise probabilities sum to 1."),),
        hints=(
            "Raise first or normalise first: which of the two leaves numbers that sum to 1?",
            "What is 0 ** 0 in NumPy, and what should the probability of a word that never occurs be?",
        ),
    ),
    Check(
        subsample_keep,
        cases=subsample_keep_cases,
        returns=("keep: V",),
        formula=(
            r"f_w = \frac{\text{counts}_w}{\sum_v \text{counts}_v} \qquad \text{keep}_w"
            r" = \min\left(1, \sqrt{\frac{t}{f_w}}\right)"
        ),
        args={"counts": "V"},
        wrong=(
            Wrong(
                subsample_keep__discard,
                id="discard",
                hint="How likely is the word to stay?",
                also=(subsample_keep__discard_below_zero,),
            ),
            Wrong(subsample_keep__no_root, id="no-root", hint="Take the root."),
            Wrong(
                subsample_keep__not_capped,
                id="not-capped",
                hint="Rare words are always kept.",
                also=(subsample_keep__not_capped_inf,),
            ),
            Wrong(subsample_keep__raw_counts, id="raw-counts", hint="f is a share of the corpus."),
        ),
        alternates=(subsample_keep_capped, subsample_keep_words),
        properties=(Property("within", "keep", "A keep probability lies between 0 and 1."),),
        hints=(
            "What turns counts into relative frequencies?",
            "A word rarer than t would get more than 1. What is a probability at most?",
            "Words that do not occur have frequency 0: decide their value before you divide.",
        ),
    ),
    Check(
        skipgram_softmax,
        cases=skipgram_softmax_cases,
        returns=("loss:", "dv_c: D", "dU: V D"),
        formula=(
            r"\begin{aligned}"
            r" p &= \operatorname{softmax}(U \, v_c) \\"
            r" \text{loss} &= -\log p_o \\"
            r" \text{dv}_c &= U^\top \, (p - y) \qquad y_w = 1 \text{ for } w = o \text{, else } 0 \\"
            r" \text{dU} &= (p - y) \, v_c^\top"
            r" \end{aligned}"
        ),
        args={"v_c": "D", "U": "V D"},
        gradient=Gradient(of=skipgram_softmax, wrt={"v_c": "dv_c", "U": "dU"}, cotangents={"loss": 1}),
        wrong=(
            Wrong(skipgram_softmax__sign, id="sign", hint="p - y."),
            Wrong(
                skipgram_softmax__true_row_only,
                id="true-row-only",
                hint="Every word's score is in the normaliser.",
                also=(skipgram_softmax__true_row_only_in_both,),
            ),
            Wrong(skipgram_softmax__label_missing, id="label-missing", hint="The true word is pulled closer."),
            Wrong(
                skipgram_softmax__unstable,
                id="unstable",
                hint="Use log-softmax.",
                tags=("edge",),
                also=(
                    skipgram_softmax__unstable_overflow,
                    skipgram_softmax__unstable_floored,
                ),
            ),
            Wrong(skipgram_softmax__dU_transposed, id="dU-transposed", hint="The shape of U."),
        ),
        alternates=(skipgram_softmax_logaddexp, skipgram_softmax_words),
        hints=(
            "The scores U v_c are logits, one per word. Which gradient of exercise 7 holds for logits?",
            "scores_w is the dot product of row w with v_c: what is its derivative by v_c, and what by row w?",
            "With scores of 1e4, take the largest one off before exp, and take log and exp together.",
        ),
    ),
    Check(
        sgns,
        cases=sgns_cases,
        returns=("loss:", "dv_c: D", "dU: V D"),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= -\log \operatorname{sigmoid}(u_o^\top v_c)"
            r" - \sum_{k \in \text{neg}} \log \operatorname{sigmoid}(-u_k^\top v_c) \\"
            r" \text{dv}_c &= (\operatorname{sigmoid}(u_o^\top v_c) - 1) \, u_o"
            r" + \sum_{k \in \text{neg}} \operatorname{sigmoid}(u_k^\top v_c) \, u_k \\"
            r" \text{dU}_o & \text{collects } (\operatorname{sigmoid}(u_o^\top v_c) - 1) \, v_c \\"
            r" \text{dU}_k & \text{collects } \operatorname{sigmoid}(u_k^\top v_c) \, v_c \text{, for each } k"
            r" \end{aligned}"
        ),
        args={"v_c": "D", "neg": "K", "U": "V D"},
        gradient=Gradient(of=sgns, wrt={"v_c": "dv_c", "U": "dU"}, cotangents={"loss": 1}),
        wrong=(
            Wrong(
                sgns__negative_sign,
                id="negative-sign",
                hint="Noise words are pushed away.",
                also=(sgns__negative_sign_in_loss,),
            ),
            Wrong(
                sgns__repeats_lost,
                id="repeats-lost",
                hint="Repeated indices need an accumulating add.",
                also=(sgns__repeats_lost_over_positive,),
            ),
            Wrong(
                sgns__negatives_averaged,
                id="negatives-averaged",
                hint="The sum over the samples was asked for.",
                also=(
                    sgns__negatives_averaged_if_any,
                    sgns__negatives_averaged_in_loss,
                ),
            ),
            Wrong(sgns__positive_missing_in_dv, id="positive-missing-in-dv", hint="Both terms move the centre."),
            Wrong(
                sgns__floored,
                id="floored",
                hint="Use the stable log-sigmoid.",
                tags=("edge",),
                also=(*_each_tiny(_sgns_floored),),
            ),
            Wrong(sgns__noise_gradient_sign, id="noise-gradient-sign", hint="The label of a noise word is 0."),
        ),
        alternates=(sgns_as_labels, sgns_words),
        hints=(
            "It is K + 1 binary classifications with logits u.v. What are the labels, and what is p - y for each?",
            "-log sigmoid(z) is a softplus. Of which sign, for the true word and for a negative?",
            "A word may be drawn twice, or be o itself. What does dU[neg] += ... do with a repeated index?",
        ),
    ),
    Check(
        cbow_sgns,
        cases=cbow_sgns_cases,
        returns=("loss:", "dV: n D", "dU: n D"),
        formula=(
            r"\begin{aligned}"
            r" h &= \frac{1}{C} \sum_i V[\text{context}_i] \\"
            r" \text{loss}, \text{dU} &= \text{those of sgns with } h"
            r" \text{ in place of v\_c and centre in place of } o \\"
            r" \text{dV}_w &= (\text{number of times } w \text{ stands in context}) \cdot \frac{\text{dh}}{C}"
            r" \end{aligned}"
        ),
        args={"context": "C", "neg": "K", "V": "n D", "U": "n D"},
        needs=(sgns,),
        gradient=Gradient(of=cbow_sgns, wrt={"V": "dV", "U": "dU"}, cotangents={"loss": 1}),
        wrong=(
            Wrong(cbow_sgns__summed, id="summed", hint="The mean was asked for.", also=(cbow_sgns__summed_and_shared,)),
            Wrong(cbow_sgns__gradient_not_shared, id="gradient-not-shared", hint="The mean divides the gradient, too."),
            Wrong(
                cbow_sgns__repeats_lost, id="repeats-lost", hint="Accumulate.", also=(cbow_sgns__repeats_lost_as_set,)
            ),
            Wrong(
                cbow_sgns__tables_swapped,
                id="tables-swapped",
                hint="Context words are inputs: V.",
                also=(cbow_sgns__tables_swapped_altogether,),
            ),
        ),
        alternates=(cbow_sgns_as_product, cbow_sgns_words),
        hints=(
            "Once the context is one vector h, which function of this file does the rest?",
            "h is a mean of rows of V. How much of dh belongs to one of them?",
            "A word that stands in the context twice is read twice: its row receives two shares.",
        ),
    ),
    Check(
        analogy,
        cases=analogy_cases,
        returns=("word:",),
        formula=(
            r"\begin{aligned}"
            r" x_w &= \begin{cases} \frac{E_w}{\|E_w\|} & \text{where } E_w \neq 0 \\"
            r" 0 & \text{where } E_w = 0 \end{cases} \\"
            r" \text{answer} &= \operatorname*{argmax}_{w \notin \{a, b, c\}} x_w^\top \, (x_b - x_a + x_c)"
            r" \end{aligned}"
        ),
        args={"E": "V D"},
        wrong=(
            Wrong(
                analogy__query_not_excluded,
                id="query-not-excluded",
                hint="The answer must be a new word.",
                also=(analogy__query_not_excluded_but_a,),
            ),
            Wrong(analogy__sign, id="sign", hint="a is to b as c is to ?: b - a + c."),
            Wrong(
                analogy__not_normalised,
                id="not-normalised",
                hint="Compare directions.",
                tags=("edge",),
                also=(
                    analogy__not_normalised_candidates,
                    analogy__not_normalised_query,
                ),
            ),
            Wrong(
                analogy__least_similar,
                id="least-similar",
                hint="Most similar.",
                also=(
                    analogy__least_similar_query,
                    analogy__least_similar_of_all,
                ),
            ),
        ),
        alternates=(analogy_by_gram, analogy_words),
        hints=(
            "The dot product of two rows is a cosine once both have length 1. What about a row of length 0?",
            "a is to b as c is to the answer: which of the three is subtracted?",
            "The query words themselves are usually nearest. Which score can never be the largest?",
        ),
    ),
)
