"""References, wrong functions and cases with every kind of value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Seeded, Source, Value, Wrong

TITLE = "Every kind of value"
NEEDS = ()


def update(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    return {name: p - lr * grads[name] if name in grads else p for name, p in params.items()}


def update_loop(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    result = {name: p.copy() for name, p in reversed(params.items())}
    for name, grad in grads.items():
        result[name] -= lr * grad
    return result


def update__ascends(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    """Adds the gradient."""
    return {name: p + lr * grads[name] if name in grads else p for name, p in params.items()}


def update__frozen_dropped(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    """Returns only the parameters that have a gradient."""
    return {name: params[name] - lr * grad for name, grad in grads.items()}


def update__in_place(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    """Writes into the caller's arrays."""
    for name, grad in grads.items():
        params[name] -= lr * grad
    return params


def update__torch_rate(params: dict[str, Array], grads: dict[str, Array], lr: float = 0.1) -> dict[str, Array]:
    """Ignores the rate that was given and uses the default."""
    return {name: p - 0.1 * grads[name] if name in grads else p for name, p in params.items()}


def update_cases(rng: np.random.Generator) -> Iterator[Case]:
    for name, lr in (("default rate", None), ("own rate", 0.7)):
        params = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "frozen": rng.normal(size=4)}
        grads = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)}
        yield Case(name, params=params, grads=grads, **({} if lr is None else {"lr": lr}))
    yield Case("no gradients", params={"W": rng.normal(size=(2, 2))}, grads={})


def longest(words: list[str], least: int) -> list[str]:
    if least < 0:
        raise ValueError("least is negative")
    return [word for word in words if len(word) >= least]


def longest_filter(words: list[str], least: int) -> list[str]:
    if not least >= 0:
        raise IndexValueError
    return list(filter(lambda word: len(word) > least - 1, words))


class IndexValueError(ValueError):
    """A subclass of the exception that is expected."""


def longest__strict(words: list[str], least: int) -> list[str]:
    """Leaves out words of exactly the least length."""
    if least < 0:
        raise ValueError
    return [word for word in words if len(word) > least]


def longest__unchecked(words: list[str], least: int) -> list[str]:
    """Accepts a negative length."""
    return [word for word in words if len(word) >= least]


def longest__raises_type_error(words: list[str], least: int) -> list[str]:
    """Raises TypeError for a negative length."""
    if least < 0:
        raise TypeError
    return [word for word in words if len(word) >= least]


def longest_cases(rng: np.random.Generator) -> Iterator[Case]:
    words = ["ab", "abcd", "a", "abc", "abcde"]
    rng.shuffle(words)
    yield Case("some of both", words=words, least=3)
    yield Case("none left", words=words[:2], least=9)
    yield Case("no words", words=[], least=2)
    yield Case("negative length", words=words, least=-1, raises=ValueError)


