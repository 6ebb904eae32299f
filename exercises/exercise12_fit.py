"""Exercise 12: Underfitting, overfitting and early stopping

A model is judged on data that it has not seen, so the examples are split: training data to fit the
weights, validation data to choose and to stop, test data to report once. Few examples are used
better by cross-validation: k folds, each of which is the validation set once.

Underfitting: the model is too simple to capture the patterns in the data.
    symptoms   high training error and high validation error; it cannot even fit the training data
    causes     too few parameters, too much regularization, too little training time, poor features
    solutions  more layers and units, less regularization, longer training, better features, a more
               complex architecture
Overfitting: the model learns the training data too well, noise and outliers included.
    symptoms   very low training error, high validation error, a large gap between the two; it
               memorizes rather than learns
    causes     too many parameters, too little data, too long training, no regularization
    solutions  more data, data augmentation, regularization (L1, L2, dropout), early stopping, a
               simpler model, cross-validation

Train the same model on many data sets, and its expected error falls into three parts:

    expected error = bias^2 + variance + irreducible error

Bias comes from wrong assumptions, variance from sensitivity to the training data at hand; the
irreducible error is noise in the data, which no model can remove.

    complexity     bias   variance   total error
    too simple     high   low        high (underfit)
    just right     low    low        minimum
    too complex    low    high       high (overfit)

Early stopping ends training when the validation error stops improving: train, evaluate on the
validation set after each epoch, keep track of the best performance; after `patience` epochs
without improvement, stop and return the model of the best epoch. It is simple, effective and saves
computation, and patience is its only hyperparameter. But it needs a validation set, it may stop too
early, and it does not make the model smaller. Keras counts as here; some libraries stop one epoch
later.

Needs: exercise 7.
Run: grade exercise12
"""

import numpy as np


def split_indices(perm, val_frac, test_frac):
    """Split a shuffled order of the examples into training, validation and test indices.

        test  = the first floor(n * test_frac) entries of perm
        val   = the next floor(n * val_frac) entries
        train = all the rest

    perm is an (n,) array of integers, a permutation of 0 .. n-1; the fractions are numbers from 0
    that sum to less than 1. Returns train, val and test, three integer arrays in the order of perm.
    They are disjoint and complete. A fraction of 0 gives an empty array.
    Goodfellow, Bengio and Courville 2016, section 5.3.
    """
    raise NotImplementedError


def kfold(n, k):
    """Return the k pairs of training and validation indices of cross-validation.

        fold j holds consecutive indices of 0 .. n-1; the first n mod k folds have one more
        val_j   = fold j
        train_j = all other indices, in increasing order

    n is the number of examples, k the number of folds, 2 <= k <= n. Returns a list of k pairs
    (train, val) of integer arrays. Every index is validated exactly once.
    Hastie, Tibshirani and Friedman 2009, section 7.10.1.
    """
    raise NotImplementedError


def bias_variance(preds, f, noise_var=0.0):
    """Split the expected error of a model into bias, variance and noise.

        mean_n   = (1/R) sum_r preds_rn
        bias2    = (1/N) sum_n (mean_n - f_n)^2
        variance = (1/N) sum_n (1/R) sum_r (preds_rn - mean_n)^2
        total    = bias2 + variance + noise_var

    preds is (R, N): the predictions at N points of R models, each trained on its own data set; f is
    (N,), the true values; noise_var is the variance of the noise in the targets. Returns bias2,
    variance and total, three floats. R = 1 has variance 0. With these factors, total is exactly
    the mean squared error to noisy targets.
    Geman, Bienenstock and Doursat 1992, section 3; Hastie, Tibshirani and Friedman 2009,
    equation 7.9.
    """
    raise NotImplementedError


def diagnose_fit(train_err, val_err, target_err, max_gap):
    """Say from two errors whether a model fits.

        too simple   where  train_err > target_err
        too complex  where  val_err - train_err > max_gap

    All four are numbers. Returns a str: "underfit" if the model is too simple, "overfit" if it is
    too complex, "both" if both hold, "good" if neither does. A value exactly at its threshold is
    fine. The validation error may be the smaller one.
    Goodfellow, Bengio and Courville 2016, section 5.2.
    """
    raise NotImplementedError


def early_stopping(val_losses, patience, min_delta=0.0):
    """Find the epoch at which training stops and the epoch whose model is kept.

        epoch e improves if  val_losses_e < best - min_delta
        best is the loss at the last epoch that improved, infinity before the first one
        stop = the first epoch that ends `patience` epochs in a row without improvement

    val_losses is a list of numbers, one an epoch, counted from 0; patience is 1 or more. Returns
    stop_epoch and best_epoch, two integers: where training stops (the last epoch if it never does)
    and the last epoch up to there that improved (-1 if none did). An equal loss is no improvement,
    and neither is nan. An empty list gives (-1, -1).
    Goodfellow, Bengio and Courville 2016, algorithm 7.1; Prechelt 1998.
    """
    raise NotImplementedError
