"""References, wrong functions and cases for generative adversarial networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Wrong

TITLE = "Generative adversarial networks"
NEEDS = (7, 1)

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


def _softplus(z: Array) -> Array:
    return np.logaddexp(0, z)


def _sigmoid(z: Array) -> Array:
    return np.exp(-np.logaddexp(0, -z))


def _saturating_sigmoid(z: Array) -> Array:
    """What students write first; it reaches 0 and 1 exactly for large logits."""
    return 1 / (1 + np.exp(-z))


def _logits(rng: np.random.Generator, n: int, mean: float = 0.0) -> Array:
    """Logits about 1.5 of both signs, their mean moved by `mean`."""
    return 1.5 * rng.standard_normal(n) + mean


def _large(rng: np.random.Generator, n: int, side: float) -> Array:
    """Logits about 1e4 of one sign."""
    return side * rng.uniform(0.9e4, 1.1e4, n)


# d_loss


def d_loss(z_real: Array, z_fake: Array) -> float:
    return _softplus(-z_real).mean() + _softplus(z_fake).mean()


def d_loss_as_cross_entropy(z_real: Array, z_fake: Array) -> float:
    """Binary cross-entropy from logits, z - z y + softplus(-z), with the labels 1 and 0."""

    def cross_entropy(z: Array, y: float) -> Array:
        return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))

    return np.mean(cross_entropy(z_real, 1.0)) + np.mean(cross_entropy(z_fake, 0.0))


def d_loss_examples(z_real: Array, z_fake: Array) -> float:
    loss = 0.0
    for z, sign in [(z_real, -1), (z_fake, 1)]:
        for score in z:
            loss += np.logaddexp(0.0, sign * score) / len(z)
    return loss


def d_loss__real_only(z_real: Array, z_fake: Array) -> float:
    """Averages -log D over the real examples and leaves the fakes out."""
    return _softplus(-z_real).mean()


def d_loss__real_only_inf(z_real: Array, z_fake: Array) -> float:
    """Averages -log D over the real examples only, and D has come down to 0 for very negative logits."""
    return -np.log(_saturating_sigmoid(z_real)).mean()


def d_loss__labels_swapped(z_real: Array, z_fake: Array) -> float:
    """Takes fake as label 1 and real as label 0."""
    return _softplus(z_real).mean() + _softplus(-z_fake).mean()


def d_loss__labels_swapped_on_fakes(z_real: Array, z_fake: Array) -> float:
    """Takes label 1 for the fakes as well as for the real examples."""
    return _softplus(-z_real).mean() + _softplus(-z_fake).mean()


def d_loss__labels_swapped_inf(z_real: Array, z_fake: Array) -> float:
    """Takes fake as label 1 and real as label 0, with logarithms of probabilities that reach 0."""
    return -np.log(1 - _saturating_sigmoid(z_real)).mean() - np.log(_saturating_sigmoid(z_fake)).mean()


def d_loss__pooled_mean(z_real: Array, z_fake: Array) -> float:
    """Takes one mean over real and fake examples together."""
    return np.concatenate([_softplus(-z_real), _softplus(z_fake)]).mean()


def d_loss__pooled_mean_inf(z_real: Array, z_fake: Array) -> float:
    """Takes one mean over all examples together, of logarithms of probabilities that reach 0."""
    right = np.concatenate([_saturating_sigmoid(z_real), 1 - _saturating_sigmoid(z_fake)])
    return -np.log(right).mean()


def d_loss__halved(z_real: Array, z_fake: Array) -> float:
    """Averages the two terms instead of adding them."""
    return 0.5 * (_softplus(-z_real).mean() + _softplus(z_fake).mean())


def d_loss__halved_inf(z_real: Array, z_fake: Array) -> float:
    """Averages the two terms, with logarithms of probabilities that reach 0."""
    return d_loss__unstable(z_real, z_fake) / 2


def d_loss__unstable(z_real: Array, z_fake: Array) -> float:
    """Takes logarithms of D and 1 - D, which are exactly 0 for large logits."""
    return -np.log(_saturating_sigmoid(z_real)).mean() - np.log(1 - _saturating_sigmoid(z_fake)).mean()


def _d_loss_floored(eps: float) -> Callable[..., float]:
    def d_loss__unstable_floored(z_real: Array, z_fake: Array) -> float:
        """Adds EPS inside the logarithms of D and 1 - D, so no mean is above minus the log of that."""
        p_real, p_fake = _saturating_sigmoid(z_real), _saturating_sigmoid(z_fake)
        return -np.log(p_real + eps).mean() - np.log(1 - p_fake + eps).mean()

    return d_loss__unstable_floored


def _d_loss_clipped(eps: float) -> Callable[..., float]:
    def d_loss__unstable_clipped(z_real: Array, z_fake: Array) -> float:
        """Clips D to [EPS, 1 - EPS] before the logarithms, so no mean is above minus the log of EPS."""
        p_real, p_fake = (
            np.clip(_saturating_sigmoid(z.astype(np.float64)), eps, 1 - eps)  # float32 cannot hold 1 - eps
            for z in (z_real, z_fake)
        )
        return -np.log(p_real).mean() - np.log(1 - p_fake).mean()

    return d_loss__unstable_clipped


def _rounds(rng: np.random.Generator) -> Iterator[Case]:
    """Ordinary logits of real and fake examples."""
    yield Case("fewer real than fake examples", z_real=_logits(rng, 3, 0.8), z_fake=_logits(rng, 5, -0.5))
    yield Case("more real than fake examples", z_real=_logits(rng, 6, 0.5), z_fake=_logits(rng, 2, 0.4))
    yield Case("as many real as fake examples", z_real=_logits(rng, 4, -0.4), z_fake=_logits(rng, 4, 0.8))
    yield Case("one of each", z_real=_logits(rng, 1), z_fake=_logits(rng, 1))
    yield Case("one fake example", z_real=_logits(rng, 4), z_fake=_logits(rng, 1, 0.5))
    real, fake = (int(n) for n in rng.choice(np.arange(2, 7), 2, replace=False))
    yield Case("zero logits", z_real=np.zeros(real), z_fake=np.zeros(fake))


def _saturated_rounds(rng: np.random.Generator) -> Iterator[Case]:
    for name, real, fake in (
        ("logits of 1e4, all wrong", -1.0, 1.0),
        ("logits of 1e4, all right", 1.0, -1.0),
        ("logits of 1e4, all taken for real", 1.0, 1.0),
        ("logits of 1e4, all taken for fake", -1.0, -1.0),
    ):
        yield Case(name, kind="stability", z_real=_large(rng, 3, real), z_fake=_large(rng, 4, fake))


def d_loss_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield from _rounds(rng)
    yield from _saturated_rounds(rng)


# d_loss_grads


def d_loss_grads(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    return -_sigmoid(-z_real) / len(z_real), _sigmoid(z_fake) / len(z_fake)


def d_loss_grads_by_tanh(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    p_real, p_fake = (0.5 * (1 + np.tanh(z / 2)) for z in (z_real, z_fake))
    return (p_real - 1) / z_real.size, p_fake / z_fake.size


def d_loss_grads_labels(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    """Probability minus label of every example, by the two forms of the sigmoid that cannot overflow."""

    def gradient(z: Array, label: float) -> Array:
        small = np.exp(-np.abs(z))
        return (np.where(z >= 0, 1 / (1 + small), small / (1 + small)) - label) / z.shape[0]

    return gradient(z_real, 1.0), gradient(z_fake, 0.0)


def d_loss_grads__not_averaged(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    """Leaves out the division by the number of examples."""
    return _sigmoid(z_real) - 1, _sigmoid(z_fake)


def d_loss_grads__sign(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    """Takes label minus probability on both sides."""
    return (1 - _sigmoid(z_real)) / len(z_real), -_sigmoid(z_fake) / len(z_fake)


def d_loss_grads__extra_slope(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    """Multiplies probability minus label by the slope of the sigmoid as well."""
    p_real, p_fake = _sigmoid(z_real), _sigmoid(z_fake)
    return (p_real - 1) * p_real * (1 - p_real) / len(z_real), p_fake * p_fake * (1 - p_fake) / len(z_fake)


def d_loss_grads__common_count(z_real: Array, z_fake: Array) -> tuple[Array, Array]:
    """Divides both sides by the number of all examples."""
    total = len(z_real) + len(z_fake)
    return (_sigmoid(z_real) - 1) / total, _sigmoid(z_fake) / total


# g_loss_minimax


def g_loss_minimax(z_fake: Array) -> float:
    return -_softplus(z_fake).mean()


def g_loss_minimax_split(z_fake: Array) -> float:
    """Writes log(1 - D) as -z - log(1 + exp(-z)) where z is positive."""
    return np.mean(-np.maximum(z_fake, 0) - np.log1p(np.exp(-np.abs(z_fake))))


def g_loss_minimax_examples(z_fake: Array) -> float:
    return sum(-np.logaddexp(0.0, z) for z in z_fake) / len(z_fake)


def g_loss_minimax__sign(z_fake: Array) -> float:
    """Returns minus the mean of log(1 - D), a positive number."""
    return _softplus(z_fake).mean()


def g_loss_minimax__sign_inf(z_fake: Array) -> float:
    """Returns minus the mean of log(1 - D), infinity where D has reached 1."""
    return -np.log(1 - _saturating_sigmoid(z_fake)).mean()


def g_loss_minimax__non_saturating(z_fake: Array) -> float:
    """Returns the mean of -log D on the fakes."""
    return _softplus(-z_fake).mean()


def g_loss_minimax__non_saturating_inf(z_fake: Array) -> float:
    """Returns the mean of -log D on the fakes, infinity where D has reached 0."""
    return -np.log(_saturating_sigmoid(z_fake)).mean()


def g_loss_minimax__unstable(z_fake: Array) -> float:
    """Takes the logarithm of 1 - D, which is exactly 0 for large logits."""
    return np.log(1 - _saturating_sigmoid(z_fake)).mean()


def _g_loss_minimax_floored(eps: float) -> Callable[..., float]:
    def g_loss_minimax__unstable_floored(z_fake: Array) -> float:
        """Takes the logarithm of 1 - D + EPS, so the loss never falls below the log of that."""
        return np.log(1 - _saturating_sigmoid(z_fake) + eps).mean()

    return g_loss_minimax__unstable_floored


def g_loss_minimax__summed(z_fake: Array) -> float:
    """Adds the terms up and does not divide by their number."""
    return -_softplus(z_fake).sum()


def g_loss_minimax__summed_inf(z_fake: Array) -> float:
    """Adds log(1 - D) up and does not divide by the number of fakes; where D has reached 1 this is -inf."""
    return np.log(1 - _saturating_sigmoid(z_fake)).sum()


def _fakes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("five fakes, most of them rejected", z_fake=_logits(rng, 5, -0.9))
    yield Case("three fakes, most of them accepted", z_fake=_logits(rng, 3, 0.9))
    yield Case("one fake", z_fake=_logits(rng, 1))
    yield Case("zero logits", z_fake=np.zeros(int(rng.integers(2, 7))))
    yield Case("logits of 1e4", kind="stability", z_fake=_large(rng, 4, 1.0))
    yield Case("logits of -1e4", kind="stability", z_fake=_large(rng, 3, -1.0))


# g_loss_nonsaturating


def g_loss_nonsaturating(z_fake: Array) -> float:
    return _softplus(-z_fake).mean()


def g_loss_nonsaturating_split(z_fake: Array) -> float:
    """Writes -log D as -z + log(1 + exp(z)) where z is negative."""
    return np.mean(np.maximum(-z_fake, 0) + np.log1p(np.exp(-np.abs(z_fake))))


def g_loss_nonsaturating_examples(z_fake: Array) -> float:
    return sum(np.logaddexp(0.0, z) - z for z in z_fake) / len(z_fake)


def g_loss_nonsaturating__minimax(z_fake: Array) -> float:
    """Returns the mean of log(1 - D), the loss that saturates."""
    return -_softplus(z_fake).mean()


def g_loss_nonsaturating__minimax_inf(z_fake: Array) -> float:
    """Returns the mean of log(1 - D), the loss that saturates, and -inf where D has reached 1."""
    return np.log(1 - _saturating_sigmoid(z_fake)).mean()


def g_loss_nonsaturating__wrong_side(z_fake: Array) -> float:
    """Takes softplus of z, so the fakes that fool the discriminator cost most."""
    return _softplus(z_fake).mean()


def g_loss_nonsaturating__wrong_side_inf(z_fake: Array) -> float:
    """Takes -log(1 - D), so the fakes that fool the discriminator cost most, without end where D has reached 1."""
    return -np.log(1 - _saturating_sigmoid(z_fake)).mean()


def g_loss_nonsaturating__sign(z_fake: Array) -> float:
    """Returns the mean of log D without the minus."""
    return -_softplus(-z_fake).mean()


def g_loss_nonsaturating__sign_inf(z_fake: Array) -> float:
    """Returns the mean of log D without the minus, -inf where D has reached 0."""
    return np.log(_saturating_sigmoid(z_fake)).mean()


def g_loss_nonsaturating__summed(z_fake: Array) -> float:
    """Adds the terms up and does not divide by their number."""
    return _softplus(-z_fake).sum()


def g_loss_nonsaturating__summed_inf(z_fake: Array) -> float:
    """Adds -log D up and does not divide by the number of fakes; where D has reached 0 this is infinite."""
    return -np.log(_saturating_sigmoid(z_fake)).sum()


# g_loss_grads


def g_loss_grads(z_fake: Array) -> tuple[Array, Array]:
    return -_sigmoid(z_fake) / len(z_fake), -_sigmoid(-z_fake) / len(z_fake)


def g_loss_grads_by_tanh(z_fake: Array) -> tuple[Array, Array]:
    p = 0.5 * (1 + np.tanh(z_fake / 2))
    return -p / z_fake.size, (p - 1) / z_fake.size


def g_loss_grads_from_odds(z_fake: Array) -> tuple[Array, Array]:
    """The share of the smaller of the two probabilities, put where the sign of the logit says."""
    small = np.exp(-np.abs(z_fake))
    low, high = small / (1 + small), 1 / (1 + small)
    p, q = np.where(z_fake > 0, high, low), np.where(z_fake > 0, low, high)
    return -p / np.shape(z_fake)[0], -q / np.shape(z_fake)[0]


def g_loss_grads__swapped(z_fake: Array) -> tuple[Array, Array]:
    """Returns the gradient of the non-saturating loss first."""
    minimax, nonsaturating = g_loss_grads(z_fake)
    return nonsaturating, minimax


def g_loss_grads__sign(z_fake: Array) -> tuple[Array, Array]:
    """Returns +sigmoid(z) / N for the minimax loss."""
    minimax, nonsaturating = g_loss_grads(z_fake)
    return -minimax, nonsaturating


def g_loss_grads__not_averaged(z_fake: Array) -> tuple[Array, Array]:
    """Leaves out the division by the number of fakes."""
    return -_sigmoid(z_fake), _sigmoid(z_fake) - 1


def g_loss_grads__same(z_fake: Array) -> tuple[Array, Array]:
    """Returns the gradient of the minimax loss for both."""
    minimax, _ = g_loss_grads(z_fake)
    return minimax, minimax


def g_loss_grads__same_nonsaturating(z_fake: Array) -> tuple[Array, Array]:
    """Returns the gradient of the non-saturating loss for both."""
    _, nonsaturating = g_loss_grads(z_fake)
    return nonsaturating, nonsaturating


# optimal_discriminator


def optimal_discriminator(p_real: Array, p_gen: Array) -> Array:
    total = p_real + p_gen
    return np.divide(p_real, total, out=np.full_like(total, 0.5), where=total > 0)


def optimal_discriminator_masked(p_real: Array, p_gen: Array) -> Array:
    empty = (p_real == 0) & (p_gen == 0)
    return (p_real + 0.5 * empty) / (p_real + p_gen + empty)


def optimal_discriminator_points(p_real: Array, p_gen: Array) -> Array:
    """From the odds against being real, point by point."""
    d = np.full(p_real.shape, 0.5)
    for index, p in np.ndenumerate(p_real):
        if p > 0:
            d[index] = 1 / (1 + p_gen[index] / p)
        elif p_gen[index] > 0:
            d[index] = 0.0
    return d


def optimal_discriminator__generator_share(p_real: Array, p_gen: Array) -> Array:
    """Divides the generator's density by the sum."""
    return optimal_discriminator(p_gen, p_real)


