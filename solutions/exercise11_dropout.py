"""References, wrong functions and cases for dropout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from grader.spec import Array, Case, Check, Gradient, Property, Seeded, Value, Wrong

TITLE = "Dropout"
NEEDS = (5,)


def _scaled(keep: Array, p: float) -> Array:
    """1/(1-p) where `keep` is true and 0 elsewhere; all zero at p = 1, where nothing is kept."""
    return np.where(keep, 1.0 / (1.0 - p) if p < 1.0 else 0.0, 0.0)


def _clear_seed(rng: np.random.Generator, shape: tuple[int, ...], p: float) -> Seeded:
    """A seed whose uniform draws keep away from p, so that rounding p flips none, and of which some are kept, some not."""
    while True:
        seed = int(rng.integers(2**31))
        u = np.random.default_rng(seed).random(shape)
        mixed = p in (0.0, 1.0) or ((u < p).any() and (u >= p).any())
        if mixed and np.abs(u - p).min() > 1e-3:
            return Seeded(seed)


# The mask


def dropout_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    return _scaled(rng.random(shape) >= p, p)


def dropout_mask_indexed(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    u = rng.random(shape)
    mask = np.ones(shape)
    mask[u < p] = 0.0
    return mask if p == 1.0 else mask / (1.0 - p)


def dropout_mask_floor(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    bits = np.floor(rng.random(shape) + (1.0 - p))
    return bits / max(1.0 - p, 1e-300)


def dropout_mask_one_by_one(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    mask = np.zeros(shape)
    for index in np.ndindex(shape):
        if rng.random() >= p:
            mask[index] = 1.0 / (1.0 - p)
    return mask


def dropout_mask__p_is_keep(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Keeps with probability p (u < p, then divided by p), so the rate is the wrong way round."""
    return (rng.random(shape) < p) / np.float64(p)


