import math

import numpy as np


def split_indices__right__floor(perm, val_frac, test_frac):
    n = len(perm)
    nt, nv = math.floor(n * test_frac), math.floor(n * val_frac)
    return perm[nt + nv :], perm[nt : nt + nv], perm[:nt]


def split_indices__right__split(perm, val_frac, test_frac):
    t = int(perm.size * test_frac)
    test, val, train = np.split(perm, [t, t + int(perm.size * val_frac)])
    return [train, val, test]


def split_indices__other__round(perm, val_frac, test_frac):
    n = len(perm)
    nt, nv = round(n * test_frac), round(n * val_frac)
    return perm[nt + nv :], perm[nt : nt + nv], perm[:nt]


def split_indices__other__train_first(perm, val_frac, test_frac):
    n = len(perm)
    nt, nv = int(n * test_frac), int(n * val_frac)
    n_train = n - nt - nv
    return perm[:n_train], perm[n_train : n_train + nv], perm[n_train + nv :]


def split_indices__overlap(perm, val_frac, test_frac):
    n = len(perm)
    nt, nv = int(n * test_frac), int(n * val_frac)
    return perm[max(nt, nv) :], perm[:nv], perm[:nt]


def split_indices__swapped(perm, val_frac, test_frac):
    n = len(perm)
    nt, nv = int(n * test_frac), int(n * val_frac)
    return perm[nt + nv :], perm[:nt], perm[nt : nt + nv]


def kfold__right__array_split(n, k):
    folds = np.array_split(np.arange(n), k)
    return [(np.concatenate([f for j, f in enumerate(folds) if j != i]), folds[i]) for i in range(k)]


def kfold__right__setdiff(n, k):
    out, start = [], 0
    for i in range(k):
        size = n // k + (1 if i < n % k else 0)
        val = np.arange(start, start + size)
        out.append((np.setdiff1d(np.arange(n), val), val))
        start += size
    return out


