"""Exercise 24: Recurrent networks and backprop through time

A feed-forward network sees one input and forgets it. A recurrent network reads a sequence step by
step and keeps a hidden state: a loop lets information persist.

    h_t = tanh(W_hh h_{t-1} + W_xh x_t + b_h)        y_t = W_hy h_t + b_y

    x_t  input at time t            W_xh  input-to-hidden weights
    h_t  hidden state at time t     W_hh  recurrent, hidden-to-hidden weights
    y_t  output at time t           W_hy  hidden-to-output weights

Unrolled over time it is a deep network that uses the same weights at every step:

    y_1      y_2      y_3      y_4
     ^        ^        ^        ^      W_hy
    h_1 ---> h_2 ---> h_3 ---> h_4     W_hh
     ^        ^        ^        ^      W_xh
    x_1      x_2      x_3      x_4

    Advantages     sequences of any length
                   model size does not grow with the length
                   results take the past into account
                   weights are shared across time
    Disadvantages  gradients vanish and explode: the major problem
                   long-range dependencies are hard to capture
                   steps run one after the other, so nothing is parallel
                   training is slow

Backprop through time is backprop on the unrolled graph. It starts at the last step. A state has two
children, its output and the next state, so its gradient is a sum of two. The weights are used at
every step, so their gradients add up over time. Each step back multiplies by W_hh and by the slope
1 - h^2; over many steps the product vanishes or explodes (exercise 15). Truncated backprop cuts
long sequences into chunks: states are carried across a cut, gradients are not.

The formulas above are for column vectors. Here a batch of rows goes through, so W h becomes
h W^T: h_prev W_hh^T + x W_xh^T + b_h, with W_xh (H, D), W_hh (H, H), W_hy (O, H), x (N, T, D).

Frameworks: PyTorch keeps two biases in each recurrence, b_ih and b_hh. They only add up, so one is
enough. Its default layout puts time first; here the batch comes first.

Needs: exercise 5, exercise 2, exercise 15.

Run: grade exercise24
"""

import numpy as np


def rnn_step(x, h_prev, W_xh, W_hh, b_h):
    """The hidden state after one step.

        h = tanh(h_prev W_hh^T + x W_xh^T + b_h)

    x is (N, D); h_prev is (N, H); W_xh is (H, D); W_hh is (H, H), not symmetric; b_h is (H,).
    Returns h, (N, H). Saturated units give values next to -1 or 1.
    Elman 1990; Goodfellow, Bengio and Courville 2016, equations 10.8 and 10.9.
    """
    raise NotImplementedError


def rnn_step_backward(dh, x, h_prev, W_xh, W_hh, b_h):
    """Gradients of one step, given the gradient dh at its state.

        da      = dh (1 - h^2)
        dx      = da W_xh            dh_prev = da W_hh
        dW_xh   = da^T x             dW_hh   = da^T h_prev
        db_h    = sum over the examples of da

    h is the result of rnn_step and a what stands inside its tanh. dh is (N, H); x, h_prev, W_xh,
    W_hh and b_h are as in rnn_step. Returns dx (N, D), dh_prev (N, H), dW_xh (H, D), dW_hh (H, H),
    db_h (H,).
    Differentiates rnn_step. Goodfellow, Bengio and Courville 2016, equations 10.22 to 10.28.
    """
    raise NotImplementedError


def rnn_forward(x, h0, W_xh, W_hh, b_h):
    """The states of a whole sequence.

        h_0 = h0
        h_t = tanh(h_{t-1} W_hh^T + x_t W_xh^T + b_h)      t = 1, ..., T

    x is (N, T, D); h0 is (N, H), not zero in general; W_xh, W_hh and b_h are the same at every
    step. Returns h_1 ... h_T, (N, T, H); for T = 0 the shape is (N, 0, H). Builds on rnn_step.
    Goodfellow, Bengio and Courville 2016, section 10.2.
    """
    raise NotImplementedError


def rnn_backward(dhs, x, h0, W_xh, W_hh, b_h):
    """Backprop through time: gradients of a whole sequence.

        dh_t = dhs_t + what step t+1 sends back to h_t     t = T, ..., 1
        dW   = sum over t of the dW of step t              also db_h

    Nothing comes from beyond the last step; what step 1 sends back is dh0. dhs is (N, T, H), the
    gradient arriving at each state from its own output; x, h0, W_xh, W_hh and b_h are as in
    rnn_forward. Returns dx (N, T, D), dh0 (N, H), dW_xh (H, D), dW_hh (H, H), db_h (H,).
    Differentiates rnn_forward; builds on rnn_step_backward. Werbos 1990; Goodfellow, Bengio and
    Courville 2016, section 10.2.2.
    """
    raise NotImplementedError


def rnn_output(h, W_hy, b_y):
    """The output of every step.

        y_t = h_t W_hy^T + b_y

    h is (N, T, H); W_hy is (O, H); b_y is (O,). Returns y, (N, T, O), also for T = 0. There is no
    activation: a softmax, if any, belongs to the loss.
    Goodfellow, Bengio and Courville 2016, equation 10.10.
    """
    raise NotImplementedError


def rnn_output_backward(dy, h, W_hy):
    """Gradients of the output layer, which is shared by all steps.

        dh    = dy W_hy
        dW_hy = sum over examples and steps of dy^T h
        db_y  = sum over examples and steps of dy

    dy is (N, T, O); h is (N, T, H); W_hy is (O, H). Returns dh (N, T, H), dW_hy (O, H), db_y (O,).
    Differentiates rnn_output. Goodfellow, Bengio and Courville 2016, equations 10.23 and 10.24.
    """
    raise NotImplementedError


def truncated_bptt_chunks(T, k):
    """Consecutive chunks of a sequence of T steps for truncated backprop through time.

        (0, k), (k, 2k), ..., (last start, T)

    T and k are ints, T >= 0 and k >= 1. Returns a list of (start, end), end exclusive; the chunks
    cover 0 ... T without gap or overlap, all of k steps except perhaps the last one, which is
    shorter. For T = 0 the list is empty.
    Williams and Peng 1990; Sutskever 2013, section 2.8.6.
    """
    raise NotImplementedError
