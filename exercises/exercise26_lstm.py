"""Exercise 26: LSTM

In the plain recurrent network of exercise 24 every step back multiplies the gradient by W_hh and
by a slope of tanh. Over many steps it vanishes, long-range dependencies cannot be learned, and
what the early time steps said is lost. The long short-term memory adds a second state, the cell c:
a memory highway on which the past is only scaled and added to, never squashed.

    forget gate   f    how much of the old cell is kept
    input gate    i    how much new content is written
    candidate     g    the new content, in (-1, 1)
    output gate   o    how much of the cell is shown as h

    c_t = f c_{t-1} + i g          h_t = o tanh(c_t)

            c_{t-1} ----- x f ------ + ----------+---> c_t      (memory highway)
                                     |           |
                                    i g        tanh x o
                                     |           |
            h_{t-1}, x_t --> gates f, i, g, o    +---> h_t

A gate is a sigmoid of the old state and the input, so it lies in (0, 1) and multiplies entry by
entry. Along the highway dc_t/dc_{t-1} = f: with the forget gate open the gradient travels many
steps unchanged, which is why training starts with a forget bias of 1. h_{t-1} and x_t reach the
gates through one matrix, W (4H, H+D), that acts on the row [h_{t-1}, x_t]:

    a = [h_{t-1}, x_t] W^T + b     four blocks of H columns: f, i, g, o

Backward, every step gets gradient from two sides: dh (from the output at this step and from the
next step's gates) and dc (from the next cell). An LSTM has four times the parameters of a plain
RNN with the same H, is still run step by step, and the gates can also close and let gradients
vanish; it makes long memory possible, it does not enforce it.

Frameworks: PyTorch orders the blocks i, f, g, o and keeps W_ih and W_hh apart; Keras has
i, f, c, o; course code often i, f, o, g. Same cell, other layout: a weight file does not say.

Needs: exercise 24.

Run: grade exercise26
"""

import numpy as np


def lstm_gates(x, h_prev, W, b):
    """The three gates and the candidate of one step.

        a = [h_prev, x] W^T + b = [a_f, a_i, a_g, a_o]
        f = sigmoid(a_f)      i = sigmoid(a_i)
        g = tanh(a_g)         o = sigmoid(a_o)

    x is (N, D); h_prev is (N, H); W is (4H, H+D), its first H columns act on the state; b is (4H,).
    Returns f, i, g, o in this order, each (N, H). A pre-activation of 1e3 gives gates of exactly 0
    or 1 and never nan.
    Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000; in this form
    Goodfellow, Bengio and Courville 2016, equations 10.40 to 10.44.
    """
    raise NotImplementedError


def lstm_cell_update(f, i, g, o, c_prev):
    """New state and new cell from the gates and the old cell.

        c = f c_prev + i g
        h = o tanh(c)

    Everything is (N, H) and products are entry by entry; returns h and c, in this order. With
    f = 1 and i = 0 the cell stays exactly what it was, however large.
    Goodfellow, Bengio and Courville 2016, equations 10.41 and 10.43.
    """
    raise NotImplementedError


def lstm_step(x, h_prev, c_prev, W, b):
    """One step of the LSTM: gates, then cell update.

        f, i, g, o = gates of [h_prev, x]
        c = f c_prev + i g
        h = o tanh(c)

    x is (N, D); h_prev and c_prev are (N, H); W is (4H, H+D); b is (4H,). Returns h and c, (N, H)
    each, in this order. The gates see the state h_prev, not the cell. Builds on lstm_gates and
    lstm_cell_update.
    Goodfellow, Bengio and Courville 2016, section 10.10.1.
    """
    raise NotImplementedError


def lstm_step_backward(dh, dc, x, h_prev, c_prev, W, b):
    """Gradients of one step, given those that arrive at its state and at its cell.

        dct     = dc + dh o (1 - tanh(c)^2)
        d_o     = dh tanh(c)
        d_f     = dct c_prev         d_i = dct g         d_g = dct i
        dc_prev = dct f
        da_k    = d_k k (1 - k)   for k = f, i, o        da_g = d_g (1 - g^2)

    da = [da_f, da_i, da_g, da_o] is the gradient at a = [h_prev, x] W^T + b. That is a linear layer
    with input [h_prev, x], so dh_prev, dx, dW and db follow as in exercise 4. dh and dc are (N, H),
    the others as in lstm_step. Returns dx (N, D), dh_prev (N, H), dc_prev (N, H), dW (4H, H+D),
    db (4H,). dh alone or dc alone may be 0.
    Differentiates lstm_step. Greff et al. 2017, section II.B (there with peepholes).
    """
    raise NotImplementedError


def lstm_forward(x, h0, c0, W, b):
    """States and cells of a whole sequence.

        h_t, c_t = lstm_step(x_t, h_{t-1}, c_{t-1}, W, b)      t = 1, ..., T

    x is (N, T, D); h0 and c0 are (N, H), not zero in general; W and b are shared by all steps.
    Returns hs and cs, (N, T, H) each; for T = 0 both are (N, 0, H).
    Hochreiter and Schmidhuber 1997, section 4; Goodfellow, Bengio and Courville 2016, section
    10.10.1.
    """
    raise NotImplementedError


def lstm_backward(dhs, x, h0, c0, W, b):
    """Backprop through time: gradients of a whole sequence.

        dh = dhs_t + what step t+1 sends to h_t
        dc = what step t+1 sends to c_t
        dW = sum over t of the dW of step t       db likewise

    for t = T, ..., 1; nothing comes from beyond the last step, and the loss sees the cells only
    through the states. dhs is (N, T, H), the gradient arriving at each state; x, h0, c0, W and b
    are as in lstm_forward. Returns dx (N, T, D), dh0 (N, H), dc0 (N, H), dW (4H, H+D), db (4H,).
    Differentiates lstm_forward (hs). Greff et al. 2017, section II.B; Werbos 1990.
    """
    raise NotImplementedError


def lstm_init(D, H, rng):
    """Initial weights and biases: uniform weights, forget bias 1.

        bound = 1 / sqrt(H)
        u     = rng.random((4H, H+D)), the only draw
        W     = bound (2 u - 1)
        b     = 1 in the forget block, 0 elsewhere

    D and H are ints, rng is a numpy.random.Generator. Returns W (4H, H+D) and b (4H,). Blocks are
    in the order f, i, g, o.
    Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015 (forget bias of 1).
    """
    raise NotImplementedError