def log_ratio(p: Array, q: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log(q)


def log_ratio_quotient(p: Array, q: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(p / q)


def log_ratio__floored(p: Array, q: Array) -> Array:
    """Adds 1e-12 inside the logarithm."""
    return np.log(p + 1e-12) - np.log(q)


def log_ratio__base_two(p: Array, q: Array) -> Array:
    """Uses the logarithm to base 2."""
    with np.errstate(divide="ignore"):
        return np.log2(p) - np.log2(q)


def log_ratio_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("positive", p=rng.uniform(0.1, 1, 5), q=rng.uniform(0.1, 1, 5))
    yield Case("a zero", p=np.array([0.0, *rng.uniform(0.1, 1, 3)]), q=rng.uniform(0.1, 1, 4))
    yield Case("empty", p=np.empty(0), q=np.empty(0))


def rectified(x: Array) -> Array:
    return np.maximum(x, 0)


def rectified_where(x: Array) -> Array:
    return np.where(x > 0, x, 0)


def rectified__in_place(x: Array) -> Array:
    """Writes the zeros into the caller's array."""
    x[x < 0] = 0
    return x


def rectified_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("both signs", x=rng.uniform(0.1, 1, (3, 4)) * rng.choice((-1.0, 1.0), (3, 4)))
    yield Case("all negative", x=-rng.uniform(0.1, 1, 5))


def squared_distances(x: Array) -> Array:
    norms = (x**2).sum(axis=1)
    return np.maximum(norms[:, None] - 2 * x @ x.T + norms, 0)


def squared_distances_direct(x: Array) -> Array:
    return ((x[:, None] - x) ** 2).sum(axis=2)


def squared_distances__unclipped(x: Array) -> Array:
    """Lets rounding produce small negative distances between equal rows."""
    norms = (x**2).sum(axis=1)
    return norms[:, None] - 2 * x @ x.T + norms


def squared_distances__rooted(x: Array) -> Array:
    """Takes the square root."""
    return np.sqrt(squared_distances(x))


def squared_distances_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("apart", x=rng.normal(size=(4, 3)))
    yield Case("equal rows", x=np.repeat(rng.normal(size=(60, 3)) * 3, 2, axis=0)[:70], float64_only=True)


def unroll(step: Callable[[Array], tuple[float, Array]], state: Array, count: int) -> list[float]:
    outputs = []
    for _ in range(count):
        y, state = step(state)
        outputs.append(y)
    return outputs


def unroll_recursive(step: Callable[[Array], tuple[float, Array]], state: Array, count: int) -> list[float]:
    if count == 0:
        return []
    y, state = step(state)
    return [y, *unroll_recursive(step, state, count - 1)]


def unroll__state_not_carried(step: Callable[[Array], tuple[float, Array]], state: Array, count: int) -> list[float]:
    """Gives every step the first state."""
    return [step(state)[0] for _ in range(count)]


def unroll_cases(rng: np.random.Generator) -> Iterator[Case]:
    text = """
calls = []
def step(state):
    calls.append(1)
    state = np.tanh(W @ state) + 0.1 * len(calls)
    return float(state.sum()), state
"""
    for name, count in (("three steps", 3), ("one step", 1), ("no step", 0)):
        step = Source(text, {"W": rng.normal(size=(2, 2))})
        yield Case(name, step=step, state=rng.normal(size=2), count=count)


def power_grad(x: Array, n: int) -> Array:
    return n * x ** (n - 1)


def power_grad_loop(x: Array, n: int) -> Array:
    result = np.full_like(x, n)
    for _ in range(n - 1):
        result = result * x
    return result


def power_grad__exponent_kept(x: Array, n: int) -> Array:
    """Leaves the exponent as it was."""
    return n * x**n


def power_grad_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("cubes", x=rng.uniform(0.5, 2, (2, 3)), n=3)
    yield Case("fifth powers", x=rng.uniform(0.5, 1.5, 4), n=5)


def _sum_of_powers(x: Array, n: int) -> float:
    return float((x**n).sum())


def both_grads(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return dout * b, dout * a


def both_grads_einsum(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return np.einsum("i,i->i", dout, b), np.einsum("i,i->i", dout, a)


def both_grads__swapped(dout: Array, a: Array, b: Array) -> tuple[Array, Array]:
    """Multiplies each gradient by its own argument."""
    return dout * a, dout * b


def both_grads_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("ordinary", dout=rng.normal(size=4), a=rng.normal(size=4), b=rng.normal(size=4))
    yield Case("one entry", dout=rng.normal(size=1), a=rng.normal(size=1), b=rng.normal(size=1))


def _shifted_product(a: Array, b: Array, shift: Array) -> tuple[Array, Array]:
    return shift, a * b + shift


def _shift(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"shift": rng.normal(size=args["a"].shape)}


def spread(x: Array) -> float:
    return float(((x - x.mean()) ** 2).mean())


def spread_var(x: Array) -> float:
    return float(np.var(x))


def spread__cancellation(x: Array) -> float:
    """Uses the mean of squares minus the squared mean, which loses all digits far from zero."""
    return float((x**2).mean() - x.mean() ** 2)


def spread_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("near zero", x=rng.normal(size=6))
    yield Case("offset of 1e8", kind="stability", float64_only=True, x=1e8 + rng.normal(size=7))


def above(x: Array, threshold: float) -> tuple[Array, int]:
    hits = x >= threshold
    return hits, int(hits.sum())


def above_loop(x: Array, threshold: float) -> tuple[Array, int]:
    hits = np.array([not value < threshold for value in x], dtype=bool)
    return hits, np.count_nonzero(hits)


def above__strict(x: Array, threshold: float) -> tuple[Array, int]:
    """Leaves out entries that are equal to the threshold."""
    hits = x > threshold
    return hits, int(hits.sum())


def above__numbers(x: Array, threshold: float) -> tuple[Array, int]:
    """Returns 0 and 1 instead of False and True."""
    hits = (x >= threshold).astype(int)
    return hits, int(hits.sum())


def above_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("clear", x=rng.permutation([-1.0, -0.5, 0.6, 0.9, 1.4]), threshold=0.55)
    yield Case("exact tie", tie=True, x=np.array([0.25, 0.5, 0.75]), threshold=0.5)


def collatz(n: int) -> int:
    steps = 0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def collatz_recursive(n: int) -> int:
    return 0 if n == 1 else 1 + collatz_recursive(n // 2 if n % 2 == 0 else 3 * n + 1)


def collatz__never_stops(n: int) -> int:
    """Waits for 0, which never comes."""
    steps = 0
    while n != 0:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def collatz__float(n: int) -> Any:
    """Divides with /, so the count is right but the answer is a float."""
    steps = 0.0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def collatz_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("odd", n=2 * int(rng.integers(3, 20)) + 1)
    yield Case("one", n=1)


def noise(x: Array, rng: np.random.Generator, train: bool = True) -> Array:
    return x + rng.normal(size=x.shape) if train else x


def noise_standard(x: Array, rng: np.random.Generator, train: bool = True) -> Array:
    return x + rng.standard_normal(x.shape) if train else x.copy()


def noise__draws_in_test(x: Array, rng: np.random.Generator, train: bool = True) -> Array:
    """Draws in test mode too and throws the numbers away."""
    drawn = rng.normal(size=x.shape)
    return x + drawn if train else x


def noise_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("training", x=rng.normal(size=(8, 5)), rng=Seeded(int(rng.integers(2**31))))
    yield Case("test", x=rng.normal(size=4), rng=Seeded(int(rng.integers(2**31))), train=False, no_draws=True)


def stable_sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def stable_sigmoid_tanh(x: Array) -> Array:
    return (1 + np.tanh(x / 2)) / 2


def stable_sigmoid__overflow(x: Array) -> Array:
    """Evaluates exp(-x) for very negative x: the value is right, but an overflow warning is raised."""
    return 1 / (1 + np.exp(-x))


def stable_sigmoid_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("ordinary", x=rng.normal(size=(2, 3)))
    yield Case("far left", kind="stability", x=np.array([-1e4, -2e4]) * rng.uniform(1, 2))


def powers(base: Array, count: int) -> Array:
    return base ** np.arange(count)[:, None]


def powers_stack(base: Array, count: int) -> Array:
    return np.stack([base**i for i in range(count)])


def powers__from_one(base: Array, count: int) -> Array:
    """Starts with the first power."""
    return base ** (1 + np.arange(count)[:, None])


def powers__last_lost(base: Array, count: int) -> Array:
    """Repeats the first row in place of the second."""
    result = powers(base, count).copy()
    result[1] = result[0]
    return result


def powers_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("growing fast", scale="row", base=rng.uniform(60, 90, 3), count=4)


CHECKS = (
    Check(
        update,
        cases=update_cases,
        returns=("params: dict",),
        wrong=(
            Wrong(update__ascends, id="ascends", hint="Downhill is against the gradient."),
            Wrong(update__frozen_dropped, id="frozen-dropped", hint="Keep what is frozen."),
            Wrong(update__in_place, id="in-place", hint="Return new arrays.", tags=("mutates",)),
            Wrong(update__torch_rate, id="torch-rate", hint="Use lr.", tags=("variant",), variant_of="PyTorch"),
        ),
        alternates=(update_loop,),
        hints=("Which way is down?",),
    ),
    Check(
        longest,
        cases=longest_cases,
        returns=("words: list",),
        wrong=(
            Wrong(longest__strict, id="strict", hint="At least means at least."),
            Wrong(longest__unchecked, id="unchecked", hint="Check the length.", tags=("edge",)),
            Wrong(longest__raises_type_error, id="raises-type-error", hint="The value is wrong, not the type."),
        ),
        alternates=(longest_filter,),
        hints=("Filter.",),
    ),
    Check(
        log_ratio,
        cases=log_ratio_cases,
        returns=("out: n",),
        args={"p": "n", "q": "n"},
        wrong=(
            Wrong(log_ratio__floored, id="floored", hint="Infinity is right.", tags=("edge",)),
            Wrong(log_ratio__base_two, id="base-two", hint="Natural logarithms."),
        ),
        alternates=(log_ratio_quotient,),
        hints=("Logarithms turn quotients into differences.",),
    ),
    Check(
        rectified,
        cases=rectified_cases,
        returns=("y: any",),
        wrong=(Wrong(rectified__in_place, id="in-place", hint="Return a new array.", tags=("mutates",)),),
        alternates=(rectified_where,),
        hints=("Compare with 0.",),
    ),
    Check(
        squared_distances,
        cases=squared_distances_cases,
        returns=("d2: n n",),
        args={"x": "n d"},
        wrong=(
            Wrong(squared_distances__unclipped, id="unclipped", hint="Clip.", tags=("property",)),
            Wrong(squared_distances__rooted, id="rooted", hint="Squares were asked for."),
        ),
        alternates=(squared_distances_direct,),
        hints=("Expand the square.",),
        properties=(Property("no-negative", "d2", "a squared distance is never negative"),),
    ),
    Check(
        unroll,
        cases=unroll_cases,
        returns=("outputs: list",),
        wrong=(Wrong(unroll__state_not_carried, id="state-not-carried", hint="Carry the state."),),
        alternates=(unroll_recursive,),
        hints=("Which state does the second step get?",),
    ),
    Check(
        power_grad,
        cases=power_grad_cases,
        returns=("dx: any",),
        gradient=Gradient(of=_sum_of_powers, wrt={"x": "dx"}),
        wrong=(Wrong(power_grad__exponent_kept, id="exponent-kept", hint="One power less."),),
        alternates=(power_grad_loop,),
        hints=("The power rule.",),
    ),
    Check(
        both_grads,
        cases=both_grads_cases,
        returns=("da: n", "db: n"),
        args={"dout": "n", "a": "n", "b": "n"},
        gradient=Gradient(
            of=_shifted_product,
            wrt={"a": "da", "b": "db"},
            returns=("shift", "product"),
            cotangents={"product": "dout"},
            fixed=_shift,
        ),
        wrong=(Wrong(both_grads__swapped, id="swapped", hint="The other factor."),),
        alternates=(both_grads_einsum,),
        hints=("The product rule.",),
    ),
    Check(
        spread,
        cases=spread_cases,
        returns=("var:",),
        args={"x": "n"},
        wrong=(Wrong(spread__cancellation, id="cancellation", hint="Centre first.", tags=("edge",)),),
        alternates=(spread_var,),
        hints=("Subtract the mean first.",),
    ),
    Check(
        above,
        cases=above_cases,
        returns=("hits: n", "count:"),
        args={"x": "n"},
        wrong=(
            Wrong(above__strict, id="strict", hint="Reaching is enough.", tags=("edge",)),
            Wrong(above__numbers, id="numbers", hint="Truth values."),
        ),
        alternates=(above_loop,),
        hints=("Compare.",),
    ),
    Check(
        collatz,
        cases=collatz_cases,
        returns=("steps:",),
        wrong=(
            Wrong(collatz__never_stops, id="never-stops", hint="When is it over?"),
            Wrong(collatz__float, id="float", hint="A count is an int."),
        ),
        alternates=(collatz_recursive,),
        hints=("Count.",),
    ),
    Check(
        noise,
        cases=noise_cases,
        returns=("y: any",),
        wrong=(Wrong(noise__draws_in_test, id="draws-in-test", hint="No draw in test.", tags=("property",)),),
        alternates=(noise_standard,),
        hints=("One draw.",),
    ),
    Check(
        stable_sigmoid,
        cases=stable_sigmoid_cases,
        returns=("y: any",),
        wrong=(Wrong(stable_sigmoid__overflow, id="overflow", hint="Decay only.", tags=("warning",)),),
        alternates=(stable_sigmoid_tanh,),
        hints=("Which exponential decays?",),
        forbids_warning=True,
    ),
    Check(
        powers,
        cases=powers_cases,
        returns=("rows: count d",),
        args={"base": "d"},
        wrong=(
            Wrong(powers__from_one, id="from-one", hint="Start with 1."),
            Wrong(powers__last_lost, id="last-lost", hint="Count the rows."),
        ),
        alternates=(powers_stack,),
        hints=("Broadcast the exponents.",),
    ),
)
