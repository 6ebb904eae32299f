"""References, wrong functions and cases for LoRA."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Seeded, Value, Wrong

TITLE = "LoRA"
NEEDS = (4, 16)

Gradients = tuple[Array, Array, Array]


# lora_init


def lora_init(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), np.zeros((d_out, r))


def lora_init_normal(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    return rng.normal(0.0, d_in**-0.5, size=(r, d_in)), np.full((d_out, r), 0.0)


def lora_init_rows(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    A = np.stack([rng.standard_normal(d_in) for _ in range(r)])
    A *= 1 / d_in**0.5
    return A, np.array([[0.0] * r] * d_out)


def lora_init__B_random(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws B after A in the same way, so the update is not zero at the start."""
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), rng.standard_normal((d_out, r)) / np.sqrt(r)


def lora_init__B_random_unscaled(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws B after A as plain normal numbers, so the update is not zero at the start."""
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), rng.standard_normal((d_out, r))


def lora_init__B_random_as_A(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws B after A and divides both by the root of d_in, so the update is not zero at the start."""
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), rng.standard_normal((d_out, r)) / np.sqrt(d_in)


def lora_init__B_random_small(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draws B after A as normal numbers times 0.01, so the update is not zero at the start."""
    return rng.standard_normal((r, d_in)) / np.sqrt(d_in), 0.01 * rng.standard_normal((d_out, r))


def lora_init__both_zero(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Starts both factors at zero; each one's gradient is a multiple of the other, so both stay there."""
    return np.zeros((r, d_in)), np.zeros((d_out, r))


def lora_init__shapes_swapped(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Makes A (d_in, r) and B (r, d_out), as for x A B."""
    return rng.standard_normal((d_in, r)) / np.sqrt(d_in), np.zeros((r, d_out))


def lora_init__shapes_swapped_A(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Makes A (d_in, r), while B is (d_out, r) as it should be."""
    return rng.standard_normal((d_in, r)) / np.sqrt(d_in), np.zeros((d_out, r))


def lora_init__scale(d_out: int, d_in: int, r: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Divides A by the root of the rank."""
    return rng.standard_normal((r, d_in)) / np.sqrt(r), np.zeros((d_out, r))


def lora_init_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, d_out, d_in, r in (
        ("all sizes different", 4, 6, 2),
        ("more outputs than inputs", 7, 3, 2),
        ("rank 1", 3, 5, 1),
        ("square weight", 4, 4, 3),
        ("all sizes equal", 3, 3, 3),
        ("rank above both sizes", 3, 2, 5),
        ("one input", 4, 1, 2),
    ):
        yield Case(name, d_out=d_out, d_in=d_in, r=r, rng=Seeded(int(rng.integers(2**31))))


# lora_forward


def lora_forward(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    return x @ W0.T + alpha / A.shape[0] * (x @ A.T @ B.T)


def lora_forward_merged(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    return x @ (W0 + alpha / B.shape[1] * np.einsum("or,ri->oi", B, A)).T


def lora_forward_stacked(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """One product with W0 and B side by side, after x and its projection are put side by side."""
    scaled = x @ A.T * (alpha / len(A))
    return np.concatenate([x, scaled], axis=1) @ np.concatenate([W0, B], axis=1).T


def lora_forward_ranks(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    out = np.einsum("ni,oi->no", x, W0)
    for down, up in zip(A, B.T):
        out += alpha * np.outer(x @ down, up) / len(A)
    return out


def lora_forward__unscaled(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Adds the update without alpha / r."""
    return x @ W0.T + x @ A.T @ B.T


def lora_forward__alpha_not_divided(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Multiplies the update by alpha and does not divide by the rank."""
    return x @ W0.T + alpha * (x @ A.T @ B.T)


def lora_forward__inverted_scale(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Multiplies the update by r / alpha."""
    return x @ W0.T + A.shape[0] / alpha * (x @ A.T @ B.T)


def lora_forward__base_missing(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Returns the low-rank update without x W0^T."""
    return alpha / A.shape[0] * (x @ A.T @ B.T)


def lora_forward__order(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Computes x B A, first B and untransposed, which is silent when the weight is square."""
    return x @ W0.T + alpha / A.shape[0] * (x @ B @ A)


def lora_forward__order_untransposed(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Computes x A B, untransposed, which is silent when everything is square."""
    return x @ W0.T + alpha / A.shape[0] * (x @ A @ B)


def lora_forward__order_up_first(x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Computes x B^T A^T, first B, which is silent when everything is square."""
    return x @ W0.T + alpha / A.shape[0] * (x @ B.T @ A.T)


def _normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape) + rng.choice([-0.3, 0.3])


def _weights(rng: np.random.Generator, out: int, inputs: int, r: int) -> dict[str, Value]:
    return {"W0": _normal(rng, out, inputs), "A": _normal(rng, r, inputs), "B": _normal(rng, out, r)}


def _layers(rng: np.random.Generator) -> Iterator[tuple[str, dict[str, Value]]]:
    """Named layers with a batch: x, W0, A, B and alpha."""
    for name, N, out, inputs, r, alpha in (
        ("all sizes different", 5, 4, 6, 2, 3.0),
        ("more outputs than inputs", 4, 6, 3, 2, 5.0),
        ("rank 1", 3, 4, 5, 1, 2.5),
        ("square weight", 2, 4, 4, 3, 1.5),
        ("batch, inputs, outputs and rank equal", 3, 3, 3, 3, 7.0),
        ("one example", 1, 3, 4, 2, 0.5),
        ("rank above both sizes", 2, 3, 2, 4, 16.0),
        ("alpha = 0", 4, 3, 5, 2, 0.0),
    ):
        yield name, {"x": _normal(rng, N, inputs), **_weights(rng, out, inputs, r), "alpha": alpha}
    start = {"x": _normal(rng, 4, 5), **_weights(rng, 3, 5, 2), "alpha": 4.0}
    yield "B = 0, the state at the start", {**start, "B": np.zeros((3, 2))}


def lora_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, layer in _layers(rng):
        yield Case(name, **layer)


# lora_backward


def lora_backward(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    scaled = alpha / A.shape[0] * dout
    dx = dout @ W0 + scaled @ B @ A
    return dx, (scaled @ B).T @ x, scaled.T @ (x @ A.T)


def lora_backward_by_weight(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    """Through the gradient of the merged weight, from which both factors take their share."""
    s = alpha / len(A)
    dW = s * np.einsum("no,ni->oi", dout, x)
    return dout @ (W0 + s * B @ A), B.T @ dW, dW @ A.T


def lora_backward_examples(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    s = alpha / B.shape[1]
    dx, dA, dB = np.zeros_like(x), np.zeros_like(A), np.zeros_like(B)
    for n, (d, row) in enumerate(zip(dout, x)):
        down = s * (B.T @ d)
        dx[n] = W0.T @ d + A.T @ down
        dA += np.outer(down, row)
        dB += s * np.outer(d, A @ row)
    return dx, dA, dB


def lora_backward__low_rank_path_missing(
    dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float
) -> Gradients:
    """Sends the gradient back to x through W0 only."""
    _, dA, dB = lora_backward(dout, x, W0, A, B, alpha)
    return dout @ W0, dA, dB


def lora_backward__base_path_missing(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    """Sends the gradient back to x through the update only, as if a frozen weight passed nothing."""
    _, dA, dB = lora_backward(dout, x, W0, A, B, alpha)
    return alpha / A.shape[0] * dout @ B @ A, dA, dB


def lora_backward__scale_missing(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    """Leaves alpha / r out of dA."""
    dx, _, dB = lora_backward(dout, x, W0, A, B, alpha)
    return dx, (dout @ B).T @ x, dB


def lora_backward__scale_missing_in_both(
    dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float
) -> Gradients:
    """Leaves alpha / r out of dA and dB."""
    dx, _, _ = lora_backward(dout, x, W0, A, B, alpha)
    return dx, (dout @ B).T @ x, dout.T @ (x @ A.T)


def lora_backward__scale_missing_everywhere(
    dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float
) -> Gradients:
    """Leaves alpha / r out of all three gradients."""
    return dout @ W0 + dout @ B @ A, (dout @ B).T @ x, dout.T @ (x @ A.T)


def lora_backward__dB_uses_x(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    """Multiplies dout by x itself in dB, which has the right shape only if the rank is that of the input."""
    dx, dA, _ = lora_backward(dout, x, W0, A, B, alpha)
    return dx, dA, alpha / A.shape[0] * dout.T @ x


def lora_backward__scale_in_dB_missing(dout: Array, x: Array, W0: Array, A: Array, B: Array, alpha: float) -> Gradients:
    """Leaves alpha / r out of dB."""
    dx, dA, _ = lora_backward(dout, x, W0, A, B, alpha)
    return dx, dA, dout.T @ (x @ A.T)


def lora_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, layer in _layers(rng):
        yield Case(name, dout=_normal(rng, len(layer["x"]), len(layer["W0"])), **layer)


# lora_merge


def lora_merge(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    return W0 + alpha / A.shape[0] * (B @ A)


def lora_merge_einsum(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    return W0 + np.einsum("or,ri->oi", B, A) * alpha / B.shape[1]


def lora_merge_by_forward(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Runs the layer on every unit vector: the results are the columns of the merged weight."""
    return lora_forward(np.eye(W0.shape[1], dtype=W0.dtype), W0, A, B, alpha).T


def lora_merge__unscaled(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Adds B A without alpha / r."""
    return W0 + B @ A


def lora_merge__order(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Adds A B, which has the shape of the weight only if everything is square."""
    return W0 + alpha / A.shape[0] * (A @ B)


def lora_merge__replaced(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Returns the update alone."""
    return alpha / A.shape[0] * (B @ A)


def lora_merge__transposed(W0: Array, A: Array, B: Array, alpha: float) -> Array:
    """Adds the transpose of B A, which is silent when the weight is square."""
    return W0 + alpha / A.shape[0] * (B @ A).T


def lora_merge_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, out, inputs, r, alpha in (
        ("all sizes different", 4, 6, 2, 3.0),
        ("more outputs than inputs", 5, 3, 2, 0.5),
        ("square weight", 4, 4, 2, 5.0),
        ("all sizes equal", 3, 3, 3, 2.0),
        ("rank 1", 3, 5, 1, 2.5),
        ("rank above both sizes", 2, 3, 4, 6.0),
        ("alpha = 0", 3, 4, 2, 0.0),
    ):
        yield Case(name, **_weights(rng, out, inputs, r), alpha=alpha)
    yield Case("B = 0, the state at the start", **{**_weights(rng, 3, 4, 2), "B": np.zeros((3, 2))}, alpha=4.0)


# lora_unmerge


def lora_unmerge(W: Array, A: Array, B: Array, alpha: float) -> Array:
    return W - alpha / A.shape[0] * (B @ A)


def lora_unmerge_by_merge(W: Array, A: Array, B: Array, alpha: float) -> Array:
    """Merges once more with the opposite scale."""
    return lora_merge_einsum(W, A, B, -alpha)


def lora_unmerge_ranks(W: Array, A: Array, B: Array, alpha: float) -> Array:
    W0 = W.copy()
    for down, up in zip(A, B.T):
        W0 -= np.outer(up, down) * (alpha / len(A))
    return W0


def lora_unmerge__adds(W: Array, A: Array, B: Array, alpha: float) -> Array:
    """Adds the update a second time."""
    return W + alpha / A.shape[0] * (B @ A)


def lora_unmerge__unscaled(W: Array, A: Array, B: Array, alpha: float) -> Array:
    """Subtracts B A without alpha / r."""
    return W - B @ A


def lora_unmerge__alpha_not_divided(W: Array, A: Array, B: Array, alpha: float) -> Array:
    """Subtracts alpha B A and does not divide by the rank."""
    return W - alpha * (B @ A)


def lora_unmerge__zeroed(W: Array, A: Array, B: Array, alpha: float) -> Array:
    """Returns the merged weight as it is, with the update still in it."""
    return W


def lora_unmerge_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, out, inputs, r, alpha in (
        ("merge, then unmerge", 4, 6, 2, 3.0),
        ("more outputs than inputs", 5, 3, 2, 0.5),
        ("square weight", 4, 4, 2, 5.0),
        ("all sizes equal", 3, 3, 3, 2.0),
        ("rank 1", 3, 5, 1, 2.5),
        ("rank above both sizes", 2, 3, 4, 6.0),
        ("alpha = 0", 3, 4, 2, 0.0),
    ):
        layer = _weights(rng, out, inputs, r)
        W = layer["W0"] + alpha / r * (layer["B"] @ layer["A"])
        yield Case(name, W=W, A=layer["A"], B=layer["B"], alpha=alpha)


# lora_param_counts


def lora_param_counts(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    return d_out * d_in, r * (d_out + d_in)


def lora_param_counts_arrays(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    return np.empty((d_out, d_in)).size, np.empty((r, d_in)).size + np.empty((d_out, r)).size


def lora_param_counts_rank_by_rank(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    return sum(d_in for _ in range(d_out)), sum(d_in + d_out for _ in range(r))


def lora_param_counts__product(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    """Multiplies all three sizes."""
    return d_out * d_in, r * d_out * d_in


def lora_param_counts__doubled(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    """Counts both factors twice."""
    return d_out * d_in, 2 * r * (d_out + d_in)


def lora_param_counts__one_matrix(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    """Counts the entries of A only."""
    return d_out * d_in, r * d_in


def lora_param_counts__frozen_included(d_out: int, d_in: int, r: int) -> tuple[int, int]:
    """Adds the entries of the frozen weight to those of A and B."""
    return d_out * d_in, d_out * d_in + r * (d_out + d_in)


def lora_param_counts_cases(rng: np.random.Generator) -> Iterator[Case]:
    def size(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    width = size(300, 900)
    yield Case("a wide layer", d_out=size(200, 600), d_in=size(700, 1200), r=8)
    yield Case("square weight", d_out=width, d_in=width, r=4)
    yield Case("rank 1", d_out=size(20, 40), d_in=size(50, 90), r=1)
    yield Case("rank above both sizes", d_out=size(5, 9), d_in=size(10, 15), r=size(16, 30))
    yield Case("one output", d_out=1, d_in=size(20, 60), r=2)
    yield Case("one of everything", d_out=1, d_in=1, r=1)


# The table

LAYER = {"x": "N in", "W0": "out in", "A": "r in", "B": "out r"}

CHECKS = (
    Check(
        lora_init,
        cases=lora_init_cases,
        returns=("A: r in", "B: out r"),
        formula=(
            r"\begin{aligned}"
            r" A &= \frac{\text{standard normal numbers (r, d\_in)}}{\sqrt{\text{d\_in}}} \\"
            r" B &= 0 \text{, (d\_out, r)}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                lora_init__B_random,
                id="B-random",
                hint="The update must start at zero.",
                also=(
                    lora_init__B_random_unscaled,
                    lora_init__B_random_as_A,
                    lora_init__B_random_small,
                ),
            ),
            Wrong(lora_init__both_zero, id="both-zero", hint="One factor must be nonzero."),
            Wrong(
                lora_init__shapes_swapped,
                id="shapes-swapped",
                hint="A maps the input down to r.",
                also=(lora_init__shapes_swapped_A,),
            ),
            Wrong(lora_init__scale, id="scale", hint="The fan-in of A is d_in."),
        ),
        alternates=(lora_init_normal, lora_init_rows),
        hints=(
            "x A^T has r entries an example, and B brings them up to d_out. Which shapes follow?",
            "The update is B A. Which factor is zero at the start, and why must the other not be?",
            "One draw of the whole of A; its spread is one over the root of its fan-in (exercise 16).",
        ),
    ),
    Check(
        lora_forward,
        cases=lora_forward_cases,
        returns=("out: N out",),
        formula=(
            r"\text{out} = x \, W_0^\top + \frac{\alpha}{r} \, (x \, A^\top) \, B^\top"
            r" \qquad r = \text{number of rows of } A"
        ),
        args=LAYER,
        wrong=(
            Wrong(lora_forward__unscaled, id="unscaled", hint="The update has its own scale."),
            Wrong(lora_forward__alpha_not_divided, id="alpha-not-divided", hint="Divide by the rank."),
            Wrong(lora_forward__inverted_scale, id="inverted-scale", hint="alpha over r."),
            Wrong(lora_forward__base_missing, id="base-missing", hint="The frozen weight still acts."),
            Wrong(
                lora_forward__order,
                id="order",
                hint="First down with A, then up with B.",
                also=(
                    lora_forward__order_untransposed,
                    lora_forward__order_up_first,
                ),
            ),
        ),
        alternates=(lora_forward_merged, lora_forward_stacked, lora_forward_ranks),
        hints=(
            "Two branches read the same x and their results are added. Write each one's shapes down.",
            "Going down costs N r in numbers, going up N r out. In which order is that, and what is r?",
        ),
    ),
    Check(
        lora_backward,
        cases=lora_backward_cases,
        returns=("dx: N in", "dA: r in", "dB: out r"),
        formula=(
            r"\begin{aligned}"
            r" s &= \frac{\alpha}{r} \\"
            r" \text{dx} &= \text{dout} \, W_0 + s \, (\text{dout} \, B) \, A \\"
            r" \text{dA} &= s \, (\text{dout} \, B)^\top x \\"
            r" \text{dB} &= s \, \text{dout}^\top \, (x \, A^\top)"
            r" \end{aligned}"
        ),
        args={"dout": "N out", **LAYER},
        gradient=Gradient(of=lora_forward, wrt={"x": "dx", "A": "dA", "B": "dB"}),
        wrong=(
            Wrong(
                lora_backward__low_rank_path_missing,
                id="low-rank-path-missing",
                hint="The input feeds both branches.",
            ),
            Wrong(
                lora_backward__base_path_missing,
                id="base-path-missing",
                hint="Frozen does not mean invisible.",
            ),
            Wrong(
                lora_backward__scale_missing,
                id="scale-missing",
                hint="Forward scaled the update.",
                also=(
                    lora_backward__scale_missing_in_both,
                    lora_backward__scale_missing_everywhere,
                ),
            ),
            Wrong(lora_backward__dB_uses_x, id="dB-uses-x", hint="B sees the projected input."),
            Wrong(
                lora_backward__scale_in_dB_missing,
                id="scale-in-dB-missing",
                hint="Both factors carry the scale.",
            ),
        ),
        alternates=(lora_backward_by_weight, lora_backward_examples),
        hints=(
            "The forward pass is two linear layers after another beside a third one. Which linear layer does B see?",
            "For out = h W^T the gradients are dout W and dout^T h. What is h for B, and what is dout for A?",
            "Along how many paths does x reach the output? Add what comes back along each.",
        ),
    ),
    Check(
        lora_merge,
        cases=lora_merge_cases,
        returns=("W: out in",),
        formula=r"W = W_0 + \frac{\alpha}{r} \, B \, A",
        args={"W0": "out in", "A": "r in", "B": "out r"},
        wrong=(
            Wrong(lora_merge__unscaled, id="unscaled", hint="Scale as in the forward pass."),
            Wrong(lora_merge__order, id="order", hint="B A has shape (out,in)."),
            Wrong(lora_merge__replaced, id="replaced", hint="Add to the frozen weight."),
            Wrong(lora_merge__transposed, id="transposed", hint="Check the shape."),
        ),
        alternates=(lora_merge_einsum, lora_merge_by_forward),
        hints=(
            "x W0^T + s x A^T B^T is x times one matrix. Which?",
            "Turn the transposes around: (P Q)^T = Q^T P^T. Make a new array; W0 is still needed.",
        ),
    ),
    Check(
        lora_unmerge,
        cases=lora_unmerge_cases,
        returns=("W0: out in",),
        formula=r"W_0 = W - \frac{\alpha}{r} \, B \, A",
        args={"W": "out in", "A": "r in", "B": "out r"},
        wrong=(
            Wrong(lora_unmerge__adds, id="adds", hint="Subtract what was added."),
            Wrong(lora_unmerge__unscaled, id="unscaled", hint="The same scale as in merging."),
            Wrong(lora_unmerge__alpha_not_divided, id="alpha-not-divided", hint="alpha over r."),
            Wrong(lora_unmerge__zeroed, id="zeroed", hint="The update must be taken out."),
        ),
        alternates=(lora_unmerge_by_merge, lora_unmerge_ranks),
        hints=(
            "What exactly did merging add? It can be computed again from A, B and alpha.",
            "Merge and unmerge one after the other must give back what you started with.",
        ),
    ),
    Check(
        lora_param_counts,
        cases=lora_param_counts_cases,
        returns=("full:", "lora:"),
        formula=(
            r"\text{full} = \text{d\_out} \cdot \text{d\_in} \qquad \text{lora}"
            r" = r \, (\text{d\_out} + \text{d\_in})"
        ),
        wrong=(
            Wrong(lora_param_counts__product, id="product", hint="Two thin matrices."),
            Wrong(lora_param_counts__doubled, id="doubled", hint="One A and one B."),
            Wrong(lora_param_counts__one_matrix, id="one-matrix", hint="B is trained, too."),
            Wrong(lora_param_counts__frozen_included, id="frozen-included", hint="They are not trained."),
        ),
        alternates=(lora_param_counts_arrays, lora_param_counts_rank_by_rank),
        hints=(
            "How many numbers does a matrix of (d_out, d_in) hold? And A, and B?",
            "Nothing caps the second count: with a large rank it exceeds the first.",
        ),
    ),
)
