"""Exercise 16: Weight initialization

Before the first step of training the weights are random, and how large they are decides whether
there will be any training. A unit adds up fan_in terms w_i x_i. If weights and inputs are
independent and the weights have mean 0, the variances add up:

    Var(output) = fan_in Var(w) E[x^2]

A deep network multiplies these factors. If each is 2, after 50 layers the activations have grown by
10^15; if each is 1/2, they have vanished, and the gradients with them: exercise 15 on vanishing and
exploding gradients, to which better initialization is one of the answers. So the variance of the
weights is chosen such that the factor is 1.

    LeCun     Var(w) = 1 / fan_in                 keeps the forward pass constant, no activation
    Xavier    Var(w) = 2 / (fan_in + fan_out)     a compromise of forward and backward; for tanh
    He        Var(w) = 2 / fan_in                 for ReLU, which sets half of the values to 0 and
                                                  so halves the mean square; the 2 makes up for it

A uniform variable on [-a, a] has variance a^2/3, which is where the 6 in Xavier's bound comes from.
Random orthogonal matrices keep the length of every vector exactly, not only on average.

All weights zero is no choice: all units of a layer compute the same, get the same gradient, and
stay the same for ever. Randomness breaks this symmetry. Biases may start at 0. Batch normalization
(exercise 17) makes a network less sensitive to all of this.

Shapes are those of exercise 2 and of PyTorch: (out, in) and (F, C, kh, kw). Keras stores (in, out)
and (kh, kw, C, F). Each function draws one array from rng, of the shape that its text names, so the
result is exact for a given generator.

Needs: exercise 2, exercise 15.
Run: grade exercise16
"""

import numpy as np


def fans(shape):
    """Count the connections into and out of one unit.

        linear (out, in):           fan_in = in,        fan_out = out
        convolution (F, C, kh, kw): fan_in = C kh kw,   fan_out = F kh kw

    shape is a tuple of two or four int. Returns two int, fan_in and fan_out (np.prod of an empty
    tuple is 1.0, a float). kh and kw may differ, and may be 1.
    Glorot and Bengio 2010, section 4.2; convolutions: He et al. 2015, section 2.2.
    """
    raise NotImplementedError


def xavier_uniform(shape, rng):
    """Uniform weights whose variance is 2 / (fan_in + fan_out).

        a = sqrt(6 / (fan_in + fan_out))
        W = a (2 u - 1)    with u = rng.random(shape)

    shape is that of a linear layer or of a convolution; rng is a numpy.random.Generator. Returns an
    array of that shape, within [-a, a].
    Glorot and Bengio 2010, equation 16.
    """
    raise NotImplementedError


def he_normal(shape, rng):
    """Normal weights whose variance is 2 / fan_in.

        W = sqrt(2 / fan_in) z    with z = rng.standard_normal(shape)

    shape is that of a linear layer or of a convolution; rng is a numpy.random.Generator. Returns an
    array of that shape.
    He et al. 2015, equation 10.
    """
    raise NotImplementedError


def orthogonal(shape, rng):
    """A random matrix whose columns, or rows if it is wide, are orthonormal.

        A = rng.standard_normal((max(m, n), min(m, n)))
        A = Q R                     Q as large as A, R square and upper triangular
        Q = Q with column j multiplied by the sign of R_jj
        W = Q if m >= n, else Q^T

    shape is a tuple (m, n); rng is a numpy.random.Generator. Returns (m, n): W^T W = I for m >= n,
    W W^T = I for m <= n. With the signs fixed the result no longer depends on the routine that
    found Q and R.
    Saxe, McClelland and Ganguli 2014 (random orthogonal weights); signs: Mezzadri 2007, section 5.
    """
    raise NotImplementedError


def predicted_variance(v0, fan_ins, weight_vars, relu):
    """Variance of the signal after every layer, as theory predicts it.

        v_0     = v0
        v_{l+1} = v_l fan_in_l Var(w_l) (1/2 if relu else 1)

    v0 is a float; fan_ins is (L,), int; weight_vars is (L,), the variance of the weights of each
    layer; relu is a bool: with ReLU, v is the mean square of a layer's input. Returns (L+1,), v0
    first; for L = 0 only v0.
    He et al. 2015, equations 7 and 8.
    """
    raise NotImplementedError


def activation_stds(x, weights, act):
    """Standard deviation of every layer's output, measured.

        h_0 = x
        h_l = act(h_{l-1} W_l^T)
        s_l = standard deviation over all entries of h_l, divided by their number, not one less

    x is (N, D); weights is a list of L matrices, each (out, in); act is a function from an array to
    an array of the same shape. Returns (L,); empty for L = 0.
    Glorot and Bengio 2010, section 3 (their figures show these numbers).
    """
    raise NotImplementedError
