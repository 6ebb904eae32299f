"""Exercise 18: Layer normalization and its relatives

Batch normalization (exercise 17) ties the examples of a batch together: it is poor with small
batches, awkward for recurrent networks whose sequences differ in length, and needs running
averages for the test pass. Layer normalization keeps the formula and turns the axis: mean and
variance are taken over the features of one example, or of one token.

    x_hat = (x - mu) / sqrt(var + eps)      mu, var over the last axis
    out   = gamma x_hat + beta              one gamma and one beta per feature

So it does the same thing at training and at test time, works with a batch of 1, and one token
never sees another, which is why Transformers use it. The price: no regularizing noise from the
batch, and features must be on comparable scales, because they share their statistics.

Which entries share a mean, for images x of shape (N, C, H, W):

    BatchNorm      N, H, W                  one mean per channel
    LayerNorm      C, H, W                  one per example
    InstanceNorm   H, W                     one per example and channel
    GroupNorm      a group of C, H, W       one per example and group

GroupNorm lies between the other two: groups = 1 is LayerNorm's choice of entries, groups = C that
of InstanceNorm. In all of them gamma and beta stay one per channel or feature. RMSNorm drops the
mean: it divides by the root mean square and has no beta; it is cheaper, and most recent language
models use it.

The gradients are those of exercise 17 along another axis: x reaches the output directly, through
the mean and through the variance. Only gamma and beta are shared by all examples, so only their
gradients are sums over examples.

Frameworks: eps = 1e-5 under the root, the variance divides by D, statistics over the last axis, as
torch.nn.LayerNorm(D). RMSNorm uses eps = 1e-6 here; libraries differ.

Needs: exercise 17.

Run: grade exercise18
"""

import numpy as np


def layernorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize over the last axis, then scale and shift.

        mu  = (1/D) sum_j x_j
        var = (1/D) sum_j (x_j - mu)^2
        out = gamma (x - mu) / sqrt(var + eps) + beta

    x is (..., D) with any number of leading axes, often (N, D) or (N, T, D); gamma and beta are
    (D,); returns out, with the shape of x. Each row of D entries has its own mu and var. A constant
    row gives beta.
    Ba, Kiros and Hinton 2016, equations 3 and 4.
    """
    raise NotImplementedError


def layernorm_backward(dout, x, gamma, eps=1e-5):
    """Gradients of layer normalization with respect to x, gamma and beta.

        d      = gamma dout            s = sqrt(var + eps)
        dx     = (1/s) (d - mean(d) - x_hat mean(d x_hat))
        dgamma = sum dout x_hat        dbeta = sum dout

    The means run over the last axis, the sums over all the others. dout and x are (..., D); gamma
    is (D,); returns dx with the shape of x, dgamma (D,), dbeta (D,).
    Differentiates layernorm_forward. Ba, Kiros and Hinton 2016, equations 3 and 4, by the chain
    rule of exercise 17.
    """
    raise NotImplementedError


def rmsnorm_forward(x, gamma, eps=1e-6):
    """Divide by the root mean square over the last axis, then scale.

        out = gamma x / sqrt((1/D) sum_j x_j^2 + eps)

    x is (..., D); gamma is (D,); returns out, with the shape of x. Nothing is subtracted and
    nothing added. A row of zeros gives zeros. Multiplying x by a number changes almost nothing, as
    long as the rows stay far above sqrt(eps).
    Zhang and Sennrich 2019, equation 4.
    """
    raise NotImplementedError


def rmsnorm_backward(dout, x, gamma, eps=1e-6):
    """Gradients of RMS normalization with respect to x and gamma.

        r      = 1 / sqrt(mean(x^2) + eps)
        x_hat  = x r          d = gamma dout
        dx     = r (d - x_hat mean(d x_hat))
        dgamma = sum dout x_hat

    The means run over the last axis, the sum over all the others. dout and x are (..., D); gamma is
    (D,); returns dx with the shape of x, and dgamma (D,). At a row of zeros dx is r d.
    Differentiates rmsnorm_forward. Zhang and Sennrich 2019, section 4, gradient analysis.
    """
    raise NotImplementedError


def groupnorm_forward(x, gamma, beta, groups, eps=1e-5):
    """Normalize each example over groups of consecutive channels, then scale and shift.

        group of channel c = floor(c / (C / groups))
        mu, var = over the channels of a group and all of H and W, per example
        out_nchw = gamma_c (x_nchw - mu) / sqrt(var + eps) + beta_c

    x is (N, C, H, W), C a multiple of the int groups; gamma and beta are (C,), one per channel, not
    per group. Returns out, (N, C, H, W). groups may be 1 or C.
    Wu and He 2018, section 3.1.
    """
    raise NotImplementedError
