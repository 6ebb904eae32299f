"""Exercise 9: Momentum, RMSProp and Adam

Plain SGD forgets each gradient at once. Optimizers with memory keep one running quantity, or two,
for every parameter:

    momentum   v: a velocity. Gradients that agree add up (to 1/(1-mu) times the step), gradients
               that alternate in sign cancel, so it moves fast along a valley and calmly across
    RMSProp    s: a running average of squared gradients. Dividing by its root gives every
               parameter a step of its own, of about the same length whatever the gradient's size
    Adam       m and v: both averages at once, of gradients and of squared gradients

A running average that starts at zero is too small at first: after t steps its weights sum to
1 - beta^t only. Adam divides by exactly that, the bias correction; at t = 1 it turns m into g and v
into g^2, so the first step has length about lr. The larger beta is, the longer the memory (about
1/(1-beta) steps) and the longer the correction matters.

L2 regularization adds wd * theta to the gradient. In Adam that term would then be divided by the
root of v like everything else, and weights with large gradients would hardly decay. AdamW decouples
it: the decay acts on the weights directly, scaled by the learning rate only.

The learning rate itself is often changed on the way: it rises linearly while the averages are still
uncertain (warm-up), then falls along half a cosine to zero.

State is an argument and a result here; nothing is kept between calls. PyTorch's momentum keeps
v <- mu v + g and steps by -lr v: the same path for a constant rate, another state. eps is added
after the root, as in PyTorch; older TensorFlow versions of Adam put it elsewhere.

Needs: exercise 8.
Run: grade exercise9
"""

import numpy as np


def momentum_step(theta, v, g, lr, mu=0.9):
    """Make one step of gradient descent with classical momentum.

        v_new     = mu * v - lr * g
        theta_new = theta + v_new

    theta, v (the velocity) and g (the gradient) are arrays of one shape; returns theta_new and
    v_new. mu = 0 is plain gradient descent. Leave the arguments unchanged.
    Polyak 1964; Sutskever et al. 2013, equations 1 and 2.
    """
    raise NotImplementedError


def rmsprop_step(theta, s, g, lr, rho=0.9, eps=1e-8):
    """Make one step of RMSProp.

        s_new     = rho * s + (1 - rho) * g^2
        theta_new = theta - lr * g / ( sqrt(s_new) + eps )

    theta, s (the average of squared gradients) and g are arrays of one shape; returns theta_new and
    s_new. Where g and s are both 0 nothing moves, without nan. Leave the arguments unchanged.
    Tieleman and Hinton 2012, lecture 6.5; Goodfellow, Bengio and Courville 2016, algorithm 8.5.
    """
    raise NotImplementedError


def adam_step(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
    """Make one step of Adam.

        t_new     = t + 1
        m_new     = b1 * m + (1 - b1) * g
        v_new     = b2 * v + (1 - b2) * g^2
        m_hat     = m_new / (1 - b1^t_new)
        v_hat     = v_new / (1 - b2^t_new)
        theta_new = theta - lr * m_hat / ( sqrt(v_hat) + eps )

    theta, m, v and g are arrays of one shape; t, an integer, counts the steps made so far: 0 before
    the first one. Returns theta_new, m_new, v_new and t_new. m_new and v_new are kept without the
    correction. g may be 0, and so may everything else. Leave the arguments unchanged.
    Kingma and Ba 2015, algorithm 1.
    """
    raise NotImplementedError


def adamw_step(theta, m, v, t, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8, wd=0.01):
    """Make one step of Adam with decoupled weight decay.

        theta_new = theta - lr * m_hat / ( sqrt(v_hat) + eps ) - lr * wd * theta

    theta, m, v, t, g, lr, b1, b2 and eps are as in adam_step, and m_new, v_new and t_new are those
    of adam_step: the decay does not enter the averages. Returns theta_new, m_new, v_new and t_new.
    wd = 0 is Adam; with g = 0 the weights still shrink. Leave the arguments unchanged.
    Builds on adam_step.
    Loshchilov and Hutter 2019, algorithm 2.
    """
    raise NotImplementedError


def warmup_cosine(t, base_lr, warmup, total):
    """Return the learning rate of step t: linear warm-up, then half a cosine down to zero.

        base_lr * (t + 1) / warmup                                            t < warmup
        1/2 * base_lr * ( 1 + cos( pi (t - warmup) / (total - warmup) ) )     warmup <= t < total
        0                                                                     t >= total

    t, warmup and total are integers that count from 0; returns a float. The first step already
    moves; warmup may be 0.
    Goyal et al. 2017, section 2.2; Loshchilov and Hutter 2017, equation 5.
    """
    raise NotImplementedError
