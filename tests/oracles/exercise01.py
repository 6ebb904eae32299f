"""Independent oracles for logarithms and stable sums."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import scipy.special

from tests.oracles import oracle


@oracle("exact arithmetic")
def log_likelihood(p):
    """The product is exact enough in decimals of 60 digits, whose exponents do not end at -308."""
    with localcontext() as context:
        context.prec = 60
        product = Decimal(1)
        for factor in p.tolist():
            product *= Decimal(factor)
        return float(product.ln()) if product else -math.inf


@oracle("SciPy")
def logsumexp(x, axis=-1, keepdims=False):
    return scipy.special.logsumexp(x, axis=axis, keepdims=keepdims)


def _softplus(x):
    with localcontext() as context:
        context.prec = 60
        return float((1 + Decimal(x).exp()).ln())


@oracle("exact arithmetic")
def softplus(x):
    return np.vectorize(_softplus, otypes=[float])(x)


@oracle("SciPy")
def log_sigmoid(x):
    return scipy.special.log_expit(x)


@oracle("SciPy")
def entropy(p, axis=-1):
    return scipy.special.entr(p).sum(axis=axis)


@oracle("SciPy")
def kl_divergence(p, q):
    return float(scipy.special.rel_entr(p, q).sum())
