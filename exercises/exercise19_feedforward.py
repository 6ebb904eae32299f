"""Exercise 19: Feed-forward classification

The first supervised model, for vector data: rows of D numbers, each with one of C classes. It is
put together from pieces that you have: linear layers and their gradients (exercise 4), ReLU
(exercise 5), cross-entropy on logits and its p - y gradient (exercise 7), the L2 penalty
(exercise 10).

    x -> linear -> z1 -> ReLU -> h -> linear -> logits -> loss
    (N, D)         (N, H)        (N, H)         (N, C)

    params = {"W1": (H, D), "b1": (H,), "W2": (C, H), "b2": (C,)}

That is H D + H + C H + C parameters. Without the ReLU the two layers would be one: a product of
two matrices is a matrix, and depth would add nothing. A unit whose z1 is negative for every example
is dead: it outputs 0 and no gradient comes through.

The objective is the mean cross-entropy plus the penalty:

    J = (1/N) sum_n -log softmax(logits_n)[y_n] + (lam/2) sum w^2

where w runs over the entries of W1 and W2.

Biases are not penalized: they only shift, and shrinking them would only move the decision boundary
towards the origin. The 1/N sits in the loss, so it enters the backward pass exactly once, at the
logits: (p - y)/N. From there on every parameter gradient is a sum over the examples.

A prediction is the class with the largest logit; softmax keeps the order, so it is not needed.
Accuracy is what you report, but you cannot train on it: it is constant almost everywhere, with
gradient 0. The confusion matrix says which classes are taken for which; its diagonal over its
total is the accuracy.

Frameworks: weights are (out, in), as in torch.nn.Linear; Keras stores (in, out). Losses of
PyTorch take logits, those of Keras probabilities unless told otherwise.

Needs: exercise 4, exercise 5, exercise 7, exercise 10.

Run: grade exercise19
"""

import numpy as np


def mlp_forward(params, x):
    """Forward pass of the two-layer network, with what the backward pass needs.

        z1     = x W1^T + b1
        h      = max(z1, 0)
        logits = h W2^T + b2

    x is (N, D); params is a dict with W1 (H, D), b1 (H,), W2 (C, H), b2 (C,). Returns z1 (N, H),
    h (N, H) and logits (N, C). When all units are dead the logits are b2.
    Goodfellow, Bengio and Courville 2016, sections 6.1 and 6.3.
    """
    raise NotImplementedError


def mlp_loss(params, x, y, lam=0.0):
    """Mean cross-entropy of the network plus the L2 penalty on both weight matrices.

        loss    = (1/N) sum_n (log sum_c exp(logits_nc) - logits_n[y_n])
        penalty = (lam/2) (sum W1^2 + sum W2^2)
        J       = loss + penalty

    params and x are as in mlp_forward; y is (N,), ints in 0 ... C-1; lam is a float. Returns a
    float. Biases are not penalized. Logits of 1e3 give a finite loss. Builds on mlp_forward and
    exercise 7.
    Goodfellow, Bengio and Courville 2016, sections 6.2.2.3 and 7.1.1.
    """
    raise NotImplementedError


def mlp_backward(params, x, y, lam=0.0):
    """Gradients of mlp_loss with respect to all parameters.

        dlogits = (p - onehot(y)) / N          p = softmax(logits)
        dW2     = dlogits^T h + lam W2         db2 = sum_n dlogits_n
        dz1     = (dlogits W2) where z1 > 0, else 0
        dW1     = dz1^T x + lam W1             db1 = sum_n dz1_n

    params, x, y and lam are as in mlp_loss. Returns a dict with the keys "W1", "b1", "W2", "b2",
    each gradient in the shape of its parameter. A unit with z1 exactly 0 passes nothing.
    Differentiates mlp_loss. Goodfellow, Bengio and Courville 2016, algorithm 6.4.
    """
    raise NotImplementedError


def predict(logits):
    """The most likely class of each example.

        y_pred_n = the c with the largest logits_nc

    logits is (N, C); returns (N,) ints. Where several logits are equally large the lowest index
    counts.
    Bishop 2006, section 1.5.1.
    """
    raise NotImplementedError


def accuracy(logits, y):
    """Share of examples whose prediction is right.

        accuracy = (number of n with y_pred_n = y_n) / N

    logits is (N, C); y is (N,), ints. Returns a float in [0, 1]; ties as in predict.
    Goodfellow, Bengio and Courville 2016, section 5.1.2.
    """
    raise NotImplementedError


def confusion_matrix(y, y_pred, C):
    """Counts of true class against predicted class.

        M_ij = number of n with y_n = i and y_pred_n = j

    y and y_pred are (N,), ints in 0 ... C-1, and N may be 0; C is the number of classes, also of
    those that never occur. Returns (C, C) ints.
    Murphy 2022, section 5.1.3.
    """
    raise NotImplementedError
