"""Exercise 5: Activation functions and their derivatives

Needs: exercise 4 (a backward function multiplies dout by the local derivative).

Two affine maps in a row are one affine map: without something nonlinear between them, depth gains
nothing. An activation function is applied to every entry on its own, so its backward pass is
elementwise too: dx = dout * f'(x). Only f' differs.

    function      formula                  range       slope                 largest slope
    sigmoid s     1 / (1 + e^(-x))         (0, 1)      s (1 - s)             1/4, at 0
    tanh          (e^2x - 1)/(e^2x + 1)    (-1, 1)     1 - tanh^2            1, at 0
    ReLU          max(x, 0)                [0, inf)    1 for x > 0, else 0   1
    leaky ReLU    x or alpha x             all         1 for x > 0, else alpha
    GELU          x Phi(x), about          > -0.17     see below             about 1.13

Sigmoid and tanh saturate: far from 0 their slope is nearly 0, nothing gets through, and a product
of many slopes of at most 1/4 vanishes (exercise 15). Today they sit where their range is needed:
probabilities, gates of an LSTM. They are related by tanh(x) = 2 s(2x) - 1.

ReLU passes the gradient unchanged where the unit is on, is cheap, and switches units off exactly.
Its price: a unit whose input is negative for all examples gets gradient 0 for ever (a dead unit);
leaky ReLU keeps a small slope alpha there. At exactly 0 ReLU has no derivative; by convention
the slope is 0, as in PyTorch and TensorFlow, so leaky ReLU has alpha there.

GELU weights x by the probability Phi(x) that a standard normal variable lies below x. This course
uses the tanh approximation; PyTorch's default is the exact form with erf, which differs by up to
about 5e-4. It is smooth, dips below 0 near x = -0.75, and is the activation of most Transformers.

The backward functions here take x, the *input* of the forward function. Libraries often keep the
output instead, because s (1 - s) and 1 - t^2 are formulas in the output: do not mix them up.

Run: grade exercise5
"""

import numpy as np


def sigmoid(x):
    """Squash numbers into (0, 1).

        s(x) = 1 / (1 + e^(-x)) = e^x / (1 + e^x)

    x is a number or an array of any shape; the result has its shape. s(0) = 0.5; s(1e4) = 1 and
    s(-1e4) = 0, without an overflow warning (here it counts as a fault); s(-30) is 9.36e-14.
    Goodfellow, Bengio and Courville 2016, section 3.10.
    """
    raise NotImplementedError


def sigmoid_backward(dout, x):
    """Backpropagate through the sigmoid.

        dx = dout s (1 - s),   s = s(x)

    dout and x, the input of the forward pass, have one shape, and so has dx. x = 0 gives dout / 4,
    x = +-1e4 gives 0. Builds on sigmoid.
    Goodfellow, Bengio and Courville 2016, section 3.10.
    """
    raise NotImplementedError


def tanh_backward(dout, x):
    """Backpropagate through the hyperbolic tangent.

        dx = dout (1 - tanh(x)^2)

    dout and x, the input of the forward pass, have one shape, and so has dx. x = 0 gives dout,
    x = +-1e4 gives 0.
    LeCun, Bottou, Orr and Müller 1998, section 4.4.
    """
    raise NotImplementedError


def relu(x):
    """Switch negative inputs off.

        out = max(x, 0)

    x is an array of any shape; the result is a new array of its shape, and x stays unchanged.
    Glorot, Bordes and Bengio 2011, section 3.
    """
    raise NotImplementedError


def relu_backward(dout, x):
    """Backpropagate through the ReLU.

        dx = dout  where x > 0
        dx = 0     where x <= 0

    dout and x, the input of the forward pass, have one shape, and so has dx. Leave dout unchanged.
    Glorot, Bordes and Bengio 2011, section 3.
    """
    raise NotImplementedError


def leaky_relu_backward(dout, x, alpha=0.01):
    """Backpropagate through the leaky ReLU, which is x for x > 0 and alpha x elsewhere.

        dx = dout         where x > 0
        dx = alpha dout   where x <= 0

    dout and x, the input of the forward pass, have one shape, and so has dx. alpha = 0 is the
    ReLU, alpha = 1 the identity.
    Maas, Hannun and Ng 2013, section 2.
    """
    raise NotImplementedError


def gelu(x):
    """Weight each input by about its normal probability Phi(x): the tanh approximation of GELU.

        u   = sqrt(2/pi) (x + 0.044715 x^3)
        out = 0.5 x (1 + tanh(u))

    x is an array of any shape; the result has its shape. It is nearly x at x = 10 and nearly 0 at
    x = -10.
    Hendrycks and Gimpel 2016, section 2.
    """
    raise NotImplementedError


def gelu_backward(dout, x):
    """Backpropagate through the tanh approximation of GELU.

        u  = sqrt(2/pi) (x + 0.044715 x^3)        t = tanh(u)
        u' = sqrt(2/pi) (1 + 3 * 0.044715 x^2)
        dx = dout [ 0.5 (1 + t) + 0.5 x (1 - t^2) u' ]

    dout and x, the input of the forward pass, have one shape, and so has dx. x = 0 gives dout / 2.
    Hendrycks and Gimpel 2016, section 2 (differentiated by the product and chain rules).
    """
    raise NotImplementedError