def dropout_mask__p_is_keep_raises(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Keeps with probability p (u < p) and scales by 1/p, which p = 0 makes a ZeroDivisionError."""
    return np.where(rng.random(shape) < p, 1.0 / p, 0.0)


def dropout_mask__p_is_keep_guarded(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Keeps with probability p (u < p) and divides by p unless that is 0."""
    keep = (rng.random(shape) < p).astype(float)
    return keep / p if p > 0 else keep


def dropout_mask__p_is_keep_other_scale(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Keeps with probability p (u < p) but divides by 1-p, so the rate is the wrong way round and the scale is not."""
    return _scaled(rng.random(shape) < p, p)


def dropout_mask__p_is_keep_other_scale_unguarded(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Keeps with probability p (u < p) but divides by 1-p, which p = 1 makes infinite."""
    return (rng.random(shape) < p) / (1.0 - p)


def dropout_mask__scaled_by_p(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Divides the survivors by p instead of 1-p."""
    return (rng.random(shape) >= p) / np.float64(p)


def dropout_mask__scaled_by_p_raises(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Scales the survivors by 1/p instead of 1/(1-p), which p = 0 makes a ZeroDivisionError."""
    return np.where(rng.random(shape) >= p, 1.0 / p, 0.0)


def dropout_mask__scaled_by_p_guarded(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Divides the survivors by p instead of 1-p unless p is 0."""
    keep = (rng.random(shape) >= p).astype(float)
    return keep / p if p > 0 else keep


def dropout_mask__not_scaled(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Leaves the survivors at 1, so the expected activation shrinks by 1-p."""
    return (rng.random(shape) >= p).astype(float)


def dropout_mask__not_scaled_bool(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Returns where the survivors are, as booleans, without their scale."""
    return rng.random(shape) >= p


def dropout_mask__not_scaled_int(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Leaves the survivors at 1, in an array of integers."""
    return (rng.random(shape) >= p).astype(int)


def dropout_mask__scaled_down(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Multiplies the survivors by 1-p instead of dividing by it."""
    return (rng.random(shape) >= p) * (1.0 - p)


def dropout_mask__division_by_zero(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Computes 1/(1-p) for every entry before choosing, which divides by 0 when p = 1."""
    return np.where(rng.random(shape) >= p, np.ones(shape) / (1.0 - p), 0.0)


def dropout_mask__division_by_zero_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Divides the 0/1 mask by 1-p, which is 0/0 when p = 1."""
    return (rng.random(shape) >= p) / (1.0 - p)


def dropout_mask__division_by_zero_raises(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Computes the number 1/(1-p), which p = 1 makes a ZeroDivisionError."""
    return np.where(rng.random(shape) >= p, 1.0 / (1.0 - p), 0.0)


def dropout_mask__gaussian(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Compares p with normal instead of uniform numbers, so the rate of dropping is not p."""
    return _scaled(rng.standard_normal(shape) >= p, p)


def dropout_mask__gaussian_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Compares p with normal instead of uniform numbers, and divides by 0 when p = 1."""
    return (rng.standard_normal(shape) >= p) / (1.0 - p)


def dropout_mask__gaussian_raises(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Compares p with normal instead of uniform numbers; p = 1 raises ZeroDivisionError."""
    return np.where(rng.standard_normal(shape) >= p, 1.0 / (1.0 - p), 0.0)


def dropout_mask__shared_over_batch(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one row and repeats it for all examples."""
    row = rng.random(shape[1:])
    return np.array([_scaled(row >= p, p) for _ in range(shape[0])])


def dropout_mask__shared_over_batch_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one row and repeats it for all examples, and divides by 0 when p = 1."""
    row = (rng.random((1, *shape[1:])) >= p) / (1.0 - p)
    return np.repeat(row, shape[0], axis=0)


def dropout_mask__shared_over_batch_and_more(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one number for each index of the last axis and repeats them along all others."""
    return np.ones(shape) * _scaled(rng.random(shape[-1]) >= p, p)


def dropout_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, shape: tuple[int, ...], p: float) -> Case:
        return Case(name, shape=shape, p=p, rng=_clear_seed(rng, shape, p))

    yield case("low rate, three axes of different length", (4, 5, 3), float(rng.uniform(0.15, 0.35)))
    yield case("high rate, as many features as examples", (5, 5), float(rng.uniform(0.65, 0.8)))
    yield case("the usual rate of a hidden layer", (6, 4), 0.5)
    yield case("one example", (1, 9), float(rng.uniform(0.3, 0.45)))
    yield case("a single axis", (11,), float(rng.uniform(0.55, 0.7)))
    yield case("a larger layer: mean close to 1", (9, 16), float(rng.uniform(0.2, 0.4)))
    yield case("p = 0 drops nothing", (3, 4), 0.0)
    yield case("p = 1 drops everything", (4, 3), 1.0)


# Forward and backward


def dropout_forward(a: Array, p: float, rng: np.random.Generator, train: bool = True) -> tuple[Array, Array]:
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward_where(a: Array, p: float, rng: np.random.Generator, train: bool = True) -> tuple[Array, Array]:
    if not train:
        return a.copy(), np.ones(a.shape)
    dropped = rng.random(a.shape) < p
    scale = 0.0 if p == 1.0 else 1.0 / (1.0 - p)
    return np.where(dropped, 0.0, a * scale), np.where(dropped, 0.0, scale)


def dropout_forward_loop(a: Array, p: float, rng: np.random.Generator, train: bool = True) -> tuple[Array, Array]:
    mask = dropout_mask_one_by_one(a.shape, p, rng) if train else np.ones(a.shape)
    out = np.empty_like(a)
    for index in np.ndindex(a.shape):
        out[index] = a[index] * mask[index]
    return out, mask


def dropout_forward__scaled_at_test(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Multiplies by 1-p at test time although training was already scaled."""
    if not train:
        return a * (1.0 - p), np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward__scaled_at_test_by_mask(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Takes a mask of 1-p everywhere at test time although training was already scaled."""
    mask = dropout_mask(a.shape, p, rng) if train else np.full(a.shape, 1.0 - p)
    return a * mask, mask


def dropout_forward__drops_at_test(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Applies a random mask in test mode too."""
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward__drops_at_test_unscaled(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Applies a random mask in test mode too, there without the scale."""
    mask = dropout_mask(a.shape, p, rng)
    if not train:
        mask = (mask > 0).astype(float)
    return a * mask, mask


def dropout_forward__scaled_twice(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides by 1-p once more after the mask, which already holds that scale."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask / (1.0 - p), mask


def dropout_forward__scaled_twice_guarded(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides by 1-p once more after the mask unless that is 0."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    out = a * mask
    return out / (1.0 - p) if p < 1.0 else out, mask


def dropout_forward__scaled_twice_in_mask(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides the mask, which already holds that scale, by 1-p once more."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng) / (1.0 - p)
    return a * mask, mask


def dropout_forward__scaled_twice_in_mask_guarded(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides the mask, which already holds that scale, by 1-p once more unless that is 0."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    mask = mask / (1.0 - p) if p < 1.0 else mask
    return a * mask, mask


def dropout_forward__boosted_at_test(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides by 1-p at test time, where no unit is missing."""
    if not train:
        return a / (1.0 - p), np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward__boosted_at_test_by_mask(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Takes a mask of 1/(1-p) everywhere at test time, which p = 1 makes a ZeroDivisionError."""
    mask = dropout_mask(a.shape, p, rng) if train else np.full(a.shape, 1.0 / (1.0 - p))
    return a * mask, mask


def dropout_forward__boosted_at_test_raises(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Multiplies by 1/(1-p) at test time, which p = 1 makes a ZeroDivisionError."""
    if not train:
        return a * (1.0 / (1.0 - p)), np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward__boosted_at_test_guarded(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides by 1-p at test time, where no unit is missing, and returns 0 for p = 1."""
    if not train:
        return a / (1.0 - p) if p < 1.0 else np.zeros_like(a), np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask


def dropout_forward__binary_mask_returned(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Scales the output but returns the 0/1 mask, so the backward pass loses the scale."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, (mask > 0).astype(float)


def dropout_forward__binary_mask_returned_unguarded(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides the output by 1-p, 0 too, but returns the 0/1 mask."""
    if not train:
        return a, np.ones_like(a)
    mask = np.where(rng.random(a.shape) >= p, 1.0, 0.0)
    return a * mask / (1.0 - p), mask


def dropout_forward__binary_mask_returned_bool(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Scales the output but returns where the survivors are, as booleans."""
    if not train:
        return a, np.ones_like(a)
    mask = dropout_mask(a.shape, p, rng)
    return a * mask, mask > 0


def dropout_forward__binary_mask_returned_bool_unguarded(
    a: Array, p: float, rng: np.random.Generator, train: bool = True
) -> tuple[Array, Array]:
    """Divides the output by 1-p, 0 too, but returns where the survivors are, as booleans."""
    if not train:
        return a, np.ones_like(a)
    mask = np.asarray(rng.random(a.shape)) >= p
    return a * mask / (1.0 - p), mask


def dropout_forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def drawn(shape: tuple[int, ...], p: float) -> dict[str, Value]:
        return {"a": rng.normal(0.3, 1.0, shape), "p": p, "rng": _clear_seed(rng, shape, p)}

    low, high, middle = (float(rng.uniform(*bounds)) for bounds in ((0.1, 0.2), (0.6, 0.75), (0.3, 0.45)))
    yield Case("training by default, the usual rate of an input layer", **drawn((5, 4), low))
    yield Case("training, as many features as examples", train=True, **drawn((5, 5), high))
    yield Case("training, one example", train=True, **drawn((1, 8), middle))
    yield Case("training, p = 0 changes nothing", train=True, **drawn((4, 3), 0.0))
    yield Case("training, p = 1 leaves nothing", **drawn((3, 5), 1.0))
    yield Case("testing is the identity", train=False, no_draws=True, **drawn((4, 6), middle))
    yield Case("testing at a high rate, one example", train=False, no_draws=True, **drawn((1, 5), high))
    yield Case("testing with p = 0", train=False, no_draws=True, **drawn((3, 3), 0.0))
    yield Case("testing with p = 1", train=False, no_draws=True, **drawn((5, 2), 1.0))


def dropout_backward(dout: Array, mask: Array) -> Array:
    return dout * mask


def dropout_backward_indexed(dout: Array, mask: Array) -> Array:
    da = np.zeros_like(dout)
    alive = mask != 0
    da[alive] = dout[alive] * mask[alive]
    return da


def dropout_backward_loop(dout: Array, mask: Array) -> Array:
    flat = [slope * factor for slope, factor in zip(dout.ravel(), mask.ravel())]
    return np.array(flat).reshape(dout.shape)


def dropout_backward__not_masked(dout: Array, mask: Array) -> Array:
    """Passes dout through unchanged, also to the units that were dropped."""
    return dout


def dropout_backward__scale_lost(dout: Array, mask: Array) -> Array:
    """Uses only where the mask is nonzero, without the factor 1/(1-p)."""
    return np.where(mask != 0, dout, 0.0)


def dropout_backward__divided(dout: Array, mask: Array) -> Array:
    """Divides by the mask instead of multiplying by it."""
    return dout / mask


def dropout_backward__divided_where_kept(dout: Array, mask: Array) -> Array:
    """Divides by the mask where it is not 0 instead of multiplying by it."""
    return np.divide(dout, mask, out=np.zeros_like(dout), where=mask != 0)


def dropout_backward__inverted(dout: Array, mask: Array) -> Array:
    """Keeps the gradient of the dropped units and clears that of the survivors."""
    return np.where(mask == 0, dout, 0.0)


def dropout_backward__inverted_complement(dout: Array, mask: Array) -> Array:
    """Multiplies by 1 - mask, which keeps the dropped units and turns the sign of the survivors."""
    return dout * (1.0 - mask)


def _masked(a: Array, mask: Array) -> Array:
    """The forward pass of one step of training, for its derivative."""
    return a * mask


def _activations(args: Mapping[str, Value], rng: np.random.Generator) -> Mapping[str, Value]:
    return {"a": rng.normal(0.3, 1.0, args["mask"].shape)}


def dropout_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    def dout(shape: tuple[int, ...]) -> Array:
        return rng.normal(0.2, 1.0, shape)

    def mask(shape: tuple[int, ...], low: float, high: float) -> Array:
        p = float(rng.uniform(low, high))
        return dropout_mask(shape, p, np.random.default_rng(_clear_seed(rng, shape, p).seed))

    yield Case("a low rate", dout=dout((4, 6)), mask=mask((4, 6), 0.15, 0.3))
    yield Case("a high rate, as many features as examples", dout=dout((5, 5)), mask=mask((5, 5), 0.6, 0.75))
    yield Case("one example", dout=dout((1, 7)), mask=mask((1, 7), 0.35, 0.45))
    maps = np.broadcast_to(mask((3, 4, 1, 1), 0.3, 0.45), (3, 4, 2, 3)).copy()
    yield Case("whole feature maps dropped", dout=dout((3, 4, 2, 3)), mask=maps)
    yield Case("mask all zero", dout=dout((3, 4)), mask=np.zeros((3, 4)))
    yield Case("mask all one", dout=dout((4, 3)), mask=np.ones((4, 3)))


# Feature maps


def spatial_dropout_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    n, c, _, _ = shape
    return np.ones(shape) * _scaled(rng.random((n, c, 1, 1)) >= p, p)


def spatial_dropout_mask_repeat(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    n, c, height, width = shape
    maps = dropout_mask_indexed((n, c, 1, 1), p, rng)
    return np.repeat(np.repeat(maps, height, axis=2), width, axis=3)


def spatial_dropout_mask_loop(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    mask = np.zeros(shape)
    for n in range(shape[0]):
        for c in range(shape[1]):
            if rng.random() >= p:
                mask[n, c] = 1.0 / (1.0 - p)
    return mask


def spatial_dropout_mask__per_pixel(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Drops single pixels, as dropout_mask does."""
    return _scaled(rng.random(shape) >= p, p)


def spatial_dropout_mask__per_pixel_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Drops single pixels, and divides by 0 when p = 1."""
    return (rng.random(shape) >= p) / (1.0 - p)


def spatial_dropout_mask__shared_over_batch(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one number a channel and uses it for all examples."""
    return np.ones(shape) * _scaled(rng.random((1, shape[1], 1, 1)) >= p, p)


def spatial_dropout_mask__shared_over_batch_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one number a channel and uses it for all examples, and divides by 0 when p = 1."""
    return np.ones(shape) * ((rng.random((1, shape[1], 1, 1)) >= p) / (1.0 - p))


def spatial_dropout_mask__whole_examples(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one number an example and so drops complete examples."""
    return np.ones(shape) * _scaled(rng.random((shape[0], 1, 1, 1)) >= p, p)


def spatial_dropout_mask__whole_examples_nan(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Draws one number an example and so drops complete examples, and divides by 0 when p = 1."""
    return np.ones(shape) * ((rng.random((shape[0], 1, 1, 1)) >= p) / (1.0 - p))


def spatial_dropout_mask__not_scaled(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Leaves the surviving maps at 1."""
    return np.ones(shape) * (rng.random((shape[0], shape[1], 1, 1)) >= p)


def spatial_dropout_mask__not_scaled_bool(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array:
    """Returns where the surviving maps are, as booleans."""
    return np.array(np.broadcast_to(rng.random((shape[0], shape[1], 1, 1)) >= p, shape))


def spatial_dropout_mask_cases(rng: np.random.Generator) -> Iterator[Case]:
    def case(name: str, shape: tuple[int, ...], p: float) -> Case:
        return Case(name, shape=shape, p=p, rng=_clear_seed(rng, (*shape[:2], 1, 1), p))

    yield case("four axes of different length", (4, 5, 2, 3), float(rng.uniform(0.25, 0.4)))
    yield case("four axes of the same length, high rate", (3, 3, 3, 3), float(rng.uniform(0.6, 0.7)))
    yield case("one example", (1, 6, 3, 2), float(rng.uniform(0.4, 0.48)))
    yield case("one channel", (6, 1, 2, 3), float(rng.uniform(0.3, 0.45)))
    yield case("maps of one pixel, the usual rate", (5, 3, 1, 1), 0.5)
    yield case("p = 0 drops nothing", (2, 3, 4, 2), 0.0)
    yield case("p = 1 drops everything", (3, 2, 2, 4), 1.0)


# Testing


def ensemble_average(probs: Array) -> Array:
    return probs.mean(axis=0)


def ensemble_average_einsum(probs: Array) -> Array:
    return np.einsum("snc->nc", probs) / len(probs)


def ensemble_average_running(probs: Array) -> Array:
    mean = np.zeros_like(probs[0])
    for count, member in enumerate(probs, start=1):
        mean = mean + (member - mean) / count
    return mean


def ensemble_average__wrong_axis(probs: Array) -> Array:
    """Averages over the examples instead of the passes."""
    return probs.mean(axis=1)


def ensemble_average__wrong_axis_classes(probs: Array) -> Array:
    """Averages over the classes instead of the passes."""
    return probs.mean(axis=-1)


def ensemble_average__wrong_axis_all(probs: Array) -> Array:
    """Averages over everything and returns one number."""
    return np.asarray(probs.mean())


def ensemble_average__summed(probs: Array) -> Array:
    """Adds the passes and does not divide, so rows sum to S."""
    return probs.sum(axis=0)


def ensemble_average__geometric(probs: Array) -> Array:
    """Multiplies the members and renormalises the rows."""
    product = probs.prod(axis=0)
    return product / product.sum(axis=-1, keepdims=True)


def ensemble_average__geometric_root(probs: Array) -> Array:
    """Takes the geometric mean of the members and renormalises the rows."""
    mean = np.exp(np.log(probs).mean(axis=0))
    return mean / mean.sum(axis=-1, keepdims=True)


def ensemble_average__geometric_unnormalised(probs: Array) -> Array:
    """Takes the geometric mean of the members, whose rows sum to less than 1."""
    return np.exp(np.log(probs).mean(axis=0))


def ensemble_average__votes(probs: Array) -> Array:
    """Turns every prediction into a one-hot vote and averages the votes."""
    return np.eye(probs.shape[2])[probs.argmax(axis=2)].mean(axis=0)


def ensemble_average_cases(rng: np.random.Generator) -> Iterator[Case]:
    def probs(passes: int, n: int, classes: int) -> Array:
        weights = np.exp(rng.normal(0.0, 1.0, (passes, n, classes)))
        return weights / weights.sum(axis=2, keepdims=True)

    yield Case("passes, examples and classes of different number", probs=probs(5, 3, 4))
    yield Case("as many passes as examples and classes", probs=probs(4, 4, 4))
    yield Case("as many passes as examples", probs=probs(3, 3, 5))
    yield Case("one example", probs=probs(6, 1, 3))
    yield Case("one pass", probs=probs(1, 4, 3))
    yield Case("two classes, two passes", probs=probs(2, 5, 2))


def weight_scaling_test(a: Array, p: float) -> Array:
    return (1.0 - p) * a


def weight_scaling_test_difference(a: Array, p: float) -> Array:
    return a - p * a


def weight_scaling_test_loop(a: Array, p: float) -> Array:
    out = np.array(a)
    for index in np.ndindex(a.shape):
        out[index] *= 1.0 - p
    return out


def weight_scaling_test__times_p(a: Array, p: float) -> Array:
    """Multiplies by p, the share that was dropped."""
    return p * a


def weight_scaling_test__inverted_rule(a: Array, p: float) -> Array:
    """Divides by 1-p, as inverted dropout does during training."""
    return a / (1.0 - p)


def weight_scaling_test__inverted_rule_raises(a: Array, p: float) -> Array:
    """Multiplies by 1/(1-p), which p = 1 makes a ZeroDivisionError."""
    return a * (1.0 / (1.0 - p))


def weight_scaling_test__inverted_rule_guarded(a: Array, p: float) -> Array:
    """Divides by 1-p, as inverted dropout does during training, and returns 0 for p = 1."""
    return a / (1.0 - p) if p < 1.0 else np.zeros_like(a)


def weight_scaling_test__unchanged(a: Array, p: float) -> Array:
    """Returns the activations as they are."""
    return a


def weight_scaling_test__squared(a: Array, p: float) -> Array:
    """Multiplies by 1-p twice."""
    return (1.0 - p) ** 2 * a


def weight_scaling_test_cases(rng: np.random.Generator) -> Iterator[Case]:
    def a(*shape: int) -> Array:
        return rng.normal(0.4, 1.0, shape)

    yield Case("a low rate", a=a(4, 6), p=float(rng.uniform(0.1, 0.3)))
    yield Case("a high rate, as many features as examples", a=a(5, 5), p=float(rng.uniform(0.65, 0.85)))
    yield Case("one example", a=a(1, 7), p=float(rng.uniform(0.3, 0.45)))
    yield Case("a single axis", a=a(6), p=float(rng.uniform(0.55, 0.65)))
    yield Case("three axes", a=a(2, 3, 4), p=float(rng.uniform(0.2, 0.4)))
    yield Case("p = 0 was no dropout", a=a(3, 4), p=0.0)
    yield Case("p = 1 was nothing else", a=a(4, 2), p=1.0)


CHECKS = (
    Check(
        dropout_mask,
        cases=dropout_mask_cases,
        returns=("mask: N D",),
        formula=(
            r"\text{mask}_i = \begin{cases} 0 & \text{where } u_i < p \\"
            r" \frac{1}{1 - p} & \text{where } u_i \geq p \end{cases} \qquad u_i \text{ uniform in } [0, 1)"
        ),
        wrong=(
            Wrong(
                dropout_mask__p_is_keep,
                id="p-is-keep",
                hint="p is the probability of being dropped.",
                tags=("variant",),
                variant_of="TensorFlow 1",
                also=(
                    dropout_mask__p_is_keep_raises,
                    dropout_mask__p_is_keep_guarded,
                    dropout_mask__p_is_keep_other_scale,
                    dropout_mask__p_is_keep_other_scale_unguarded,
                ),
            ),
            Wrong(
                dropout_mask__scaled_by_p,
                id="scaled-by-p",
                hint="Divide by the probability of surviving.",
                also=(
                    dropout_mask__scaled_by_p_raises,
                    dropout_mask__scaled_by_p_guarded,
                ),
            ),
            Wrong(
                dropout_mask__not_scaled,
                id="not-scaled",
                hint="Inverted dropout makes up for the missing units during training.",
                also=(
                    dropout_mask__not_scaled_bool,
                    dropout_mask__not_scaled_int,
                ),
            ),
            Wrong(
                dropout_mask__scaled_down,
                id="scaled-down",
                hint="Fewer survivors must speak louder.",
            ),
            Wrong(
                dropout_mask__division_by_zero,
                id="division-by-zero",
                hint="When everything is dropped there is nothing to scale.",
                tags=("warning",),
                also=(
                    dropout_mask__division_by_zero_nan,
                    dropout_mask__division_by_zero_raises,
                ),
            ),
            Wrong(
                dropout_mask__gaussian,
                id="gaussian",
                hint="Compare p with a uniform number.",
                also=(
                    dropout_mask__gaussian_nan,
                    dropout_mask__gaussian_raises,
                ),
            ),
            Wrong(
                dropout_mask__shared_over_batch,
                id="shared-over-batch",
                hint="Each example gets its own mask.",
                also=(
                    dropout_mask__shared_over_batch_nan,
                    dropout_mask__shared_over_batch_and_more,
                ),
            ),
        ),
        alternates=(dropout_mask_indexed, dropout_mask_floor, dropout_mask_one_by_one),
        properties=(
            Property(
                "keep-fraction",
                output="mask",
                argument="p",
                text="About 1-p of the entries survive.",
            ),
        ),
        forbids_warning=True,
        hints=(
            "Which of the two values does an entry get when its uniform number is 0.9 and p is 0.3?",
            "Draw all uniform numbers in one call. How large must a survivor be so that the mean of the mask is 1?",
            "What does your scale become at p = 1? Take care of that before you divide, not after.",
        ),
    ),
    Check(
        dropout_forward,
        cases=dropout_forward_cases,
        returns=("out: N D", "mask: N D"),
        formula=(
            r"\begin{array}{lll} \text{train true:} & \text{out} = a \cdot \text{mask}"
            r" & \text{mask as in dropout\_mask} \\"
            r" \text{train false:} & \text{out} = a & \text{mask all ones} \end{array}"
        ),
        args={"a": "N D"},
        wrong=(
            Wrong(
                dropout_forward__scaled_at_test,
                id="scaled-at-test",
                hint="With inverted scaling the test pass is the identity.",
                tags=("edge",),
                also=(dropout_forward__scaled_at_test_by_mask,),
            ),
            Wrong(
                dropout_forward__drops_at_test,
                id="drops-at-test",
                hint="Testing uses all neurons.",
                tags=("edge",),
                also=(dropout_forward__drops_at_test_unscaled,),
            ),
            Wrong(
                dropout_forward__scaled_twice,
                id="scaled-twice",
                hint="The mask already contains the scale.",
                also=(
                    dropout_forward__scaled_twice_guarded,
                    dropout_forward__scaled_twice_in_mask,
                    dropout_forward__scaled_twice_in_mask_guarded,
                ),
            ),
            Wrong(
                dropout_forward__boosted_at_test,
                id="boosted-at-test",
                hint="Nothing is missing at test time.",
                tags=("edge",),
                also=(
                    dropout_forward__boosted_at_test_by_mask,
                    dropout_forward__boosted_at_test_raises,
                    dropout_forward__boosted_at_test_guarded,
                ),
            ),
            Wrong(
                dropout_forward__binary_mask_returned,
                id="binary-mask-returned",
                hint="Backward needs exactly the factor that forward used.",
                also=(
                    dropout_forward__binary_mask_returned_unguarded,
                    dropout_forward__binary_mask_returned_bool,
                    dropout_forward__binary_mask_returned_bool_unguarded,
                ),
            ),
        ),
        alternates=(dropout_forward_where, dropout_forward_loop),
        needs=(dropout_mask,),
        hints=(
            "Which of the two modes needs random numbers at all?",
            "In training, dropout_mask has done all the thinking: what is left to do with what it returns?",
            "What would dropout_backward have to multiply with in test mode, so that one backward pass serves both?",
        ),
    ),
    Check(
        dropout_backward,
        cases=dropout_backward_cases,
        returns=("da: N D",),
        formula=r"\text{da}_i = \text{dout}_i \cdot \text{mask}_i",
        args={"dout": "N D", "mask": "N D"},
        wrong=(
            Wrong(
                dropout_backward__not_masked,
                id="not-masked",
                hint="A dropped unit had no influence on the loss.",
            ),
            Wrong(
                dropout_backward__scale_lost,
                id="scale-lost",
                hint="The survivors were scaled forward, so also backward.",
            ),
            Wrong(
                dropout_backward__divided,
                id="divided",
                hint="Forward multiplied by it; so does backward.",
                also=(dropout_backward__divided_where_kept,),
            ),
            Wrong(
                dropout_backward__inverted,
                id="inverted",
                hint="Gradient flows where the activation did.",
                also=(dropout_backward__inverted_complement,),
            ),
        ),
        alternates=(dropout_backward_indexed, dropout_backward_loop),
        gradient=Gradient(of=_masked, wrt={"a": "da"}, returns=("out",), fixed=_activations),
        hints=(
            "Once the mask is drawn it is a constant. How does out_i depend on a_i alone?",
            "Write down d out_i / d a_i for a dropped unit and for a survivor, then use the chain rule.",
        ),
    ),
    Check(
        spatial_dropout_mask,
        cases=spatial_dropout_mask_cases,
        returns=("mask: N C H W",),
        formula=(
            r"\text{mask}_{nchw} = \begin{cases} 0 & \text{where } u_{nc} < p \\"
            r" \frac{1}{1 - p} & \text{where } u_{nc} \geq p \end{cases}"
            r" \qquad \text{for all } h, w \text{ alike}"
        ),
        wrong=(
            Wrong(
                spatial_dropout_mask__per_pixel,
                id="per-pixel",
                hint="A whole feature map lives or dies.",
                also=(spatial_dropout_mask__per_pixel_nan,),
            ),
            Wrong(
                spatial_dropout_mask__shared_over_batch,
                id="shared-over-batch",
                hint="Each example draws its own.",
                also=(spatial_dropout_mask__shared_over_batch_nan,),
            ),
            Wrong(
                spatial_dropout_mask__whole_examples,
                id="whole-examples",
                hint="Channels are dropped, not images.",
                also=(spatial_dropout_mask__whole_examples_nan,),
            ),
            Wrong(
                spatial_dropout_mask__not_scaled,
                id="not-scaled",
                hint="Scale by 1/(1-p) as before.",
                also=(spatial_dropout_mask__not_scaled_bool,),
            ),
        ),
        alternates=(spatial_dropout_mask_repeat, spatial_dropout_mask_loop),
        needs=(dropout_mask,),
        hints=(
            "How many independent decisions are there for N images of C channels?",
            "Which shape must the draws have so that broadcasting copies each one over its map?",
        ),
    ),
    Check(
        ensemble_average,
        cases=ensemble_average_cases,
        returns=("mean: N C",),
        formula=r"\text{mean}_{nc} = \frac{1}{S} \sum_s \text{probs}_{snc}",
        args={"probs": "S N C"},
        wrong=(
            Wrong(
                ensemble_average__wrong_axis,
                id="wrong-axis",
                hint="Average over the passes.",
                also=(
                    ensemble_average__wrong_axis_classes,
                    ensemble_average__wrong_axis_all,
                ),
            ),
            Wrong(
                ensemble_average__summed,
                id="summed",
                hint="Divide by the number of passes.",
            ),
            Wrong(
                ensemble_average__geometric,
                id="geometric",
                hint="The arithmetic mean was asked for.",
                also=(
                    ensemble_average__geometric_root,
                    ensemble_average__geometric_unnormalised,
                ),
            ),
            Wrong(
                ensemble_average__votes,
                id="votes",
                hint="Keep the probabilities, not just the winners.",
            ),
        ),
        alternates=(ensemble_average_einsum, ensemble_average_running),
        properties=(
            Property(
                "sums-to-one",
                output="mean",
                axis=-1,
                text="The averaged probabilities of each example sum to 1.",
            ),
        ),
        hints=(
            "Which of the three axes has to disappear?",
            "What do the rows sum to before you divide, and what should they sum to?",
        ),
    ),
    Check(
        weight_scaling_test,
        cases=weight_scaling_test_cases,
        returns=("out: N D",),
        formula=r"\text{out}_i = (1 - p) \, a_i",
        args={"a": "N D"},
        wrong=(
            Wrong(
                weight_scaling_test__times_p,
                id="times-p",
                hint="The expected share of survivors is 1-p.",
            ),
            Wrong(
                weight_scaling_test__inverted_rule,
                id="inverted-rule",
                hint="That is what inverted dropout does during training.",
                also=(
                    weight_scaling_test__inverted_rule_raises,
                    weight_scaling_test__inverted_rule_guarded,
                ),
            ),
            Wrong(
                weight_scaling_test__unchanged,
                id="unchanged",
                hint="Without inverted scaling the test pass must shrink the activations.",
            ),
            Wrong(
                weight_scaling_test__squared,
                id="squared",
                hint="Scale once.",
            ),
        ),
        alternates=(weight_scaling_test_difference, weight_scaling_test_loop),
        hints=(
            "During training only some of the units were there. What share of the input did the next layer see?",
            "At test time all units speak. By which factor must each be turned down to keep the expectation?",
        ),
    ),
)
