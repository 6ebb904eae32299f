"""Exercise 27: GRU

The gated recurrent unit asks how much of the LSTM (exercise 26) is needed. It has no cell: one
state h is memory and output at once. It has two gates instead of three:

    update gate z   how much of the state is replaced by new content
    reset gate  r   how much of the old state the new content may look at

    z, r = sigmoid([h_{t-1}, x_t] Wg^T + bg)     two blocks, z first
    n    = tanh([r h_{t-1}, x_t] Wc^T + bc)      the candidate
    h_t  = (1 - z) h_{t-1} + z n                 entry by entry

The last line is an interpolation: what is not replaced is copied, so forget and input gate of the
LSTM are tied together (1 - z and z). With z near 0 the state, and the gradient on its way back,
passes many steps unchanged; this leak is the GRU's memory highway. With r near 0 the candidate
starts afresh from the input alone.

Backward, the old state reaches the new one along three paths: the leak, the reset state inside the
candidate, and the two gates. Gradients along all of them add up.

A GRU has three blocks of weights to the LSTM's four, so it is a quarter smaller and faster per
step; which of the two learns better depends on the task. Parameters of one layer with H units and
D inputs:

    plain RNN   1 (H (H + D) + H)
    GRU         3 (H (H + D) + H)      two gates and a candidate
    LSTM        4 (H (H + D) + H)      three gates and a candidate

Frameworks: the papers disagree on the roles of z and 1 - z. Here z is how much is updated, as in
Chung et al. 2014; PyTorch writes h_t = (1 - z) n + z h_{t-1}, as Cho et al. 2014. PyTorch also
multiplies by r after the matrix product, r (W h), which lets one product serve all three blocks;
and it keeps two bias vectors for each block.

Needs: exercise 26.

Run: grade exercise27
"""

import numpy as np


def gru_gates(x, h_prev, Wg, bg):
    """Update gate and reset gate.

        [a_z, a_r] = [h_prev, x] Wg^T + bg
        z = sigmoid(a_z)        r = sigmoid(a_r)

    x is (N, D); h_prev is (N, H); Wg is (2H, H+D), its first H columns act on the state, its first
    H rows make z; bg is (2H,). Returns z and r, (N, H) each, in this order. Saturated gates are
    next to 0 or 1.
    Cho et al. 2014, equations 5 and 6; Chung et al. 2014, section 3.2.
    """
    raise NotImplementedError


def gru_candidate(x, h_prev, r, Wc, bc):
    """The new content that is offered to the state.

        n = tanh([r h_prev, x] Wc^T + bc)

    x is (N, D); h_prev and r are (N, H); Wc is (H, H+D), its first H columns act on the reset
    state; bc is (H,). Returns n, (N, H). The reset comes before the matrix product. With r = 0 the
    old state does not matter at all.
    Cho et al. 2014, equation 8; Chung et al. 2014, section 3.2.
    """
    raise NotImplementedError


def gru_step(x, h_prev, Wg, bg, Wc, bc):
    """One step of the GRU: gates, candidate, interpolation.

        h = (1 - z) h_prev + z n

    x is (N, D); h_prev is (N, H); Wg is (2H, H+D); bg is (2H,); Wc is (H, H+D); bc is (H,). Returns
    h, (N, H). With z = 0 the old state is kept, with z = 1 it is replaced. Builds on gru_gates and
    gru_candidate.
    Chung et al. 2014, section 3.2.
    """
    raise NotImplementedError


def gru_step_backward(dh, x, h_prev, Wg, bg, Wc, bc):
    """Gradients of one step, given the gradient dh at its state.

        dn   = dh z                    dz   = dh (n - h_prev)
        da_n = dn (1 - n^2)            da_z = dz z (1 - z)
        dr   = e h_prev                da_r = dr r (1 - r)
        dh_prev = dh (1 - z) + e r + k

    a_n = [r h_prev, x] Wc^T + bc and [a_z, a_r] = [h_prev, x] Wg^T + bg are linear layers (exercise
    4). e is what the first of them sends back to r h_prev, k what the second sends back to h_prev;
    x is read by both. dh is (N, H); x, h_prev, Wg, bg, Wc and bc are as in gru_step. Returns
    dx (N, D), dh_prev (N, H), dWg (2H, H+D), dbg (2H,), dWc (H, H+D), dbc (H,).
    Differentiates gru_step. Chung et al. 2014, section 3.2, by the chain rule of exercise 4.
    """
    raise NotImplementedError


def gru_forward(x, h0, Wg, bg, Wc, bc):
    """The states of a whole sequence.

        h_0 = h0
        h_t = gru_step(x_t, h_{t-1}, Wg, bg, Wc, bc)      t = 1, ..., T

    x is (N, T, D); h0 is (N, H), not zero in general; Wg, bg, Wc and bc are the same at every step.
    Returns h_1 ... h_T, (N, T, H); for T = 0 the shape is (N, 0, H).
    Cho et al. 2014, section 2.3.
    """
    raise NotImplementedError


def recurrent_param_count(kind, D, H):
    """Number of parameters of one recurrent layer.

        blocks = 1 for "rnn", 3 for "gru", 4 for "lstm"
        count  = blocks (H (H + D) + H)

    kind is one of these three strings; D inputs and H units are ints. Every block has weights on
    the state, weights on the input, and one bias vector. Returns an int.
    Goodfellow, Bengio and Courville 2016, section 10.10.
    """
    raise NotImplementedError
