"""Exercise 20: Convolution shapes

A convolutional layer slides a small window over an image and computes one number at every place.
How many places there are, how many weights the window has, and how much of the image one output
depends on is plain arithmetic, and it decides whether the layers of a network fit together. Most
errors in a new network are errors of this arithmetic (exercise 2 has shapes in general).

    n          size of the input along one axis
    k          size of the kernel along that axis
    stride     how far the window moves from one place to the next
    pad        how many pixels are added at each of the two ends
    dilation   distance between neighbouring pixels that the kernel reads; 1 means adjacent

A dilated kernel has k weights but covers dilation (k-1) + 1 pixels. The padded input has n + 2 pad.
The window starts at the left end and moves by stride as long as it fits; what is left over at the
right end is never read. Stride 2 therefore halves the size, roughly, and padding of (k-1)/2 on both
sides keeps it for an odd kernel and stride 1.

Weights. A filter spans all input channels, so a layer with F filters has F C kh kw weights and F
biases, whatever the size of the image: that is what sharing weights over places saves. With groups,
the channels are split, and a filter sees C/groups of them; groups = C is a depthwise convolution.

Receptive field. One output of the first layer depends on k pixels. Every further layer widens that,
and all strides before it widen it faster. Two 3x3 layers see 5x5, three see 7x7, with fewer weights
than one 7x7 layer. Pooling (exercise 22) counts as a layer here as well.

Frameworks: PyTorch rounds the output size down, as here; TensorFlow's "SAME" rounds n/stride up. A
kernel larger than the padded input is an error there; here the size is 0.

Needs: exercise 2.
Run: grade exercise20
"""

import numpy as np


def conv_output_size(n, k, stride=1, pad=0, dilation=1):
    """Count the places of a window along one axis.

        extent = dilation (k - 1) + 1
        size   = floor((n + 2 pad - extent) / stride) + 1    if extent <= n + 2 pad, else 0

    All arguments are int, n, k, stride and dilation at least 1, pad at least 0. Returns an int, not
    a float. The stride need not divide; the kernel may be as large as the input, or larger.
    Dumoulin and Visin 2016, relationships 6 and 15.
    """
    raise NotImplementedError


def same_padding(k, dilation=1):
    """Padding on the left and on the right that keeps the size at stride 1.

        left + right = dilation (k - 1)
        left         = floor((left + right) / 2)

    Returns two int, left and right. An odd total cannot be split evenly: the extra pixel goes to
    the right. k = 1 needs no padding.
    Goodfellow, Bengio and Courville 2016, section 9.5 ("same" convolution).
    """
    raise NotImplementedError


def pad_images(x, pad, value=0.0):
    """Surround every channel of every image by a constant border.

        out[n, c, i + pad, j + pad] = x[n, c, i, j], every other entry is value

    x is (N, C, H, W); pad is an int, 0 allowed; value is a float, -inf allowed (for max pooling).
    Returns (N, C, H + 2 pad, W + 2 pad). Leave x unchanged.
    Goodfellow, Bengio and Courville 2016, section 9.5.
    """
    raise NotImplementedError


def conv_param_count(C, F, kh, kw, groups=1, bias=True):
    """Count the parameters of a convolutional layer.

        count = F (C / groups) kh kw + (F if bias else 0)

    C input channels, F filters, kernel of kh by kw; groups divides C and F; bias is a bool.
    Returns an int. groups = C is depthwise, kh = kw = 1 mixes channels only.
    Goodfellow, Bengio and Courville 2016, equation 9.7; groups: Krizhevsky, Sutskever and Hinton
    2012, section 3.5.
    """
    raise NotImplementedError


def receptive_field(layers):
    """Size of the input region that one output depends on, along one axis.

        r = 1, j = 1
        for (k, s) in layers, from input to output:
            r = r + (k - 1) j
            j = j s

    layers is a list of tuples (kernel, stride). j is the distance in input pixels between
    neighbouring outputs so far. Returns an int; 1 for no layers at all.
    Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks",
    equation 2.
    """
    raise NotImplementedError
