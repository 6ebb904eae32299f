"""Exercise 8: Gradient descent and SGD

Training means making the objective J(theta), the mean loss over the data, small. The gradient
points uphill, so gradient descent walks against it:

    theta <- theta - eta * grad J(theta)          eta is the learning rate

The gradient changes as theta moves, so it is computed anew at every step. Too small a rate needs
many steps; too large a rate overshoots. On a quadratic bowl J = 1/2 theta^T A theta each step
multiplies the component along an eigenvector of A by 1 - eta * lambda. All components shrink
exactly when that factor lies between -1 and 1 for every eigenvalue; otherwise the steepest
direction oscillates and grows, and the loss goes to infinity.

Stochastic gradient descent (SGD) does not wait for all the data. It shuffles the examples, cuts
them into minibatches, and makes one step with the mean gradient of each batch:

    step    one update, with the gradient of one batch
    epoch   one pass over all batches, so that every example is seen once
    batch   N examples: full gradient descent; 1 example: the noisiest and cheapest step

The mean over a batch is an unbiased estimate of the full gradient, and because it is a mean, the
step does not grow with the batch. Batches that are too large for memory are computed in pieces,
and the mean gradients of the pieces are combined.

All frameworks agree on the update. They differ in whether the loss of an incomplete last batch is
a mean over the examples that are in it; here it is.

Needs: exercise 4, exercise 7.
Run: grade exercise8
"""

import numpy as np


def gd_step(theta, grad, lr):
    """Make one step of gradient descent.

        theta_new = theta - lr * grad

    theta and grad are arrays of one shape, with any number of axes; lr is a number and may be 0.
    Returns an array of the shape of theta. Leave theta unchanged.
    Goodfellow, Bengio and Courville 2016, equation 4.5.
    """
    raise NotImplementedError


def gradient_descent(grad_fn, theta0, lr, steps):
    """Record the path of gradient descent with a constant learning rate.

        theta_{k+1} = theta_k - lr * grad_fn(theta_k)        k = 0 .. steps-1

    grad_fn takes a (D,) array and returns the (D,) gradient there; theta0 is (D,); steps is 0 or
    more. Returns the path, (steps+1, D), whose first row is theta0. The rows are independent of
    each other. lr may be so large that the path diverges. Leave theta0 unchanged.
    Goodfellow, Bengio and Courville 2016, section 4.3.
    """
    raise NotImplementedError


def make_minibatches(perm, batch_size):
    """Cut a shuffled order of the examples into minibatches.

        batch_j = perm[j*batch_size], perm[j*batch_size + 1], ..., at most batch_size of them

    perm is an (n,) array of integers, a permutation of 0 .. n-1; batch_size is 1 or more. Returns a
    list of integer arrays that together are perm, in its order. The last batch may be shorter. A
    batch_size above n gives a single batch, n = 0 an empty list.
    Goodfellow, Bengio and Courville 2016, section 8.1.3.
    """
    raise NotImplementedError


def sgd_epoch(theta, X, y, perm, batch_size, lr):
    """Run one epoch of SGD on least squares: one step for each minibatch.

        theta <- theta - lr * (1/m) X_b^T (X_b theta - y_b)        for each batch b in turn

    theta is (D,), X is (N, D), y is (N,); perm and batch_size are as in make_minibatches; m is the
    number of examples in the batch at hand, which for the last batch may be below batch_size.
    Returns theta after the last batch, (D,). Each gradient is taken at the theta that the batch
    before has left. Leave theta unchanged.
    Builds on make_minibatches, and on objective_grad of exercise 4.
    Bottou, Curtis and Nocedal 2018, section 3.1; Goodfellow, Bengio and Courville 2016,
    algorithm 8.1.
    """
    raise NotImplementedError


def max_stable_lr(A):
    """Return the learning rate below which gradient descent on a quadratic bowl converges.

        J(theta)  = 1/2 theta^T A theta
        eta_max   = 2 / lambda_max        lambda_max the largest eigenvalue of A

    A is (D, D), symmetric and positive definite, possibly diagonal or 1 by 1; returns a float.
    LeCun, Bottou, Orr and Mueller 1998, section 5.1; Goh 2017, section 1.
    """
    raise NotImplementedError


def combine_microbatch_grads(grads, sizes):
    """Combine the mean gradients of micro-batches into the mean gradient of the whole batch.

        g = ( sum_j sizes_j * grads_j ) / ( sum_j sizes_j )

    grads is a list of arrays of one shape, each the mean over its own micro-batch; sizes is a list
    of as many integers, the numbers of examples, which may differ. Returns an array of the shape
    of one gradient. The list may hold a single micro-batch.
    Goyal et al. 2017, section 3 (gradient aggregation).
    """
    raise NotImplementedError
