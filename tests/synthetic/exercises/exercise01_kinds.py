"""Exercise 1: Every kind of value

A course that exists to test the grader: each function has a kind of argument, result, expectation
or mistake that the five richest real exercises lack. It teaches nothing, but it must be long
enough to pass for a sheet, so here is what each function is for. Dicts go in and come out; lists
of words are compared exactly; an exception may be what is right; infinity may be what is right;
an argument must stay as it was; a property holds where values cannot show it; a callable keeps
state; a gradient belongs to a composite of several functions; a case may need float64; a tie may
be exact; a loop may never stop; and a generator may have to be left alone.

Run: grade exercise1
"""

import numpy as np


def update(params, grads, lr=0.1):
    """Return the parameters after one step of gradient descent.

        p - lr * grads[p]   for every p that has a gradient

    params and grads are dicts of arrays; parameters without a gradient stay. Cauchy 1847.
    """
    raise NotImplementedError


def longest(words, least):
    """Return the words of at least `least` letters, in order; ValueError if it is negative.

        [w for w in words if len(w) >= least]

    words is a list of str, least an int. Knuth 1973, section 6.
    """
    raise NotImplementedError


def log_ratio(p, q):
    """Return log p - log q elementwise, minus infinity where p is 0.

        log p_i - log q_i

    p and q are (n,). Shannon 1948, section 6.
    """
    raise NotImplementedError


def rectified(x):
    """Return x with its negative entries replaced by 0; x itself stays.

        max(x, 0)

    x has any shape. Nair and Hinton 2010, section 2.
    """
    raise NotImplementedError


def squared_distances(x):
    """Return the squared distances between rows, none of them negative.

        |x_i|^2 - 2 x_i . x_j + |x_j|^2

    x is (n, d). Golub and Van Loan 2013, section 2.2.
    """
    raise NotImplementedError


def unroll(step, state, count):
    """Return the outputs of a step that keeps a state of its own.

        y_1, y_2, ..., y_count   with y, state = step(state)

    step is a function, state an array, count an int; returns a list of floats. Elman 1990.
    """
    raise NotImplementedError


def power_grad(x, n):
    """Return the gradient of sum(x^n) with respect to x.

        n x^(n-1)

    x has any shape, n is an int. Leibniz 1684.
    """
    raise NotImplementedError


def both_grads(dout, a, b):
    """Return the gradients of a*b with respect to a and b.

        da = dout b,   db = dout a

    dout, a and b have one shape. Leibniz 1684.
    """
    raise NotImplementedError


def spread(x):
    """Return the variance of x, exact to float64 also far from zero.

        (1/n) sum (x_i - mean)^2

    x is (n,). Welford 1962.
    """
    raise NotImplementedError


def above(x, threshold):
    """Return which entries reach the threshold, and how many do.

        x_i >= threshold

    x is (n,); returns a bool array and an int. Rosenblatt 1958.
    """
    raise NotImplementedError


def collatz(n):
    """Return the number of steps from n to 1.

        n -> n/2 if n is even, else 3n + 1

    n is a positive int. Lagarias 1985.
    """
    raise NotImplementedError


def noise(x, rng, train=True):
    """Return x plus standard normal noise in training, else x itself and no draw.

        x + rng.normal(size=x.shape)

    x has any shape, rng is a Generator, train a bool. Bishop 1995.
    """
    raise NotImplementedError


def stable_sigmoid(x):
    """Return the logistic function without a warning.

        1 / (1 + exp(-x))

    x has any shape. Verhulst 1845.
    """
    raise NotImplementedError


def powers(base, count):
    """Return base^0, base^1, ... as rows, each row judged by its own size.

        base_j^i

    base is (d,), count an int; returns (count, d). Horner 1819.
    """
    raise NotImplementedError
