"""Exercise 25: RNN architectures

One cell, the recurrent step of exercise 24, can be wired in several ways. By input and output:

    one-to-one     x -> [ ] -> y
                   an ordinary network, not really recurrent
                   example: image classification
    one-to-many    x -> [ ] -> [ ] -> [ ] -> y_1, y_2, y_3
                   example: image captioning (image to sentence)
    many-to-one    x_1, x_2, x_3 -> [ ] -> [ ] -> [ ] -> y
                   example: sentiment analysis (sentence to label)
    many-to-many   x_1, x_2, x_3 -> [ ] -> [ ] -> [ ] -> y_1, y_2, y_3
                   same length, aligned: one output for each input
                   example: video classification (frame by frame)
    many-to-many   x_1, x_2, x_3 -> [encoder] -> [decoder] -> y_1, ..., y_4
                   different lengths
                   example: machine translation (English to French)

In the last one the encoder's final state is all that the decoder gets to know of the source.

By depth:

    vanilla        one layer, h_1 -> h_2 -> h_3
    stacked        several layers: the states of one are the inputs of the next
    bidirectional  one network reads forward, another one backward, and
                   h_t = [forward h_t ; backward h_t], side by side

Bidirectional networks help when the future matters too, as in part-of-speech tagging and named
entity recognition. They need the whole sequence first, so they cannot generate text.

Sequences of a batch differ in length. They are padded to T steps, and lengths[n] says how many are
real. Padding must never reach a result: the last state of a sequence is the one at its last real
step, and a backward pass starts there, not in the padding. A sequence of length 0 is legal: nothing
was read, so its state is still the initial one.

Throughout, a layer is the tuple (W_xh, W_hh, b_h) of exercise 24, and "states" means its
h_t = tanh(h_{t-1} W_hh^T + x_t W_xh^T + b_h). Copy your rnn_step or rnn_forward from there.

Frameworks: PyTorch packs sequences (pack_padded_sequence) and Keras masks them, to the same end as
the lengths here.

Needs: exercise 24.

Run: grade exercise25
"""

import numpy as np


def one_to_one(x, W_xh, b_h, W_hy, b_y):
    """One input, one output: an ordinary network with one hidden layer.

        y = tanh(x W_xh^T + b_h) W_hy^T + b_y

    x is (N, D); W_xh is (H, D); b_h is (H,); W_hy is (O, H); b_y is (O,). Returns y, (N, O).
    Goodfellow, Bengio and Courville 2016, section 6.1.
    """
    raise NotImplementedError


def one_to_many(x, h0, W_xh, W_hh, b_h, W_hy, b_y, steps):
    """One input, a sequence of outputs.

        h_1 = tanh(h_0 W_hh^T + x W_xh^T + b_h)
        h_t = tanh(h_{t-1} W_hh^T + b_h)             t = 2, ..., steps
        y_t = h_t W_hy^T + b_y                       t = 1, ..., steps

    x is (N, D) and is read at the first step only; h0 is (N, H); W_xh is (H, D); W_hh is (H, H);
    b_h is (H,); W_hy is (O, H); b_y is (O,); steps is an int >= 1. Returns y, (N, steps, O).
    Goodfellow, Bengio and Courville 2016, section 10.2.4; Vinyals et al. 2015, equations 10 to 12.
    """
    raise NotImplementedError


def many_to_one(x, lengths, h0, W_xh, W_hh, b_h, W_hy, b_y):
    """A sequence of inputs, one output: that of the last real step.

        y_n = h_n,L W_hy^T + b_y          L = lengths[n], h_n,0 = h0_n

    x is (N, T, D), padded; lengths is (N,), ints in 0 ... T; h0 is (N, H); W_xh, W_hh, b_h, W_hy
    and b_y are as in one_to_many. Returns y, (N, O). States are numbered from 1, arrays from 0.
    The values in the padding are arbitrary and may be large.
    Goodfellow, Bengio and Courville 2016, section 10.2, figure 10.5.
    """
    raise NotImplementedError


def many_to_many(x, h0, W_xh, W_hh, b_h, W_hy, b_y):
    """A sequence of inputs, one output for each.

        h_t = tanh(h_{t-1} W_hh^T + x_t W_xh^T + b_h)
        y_t = h_t W_hy^T + b_y

    x is (N, T, D); h0 is (N, H); W_xh, W_hh, b_h, W_hy and b_y are as in one_to_many. Returns y,
    (N, T, O).
    Goodfellow, Bengio and Courville 2016, section 10.2, figure 10.3.
    """
    raise NotImplementedError


def encoder_decoder(x, y_in, h0, encoder, decoder):
    """A sequence of inputs, a sequence of outputs of another length.

        c   = last encoder state over x, from h0
        s_t = decoder state over y_in, from s_0 = c

    x is (N, T_x, D_x); y_in is (N, T_y, D_y), the decoder's inputs; h0 is (N, H); encoder and
    decoder are layers (W_xh, W_hh, b_h) with H units each and weights of their own. Returns the
    decoder's states, (N, T_y, H). If x has no steps, c is h0 itself.
    Sutskever, Vinyals and Le 2014, section 2; Cho et al. 2014, section 2.2.
    """
    raise NotImplementedError


def stacked_rnn(x, h0s, layers):
    """Several recurrent layers on top of each other.

        h^0_t = x_t
        h^l   = states of layer l over the sequence h^{l-1}, from h0s[l]

    x is (N, T, D); layers is a list of layers (W_xh, W_hh, b_h), the lowest first, whose widths may
    differ; h0s is a list with one initial state (N, H_l) for each. Returns the states of the top
    layer, (N, T, H_last).
    Graves, Mohamed and Hinton 2013, section 2; Goodfellow, Bengio and Courville 2016, section
    10.5.
    """
    raise NotImplementedError


def reverse_padded(x, lengths):
    """Each sequence with its real steps in reverse order and its padding where it was.

        out[n, t] = x[n, L - 1 - t]   for t < L = lengths[n]
        out[n, t] = x[n, t]           for t >= L

    x is (N, T, D), or (N, T) for tokens; lengths is (N,), ints in 0 ... T. Returns a new array of
    the shape of x, and leaves x as it is.
    Schuster and Paliwal 1997, section II (the backward network's input).
    """
    raise NotImplementedError


def bidirectional_rnn(x, lengths, h0_f, h0_b, forward, backward):
    """Forward and backward states of every position, side by side.

        hf       = states of forward over x, from h0_f
        hb       = states of backward over reverse_padded(x), from h0_b,
                   put back in order
        out[n,t] = [hf[n,t] ; hb[n,t]]   for t < lengths[n], else 0

    x is (N, T, D), padded; lengths is (N,), ints in 0 ... T; h0_f and h0_b are (N, H); forward and
    backward are layers (W_xh, W_hh, b_h) with weights of their own. Returns (N, T, 2H). Both halves
    of position t speak of position t: the backward half has read x from the last real step down
    to t. Builds on reverse_padded.
    Schuster and Paliwal 1997, section II; Goodfellow, Bengio and Courville 2016, section 10.3.
    """
    raise NotImplementedError
