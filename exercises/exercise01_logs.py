"""Exercise 1: Logarithms and stable sums

Needs: nothing.

The probability of a data set is a product of many small numbers, and a product of 400 numbers
near 1e-3 is 1e-1200: float64 ends at about 1e-308 and stores 0. Its logarithm is a sum, about
-2763, and no trouble at all. Three rules carry the whole course:
    log(a b) = log a + log b        log(a^n) = n log a        log(e^x) = x
The logarithm is monotone, so the parameters that maximise a likelihood maximise its log; and
a sum has a simple derivative where a product has none. That is why losses are logs.

The way back, from logs to probabilities, is the exponential, and it is where things break:
    e^x overflows to inf for x above 709;  e^x underflows to 0 for x below -745, and log 0 = -inf
Never repair this by adding a small constant inside the log: it changes every value a little and
the important ones, the confident mistakes, a lot. Rewrite the formula instead. Adding the same
m to all exponents multiplies the sum by e^m, so
    log sum_j exp(x_j) = m + log sum_j exp(x_j - m)
for any m. With m the largest x_j every exponent is at most 0, so nothing can overflow, and one
term is exactly 1, so the log never sees 0. Softplus is the case of two terms, 0 and x; softmax
(exercise 6) and every cross-entropy (exercise 7) are made of the same step.

Entropy -sum p log p is the average surprise -log p of a draw from p: 0 if the outcome is
certain, log n at most. Cross-entropy -sum p log q is the surprise of someone who expects q.
Their difference is the Kullback-Leibler divergence: never negative, 0 only for p = q, and not
symmetric. Minimising cross-entropy over q is minimising the divergence.

All logarithms here are natural (nats), as in every framework; texts on information theory often
use log2 (bits, 1 nat = 1.44 bits). Shapes: `axis` is the axis that is summed away.

Run: grade exercise1
"""

import numpy as np


def log_likelihood(p):
    """Compute the log of the probability that n independent events all happen.

        log prod_i p_i = sum_i log p_i

    p is (n,), entries in [0, 1]; returns a number. An impossible event (p_i = 0) makes it -inf,
    without a warning; no events at all give 0.0. Hundreds of small factors must not underflow.
    Goodfellow, Bengio and Courville 2016, section 5.5, equations 5.58 and 5.59.
    """
    raise NotImplementedError


def logsumexp(x, axis=-1, keepdims=False):
    """Compute log sum exp along an axis without overflow or underflow.

        m   = max_j x_j
        out = m + log sum_j exp(x_j - m)

    x has any shape with at least one axis; the result lacks `axis`, or has size 1 there if
    keepdims is true. Every slice has its own m. Entries may be +-1e4 or -inf; a slice that is
    all -inf gives -inf, not nan.
    Blanchard, Higham and Higham 2021, section 1 (shifted formula).
    """
    raise NotImplementedError


def softplus(x):
    """Compute the smooth version of max(x, 0).

        softplus(x) = log(1 + e^x) = max(x, 0) + log(1 + e^(-|x|))

    x is a number or an array of any shape; the result has its shape. softplus(0) = log 2;
    x = 1e4 gives 1e4 and x = -1e4 gives 0.
    Goodfellow, Bengio and Courville 2016, section 3.10.
    """
    raise NotImplementedError


def log_sigmoid(x):
    """Compute the log of the sigmoid s(x) = 1 / (1 + e^(-x)).

        log s(x) = -softplus(-x)

    x is a number or an array of any shape; the result has its shape and is never positive.
    x = -1e4 gives -1e4, not -inf; x = 1e4 gives 0. Builds on softplus.
    Goodfellow, Bengio and Courville 2016, section 3.10.
    """
    raise NotImplementedError


def entropy(p, axis=-1):
    """Compute the entropy, in nats, of each distribution along an axis.

        H(p) = -sum_j p_j log p_j,    0 log 0 = 0

    p has any shape and sums to 1 along `axis`; the result lacks that axis. A one-hot distribution
    has entropy 0, the uniform one over n outcomes log n.
    Shannon 1948, section 6; Goodfellow, Bengio and Courville 2016, section 3.13.
    """
    raise NotImplementedError


def kl_divergence(p, q):
    """Compute the Kullback-Leibler divergence of q from p.

        KL(p || q) = sum_j p_j (log p_j - log q_j)

    p and q are (n,) distributions; returns a number. Terms with p_j = 0 contribute 0, whatever
    q_j is; q_j = 0 where p_j > 0 gives inf, without a warning.
    Kullback and Leibler 1951; Goodfellow, Bengio and Courville 2016, section 3.13.
    """
    raise NotImplementedError
