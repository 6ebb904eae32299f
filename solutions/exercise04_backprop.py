"""References, wrong functions and cases for the objective, the forward pass and backprop."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Objective, forward pass and backprop"
NEEDS = (3,)

Parents: TypeAlias = dict[str, tuple[str, ...]]
Locals: TypeAlias = dict[str, tuple[float, ...]]


def objective(theta: Array, X: Array, y: Array) -> float:
    residual = X @ theta - y
    return float(np.sum(residual**2) / (2 * len(y)))


def objective_mean(theta: Array, X: Array, y: Array) -> float:
    return float(0.5 * np.mean(np.square(np.einsum("md,d->m", X, theta) - y)))


def objective_loop(theta: Array, X: Array, y: Array) -> float:
    squares = [(float(x @ theta) - float(target)) ** 2 for x, target in zip(X, y)]
    return math.fsum(squares) / len(squares) / 2


def objective__no_half(theta: Array, X: Array, y: Array) -> float:
    """Leaves out the 1/2, doubling the value."""
    residual = X @ theta - y
    return float(np.sum(residual**2) / len(y))


def objective__summed(theta: Array, X: Array, y: Array) -> float:
    """Leaves out 1/m, so the value grows with the data set."""
    residual = X @ theta - y
    return float(np.sum(residual**2) / 2)


def objective__divided_by_features(theta: Array, X: Array, y: Array) -> float:
    """Divides by the number of features D instead of the number of examples m."""
    residual = X @ theta - y
    return float(np.sum(residual**2) / (2 * X.shape[1]))


def objective__divided_by_features_too(theta: Array, X: Array, y: Array) -> float:
    """Divides by the number of entries of X, so by D as well as by m."""
    residual = X @ theta - y
    return float(np.sum(residual**2) / (2 * X.size))


def objective__absolute(theta: Array, X: Array, y: Array) -> float:
    """Sums the absolute residuals instead of their squares."""
    residual = X @ theta - y
    return float(np.sum(np.abs(residual)) / (2 * len(y)))


def objective__absolute_mean(theta: Array, X: Array, y: Array) -> float:
    """Averages the absolute residuals instead of half their squares."""
    return float(np.mean(np.abs(X @ theta - y)))


def objective__absolute_sum(theta: Array, X: Array, y: Array) -> float:
    """Adds up the absolute residuals, not their squares, and leaves out 1/2m."""
    return float(np.sum(np.abs(X @ theta - y)))


def regression_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(m: int, D: int) -> dict[str, Array]:
        shapes = {"theta": (D,), "X": (m, D), "y": (m,)}
        return {name: rng.normal(0.3, 1.0, size=shape) for name, shape in shapes.items()}

    yield Case("more examples than parameters", bind=draw(6, 3))
    yield Case("more parameters than examples", bind=draw(3, 5))
    yield Case("as many examples as parameters", bind=draw(4, 4))
    small = draw(5, 2)
    small["y"] = small["X"] @ small["theta"] + rng.uniform(0.1, 0.4, size=5) * rng.choice([-1.0, 1.0], size=5)
    yield Case("small residuals", bind=small)
    one = draw(1, 3)
    one["y"] = one["X"] @ one["theta"] + rng.uniform(1.3, 2.0, size=1)
    yield Case("one example", bind=one)
    yield Case("one parameter", bind=draw(5, 1))
    # Small integers and halves: every way of summing gives the residual 0 exactly.
    X = rng.integers(-4, 5, size=(4, 3)).astype(float)
    theta = rng.integers(-3, 4, size=3) / 2
    yield Case("perfect fit", theta=theta, X=X, y=X @ theta)


def objective_grad(theta: Array, X: Array, y: Array) -> Array:
    return X.T @ (X @ theta - y) / len(y)


def objective_grad_loop(theta: Array, X: Array, y: Array) -> Array:
    grad = np.zeros_like(theta)
    for x, target in zip(X, y):
        grad += (x @ theta - target) * x
    return grad / len(y)


def objective_grad_normal_equations(theta: Array, X: Array, y: Array) -> Array:
    """The objective is quadratic in theta, with matrix X^T X / m."""
    m = len(y)
    return (X.T @ X) @ theta / m - X.T @ y / m


def objective_grad_mean(theta: Array, X: Array, y: Array) -> Array:
    return np.mean((np.sum(X * theta, axis=1) - y)[:, None] * X, axis=0)


def objective_grad__not_averaged(theta: Array, X: Array, y: Array) -> Array:
    """Leaves out 1/m."""
    return X.T @ (X @ theta - y)


def objective_grad__factor_two(theta: Array, X: Array, y: Array) -> Array:
    """Keeps the 2 from the square although J has a 1/2."""
    return 2 * X.T @ (X @ theta - y) / len(y)


def objective_grad__sign(theta: Array, X: Array, y: Array) -> Array:
    """Uses y - X theta, which points the other way."""
    return X.T @ (y - X @ theta) / len(y)


def objective_grad__untransposed(theta: Array, X: Array, y: Array) -> Array:
    """Multiplies by X instead of X^T (silent when m = D)."""
    return X @ (X @ theta - y) / len(y)


def chain_backward(local: Array, dout: float = 1.0) -> Array:
    return dout * np.cumprod(local[::-1])[::-1]


def chain_backward_loop(local: Array, dout: float = 1.0) -> Array:
    gradients = np.zeros_like(local)
    arriving = dout
    for i in reversed(range(len(local))):
        arriving = arriving * local[i]
        gradients[i] = arriving
    return gradients


def chain_backward_products(local: Array, dout: float = 1.0) -> Array:
    return np.array([dout * np.prod(local[i:]) for i in range(len(local))])


def chain_backward__prefix(local: Array, dout: float = 1.0) -> Array:
    """Multiplies from the front, giving the product over j <= i."""
    return dout * np.cumprod(local)


def chain_backward__prefix_before(local: Array, dout: float = 1.0) -> Array:
    """Multiplies from the front and stops before the stage itself, giving the product over j < i."""
    gradients = np.zeros_like(local)
    passed = dout
    for i in range(len(local)):
        gradients[i] = passed
        passed = passed * local[i]
    return gradients


def chain_backward__own_factor_missing(local: Array, dout: float = 1.0) -> Array:
    """Stops before the stage's own derivative, the product over j > i."""
    gradients = np.zeros_like(local)
    arriving = dout
    for i in reversed(range(len(local))):
        gradients[i] = arriving
        arriving = arriving * local[i]
    return gradients