def optimal_discriminator__generator_share_nan(p_real: Array, p_gen: Array) -> Array:
    """Divides the generator's density by the sum, also where both are 0."""
    return p_gen / (p_real + p_gen)


def optimal_discriminator__odds(p_real: Array, p_gen: Array) -> Array:
    """Divides the real density by the generator's, which is no probability."""
    return p_real / p_gen


def optimal_discriminator__odds_or_half(p_real: Array, p_gen: Array) -> Array:
    """Divides the real density by the generator's, and gives 1/2 where both are 0."""
    return np.where(p_real + p_gen > 0, p_real / p_gen, 0.5)


def optimal_discriminator__zero_nan(p_real: Array, p_gen: Array) -> Array:
    """Divides by the sum where both are 0 as well."""
    return p_real / (p_real + p_gen)


def optimal_discriminator__zero_nan_replaced(p_real: Array, p_gen: Array) -> Array:
    """Gives 0 where both are 0: 0 divided by 0 and the nan replaced by 0, or 0 divided by a tiny number."""
    return np.nan_to_num(p_real / (p_real + p_gen))


def optimal_discriminator__logit(p_real: Array, p_gen: Array) -> Array:
    """Returns the difference of the logarithms, the logit of D."""
    return np.log(p_real) - np.log(p_gen)


