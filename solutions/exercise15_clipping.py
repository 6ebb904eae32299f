"""References, wrong functions and cases for vanishing and exploding gradients, and clipping."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "Vanishing and exploding gradients, and clipping"
NEEDS = (4, 5, 8)


def _with_norm(rng: np.random.Generator, shape: tuple[int, ...], norm: float) -> Array:
    """A signed array with a norm as wanted."""
    g = rng.normal(0.2, 1.0, shape)
    return norm * g / np.linalg.norm(g)


# One array


def clip_by_value(g: Array, threshold: float) -> Array:
    return np.clip(g, -threshold, threshold)


def clip_by_value_min_max(g: Array, threshold: float) -> Array:
    return np.maximum(np.minimum(g, threshold), -threshold)


def clip_by_value_sign(g: Array, threshold: float) -> Array:
    return np.where(np.abs(g) > threshold, np.sign(g) * threshold, g)


def clip_by_value_loop(g: Array, threshold: float) -> Array:
    clipped = g.copy()
    for index in np.ndindex(g.shape):
        if clipped[index] > threshold:
            clipped[index] = threshold
        elif clipped[index] < -threshold:
            clipped[index] = -threshold
    return clipped


def clip_by_value__upper_only(g: Array, threshold: float) -> Array:
    """Clips only from above, so large negative entries stay."""
    return np.minimum(g, threshold)


def clip_by_value__by_norm(g: Array, threshold: float) -> Array:
    """Rescales the whole vector when its norm exceeds the threshold."""
    norm = np.linalg.norm(g)
    return g if norm <= threshold else threshold * g / norm


def clip_by_value__magnitude(g: Array, threshold: float) -> Array:
    """Clips |g| and loses the signs."""
    return np.minimum(np.abs(g), threshold)


def clip_by_value__magnitude_large_only(g: Array, threshold: float) -> Array:
    """Replaces every entry whose size exceeds the threshold by the threshold itself, so large negative ones turn positive."""
    return np.where(np.abs(g) > threshold, threshold, g)


def clip_by_value__max_scaling(g: Array, threshold: float) -> Array:
    """Divides by the largest entry, so that it becomes the threshold and the others shrink with it."""
    return g * (threshold / np.abs(g).max())


def clip_by_value__max_scaling_signed(g: Array, threshold: float) -> Array:
    """Divides by the largest entry without looking at the size of the negative ones."""
    return g * (threshold / g.max())


def clip_by_value_cases(rng: np.random.Generator) -> Iterator[Case]:
    def g(shape: tuple[int, ...], threshold: float) -> Array:
        while True:  # some entries inside and some outside on either side, none within 1e-2 of the bounds
            drawn = rng.normal(0.0, 1.5, shape)
            clear = np.abs(np.abs(drawn) - threshold).min() > 1e-2
            if clear and drawn.max() > threshold and drawn.min() < -threshold and np.abs(drawn).min() < threshold / 2:
                return drawn

    for name, shape, low, high in (
        ("entries on both sides of both bounds", (9,), 0.6, 1.2),
        ("a matrix", (3, 5), 0.5, 1.0),
        ("a square matrix, a large threshold", (4, 4), 1.3, 1.6),
        ("three axes", (2, 3, 4), 0.4, 0.9),
    ):
        threshold = float(rng.uniform(low, high))
        yield Case(name, g=g(shape, threshold), threshold=threshold)
    bound = float(rng.choice([0.75, 1.0, 1.25]))
    exact = rng.permutation([bound, -bound, 2.0, -1.5, 0.25, -0.5])
    yield Case("entries exactly at the threshold", g=exact, threshold=bound)
    yield Case("threshold 0 leaves nothing", g=rng.normal(0.0, 1.0, (3, 4)), threshold=0.0)
    yield Case("one negative entry", g=-rng.uniform(1.0, 2.0, 1), threshold=float(rng.uniform(0.3, 0.8)))


def clip_by_norm(g: Array, threshold: float) -> Array:
    norm = np.linalg.norm(g)
    return g if norm <= threshold else threshold * g / norm


def clip_by_norm_factor(g: Array, threshold: float) -> Array:
    norm = np.sqrt(np.sum(g * g))
    return g * (threshold / max(norm, threshold))


def clip_by_norm_direction(g: Array, threshold: float) -> Array:
    length = math.sqrt(math.fsum(float(x) ** 2 for x in g.ravel()))
    if length > threshold:
        return (g / length) * threshold
    return g.copy()


def clip_by_norm__always_rescales(g: Array, threshold: float) -> Array:
    """Scales to the threshold even when the norm is smaller, which enlarges small gradients."""
    return threshold * g / np.linalg.norm(g)


def clip_by_norm__always_rescales_guarded(g: Array, threshold: float) -> Array:
    """Scales every gradient but a zero one to the threshold, which enlarges small gradients."""
    norm = np.linalg.norm(g)
    return g if norm == 0 else threshold * g / norm


def clip_by_norm__per_element(g: Array, threshold: float) -> Array:
    """Clips each entry instead of the norm, which changes the direction."""
    return np.clip(g, -threshold, threshold)


def clip_by_norm__unit_length(g: Array, threshold: float) -> Array:
    """Divides a long gradient by its norm and forgets the threshold."""
    norm = np.linalg.norm(g)
    return g if norm <= threshold else g / norm


def clip_by_norm__unit_length_always(g: Array, threshold: float) -> Array:
    """Divides every gradient by its norm and forgets the threshold."""
    return g / np.linalg.norm(g)


def clip_by_norm__unit_length_always_guarded(g: Array, threshold: float) -> Array:
    """Divides every gradient but a zero one by its norm and forgets the threshold."""
    norm = np.linalg.norm(g)
    return g if norm == 0 else g / norm


def clip_by_norm__squared_norm(g: Array, threshold: float) -> Array:
    """Takes the sum of squares for the norm: divides by the square of the norm."""
    norm = np.sum(g**2)
    return g if norm <= threshold else threshold * g / norm


def clip_by_norm__squared_norm_in_the_factor(g: Array, threshold: float) -> Array:
    """Compares the norm with the threshold but divides by the square of the norm."""
    norm = np.linalg.norm(g)
    return g if norm <= threshold else threshold * g / norm**2


def clip_by_norm__zero_nan(g: Array, threshold: float) -> Array:
    """Divides by the norm before it looks at its size, also by a zero norm."""
    norm = np.linalg.norm(g)
    return g / norm * min(norm, threshold)


def clip_by_norm__zero_nan_raises(g: Array, threshold: float) -> Array:
    """Divides the threshold by the norm before it looks at its size, which raises an error for a norm of 0.0."""
    return g * min(1.0, threshold / math.sqrt(float((g**2).sum())))


def clip_by_norm__l1_norm(g: Array, threshold: float) -> Array:
    """Measures the length by the sum of absolute values."""
    norm = np.sum(np.abs(g))
    return g if norm <= threshold else threshold * g / norm


def clip_by_norm__eps_in_factor(g: Array, threshold: float) -> Array:
    """Multiplies by min(1, threshold / (norm + 1e-6)), so the result is slightly too short."""
    return g * min(1.0, threshold / (np.linalg.norm(g) + 1e-6))


def clip_by_norm_cases(rng: np.random.Generator) -> Iterator[Case]:
    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    yield Case("a vector that is too long", g=_with_norm(rng, (6,), size(2.5, 4.0)), threshold=size(1.3, 1.8))
    yield Case("a matrix, whose norm is that of all entries", g=_with_norm(rng, (3, 5), size(3.0, 5.0)), threshold=2.2)
    yield Case("a square matrix, a threshold below 1", g=_with_norm(rng, (4, 4), size(1.5, 2.5)), threshold=0.6)
    yield Case("three axes", g=_with_norm(rng, (2, 4, 3), size(1.2, 1.4)), threshold=size(0.7, 0.9))
    yield Case("norm far below the threshold", g=_with_norm(rng, (5,), size(0.2, 0.4)), threshold=size(1.5, 3.0))
    yield Case("a matrix below the threshold", g=_with_norm(rng, (2, 4), size(1.2, 1.5)), threshold=size(1.8, 2.2))
    yield Case("a zero gradient", g=np.zeros((3, 2)), threshold=size(0.5, 1.5))
    yield Case("norm exactly at the threshold", g=_signed(rng, [0.25, 0.5, 0.5, 1.0]), threshold=1.25)
    yield Case("a tiny gradient above a tiny threshold", g=_with_norm(rng, (5,), 1e-3), threshold=5e-4)
    yield Case("one entry", g=-rng.uniform(1.5, 2.5, 1), threshold=size(0.6, 0.9))


def _signed(rng: np.random.Generator, magnitudes: list[float]) -> Array:
    """The magnitudes in random order with random signs, not all alike."""
    signs = rng.permutation([1.0, -1.0, *rng.choice([1.0, -1.0], len(magnitudes) - 2)])
    return rng.permutation(magnitudes) * signs


# A list of arrays


def global_norm(grads: Sequence[Array]) -> float:
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))


def global_norm_of_norms(grads: Sequence[Array]) -> float:
    return math.hypot(*(float(np.linalg.norm(g)) for g in grads))


def global_norm_joined(grads: Sequence[Array]) -> float:
    joined = np.concatenate([np.zeros(0), *(g.ravel() for g in grads)])
    return math.sqrt(joined @ joined)


def global_norm__sum_of_norms(grads: Sequence[Array]) -> float:
    """Adds the norms of the arrays."""
    return float(sum(np.linalg.norm(g) for g in grads))


def global_norm__not_rooted(grads: Sequence[Array]) -> float:
    """Returns the sum of squares, without the root."""
    return float(sum(np.sum(g**2) for g in grads))


def global_norm__largest(grads: Sequence[Array]) -> float:
    """Returns the largest of the norms of the arrays."""
    return max((float(np.linalg.norm(g)) for g in grads), default=0.0)


def global_norm__largest_of_none(grads: Sequence[Array]) -> float:
    """Takes the maximum of the norms of the arrays, which an empty list does not have."""
    return float(max(np.linalg.norm(g) for g in grads))


def global_norm__rms(grads: Sequence[Array]) -> float:
    """Divides the sum of squares by the number of entries before taking the root."""
    if not grads:
        return 0.0
    return float(np.sqrt(sum(np.sum(g**2) for g in grads) / sum(g.size for g in grads)))


def global_norm__rms_unguarded(grads: Sequence[Array]) -> float:
    """Divides the sum of squares by the number of entries, which is 0 for an empty list."""
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads) / sum(g.size for g in grads))


def global_norm__rms_joined(grads: Sequence[Array]) -> float:
    """Takes the mean of the squares of all entries, which an empty list cannot be joined for."""
    return float(np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2)))


def global_norm__rms_after_the_root_unguarded(grads: Sequence[Array]) -> float:
    """Divides the norm by the number of entries, which is 0 for an empty list."""
    return math.sqrt(sum(float(np.sum(g**2)) for g in grads)) / sum(g.size for g in grads)


def global_norm_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(*shapes: tuple[int, ...]) -> list[Array]:
        return [_with_norm(rng, shape, float(rng.uniform(0.5, 2.5))) for shape in shapes]

    yield Case("weights and biases of two layers", grads=arrays((4, 3), (4,), (2, 4), (2,)))
    yield Case("arrays of one to three axes", grads=arrays((5,), (2, 3), (3, 2, 2)))
    yield Case("two arrays of one shape", grads=arrays((3, 3), (3, 3)))
    yield Case("one array", grads=arrays((3, 4)))
    yield Case("an array of zeros among others", grads=[*arrays((4,)), np.zeros((2, 3)), *arrays((3, 2))])
    yield Case("arrays of one entry", grads=[-rng.uniform(0.5, 1.5, 1), rng.uniform(2.0, 3.0, 1)])
    yield Case("no arrays", grads=[])


def clip_by_global_norm(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    norm = global_norm(grads)
    factor = 1.0 if norm <= threshold else threshold / norm
    return [factor * g for g in grads], norm


def clip_by_global_norm_branches(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    norm = global_norm_joined(grads)
    if norm > threshold:
        return [g / norm * threshold for g in grads], norm
    return list(grads), norm


def clip_by_global_norm_split(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    joined = np.concatenate([g.ravel() for g in grads])
    clipped = clip_by_norm_factor(joined, threshold)
    pieces = np.split(clipped, np.cumsum([g.size for g in grads])[:-1])
    return [piece.reshape(g.shape) for piece, g in zip(pieces, grads)], float(np.linalg.norm(joined))


def clip_by_global_norm__separately(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Clips each array on its own, which changes the overall direction."""
    return [clip_by_norm(g, threshold) for g in grads], global_norm(grads)