def chain_backward__sum(local: Array, dout: float = 1.0) -> Array:
    """Adds the local derivatives instead of multiplying them."""
    return dout * np.cumsum(local[::-1])[::-1]


def chain_backward__sum_with_dout(local: Array, dout: float = 1.0) -> Array:
    """Adds the local derivatives to the upstream gradient instead of multiplying by them."""
    return np.asarray(dout + np.cumsum(local[::-1])[::-1])


def chain_backward__reversed(local: Array, dout: float = 1.0) -> Array:
    """Returns the gradients in backward order."""
    return dout * np.cumprod(local[::-1])


def chain_backward__dout_ignored(local: Array, dout: float = 1.0) -> Array:
    """Starts from 1 whatever the upstream gradient."""
    return np.cumprod(local[::-1])[::-1]


def chain_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(L: int) -> Array:
        return rng.uniform(0.5, 1.6, size=L) * rng.choice([-1.0, 1.0], size=L)

    def upstream() -> float:
        return float(rng.choice([-1.0, 1.0]) * rng.uniform(1.5, 3.0))

    yield Case("five stages", local=draw(5))
    yield Case("upstream gradient", local=draw(4), dout=upstream())
    zero = draw(6)
    zero[int(rng.integers(2, 4))] = 0.0
    yield Case("a zero in the middle", local=zero, dout=upstream())
    yield Case("one stage", local=draw(1), dout=upstream())
    yield Case("no stages", local=np.zeros(0), dout=upstream())
    yield Case("a gradient that vanishes", scale="row", local=rng.uniform(0.05, 0.25, size=7), dout=upstream())
    yield Case("a gradient that explodes", scale="row", local=-rng.uniform(3.0, 6.0, size=6))


def _two_path(x: Array, w: Array) -> Array:
    return x * np.tanh(w * x)


def two_path_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t**2)), dout * x**2 * (1 - t**2)


def two_path_backward_staged(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """One stage at a time: product, tanh, product."""
    t = np.tanh(w * x)
    dx, dt = dout * t, dout * x
    du = dt * (1 - t) * (1 + t)
    return dx + du * w, du * x


def two_path_backward_loop(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(x)):
        t = np.tanh(w[i] * x[i])
        slope = 1 - t * t
        dx[i] = dout[i] * t + dout[i] * slope * w[i] * x[i]
        dw[i] = dout[i] * slope * x[i] * x[i]
    return dx, dw


def two_path_backward__direct_path_only(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Keeps only the path through the outer x."""
    t = np.tanh(w * x)
    return dout * t, dout * x**2 * (1 - t**2)


def two_path_backward__inner_path_only(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Keeps only the path through tanh."""
    t = np.tanh(w * x)
    return dout * x * w * (1 - t**2), dout * x**2 * (1 - t**2)


def two_path_backward__inner_path_only_inside(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Differentiates tanh(w x) alone, without the outer x in front of it."""
    t = np.tanh(w * x)
    return dout * w * (1 - t**2), dout * x**2 * (1 - t**2)


def two_path_backward__tanh_slope(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Uses 1 - t instead of 1 - t^2 as the derivative of tanh."""
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t)), dout * x**2 * (1 - t)


def two_path_backward__tanh_slope_in_dx(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Uses 1 - t instead of 1 - t^2 as the derivative of tanh in dx."""
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t)), dout * x**2 * (1 - t**2)


def two_path_backward__tanh_slope_in_dw(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Uses 1 - t instead of 1 - t^2 as the derivative of tanh in dw."""
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t**2)), dout * x**2 * (1 - t)