def optimal_discriminator__logit_or_half(p_real: Array, p_gen: Array) -> Array:
    """Returns the logit of D, and 1/2 where both densities are 0."""
    return np.where(p_real + p_gen > 0, np.log(p_real) - np.log(p_gen), 0.5)


def _distribution(rng: np.random.Generator, n: int) -> Array:
    """Probabilities that sum to 1, none of them below about 0.03."""
    weights = rng.uniform(0.2, 2.0, n)
    return weights / weights.sum()


def _on_points(p: Array, n: int, points: Array) -> Array:
    """A distribution over n outcomes that lives on some of them."""
    full = np.zeros(n)
    full[points] = p
    return full


def optimal_discriminator_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two distributions", p_real=_distribution(rng, 5), p_gen=_distribution(rng, 5))
    yield Case("densities, also above 1", p_real=rng.uniform(0.1, 4.0, 6), p_gen=rng.uniform(0.1, 4.0, 6))
    yield Case("densities on a grid", p_real=rng.uniform(0.1, 2.0, (3, 4)), p_gen=rng.uniform(0.1, 2.0, (3, 4)))
    equal = _distribution(rng, 4)
    yield Case("equal distributions", p_real=equal, p_gen=equal.copy())
    points = rng.permutation(7)
    real, fake = _on_points(_distribution(rng, 4), 7, points[:4]), _on_points(_distribution(rng, 3), 7, points[4:])
    yield Case("disjoint supports", p_real=real, p_gen=fake)
    points = rng.permutation(8)
    real, fake = _on_points(_distribution(rng, 4), 8, points[:4]), _on_points(_distribution(rng, 4), 8, points[2:6])
    yield Case("both are 0 at some points", p_real=real, p_gen=fake)
    yield Case("one point", p_real=rng.uniform(0.2, 2.0, 1), p_gen=rng.uniform(0.2, 2.0, 1))


