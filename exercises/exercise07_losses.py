"""Exercise 7: Losses and the p-y gradient

Needs: exercise 6 (log-softmax), and through it exercise 1 (softplus).

A loss says with one number how bad the predictions are. Most are the negative log-likelihood of
the data under a model of the noise, averaged over the examples:
    task                 output        loss                          gradient in the output
    regression           pred          mean (pred - y)^2             2 (pred - y) / size
    yes or no            logit z       softplus(z) - y z             (s(z) - y) / size
    one of C classes     logits z      -log softmax(z)[y]            (p - onehot(y)) / N
Squared error comes from Gaussian noise, the two cross-entropies from coin flips and from dice.

The last column is the reason why these pairs are used: prediction minus target, every time. The
slope of the sigmoid, s (1 - s), and the Jacobian of softmax cancel against the derivative of the
log. A unit that is confidently wrong therefore gets a gradient near 1, the largest there is.
With squared error on top of a sigmoid the factor s (1 - s) stays, and exactly that unit, being
saturated, learns nothing. Two consequences in code: the gradient is taken with respect to the
*logits*, and no derivative of the softmax is applied to p - y again.

Losses take logits, not probabilities, because only then can log and exponential be combined
(exercises 1 and 6): a logit of -1e4 for the true class must cost 1e4, not inf, nan or a cap that a
small constant inside the log puts in. PyTorch's CrossEntropyLoss and BCEWithLogitsLoss take
logits; Keras' CategoricalCrossentropy takes probabilities unless from_logits is set. Softmax
before a loss that wants logits is a silent mistake: it still learns, slowly.

Every loss here is a mean, so gradients are divided by the same number: all entries for regression
and yes-or-no outputs, examples for classes, real tokens for padded sequences. The 1/2 of
exercise 4 is not repeated in mse_loss (torch.nn.MSELoss has none either).

Targets may be soft. Label smoothing takes a share eps from the label and spreads it over all C
classes, so that no logit is driven to infinity; a teacher's probabilities work the same way.

Run: grade exercise7
"""

import numpy as np


def mse_loss(pred, y):
    """Compute the mean squared error.

        loss = 1/size sum over all entries of (pred - y)^2

    pred and y have one shape, (N,) or (N, D), of `size` entries; returns a number, 0 for a
    perfect fit.
    Goodfellow, Bengio and Courville 2016, section 5.1.4, equation 5.4.
    """
    raise NotImplementedError


def mse_grad(pred, y):
    """Compute the gradient of mse_loss with respect to the predictions.

        grad = 2 (pred - y) / size

    pred and y have one shape, (N,) or (N, D), of `size` entries; the result has it too.
    Goodfellow, Bengio and Courville 2016, section 5.1.4.
    """
    raise NotImplementedError


def bce_with_logits(z, y):
    """Compute the binary cross-entropy straight from logits.

        loss = 1/size sum over all entries of [ softplus(z) - y z ]
             = 1/size sum of [ -y log s(z) - (1 - y) log(1 - s(z)) ]

    z and y have one shape, (N,) or (N, D); y lies in [0, 1], soft labels included; returns a
    number. z = 1e4 with y = 0, or z = -1e4 with y = 1, costs 1e4. Builds on softplus (exercise 1).
    Goodfellow, Bengio and Courville 2016, section 6.2.2.2.
    """
    raise NotImplementedError


def bce_with_logits_grad(z, y):
    """Compute the gradient of bce_with_logits with respect to the logits.

        grad = (s(z) - y) / size,   s the sigmoid

    z and y have one shape, (N,) or (N, D), of `size` entries; the result has it too. Logits of
    +-1e4 must not overflow.
    Goodfellow, Bengio and Courville 2016, section 6.2.2.2; Bishop 2006, equation 4.91.
    """
    raise NotImplementedError


def cross_entropy(z, y):
    """Compute the cross-entropy of integer labels straight from logits.

        loss = 1/N sum_n -log softmax(z_n)[y_n]

    z is (N, C); y is (N,), integers from 0 to C - 1; returns a number. A true-class logit 2e4
    below the largest costs 2e4; a single class costs 0. Builds on log_softmax (exercise 6).
    Goodfellow, Bengio and Courville 2016, section 6.2.2.3.
    """
    raise NotImplementedError


def cross_entropy_grad(z, y):
    """Compute the gradient of cross_entropy with respect to the logits: p - y.

        grad = (softmax(z) - onehot(y)) / N

    z is (N, C); y is (N,), integers from 0 to C - 1; returns (N, C). Every row sums to 0: what the
    true class gains the others lose.
    Bridle 1990, section 3; Bishop 2006, equation 4.109.
    """
    raise NotImplementedError


def smooth_labels(y, C, eps):
    """Write integer labels as distributions that leave a share eps to all classes.

        out = (1 - eps) onehot(y) + eps / C

    y is (N,), integers from 0 to C - 1; eps is a number in [0, 1]; returns (N, C), rows summing
    to 1. eps = 0 gives one-hot rows, eps = 1 uniform ones.
    Szegedy et al. 2016, section 7.
    """
    raise NotImplementedError


def soft_cross_entropy(z, q):
    """Compute the cross-entropy of logits against target distributions.

        loss = 1/N sum_n sum_c -q_nc log softmax(z_n)[c]

    z is (N, C); q is (N, C), each row a distribution that may contain zeros; returns a number.
    One-hot rows give cross_entropy; a class of weight 0 costs nothing, whatever its logit (-1e4).
    Hinton, Vinyals and Dean 2015, section 2.
    """
    raise NotImplementedError


def masked_cross_entropy(z, y, mask):
    """Compute the mean cross-entropy of the real tokens of a padded batch.

        loss = sum over real (n, t) of -log softmax(z_nt)[y_nt]  /  number of real tokens

    z is (N, T, C); y is (N, T), integers from 0 to C - 1, 0 at padding; mask is (N, T), boolean,
    True where the token is real; returns a number. Every real token of the batch counts the same,
    and without real tokens the loss is 0.0.
    Sutskever, Vinyals and Le 2014, section 3 (log-probability of sequences).
    """
    raise NotImplementedError