def two_path_backward__dw_inner_missing(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Forgets that w is multiplied by x inside tanh."""
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t**2)), dout * x * (1 - t**2)


def two_path_backward__dout_ignored(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Leaves out the upstream gradient."""
    t = np.tanh(w * x)
    return t + x * w * (1 - t**2), x**2 * (1 - t**2)


def two_path_backward__dout_ignored_in_dw(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Leaves the upstream gradient out of dw."""
    t = np.tanh(w * x)
    return dout * (t + x * w * (1 - t**2)), x**2 * (1 - t**2)


def two_path_backward__dout_ignored_in_dx(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Leaves the upstream gradient out of dx."""
    t = np.tanh(w * x)
    return t + x * w * (1 - t**2), dout * x**2 * (1 - t**2)


def two_path_backward__dout_ignored_inside(dout: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """Leaves the upstream gradient out of the path through tanh in dx."""
    t = np.tanh(w * x)
    return dout * t + x * w * (1 - t**2), dout * x**2 * (1 - t**2)


def two_path_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(n: int) -> dict[str, Array]:
        size = {"dout": (1.2, 2.5), "x": (0.3, 1.5), "w": (0.3, 1.2)}
        return {k: rng.uniform(low, high, size=n) * rng.choice([-1.0, 1.0], size=n) for k, (low, high) in size.items()}

    yield Case("both signs", bind=draw(5))
    yield Case("more entries", bind=draw(8))
    yield Case("one entry", bind=draw(1))
    origin = draw(4)
    origin["x"][1] = 0.0
    yield Case("x is zero in one entry", bind=origin)
    weightless = draw(4)
    weightless["w"][2] = 0.0
    yield Case("w is zero in one entry", bind=weightless)
    saturated = draw(5)
    saturated["w"][:2] = rng.choice([-1.0, 1.0], size=2) * rng.uniform(100.0, 200.0, size=2)
    yield Case("two entries saturated", bind=saturated)


def topological_order(parents: Parents) -> list[str]:
    order: list[str] = []
    open_nodes: set[str] = set()

    def visit(node: str) -> None:
        if node in order:
            return
        if node in open_nodes:
            raise ValueError(f"the graph has a cycle through {node}")
        open_nodes.add(node)
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order


def topological_order_stack(parents: Parents) -> list[str]:
    """Without recursion: each open node keeps an iterator over the parents that it still has to visit."""
    done: dict[str, bool] = {}  # False while the node is open
    for start in sorted(parents):
        if start in done:
            continue
        done[start] = False
        stack = [(start, iter(parents[start]))]
        while stack:
            node, waiting = stack[-1]
            parent = next(waiting, None)
            if parent is None:
                del done[node]
                done[node] = True  # finished nodes in the order in which they finish
                stack.pop()
            elif parent not in done:
                done[parent] = False
                stack.append((parent, iter(parents[parent])))
            elif not done[parent]:
                raise ValueError("cycle")
    return list(done)


def topological_order_first_mention(parents: Parents) -> list[str]:
    """Each node with all its ancestors before it; of repeated names the first one counts."""

    def lineage(node: str, below: tuple[str, ...] = ()) -> list[str]:
        if node in below:
            raise ValueError(f"{node} is its own ancestor")
        above = [name for parent in parents[node] for name in lineage(parent, (*below, node))]
        return [*above, node]

    return list(dict.fromkeys(name for node in sorted(parents) for name in lineage(node)))


def topological_order__children_first(parents: Parents) -> list[str]:
    """Returns the reverse order, with every node before its parents."""
    order: list[str] = []
    open_nodes: set[str] = set()

    def visit(node: str) -> None:
        if node in order:
            return
        if node in open_nodes:
            raise ValueError("cycle")
        open_nodes.add(node)
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order[::-1]


def topological_order__children_first_on_entry(parents: Parents) -> list[str]:
    """Lists a node when it is entered, before its parents are visited."""
    order: list[str] = []
    open_nodes: set[str] = set()

    def visit(node: str) -> None:
        if node in open_nodes:
            raise ValueError("cycle")
        if node in order:
            return
        order.append(node)
        open_nodes.add(node)
        for parent in parents[node]:
            visit(parent)
        open_nodes.remove(node)

    for node in sorted(parents):
        visit(node)
    return order


def topological_order__duplicates(parents: Parents) -> list[str]:
    """Visits a node again each time it is reached, so a shared parent is listed twice."""
    order: list[str] = []

    def visit(node: str, below: tuple[str, ...]) -> None:
        if node in below:
            raise ValueError("cycle")
        for parent in parents[node]:
            visit(parent, (*below, node))
        order.append(node)

    for node in sorted(parents):
        if node not in order:
            visit(node, ())
    return order


def topological_order__duplicates_throughout(parents: Parents) -> list[str]:
    """Lists the whole ancestry of every node again, whether or not it is listed already."""
    order: list[str] = []

    def visit(node: str, below: tuple[str, ...]) -> None:
        if node in below:
            raise ValueError("cycle")
        for parent in parents[node]:
            visit(parent, (*below, node))
        order.append(node)

    for node in sorted(parents):
        visit(node, ())
    return order


def topological_order__duplicates_endless(parents: Parents) -> list[str]:
    """Remembers nothing, so a shared parent is listed twice and a cycle never ends."""
    order: list[str] = []

    def visit(node: str) -> None:
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order


def topological_order__alphabetical(parents: Parents) -> list[str]:
    """Sorts the names and hopes that this is an order."""
    return sorted(parents)


def topological_order__cycle_unnoticed(parents: Parents) -> list[str]:
    """Remembers only which nodes were entered, so a cycle is passed over and never reported."""
    order: list[str] = []
    seen: set[str] = set()

    def visit(node: str) -> None:
        if node in seen:
            return
        seen.add(node)
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order


def topological_order__cycle_unnoticed_endless(parents: Parents) -> list[str]:
    """Remembers only which nodes are finished, so a cycle is followed until the recursion limit."""
    order: list[str] = []

    def visit(node: str) -> None:
        if node in order:
            return
        for parent in parents[node]:
            visit(parent)
        order.append(node)

    for node in sorted(parents):
        visit(node)
    return order


def order_cases(rng: np.random.Generator) -> Iterator[Case]:
    def names(n: int) -> list[str]:
        """Different names, falling in the alphabet, so that an early node sorts late."""
        letters = rng.choice(list("abcdefghjkmnpqrstuvwxyz"), size=n, replace=False)
        return sorted((str(letter) for letter in letters), reverse=True)

    def shuffled(parents: Parents) -> Parents:
        keys = list(parents)
        return {keys[i]: parents[keys[i]] for i in rng.permutation(len(keys))}

    a, b, c, d = names(4)
    yield Case("chain against the alphabet", parents=shuffled({a: (), b: (a,), c: (b,), d: (c,)}))
    a, b, c, d = names(4)
    yield Case("diamond", parents=shuffled({a: (), b: (a,), c: (a,), d: (b, c)}))
    a, b, c, d, e = names(5)
    yield Case("parents not in sorted order", parents=shuffled({a: (), b: (), c: (), d: (a, c, b), e: (b, d)}))
    a, b, c, d, e = names(5)
    yield Case("isolated node", parents=shuffled({a: (), b: (a,), c: (), d: (a, b), e: (d,)}))
    a, b, c, d, e, f, g = names(7)
    graph: Parents = {a: (), b: (), c: (b, a), d: (c,), e: (c, a), f: (e, d), g: (d, f, c)}
    yield Case("shared several times", parents=shuffled(graph))
    a, b, c, d = names(4)
    yield Case("the same parent twice", parents=shuffled({a: (), b: (a, a), c: (b,), d: (c, b)}))
    a, b, c = names(3)
    yield Case("no edges", parents=shuffled({a: (), b: (), c: ()}))
    yield Case("one node", parents={names(1)[0]: ()})
    yield Case("empty graph", parents={})
    a, b, c, d = names(4)
    yield Case("cycle of three", raises=ValueError, parents=shuffled({a: (), b: (a, d), c: (b,), d: (c,)}))
    a, b, c = names(3)
    yield Case("a node that is its own parent", raises=ValueError, parents=shuffled({a: (), b: (a, b), c: (a,)}))


def graph_backward(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] * slope
    return grads


def graph_backward_children(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Each node asks its children."""
    children: dict[str, list[tuple[str, float]]] = {node: [] for node in order}
    for child in order:
        for parent, slope in zip(parents[child], local[child]):
            children[parent].append((child, slope))

    def slope_of_output(node: str) -> float:
        through = sum(slope * slope_of_output(child) for child, slope in children[node])
        return float(through + (1.0 if node == output else 0.0))

    return {node: slope_of_output(node) for node in order}


def graph_backward_forward_mode(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """One forward sweep for each node: how every later node moves with it."""

    def sweep(source: str) -> float:
        tangent: dict[str, float] = {}
        for node in order:
            moved = sum(tangent[parent] * slope for parent, slope in zip(parents[node], local[node]))
            tangent[node] = float(moved) + (1.0 if node == source else 0.0)
        return tangent[output]

    return {node: sweep(node) for node in order}


def graph_backward__overwrite(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Assigns instead of adding, so only one path survives."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] = grads[node] * slope
    return grads


def graph_backward__overwrite_from_output(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Starts at the output and assigns instead of adding, so only one path survives."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in order[order.index(output) :: -1]:
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] = grads[node] * slope
    return grads


def graph_backward__overwrite_where_reached(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Passes over nodes without gradient and assigns instead of adding, so only one path survives."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in reversed(order):
        if grads[node] != 0:
            for parent, slope in zip(parents[node], local[node]):
                grads[parent] = grads[node] * slope
    return grads


def graph_backward__forward_order(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Walks the graph from inputs to output, so gradients have not arrived yet."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in order:
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] * slope
    return grads


def graph_backward__unseeded(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Starts with 0 at the output, so everything is 0."""
    grads = dict.fromkeys(order, 0.0)
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] * slope
    return grads


def graph_backward__all_seeded(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Starts every node at 1."""
    grads = dict.fromkeys(order, 1.0)
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] * slope
    return grads


def graph_backward__all_seeded_from_output(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Starts at the output, with every node at 1."""
    grads = dict.fromkeys(order, 1.0)
    for node in order[order.index(output) :: -1]:
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] * slope
    return grads


def graph_backward__local_added(order: list[str], parents: Parents, local: Locals, output: str) -> dict[str, float]:
    """Adds the local derivative to the gradient instead of multiplying by it."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] + slope
    return grads


def graph_backward__local_added_from_output(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Starts at the output and adds the local derivative instead of multiplying by it."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in order[order.index(output) :: -1]:
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += grads[node] + slope
    return grads


def graph_backward__local_added_alone(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Adds up the local derivatives and leaves out the gradient that they should multiply."""
    grads = dict.fromkeys(order, 0.0)
    grads[output] = 1.0
    for node in reversed(order):
        for parent, slope in zip(parents[node], local[node]):
            grads[parent] += slope
    return grads


def graph_backward__local_added_where_reached(
    order: list[str], parents: Parents, local: Locals, output: str
) -> dict[str, float]:
    """Passes over nodes that no gradient reaches and adds the local derivative instead of multiplying by it."""
    grads, reached = dict.fromkeys(order, 0.0), {output}
    grads[output] = 1.0
    for node in reversed(order):
        if node in reached:
            reached.update(parents[node])
            for parent, slope in zip(parents[node], local[node]):
                grads[parent] += grads[node] + slope
    return grads


def graph_cases(rng: np.random.Generator) -> Iterator[Case]:
    def graph(parents: Parents, output: str) -> dict[str, Value]:
        """The nodes in topological order; the dicts hold them in others, and local derivatives of both signs."""
        signs = iter(np.where(rng.permutation(40) % 2, 1.0, -1.0))
        order = list(parents)
        local = {n: tuple(float(next(signs) * rng.uniform(0.5, 2.0)) for _ in parents[n]) for n in sorted(order)}
        return {"order": order, "parents": {n: parents[n] for n in sorted(order)}, "local": local, "output": output}

    yield Case("chain", bind=graph({"x": (), "u": ("x",), "v": ("u",), "J": ("v",)}, "J"))
    yield Case("diamond", bind=graph({"x": (), "u": ("x",), "v": ("x",), "y": ("u", "v")}, "y"))
    two_layers: Parents = {
        "x": (),
        "w": (),
        "b": (),
        "z": ("w", "x"),
        "a": ("z", "b"),
        "c": ("w", "a"),
        "J": ("a", "c"),
    }
    yield Case("weights used twice", bind=graph(two_layers, "J"))
    yield Case("the same parent twice for one node", bind=graph({"a": (), "s": ("a", "a"), "y": ("s", "a")}, "y"))
    later: Parents = {"a": (), "b": (), "c": ("a", "b"), "d": ("c", "a"), "e": ("d", "c"), "f": ("e",)}
    yield Case("output not last in order", bind=graph(later, "d"))
    apart: Parents = {"q": (), "a": (), "r": ("q", "a"), "u": ("a",), "y": ("u", "a"), "s": ("r",)}
    yield Case("nodes the output does not depend on", bind=graph(apart, "y"))
    yield Case("output is an input", bind=graph({"a": (), "b": (), "c": ("a", "b")}, "b"))
    yield Case("one node", bind=graph({"J": ()}, "J"))


def _linear(x: Array, W: Array, b: Array) -> Array:
    return x @ W.T + b


def _bias(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"b": rng.normal(size=len(args["W"]))}


def linear_backward(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    return dout @ W, dout.T @ x, np.sum(dout, axis=0)


def linear_backward_einsum(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    dx = np.einsum("no,oi->ni", dout, W)
    return dx, np.einsum("no,ni->oi", dout, x), np.einsum("no->o", dout)


def linear_backward_loop(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """One example after the other, as if each were the only one."""
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W), dtype=W.dtype)
    for n in range(len(x)):
        dx[n] = W.T @ dout[n]
        dW += np.outer(dout[n], x[n])
        db += dout[n]
    return dx, dW, db


def linear_backward__dW_transposed(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Returns dW as x^T dout, with shape (in, out) (silent when square)."""
    return dout @ W, x.T @ dout, np.sum(dout, axis=0)


def linear_backward__dx_transposed(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Multiplies dout by W^T (silent when square)."""
    return dout @ W.T, dout.T @ x, np.sum(dout, axis=0)


def linear_backward__averaged_twice(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Divides dW by N although the loss already averaged."""
    return dout @ W, dout.T @ x / len(x), np.sum(dout, axis=0)


def linear_backward__averaged_twice_with_bias(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Divides dW and db by N although the loss already averaged."""
    return dout @ W, dout.T @ x / len(x), np.sum(dout, axis=0) / len(x)


def linear_backward__averaged_twice_throughout(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Divides all three gradients by N although the loss already averaged."""
    return dout @ W / len(x), dout.T @ x / len(x), np.sum(dout, axis=0) / len(x)


def linear_backward__db_mean(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Averages the bias gradient over the batch."""
    return dout @ W, dout.T @ x, np.mean(dout, axis=0)


def linear_backward__db_unsummed(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Returns dout itself as the bias gradient."""
    return dout @ W, dout.T @ x, dout


def linear_backward__db_unsummed_over_batch(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Sums dout over the outputs, which leaves the batch axis in the bias gradient."""
    return dout @ W, dout.T @ x, np.sum(dout, axis=1)


def linear_backward__db_unsummed_axis_kept(dout: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Sums over the batch but keeps its axis, with length 1, in the bias gradient."""
    return dout @ W, dout.T @ x, np.sum(dout, axis=0, keepdims=True)


def linear_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def draw(N: int, inputs: int, outputs: int) -> dict[str, Array]:
        shapes = {"dout": (N, outputs), "x": (N, inputs), "W": (outputs, inputs)}
        return {name: rng.normal(0.4, 1.0, size=shape) for name, shape in shapes.items()}

    yield Case("all sizes differ", bind=draw(5, 3, 4))
    yield Case("everything square", bind=draw(3, 3, 3))
    yield Case("square weights", bind=draw(5, 4, 4))
    yield Case("as many examples as outputs", bind=draw(4, 3, 4))
    yield Case("one example", bind=draw(1, 4, 3))
    yield Case("one input, one output", bind=draw(4, 1, 1))
    silent = draw(4, 3, 2)
    silent["dout"] = np.zeros((4, 2))
    yield Case("no gradient arrives", bind=silent)


CHECKS = (
    Check(
        objective,
        cases=regression_cases,
        returns=("J:",),
        formula=r"J(\theta) = \frac{1}{2m} \sum_i (x_i^\top \theta - y_i)^2",
        args={"theta": "D", "X": "m D", "y": "m"},
        alternates=(objective_mean, objective_loop),
        hints=(
            "What does the model predict for all m examples at once?",
            "Square the m residuals, sum them, and divide by twice the number of examples.",
        ),
        wrong=(
            Wrong(
                objective__no_half,
                id="no-half",
                hint="The half is there to cancel the 2 of the derivative.",
            ),
            Wrong(
                objective__summed,
                id="summed",
                hint="The objective is an average over examples.",
            ),
            Wrong(
                objective__divided_by_features,
                id="divided-by-features",
                hint="Average over examples, not over parameters.",
                tags=("edge",),
                also=(objective__divided_by_features_too,),
            ),
            Wrong(
                objective__absolute,
                id="absolute",
                hint="The residuals are squared.",
                also=(
                    objective__absolute_mean,
                    objective__absolute_sum,
                ),
            ),
        ),
    ),
    Check(
        objective_grad,
        cases=regression_cases,
        returns=("grad: D",),
        formula=(
            r"\begin{aligned}"
            r" \nabla J &= \frac{1}{m} X^\top \, (X \, \theta - y) \\"
            r" (\nabla J)_d &= \frac{1}{m} \sum_i x_{id} \, (x_i^\top \theta - y_i)"
            r" \end{aligned}"
        ),
        args={"theta": "D", "X": "m D", "y": "m"},
        alternates=(objective_grad_loop, objective_grad_normal_equations, objective_grad_mean),
        gradient=Gradient(of=objective, wrt={"theta": "grad"}),
        hints=(
            "Differentiate 1/(2m) r_i^2 with respect to theta_d, where r_i = x_i . theta - y_i. What is left of the 2?",
            "grad_d sums x_id r_i over the examples i. Which transpose of X makes a matrix product of that sum?",
        ),
        wrong=(
            Wrong(
                objective_grad__not_averaged,
                id="not-averaged",
                hint="The gradient carries the same 1/m as the objective.",
            ),
            Wrong(
                objective_grad__factor_two,
                id="factor-two",
                hint="The half in J cancels the 2.",
            ),
            Wrong(
                objective_grad__sign,
                id="sign",
                hint="The gradient points towards larger error: prediction minus target.",
            ),
            Wrong(
                objective_grad__untransposed,
                id="untransposed",
                hint="Each component collects its own feature column.",
            ),
        ),
    ),
    Check(
        chain_backward,
        cases=chain_cases,
        returns=("g: L",),
        formula=r"g_i = \text{dout} \prod_{j \geq i} \text{local}_j",
        args={"local": "L"},
        alternates=(chain_backward_loop, chain_backward_products),
        hints=(
            "Which stage does the upstream gradient reach first?",
            "Go from the last stage to the first, multiply what arrives by the stage's local derivative, and note the "
            "product for that stage.",
        ),
        wrong=(
            Wrong(
                chain_backward__prefix,
                id="prefix",
                hint="Gradients travel from the output back to the input.",
                also=(chain_backward__prefix_before,),
            ),
            Wrong(
                chain_backward__own_factor_missing,
                id="own-factor-missing",
                hint="To get through a stage you must multiply by its local derivative.",
            ),
            Wrong(
                chain_backward__sum,
                id="sum",
                hint="Along one path derivatives multiply.",
                also=(chain_backward__sum_with_dout,),
            ),
            Wrong(
                chain_backward__reversed,
                id="reversed",
                hint="Report the gradients in forward order.",
            ),
            Wrong(
                chain_backward__dout_ignored,
                id="dout-ignored",
                hint="The product starts with the gradient that arrives.",
                tags=("edge",),
            ),
        ),
    ),
    Check(
        two_path_backward,
        cases=two_path_cases,
        returns=("dx: n", "dw: n"),
        formula=(
            r"\begin{aligned}"
            r" t &= \tanh(w \, x) \\"
            r" \text{dx} &= \text{dout} \, (t + x \, w \, (1 - t^2)) \\"
            r" \text{dw} &= \text{dout} \, x^2 \, (1 - t^2)"
            r" \end{aligned}"
        ),
        args={"dout": "n", "x": "n", "w": "n"},
        alternates=(two_path_backward_staged, two_path_backward_loop),
        gradient=Gradient(of=_two_path, wrt={"x": "dx", "w": "dw"}),
        hints=(
            "Draw y = x tanh(w x) as a graph. On how many paths does x reach y, and on how many does w?",
            "Along each path multiply: the outer factor, the slope of tanh at w x, and the derivative of w x.",
            "Add the two paths of x, and multiply everything by dout.",
        ),
        wrong=(
            Wrong(
                two_path_backward__direct_path_only,
                id="direct-path-only",
                hint="x reaches y along two paths: add both contributions.",
            ),
            Wrong(
                two_path_backward__inner_path_only,
                id="inner-path-only",
                hint="Apply the product rule: two factors depend on x.",
                also=(two_path_backward__inner_path_only_inside,),
            ),
            Wrong(
                two_path_backward__tanh_slope,
                id="tanh-slope",
                hint="The derivative of tanh is one minus its square.",
                also=(
                    two_path_backward__tanh_slope_in_dx,
                    two_path_backward__tanh_slope_in_dw,
                ),
            ),
            Wrong(
                two_path_backward__dw_inner_missing,
                id="dw-inner-missing",
                hint="The inner derivative with respect to w is x.",
            ),
            Wrong(
                two_path_backward__dout_ignored,
                id="dout-ignored",
                hint="Every local derivative is multiplied by what arrives.",
                also=(
                    two_path_backward__dout_ignored_in_dw,
                    two_path_backward__dout_ignored_in_dx,
                    two_path_backward__dout_ignored_inside,
                ),
            ),
        ),
    ),
    Check(
        topological_order,
        cases=order_cases,
        returns=("order:",),
        alternates=(topological_order_stack, topological_order_first_mention),
        hints=(
            "Before a node may be listed, what has to be listed already?",
            "A recursive function that visits the parents first and lists the node afterwards does the work; start it "
            "from every node, in sorted order.",
            "A node is untouched, open (its parents are being visited) or finished. What do you know when you meet an "
            "open one again?",
        ),
        wrong=(
            Wrong(
                topological_order__children_first,
                id="children-first",
                hint="A value can only be computed after its inputs.",
                also=(topological_order__children_first_on_entry,),
            ),
            Wrong(
                topological_order__duplicates,
                id="duplicates",
                hint="Remember which nodes are finished.",
                also=(
                    topological_order__duplicates_throughout,
                    topological_order__duplicates_endless,
                ),
            ),
            Wrong(
                topological_order__alphabetical,
                id="alphabetical",
                hint="The edges decide, not the names.",
                tags=("edge",),
            ),
            Wrong(
                topological_order__cycle_unnoticed,
                id="cycle-unnoticed",
                hint="A node that is still open when you meet it again closes a loop.",
                tags=("edge",),
                also=(topological_order__cycle_unnoticed_endless,),
            ),
        ),
    ),
    Check(
        graph_backward,
        cases=graph_cases,
        returns=("grads: dict",),
        formula=(
            r"\begin{aligned}"
            r" \text{grad}[\text{output}] &= 1 \\"
            r" \text{grad}[p] &= \sum_{n,k\,:\,\text{parents}[n][k]"
            r" = p} \text{grad}[n] \cdot \text{local}[n][k]"
            r" \end{aligned}"
        ),
        alternates=(graph_backward_children, graph_backward_forward_mode),
        hints=(
            "What is the derivative of the output with respect to itself, and which node is finished last?",
            "Start all nodes at 0 and the output at 1; in reverse order, let every node send its gradient to its "
            "parents.",
            "What arrives at a parent is the node's gradient times one local derivative. What if something arrived "
            "there before?",
        ),
        wrong=(
            Wrong(
                graph_backward__overwrite,
                id="overwrite",
                hint="Gradients from different children add up.",
                also=(
                    graph_backward__overwrite_from_output,
                    graph_backward__overwrite_where_reached,
                ),
            ),
            Wrong(
                graph_backward__forward_order,
                id="forward-order",
                hint="Go through the order backwards.",
            ),
            Wrong(
                graph_backward__unseeded,
                id="unseeded",
                hint="The derivative of the output with respect to itself is 1.",
            ),
            Wrong(
                graph_backward__all_seeded,
                id="all-seeded",
                hint="Only the output starts with gradient 1.",
                also=(graph_backward__all_seeded_from_output,),
            ),
            Wrong(
                graph_backward__local_added,
                id="local-added",
                hint="Along an edge, multiply.",
                also=(
                    graph_backward__local_added_from_output,
                    graph_backward__local_added_alone,
                    graph_backward__local_added_where_reached,
                ),
            ),
        ),
    ),
    Check(
        linear_backward,
        cases=linear_backward_cases,
        returns=("dx: N in", "dW: out in", "db: out"),
        formula=(
            r"\text{dx} = \text{dout} \, W \qquad \text{dW} = \text{dout}^\top x"
            r" \qquad \text{db} = \sum_n \text{dout}_n"
        ),
        args={"dout": "N out", "x": "N in", "W": "out in"},
        alternates=(linear_backward_einsum, linear_backward_loop),
        gradient=Gradient(of=_linear, wrt={"x": "dx", "W": "dW", "b": "db"}, fixed=_bias),
        hints=(
            "Each gradient has the shape of the thing itself. Which product of dout with W, or with x, has that shape?",
            "dx contracts the outputs and dW contracts the examples; b was copied to every example.",
        ),
        wrong=(
            Wrong(
                linear_backward__dW_transposed,
                id="dW-transposed",
                hint="A gradient has the shape of its parameter.",
            ),
            Wrong(
                linear_backward__dx_transposed,
                id="dx-transposed",
                hint="Forward used Wᵀ, so backward uses W.",
            ),
            Wrong(
                linear_backward__averaged_twice,
                id="averaged-twice",
                hint="The 1/N is already in dout.",
                also=(
                    linear_backward__averaged_twice_with_bias,
                    linear_backward__averaged_twice_throughout,
                ),
            ),
            Wrong(
                linear_backward__db_mean,
                id="db-mean",
                hint="The bias is added to every example, so its gradient is a sum.",
            ),
            Wrong(
                linear_backward__db_unsummed,
                id="db-unsummed",
                hint="The bias has no batch axis.",
                also=(
                    linear_backward__db_unsummed_over_batch,
                    linear_backward__db_unsummed_axis_kept,
                ),
            ),
        ),
    ),
)