# gan_value


def _expected_log(p: Array, d: Array) -> float:
    """The mean of log d under p; outcomes that never come contribute nothing."""
    return (p[p > 0] * np.log(d[p > 0])).sum()


def gan_value(p_real: Array, p_gen: Array) -> float:
    d, rejected = optimal_discriminator(p_real, p_gen), optimal_discriminator(p_gen, p_real)  # D* and 1 - D*
    return _expected_log(p_real, d) + _expected_log(p_gen, rejected)


def gan_value_by_divergence(p_real: Array, p_gen: Array) -> float:
    """Minus log 4 and the two Kullback-Leibler divergences from the mixture."""
    middle = (p_real + p_gen) / 2
    value = -np.log(4.0)
    for p in (p_real, p_gen):
        lives = p > 0
        value += np.sum(p[lives] * (np.log(p[lives]) - np.log(middle[lives])))
    return value


def gan_value_by_entropies(p_real: Array, p_gen: Array) -> float:
    """The entropy of the unnormalized mixture less those of its parts."""

    def entropy(weights: Array) -> float:
        return -sum(w * np.log(w) for w in weights if w > 0)

    return entropy(p_real + p_gen) - entropy(p_real) - entropy(p_gen)


def gan_value__jsd_only(p_real: Array, p_gen: Array) -> float:
    """Returns the Jensen-Shannon divergence itself."""
    return sum(_expected_log(p, 2 * optimal_discriminator(p, q)) / 2 for p, q in ((p_real, p_gen), (p_gen, p_real)))


