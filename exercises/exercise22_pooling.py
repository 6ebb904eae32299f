"""Exercise 22: Pooling

Pooling makes an image smaller by putting one number in place of a window of k by k pixels: the
largest one, or the mean. It has no weights. The next layers have less to compute and see more of
the image (exercise 20), and the result changes little when a pattern moves by a pixel. Every
channel is pooled on its own.

Windows are placed as in a convolution without padding: Ho = floor((H - k)/stride) + 1 rows of
windows, and window (i, j) starts at row i stride and column j stride. Often stride = k, and the
windows lie side by side; with stride < k they overlap, with stride > k there are gaps between them.
Rows and columns at the end that do not fill a window are dropped.

Backward. The maximum depends, at almost every point, on one pixel only: its derivative is 1 for the
winner and 0 for the others, so the winner of a window receives the whole upstream gradient. A pixel
may win several overlapping windows and then adds up what it receives. If two pixels tie, the
maximum has a kink, and a rule is needed that sends the gradient to one of them: here, as in
PyTorch, the first in row-major order (the upper one, in one row the left one). Giving it to all of
them would multiply the gradient. Of the mean, every pixel has the derivative 1/k^2. A pixel that
no window read has gradient 0.

Global average pooling is the mean over all pixels of a channel. It turns (N, C, H, W) into (N, C),
whatever H and W are, and often stands where a network goes from images to classes.

Frameworks: PyTorch drops incomplete windows too, unless ceil_mode is set; TensorFlow's "SAME" keeps
them.

Needs: exercise 20.
Run: grade exercise22
"""

import numpy as np


def maxpool_forward(x, k, stride):
    """Largest pixel of every k by k window.

        out[n, c, i, j] = max over a, d in 0 .. k-1 of x[n, c, i stride + a, j stride + d]

    x is (N, C, H, W); k and stride are int, in any order of size. Returns (N, C, Ho, Wo) with
    Ho = floor((H - k)/stride) + 1 and Wo alike: incomplete windows are dropped. All pixels of a
    window may be negative.
    Goodfellow, Bengio and Courville 2016, section 9.3.
    """
    raise NotImplementedError


def maxpool_backward(dout, x, k, stride):
    """Gradient of maxpool_forward: the winner of each window receives its gradient.

        dx[n, c, i stride + a, j stride + d] += dout[n, c, i, j]

    where (a, d) is the first maximum of window (i, j) in row-major order. dout is (N, C, Ho, Wo);
    x, k and stride are those of the forward pass. Returns (N, C, H, W). A pixel that wins several
    windows adds up; of tied pixels exactly one receives; pixels that no window read get 0.
    Goodfellow, Bengio and Courville 2016, sections 6.5 and 9.3.
    """
    raise NotImplementedError


def avgpool_forward(x, k, stride):
    """Mean of every k by k window.

        out[n, c, i, j] = (1/k^2) sum_a sum_d x[n, c, i stride + a, j stride + d]

    x is (N, C, H, W); k and stride are int, in any order of size. Returns (N, C, Ho, Wo), sizes as
    in maxpool_forward.
    LeCun, Bottou, Bengio and Haffner 1998, section II.A (subsampling).
    """
    raise NotImplementedError


def avgpool_backward(dout, x, k, stride):
    """Gradient of avgpool_forward: every pixel of a window receives an equal share.

        dx[n, c, i stride + a, j stride + d] += dout[n, c, i, j] / k^2    for all a, d in 0 .. k-1

    dout is (N, C, Ho, Wo); x gives the shape. Returns (N, C, H, W). Overlapping windows add up;
    pixels that no window read get 0.
    Goodfellow, Bengio and Courville 2016, sections 6.5 and 9.3.
    """
    raise NotImplementedError


def global_avg_pool(x):
    """Mean over all pixels of each channel.

        out_nc = (1/(H W)) sum_i sum_j x[n, c, i, j]

    x is (N, C, H, W); H and W may differ and may be 1. Returns (N, C).
    Lin, Chen and Yan 2014 (Network in network), section 3.2.
    """
    raise NotImplementedError


def global_avg_pool_backward(dout, x):
    """Gradient of global_avg_pool.

        dx[n, c, i, j] = dout_nc / (H W)

    dout is (N, C); x is (N, C, H, W). Returns (N, C, H, W).
    Lin, Chen and Yan 2014, section 3.2.
    """
    raise NotImplementedError
