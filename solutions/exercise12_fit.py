"""References, wrong functions and cases for underfitting, overfitting and early stopping."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "Underfitting, overfitting and early stopping"
NEEDS = (7,)


# Splits


def split_indices(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[n_test + n_val :], perm[n_test : n_test + n_val], perm[:n_test]


def split_indices_split(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    sizes = np.floor(len(perm) * np.array([test_frac, val_frac])).astype(int)
    test, val, train = np.split(perm, np.cumsum(sizes))
    return train, val, test


def split_indices_loop(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    n_test, n_val = math.floor(test_frac * len(perm)), math.floor(val_frac * len(perm))
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for position, index in enumerate(perm):
        parts[2 if position < n_test else 1 if position < n_test + n_val else 0].append(int(index))
    train, val, test = (np.array(part, dtype=int) for part in parts)
    return train, val, test


def split_indices__overlap(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Takes validation and test examples both from the front."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[n_test + n_val :], perm[:n_val], perm[:n_test]


def split_indices__overlap_longest(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Takes validation and test examples both from the front, and training ones behind the longer of them."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[max(n_val, n_test) :], perm[:n_val], perm[:n_test]


def split_indices__overlap_of_training(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Takes everything behind the test examples for training, the validation examples too."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[n_test:], perm[n_test : n_test + n_val], perm[:n_test]


def split_indices__remainder_lost(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Floors the size of the training set as well, so examples are lost."""
    n = len(perm)
    n_val, n_test, n_train = int(n * val_frac), int(n * test_frac), int(n * (1.0 - val_frac - test_frac))
    start = n_test + n_val
    return perm[start : start + n_train], perm[n_test:start], perm[:n_test]


def split_indices__remainder_lost_in_between(
    perm: Array, val_frac: float, test_frac: float
) -> tuple[Array, Array, Array]:
    """Floors the size of the training set as well and takes it from the end, so examples before it are lost."""
    n = len(perm)
    n_val, n_test, n_train = int(n * val_frac), int(n * test_frac), int(n * (1.0 - val_frac - test_frac))
    return perm[n - n_train :], perm[n_test : n_test + n_val], perm[:n_test]


