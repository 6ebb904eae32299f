"""References, wrong functions and cases for feed-forward classification."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Value, Wrong

TITLE = "Feed-forward classification"
NEEDS = (4, 5, 7, 10)


def _softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def _cross_entropy(logits: Array, y: Array) -> float:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=-1))  # (N, C) -> (N,)
    return float((log_sum - shifted[np.arange(len(y)), y]).mean())


def _signed(rng: np.random.Generator, *shape: int, low: float = 0.3, high: float = 1.5) -> Array:
    return rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def _network(rng: np.random.Generator, N: int, D: int, H: int, C: int) -> dict[str, Value]:
    """Parameters and inputs with z1 at least 0.03 from the kink of ReLU, some units open and some shut."""
    while True:
        params = {"W1": _signed(rng, H, D), "b1": _signed(rng, H), "W2": _signed(rng, C, H), "b2": _signed(rng, C)}
        x = _signed(rng, N, D)
        z1 = x @ params["W1"].T + params["b1"]
        if np.abs(z1).min() > 0.03 and (z1 > 0).any(axis=1).all() and (z1 < 0).any():
            return {"params": params, "x": x}


# mlp_forward


def mlp_forward(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    z1 = x @ params["W1"].T + params["b1"]
    h = np.maximum(z1, 0.0)
    return z1, h, h @ params["W2"].T + params["b2"]


def mlp_forward_column_vectors(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    """The same as W x + b on column vectors, turned round at the end."""
    z1 = np.dot(params["W1"], x.T) + params["b1"][:, None]
    h = z1 * (z1 > 0)
    return z1.T, h.T, (np.dot(params["W2"], h) + params["b2"][:, None]).T


def mlp_forward_example_by_example(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    z1s, hs, rows = [], [], []
    for example in x:
        z1 = np.einsum("hd,d->h", params["W1"], example) + params["b1"]
        h = np.where(z1 > 0, z1, 0.0)
        z1s.append(z1)
        hs.append(h)
        rows.append(np.einsum("ch,h->c", params["W2"], h) + params["b2"])
    return np.array(z1s), np.array(hs), np.array(rows)


def mlp_forward__no_activation(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    """Passes z1 on as h, so the two layers collapse into one linear map."""
    z1 = x @ params["W1"].T + params["b1"]
    return z1, z1, z1 @ params["W2"].T + params["b2"]


def mlp_forward__relu_on_logits(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    """Applies ReLU to the output layer as well."""
    z1 = x @ params["W1"].T + params["b1"]
    h = np.maximum(z1, 0.0)
    return z1, h, np.maximum(h @ params["W2"].T + params["b2"], 0.0)


def mlp_forward__first_bias_missing(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    """Computes z1 = x W1^T, without b1."""
    z1 = x @ params["W1"].T
    h = np.maximum(z1, 0.0)
    return z1, h, h @ params["W2"].T + params["b2"]


def mlp_forward__returns_probabilities(params: dict[str, Array], x: Array) -> tuple[Array, Array, Array]:
    """Returns softmax(logits) as the third result."""
    z1 = x @ params["W1"].T + params["b1"]
    h = np.maximum(z1, 0.0)
    return z1, h, _softmax(h @ params["W2"].T + params["b2"])


def _dead_network(rng: np.random.Generator, N: int, D: int, H: int, C: int) -> dict[str, Value]:
    network = _network(rng, N, D, H, C)
    network["params"]["b1"] = -np.abs(network["x"]).max() * np.abs(network["params"]["W1"]).sum(axis=1) - 0.5
    return network


def mlp_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ", **_network(rng, 5, 4, 6, 3))
    yield Case("all dimensions equal", **_network(rng, 3, 3, 3, 3))
    yield Case("one example", **_network(rng, 1, 4, 5, 3))
    yield Case("all units dead", **_dead_network(rng, 3, 2, 4, 5))
    far = _network(rng, 4, 3, 5, 2)
    yield Case("large inputs", **{**far, "x": 20.0 * far["x"]})


# mlp_loss


def mlp_loss(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    logits = mlp_forward(params, x)[2]
    penalty = (params["W1"] ** 2).sum() + (params["W2"] ** 2).sum()
    return _cross_entropy(logits, y) + lam / 2 * float(penalty)


def mlp_loss_of_margins(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """-log softmax is softplus of how far the other classes together are above the right one."""
    loss = 0.0
    for row, label in zip(mlp_forward_column_vectors(params, x)[2], y):
        others = np.delete(row, label)
        loss += np.logaddexp(0.0, np.logaddexp.reduce(others) - row[label]) / len(y)
    return float(loss + 0.5 * lam * sum(np.vdot(params[name], params[name]) for name in ("W1", "W2")))


def mlp_loss_one_hot(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    logits = mlp_forward_example_by_example(params, x)[2]
    onehot = np.eye(logits.shape[1])[y]
    log_sum = np.logaddexp.reduce(logits, axis=1)
    weights = np.concatenate([params["W1"].ravel(), params["W2"].ravel()])
    return float(np.mean(log_sum - (onehot * logits).sum(axis=1)) + lam * np.linalg.norm(weights) ** 2 / 2)


def mlp_loss__biases_penalised(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """Sums the squares of all four parameters into the penalty."""
    _, _, logits = mlp_forward(params, x)
    return _cross_entropy(logits, y) + lam / 2 * float(sum((value**2).sum() for value in params.values()))


def mlp_loss__half_missing(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """Adds lam times the sum of squares, twice the penalty."""
    _, _, logits = mlp_forward(params, x)
    return _cross_entropy(logits, y) + lam * float((params["W1"] ** 2).sum() + (params["W2"] ** 2).sum())


def mlp_loss__one_layer(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """Penalizes W1 only."""
    _, _, logits = mlp_forward(params, x)
    return _cross_entropy(logits, y) + lam / 2 * float((params["W1"] ** 2).sum())


def mlp_loss__one_layer_output(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """Penalizes W2 only."""
    _, _, logits = mlp_forward(params, x)
    return _cross_entropy(logits, y) + lam / 2 * float((params["W2"] ** 2).sum())


def mlp_loss__double_softmax(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> float:
    """Hands softmax(logits) to a cross-entropy that applies the softmax itself."""
    _, _, logits = mlp_forward(params, x)
    penalty = (params["W1"] ** 2).sum() + (params["W2"] ** 2).sum()
    return _cross_entropy(_softmax(logits), y) + lam / 2 * float(penalty)


def _labelled(rng: np.random.Generator, N: int, D: int, H: int, C: int) -> dict[str, Value]:
    """A network that is not already right everywhere, for then p - y would be all rounding."""
    while True:
        network, y = _network(rng, N, D, H, C), rng.permutation(np.arange(N) % C)
        if mlp_loss(**network, y=y) > 0.2:
            return {**network, "y": y}


def _confident(rng: np.random.Generator, N: int, D: int, H: int, C: int) -> dict[str, Value]:
    """Logits in the thousands, far apart within a row and the largest ones between rows; one label is wrong."""
    while True:
        network = _network(rng, N, D, H, C)
        network["params"]["W2"] *= 3000.0
        logits = mlp_forward(network["params"], network["x"])[2]
        ranked = np.sort(logits, axis=1)
        if np.diff(ranked, axis=1).min() > 800 and np.ptp(ranked[:, -1]) > 1000 and ranked[:, -1].max() > 1000:
            wrong = np.arange(N) == rng.integers(N)
            return {**network, "y": (logits.argmax(axis=1) + wrong) % C}


def mlp_loss_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ, no penalty", **_labelled(rng, 5, 4, 6, 3))
    yield Case("with penalty", **_labelled(rng, 6, 3, 4, 2), lam=0.3)
    yield Case("all dimensions equal", **_labelled(rng, 3, 3, 3, 3), lam=0.1)
    yield Case("one example", **_labelled(rng, 1, 4, 5, 3), lam=0.7)
    yield Case("lam given as 0", **_labelled(rng, 4, 2, 3, 5), lam=0.0)
    shifted = _labelled(rng, 4, 3, 5, 3)
    shifted["params"]["b2"] = 4.0 * shifted["params"]["b2"]
    yield Case("large biases", **shifted, lam=0.2)
    dead = {**_dead_network(rng, 5, 2, 3, 4), "y": np.arange(5) % 4}
    yield Case("all units dead", **dead, lam=0.05)
    yield Case("logits of 1e3", kind="stability", **_confident(rng, 4, 3, 5, 3))


# mlp_backward


def mlp_backward(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    z1, h, logits = mlp_forward(params, x)
    onehot = np.eye(logits.shape[1])[y]
    dlogits = (_softmax(logits) - onehot) / len(y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    return {
        "W1": dz1.T @ x + lam * params["W1"],
        "b1": dz1.sum(axis=0),
        "W2": dlogits.T @ h + lam * params["W2"],
        "b2": dlogits.sum(axis=0),
    }


def mlp_backward_example_by_example(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    grads = {name: lam * value if name.startswith("W") else np.zeros(value.shape) for name, value in params.items()}
    z1, h, logits = mlp_forward_example_by_example(params, x)
    for n, label in enumerate(y):
        p = np.exp(logits[n] - np.logaddexp.reduce(logits[n]))
        dlogits = (p - np.eye(len(p))[label]) / len(y)
        dz1 = np.where(z1[n] > 0, params["W2"].T @ dlogits, 0.0)
        for name, step in (("W2", np.outer(dlogits, h[n])), ("W1", np.outer(dz1, x[n])), ("b2", dlogits), ("b1", dz1)):
            grads[name] = grads[name] + step
    return grads


def mlp_backward_biases_as_weights(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Appends a constant input of 1 to each layer, so that a bias is one more column of weights."""
    ones = np.ones((len(x), 1))
    inputs = np.hstack([x, ones])
    z1 = inputs @ np.column_stack([params["W1"], params["b1"]]).T
    hidden = np.hstack([np.clip(z1, 0.0, None), ones])
    logits = hidden @ np.column_stack([params["W2"], params["b2"]]).T
    dlogits = (_softmax(logits) - (y[:, None] == np.arange(logits.shape[1]))) * (1 / len(x))
    dz1 = np.einsum("nc,ch,nh->nh", dlogits, params["W2"], np.heaviside(z1, 0.0))
    both1, both2 = np.einsum("nh,nd->hd", dz1, inputs), np.einsum("nc,nh->ch", dlogits, hidden)
    dW1, dW2 = both1[:, :-1] + lam * params["W1"], both2[:, :-1] + lam * params["W2"]
    return {"W1": dW1, "b1": both1[:, -1], "W2": dW2, "b2": both2[:, -1]}


