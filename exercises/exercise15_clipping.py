"""Exercise 15: Vanishing and exploding gradients, and clipping

Backpropagation multiplies one factor for every layer, or every time step, that it passes. Products
of many factors seldom stay near 1: factors below 1 make the gradient vanish, so early layers
and early inputs stop learning; factors above 1 make it explode, so the loss jumps or becomes nan.

    vanishing  the slope of a sigmoid is at most 1/4, of tanh at most 1; L sigmoid units in a chain
               with weights w_1 .. w_L pass back at most the product of |w_l| / 4
    exploding  a linear recurrence h_t = W h_{t-1} multiplies a gradient by W^T at every step back;
               in the long run its length follows rho^k, where rho is the largest |eigenvalue|

Against exploding gradients: gradient clipping (the key technique), a lower learning rate, weight
regularization (L2), batch normalization, better weight initialization. Against vanishing ones
clipping cannot help, because it only shortens: use ReLU, gates (LSTM), residual paths, careful
initialization and normalization.

Clipping has two types. By value: every element is clipped to [-threshold, threshold], which may
turn the direction. By norm: the entire gradient is scaled down if its norm exceeds the threshold,
which keeps the direction and only limits the length of the step:

    if ||gradient|| > threshold:
        gradient = threshold * (gradient / ||gradient||)

With many parameter arrays the norm is taken over all of them together, as if they were one long
vector. PyTorch's clip_grad_norm_ multiplies by min(1, threshold / (||g|| + 1e-6)) and so stays
slightly below the threshold; the formula here has no such constant and meets it exactly.

Needs: exercise 4, exercise 5, exercise 8.
Run: grade exercise15
"""

import numpy as np


def clip_by_value(g, threshold):
    """Limit every entry of a gradient on its own.

        c_i = -threshold   where g_i < -threshold
        c_i =  threshold   where g_i >  threshold
        c_i =  g_i         elsewhere

    g is an array of any shape, threshold a number that is not negative; returns an array of the
    shape of g. threshold = 0 gives all zeros. Leave g unchanged.
    Goodfellow, Bengio and Courville 2016, section 10.11.1.
    """
    raise NotImplementedError


def clip_by_norm(g, threshold):
    """Shorten a gradient that is too long, and keep its direction.

        c = g                        if ||g|| <= threshold
        c = threshold * g / ||g||    if ||g|| >  threshold
        ||g|| = sqrt( sum over all entries of g_i^2 )

    g is an array of any shape (a matrix has one norm, that of all its entries), threshold a
    positive number; returns an array of the shape of g. A zero gradient comes back as it is,
    without nan. A short gradient is not lengthened. Nothing is added to the norm, however small
    it is. Leave g unchanged.
    Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    raise NotImplementedError


def global_norm(grads):
    """Measure the gradients of all parameters as one long vector.

        norm = sqrt( sum over all arrays and all entries of g^2 )

    grads is a list of arrays of any shapes; returns a float. An empty list gives 0.0.
    Pascanu, Mikolov and Bengio 2013, section 3.2.
    """
    raise NotImplementedError


def clip_by_global_norm(grads, threshold):
    """Clip the gradients of all parameters by one common factor.

        norm  = global norm of grads
        c_j   = g_j                      if norm <= threshold
        c_j   = threshold / norm * g_j   if norm >  threshold, for every array j

    grads is a list of arrays of any shapes, threshold a positive number; returns the list of
    clipped arrays (a new list, in the same order) and the norm before clipping, a float.
    All-zero gradients come back as zeros with norm 0.0. Leave grads and its arrays unchanged.
    Builds on global_norm.
    Pascanu, Mikolov and Bengio 2013, algorithm 1.
    """
    raise NotImplementedError


def linear_bptt_norms(W, d, T):
    """Follow the length of a gradient on its way back through a linear recurrence.

        h_t = W h_{t-1}
        norms_k = || (W^T)^k d ||        k = 0 .. T

    W is (H, H) and need not be symmetric, d is the (H,) gradient at the last step, T the number
    of steps back, 0 or more. Returns the (T+1,) lengths; the first is that of d itself.
    A zero matrix stops everything after k = 0, an orthogonal one keeps the length.
    Pascanu, Mikolov and Bengio 2013, section 2.1.
    """
    raise NotImplementedError


def spectral_radius(W):
    """Return the number that decides whether repeated multiplication by W grows or dies.

        rho = max_i |lambda_i|        lambda_i the eigenvalues of W, which may be complex

    W is (H, H), not necessarily symmetric; returns a float. Below 1 a linear recurrence forgets,
    above 1 it explodes. A nilpotent matrix, some power of which is zero (a strictly triangular one,
    for instance), has radius 0.
    Pascanu, Mikolov and Bengio 2013, section 2.1; Goodfellow, Bengio and Courville 2016,
    section 10.7.
    """
    raise NotImplementedError


def sigmoid_depth_bound(weights):
    """Bound the derivative of the last unit of a chain of sigmoid units with respect to the first.

        a_l = sigmoid(w_l a_{l-1})
        | da_L / da_0 |  <=  product over l of |w_l| / 4

    weights is (L,), of either sign; returns the bound, a float. It is 1.0 for an empty chain,
    and stays 1.0 where every |w| is 4.
    Nielsen 2015, chapter 5; Goodfellow, Bengio and Courville 2016, section 8.2.5.
    """
    raise NotImplementedError
