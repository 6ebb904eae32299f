"""Exercise 30: The Transformer

A recurrent network reads token by token. The Transformer drops recurrence: all tokens are treated
at once, and self-attention (exercise 29) is the only way in which they meet. What it is made of:

    embedding     a learned vector per word, plus one per position
    sub-layer 1   multi-head self-attention: moves between positions
    sub-layer 2   a network of two layers: works on each position alone
    around each   a residual connection and a LayerNorm (exercise 18)

The embedding is scaled by sqrt(D) before the positions are added, so that it is not drowned by
them. As to the positions: attention treats its input as a set. Permute the tokens and the outputs
are permuted, no more. So each position gets a pattern of sines and cosines whose wavelengths run
from 2 pi to 10000 2 pi, like the hands of a clock: a shift by k turns each pair by the same angle
everywhere.

Residual paths: x + f(x) has the derivative 1 + f'(x), so gradients pass through many blocks without
vanishing (exercise 15). Where the norm goes:

    post-norm   x = LN(x + f(x))      the original
    pre-norm    x = x + f(LN(x))      the modern default

Post-norm needs a warm-up of the learning rate. Pre-norm never normalizes the path of x itself, and
trains without one.

Encoder blocks see everything that is not padding. A decoder uses a causal mask and, between its two
sub-layers, cross-attention: its queries meet the keys and values of the encoder.

Language model: the output at position t predicts token t + 1. One pass gives T - 1 predictions, for
the causal mask keeps each from seeing its answer (teacher forcing, exercise 28). Padding neither
predicts nor is predicted.

For: parallel over positions, short paths, scales to very large models.

Against: T^2 cost in the length, no built-in order, needs much data and care with learning rates.

Frameworks: sine and cosine alternate here, as in the paper; other codes put all sines first. The
feed-forward network uses ReLU; later models use GELU. LayerNorm has eps = 1e-5 as in exercise 18.

Needs: exercise 29, exercise 18, exercise 5.

Run: grade exercise30
"""

import numpy as np


def sinusoidal_positions(T, D):
    """A vector for each position, made of sines and cosines.

        P[p, 2i]     = sin(p / 10000^(2i / D))
        P[p, 2i + 1] = cos(p / 10000^(2i / D))        i = 0, 1, 2, ...

    T and D are ints; returns (T, D). Positions count from 0, so the first row is 0, 1, 0, 1, ... .
    D may be odd: the last column is then a sine without its cosine.
    Vaswani et al. 2017, section 3.5.
    """
    raise NotImplementedError


def embed_tokens(ids, E, P):
    """Vectors of the tokens, scaled, plus those of their positions.

        out_nt = sqrt(D) E[ids_nt] + P[t]

    ids is (N, T), int; E is (V, D), one row a word; P is (Tmax, D) with Tmax >= T, one row a
    position. Returns (N, T, D). A word may occur several times.
    Vaswani et al. 2017, sections 3.4 and 3.5.
    """
    raise NotImplementedError


def embed_tokens_backward(dout, ids, E):
    """Gradient of embed_tokens with respect to the embedding table.

        dE_v = sqrt(D) * sum of dout_nt over all (n, t) with ids_nt = v

    dout is (N, T, D); ids is (N, T), int; E is (V, D). Returns dE (V, D). Words that do not occur
    get 0, words that occur several times get the sum.
    Vaswani et al. 2017, section 3.4; Goodfellow, Bengio and Courville 2016, section 6.5 (a value
    that is used twice adds its gradients).
    """
    raise NotImplementedError


def ffn_forward(x, W1, b1, W2, b2):
    """The position-wise network: two layers, the same at each position.

        out = relu(x W1^T + b1) W2^T + b2

    x is (..., D), often (N, T, D) or (N, D); W1 is (F, D); b1 is (F,); W2 is (D, F); b2 is (D,).
    Returns out, with the shape of x. There is no residual inside.
    Vaswani et al. 2017, equation 2.
    """
    raise NotImplementedError


def ffn_backward(dout, x, W1, b1, W2, b2):
    """Gradients of the position-wise network.

        z   = x W1^T + b1          a = relu(z)
        dW2 = sum dout a^T         db2 = sum dout
        dz  = (dout W2) [z > 0]
        dW1 = sum dz x^T           db1 = sum dz         dx = dz W1

    The sums run over all positions of all examples, that is over every axis but the last. dout and
    x are (..., D); W1, b1, W2 and b2 are those of ffn_forward. Returns dx, dW1, db1, dW2, db2, each
    with the shape of its argument. A unit with z exactly 0 passes nothing, and one that is closed
    everywhere gets 0.
    Vaswani et al. 2017, equation 2; Goodfellow, Bengio and Courville 2016, section 6.5.
    """
    raise NotImplementedError


def encoder_block(x, mask, attn, ffn, ln1, ln2, heads, pre_norm=False):
    """One block of the encoder, with the norms behind or before the sub-layers.

        post-norm:  h = LN1(x + MHA(x))         out = LN2(h + FFN(h))
        pre-norm:   h = x + MHA(LN1(x))         out = h + FFN(LN2(h))

    x is (N, T, D). attn is the tuple (Wq, Wk, Wv, Wo), each (D, D); MHA is multi_head_attention of
    exercise 29 with heads and mask (bool, broadcasts to (N, heads, T, T); None allows everything).
    ffn is (W1, b1, W2, b2), the parameters of ffn_forward. ln1 and ln2 are (gamma, beta), each
    (D,); LN is layernorm_forward of exercise 18, eps = 1e-5. pre_norm is a bool. Returns (N, T, D).
    A token that may attend to nothing gets 0 from MHA. Scores may be as large as 10^4.
    Vaswani et al. 2017, section 3.1; Xiong et al. 2020, table 1 (post- and pre-norm).
    """
    raise NotImplementedError


def cross_attention(y, memory, Wq, Wk, Wv, mask):
    """Attention of the decoder over what the encoder wrote, with one head.

        Q = y Wq^T        K = memory Wk^T        V = memory Wv^T
        out = softmax(Q K^T / sqrt(d_k), masked) V

    y is (N, Ty, D); memory is (N, Tm, Dm); Wq is (d_k, D); Wk is (d_k, Dm); Wv is (D, Dm); mask is
    (N, 1, Tm), bool, True where memory is real. Returns (N, Ty, D). Ty and Tm differ in general.
    A memory of padding only gives zeros; scores may be as large as 10^4, those of padding too, and
    far above the real ones. Builds on scaled_dot_product_attention of exercise 29.
    Vaswani et al. 2017, section 3.2.3.
    """
    raise NotImplementedError


def next_token_loss(logits, ids, valid):
    """Mean cross-entropy of predicting each next token.

        loss = mean of -log softmax(logits_nt)[ids_n,t+1]
               over all (n, t) for which tokens t and t + 1 are both real

    logits is (N, T, V); ids is (N, T), int; valid is (N, T), bool, True where the token is real.
    Returns a number; 0.0 if nothing is left to predict, as for T = 1. Every prediction of the batch
    counts the same. Padding may stand anywhere. Logits may be as large as 10^4. This is
    masked_cross_entropy of exercise 7 with logits and targets shifted against each other.
    Bengio et al. 2003, section 2 (the log-likelihood of the next word).
    """
    raise NotImplementedError
