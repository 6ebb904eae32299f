"""References, wrong functions and cases for weight initialization."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod, sqrt

import numpy as np

from grader.spec import Array, Case, Check, Seeded, Source, Wrong

TITLE = "Weight initialization"
NEEDS = (2, 15)

Shape = tuple[int, ...]
Activation = Callable[[Array], Array]


def fans(shape: Shape) -> tuple[int, int]:
    area = prod(shape[2:])
    return shape[1] * area, shape[0] * area


def fans_by_kind(shape: Shape) -> tuple[int, int]:
    if len(shape) == 2:
        out, inputs = shape
        return inputs, out
    F, C, kh, kw = shape
    return C * kh * kw, F * kh * kw


def fans_by_counting(shape: Shape) -> tuple[int, int]:
    weights = np.zeros(shape)
    return weights[0].size, weights[:, 0].size


def fans__swapped(shape: Shape) -> tuple[int, int]:
    """Returns fan_out first."""
    area = prod(shape[2:])
    return shape[0] * area, shape[1] * area


def fans__kernel_ignored(shape: Shape) -> tuple[int, int]:
    """Leaves the area of the kernel out of both."""
    return shape[1], shape[0]


def fans__kernel_in_one_only(shape: Shape) -> tuple[int, int]:
    """Multiplies only fan_in by the area of the kernel."""
    return shape[1] * prod(shape[2:]), shape[0]


def fans__total(shape: Shape) -> tuple[int, int]:
    """Returns the number of weights of the whole layer twice."""
    return prod(shape), prod(shape)


def _between(rng: np.random.Generator, low: int, high: int) -> int:
    """An int from low to high, both possible."""
    return int(rng.integers(low, high + 1))


def fans_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("linear, narrowing", shape=(_between(rng, 2, 5), _between(rng, 6, 9)))
    yield Case("linear, widening", shape=(_between(rng, 6, 9), _between(rng, 2, 5)))
    F, C = _between(rng, 6, 9), _between(rng, 3, 5)
    yield Case("convolution, rectangular kernel", shape=(F, C, 2, _between(rng, 4, 7)))
    yield Case("convolution, one pixel", shape=(_between(rng, 2, 5), _between(rng, 6, 9), 1, 1))
    C = _between(rng, 3, 5)
    yield Case("convolution, as many filters as channels", shape=(C, C, 3, 3))
    yield Case("one unit", shape=(1, _between(rng, 3, 7)))


def xavier_uniform(shape: Shape, rng: np.random.Generator) -> Array:
    a = sqrt(6 / sum(fans(shape)))
    return a * (2 * rng.random(shape) - 1)


def xavier_uniform_interval(shape: Shape, rng: np.random.Generator) -> Array:
    a = np.sqrt(6.0) / np.sqrt((shape[0] + shape[1]) * prod(shape[2:]))
    return -a + rng.random(shape) * 2 * a


def xavier_uniform_numpy(shape: Shape, rng: np.random.Generator) -> Array:
    variance = 2 / sum(fans_by_counting(shape))
    return rng.uniform(-sqrt(3 * variance), sqrt(3 * variance), shape)


def xavier_uniform__normal_std(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes the standard deviation sqrt(2 / (fan_in + fan_out)) for the bound."""
    return sqrt(2 / sum(fans(shape))) * (2 * rng.random(shape) - 1)


