"""Exercise 29: Self-attention

In exercise 28 a decoder asked and an encoder answered. In self-attention every token of one
sequence asks all the others. Each token x_t gives three vectors, by three learned maps:

    query  q_t = Wq x_t     what it looks for
    key    k_t = Wk x_t     what it offers to be found by
    value  v_t = Wv x_t     what it hands over when it is read

    attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V

with the softmax over the keys. Why the root: a dot product of d_k independent terms of variance 1
has the standard deviation sqrt(d_k). Without the division large heads would give large scores, the
softmax would saturate at a one-hot vector, and its gradient would vanish. d_k is the width of one
head, not of the model.

Masks say who may look at whom. A causal mask lets a token see itself and the past, so all positions
of a language model can be trained at once; a padding mask hides the filler of short sequences.
A forbidden score counts as -inf, so its weight is 0 exactly and the others still sum to 1.

One softmax can look at one thing at a time. Multi-head attention cuts the features into `heads`
consecutive blocks, attends in each on its own, joins the results, and mixes them with Wo. It costs
as much as one head of full width.

For: any two tokens are one step apart, so nothing vanishes on the way (exercise 24); all positions
are computed in parallel; the weights can be looked at.

Against: T^2 scores, in time and memory; no sense of order (permute the tokens and the outputs are
permuted, so exercise 30 adds positions); needs more data than a recurrent network.

Frameworks: boolean masks here are True where attending is allowed, as in PyTorch's
scaled_dot_product_attention; the masks of nn.MultiheadAttention mean the opposite. A query that
may attend to nothing gets zeros here, never nan.

Needs: exercise 28, exercise 18.

Run: grade exercise29
"""

import numpy as np


def qkv(x, Wq, Wk, Wv):
    """Queries, keys and values of every token.

        Q = x Wq^T        K = x Wk^T        V = x Wv^T

    x is (N, T, D); Wq and Wk are (Dk, D); Wv is (Dv, D), and Dv may differ from Dk. Returns Q
    (N, T, Dk), K (N, T, Dk) and V (N, T, Dv).
    Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError


def causal_mask(T):
    """Who may look at whom if nobody may look ahead.

        mask_ij = True if j <= i, else False

    T is an int, possibly 0. Returns (T, T), bool: the row is the query, the column the key.
    Vaswani et al. 2017, section 3.2.3.
    """
    raise NotImplementedError


def padding_mask(lengths, T):
    """Which positions of padded sequences are real.

        mask_nt = True if t < length_n, else False

    lengths is (N,), int, each from 0 to T; T is an int. Returns (N, T), bool. The real tokens come
    first, the padding after them.
    Goodfellow, Bengio and Courville 2016, section 10.1 (sequences of different length).
    """
    raise NotImplementedError


def scaled_dot_product_attention(Q, K, V, mask=None):
    """Attention of every query over all keys, with the weights.

        S   = Q K^T / sqrt(d_k)
        A   = softmax of S over the keys, among those that the mask allows
        out = A V

    Q is (..., Tq, d_k); K is (..., Tk, d_k); V is (..., Tk, d_v), with the same leading axes, any
    number of them, or none. mask is bool and broadcasts to (..., Tq, Tk), True where attending is
    allowed; None allows everything. Returns out (..., Tq, d_v) and A (..., Tq, Tk).
    Forbidden keys have the weight 0; a query that may attend to nothing has zeros in A and in out.
    Scores may be as large as 10^4, of both signs, at forbidden keys too; the result is finite.
    Vaswani et al. 2017, equation 1.
    """
    raise NotImplementedError


def attention_backward(dout, Q, K, V, mask=None):
    """Gradients of the attention output with respect to queries, keys and values.

        dA = dout V^T
        dS = A (dA - sum over keys of A dA) / sqrt(d_k)
        dQ = dS K        dK = dS^T Q        dV = A^T dout

    dout is (..., Tq, d_v); Q, K, V and mask are those of scaled_dot_product_attention, whose out is
    differentiated, and A are its weights; mask may be None. A dA and A (...) are products entry by
    entry, the others are products of matrices. Returns dQ, dK and dV, shaped like Q, K and V. A
    query that may attend to nothing gets zeros and gives nothing to keys and values.
    Vaswani et al. 2017, equation 1; Goodfellow, Bengio and Courville 2016, section 6.5 (backprop).
    """
    raise NotImplementedError


def split_heads(x, heads):
    """Cut the features into heads.

        out[n, h, t, e] = x[n, t, h d + e]        d = D / heads

    x is (N, T, D); heads divides D. Returns (N, heads, T, d): head h holds the d consecutive
    features from h d on. T and heads may be equal; heads may be 1 or D.
    Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError


def merge_heads(x):
    """Join the heads again: the inverse of split_heads.

        out[n, t, h d + e] = x[n, h, t, e]

    x is (N, heads, T, d); returns (N, T, heads d). heads and T may be equal.
    Vaswani et al. 2017, section 3.2.2 (Concat).
    """
    raise NotImplementedError


def multi_head_attention(x, Wq, Wk, Wv, Wo, heads, mask=None):
    """Self-attention with several heads.

        Q, K, V = qkv(x, Wq, Wk, Wv)
        head_h  = attention of block h of Q, K and V, d_k = D / heads
        out     = [head_0, ..., head_{heads-1}] Wo^T

    x is (N, T, D); the weights are (D, D); heads divides D. mask is bool and broadcasts to
    (N, heads, T, T): a causal mask is (T, T), a padding mask (N, 1, 1, T); None allows everything.
    Returns (N, T, D). Builds on all the functions above. A query that may attend to nothing gets
    zeros.
    Vaswani et al. 2017, section 3.2.2.
    """
    raise NotImplementedError