def _p_minus_y(logits: Array, y: Array) -> Array:
    return _softmax(logits) - np.eye(logits.shape[1])[y]


def mlp_backward__gate_missing(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Passes the gradient through the ReLU as if every unit were open."""
    _, h, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y) / len(y)
    dz1 = dlogits @ params["W2"]
    dW1, dW2 = dz1.T @ x + lam * params["W1"], dlogits.T @ h + lam * params["W2"]
    return {"W1": dW1, "b1": dz1.sum(axis=0), "W2": dW2, "b2": dlogits.sum(axis=0)}


def mlp_backward__uses_z1(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Multiplies by z1, from before the ReLU, instead of h in dW2."""
    z1, _, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y) / len(y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    dW1, dW2 = dz1.T @ x + lam * params["W1"], dlogits.T @ z1 + lam * params["W2"]
    return {"W1": dW1, "b1": dz1.sum(axis=0), "W2": dW2, "b2": dlogits.sum(axis=0)}


def mlp_backward__penalty_missing(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Differentiates the cross-entropy only and leaves lam W out."""
    z1, h, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y) / len(y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    return {"W1": dz1.T @ x, "b1": dz1.sum(axis=0), "W2": dlogits.T @ h, "b2": dlogits.sum(axis=0)}


def mlp_backward__penalty_doubled(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Adds 2 lam W, as if the penalty had no one half."""
    z1, h, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y) / len(y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    dW1, dW2 = dz1.T @ x + 2 * lam * params["W1"], dlogits.T @ h + 2 * lam * params["W2"]
    return {"W1": dW1, "b1": dz1.sum(axis=0), "W2": dW2, "b2": dlogits.sum(axis=0)}


def mlp_backward__not_averaged(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Starts from p - y without dividing by N."""
    z1, h, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    dW1, dW2 = dz1.T @ x + lam * params["W1"], dlogits.T @ h + lam * params["W2"]
    return {"W1": dW1, "b1": dz1.sum(axis=0), "W2": dW2, "b2": dlogits.sum(axis=0)}


def mlp_backward__not_averaged_biases_averaged(
    params: dict[str, Array], x: Array, y: Array, lam: float = 0.0
) -> dict[str, Array]:
    """Starts from p - y without dividing by N and averages the gradients of the biases only."""
    grads = mlp_backward__not_averaged(params, x, y, lam)
    return {name: grad / len(y) if name.startswith("b") else grad for name, grad in grads.items()}


def mlp_backward__bias_mean(params: dict[str, Array], x: Array, y: Array, lam: float = 0.0) -> dict[str, Array]:
    """Averages the bias gradients over the batch, so 1/N enters a second time."""
    z1, h, logits = mlp_forward(params, x)
    dlogits = _p_minus_y(logits, y) / len(y)
    dz1 = (dlogits @ params["W2"]) * (z1 > 0)
    dW1, dW2 = dz1.T @ x + lam * params["W1"], dlogits.T @ h + lam * params["W2"]
    return {"W1": dW1, "b1": dz1.mean(axis=0), "W2": dW2, "b2": dlogits.mean(axis=0)}


def mlp_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("all dimensions differ, no penalty", **_labelled(rng, 5, 4, 6, 3))
    yield Case("with penalty", **_labelled(rng, 6, 3, 4, 2), lam=0.3)
    yield Case("all dimensions equal", **_labelled(rng, 3, 3, 3, 3), lam=0.1)
    yield Case("one example", **_labelled(rng, 1, 4, 5, 3), lam=0.2)
    yield Case("more classes than examples", **_labelled(rng, 4, 2, 3, 6), lam=0.0)
    at_kink = _labelled(rng, 5, 3, 4, 3)
    unit = rng.integers(4)
    at_kink["params"]["W1"][unit], at_kink["params"]["b1"][unit] = 0.0, 0.0
    yield Case("z1 exactly 0 in one unit", gradient=False, **at_kink, lam=0.15)
    yield Case("all units dead", **{**_dead_network(rng, 5, 2, 3, 4), "y": np.arange(5) % 4}, lam=0.05)
    yield Case("logits of 1e3", kind="stability", **_confident(rng, 5, 3, 4, 3))


# predict


def predict(logits: Array) -> Array:
    return logits.argmax(axis=-1)  # the first of equal ones


def predict_scanning(logits: Array) -> Array:
    best = np.zeros(len(logits), dtype=int)
    for n, row in enumerate(logits):
        for c in range(1, len(row)):
            if row[c] > row[best[n]]:
                best[n] = c
    return best


def predict_first_maximum(logits: Array) -> Array:
    is_largest = logits == logits.max(axis=1, keepdims=True)
    return np.where(is_largest, np.arange(logits.shape[1]), logits.shape[1]).min(axis=1)


def predict__column_wise(logits: Array) -> Array:
    """Takes the largest logit over axis 0, one example for each class."""
    return logits.argmax(axis=0)


def predict__maximum_value(logits: Array) -> Array:
    """Returns the largest logit of each row instead of its index."""
    return logits.max(axis=1)


def predict__last_tie(logits: Array) -> Array:
    """Lets a later class win when it is as large as the best so far."""
    best = np.zeros(len(logits), dtype=int)
    for n, row in enumerate(logits):
        for c in range(len(row)):
            if row[c] >= row[best[n]]:
                best[n] = c
    return best


def predict__smallest(logits: Array) -> Array:
    """Takes the index of the smallest logit."""
    return logits.argmin(axis=1)


def _apart(rng: np.random.Generator, N: int, C: int) -> Array:
    """Logits of both signs whose entries in a row are at least 0.2 apart."""
    ranks = rng.permuted(np.tile(np.arange(C), (N, 1)), axis=1)
    return ranks - (C - 1) / 2 + rng.uniform(-0.4, 0.4, (N, C))


def _tied(rng: np.random.Generator, N: int, C: int) -> Array:
    """Dyadic logits with the largest value twice in every row."""
    logits = -0.25 * rng.integers(2, 9, (N, C))
    for row in logits:
        row[rng.choice(C, 2, replace=False)] = 0.75
    return logits


def predict_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("more examples than classes", logits=_apart(rng, 5, 3))
    yield Case("more classes than examples", logits=_apart(rng, 3, 6))
    yield Case("as many classes as examples", logits=_apart(rng, 4, 4))
    yield Case("all logits negative", logits=_apart(rng, 5, 4) - 6.0)
    yield Case("ties", tie=True, logits=_tied(rng, 6, 4))
    yield Case("one example", logits=_apart(rng, 1, 5))


# accuracy


def accuracy(logits: Array, y: Array) -> float:
    return float((predict(logits) == y).mean())


def accuracy_counting(logits: Array, y: Array) -> float:
    right = 0
    for row, label in zip(logits, y):
        right += int(np.flatnonzero(row == max(row))[0] == label)
    return right / len(y)


def accuracy_from_misses(logits: Array, y: Array) -> float:
    return 1.0 - np.count_nonzero(predict_first_maximum(logits) - y) / y.size


def accuracy__percent(logits: Array, y: Array) -> float:
    """Gives the share in percent, 0 to 100."""
    return float(100 * (logits.argmax(axis=1) == y).mean())


def accuracy__count(logits: Array, y: Array) -> float:
    """Returns the number of right predictions."""
    return float((logits.argmax(axis=1) == y).sum())


def accuracy__error_rate(logits: Array, y: Array) -> float:
    """Returns the share of wrong predictions."""
    return float((logits.argmax(axis=1) != y).mean())


def accuracy__divided_by_classes(logits: Array, y: Array) -> float:
    """Divides the number of right predictions by the number of classes."""
    return float((logits.argmax(axis=1) == y).sum() / logits.shape[1])


def _answers(rng: np.random.Generator, logits: Array, right: int) -> Array:
    """Labels of which `right` agree with the largest logits."""
    N, C = logits.shape
    miss = rng.permutation(np.arange(N) >= right)
    return (logits.argmax(axis=1) + miss * rng.integers(1, C, N)) % C


def accuracy_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, (N, C, right) in {
        "some right": (7, 3, 5),
        "few right": (5, 4, 1),
        "as many classes as examples": (4, 4, 3),
        "all right": (6, 4, 6),
        "all wrong": (5, 3, 0),
        "one example, right": (1, 4, 1),
    }.items():
        logits = _apart(rng, N, C)
        yield Case(name, logits=logits, y=_answers(rng, logits, right))
    tied = _tied(rng, 7, 4)
    last = 3 - tied[:, ::-1].argmax(axis=1)
    yield Case(
        "ties go to the lowest index", tie=True, logits=tied, y=np.where(np.arange(7) < 3, last, tied.argmax(axis=1))
    )


# confusion_matrix


def confusion_matrix(y: Array, y_pred: Array, C: int) -> Array:
    counts = np.zeros((C, C), dtype=int)
    np.add.at(counts, (y, y_pred), 1)  # an indexed += would count a repeated pair once
    return counts


def confusion_matrix_pair_by_pair(y: Array, y_pred: Array, C: int) -> Array:
    counts = np.zeros((C, C), dtype=np.int64)
    for truth, guess in zip(y, y_pred):
        counts[truth, guess] += 1
    return counts


def confusion_matrix_bincount(y: Array, y_pred: Array, C: int) -> Array:
    return np.bincount(C * y + y_pred, minlength=C * C).reshape(C, C)


def confusion_matrix_one_hot(y: Array, y_pred: Array, C: int) -> Array:
    classes = np.arange(C)
    return (y == classes[:, None]).astype(int) @ (y_pred[:, None] == classes).astype(int)


def confusion_matrix__transposed(y: Array, y_pred: Array, C: int) -> Array:
    """Counts with the prediction as the row and the truth as the column."""
    counts = np.zeros((C, C), dtype=int)
    np.add.at(counts, (y_pred, y), 1)
    return counts


def confusion_matrix__repeats_lost(y: Array, y_pred: Array, C: int) -> Array:
    """Adds 1 by fancy indexing, so that equal pairs count once."""
    counts = np.zeros((C, C), dtype=int)
    counts[y, y_pred] += 1
    return counts


def confusion_matrix__normalised(y: Array, y_pred: Array, C: int) -> Array:
    """Divides each row by its sum, which turns counts into rates."""
    counts = np.zeros((C, C))
    np.add.at(counts, (y, y_pred), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def confusion_matrix__normalised_guarded(y: Array, y_pred: Array, C: int) -> Array:
    """Divides each row by its sum and leaves the rows of classes that never occur at 0."""
    counts = np.zeros((C, C))
    np.add.at(counts, (y, y_pred), 1)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def confusion_matrix__inferred_classes(y: Array, y_pred: Array, C: int) -> Array:
    """Takes the largest label seen, plus 1, as the number of classes."""
    seen = int(max(y.max(), y_pred.max())) + 1
    counts = np.zeros((seen, seen), dtype=int)
    np.add.at(counts, (y, y_pred), 1)
    return counts


def confusion_matrix__inferred_classes_true_labels(y: Array, y_pred: Array, C: int) -> Array:
    """Takes the largest true label, plus 1, as the number of classes, which may be too few for the predictions."""
    seen = int(y.max()) + 1
    counts = np.zeros((seen, seen), dtype=int)
    np.add.at(counts, (y, y_pred), 1)
    return counts


def confusion_matrix__inferred_classes_distinct(y: Array, y_pred: Array, C: int) -> Array:
    """Takes the number of different labels seen as the number of classes."""
    classes = np.unique(np.concatenate([y, y_pred]))
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (np.searchsorted(classes, y), np.searchsorted(classes, y_pred)), 1)
    return counts


def _lopsided(rng: np.random.Generator, N: int, C: int) -> dict[str, Value]:
    """Labels and predictions that repeat a pair i -> j more often than j -> i."""
    truth, guess = rng.choice(C, 2, replace=False)
    y, y_pred = rng.integers(0, C, N), rng.integers(0, C, N)
    y[: N // 2], y_pred[: N // 2] = truth, guess
    order = rng.permutation(N)
    return {"y": y[order], "y_pred": y_pred[order]}


def confusion_matrix_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("repeated pairs", **_lopsided(rng, 9, 3), C=3)
    yield Case("as many classes as examples", **_lopsided(rng, 5, 5), C=5)
    yield Case("last classes never seen", **_lopsided(rng, 8, 3), C=5)
    yield Case("a class predicted but never true", y=np.array([0, 2, 2, 0, 2, 0]), y_pred=rng.integers(0, 3, 6), C=3)
    yield Case("one example", y=np.array([2]), y_pred=np.array([0]), C=4)
    yield Case("no examples", y=np.zeros(0, dtype=int), y_pred=np.zeros(0, dtype=int), C=3)


# The table

CHECKS = (
    Check(
        mlp_forward,
        cases=mlp_forward_cases,
        returns=("z1: N H", "h: N H", "logits: N C"),
        formula=(
            r"\begin{aligned}"
            r" z_1 &= x \, W_1^\top + b_1 \\"
            r" h &= \max(z_1, 0) \\"
            r" \text{logits} &= h \, W_2^\top + b_2"
            r" \end{aligned}"
        ),
        args={"x": "N D"},
        wrong=(
            Wrong(
                mlp_forward__no_activation,
                id="no-activation",
                hint="Without a nonlinearity depth adds nothing.",
            ),
            Wrong(mlp_forward__relu_on_logits, id="relu-on-logits", hint="Logits may be negative."),
            Wrong(mlp_forward__first_bias_missing, id="first-bias-missing", hint="Every layer has its bias."),
            Wrong(
                mlp_forward__returns_probabilities,
                id="returns-probabilities",
                hint="The loss takes logits.",
            ),
        ),
        alternates=(mlp_forward_column_vectors, mlp_forward_example_by_example),
        hints=(
            "Rows are examples and weights are (out, in). Which of the two must be transposed to multiply?",
            "Two linear layers with one ReLU between them. What does the last layer return, before any softmax?",
        ),
    ),
    Check(
        mlp_loss,
        cases=mlp_loss_cases,
        returns=("loss:",),
        formula=(
            r"\begin{aligned}"
            r" \text{loss} &= \frac{1}{N} \sum_n \left(\log \sum_c \exp(\text{logits}_{nc})"
            r" - \text{logits}_n[y_n]\right) \\"
            r" \text{penalty} &= \frac{\lambda}{2} \left(\sum W_1^2 + \sum W_2^2\right) \\"
            r" J &= \text{loss} + \text{penalty}"
            r" \end{aligned}"
        ),
        args={"x": "N D", "y": "N"},
        needs=(mlp_forward,),
        wrong=(
            Wrong(mlp_loss__biases_penalised, id="biases-penalised", hint="Only the weights are penalised."),
            Wrong(mlp_loss__half_missing, id="half-missing", hint="The penalty carries ½."),
            Wrong(
                mlp_loss__one_layer,
                id="one-layer",
                hint="All weight matrices are penalised.",
                also=(mlp_loss__one_layer_output,),
            ),
            Wrong(mlp_loss__double_softmax, id="double-softmax", hint="It expects logits."),
        ),
        alternates=(mlp_loss_of_margins, mlp_loss_one_hot),
        hints=(
            "Your cross-entropy of exercise 7 takes two things. Which result of mlp_forward is the first?",
            "The penalty does not depend on the data. Which two of the four parameters are in it, with what factor?",
        ),
    ),
    Check(
        mlp_backward,
        cases=mlp_backward_cases,
        returns=("grads: dict",),
        formula=(
            r"\begin{aligned}"
            r" \text{dlogits} &= \frac{p - \operatorname{onehot}(y)}{N} \qquad p"
            r" = \operatorname{softmax}(\text{logits}) \\"
            r" \text{dW}_2 &= \text{dlogits}^\top h + \lambda \, W_2 \qquad \text{db}_2"
            r" = \sum_n \text{dlogits}_n \\"
            r" \text{dz}_1 &= \begin{cases} \text{dlogits} \, W_2 & \text{where } z_1 > 0 \\"
            r" 0 & \text{else} \end{cases} \\"
            r" \text{dW}_1 &= \text{dz}_1^\top x + \lambda \, W_1 \qquad \text{db}_1 = \sum_n (\text{dz}_1)_n"
            r" \end{aligned}"
        ),
        args={"x": "N D", "y": "N"},
        needs=(mlp_forward,),
        gradient=Gradient(
            of=mlp_loss,
            wrt={f"params.{name}": f"grads.{name}" for name in ("W1", "b1", "W2", "b2")},
        ),
        wrong=(
            Wrong(mlp_backward__gate_missing, id="gate-missing", hint="Dead units pass no gradient."),
            Wrong(mlp_backward__uses_z1, id="uses-z1", hint="W2 was multiplied by h."),
            Wrong(mlp_backward__penalty_missing, id="penalty-missing", hint="The penalty has a gradient too."),
            Wrong(mlp_backward__penalty_doubled, id="penalty-doubled", hint="The ½ cancels the 2."),
            Wrong(
                mlp_backward__not_averaged,
                id="not-averaged",
                hint="The loss is a mean.",
                also=(mlp_backward__not_averaged_biases_averaged,),
            ),
            Wrong(mlp_backward__bias_mean, id="bias-mean", hint="The 1/N is already in dz: sum."),
        ),
        alternates=(mlp_backward_example_by_example, mlp_backward_biases_as_weights),
        hints=(
            "Start at the end: what is the gradient of a mean cross-entropy at the logits?",
            "Then two linear layers backwards (exercise 4), and between them the gate of the ReLU: open where?",
            "Last, the penalty: the derivative of (lam/2) w^2, for the weights and not for the biases.",
        ),
    ),
    Check(
        predict,
        cases=predict_cases,
        returns=("y_pred: N",),
        formula=r"\text{y\_pred}_n = \operatorname*{argmax}_c \text{logits}_{nc}",
        args={"logits": "N C"},
        wrong=(
            Wrong(predict__column_wise, id="column-wise", hint="One prediction per row."),
            Wrong(predict__maximum_value, id="maximum-value", hint="The class is the index."),
            Wrong(predict__last_tie, id="last-tie", hint="Ties go to the lowest index."),
            Wrong(predict__smallest, id="smallest", hint="Largest, not smallest."),
        ),
        alternates=(predict_scanning, predict_first_maximum),
        hints=(
            "How many predictions are there for N examples, and what kind of number is a class?",
            "NumPy has a function that says where the largest entry along an axis is. Which axis holds the classes?",
        ),
    ),
    Check(
        accuracy,
        cases=accuracy_cases,
        returns=("accuracy:",),
        formula=r"\text{accuracy} = \frac{\text{number of } n \text{ with y\_pred}_n = y_n}{N}",
        args={"logits": "N C", "y": "N"},
        needs=(predict,),
        wrong=(
            Wrong(accuracy__percent, id="percent", hint="A share lies between 0 and 1."),
            Wrong(accuracy__count, id="count", hint="Divide by N."),
            Wrong(accuracy__error_rate, id="error-rate", hint="Count what is right."),
            Wrong(
                accuracy__divided_by_classes,
                id="divided-by-classes",
                hint="Divide by the number of examples.",
            ),
        ),
        alternates=(accuracy_counting, accuracy_from_misses),
        hints=(
            "Compare the predictions with y: what does the comparison of two int arrays give?",
            "What is the mean of true and false?",
        ),
    ),
    Check(
        confusion_matrix,
        cases=confusion_matrix_cases,
        returns=("counts: C C",),
        formula=(
            r"M_{ij} = \text{number of } n \text{ with } y_n"
            r" = i \text{ and y\_pred}_n = j"
        ),
        args={"y": "N", "y_pred": "N"},
        wrong=(
            Wrong(confusion_matrix__transposed, id="transposed", hint="Rows are the truth."),
            Wrong(
                confusion_matrix__repeats_lost,
                id="repeats-lost",
                hint="Repeated index pairs need an accumulating add.",
            ),
            Wrong(
                confusion_matrix__normalised,
                id="normalised",
                hint="Counts, not rates.",
                also=(confusion_matrix__normalised_guarded,),
            ),
            Wrong(
                confusion_matrix__inferred_classes,
                id="inferred-classes",
                hint="C is given.",
                also=(
                    confusion_matrix__inferred_classes_true_labels,
                    confusion_matrix__inferred_classes_distinct,
                ),
            ),
        ),
        alternates=(confusion_matrix_pair_by_pair, confusion_matrix_bincount, confusion_matrix_one_hot),
        hints=(
            "How large is the table, and which of y and y_pred picks the row?",
            "Each example adds one to one cell. What must happen when two examples fall into the same cell?",
        ),
    ),
)
