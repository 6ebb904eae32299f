"""Exercise 28: Seq2Seq and attention

Translation turns one sequence into another of a different length (exercise 25: many-to-many). A
sequence-to-sequence model does it with two recurrent networks: the encoder reads the source, the
decoder writes the target token by token, each token given the ones before.

Without attention, all the decoder knows of the source is the encoder's last state: a vector of
fixed size for a sentence of any length. Long sentences suffer. Attention keeps all encoder states
and lets every decoder step look at those that matter to it:

    scores     one number for each source position: how well does it fit the decoder's query?
    weights    softmax of the scores (exercise 6), padding left out
    context    the weighted sum of the values at these positions

It is a dictionary look-up made soft: keys are compared with a query, and the answer is a mixture of
values. Being soft, it has gradients everywhere, and the path from any target to any source position
is short, so they do not vanish on the way. Two classical scores:

    bilinear ("general"), Luong     q^T Wa k            cheap: one product of matrices
    additive, Bahdanau              v^T tanh(Wq q + Wk k)    a small network, spaces may differ

In a batch, shorter sources are padded. A boolean mask says which positions are real (True); padding
must get weight 0 exactly, and the other weights must still sum to 1.

Training: the decoder reads the right previous token, not its own guess (teacher forcing). All steps
are then known at once, and an early mistake does not spoil the rest. The loss is the cross-entropy
of exercise 7. At test time there is no right token: the decoder reads what it wrote itself until it
writes the end token. So it meets mistakes that training never showed it (exposure bias). Greedy
decoding takes the most likely token at each step; beam search keeps several prefixes.

Needs: exercise 25, exercise 6, exercise 7.
Run: grade exercise28
"""

import numpy as np


def general_scores(q, K, Wa):
    """Bilinear score of a query with every key.

        score_ns = q_n^T Wa k_ns

    q is (N, Dq), one query an example; K is (N, S, Dk), the encoder states; Wa is (Dq, Dk), in
    general neither square nor symmetric. Returns (N, S). Wa = I gives plain dot products.
    Luong, Pham and Manning 2015, equation 8 ("general").
    """
    raise NotImplementedError


def additive_scores(q, K, Wq, Wk, v):
    """Score of a query with every key by a network of one hidden layer.

        score_ns = v^T tanh(Wq q_n + Wk k_ns)

    q is (N, Dq); K is (N, S, Dk); Wq is (A, Dq); Wk is (A, Dk); v is (A,). Returns (N, S). All
    sizes may be equal.
    Bahdanau, Cho and Bengio 2015, appendix A.1.2.
    """
    raise NotImplementedError


def attention_weights(scores, mask):
    """Softmax of the scores over the real source positions.

        weight_ns = exp(score_ns) / sum over real s' of exp(score_ns')    where mask_ns is True
        weight_ns = 0                                                     where it is False

    scores is (N, S); mask is (N, S), bool, True for a real position. Returns (N, S). A source of
    padding only gets zeros. Scores may be as large as 10^4, of both signs, at padding too; the
    result is finite.
    Bahdanau, Cho and Bengio 2015, equation 6.
    """
    raise NotImplementedError


def attention_context(weights, values):
    """Weighted sum of the values.

        context_n = sum_s weight_ns value_ns

    weights is (N, S), and its rows sum to 1, or are 0 for a source of padding only; values is
    (N, S, D). Returns (N, D). One-hot weights select a value.
    Bahdanau, Cho and Bengio 2015, equation 5.
    """
    raise NotImplementedError


def attention_read_backward(dctx, scores, mask, values):
    """Gradients of reading: of attention_context(attention_weights(scores, mask), values).

        a_ns        = attention_weights(scores, mask)_ns
        dvalues_nsd = a_ns dctx_nd
        da_ns       = sum_d dctx_nd value_nsd
        dscores_ns  = a_ns (da_ns - sum_s' a_ns' da_ns')

    dctx is (N, D), the gradient of the context; scores and mask are (N, S); values is (N, S, D).
    Returns dscores (N, S) and dvalues (N, S, D). Padding gets 0 in both. A single real position has
    weight 1 whatever its score, so its dscores is 0. Builds on attention_weights.
    Goodfellow, Bengio and Courville 2016, sections 6.2.2.3 and 6.5 (softmax and backprop).
    """
    raise NotImplementedError


def luong_output(c, h, Wc):
    """Attentional state: context and decoder state, mixed.

        out_n = tanh(Wc [c_n; h_n])

    c is (N, Dc), the context; h is (N, H), the decoder state; Wc is (A, Dc + H), and its first Dc
    columns meet the context. Returns (N, A). Dc and H may be equal.
    Luong, Pham and Manning 2015, equation 5.
    """
    raise NotImplementedError


def teacher_forcing_inputs(y, bos):
    """Decoder inputs for training: the targets, one step late.

        input_n = [bos, y_n0, y_n1, ..., y_n,T-2]

    y is (N, T), the target tokens, int; bos is an int, the start token. Returns (N, T) of the same
    integer type. T may be 1. Leave y unchanged.
    Goodfellow, Bengio and Courville 2016, section 10.2.1 (teacher forcing).
    """
    raise NotImplementedError


def greedy_decode(step, state, bos, eos, max_len):
    """Write a sequence, always taking the most likely token.

        token = bos
        repeat: logits, state = step(token, state)
                token = argmax of logits, the lowest index on a tie
        until token is eos, or max_len tokens have been written

    step is a function (token, state) -> (logits, state): token is an int, logits is (V,), and state
    is whatever the decoder keeps; state as an argument is the first one. bos, eos and max_len are
    int. Returns a list of int, without bos and without eos; [] if eos comes at once.
    Sutskever, Vinyals and Le 2014, section 3.2 (a beam of size 1).
    """
    raise NotImplementedError
