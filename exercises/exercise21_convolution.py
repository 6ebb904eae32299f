"""Exercise 21: Convolution

A convolutional layer looks for the same small pattern at every place of an image. One filter is a
block of weights, (C, kh, kw) for C input channels; at each place it is multiplied with the window
of the image below it and everything is added up. Because the weights are shared between all places,
a layer has few of them, and a pattern that moves in the image moves in the output in the same way.

What deep learning calls convolution is cross-correlation: the kernel is not flipped. A true
convolution turns it by 180 degrees first (scipy.signal.convolve does). A network learns its
kernels, so for training it makes no difference; for comparing numbers it does.

Exercise 20 gives the sizes: with stride s and padding p there are Ho = floor((H + 2p - kh)/s) + 1
rows of places, and place (i, j) reads rows i s ... i s + kh - 1 of the padded image. Columns alike.

Backward (exercise 4). Each output is a sum of products, so the rule of a product does everything:
output (n, f, i, j) sends w[f] times its upstream gradient into the window that it read, and the
window times the same number into dw[f]. Windows overlap when the stride is smaller than the
kernel; a pixel that was read by several windows adds up all that it receives, and a pixel that no
window has read gets 0. In the end the border of the padding is cut off again.

im2col. If every window is written out as a row of a matrix, a convolution is one matrix product,
which is how fast libraries do it. Writing windows out is linear, and its adjoint col2im adds every
row back to the pixels that it came from. It is not the inverse: overlapping pixels add up.

Layout here and in PyTorch: images (N, C, H, W), kernels (F, C, kh, kw). TensorFlow uses
(N, H, W, C) and (kh, kw, C, F).

Needs: exercise 20, exercise 4.
Run: grade exercise21
"""

import numpy as np


def cross_correlate2d(x, w):
    """Slide one kernel over one channel, without padding.

        out_ij = sum_a sum_b x[i + a, j + b] w[a, b]

    x is (H, W); w is (kh, kw), at most as large as x and not always square. Returns
    (H - kh + 1, W - kw + 1).
    Goodfellow, Bengio and Courville 2016, equation 9.6.
    """
    raise NotImplementedError


def conv2d_forward(x, w, b, stride=1, pad=0):
    """Apply F filters to a batch of images.

        xp  = x with a border of pad zeros on all four sides
        out[n, f, i, j] = b_f + sum_c sum_a sum_d xp[n, c, i stride + a, j stride + d] w[f, c, a, d]

    x is (N, C, H, W); w is (F, C, kh, kw); b is (F,); stride and pad are int, pad may be 0. Returns
    (N, F, Ho, Wo) with the sizes of exercise 20; the stride need not divide. Leave x unchanged.
    Goodfellow, Bengio and Courville 2016, equations 9.7 and 9.8.
    """
    raise NotImplementedError


def conv2d_backward(dout, x, w, stride=1, pad=0):
    """Gradients of conv2d_forward.

        dxp[n, c, i stride + a, j stride + d] += w[f, c, a, d] dout[n, f, i, j]    for all f, i, j
        dw[f, c, a, d] = sum_n sum_i sum_j xp[n, c, i stride + a, j stride + d] dout[n, f, i, j]
        db_f           = sum_n sum_i sum_j dout[n, f, i, j]
        dx             = dxp without its border

    dout is (N, F, Ho, Wo); x, w, stride and pad are those of the forward pass. Returns dx
    (N, C, H, W), dw (F, C, kh, kw) and db (F,). Overlapping windows add up in dx; pixels that no
    window read get 0. The border to cut may be 0 wide.
    Goodfellow, Bengio and Courville 2016, equations 9.11 and 9.13.
    """
    raise NotImplementedError


def im2col(x, kh, kw, stride=1, pad=0):
    """Write every window of the padded images out as a row.

        cols[n, i Wo + j] = xp[n, :, i stride : i stride + kh, j stride : j stride + kw], flattened

    x is (N, C, H, W), and xp is x with a border of pad zeros. Returns (N, L, C kh kw), L = Ho Wo:
    the windows row by row like the output image, each flattened in the order (C, kh, kw), so that
    conv2d_forward without its bias is cols @ w.reshape(F, -1).T, up to the order of axes.
    Chellapilla, Puri and Simard 2006 (unrolled convolution).
    """
    raise NotImplementedError


def col2im(cols, shape, kh, kw, stride=1, pad=0):
    """Add every row of cols back to where im2col read it: the adjoint of im2col.

        xp[n, c, i stride + a, j stride + d] += cols[n, i Wo + j, (c kh + a) kw + d]
        x = xp without its border

    cols is (N, L, C kh kw); shape is the tuple (N, C, H, W) of the images, without the border,
    which is pad wide, possibly 0. Returns an array of that shape. Overlapping windows add up;
    pixels of no window stay 0.
    Chellapilla, Puri and Simard 2006 (the backward pass of the unrolled convolution).
    """
    raise NotImplementedError


def conv1d_causal(x, w, b):
    """Convolve a sequence so that no output sees the future.

        out[n, f, t] = b_f + sum_c sum_a w[f, c, a] x[n, c, t - (k - 1) + a]

    x is (N, C, T) and counts as 0 before its start; w is (F, C, k); b is (F,). w[..., k-1] meets
    the current input. Returns (N, F, T), also for T = 1, k = 1 and T < k.
    Van den Oord et al. 2016 (WaveNet), section 2.1.
    """
    raise NotImplementedError