def split_indices__sorted(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Ignores the permutation and splits 0 .. n-1."""
    order = np.arange(len(perm))
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return order[n_test + n_val :], order[n_test : n_test + n_val], order[:n_test]


def split_indices__sorted_parts(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Sorts each of the three parts and loses the order of the permutation."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return np.sort(perm[n_test + n_val :]), np.sort(perm[n_test : n_test + n_val]), np.sort(perm[:n_test])


def split_indices__swapped(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Returns train, test, val."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[n_test + n_val :], perm[:n_test], perm[n_test : n_test + n_val]


def split_indices__swapped_all(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Returns test, val, train."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[:n_test], perm[n_test : n_test + n_val], perm[n_test + n_val :]


def split_indices__swapped_cuts(perm: Array, val_frac: float, test_frac: float) -> tuple[Array, Array, Array]:
    """Cuts the validation examples off first and the test examples behind them."""
    n_val, n_test = int(len(perm) * val_frac), int(len(perm) * test_frac)
    return perm[n_val + n_test :], perm[:n_val], perm[n_val : n_val + n_test]


def split_indices_cases(rng: np.random.Generator) -> Iterator[Case]:
    def share(n: int, count: int, low: float, high: float) -> float:
        """A fraction of which n examples make count and a bit, the bit between low and high."""
        return (count + float(rng.uniform(low, high))) / n

    # The parts that are cut off: large in one case and small in the other, so that neither rounding nor ceiling passes.
    large, small = (23, 0.6, 0.9), (19, 0.1, 0.4)
    for name, (n, low, high), n_val, n_test in (
        ("fractions that do not divide n, much cut off", large, 5, 3),
        ("fractions that do not divide n, little cut off", small, 3, 4),
        ("as many for validation as for testing", large, 4, 4),
    ):
        yield Case(
            name, perm=rng.permutation(n), val_frac=share(n, n_val, low, high), test_frac=share(n, n_test, low, high)
        )
    yield Case("fractions that divide n", tie=True, perm=rng.permutation(16), val_frac=0.25, test_frac=0.125)
    yield Case("no validation set", perm=rng.permutation(11), val_frac=0.0, test_frac=share(11, 3, 0.2, 0.8))
    yield Case("no test set", perm=rng.permutation(11), val_frac=share(11, 2, 0.2, 0.8), test_frac=0.0)
    yield Case("training only", perm=rng.permutation(7), val_frac=0.0, test_frac=0.0)
    yield Case("too few examples for a part", perm=rng.permutation(3), val_frac=share(3, 0, 0.3, 0.9), test_frac=0.27)


Pairs = list[tuple[Array, Array]]


def kfold(n: int, k: int) -> Pairs:
    pairs, start = [], 0
    for j in range(k):
        stop = start + n // k + (1 if j < n % k else 0)
        pairs.append((np.r_[0:start, stop:n], np.arange(start, stop)))
        start = stop
    return pairs


def kfold_array_split(n: int, k: int) -> Pairs:
    return [(np.setdiff1d(np.arange(n), val), val) for val in np.array_split(np.arange(n), k)]


def kfold_masks(n: int, k: int) -> Pairs:
    fold = np.array([j for j in range(k) for _ in range(len(range(j, n, k)))])
    return [(np.flatnonzero(fold != j), np.flatnonzero(fold == j)) for j in range(k)]


def kfold__remainder_never_validated(n: int, k: int) -> Pairs:
    """Uses folds of n // k examples and never validates on the rest."""
    size = n // k
    return [(np.r_[0 : j * size, (j + 1) * size : n], np.arange(j * size, (j + 1) * size)) for j in range(k)]


def kfold__remainder_never_validated_nor_used(n: int, k: int) -> Pairs:
    """Uses folds of n // k examples and leaves the rest out of training as well."""
    size = n // k
    order = np.arange(k * size)
    return [(np.delete(order, np.s_[j * size : (j + 1) * size]), order[j * size : (j + 1) * size]) for j in range(k)]


def kfold__leak(n: int, k: int) -> Pairs:
    """Trains on all data, the validation fold included."""
    return [(np.arange(n), val) for val in np.array_split(np.arange(n), k)]


def kfold__last_fold_large(n: int, k: int) -> Pairs:
    """Puts the whole remainder into the last fold."""
    pairs = []
    for j in range(k):
        start = j * (n // k)
        stop = n if j == k - 1 else start + n // k
        pairs.append((np.r_[0:start, stop:n], np.arange(start, stop)))
    return pairs


def kfold__last_fold_large_but_first(n: int, k: int) -> Pairs:
    """Puts the whole remainder into the first fold."""
    pairs = []
    for j in range(k):
        start = 0 if j == 0 else j * (n // k) + n % k
        stop = (j + 1) * (n // k) + n % k
        pairs.append((np.r_[0:start, stop:n], np.arange(start, stop)))
    return pairs


def kfold__last_fold_large_or_small(n: int, k: int) -> Pairs:
    """Rounds the size of a fold up, so what is missing is missing from the last one."""
    size = -(-n // k)
    bounds = [(min(j * size, n), min((j + 1) * size, n)) for j in range(k)]
    return [(np.r_[0:start, stop:n], np.arange(start, stop)) for start, stop in bounds]


def kfold__swapped(n: int, k: int) -> Pairs:
    """Returns pairs of validation and training indices, in this order."""
    return [(val, train) for train, val in kfold(n, k)]


def kfold_cases(rng: np.random.Generator) -> Iterator[Case]:
    size = int(rng.integers(3, 6))
    yield Case("a remainder of one", n=3 * size + 1, k=3)
    yield Case("a remainder of one less than the folds", n=4 * size + 3, k=4)
    yield Case("five folds, a remainder of two", n=5 * size + 2, k=5)
    yield Case("folds of equal size", n=3 * size, k=3)
    yield Case("as many folds as examples in each", n=size * size, k=size)
    yield Case("each example on its own (k = n)", n=size + 1, k=size + 1)
    yield Case("two halves of an odd number", n=2 * size + 1, k=2)


# Reading errors


def bias_variance(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.mean(preds.var(axis=0))
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance_error_first(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    error = float(np.mean((preds - f) ** 2))
    mean = preds.sum(axis=0) / len(preds)
    variance = float(np.mean((preds - mean) ** 2))
    offset = mean - f
    return float(offset @ offset / len(f)), variance, error + noise_var


def bias_variance_by_difference(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    error = float(np.mean((preds - f) ** 2))
    bias2 = float(np.mean((preds.mean(axis=0) - f) ** 2))
    return bias2, error - bias2, error + noise_var


def bias_variance_loop(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    bias2, variance = 0.0, 0.0
    for column, true in zip(preds.T, f):
        mean = math.fsum(column) / len(column)
        bias2 += (mean - float(true)) ** 2 / len(f)
        variance += math.fsum((float(x) - mean) ** 2 for x in column) / len(column) / len(f)
    return bias2, variance, noise_var + variance + bias2


def bias_variance__bias_unsquared(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Averages the signed difference instead of its square."""
    bias = np.mean(preds.mean(axis=0) - f)
    variance = np.mean(preds.var(axis=0))
    return float(bias), float(variance), float(bias + variance + noise_var)


def bias_variance__bias_unsquared_in_result(
    preds: Array, f: Array, noise_var: float = 0.0
) -> tuple[float, float, float]:
    """Averages the signed difference and squares it in the total only."""
    bias = np.mean(preds.mean(axis=0) - f)
    variance = np.mean(preds.var(axis=0))
    return float(bias), float(variance), float(bias**2 + variance + noise_var)


def bias_variance__bias_unsquared_until_averaged(
    preds: Array, f: Array, noise_var: float = 0.0
) -> tuple[float, float, float]:
    """Averages the signed difference over the points before squaring it."""
    bias2 = np.mean(preds.mean(axis=0) - f) ** 2
    variance = np.mean(preds.var(axis=0))
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__bias_unsquared_absolute(
    preds: Array, f: Array, noise_var: float = 0.0
) -> tuple[float, float, float]:
    """Averages the absolute difference instead of its square."""
    bias = np.mean(np.abs(preds.mean(axis=0) - f))
    variance = np.mean(preds.var(axis=0))
    return float(bias), float(variance), float(bias + variance + noise_var)


def bias_variance__error_as_bias(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Squares before averaging over the models, which gives bias squared plus variance."""
    bias2 = np.mean((preds - f) ** 2)
    variance = np.mean(preds.var(axis=0))
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__variance_over_points(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Takes the variance across the points instead of across the models."""
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.mean(preds.var(axis=1))
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__variance_over_points_too(
    preds: Array, f: Array, noise_var: float = 0.0
) -> tuple[float, float, float]:
    """Takes the variance across models and points together."""
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.var(preds)
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__variance_over_points_of_mean(
    preds: Array, f: Array, noise_var: float = 0.0
) -> tuple[float, float, float]:
    """Takes the variance of the mean prediction across the points."""
    mean = preds.mean(axis=0)
    bias2, variance = np.mean((mean - f) ** 2), np.var(mean)
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__unbiased(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Divides the variance by R - 1."""
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.mean(preds.var(axis=0, ddof=1))
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__unbiased_guarded(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Divides the variance by R - 1, unless there is only one model."""
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.mean(preds.var(axis=0, ddof=1)) if len(preds) > 1 else 0.0
    return float(bias2), float(variance), float(bias2 + variance + noise_var)


def bias_variance__noise_dropped(preds: Array, f: Array, noise_var: float = 0.0) -> tuple[float, float, float]:
    """Leaves the irreducible error out of the total."""
    bias2 = np.mean((preds.mean(axis=0) - f) ** 2)
    variance = np.mean(preds.var(axis=0))
    return float(bias2), float(variance), float(bias2 + variance)


def bias_variance_cases(rng: np.random.Generator) -> Iterator[Case]:
    def data(models: int, points: int) -> tuple[Array, Array]:
        """Models that are off by a common amount at each point, and disagree by less."""
        f = rng.normal(0.5, 1.5, points)
        offset = rng.choice([-1.0, 1.0], points) * rng.uniform(0.4, 1.2, points)
        return f + offset + rng.normal(0.0, 0.6, (models, points)), f

    for name, models, points, noise in (
        ("more points than models", 4, 6, 0.3),
        ("more models than points", 7, 3, 0.8),
        ("as many models as points", 4, 4, 0.5),
        ("one point", 5, 1, 0.4),
        ("one model has no variance", 1, 5, 0.6),
    ):
        preds, f = data(models, points)
        yield Case(name, preds=preds, f=f, noise_var=noise * float(rng.uniform(0.8, 1.2)))
    preds, f = data(3, 5)
    yield Case("no noise by default", preds=preds, f=f)
    preds, f = data(1, 4)
    yield Case("identical models", preds=np.repeat(preds, 2, axis=0), f=f, noise_var=float(rng.uniform(0.1, 0.3)))


def diagnose_fit(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    too_simple = train_err > target_err
    too_complex = val_err - train_err > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit_table(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    words = {(False, False): "good", (True, False): "underfit", (False, True): "overfit", (True, True): "both"}
    return words[train_err > target_err, val_err - train_err > max_gap]


def diagnose_fit_counted(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    fine = [target_err >= train_err, max_gap >= val_err - train_err]
    return ["both", "overfit", "underfit", "good"][2 * fine[1] + fine[0]]


def diagnose_fit__validation_only(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Compares the validation error with the target instead of the training error."""
    too_simple = val_err > target_err
    too_complex = val_err - train_err > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__validation_only_and_gap(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Compares the validation error with the target, and with the target plus the gap."""
    too_simple = val_err > target_err
    too_complex = val_err - target_err > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__validation_only_at_all(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Compares the validation error with the target and looks at nothing else."""
    return "underfit" if val_err > target_err else "good"


def diagnose_fit__gap_reversed(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Subtracts the validation error from the training error."""
    too_simple = train_err > target_err
    too_complex = train_err - val_err > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__gap_reversed_or_not(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Takes the absolute value of the gap, so a lower validation error counts as one too."""
    too_simple = train_err > target_err
    too_complex = abs(val_err - train_err) > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__ratio(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Compares the ratio of the errors with the gap that is allowed."""
    too_simple = train_err > target_err
    too_complex = val_err / train_err > 1.0 + max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__labels_swapped(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Calls a high training error overfitting and a large gap underfitting."""
    high_error = train_err > target_err
    large_gap = val_err - train_err > max_gap
    if high_error and large_gap:
        return "both"
    return "overfit" if high_error else "underfit" if large_gap else "good"


def diagnose_fit__inclusive(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Treats a value exactly at its threshold as a violation."""
    too_simple = train_err >= target_err
    too_complex = val_err - train_err >= max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__inclusive_target(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Treats a training error exactly at the target as a violation."""
    too_simple = train_err >= target_err
    too_complex = val_err - train_err > max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit__inclusive_gap(train_err: float, val_err: float, target_err: float, max_gap: float) -> str:
    """Treats a gap of exactly max_gap as a violation."""
    too_simple = train_err > target_err
    too_complex = val_err - train_err >= max_gap
    if too_simple and too_complex:
        return "both"
    return "underfit" if too_simple else "overfit" if too_complex else "good"


def diagnose_fit_cases(rng: np.random.Generator) -> Iterator[Case]:
    # Where the gap is fine, its share of max_gap lies between train_err and 1: a ratio of the errors then exceeds both
    # max_gap and 1 + max_gap, so that either way of comparing a ratio is the same mistake. A validation error far below
    # the training error keeps the ratio below both.
    def case(name: str, train_err: float, share: float, target_err: float) -> Case:
        max_gap = float(rng.uniform(0.1, 0.2))
        return Case(
            name, train_err=train_err, val_err=train_err + share * max_gap, target_err=target_err, max_gap=max_gap
        )

    low, middle, high = (float(rng.uniform(*bounds)) for bounds in ((0.05, 0.1), (0.25, 0.35), (0.45, 0.55)))
    yield case("low errors", low, 0.8, middle)
    yield case("a high training error", high, 0.85, middle)
    yield case("a large gap", low, 3.5, high + 0.1)
    yield case("a large gap to above the target", low, 3.5, middle - 0.05)
    yield case("a high training error and a large gap", high, 2.0, middle)
    yield case("only the validation error is above the target", middle, 0.9, middle + 0.05)
    far = {"val_err": float(rng.uniform(0.02, 0.04)), "max_gap": float(rng.uniform(0.15, 0.25))}
    yield Case("a validation error far below the training error", train_err=high, target_err=high + 0.1, bind=far)
    yield Case("the same, above the target", train_err=high, target_err=middle, bind=far)
    unit = float(rng.choice([0.125, 0.25]))
    yield Case(
        "training error exactly at the target",
        tie=True,
        train_err=unit,
        val_err=1.75 * unit,
        target_err=unit,
        max_gap=2 * unit,
    )
    yield Case("gap exactly as allowed", tie=True, train_err=unit, val_err=2 * unit, target_err=3 * unit, max_gap=unit)
    yield Case(
        "both exactly at their thresholds", tie=True, train_err=unit, val_err=2 * unit, target_err=unit, max_gap=unit
    )
    yield Case(
        "gap exactly as allowed, high error",
        tie=True,
        train_err=2 * unit,
        val_err=3 * unit,
        target_err=unit,
        max_gap=unit,
    )


# Stopping


def early_stopping(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    best, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping_distance(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    best_epoch = -1
    for epoch in range(len(val_losses)):
        best = val_losses[best_epoch] if best_epoch >= 0 else float("inf")
        if best - min_delta > val_losses[epoch]:
            best_epoch = epoch
        elif epoch - best_epoch == patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping_improvements(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    best, improved = math.inf, [-1]
    for epoch, loss in enumerate(val_losses):
        if loss + min_delta < best:
            best = loss
            improved.append(epoch)
    for epoch, following in zip(improved, [*improved[1:], len(val_losses)]):
        if epoch + patience < following:
            return epoch + patience, epoch
    return len(val_losses) - 1, improved[-1]


def early_stopping__compares_with_previous(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Compares with the loss of the epoch before instead of the best one."""
    previous, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < previous - min_delta:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
        previous = loss
    return len(val_losses) - 1, best_epoch


def early_stopping__compares_with_previous_from_second(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Compares each epoch but the first, which counts as the best so far, with the one before it."""
    if len(val_losses) == 0:
        return -1, -1
    best_epoch, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[epoch - 1] - min_delta:
            best_epoch, waited = epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__compares_with_previous_to_wait(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Resets the count by the loss of the epoch before, and keeps the best epoch beside it."""
    previous, best, best_epoch, waited = math.inf, math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, best_epoch = loss, epoch
        if loss < previous - min_delta:
            waited = 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
        previous = loss
    return len(val_losses) - 1, best_epoch


def early_stopping__counter_not_reset(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Keeps counting after an improvement."""
    best, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch = loss, epoch
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__counter_not_reset_from_first(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Keeps counting after an improvement; the first epoch counts as the best so far, nan or not."""
    if len(val_losses) == 0:
        return -1, -1
    best, best_epoch, waited = val_losses[0], 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best - min_delta:
            best, best_epoch = val_losses[epoch], epoch
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__tie_improves(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Counts an equal loss as an improvement."""
    best, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss <= best - min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__tie_improves_from_first(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Counts an equal loss as an improvement; the first epoch counts as the best so far, nan or not."""
    if len(val_losses) == 0:
        return -1, -1
    best, best_epoch, waited = val_losses[0], 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] <= best - min_delta:
            best, best_epoch, waited = val_losses[epoch], epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__one_late(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Waits for one epoch more than the patience."""
    best, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited > patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__one_late_from_first(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Waits for one epoch more than the patience; the first epoch counts as the best so far, nan or not."""
    if len(val_losses) == 0:
        return -1, -1
    best, best_epoch, waited = val_losses[0], 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best - min_delta:
            best, best_epoch, waited = val_losses[epoch], epoch, 0
        else:
            waited += 1
            if waited > patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__returns_last(val_losses: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Reports the epoch at which it stops as the best one."""
    best, waited = math.inf, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, epoch
    return len(val_losses) - 1, len(val_losses) - 1


def early_stopping__returns_last_from_first(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Reports the epoch at which it stops as the best one; the first epoch counts as the best so far, nan or not."""
    if len(val_losses) == 0:
        return -1, -1
    best, waited = val_losses[0], 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best - min_delta:
            best, waited = val_losses[epoch], 0
        else:
            waited += 1
            if waited == patience:
                return epoch, epoch
    return len(val_losses) - 1, len(val_losses) - 1


def early_stopping__delta_ignored(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Ignores min_delta: any gain is an improvement."""
    best, best_epoch, waited = math.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__delta_ignored_from_first(
    val_losses: Sequence[float], patience: int, min_delta: float = 0.0
) -> tuple[int, int]:
    """Ignores min_delta; the first epoch counts as the best so far, nan or not."""
    if len(val_losses) == 0:
        return -1, -1
    best, best_epoch, waited = val_losses[0], 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < best:
            best, best_epoch, waited = val_losses[epoch], epoch, 0
        else:
            waited += 1
            if waited == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping_cases(rng: np.random.Generator) -> Iterator[Case]:
    def losses(*shape: float) -> list[float]:
        """A curve of this shape, stretched and shaken a little, so that its order and its steps stay as they are."""
        return [float(scale * value + shake) for value, shake in zip(shape, rng.uniform(0.0, 0.01 * scale, len(shape)))]

    scale = float(rng.uniform(0.7, 1.6))
    yield Case("stops after the minimum", val_losses=losses(1.0, 0.7, 0.5, 0.6, 0.55, 0.58, 0.52, 0.4), patience=3)
    yield Case(
        "improves just before patience runs out",
        val_losses=losses(1.0, 0.8, 0.9, 0.85, 0.6, 0.7, 0.65, 0.68, 0.3),
        patience=3,
    )
    yield Case("falls again, but not below the best", val_losses=losses(1.0, 0.4, 0.9, 0.8, 0.7, 0.6, 0.5), patience=4)
    yield Case("never stops", val_losses=losses(1.0, 0.9, 0.7, 0.6, 0.65, 0.5, 0.55), patience=2)
    yield Case("patience beyond the last epoch", val_losses=losses(0.5, 0.8, 0.7, 0.9), patience=6)
    yield Case("patience of one", val_losses=losses(1.0, 0.8, 0.5, 0.6, 0.3), patience=1)
    yield Case(
        "min_delta larger than all improvements",
        val_losses=losses(1.0, 0.96, 0.92, 0.9, 0.88),
        patience=3,
        min_delta=0.3 * scale,
    )
    yield Case(
        "small gains add up against the best",
        val_losses=losses(1.0, 0.93, 0.86, 0.79, 0.72, 0.65, 0.7, 0.71, 0.69),
        patience=3,
        min_delta=0.1 * scale,
    )
    half = float(rng.choice([0.25, 0.5, 1.0]))
    ties = [half * value for value in (2.0, 1.5, 1.5, 1.5, 1.5, 1.0)]
    yield Case("standing still", tie=True, val_losses=ties, patience=3)
    gains = [half * value for value in (2.0, 1.5, 1.25, 1.0, 1.25, 1.25, 0.25)]
    yield Case("a gain of exactly min_delta", tie=True, val_losses=gains, patience=3, min_delta=0.5 * half)
    nan = math.nan
    yield Case(
        "nan is no improvement",
        val_losses=[*losses(1.0, 0.6), nan, nan, *losses(0.4, 0.5), nan, *losses(0.6, 0.3)],
        patience=3,
    )
    yield Case("nan at the start", val_losses=[nan, *losses(0.9, 0.7, 0.8, 0.75, 0.5)], patience=2)
    yield Case("nan until patience runs out", val_losses=[nan, nan, *losses(0.9, 0.4)], patience=2)
    yield Case("one epoch", val_losses=losses(0.8), patience=2)
    yield Case("no epoch", val_losses=[], patience=2)


CHECKS = (
    Check(
        split_indices,
        cases=split_indices_cases,
        returns=("train: n_train", "val: n_val", "test: n_test"),
        formula=(
            r"\begin{aligned}"
            r" \text{test} &= \text{the first } \lfloor n \cdot \text{test\_frac} \rfloor"
            r" \text{ entries of perm} \\"
            r" \text{val} &= \text{the next } \lfloor n \cdot \text{val\_frac} \rfloor \text{ entries} \\"
            r" \text{train} &= \text{all the rest}"
            r" \end{aligned}"
        ),
        args={"perm": "n"},
        wrong=(
            Wrong(
                split_indices__overlap,
                id="overlap",
                hint="The three sets must be disjoint.",
                also=(
                    split_indices__overlap_longest,
                    split_indices__overlap_of_training,
                ),
            ),
            Wrong(
                split_indices__remainder_lost,
                id="remainder-lost",
                hint="What is left over belongs to training.",
                also=(split_indices__remainder_lost_in_between,),
            ),
            Wrong(
                split_indices__sorted,
                id="sorted",
                hint="Shuffle before splitting.",
                also=(split_indices__sorted_parts,),
            ),
            Wrong(
                split_indices__swapped,
                id="swapped",
                hint="Mind the order of the result.",
                also=(
                    split_indices__swapped_all,
                    split_indices__swapped_cuts,
                ),
            ),
        ),
        alternates=(split_indices_split, split_indices_loop),
        hints=(
            "Which of the three sizes do you compute, and which one follows from the other two?",
            "At which two positions of perm are the cuts? Which part lies in front of the first one?",
        ),
    ),
    Check(
        kfold,
        cases=kfold_cases,
        returns=("folds: list",),
        formula=(
            r"\begin{aligned}"
            r" & \text{fold } j \text{ holds consecutive indices of } 0, \ldots, n - 1 \\"
            r" & \text{size of fold } j = \begin{cases} \lfloor n / k \rfloor + 1"
            r" & \text{for the first } n \bmod k \text{ folds} \\"
            r" \lfloor n / k \rfloor & \text{for the others} \end{cases} \\"
            r" & \text{val}_j = \text{fold } j \\"
            r" & \text{train}_j = \text{all other indices, in increasing order}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                kfold__remainder_never_validated,
                id="remainder-never-validated",
                hint="Spread the remainder over the first folds.",
                also=(kfold__remainder_never_validated_nor_used,),
            ),
            Wrong(kfold__leak, id="leak", hint="Never train on what you validate on."),
            Wrong(
                kfold__last_fold_large,
                id="last-fold-large",
                hint="Fold sizes differ by at most one.",
                also=(
                    kfold__last_fold_large_but_first,
                    kfold__last_fold_large_or_small,
                ),
            ),
            Wrong(kfold__swapped, id="swapped", hint="Training indices come first."),
        ),
        alternates=(kfold_array_split, kfold_masks),
        hints=(
            "11 examples in 4 folds: how large is each fold? How large are they with 12 examples?",
            "Where does fold j begin and end? Which indices lie before it, and which after it?",
        ),
    ),
    Check(
        bias_variance,
        cases=bias_variance_cases,
        returns=("bias2:", "variance:", "total:"),
        formula=(
            r"\begin{aligned}"
            r" \text{mean}_n &= \frac{1}{R} \sum_r \text{preds}_{rn} \qquad \text{bias2}"
            r" = \frac{1}{N} \sum_n (\text{mean}_n - f_n)^2 \\"
            r" \text{variance} &= \frac{1}{N} \sum_n \frac{1}{R} \sum_r (\text{preds}_{rn}"
            r" - \text{mean}_n)^2 \\"
            r" \text{total} &= \text{bias2} + \text{variance} + \text{noise\_var}"
            r" \end{aligned}"
        ),
        args={"preds": "R N", "f": "N"},
        wrong=(
            Wrong(
                bias_variance__bias_unsquared,
                id="bias-unsquared",
                hint="Square the bias before averaging over the points.",
                also=(
                    bias_variance__bias_unsquared_in_result,
                    bias_variance__bias_unsquared_until_averaged,
                    bias_variance__bias_unsquared_absolute,
                ),
            ),
            Wrong(bias_variance__error_as_bias, id="error-as-bias", hint="Average the models first."),
            Wrong(
                bias_variance__variance_over_points,
                id="variance-over-points",
                hint="Variance is disagreement between models at one point.",
                also=(
                    bias_variance__variance_over_points_too,
                    bias_variance__variance_over_points_of_mean,
                ),
            ),
            Wrong(
                bias_variance__unbiased,
                id="unbiased",
                hint="This decomposition is exact only with 1/R.",
                also=(bias_variance__unbiased_guarded,),
            ),
            Wrong(
                bias_variance__noise_dropped,
                id="noise-dropped",
                hint="Noise stays however good the model is.",
            ),
        ),
        alternates=(bias_variance_error_first, bias_variance_by_difference, bias_variance_loop),
        hints=(
            "Which axis of preds runs over the models? What does the average model predict at each point?",
            "Look at one point: how far is the average model from the truth, and how far are the models from each other?",
            "Square first or average first? Decide it for both parts, then average over the points last.",
        ),
    ),
    Check(
        diagnose_fit,
        cases=diagnose_fit_cases,
        returns=("diagnosis:",),
        formula=(
            r"\begin{array}{ll} \text{too simple} & \text{where } \text{train\_err} >"
            r" \text{target\_err} \\"
            r" \text{too complex} & \text{where } \text{val\_err}"
            r" - \text{train\_err} > \text{max\_gap} \end{array}"
        ),
        wrong=(
            Wrong(
                diagnose_fit__validation_only,
                id="validation-only",
                hint="Underfitting shows on the training set.",
                tags=("edge",),
                also=(
                    diagnose_fit__validation_only_and_gap,
                    diagnose_fit__validation_only_at_all,
                ),
            ),
            Wrong(
                diagnose_fit__gap_reversed,
                id="gap-reversed",
                hint="The gap is what validation loses.",
                also=(diagnose_fit__gap_reversed_or_not,),
            ),
            Wrong(diagnose_fit__ratio, id="ratio", hint="The gap is a difference.", tags=("edge",)),
            Wrong(
                diagnose_fit__labels_swapped,
                id="labels-swapped",
                hint="A model that cannot fit the training data is too simple.",
                tags=("edge",),
            ),
            Wrong(
                diagnose_fit__inclusive,
                id="inclusive",
                hint="Being exactly at the target is good enough.",
                tags=("edge",),
                also=(
                    diagnose_fit__inclusive_target,
                    diagnose_fit__inclusive_gap,
                ),
            ),
        ),
        alternates=(diagnose_fit_table, diagnose_fit_counted),
        hints=(
            "Two questions with a yes or no each. Which errors does the first one compare, and which the second?",
            "Four combinations of the two answers, four words. Which word belongs to no and no?",
        ),
    ),
    Check(
        early_stopping,
        cases=early_stopping_cases,
        returns=("stop_epoch:", "best_epoch:"),
        formula=(
            r"\begin{aligned}"
            r" & \text{epoch } e \text{ improves if } \text{val\_losses}_e < \text{best}"
            r" - \text{min\_delta} \\"
            r" & \text{best} = \begin{cases} \text{the loss at the last epoch that improved} \\"
            r" \infty \text{ before the first one} \end{cases} \\"
            r" & \text{stop} = \text{first epoch to end patience epochs in a row without improvement}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                early_stopping__compares_with_previous,
                id="compares-with-previous",
                hint="Track the best value so far.",
                tags=("edge",),
                also=(
                    early_stopping__compares_with_previous_from_second,
                    early_stopping__compares_with_previous_to_wait,
                ),
            ),
            Wrong(
                early_stopping__counter_not_reset,
                id="counter-not-reset",
                hint="Patience starts afresh after each improvement.",
                also=(early_stopping__counter_not_reset_from_first,),
            ),
            Wrong(
                early_stopping__tie_improves,
                id="tie-improves",
                hint="Standing still is not improving.",
                tags=("edge",),
                also=(early_stopping__tie_improves_from_first,),
            ),
            Wrong(
                early_stopping__one_late,
                id="one-late",
                hint="Stop when the count reaches the patience.",
                also=(early_stopping__one_late_from_first,),
            ),
            Wrong(
                early_stopping__returns_last,
                id="returns-last",
                hint="The model to keep is the best one, not the last.",
                also=(early_stopping__returns_last_from_first,),
            ),
            Wrong(
                early_stopping__delta_ignored,
                id="delta-ignored",
                hint="Tiny gains do not count.",
                tags=("edge",),
                also=(early_stopping__delta_ignored_from_first,),
            ),
        ),
        alternates=(early_stopping_distance, early_stopping_improvements),
        hints=(
            "Which three things must be remembered from one epoch to the next?",
            "What happens to each of them at an epoch that improves, and at one that does not?",
            "Written as loss < best - min_delta, what does the comparison give for nan, and for an equal loss?",
        ),
    ),
)