def gan_value__jsd_only_twice(p_real: Array, p_gen: Array) -> float:
    """Returns twice the Jensen-Shannon divergence, without -log 4."""
    return 2 * gan_value__jsd_only(p_real, p_gen)


def gan_value__jsd_only_nan(p_real: Array, p_gen: Array) -> float:
    """Returns the Jensen-Shannon divergence itself, and nan where an outcome has probability 0."""
    middle = (p_real + p_gen) / 2
    return sum((p * np.log(p / middle)).sum() / 2 for p in (p_real, p_gen))


def gan_value__base_two(p_real: Array, p_gen: Array) -> float:
    """Takes logarithms to base 2."""
    return gan_value(p_real, p_gen) / np.log(2)


def gan_value__base_two_nan(p_real: Array, p_gen: Array) -> float:
    """Takes logarithms to base 2, and those of 0 as well, so the value is nan where an outcome has probability 0."""
    d = p_real / (p_real + p_gen)
    return (p_real * np.log2(d) + p_gen * np.log2(1 - d)).sum()


def gan_value__half_discriminator(p_real: Array, p_gen: Array) -> float:
    """Sets D = 1/2 everywhere, which is the optimum only for equal distributions."""
    return (p_real * np.log(0.5)).sum() + (p_gen * np.log(0.5)).sum()


def gan_value__real_term_only(p_real: Array, p_gen: Array) -> float:
    """Takes the mean of log D* under the real distribution and stops there."""
    return _expected_log(p_real, optimal_discriminator(p_real, p_gen))


def gan_value__real_term_only_nan(p_real: Array, p_gen: Array) -> float:
    """Takes the mean of log D* under the real distribution only, and nan where an outcome has probability 0."""
    return (p_real * np.log(p_real / (p_real + p_gen))).sum()


def gan_value_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("two distributions", p_real=_distribution(rng, 5), p_gen=_distribution(rng, 5))
    yield Case("many outcomes", p_real=_distribution(rng, 9), p_gen=_distribution(rng, 9))
    equal = _distribution(rng, 4)
    yield Case("equal distributions", p_real=equal, p_gen=equal.copy())
    points = rng.permutation(7)
    real, fake = _on_points(_distribution(rng, 4), 7, points[:4]), _on_points(_distribution(rng, 3), 7, points[4:])
    yield Case("disjoint supports", p_real=real, p_gen=fake)
    points = rng.permutation(7)
    real, fake = _on_points(_distribution(rng, 4), 7, points[:4]), _on_points(_distribution(rng, 3), 7, points[1:4])
    yield Case("the generator misses a mode", p_real=real, p_gen=fake)
    points = rng.permutation(8)
    real, fake = _on_points(_distribution(rng, 3), 8, points[:3]), _on_points(_distribution(rng, 5), 8, points[1:6])
    yield Case("zeros of both kinds", p_real=real, p_gen=fake)
    yield Case("one outcome", p_real=np.ones(1), p_gen=np.ones(1))


# wgan_losses


def wgan_losses(c_real: Array, c_fake: Array) -> tuple[float, float]:
    return c_fake.mean() - c_real.mean(), -c_fake.mean()


