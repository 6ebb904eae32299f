"""Exercise 10: L1, L2 and weight decay

Regularization prevents overfitting by adding a penalty to the model, or a constraint: of two models
that fit the data equally well, the one with the smaller weights is preferred. The regularization
strength lambda says how much; a higher lambda regularizes more.

    L2   J(theta) = Loss(theta) + lambda/2 * sum_i w_i^2
    L1   J(theta) = Loss(theta) + lambda   * sum_i |w_i|

L2 penalizes large weights most: its gradient lambda * w_i is proportional to the weight. It leads
to small weights that are spread over all inputs, and to smooth decision boundaries. Put its
gradient into the update and see where the name weight decay comes from:

    w_i <- w_i - eta dLoss/dw_i - eta lambda w_i
         = (1 - eta lambda) w_i - eta dLoss/dw_i

Every step multiplies the old weight by 1 - eta lambda, whether the data asks for it or not.

L1 pulls with the same force lambda on every weight that is not zero, however small it is. Useless
weights therefore reach zero and stay there: the weights become sparse (many exactly zero), which
selects features and makes the model easier to interpret. |w| has no derivative at 0; a subgradient
of 0 lets a zero weight rest. Following the subgradient, weights only jitter around zero; exact
zeros come from soft thresholding, which subtracts a constant from the magnitude and stops at zero.

Only weights are penalized, not biases: a bias shifts the function, it does not make it complex.

Frameworks: with lambda/2 the gradient is lambda * w, which is what PyTorch's weight_decay adds.
Keras and some course code have lambda * sum w^2 with gradient 2 lambda w: twice as strong for the
same lambda.

Needs: exercise 5, exercise 9.
Run: grade exercise10
"""

import numpy as np


def l2_penalty(weights, lam):
    """Return the L2 penalty of all weights of a model.

        penalty = lam/2 * sum over all arrays and entries of w^2

    weights is a list of arrays of any shapes, lam a number that is not negative; returns a float.
    An empty list gives 0.0, and so does lam = 0.
    Goodfellow, Bengio and Courville 2016, section 7.1.1.
    """
    raise NotImplementedError


def l1_penalty(weights, lam):
    """Return the L1 penalty of all weights of a model.

        penalty = lam * sum over all arrays and entries of |w|

    weights is a list of arrays of any shapes, lam a number that is not negative; returns a float.
    An empty list gives 0.0, and so does lam = 0.
    Tibshirani 1996; Goodfellow, Bengio and Courville 2016, section 7.1.2.
    """
    raise NotImplementedError


def l1_subgradient(w, lam):
    """Return the slope of the L1 penalty at each weight, and 0 where it has a kink.

        g_i =  lam    where w_i > 0
        g_i = -lam    where w_i < 0
        g_i =  0      where w_i = 0

    w is an array of any shape, lam a number; returns an array of the shape of w. A tiny weight has
    the full slope.
    Goodfellow, Bengio and Courville 2016, equation 7.20.
    """
    raise NotImplementedError


def weight_decay_step(w, grad, lr, lam):
    """Make one step of gradient descent on the loss with an L2 penalty.

        w_new = (1 - lr * lam) * w - lr * grad

    w and grad, the gradient of the loss without the penalty, are arrays of one shape; lr and lam
    are numbers. Returns an array of the shape of w. With grad = 0 the weights shrink by exactly
    1 - lr*lam; lam = 0 is plain gradient descent. Leave w unchanged.
    Krogh and Hertz 1992; Goodfellow, Bengio and Courville 2016, equation 7.5.
    """
    raise NotImplementedError


def soft_threshold(w, t):
    """Shrink every weight towards zero by t, and stop at zero.

        s_i = sign(w_i) * max( |w_i| - t, 0 )

    w is an array of any shape, t a number that is not negative; returns an array of the shape of w.
    Weights with |w| <= t become exactly 0; t = 0 changes nothing. This is the proximal step of the
    L1 penalty.
    Donoho and Johnstone 1994; Parikh and Boyd 2014, section 6.5.2.
    """
    raise NotImplementedError


def regularized(data_loss, data_grads, params, lam):
    """Add the L2 penalty of the weights to a loss and to its gradients.

        loss    = data_loss + lam/2 * sum of w^2 over the weights
        g_name  = data_grads_name + lam * params_name     for a weight
        g_name  = data_grads_name                         for a bias

    data_loss is a number; params and data_grads are dicts with the same names, which map each name
    to an array of one shape in both. A parameter whose name starts with "W" is a weight; all
    others are biases and carry no penalty. Returns the loss, a float, and a new dict of gradients
    with the same names. Leave the arguments and their arrays unchanged.
    Builds on l2_penalty.
    Goodfellow, Bengio and Courville 2016, section 7.1.
    """
    raise NotImplementedError
