"""Exercise 2: Dot products, matrices and shapes

Needs: exercise 1 (sums along an axis).

Every layer of a network is made of dot products. A dot product x . y = sum_d x_d y_d is large
where two vectors point the same way, 0 where they are orthogonal, negative where they oppose;
divided by both lengths it is the cosine of the angle. A matrix product is a table of dot
products: (A B)_ij is row i of A dotted with column j of B, so the inner sizes must agree.

The conventions of the course, which decide where each transpose goes:
    x        (N, in)     a batch: one example per row, batches first
    W        (out, in)   weights: one output unit per row
    W x + b              one example as a column, as papers write it
    x W^T + b            the same for a batch of rows, (N, out)
torch.nn.Linear stores (out, in) as well; Keras and many courses store (in, out) and write x W.
A wrong transpose raises as long as all sizes differ; with N = in = out it runs silently and gives
wrong numbers, which is why the cases here include square ones. Say the shapes before the code.

Three patterns come back in almost every exercise:
    forward     out = x W^T + b             contracts the features
    gradient    dW = dout^T x = sum_n dout_n x_n^T     contracts the examples (exercise 4)
    distance    |x - y|^2 = |x|^2 - 2 x . y + |y|^2    a whole table from one matrix product

Broadcasting lines shapes up from the right: (N, D) + (D,) adds the vector to every row, and a size
of 1 is stretched, so (N, D) + (N, 1) adds one number per row. A value that was copied k times
influences the result k times, so in the backward pass its k gradients are added: broadcasting
forward is summing backward (unbroadcast). Beware of (N,) with (N, 1): the result is (N, N).

Run: grade exercise2
"""

import numpy as np


def row_dot(X, Y):
    """Compute the dot product of each row of X with the row of Y of the same number.

        out_n = sum_d X_nd Y_nd

    X and Y are (N, D); returns (N,). With D = 0 every product is an empty sum, 0.
    Goodfellow, Bengio and Courville 2016, section 2.2.
    """
    raise NotImplementedError


def cosine_similarity(x, y):
    """Compute the cosine of the angle between two vectors.

        cos = x . y / (||x|| ||y||),   ||x|| = sqrt(sum_d x_d^2)

    x and y are (D,); returns a number in [-1, 1], and 0.0 if either vector is zero. Rescaling a
    vector, by 1e-6 too, changes nothing.
    Goodfellow, Bengio and Courville 2016, section 2.5, equation 2.34.
    """
    raise NotImplementedError


def linear(x, W, b):
    """Apply an affine map to every row of a batch.

        out_no = sum_i x_ni W_oi + b_o        out = x W^T + b

    x is (N, in), W is (out, in), b is (out,); returns (N, out), also for N = 0.
    Goodfellow, Bengio and Courville 2016, section 6.1 (W transposed there).
    """
    raise NotImplementedError


def sum_outer(A, B):
    """Add up the outer products of matching rows: the shape of every weight gradient.

        out_pq = sum_n A_np B_nq        out = sum_n a_n b_n^T = A^T B

    A is (N, P), B is (N, Q); returns (P, Q), zeros for N = 0.
    Goodfellow, Bengio and Courville 2016, section 6.5.6 (backward of a matrix product).
    """
    raise NotImplementedError


def pairwise_sq_dists(X, Y):
    """Compute the squared distance of every row of X from every row of Y.

        out_nm = ||x_n||^2 - 2 x_n . y_m + ||y_m||^2,   at least 0

    X is (N, D), Y is (M, D); returns (N, M). Far from the origin three large terms cancel and
    rounding can leave a tiny negative number: clip at 0. No loops over rows are needed.
    Golub and Van Loan 2013, section 2.7 (cancellation).
    """
    raise NotImplementedError


def unbroadcast(g, shape):
    """Sum a gradient over the axes along which a value of the given shape was broadcast.

        out_i = sum of g over all positions that the entry i was copied to

    g has any shape that `shape`, a tuple, broadcasts to; returns an array of exactly `shape`.
    Broadcasting may have put new axes in front, stretched axes of size 1, both, or nothing;
    shape = () sums everything up.
    Harris et al. 2020, "Array programming with NumPy" (broadcasting).
    """
    raise NotImplementedError