def clip_by_global_norm__norm_after(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Returns the norm after clipping."""
    clipped, _ = clip_by_global_norm(grads, threshold)
    return clipped, global_norm(clipped)


def clip_by_global_norm__always_rescales(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Scales up as well when the norm is below the threshold."""
    norm = global_norm(grads)
    return [g * threshold / np.float64(norm) for g in grads], norm


def clip_by_global_norm__always_rescales_raises(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Scales up as well when the norm is below the threshold, and divides by a norm of 0.0 when all is zero."""
    norm = global_norm(grads)
    return [g * (threshold / norm) for g in grads], norm


def clip_by_global_norm__always_rescales_guarded(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Scales up as well when the norm is below the threshold, unless all is zero."""
    norm = global_norm(grads)
    factor = threshold / norm if norm > 0 else 1.0
    return [factor * g for g in grads], norm


def clip_by_global_norm__inverted(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Multiplies by norm / threshold when the norm is above the threshold."""
    norm = global_norm(grads)
    factor = 1.0 if norm <= threshold else norm / threshold
    return [factor * g for g in grads], norm


def clip_by_global_norm__inverted_always(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Multiplies by norm / threshold whatever the norm."""
    norm = global_norm(grads)
    return [norm / threshold * g for g in grads], norm


def clip_by_global_norm__inverted_minimum(grads: Sequence[Array], threshold: float) -> tuple[list[Array], float]:
    """Multiplies by min(1, norm / threshold), which shortens the short gradients and leaves the long ones."""
    norm = global_norm(grads)
    return [min(1.0, norm / threshold) * g for g in grads], norm


def clip_by_global_norm_cases(rng: np.random.Generator) -> Iterator[Case]:
    def arrays(norms: tuple[float, ...], *shapes: tuple[int, ...]) -> list[Array]:
        return [_with_norm(rng, shape, norm * float(rng.uniform(0.95, 1.05))) for norm, shape in zip(norms, shapes)]

    yield Case(
        "too long: some arrays above the threshold, some below",
        grads=arrays((2.5, 0.4, 1.8, 0.7), (4, 3), (4,), (2, 4), (2,)),
        threshold=float(rng.uniform(1.1, 1.4)),
    )
    yield Case(
        "too long, though each array is short", grads=arrays((0.8, 0.6, 0.7), (3,), (3, 3), (2, 2)), threshold=0.9
    )
    yield Case("two square matrices", grads=arrays((2.0, 3.0), (3, 3), (3, 3)), threshold=float(rng.uniform(0.4, 0.7)))
    yield Case("one array", grads=arrays((3.0,), (2, 5)), threshold=float(rng.uniform(1.5, 2.0)))
    yield Case("below the threshold", grads=arrays((0.5, 0.8), (5,), (2, 3)), threshold=float(rng.uniform(1.5, 3.0)))
    exact = _signed(rng, [0.25, 0.5, 0.5, 1.0])
    yield Case("norm exactly at the threshold", grads=[exact[:1], exact[1:].reshape(1, 3)], threshold=1.25)
    yield Case("all zero", grads=[np.zeros((2, 3)), np.zeros(4)], threshold=float(rng.uniform(0.5, 1.5)))


# Depth


def linear_bptt_norms(W: Array, d: Array, T: int) -> Array:
    norms = [np.linalg.norm(d)]
    for _ in range(T):
        d = W.T @ d
        norms.append(np.linalg.norm(d))
    return np.array(norms)


def linear_bptt_norms_power(W: Array, d: Array, T: int) -> Array:
    return np.array([np.sqrt(np.sum((d @ np.linalg.matrix_power(W, k)) ** 2)) for k in range(T + 1)])


def linear_bptt_norms_einsum(W: Array, d: Array, T: int) -> Array:
    norms = np.empty(T + 1)
    for k in range(T + 1):
        norms[k] = math.sqrt(math.fsum(float(x) ** 2 for x in d))
        d = np.einsum("ij,i->j", W, d)
    return norms


def linear_bptt_norms__not_transposed(W: Array, d: Array, T: int) -> Array:
    """Multiplies by W instead of its transpose."""
    norms = [np.linalg.norm(d)]
    for _ in range(T):
        d = W @ d
        norms.append(np.linalg.norm(d))
    return np.array(norms)


def linear_bptt_norms__bound(W: Array, d: Array, T: int) -> Array:
    """Returns the upper bound, the k-th power of the norm of W times the norm of d."""
    return np.linalg.norm(d) * np.linalg.norm(W, 2) ** np.arange(T + 1)


def linear_bptt_norms__bound_frobenius(W: Array, d: Array, T: int) -> Array:
    """Returns the powers of the Frobenius norm of W times the norm of d, which bound the lengths from above."""
    return np.linalg.norm(d) * np.linalg.norm(W) ** np.arange(T + 1)


def linear_bptt_norms__start_missing(W: Array, d: Array, T: int) -> Array:
    """Begins at k = 1, so the gradient itself is missing."""
    norms = []
    for _ in range(T):
        d = W.T @ d
        norms.append(np.linalg.norm(d))
    return np.array(norms)


def linear_bptt_norms__start_missing_one_more(W: Array, d: Array, T: int) -> Array:
    """Begins at k = 1 and goes on to k = T + 1."""
    norms = []
    for _ in range(T + 1):
        d = W.T @ d
        norms.append(np.linalg.norm(d))
    return np.array(norms)


def linear_bptt_norms__elementwise_power(W: Array, d: Array, T: int) -> Array:
    """Raises the entries of W to the k-th power instead of multiplying matrices."""
    return np.array([np.linalg.norm((W.T**k) @ d) for k in range(T + 1)])


def linear_bptt_norms__elementwise_power_from_one(W: Array, d: Array, T: int) -> Array:
    """Raises the entries of W to the k-th power for k of 1 or more, and starts with the gradient itself."""
    return np.array([np.linalg.norm(d)] + [np.linalg.norm((W.T**k) @ d) for k in range(1, T + 1)])


def linear_bptt_norms_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, W: Array, T: int) -> Case:
        return Case(name, scale="row", W=W, d=rng.normal(0.3, 1.0, len(W)), T=T)

    def scaled(size: int, radius: float) -> Array:
        W = rng.normal(0.1, 1.0, (size, size))
        return W * (radius / np.abs(np.linalg.eigvals(W)).max())

    yield case("a matrix that is not symmetric", scaled(4, 1.0), 3)
    yield case("a gradient that explodes", scaled(3, 1.6), 6)
    yield case("a gradient that vanishes", scaled(5, 0.4), 4)
    yield case("as many steps as hidden units", scaled(4, 0.9), 4)
    yield case("one hidden unit", -rng.uniform(0.6, 1.4, (1, 1)), 2)
    yield case("an orthogonal matrix keeps the length", np.linalg.qr(rng.normal(size=(3, 3)))[0], 5)
    yield case("a zero matrix", np.zeros((3, 3)), 2)
    yield case("no step back", scaled(3, 1.2), 0)


def spectral_radius(W: Array) -> float:
    return float(np.abs(np.linalg.eigvals(W)).max())


def spectral_radius_growth(W: Array) -> float:
    """The limit of ||W^n||^(1/n), by squaring; the norm is taken out at every step and kept as a logarithm."""
    power, log_norm = W, 0.0
    for j in range(50):
        norm = float(np.linalg.norm(power))
        if norm == 0.0:
            return 0.0
        log_norm += math.log(norm) / 2**j
        power = (power / norm) @ (power / norm)
    return math.exp(log_norm)


def spectral_radius_eig(W: Array) -> float:
    values, _ = np.linalg.eig(W.T)
    return max(math.hypot(float(value.real), float(value.imag)) for value in values)


def spectral_radius__singular_value(W: Array) -> float:
    """Returns the largest singular value."""
    return float(np.linalg.norm(W, 2))


def spectral_radius__real_part(W: Array) -> float:
    """Takes the largest real part, so negative and complex eigenvalues are missed."""
    return float(np.linalg.eigvals(W).real.max())


def spectral_radius__real_part_absolute(W: Array) -> float:
    """Takes the absolute value of the real parts, so complex eigenvalues count too little."""
    return float(np.abs(np.linalg.eigvals(W).real).max())


def spectral_radius__frobenius(W: Array) -> float:
    """Returns the Frobenius norm, the root of the sum of all squared entries."""
    return float(np.linalg.norm(W))


def spectral_radius__trace(W: Array) -> float:
    """Returns the absolute value of the trace, which is the sum of the eigenvalues."""
    return float(abs(np.trace(W)))


def spectral_radius__trace_signed(W: Array) -> float:
    """Returns the trace with its sign, the sum of the eigenvalues."""
    return float(np.trace(W))


def spectral_radius__trace_of_sizes(W: Array) -> float:
    """Adds the absolute values of all eigenvalues."""
    return float(np.abs(np.linalg.eigvals(W)).sum())


def spectral_radius_cases(rng: np.random.Generator) -> Iterator[Case]:
    def similar(blocks: Array) -> Array:
        """A matrix with the eigenvalues of `blocks`, not normal but well conditioned."""
        size = len(blocks)
        shear = np.eye(size) + np.triu(rng.uniform(0.3, 0.6, (size, size)), 1)
        basis = np.linalg.qr(rng.normal(size=(size, size)))[0] @ shear
        return basis @ blocks @ np.linalg.inv(basis)

    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    yield Case("a matrix that explodes", W=similar(np.diag([size(1.3, 1.6), size(0.6, 0.8), -0.4, 0.2])))
    yield Case("a matrix that forgets", W=similar(np.diag([size(0.7, 0.9), size(0.3, 0.5), -0.1])))
    yield Case("the largest eigenvalue is negative", W=similar(np.diag([-size(1.2, 1.5), size(0.6, 0.9), 0.3])))
    turn, radius = size(0.5, 1.2), size(0.9, 1.3)
    blocks = np.diag([0.0, 0.0, size(0.3, 0.6)])
    blocks[:2, :2] = radius * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    yield Case("the largest eigenvalues are complex", W=similar(blocks))
    yield Case("a nilpotent matrix", W=np.triu(rng.normal(0.5, 1.0, (4, 4)), 1))
    symmetric = rng.normal(0.0, 1.0, (3, 3))
    yield Case("a symmetric matrix", W=symmetric + symmetric.T)
    yield Case("one negative entry", W=-rng.uniform(0.5, 1.5, (1, 1)))


def sigmoid_depth_bound(weights: Array) -> float:
    return float(np.prod(np.abs(weights) / 4.0))


def sigmoid_depth_bound_loop(weights: Array) -> float:
    bound = 1.0
    for weight in weights:
        bound *= 0.25 * abs(float(weight))
    return bound


def sigmoid_depth_bound_power(weights: Array) -> float:
    return abs(float(np.prod(weights))) / 4.0 ** len(weights)


def sigmoid_depth_bound__quarter_missing(weights: Array) -> float:
    """Multiplies the weights only, without the slope of the sigmoid."""
    return float(np.prod(np.abs(weights)))


def sigmoid_depth_bound__quarter_missing_signed(weights: Array) -> float:
    """Multiplies the weights as they are, without the slope of the sigmoid."""
    return float(np.prod(weights))


def sigmoid_depth_bound__half(weights: Array) -> float:
    """Uses 1/2 as the largest slope of the sigmoid."""
    return float(np.prod(np.abs(weights) / 2.0))


def sigmoid_depth_bound__summed(weights: Array) -> float:
    """Adds the factors of the layers."""
    return float(np.sum(np.abs(weights) / 4.0))


def sigmoid_depth_bound__signed(weights: Array) -> float:
    """Keeps the signs of the weights, so the bound may be negative."""
    return float(np.prod(weights / 4.0))


def sigmoid_depth_bound_cases(rng: np.random.Generator) -> Iterator[Case]:
    def chain(length: int, negative: int) -> Array:
        return rng.uniform(0.8, 6.0, length) * rng.permutation([-1.0] * negative + [1.0] * (length - negative))

    yield Case("an odd number of negative weights", weights=chain(5, 3))
    yield Case("an even number of negative weights", weights=chain(4, 2))
    yield Case("positive weights", weights=chain(3, 0))
    yield Case("one negative weight", weights=chain(1, 1))
    yield Case("a long chain", weights=chain(12, 5))
    yield Case("every |w| is 4", weights=4.0 * rng.permutation([1.0, -1.0, -1.0, 1.0, -1.0]))
    yield Case("an empty chain", weights=np.zeros(0))


CHECKS = (
    Check(
        clip_by_value,
        cases=clip_by_value_cases,
        returns=("clipped: N D",),
        formula=(
            r"c_i = \begin{cases} -\text{threshold} & \text{where } g_i <"
            r" -\text{threshold} \\"
            r" \text{threshold} & \text{where } g_i > \text{threshold} \\"
            r" g_i & \text{elsewhere} \end{cases}"
        ),
        args={"g": "N D"},
        wrong=(
            Wrong(clip_by_value__upper_only, id="upper-only", hint="Large negative entries are clipped too."),
            Wrong(clip_by_value__by_norm, id="by-norm", hint="By value means entry by entry."),
            Wrong(
                clip_by_value__magnitude,
                id="magnitude",
                hint="Keep the signs.",
                also=(clip_by_value__magnitude_large_only,),
            ),
            Wrong(
                clip_by_value__max_scaling,
                id="max-scaling",
                hint="The other entries do not change.",
                also=(clip_by_value__max_scaling_signed,),
            ),
        ),
        alternates=(clip_by_value_min_max, clip_by_value_sign, clip_by_value_loop),
        hints=(
            "What happens to one entry, say -3, when the threshold is 2? Does the answer depend on the other entries?",
            "There are two bounds. Which NumPy function limits an array from below and from above?",
        ),
    ),
    Check(
        clip_by_norm,
        cases=clip_by_norm_cases,
        returns=("clipped: N D",),
        formula=(
            r"\begin{aligned}"
            r" c &= \begin{cases} g & \text{if } \|g\| \leq \text{threshold} \\"
            r" \text{threshold} \cdot \frac{g}{\|g\|} & \text{if } \|g\| > \text{threshold} \end{cases} \\"
            r" \|g\| &= \sqrt{\sum_{\text{all entries}} g_i^2}"
            r" \end{aligned}"
        ),
        args={"g": "N D"},
        wrong=(
            Wrong(
                clip_by_norm__always_rescales,
                id="always-rescales",
                hint="Clipping only ever shortens.",
                tags=("edge",),
                also=(clip_by_norm__always_rescales_guarded,),
            ),
            Wrong(
                clip_by_norm__per_element,
                id="per-element",
                hint="Multiply the whole vector by one factor.",
            ),
            Wrong(
                clip_by_norm__unit_length,
                id="unit-length",
                hint="The clipped vector has length threshold, not 1.",
                also=(
                    clip_by_norm__unit_length_always,
                    clip_by_norm__unit_length_always_guarded,
                ),
            ),
            Wrong(
                clip_by_norm__squared_norm,
                id="squared-norm",
                hint="Take the root.",
                also=(clip_by_norm__squared_norm_in_the_factor,),
            ),
            Wrong(
                clip_by_norm__zero_nan,
                id="zero-nan",
                hint="A zero gradient needs no clipping.",
                tags=("edge",),
                also=(clip_by_norm__zero_nan_raises,),
            ),
            Wrong(
                clip_by_norm__l1_norm,
                id="l1-norm",
                hint="‖g‖ is the Euclidean norm.",
            ),
            Wrong(
                clip_by_norm__eps_in_factor,
                id="eps-in-factor",
                hint="The formula has no epsilon: the clipped norm equals the threshold.",
                tags=("variant",),
                variant_of="PyTorch",
            ),
        ),
        alternates=(clip_by_norm_factor, clip_by_norm_direction),
        hints=(
            "Measure the length first. For which lengths is there nothing to do?",
            "By which single number must a vector of length 5 be multiplied so that its length becomes 2?",
            "For a matrix the length is that of all its entries together. Is there a division that a zero gradient reaches?",
        ),
    ),
    Check(
        global_norm,
        cases=global_norm_cases,
        returns=("norm:",),
        formula=r"\text{norm} = \sqrt{\sum_{\text{all arrays and all entries}} g^2}",
        wrong=(
            Wrong(
                global_norm__sum_of_norms,
                id="sum-of-norms",
                hint="Add the squares of everything, then one root.",
            ),
            Wrong(global_norm__not_rooted, id="not-rooted", hint="A norm has a root."),
            Wrong(
                global_norm__largest,
                id="largest",
                hint="All parameters form one long vector.",
                also=(global_norm__largest_of_none,),
            ),
            Wrong(
                global_norm__rms,
                id="rms",
                hint="Sum, not mean.",
                also=(
                    global_norm__rms_unguarded,
                    global_norm__rms_after_the_root_unguarded,
                    global_norm__rms_joined,
                ),
            ),
        ),
        alternates=(global_norm_of_norms, global_norm_joined),
        hints=(
            "Imagine all arrays flattened and put one behind the other. What is the length of that vector?",
            "Which quantity may be added from array to array: the norm, or its square?",
        ),
    ),
    Check(
        clip_by_global_norm,
        cases=clip_by_global_norm_cases,
        returns=("clipped: list", "norm:"),
        formula=(
            r"\begin{aligned}"
            r" \text{norm} &= \text{global norm of grads} \\"
            r" c_j &= \begin{cases} g_j & \text{if norm} \leq \text{threshold} \\"
            r" \frac{\text{threshold}}{\text{norm}} \, g_j & \text{if norm} >"
            r" \text{threshold, for every array } j \end{cases}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                clip_by_global_norm__separately,
                id="separately",
                hint="One common factor keeps the direction.",
            ),
            Wrong(
                clip_by_global_norm__norm_after,
                id="norm-after",
                hint="Report the norm you measured.",
            ),
            Wrong(
                clip_by_global_norm__always_rescales,
                id="always-rescales",
                hint="Only shorten.",
                tags=("edge",),
                also=(
                    clip_by_global_norm__always_rescales_raises,
                    clip_by_global_norm__always_rescales_guarded,
                ),
            ),
            Wrong(
                clip_by_global_norm__inverted,
                id="inverted",
                hint="The factor is threshold over norm.",
                also=(
                    clip_by_global_norm__inverted_always,
                    clip_by_global_norm__inverted_minimum,
                ),
            ),
        ),
        alternates=(clip_by_global_norm_branches, clip_by_global_norm_split),
        needs=(global_norm,),
        hints=(
            "How many norms are measured when there are four arrays?",
            "Find the one factor first. What is it when the norm is at or below the threshold?",
            "Which norm do you return: the one that decided, or the one that is left?",
        ),
    ),
    Check(
        linear_bptt_norms,
        cases=linear_bptt_norms_cases,
        returns=("norms: T+1",),
        formula=(
            r"\begin{aligned}"
            r" h_t &= W \, h_{t-1} \\"
            r" \text{norms}_k &= \|(W^\top)^k \, d\| \qquad k = 0, \ldots, T"
            r" \end{aligned}"
        ),
        args={"W": "H H", "d": "H"},
        wrong=(
            Wrong(
                linear_bptt_norms__not_transposed,
                id="not-transposed",
                hint="Backwards through W means Wᵀ.",
            ),
            Wrong(
                linear_bptt_norms__bound,
                id="bound",
                hint="Follow the actual vector.",
                also=(linear_bptt_norms__bound_frobenius,),
            ),
            Wrong(
                linear_bptt_norms__start_missing,
                id="start-missing",
                hint="k = 0 is the gradient itself.",
                also=(linear_bptt_norms__start_missing_one_more,),
            ),
            Wrong(
                linear_bptt_norms__elementwise_power,
                id="elementwise-power",
                hint="A matrix power is repeated multiplication.",
                also=(linear_bptt_norms__elementwise_power_from_one,),
            ),
        ),
        alternates=(linear_bptt_norms_power, linear_bptt_norms_einsum),
        hints=(
            "If h_t = W h_{t-1}, how does the gradient with respect to h_{t-1} follow from that with respect to h_t?",
            "Carry one vector along, multiply it once a step, and note its length. How many lengths are there for T steps?",
        ),
    ),
    Check(
        spectral_radius,
        cases=spectral_radius_cases,
        returns=("rho:",),
        formula=(
            r"\rho = \max_i \, |\lambda_i| \qquad \lambda_i \text{ the eigenvalues of } W"
            r" \text{, which may be complex}"
        ),
        args={"W": "H H"},
        wrong=(
            Wrong(
                spectral_radius__singular_value,
                id="singular-value",
                hint="Repeated application is governed by eigenvalues.",
            ),
            Wrong(
                spectral_radius__real_part,
                id="real-part",
                hint="Take absolute values.",
                tags=("edge",),
                also=(spectral_radius__real_part_absolute,),
            ),
            Wrong(spectral_radius__frobenius, id="frobenius", hint="Eigenvalues, not entries."),
            Wrong(
                spectral_radius__trace,
                id="trace",
                hint="Take the largest one.",
                tags=("edge",),
                also=(
                    spectral_radius__trace_signed,
                    spectral_radius__trace_of_sizes,
                ),
            ),
        ),
        alternates=(spectral_radius_growth, spectral_radius_eig),
        hints=(
            "An eigenvector is multiplied by its eigenvalue at every step. Which eigenvalue wins in the long run?",
            "Eigenvalues of a matrix that is not symmetric may be complex. What is the size of a complex number?",
        ),
    ),
    Check(
        sigmoid_depth_bound,
        cases=sigmoid_depth_bound_cases,
        returns=("bound:",),
        formula=(
            r"a_l = \operatorname{sigmoid}(w_l a_{l-1})"
            r" \qquad \left|\frac{da_L}{da_0}\right| \leq \prod_l \frac{|w_l|}{4}"
        ),
        args={"weights": "L"},
        wrong=(
            Wrong(
                sigmoid_depth_bound__quarter_missing,
                id="quarter-missing",
                hint="The slope of a sigmoid is at most 1/4.",
                also=(sigmoid_depth_bound__quarter_missing_signed,),
            ),
            Wrong(
                sigmoid_depth_bound__half,
                id="half",
                hint="σ(1-σ) is at most 1/4.",
            ),
            Wrong(
                sigmoid_depth_bound__summed,
                id="summed",
                hint="Through depth the factors multiply.",
            ),
            Wrong(
                sigmoid_depth_bound__signed,
                id="signed",
                hint="A bound is on the size.",
            ),
        ),
        alternates=(sigmoid_depth_bound_loop, sigmoid_depth_bound_power),
        hints=(
            "What does one unit a = sigmoid(w x) contribute to the chain rule, and how large can that be at most?",
            "One factor for each layer: how are factors along a path combined, and what is left when there is none?",
        ),
    ),
)
