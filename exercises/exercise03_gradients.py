"""Exercise 3: Gradients, numerically

Needs: exercise 2 (dot products, shapes).

Training changes parameters so that a loss falls, and the gradient says how: its entry i is the
slope of the loss when x_i alone moves. Before you derive a gradient on paper you can measure it,
with nothing but the definition of a derivative, and from then on the measurement is the referee
of everything you derive (exercises 4 to 36).

Which difference? By Taylor's formula f(x + h) = f + h f' + h^2/2 f'' + h^3/6 f''' + ...
    one-sided   (f(x + h) - f(x)) / h            = f' + (h/2) f'' + ...     error of order h
    central     (f(x + h) - f(x - h)) / (2h)     = f' + (h^2/6) f''' + ...  error of order h^2
The even terms cancel in the central difference; the price is one evaluation more.

Which step? A large h leaves the truncation error above. A small h subtracts two nearly equal
numbers and divides what is left, rounding noise of about 1e-16 |f|, by h. The two errors balance
near the cube root of 1e-16: h = 1e-5 leaves about 1e-10 of error in float64. In float32 the same
step leaves almost nothing, so measure in float64. Never measure at a kink (a ReLU at 0, a tie of a
maximum): there the difference averages two slopes and agrees with neither.

A layer has many outputs. All its slopes together are the Jacobian, one row per output and one
column per input. Backprop never builds it; it only needs dout times the Jacobian, the
vector-Jacobian product, which is the gradient of the scalar sum(f(x) * dout).

Measuring costs two evaluations per input, backprop about one more forward pass in all: so
measure small examples to check, and train with backprop. Compare by relative error: below 1e-7
is a match in float64, above 1e-2 is a mistake, and between them look for a kink. Frameworks do
the same (torch.autograd.gradcheck uses central differences, with tolerances of its own).

Run: grade exercise3
"""

import numpy as np


def numerical_gradient(f, x, h=1e-5):
    """Measure the gradient of a scalar function by central differences.

        g_i = (f(x + h e_i) - f(x - h e_i)) / (2h)

    e_i is 1 at entry i and 0 elsewhere. f maps an array like x to a number. x is a float or
    integer array of any shape, also 0-d, and is left unchanged; the result is a float array of
    its shape. An integer cannot hold x_i + h: convert first.
    Nocedal and Wright 2006, section 8.1.
    """
    raise NotImplementedError


def numerical_vjp(f, x, dout, h=1e-5):
    """Measure what a backward function returns: dout times the Jacobian of f.

        dx_j = d/dx_j  sum_i f(x)_i dout_i

    f maps an array like x to an array, possibly of another shape, or to a number; dout has the
    shape of f(x), entries of both signs. Returns an array of the shape of x, by central
    differences with step h. Builds on numerical_gradient.
    Goodfellow, Bengio and Courville 2016, section 6.5.2 (Jacobian times gradient).
    """
    raise NotImplementedError


def numerical_jacobian(f, x, h=1e-5):
    """Measure every partial derivative of every output by central differences.

        J_ij = d f_i / d x_j  ~  (f(x + h e_j)_i - f(x - h e_j)_i) / (2h)

    With n entries in x and m in f(x), both read in C order (row by row), the result is (m, n).
    x and f(x) may have any shapes; where f returns a number, m = 1. x is left unchanged.
    Goodfellow, Bengio and Courville 2016, section 4.3.1 (Jacobian).
    """
    raise NotImplementedError


def relative_error(a, b, floor=1e-8):
    """Say with one number how far two gradients are apart, whatever their size.

        max_i |a_i - b_i| / max(floor, |a_i| + |b_i|)

    a and b are arrays of one shape; returns a number. The floor decides where both entries are
    nearly or exactly zero. Two arrays without entries are 0.0 apart.
    CS231n course notes (Karpathy and Li 2015), "Gradient checks"; with the sum of both sizes.
    """
    raise NotImplementedError


def directional_derivative(grad, v):
    """Compute how fast a function rises per unit of length along the direction of v.

        sum_i grad_i v_i / ||v||,   ||v|| = sqrt(sum_i v_i^2)

    grad and v are arrays of one shape (1-d, 2-d, ...); returns a number, and 0.0 for v = 0.
    Along grad itself the rate is ||grad||, the steepest there is; along -grad it is -||grad||.
    Goodfellow, Bengio and Courville 2016, section 4.3 (directional derivative).
    """
    raise NotImplementedError