def xavier_uniform__fan_in_only(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes sqrt(6 / fan_in) for the bound."""
    return sqrt(6 / fans(shape)[0]) * (2 * rng.random(shape) - 1)


def xavier_uniform__fan_in_only_unit_variance(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes sqrt(3 / fan_in) for the bound, which gives the variance 1 / fan_in."""
    return sqrt(3 / fans(shape)[0]) * (2 * rng.random(shape) - 1)


def xavier_uniform__one_sided(shape: Shape, rng: np.random.Generator) -> Array:
    """Draws from [0, a), so no weight is negative."""
    return sqrt(6 / sum(fans(shape))) * rng.random(shape)


def xavier_uniform__root_missing(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes 6 / (fan_in + fan_out) for the bound, without the root."""
    return 6 / sum(fans(shape)) * (2 * rng.random(shape) - 1)


def _generator(rng: np.random.Generator) -> Seeded:
    return Seeded(int(rng.integers(2**31)))


def _random_weights_cases(rng: np.random.Generator) -> Iterator[Case]:
    # Never two inputs to a unit, and never six connections: there the mistakes about the root would not show.
    yield Case("linear, narrowing", shape=(_between(rng, 3, 4), _between(rng, 6, 9)), rng=_generator(rng))
    yield Case("linear, widening", shape=(_between(rng, 6, 9), _between(rng, 4, 5)), rng=_generator(rng))
    yield Case("linear, square", shape=(5, 5), rng=_generator(rng))
    yield Case("convolution", shape=(_between(rng, 4, 5), 2, 3, 2), rng=_generator(rng))
    yield Case("convolution, one pixel", shape=(_between(rng, 3, 4), _between(rng, 5, 6), 1, 1), rng=_generator(rng))
    yield Case("one unit", shape=(1, _between(rng, 6, 9)), rng=_generator(rng))


def he_normal(shape: Shape, rng: np.random.Generator) -> Array:
    return sqrt(2 / fans(shape)[0]) * rng.standard_normal(shape)


def he_normal_divided(shape: Shape, rng: np.random.Generator) -> Array:
    z = rng.standard_normal(shape)
    return z / np.sqrt(z[0].size / 2)


def he_normal_scaled(shape: Shape, rng: np.random.Generator) -> Array:
    return rng.normal(0.0, (2.0 / prod(shape[1:])) ** 0.5, shape)


def he_normal__variance_as_std(shape: Shape, rng: np.random.Generator) -> Array:
    """Multiplies by the variance 2 / fan_in instead of its root."""
    return 2 / fans(shape)[0] * rng.standard_normal(shape)


def he_normal__lecun(shape: Shape, rng: np.random.Generator) -> Array:
    """Uses the variance 1 / fan_in, without the 2 for ReLU."""
    return sqrt(1 / fans(shape)[0]) * rng.standard_normal(shape)


def he_normal__fan_out(shape: Shape, rng: np.random.Generator) -> Array:
    """Divides by fan_out."""
    return sqrt(2 / fans(shape)[1]) * rng.standard_normal(shape)


def he_normal__root_of_two_only(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes the root of the 2 but not of fan_in."""
    return sqrt(2) / fans(shape)[0] * rng.standard_normal(shape)


def _long(shape: Shape, rng: np.random.Generator) -> Array:
    """The Gaussian matrix with the longer side first."""
    return rng.standard_normal((max(shape), min(shape)))


def orthogonal(shape: Shape, rng: np.random.Generator) -> Array:
    q, r = np.linalg.qr(_long(shape, rng))
    q = q * np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T


def orthogonal_gram_schmidt(shape: Shape, rng: np.random.Generator) -> Array:
    # Gram and Schmidt divide by lengths, which are positive: the signs come out fixed.
    columns: list[Array] = []
    for column in _long(shape, rng).T:
        for _ in range(2):  # twice, or rounding leaves a little overlap
            for other in columns:
                column = column - (column @ other) * other
        columns.append(column / np.linalg.norm(column))
    return np.stack(columns, axis=0 if shape[0] < shape[1] else 1)


def orthogonal_cholesky(shape: Shape, rng: np.random.Generator) -> Array:
    a = _long(shape, rng)
    rows = np.linalg.solve(np.linalg.cholesky(a.T @ a), a.T)  # A^T A = R^T R with a positive diagonal
    return rows if shape[0] < shape[1] else rows.T


def orthogonal__gaussian(shape: Shape, rng: np.random.Generator) -> Array:
    """Returns the Gaussian matrix itself."""
    a = _long(shape, rng)
    return a if shape[0] >= shape[1] else a.T


def orthogonal__gaussian_as_asked(shape: Shape, rng: np.random.Generator) -> Array:
    """Returns a Gaussian matrix, drawn in the shape that was asked for."""
    return rng.standard_normal(shape)


def orthogonal__wide_case(shape: Shape, rng: np.random.Generator) -> Array:
    """Does not transpose for m < n, so a wide matrix comes back tall."""
    q, r = np.linalg.qr(_long(shape, rng))
    return q * np.sign(np.diag(r))


def orthogonal__wide_case_short(shape: Shape, rng: np.random.Generator) -> Array:
    """Factors the matrix as it is, so that Q of a wide one is only square."""
    q, r = np.linalg.qr(rng.standard_normal(shape))
    return q * np.sign(np.diag(r))


def orthogonal__signs(shape: Shape, rng: np.random.Generator) -> Array:
    """Takes Q with the signs that the QR routine happens to choose."""
    q, _ = np.linalg.qr(_long(shape, rng))
    return q if shape[0] >= shape[1] else q.T


def orthogonal__normalised_only(shape: Shape, rng: np.random.Generator) -> Array:
    """Scales the columns to length 1 without making them orthogonal."""
    a = _long(shape, rng)
    a = a / np.linalg.norm(a, axis=0)
    return a if shape[0] >= shape[1] else a.T


def orthogonal__normalised_only_as_asked(shape: Shape, rng: np.random.Generator) -> Array:
    """Scales the columns of a matrix, drawn in the shape that was asked for, to length 1."""
    a = rng.standard_normal(shape)
    return a / np.linalg.norm(a, axis=0)


def _orthogonal_case(name: str, shape: Shape, rng: np.random.Generator) -> Case:
    """A case in which at least one sign has to be changed."""
    while True:
        seed = _generator(rng)
        _, r = np.linalg.qr(_long(shape, np.random.default_rng(seed.seed)))
        if min(shape) == 1 or np.diag(r).min() < 0:
            return Case(name, shape=shape, rng=seed)


def orthogonal_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield _orthogonal_case("tall", (_between(rng, 5, 6), 3), rng)
    yield _orthogonal_case("wide", (3, _between(rng, 5, 6)), rng)
    yield _orthogonal_case("square", (4, 4), rng)
    yield _orthogonal_case("wide by one", (3, 4), rng)
    yield _orthogonal_case("one row", (1, _between(rng, 3, 5)), rng)
    yield _orthogonal_case("one column", (_between(rng, 3, 5), 1), rng)


def predicted_variance(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    variances = [v0]
    for fan_in, weight_var in zip(fan_ins, weight_vars):
        variances.append(variances[-1] * fan_in * weight_var * (0.5 if relu else 1))
    return np.array(variances)


def predicted_variance_product(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    factors = np.asarray(fan_ins) * np.asarray(weight_vars) / (2 if relu else 1)
    return v0 * np.cumprod(np.concatenate([[1.0], factors]))


def predicted_variance_each(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    share = 0.5 if relu else 1.0
    return np.array(
        [v0 * share**layer * np.prod(fan_ins[:layer] * weight_vars[:layer]) for layer in range(len(fan_ins) + 1)]
    )


def predicted_variance__fan_in_missing(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    """Multiplies by the variance of the weights only."""
    variances = [v0]
    for weight_var in weight_vars:
        variances.append(variances[-1] * weight_var * (0.5 if relu else 1))
    return np.array(variances)


def predicted_variance__relu_half_missing(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    """Leaves the mean square as it is under ReLU."""
    variances = [v0]
    for fan_in, weight_var in zip(fan_ins, weight_vars):
        variances.append(variances[-1] * fan_in * weight_var)
    return np.array(variances)


def predicted_variance__relu_doubles(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    """Multiplies by 2 under ReLU."""
    variances = [v0]
    for fan_in, weight_var in zip(fan_ins, weight_vars):
        variances.append(variances[-1] * fan_in * weight_var * (2 if relu else 1))
    return np.array(variances)


def predicted_variance__std(v0: float, fan_ins: Array, weight_vars: Array, relu: bool) -> Array:
    """Returns standard deviations."""
    return np.sqrt(predicted_variance(v0, fan_ins, weight_vars, relu))


def predicted_variance_cases(rng: np.random.Generator) -> Iterator[Case]:
    def start() -> float:
        return float(rng.uniform(1.5, 3.0))

    widths = rng.integers(3, 9, 4)
    weight_vars = rng.uniform(0.5, 2.0, 4) / widths
    yield Case("without ReLU", v0=start(), fan_ins=widths, weight_vars=weight_vars, relu=False)

    widths = rng.integers(3, 9, 3)
    weight_vars = rng.uniform(0.8, 3.0, 3) / widths
    yield Case("with ReLU", v0=start(), fan_ins=widths, weight_vars=weight_vars, relu=True)

    widths = rng.integers(3, 9, 5)
    yield Case("He with ReLU stays", v0=start(), fan_ins=widths, weight_vars=2 / widths, relu=True)

    width = _between(rng, 3, 8)
    widths = np.full(4, width)
    yield Case("Xavier with ReLU halves", v0=start(), fan_ins=widths, weight_vars=1 / widths, relu=True)

    widths = rng.integers(20, 60, 6)
    yield Case("unit weights explode", scale="row", v0=start(), fan_ins=widths, weight_vars=np.ones(6), relu=True)

    widths = rng.integers(3, 9, 6)
    weight_vars = rng.uniform(0.01, 0.02, 6)
    yield Case("small weights vanish", scale="row", v0=start(), fan_ins=widths, weight_vars=weight_vars, relu=False)

    none = np.zeros(0)
    yield Case("no layers", v0=start(), fan_ins=none.astype(int), weight_vars=none, relu=bool(rng.integers(2)))


def activation_stds(x: Array, weights: list[Array], act: Activation) -> Array:
    stds = []
    for W in weights:
        x = act(x @ W.T)
        stds.append(x.std())
    return np.array(stds)


def activation_stds_moments(x: Array, weights: list[Array], act: Activation) -> Array:
    stds, h = [], x.T
    for W in weights:
        h = act(W @ h)  # columns are examples: (D, N) -> (out, N)
        stds.append(np.sqrt(np.mean((h - h.mean()) ** 2)))
    return np.array(stds, dtype=x.dtype)


def activation_stds_recursive(x: Array, weights: list[Array], act: Activation) -> Array:
    if not weights:
        return np.zeros(0, dtype=x.dtype)
    out = act(np.einsum("ni,oi->no", x, weights[0]))
    return np.append(np.linalg.norm(out - out.mean()) / np.sqrt(out.size), activation_stds(out, weights[1:], act))


def activation_stds__not_propagated(x: Array, weights: list[Array], act: Activation) -> Array:
    """Feeds the original input to every layer, which fails where the widths differ."""
    return np.array([act(x @ W.T).std() for W in weights])


def activation_stds__before_activation(x: Array, weights: list[Array], act: Activation) -> Array:
    """Measures each layer before its activation."""
    stds = []
    for W in weights:
        z = x @ W.T
        stds.append(z.std())
        x = act(z)
    return np.array(stds)


def activation_stds__per_feature(x: Array, weights: list[Array], act: Activation) -> Array:
    """Averages the standard deviations of the single features."""
    stds = []
    for W in weights:
        x = act(x @ W.T)
        stds.append(x.std(axis=0).mean())
    return np.array(stds)


def activation_stds__variance(x: Array, weights: list[Array], act: Activation) -> Array:
    """Returns variances."""
    return activation_stds(x, weights, act) ** 2


def _layers(rng: np.random.Generator, *widths: int) -> list[Array]:
    shapes = [(widths[i + 1], widths[i]) for i in range(len(widths) - 1)]
    return [1.5 * rng.standard_normal(shape) / sqrt(shape[1]) for shape in shapes]


def activation_stds_cases(rng: np.random.Generator) -> Iterator[Case]:
    tanh, relu = Source("lambda x: np.tanh(x)"), Source("lambda x: np.maximum(x, 0)")
    leaky = Source("def leaky(x):\n    return np.where(x > 0, x, slope * x)", {"slope": float(rng.uniform(0.1, 0.3))})

    def inputs(N: int, D: int) -> Array:
        return rng.standard_normal((N, D)) + 0.4

    yield Case("widths differ, tanh", x=inputs(6, 3), weights=_layers(rng, 3, 5, 4, 2), act=tanh)
    yield Case("all widths equal, ReLU", x=inputs(4, 4), weights=_layers(rng, 4, 4, 4, 4), act=relu)
    yield Case("all widths equal, leaky ReLU", x=inputs(5, 3), weights=_layers(rng, 3, 3, 3), act=leaky)
    yield Case("identity", x=inputs(5, 4), weights=_layers(rng, 4, 3, 6), act=Source("lambda x: x"))

    weights = _layers(rng, 3, 4, 5, 2)
    weights[1][:] = 0
    yield Case("zero weights in the second layer", x=inputs(4, 3), weights=weights, act=tanh)
    yield Case("zero weights", x=inputs(3, 4), weights=[np.zeros((5, 4))], act=tanh)
    yield Case("one example", x=inputs(1, 4), weights=_layers(rng, 4, 5, 3), act=tanh)
    yield Case("no layers", x=inputs(3, 4), weights=[], act=relu)


CHECKS = (
    Check(
        fans,
        cases=fans_cases,
        returns=("fan_in:", "fan_out:"),
        formula=(
            r"\begin{array}{lll} \text{linear (out, in):} & \text{fan\_in} = \text{in}"
            r" & \text{fan\_out} = \text{out} \\"
            r" \text{convolution } (F, C, \text{kh}, \text{kw}) \text{:} & \text{fan\_in}"
            r" = C \cdot \text{kh} \cdot \text{kw} & \text{fan\_out}"
            r" = F \cdot \text{kh} \cdot \text{kw} \end{array}"
        ),
        wrong=(
            Wrong(fans__swapped, id="swapped", hint="Fan-in counts what flows into one unit."),
            Wrong(fans__kernel_ignored, id="kernel-ignored", hint="A conv unit sees C·kh·kw inputs."),
            Wrong(
                fans__kernel_in_one_only,
                id="kernel-in-one-only",
                hint="Each input pixel also reaches kh·kw outputs per filter.",
            ),
            Wrong(fans__total, id="total", hint="Count the connections of one unit."),
        ),
        alternates=(fans_by_kind, fans_by_counting),
        hints=(
            "How many numbers does one output unit of the layer add up?",
            "How many outputs does one input reach? For a convolution, count the places of the kernel too.",
        ),
    ),
    Check(
        xavier_uniform,
        cases=_random_weights_cases,
        returns=("W: weights",),
        formula=(
            r"\begin{aligned}"
            r" a &= \sqrt{\frac{6}{\text{fan\_in} + \text{fan\_out}}} \\"
            r" W &= a \, (2u - 1) \qquad \text{with } u = \text{rng.random(shape)}"
            r" \end{aligned}"
        ),
        needs=(fans,),
        wrong=(
            Wrong(
                xavier_uniform__normal_std,
                id="normal-std",
                hint="A uniform variable on [-a,a] has variance a²/3.",
            ),
            Wrong(
                xavier_uniform__fan_in_only,
                id="fan-in-only",
                hint="Xavier averages over both directions.",
                also=(xavier_uniform__fan_in_only_unit_variance,),
            ),
            Wrong(xavier_uniform__one_sided, id="one-sided", hint="The weights must have mean zero."),
            Wrong(
                xavier_uniform__root_missing,
                id="root-missing",
                hint="The formula gives a variance; take the root.",
            ),
        ),
        alternates=(xavier_uniform_interval, xavier_uniform_numpy),
        hints=(
            "Which two counts does the bound need, and from which function do they come?",
            "u lies in [0, 1). How do you stretch and shift it to [-a, a)?",
        ),
    ),
    Check(
        he_normal,
        cases=_random_weights_cases,
        returns=("W: weights",),
        formula=(
            r"W = \sqrt{\frac{2}{\text{fan\_in}}} \, z \qquad \text{with } z"
            r" = \text{rng.standard\_normal(shape)}"
        ),
        needs=(fans,),
        wrong=(
            Wrong(
                he_normal__variance_as_std,
                id="variance-as-std",
                hint="Scale by the standard deviation, the root of the variance.",
            ),
            Wrong(
                he_normal__lecun,
                id="lecun",
                hint="ReLU switches half of the units off; the 2 makes up for it.",
            ),
            Wrong(he_normal__fan_out, id="fan-out", hint="The forward pass is governed by fan_in."),
            Wrong(
                he_normal__root_of_two_only,
                id="root-of-two-only",
                hint="The root covers the whole fraction.",
            ),
        ),
        alternates=(he_normal_divided, he_normal_scaled),
        hints=(
            "A standard normal number has variance 1. What happens to the variance if it is multiplied by s?",
            "Which of the two fans belongs to the forward pass?",
        ),
    ),
    Check(
        orthogonal,
        cases=orthogonal_cases,
        returns=("W: m n",),
        formula=(
            r"\begin{aligned}"
            r" A &= \text{rng.standard\_normal}((\max(m, n), \min(m, n))) \\"
            r" A &= Q R \qquad Q \text{ as large as } A \text{, } R \text{ square and upper triangular} \\"
            r" Q_{ij} &\leftarrow Q_{ij} \cdot \operatorname{sign}(R_{jj}) \\"
            r" W &= \begin{cases} Q & \text{if } m \geq n \\"
            r" Q^\top & \text{else} \end{cases}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                orthogonal__gaussian,
                id="gaussian",
                hint="Orthogonal columns have length 1 and no overlap.",
                also=(orthogonal__gaussian_as_asked,),
            ),
            Wrong(
                orthogonal__wide_case,
                id="wide-case",
                tags=("edge",),
                hint="For a wide matrix make the rows orthonormal.",
                also=(orthogonal__wide_case_short,),
            ),
            Wrong(orthogonal__signs, id="signs", hint="Fix the signs with diag(R)."),
            Wrong(
                orthogonal__normalised_only,
                id="normalised-only",
                hint="Unit length is not enough.",
                also=(orthogonal__normalised_only_as_asked,),
            ),
        ),
        alternates=(orthogonal_gram_schmidt, orthogonal_cholesky),
        hints=(
            "NumPy's linear algebra has a QR factorization. Which shape must the drawn matrix have?",
            "Q is unique only up to the sign of each column; which numbers of R tell the sign?",
            "What has to be done in the end if more columns than rows were asked for?",
        ),
    ),
    Check(
        predicted_variance,
        cases=predicted_variance_cases,
        returns=("v: L+1",),
        formula=(
            r"\begin{aligned}"
            r" v_0 &= \text{v0} \\"
            r" v_{l+1} &= v_l \cdot \text{fan\_in}_l \cdot \operatorname{Var}(w_l) \cdot \begin{cases} 1/2"
            r" & \text{if relu} \\"
            r" 1 & \text{else} \end{cases}"
            r" \end{aligned}"
        ),
        args={"fan_ins": "L", "weight_vars": "L"},
        wrong=(
            Wrong(
                predicted_variance__fan_in_missing,
                id="fan-in-missing",
                hint="A unit adds up fan_in independent terms.",
            ),
            Wrong(
                predicted_variance__relu_half_missing,
                id="relu-half-missing",
                hint="With ReLU half of the mean square is lost.",
            ),
            Wrong(
                predicted_variance__relu_doubles,
                id="relu-doubles",
                hint="ReLU loses signal, it does not create it.",
            ),
            Wrong(predicted_variance__std, id="std", hint="Variances were asked for."),
        ),
        alternates=(predicted_variance_product, predicted_variance_each),
        hints=(
            "By which factor does one layer multiply the variance?",
            "How many entries has the result for L layers, and which is the first?",
        ),
    ),
    Check(
        activation_stds,
        cases=activation_stds_cases,
        returns=("s: L",),
        formula=(
            r"\begin{aligned}"
            r" h_0 &= x \\"
            r" h_l &= \text{act}(h_{l-1} W_l^\top) \\"
            r" s_l &= \sqrt{\frac{1}{n_l} \sum_{\text{all entries}} (h_l - \mu_l)^2}"
            r" \qquad n_l \text{ entries, whose mean is } \mu_l"
            r" \end{aligned}"
        ),
        args={"x": "N D"},
        wrong=(
            Wrong(
                activation_stds__not_propagated,
                id="not-propagated",
                hint="Each layer sees the output of the one before.",
            ),
            Wrong(
                activation_stds__before_activation,
                id="before-activation",
                hint="Measure what the next layer receives.",
            ),
            Wrong(
                activation_stds__per_feature,
                id="per-feature",
                hint="One standard deviation over all entries.",
            ),
            Wrong(activation_stds__variance, id="variance", hint="Standard deviation, not variance."),
        ),
        alternates=(activation_stds_moments, activation_stds_recursive),
        hints=(
            "Keep one array that is the current layer's input. What replaces it after each layer?",
            "At which point of a layer is the number taken, before or after act?",
        ),
    ),
)
