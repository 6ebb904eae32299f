"""Exercise 17: Batch normalization

While a network trains, each update of an early layer changes the distribution of what every
later layer receives; Ioffe and Szegedy named this internal covariate shift. Batch normalization
gives each feature zero mean and unit variance within the mini-batch {x_1, ..., x_m}:

    step 1   mu = (1/m) sum_i x_i          var = (1/m) sum_i (x_i - mu)^2
    step 2   x_hat_i = (x_i - mu) / sqrt(var + eps)
    step 3   y_i = gamma x_hat_i + beta

eps (1e-5) keeps the division safe. gamma and beta are learned, one of each per feature: with
gamma = sqrt(var + eps) and beta = mu the layer can undo itself, so no power is lost. It sits
between linear or convolution and activation, or after the activation; both orders work.

Two modes. In training mu and var are those of the batch. At test time one example must not
depend on its neighbours, so running averages take over: E[mu_B] and E[var_B], collected in
training. Forgetting to change mode is the classic bug.

The statistics depend on every example, so the gradient of one x_i has three paths (exercise 4:
multiply along a path, add over paths): straight through x_hat_i, through mu, through var.
Reductions run over the batch axis, and shapes follow exercise 2.

    Advantages     faster training, with higher learning rates
                   less internal covariate shift
                   some regularization, for batches are noisy
                   less sensitive to initialization
                   gradients vanish less
    Disadvantages  extra computation
                   two modes that behave differently
                   poor with small batches
                   poor for recurrent networks (sequences differ in length)
                   can hurt in some cases (GANs, reinforcement learning)

Frameworks: here the running average keeps the share `momentum` = 0.9 of the old value, as in
Keras; PyTorch's momentum is the complement (0.1), and its running variance divides by m - 1.
The variance that normalizes divides by m everywhere, and eps is under the root everywhere.

Needs: exercise 4, exercise 2.

Run: grade exercise17
"""

import numpy as np


def batch_stats(x):
    """Mean and biased variance of each feature over the batch.

        mu_j  = (1/m) sum_i x_ij
        var_j = (1/m) sum_i (x_ij - mu_j)^2

    x is (m, D); returns mu (D,) and var (D,). One example (m = 1) has variance 0. A feature may
    sit at 1e8 with a spread of 1: its variance must keep its digits.
    Ioffe and Szegedy 2015, Algorithm 1; Chan, Golub and LeVeque 1983 on the digits.
    """
    raise NotImplementedError


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, then scale and shift it: the training pass.

        x_hat_ij = (x_ij - mu_j) / sqrt(var_j + eps)
        out_ij   = gamma_j x_hat_ij + beta_j

    x is (m, D); gamma and beta are (D,); mu and var are those of batch_stats. Returns out, (m, D).
    A constant feature and a batch of one example give beta. eps counts as soon as the variance is
    small, and a caller may pass a large one.
    Ioffe and Szegedy 2015, Algorithm 1.
    """
    raise NotImplementedError


def batchnorm_backward(dout, x, gamma, eps=1e-5):
    """Gradients of the training pass with respect to x, gamma and beta.

        s_j      = sqrt(var_j + eps)
        d_ij     = gamma_j dout_ij
        dx_ij    = (m d_ij - A_j - x_hat_ij B_j) / (m s_j)
                   with A_j = sum_k d_kj and B_j = sum_k d_kj x_hat_kj
        dgamma_j = sum_i dout_ij x_hat_ij
        dbeta_j  = sum_i dout_ij

    dout and x are (m, D); gamma is (D,); returns dx (m, D), dgamma (D,), dbeta (D,). The three
    terms of dx are the three paths of x: itself, the mean, the variance. dx sums to 0 over the
    batch, for a common shift of all examples changes nothing; with m = 1 it is 0.
    Differentiates batchnorm_forward. Ioffe and Szegedy 2015, section 3, the chain of derivatives.
    """
    raise NotImplementedError


def update_running(running_mean, running_var, mu, var, momentum=0.9):
    """Running averages of mean and variance after one more batch.

        mean_new = momentum * running_mean + (1 - momentum) * mu
        var_new  = momentum * running_var  + (1 - momentum) * var

    All arrays are (D,); returns mean_new and var_new, (D,) each; the arguments stay as they are.
    momentum = 1 keeps the old averages, momentum = 0 takes those of the batch.
    Ioffe and Szegedy 2015, section 3.1 (moving averages).
    """
    raise NotImplementedError


def batchnorm_inference(x, gamma, beta, running_mean, running_var, eps=1e-5):
    """Normalize with the running averages, then scale and shift: the test pass.

        x_hat_ij = (x_ij - running_mean_j) / sqrt(running_var_j + eps)
        out_ij   = gamma_j x_hat_ij + beta_j

    x is (m, D); gamma, beta, running_mean and running_var are (D,); returns out, (m, D). An example
    gets the same result in any batch, also alone. A running variance of 0 is legal: eps is all that
    is left.
    Ioffe and Szegedy 2015, Algorithm 2.
    """
    raise NotImplementedError


def spatial_batchnorm_forward(x, gamma, beta, eps=1e-5):
    """Batch normalization of images: one mean and one variance per channel.

        mu_c     = mean of x[n, c, i, j] over n, i and j
        var_c    = mean of (x[n, c, i, j] - mu_c)^2 over n, i and j
        out_ncij = gamma_c (x_ncij - mu_c) / sqrt(var_c + eps) + beta_c

    x is (N, C, H, W); gamma and beta are (C,); returns out, (N, C, H, W). All positions of a
    channel share statistics, as they share a filter. With H = W = 1 this is batchnorm_forward.
    Mind what gamma of shape (C,) broadcasts against.
    Ioffe and Szegedy 2015, section 3.2.
    """
    raise NotImplementedError


def spatial_batchnorm_backward(dout, x, gamma, eps=1e-5):
    """Gradients of the spatial training pass with respect to x, gamma and beta.

        m        = N H W
        d        = gamma_c dout_ncij
        dx       = (m d - sum d - x_hat sum d x_hat) / (m s_c)
        dgamma_c = sum dout x_hat
        dbeta_c  = sum dout

    Every sum runs over n, i and j of one channel, and s_c = sqrt(var_c + eps). dout and x are
    (N, C, H, W); gamma is (C,); returns dx (N, C, H, W), dgamma (C,), dbeta (C,).
    Differentiates spatial_batchnorm_forward; builds on batchnorm_backward.
    Ioffe and Szegedy 2015, sections 3 and 3.2.
    """
    raise NotImplementedError


def fold_batchnorm(W, b, gamma, beta, running_mean, running_var, eps=1e-5):
    """One linear layer that equals a linear layer followed by the test pass.

        s_k   = gamma_k / sqrt(running_var_k + eps)
        W2_kl = s_k W_kl
        b2_k  = s_k (b_k - running_mean_k) + beta_k

    W is (out, in); b, gamma, beta, running_mean and running_var are (out,); returns W2 (out, in)
    and b2 (out,). For every x, x W2^T + b2 is batchnorm_inference of x W^T + b. Networks are
    folded like this before they are deployed: the layer then costs nothing.
    Jacob et al. 2018, section 3.2, equation 14.
    """
    raise NotImplementedError