def kfold__right__lists(n, k):
    sizes = [n // k + (i < n % k) for i in range(k)]
    out, start = [], 0
    for size in sizes:
        val = list(range(start, start + size))
        out.append((np.array([i for i in range(n) if i not in val], dtype=int), np.array(val, dtype=int)))
        start += size
    return tuple(out)


def kfold__remainder_never_validated(n, k):
    size, idx = n // k, np.arange(n)
    folds = [idx[i * size : (i + 1) * size] for i in range(k)]
    return [(np.setdiff1d(idx, f), f) for f in folds]


def kfold__last_fold_large(n, k):
    size, idx = n // k, np.arange(n)
    folds = [idx[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)]
    return [(np.setdiff1d(idx, f), f) for f in folds]


def kfold__leak(n, k):
    idx = np.arange(n)
    return [(idx, f) for f in np.array_split(idx, k)]


def bias_variance__right__loops(preds, f, noise_var=0.0):
    R, N = preds.shape
    mean = [sum(preds[r][n] for r in range(R)) / R for n in range(N)]
    b2 = sum((mean[n] - f[n]) ** 2 for n in range(N)) / N
    v = sum((preds[r][n] - mean[n]) ** 2 for r in range(R) for n in range(N)) / (R * N)
    return b2, v, b2 + v + noise_var


def bias_variance__right__numpy(preds, f, noise_var=0.0):
    bias2 = np.square(np.mean(preds, 0) - f).mean()
    variance = np.mean((preds - f) ** 2) - bias2
    return bias2, max(variance, 0.0) if len(preds) > 1 else 0.0, np.mean((preds - f) ** 2) + noise_var


def bias_variance__right__var(preds, f, noise_var=0.0):
    bias2 = float(np.mean((preds.mean(axis=0) - f) ** 2))
    variance = float(preds.var(axis=0).mean())
    return bias2, variance, bias2 + variance + noise_var


def bias_variance__unbiased(preds, f, noise_var=0.0):
    b = np.mean((preds.mean(0) - f) ** 2)
    v = preds.var(0, ddof=1).mean()
    return b, v, b + v + noise_var


def bias_variance__noise_dropped(preds, f, noise_var=0.0):
    b = np.mean((preds.mean(0) - f) ** 2)
    v = preds.var(0).mean()
    return b, v, b + v


def bias_variance__variance_over_points(preds, f, noise_var=0.0):
    b = np.mean((preds.mean(0) - f) ** 2)
    v = preds.var(1).mean()
    return b, v, b + v + noise_var


def bias_variance__bias_unsquared__until_the_mean(preds, f, noise_var=0.0):
    b = (preds.mean(0) - f).mean() ** 2
    v = preds.var(0).mean()
    return b, v, b + v + noise_var


def diagnose_fit__right__flags(train_err, val_err, target_err, max_gap):
    names = {(0, 0): "good", (1, 0): "underfit", (0, 1): "overfit", (1, 1): "both"}
    return names[int(train_err > target_err), int(val_err - train_err > max_gap)]


def diagnose_fit__right__ifs(train_err, val_err, target_err, max_gap):
    under = train_err > target_err
    over = (val_err - train_err) > max_gap
    if under and over:
        return "both"
    if under:
        return "underfit"
    if over:
        return "overfit"
    return "good"


def diagnose_fit__inclusive(train_err, val_err, target_err, max_gap):
    under, over = train_err >= target_err, val_err - train_err >= max_gap
    return "both" if under and over else "underfit" if under else "overfit" if over else "good"


def diagnose_fit__other__never_both(train_err, val_err, target_err, max_gap):
    if train_err > target_err:
        return "underfit"
    if val_err - train_err > max_gap:
        return "overfit"
    return "good"


def diagnose_fit__gap_reversed__absolute(train_err, val_err, target_err, max_gap):
    under, over = train_err > target_err, abs(val_err - train_err) > max_gap
    return "both" if under and over else "underfit" if under else "overfit" if over else "good"


def early_stopping__right__counter(val_losses, patience, min_delta=0.0):
    best, best_epoch, wait = float("inf"), -1, 0
    epoch = -1
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
            if wait >= patience:
                return epoch, best_epoch
    return epoch, best_epoch


def early_stopping__right__distance(val_losses, patience, min_delta=0.0):
    best_epoch, best = -1, np.inf
    last_improvement = -1
    for e in range(len(val_losses)):
        if val_losses[e] + min_delta < best:
            best, best_epoch, last_improvement = val_losses[e], e, e
        elif e - last_improvement == patience:
            return e, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__tie_improves(val_losses, patience, min_delta=0.0):
    best, best_epoch, wait = np.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss <= best - min_delta:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
        if wait >= patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__one_late(val_losses, patience, min_delta=0.0):
    best, best_epoch, wait = np.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
        if wait > patience:
            return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__counter_not_reset(val_losses, patience, min_delta=0.0):
    best, best_epoch, wait = np.inf, -1, 0
    for epoch, loss in enumerate(val_losses):
        if loss < best - min_delta:
            best, best_epoch = loss, epoch
        else:
            wait += 1
            if wait == patience:
                return epoch, best_epoch
    return len(val_losses) - 1, best_epoch


def early_stopping__compares_with_previous(val_losses, patience, min_delta=0.0):
    best_epoch, wait, prev = -1, 0, np.inf
    for epoch, loss in enumerate(val_losses):
        if loss < prev - min_delta:
            best_epoch, wait = epoch, 0
        else:
            wait += 1
            if wait >= patience:
                return epoch, best_epoch
        prev = loss
    return len(val_losses) - 1, best_epoch


def bias_variance__right__from_the_error(preds, f, noise_var=0.0):
    err = np.mean((preds - f) ** 2)
    v = preds.var(axis=0).mean()
    return (err - v, v, err + noise_var)
