"""Exercise 6: Logits to probabilities

Needs: exercise 1 (log-sum-exp), exercise 4 (backward functions).

A network ends in an affine map, so its outputs are any real numbers: scores, called logits. A
classifier needs probabilities: not negative, and summing to 1. The exponential makes scores
positive, dividing by their sum makes them add up:
    softmax(z)_c = e^(z_c) / sum_k e^(z_k)
Order is kept, differences become ratios (p_a / p_b = e^(z_a - z_b)), and adding the same number to
all logits changes nothing. That last fact makes softmax computable: shift each row by its own
maximum and no exponent is positive. For two classes with logits z and 0 softmax is the sigmoid;
the logit, or log-odds log(p / (1 - p)), is its inverse, and gives the inputs their name.

The chain of the course is logits -> probabilities -> loss. Losses take the log of a probability
again; never compute it as log(softmax(z)): a probability of e^(-1000) is stored as 0 and its log
is -inf, where the right answer, z - logsumexp(z), is -1000. For the same reason no small number
is added inside the log: it caps the loss exactly where the model is most wrong.

Backwards: raising one logit raises its own probability and lowers all the others, because they
share the normaliser. The Jacobian of one row is full,
    d p_i / d z_j = p_i (delta_ij - p_j),   that is  diag(p) - p p^T
but a backward function needs only its product with dout, which takes one sum per row.

A temperature T divides the logits: T < 1 sharpens towards the largest, T > 1 flattens towards the
uniform distribution, T = 1 changes nothing. Masks (True = keep) remove entries before normalising,
as attention does with padding (exercise 28): a masked logit counts as minus infinity, whatever
is stored there, and its weight is exactly 0. The definition of softmax is the same in every
framework; its axis must be given in most (torch.nn.functional.softmax), here it is the last.

Run: grade exercise6
"""

import numpy as np


def softmax(z, axis=-1):
    """Turn logits into probabilities along an axis.

        m   = max_c z_c
        p_c = exp(z_c - m) / sum_k exp(z_k - m)

    z has any shape with at least one axis; the result has its shape. Each slice along `axis` has
    its own maximum and its own sum. Logits of +-1e4 give no nan; a single class gives 1.
    Goodfellow, Bengio and Courville 2016, section 6.2.2.3, equations 6.29 and 6.33.
    """
    raise NotImplementedError


def log_softmax(z, axis=-1):
    """Compute the log of the softmax without ever computing a probability.

        log p_c = z_c - logsumexp(z)

    z has any shape with at least one axis; the result has its shape. A logit 2e4 below the
    largest gives -2e4, not -inf. Builds on logsumexp of exercise 1.
    Goodfellow, Bengio and Courville 2016, section 6.2.2.3, equation 6.30.
    """
    raise NotImplementedError


def softmax_backward(dout, z, axis=-1):
    """Backpropagate through the softmax: its Jacobian times the upstream gradient.

        dz_c = p_c (dout_c - sum_k dout_k p_k),   p = softmax(z)

    dout and z, the input of the forward pass, have one shape, and so has dz. The sum runs along
    `axis`. A dout that is constant along the axis gives 0. Builds on softmax.
    Bridle 1990, section 3; Goodfellow, Bengio and Courville 2016, section 6.2.2.3.
    """
    raise NotImplementedError


def softmax_temperature(z, T):
    """Compute the softmax of logits at a temperature, over the last axis.

        p = softmax(z / T)

    z has any shape with at least one axis, T > 0 is a number; the result has the shape of z.
    T = 1e-3 with logits of 10 gives a one-hot row without nan, T = 1e6 a uniform one.
    Hinton, Vinyals and Dean 2015, section 2, equation 1.
    """
    raise NotImplementedError


def logit(p):
    """Compute the log-odds of a probability: the inverse of the sigmoid.

        logit(p) = log p - log(1 - p)

    p is a number or an array of any shape, 0 < p < 1; the result has its shape. p = 0.5 gives 0,
    p = 1e-300 about -690.8: nothing is clipped.
    Goodfellow, Bengio and Courville 2016, section 3.10, equation 3.38.
    """
    raise NotImplementedError


def one_hot(y, C):
    """Write integer labels as rows with a single 1.

        out[..., c] = 1 where y = c, else 0

    y is an integer array of any shape, also empty, with labels 0 to C - 1, not all of which need
    to occur; returns floats of shape y.shape + (C,), the class axis last.
    Bishop 2006, section 4.1.2 (1-of-K coding).
    """
    raise NotImplementedError


def masked_softmax(z, mask, axis=-1):
    """Compute the softmax over the kept entries only; the others get weight 0 exactly.

        p_c = exp(z_c) / sum over kept k of exp(z_k)   where mask_c is True
        p_c = 0                                        where mask_c is False

    z and mask, a boolean array, have one shape, and so has the result. A slice along `axis` in
    which nothing is kept is all 0. What stands under the mask has no influence, be it 1e4 or nan;
    shift by the maximum of the kept entries.
    Vaswani et al. 2017, section 3.2.3 (masking inside the softmax).
    """
    raise NotImplementedError
