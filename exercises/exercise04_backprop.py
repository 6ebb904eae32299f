"""Exercise 4: Objective, forward pass and backprop

Needs: exercise 3 (numerical gradients check everything here), and through it exercise 2.

Training is a search for parameters theta with a small objective J(theta), the average error over
the m training examples. One step of it has three parts:
    forward pass    compute the predictions and J from the inputs, stage by stage
    backward pass   compute dJ/dtheta from the output back to the inputs (backprop)
    update          move theta a little against the gradient (exercise 8)

Backprop is the chain rule, organised so that nothing is computed twice. Two rules are all of it:
    multiply along a path     z -> u -> y    dy/dz = dy/du du/dz
    add over paths            z -> u -> y and z -> v -> y    dy/dz = dy/du du/dz + dy/dv dv/dz
Every stage receives dout, the gradient of J with respect to its output, multiplies it by its own
local derivative, and hands the result to its inputs. It needs to know nothing of the rest of the
network. A value that is used twice collects the sum of what both uses send back: forgetting one
of them, or assigning instead of adding, is the classic error.

Why backwards? There is one output, J, and there are millions of inputs. Going backwards, one
sweep gives the derivative of J with respect to all of them, for about the price of one more
forward pass. Going forwards, one sweep gives the derivative with respect to a single input. The
product of many local derivatives is also what makes gradients vanish or explode (exercise 15).

The order matters: a node can be computed once all its parents are (topological order), and sends
its gradient back once all its children have sent theirs: the same order, reversed. Autograd
engines do exactly this; they differ only in how the graph is recorded.

Two checks that cost nothing: a gradient has the shape of the thing itself, and a numerical
gradient (exercise 3) has its value. The 1/m of an average appears once, in the loss; backward
functions further down find it in dout already.

Run: grade exercise4
"""

import numpy as np


def objective(theta, X, y):
    """Compute the objective of linear regression: half the mean squared residual.

        J(theta) = 1/(2m) sum_i (x_i . theta - y_i)^2

    X is (m, D), one example x_i per row; theta is (D,), y is (m,); returns a number. A perfect fit
    gives 0. The half cancels the 2 of the derivative.
    Bishop 2006, section 3.1.1, equation 3.12 (here averaged).
    """
    raise NotImplementedError


def objective_grad(theta, X, y):
    """Compute the gradient of the objective with respect to theta.

        grad J = 1/m X^T (X theta - y)        grad_d = 1/m sum_i x_id (x_i . theta - y_i)

    X is (m, D), theta is (D,), y is (m,); returns (D,). Zero residuals give zeros.
    Bishop 2006, section 3.1.1, equation 3.13 (here averaged, and the other sign).
    """
    raise NotImplementedError


def chain_backward(local, dout=1.0):
    """Send a gradient back through a chain of stages, and report it at the input of each.

        g_i = dout prod_{j >= i} local_j

    local is (L,): the local derivatives of stages 1 to L, in forward order; dout is the gradient
    at the output of the last stage. Returns (L,), in forward order. One zero stops everything
    before it, but nothing after it; L = 0 gives an empty array.
    Goodfellow, Bengio and Courville 2016, section 6.5.2.
    """
    raise NotImplementedError


def two_path_backward(dout, x, w):
    """Backpropagate through y = x tanh(w x), where x is used twice.

        t  = tanh(w x)
        dx = dout (t + x w (1 - t^2))        dw = dout x^2 (1 - t^2)

    Everything is elementwise: dout, x and w are (n,). Returns dx and dw, each (n,). The two terms
    of dx are the two paths from x to y; far out, where tanh is saturated, only one is left.
    Goodfellow, Bengio and Courville 2016, section 6.5.3 (sum over paths).
    """
    raise NotImplementedError


def topological_order(parents):
    """List the nodes of a graph so that every node comes after all its parents.

        visit(n):  visit each parent of n that is not listed yet, in the order given; then list n
        visit the nodes in sorted order

    parents maps the name of each node to a tuple of the names of its parents, which are keys too.
    Returns a list of names, each once; an empty dict gives an empty list. A cycle, also of one
    node with itself, raises ValueError.
    Cormen, Leiserson, Rivest and Stein 2009, section 22.4.
    """
    raise NotImplementedError


def graph_backward(order, parents, local, output):
    """Compute the derivative of one node of a graph with respect to every node.

        grad[output] = 1
        grad[p] = sum over all n and k with parents[n][k] = p of  grad[n] local[n][k]

    order is a topological order of all nodes; parents[n] is a tuple of names, and local[n][k] is
    the number d n / d parents[n][k]. Returns a dict from every node to a float; a node that the
    output does not depend on gets 0.0. A parent may stand twice in one tuple (n = a a), and nodes
    may follow the output in order. Leave the arguments unchanged.
    Rumelhart, Hinton and Williams 1986; Baydin et al. 2018, section 3.2 (reverse mode).
    """
    raise NotImplementedError


def linear_backward(dout, x, W):
    """Backpropagate through the affine map out = x W^T + b of exercise 2.

        dx = dout W        dW = dout^T x        db = sum_n dout_n

    dout is (N, out), x is (N, in), W is (out, in). Returns dx, dW and db with the shapes of x, W
    and b, which is (out,). The average over examples is in dout already.
    Goodfellow, Bengio and Courville 2016, section 6.5.6 (backward of a matrix product).
    """
    raise NotImplementedError