def wgan_losses_weighted(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """One sum over all scores, each with its weight."""
    weights = np.append(np.full(len(c_real), -1 / len(c_real)), np.full(len(c_fake), 1 / len(c_fake)))
    return np.append(c_real, c_fake) @ weights, -(c_fake @ weights[len(c_real) :])


def wgan_losses_sums(c_real: Array, c_fake: Array) -> tuple[float, float]:
    real, fake = sum(c_real) / c_real.size, sum(c_fake) / c_fake.size
    return fake - real, -fake


def wgan_losses__sigmoid(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Squashes the scores to (0, 1) first, as if they were logits."""
    return wgan_losses(_sigmoid(c_real), _sigmoid(c_fake))


def wgan_losses__critic_sign(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Returns real minus fake, what the critic maximises, as its loss."""
    return c_real.mean() - c_fake.mean(), -c_fake.mean()


def wgan_losses__generator_sign(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Returns the mean score of the fakes as the generator's loss."""
    return c_fake.mean() - c_real.mean(), c_fake.mean()


def wgan_losses__generator_sees_real(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Gives the generator the whole distance, real minus fake."""
    return c_fake.mean() - c_real.mean(), c_real.mean() - c_fake.mean()


def wgan_losses__generator_sees_real_as_critic(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Gives the generator the loss of the critic, fake minus real."""
    return c_fake.mean() - c_real.mean(), c_fake.mean() - c_real.mean()


def wgan_losses__generator_sees_real_added(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Lets the generator raise the mean scores of real and fake examples."""
    return c_fake.mean() - c_real.mean(), -c_fake.mean() - c_real.mean()


def wgan_losses__generator_sees_real_pooled(c_real: Array, c_fake: Array) -> tuple[float, float]:
    """Lets the generator raise the mean score of all examples together."""
    return c_fake.mean() - c_real.mean(), -np.concatenate([c_real, c_fake]).mean()


def _scores(rng: np.random.Generator, n: int, mean: float) -> Array:
    return 2 * rng.standard_normal(n) + mean


def wgan_losses_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("fewer real than fake examples", c_real=_scores(rng, 3, 2.0), c_fake=_scores(rng, 5, -1.0))
    yield Case("more real than fake examples", c_real=_scores(rng, 6, -1.5), c_fake=_scores(rng, 4, 1.0))
    yield Case("as many real as fake examples", c_real=_scores(rng, 4, 1.0), c_fake=_scores(rng, 4, -2.0))
    yield Case("one of each", c_real=_scores(rng, 1, 1.5), c_fake=_scores(rng, 1, -1.0))
    shift = rng.uniform(6, 9)
    yield Case("all scores shifted up", c_real=_scores(rng, 5, 1.0) + shift, c_fake=_scores(rng, 2, -1.0) + shift)
    yield Case("all scores shifted down", c_real=_scores(rng, 2, 1.0) - shift, c_fake=_scores(rng, 3, -1.0) - shift)


# The table

CHECKS = (
    Check(
        d_loss,
        cases=d_loss_cases,
        returns=("loss:",),
        formula=(
            r"\text{loss} = \frac{1}{\text{N\_real}} \sum_i"
            r" \operatorname{softplus}(-\text{z\_real}_i) + \frac{1}{\text{N\_fake}} \sum_j"
            r" \operatorname{softplus}(\text{z\_fake}_j)"
        ),
        args={"z_real": "real", "z_fake": "fake"},
        wrong=(
            Wrong(
                d_loss__real_only,
                id="real-only",
                hint="The discriminator must also reject fakes.",
                also=(d_loss__real_only_inf,),
            ),
            Wrong(
                d_loss__labels_swapped,
                id="labels-swapped",
                hint="Real is 1, fake is 0.",
                also=(
                    d_loss__labels_swapped_on_fakes,
                    d_loss__labels_swapped_inf,
                ),
            ),
            Wrong(
                d_loss__pooled_mean,
                id="pooled-mean",
                hint="Each side has its own mean.",
                also=(d_loss__pooled_mean_inf,),
            ),
            Wrong(d_loss__halved, id="halved", hint="The two terms are added.", also=(d_loss__halved_inf,)),
            Wrong(
                d_loss__unstable,
                id="unstable",
                hint="Use softplus.",
                tags=("edge",),
                also=(
                    *_each_tiny(_d_loss_floored),
                    *_each_tiny(_d_loss_clipped),
                ),
            ),
        ),
        alternates=(d_loss_as_cross_entropy, d_loss_examples),
        hints=(
            "D is the sigmoid of the logit. Which sign of z makes -log D a softplus, and which -log(1 - D)?",
            "There are two expectations, one over real and one over generated data: how many means is that?",
        ),
    ),
    Check(
        d_loss_grads,
        cases=d_loss_cases,
        returns=("dz_real: real", "dz_fake: fake"),
        formula=(
            r"\begin{aligned}"
            r" \text{dz\_real}_i &= \frac{\operatorname{sigmoid}(\text{z\_real}_i) - 1}{\text{N\_real}} \\"
            r" \text{dz\_fake}_j &= \frac{\operatorname{sigmoid}(\text{z\_fake}_j)}{\text{N\_fake}}"
            r" \end{aligned}"
        ),
        args={"z_real": "real", "z_fake": "fake"},
        gradient=Gradient(of=d_loss, wrt={"z_real": "dz_real", "z_fake": "dz_fake"}),
        wrong=(
            Wrong(d_loss_grads__not_averaged, id="not-averaged", hint="Each term is a mean."),
            Wrong(d_loss_grads__sign, id="sign", hint="Probability minus label."),
            Wrong(d_loss_grads__extra_slope, id="extra-slope", hint="The slope cancels with the log."),
            Wrong(d_loss_grads__common_count, id="common-count", hint="Each side by its own number."),
        ),
        alternates=(d_loss_grads_by_tanh, d_loss_grads_labels),
        hints=(
            "What is the derivative of softplus? And of softplus(-z)?",
            "Each gradient is probability minus label. By which number does the mean divide each of them?",
        ),
    ),
    Check(
        g_loss_minimax,
        cases=_fakes,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= \frac{1}{N} \sum_j \log(1 - \operatorname{sigmoid}(\text{z\_fake}_j)) \\"
            r" &= -\frac{1}{N} \sum_j \operatorname{softplus}(\text{z\_fake}_j)"
            r" \end{aligned}"
        ),
        args={"z_fake": "fake"},
        wrong=(
            Wrong(
                g_loss_minimax__sign,
                id="sign",
                hint="The generator minimises log(1-D), which is negative.",
                also=(g_loss_minimax__sign_inf,),
            ),
            Wrong(
                g_loss_minimax__non_saturating,
                id="non-saturating",
                hint="That is the other generator loss.",
                also=(g_loss_minimax__non_saturating_inf,),
            ),
            Wrong(
                g_loss_minimax__unstable,
                id="unstable",
                hint="Use softplus.",
                tags=("edge",),
                also=(*_each_tiny(_g_loss_minimax_floored),),
            ),
            Wrong(g_loss_minimax__summed, id="summed", hint="Mean.", also=(g_loss_minimax__summed_inf,)),
        ),
        alternates=(g_loss_minimax_split, g_loss_minimax_examples),
        hints=(
            "1 - sigmoid(z) is a sigmoid too: of what?",
            "log(1 - D) is never positive. What sign must the loss have?",
        ),
    ),
    Check(
        g_loss_nonsaturating,
        cases=_fakes,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= -\frac{1}{N} \sum_j \log \operatorname{sigmoid}(\text{z\_fake}_j) \\"
            r" &= \frac{1}{N} \sum_j \operatorname{softplus}(-\text{z\_fake}_j)"
            r" \end{aligned}"
        ),
        args={"z_fake": "fake"},
        wrong=(
            Wrong(
                g_loss_nonsaturating__minimax,
                id="minimax",
                hint="Maximise log D instead.",
                also=(g_loss_nonsaturating__minimax_inf,),
            ),
            Wrong(
                g_loss_nonsaturating__wrong_side,
                id="wrong-side",
                hint="Small logits must cost much.",
                also=(g_loss_nonsaturating__wrong_side_inf,),
            ),
            Wrong(
                g_loss_nonsaturating__sign, id="sign", hint="It is minimised.", also=(g_loss_nonsaturating__sign_inf,)
            ),
            Wrong(g_loss_nonsaturating__summed, id="summed", hint="Mean.", also=(g_loss_nonsaturating__summed_inf,)),
        ),
        alternates=(g_loss_nonsaturating_split, g_loss_nonsaturating_examples),
        hints=(
            "Which label does the generator wish that the discriminator gave to its fakes?",
            "Which fakes should cost most: those that are rejected or those that are accepted?",
        ),
    ),
    Check(
        g_loss_grads,
        cases=_fakes,
        returns=("d_minimax: fake", "d_nonsaturating: fake"),
        formula=(
            r"\begin{aligned}"
            r" \text{d\_minimax}_j &= \frac{-\operatorname{sigmoid}(\text{z\_fake}_j)}{N} \\"
            r" \text{d\_nonsaturating}_j &= \frac{\operatorname{sigmoid}(\text{z\_fake}_j) - 1}{N}"
            r" \end{aligned}"
        ),
        args={"z_fake": "fake"},
        gradient=(
            Gradient(of=g_loss_minimax, wrt={"z_fake": "d_minimax"}),
            Gradient(of=g_loss_nonsaturating, wrt={"z_fake": "d_nonsaturating"}),
        ),
        wrong=(
            Wrong(g_loss_grads__swapped, id="swapped", hint="Minimax first."),
            Wrong(g_loss_grads__sign, id="sign", hint="log(1-D) falls as D rises."),
            Wrong(g_loss_grads__not_averaged, id="not-averaged", hint="Means."),
            Wrong(
                g_loss_grads__same,
                id="same",
                hint="They differ most where the discriminator is sure.",
                also=(g_loss_grads__same_nonsaturating,),
            ),
        ),
        alternates=(g_loss_grads_by_tanh, g_loss_grads_from_odds),
        hints=(
            "Differentiate -softplus(z) and softplus(-z). Both fall as z grows: which sign do both gradients have?",
            "At z = -1e4 the discriminator is sure. Which of your two gradients still moves the generator?",
        ),
    ),
    Check(
        optimal_discriminator,
        cases=optimal_discriminator_cases,
        returns=("d: points",),
        formula=(
            r"D(x) = \begin{cases} \frac{\text{p\_real}(x)}{\text{p\_real}(x)"
            r" + \text{p\_gen}(x)} & \text{where one of them is positive} \\"
            r" \frac{1}{2} & \text{where both are } 0 \end{cases}"
        ),
        args={"p_real": "points", "p_gen": "points"},
        properties=(Property("within", "d", "D is a probability: it lies between 0 and 1."),),
        wrong=(
            Wrong(
                optimal_discriminator__generator_share,
                id="generator-share",
                hint="D is the probability of being real.",
                also=(optimal_discriminator__generator_share_nan,),
            ),
            Wrong(
                optimal_discriminator__odds,
                id="odds",
                hint="Odds are not a probability.",
                also=(optimal_discriminator__odds_or_half,),
            ),
            Wrong(
                optimal_discriminator__zero_nan,
                id="zero-nan",
                hint="Where nothing lives, D may be ½.",
                also=(optimal_discriminator__zero_nan_replaced,),
            ),
            Wrong(
                optimal_discriminator__logit,
                id="logit",
                hint="A probability was asked for.",
                also=(optimal_discriminator__logit_or_half,),
            ),
        ),
        alternates=(optimal_discriminator_masked, optimal_discriminator_points),
        hints=(
            "At one point, D maximises p_real log D + p_gen log(1 - D). Set the derivative to 0.",
            "If an example is seen and both sources are equally likely, how probable is it that it is real?",
            "Decide the points where both densities are 0 before you divide.",
        ),
    ),
    Check(
        gan_value,
        cases=gan_value_cases,
        returns=("value:",),
        formula=(
            r"\begin{aligned}"
            r" \text{value} &= \sum_x \text{p\_real}(x) \log D(x) + \sum_x \text{p\_gen}(x) \log(1 - D(x)) \\"
            r" &= -\log 4 + 2 \operatorname{JSD}(\text{p\_real}, \text{p\_gen})"
            r" \end{aligned}"
        ),
        args={"p_real": "points", "p_gen": "points"},
        needs=(optimal_discriminator,),
        wrong=(
            Wrong(
                gan_value__jsd_only,
                id="jsd-only",
                hint="The value is -log 4 plus twice the divergence.",
                also=(
                    gan_value__jsd_only_twice,
                    gan_value__jsd_only_nan,
                ),
            ),
            Wrong(gan_value__base_two, id="base-two", hint="Nats.", also=(gan_value__base_two_nan,)),
            Wrong(gan_value__half_discriminator, id="half-discriminator", hint="Use the optimal discriminator."),
            Wrong(
                gan_value__real_term_only,
                id="real-term-only",
                hint="Two expectations.",
                also=(gan_value__real_term_only_nan,),
            ),
        ),
        alternates=(gan_value_by_divergence, gan_value_by_entropies),
        hints=(
            "An expectation over a discrete distribution is a sum. Over which distribution does each of the two run?",
            "What does an outcome of probability 0 add, whatever its logarithm is?",
            "Check yourself: equal distributions give -log 4, disjoint ones 0.",
        ),
    ),
    Check(
        wgan_losses,
        cases=wgan_losses_cases,
        returns=("critic_loss:", "gen_loss:"),
        formula=(
            r"\begin{aligned}"
            r" \text{critic\_loss} &= \frac{1}{\text{N\_fake}} \sum_j \text{c\_fake}_j"
            r" - \frac{1}{\text{N\_real}} \sum_i \text{c\_real}_i \\"
            r" \text{gen\_loss} &= -\frac{1}{\text{N\_fake}} \sum_j \text{c\_fake}_j"
            r" \end{aligned}"
        ),
        args={"c_real": "real", "c_fake": "fake"},
        wrong=(
            Wrong(wgan_losses__sigmoid, id="sigmoid", hint="A critic's scores are unbounded."),
            Wrong(wgan_losses__critic_sign, id="critic-sign", hint="The critic minimises fake minus real."),
            Wrong(wgan_losses__generator_sign, id="generator-sign", hint="The generator wants high scores."),
            Wrong(
                wgan_losses__generator_sees_real,
                id="generator-sees-real",
                hint="Real data do not depend on the generator.",
                also=(
                    wgan_losses__generator_sees_real_as_critic,
                    wgan_losses__generator_sees_real_added,
                    wgan_losses__generator_sees_real_pooled,
                ),
            ),
        ),
        alternates=(wgan_losses_weighted, wgan_losses_sums),
        hints=(
            "No logarithm and no sigmoid: a critic's score is a plain number, higher for what looks real.",
            "Both are losses to be minimised. Which of the two means does the generator have a hand in?",
        ),
    ),
)
