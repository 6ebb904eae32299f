"""References, wrong functions and cases for convolution shapes."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, prod

import numpy as np

from grader.spec import Array, Case, Check, Wrong

TITLE = "Convolution shapes"
NEEDS = (2,)

Layers = list[tuple[int, int]]


def conv_output_size(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    extent = dilation * (k - 1) + 1
    if extent > n + 2 * pad:
        return 0
    return (n + 2 * pad - extent) // stride + 1


def conv_output_size_starts(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    return len(range(-pad, n + pad - dilation * (k - 1), stride))


def conv_output_size_slides(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    size, last = 0, dilation * (k - 1)
    while last < n + 2 * pad:
        size, last = size + 1, last + stride
    return size


def conv_output_size_clipped(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    return max(0, floor((n + 2 * pad - dilation * (k - 1) - 1 + stride) / stride))


def conv_output_size__one_missing(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Divides the free space by the stride and forgets to count the first position."""
    extent = dilation * (k - 1) + 1
    if extent > n + 2 * pad:
        return 0
    return (n + 2 * pad - extent) // stride


def conv_output_size__one_missing_unguarded(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Forgets to count the first position, and does not ask whether the kernel fits."""
    return (n + 2 * pad - dilation * (k - 1) - 1) // stride


def conv_output_size__ceil(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Rounds up, which counts a last window that does not fit."""
    extent = dilation * (k - 1) + 1
    if extent > n + 2 * pad:
        return 0
    return ceil((n + 2 * pad - extent) / stride) + 1


def conv_output_size__ceil_unguarded(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Rounds up, and does not ask whether the kernel fits."""
    return ceil((n + 2 * pad - dilation * (k - 1) - 1) / stride) + 1


def conv_output_size__ceil_clipped(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Rounds up and replaces only what is negative by 0."""
    return max(0, ceil((n + 2 * pad - dilation * (k - 1) - 1) / stride) + 1)


def conv_output_size__single_pad(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Adds the padding once instead of on both sides."""
    extent = dilation * (k - 1) + 1
    if extent > n + pad:
        return 0
    return (n + pad - extent) // stride + 1


def conv_output_size__single_pad_unguarded(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Adds the padding once, and does not ask whether the kernel fits."""
    return (n + pad - dilation * (k - 1) - 1) // stride + 1


def conv_output_size__dilation_ignored(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Takes the kernel to cover k pixels whatever the dilation."""
    if k > n + 2 * pad:
        return 0
    return (n + 2 * pad - k) // stride + 1


def conv_output_size__dilation_ignored_unguarded(
    n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1
) -> float:
    """Takes the kernel to cover k pixels whatever the dilation, and does not ask whether it fits."""
    return (n + 2 * pad - k) // stride + 1


def conv_output_size__float(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Divides without rounding, so the size is a fraction."""
    extent = dilation * (k - 1) + 1
    if extent > n + 2 * pad:
        return 0
    return (n + 2 * pad - extent) / stride + 1


def conv_output_size__float_unguarded(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Divides without rounding, and does not ask whether the kernel fits."""
    return (n + 2 * pad - dilation * (k - 1) - 1) / stride + 1


def conv_output_size__float_clipped(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Divides without rounding and replaces only what is negative by 0."""
    return max(0, (n + 2 * pad - dilation * (k - 1) - 1) / stride + 1)


def conv_output_size__negative_size(n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> float:
    """Uses the formula even when the kernel is larger than the padded input."""
    extent = dilation * (k - 1) + 1
    return (n + 2 * pad - extent) // stride + 1


def conv_output_size__negative_size_truncated(
    n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1
) -> float:
    """Rounds towards zero, which counts a position for a kernel that is a little too large, or gives a negative size."""
    return int((n + 2 * pad - dilation * (k - 1) - 1) / stride) + 1


def conv_output_size__negative_size_truncated_and_clipped(
    n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1
) -> float:
    """Rounds towards zero and replaces what is negative by 0, so a kernel that is a little too large has one position."""
    return max(0, int((n + 2 * pad - dilation * (k - 1) - 1) / stride) + 1)


def conv_output_size__negative_size_truncated_sum(
    n: int, k: int, stride: int = 1, pad: int = 0, dilation: int = 1
) -> float:
    """Drops the fraction after adding the 1, so a kernel that is far too large has a negative size."""
    return int((n + 2 * pad - dilation * (k - 1) - 1) / stride + 1)


def _between(rng: np.random.Generator, low: int, high: int) -> int:
    """An int from low to high, both possible."""
    return int(rng.integers(low, high + 1))


def conv_output_size_cases(rng: np.random.Generator) -> Iterator[Case]:
    k = _between(rng, 3, 5)
    yield Case("every option at its default", n=k + _between(rng, 4, 20), k=k)

    k, stride, places = _between(rng, 3, 5), _between(rng, 2, 4), _between(rng, 4, 9)
    yield Case("stride that divides", n=k + stride * places, k=k, stride=stride)

    k, stride, places = _between(rng, 2, 5), _between(rng, 3, 5), _between(rng, 4, 9)
    yield Case("stride that does not divide", n=k + stride * places + _between(rng, 1, stride - 1), k=k, stride=stride)

    k, pad = _between(rng, 3, 5), _between(rng, 2, 4)
    yield Case("padding", n=_between(rng, 12, 30), k=k, pad=pad)

    k, dilation = _between(rng, 3, 5), _between(rng, 3, 4)
    yield Case("dilation", n=_between(rng, 20, 40), k=k, dilation=dilation)

    k, stride, pad = _between(rng, 3, 4), _between(rng, 2, 3), _between(rng, 1, 3)
    n = 2 * (k - 1) + 1 + stride * _between(rng, 4, 9) + 1
    yield Case("everything at once", n=n, k=k, stride=stride, pad=pad, dilation=2)

    k = _between(rng, 3, 9)
    yield Case("kernel as large as the input", n=k, k=k, stride=_between(rng, 1, 3))

    n, pad = _between(rng, 1, 3), _between(rng, 4, 5)
    yield Case("kernel larger than the padded input", n=n, k=n + 2 * pad + 2 * _between(rng, 2, 3), stride=2, pad=pad)

    n, pad = _between(rng, 4, 6), _between(rng, 3, 5)
    yield Case("kernel that fits only with its padding", n=n, k=n + 2 * pad, pad=pad, stride=_between(rng, 1, 3))

    n, stride = _between(rng, 3, 6), _between(rng, 3, 5)
    yield Case("kernel one pixel larger than the input", n=n, k=n + 1, stride=stride)

    n, k = _between(rng, 7, 8), _between(rng, 5, 6)
    yield Case("kernel that fits only without its dilation", n=n, k=k, dilation=2)

    yield Case("input and kernel of one pixel", n=1, k=1, pad=_between(rng, 0, 3))


def same_padding(k: int, dilation: int = 1) -> tuple[int, int]:
    total = dilation * (k - 1)
    return total // 2, total - total // 2


def same_padding_upper(k: int, dilation: int = 1) -> tuple[int, int]:
    total = dilation * (k - 1)
    right = ceil(total / 2)
    return total - right, right


def same_padding_turns(k: int, dilation: int = 1) -> tuple[int, int]:
    sides = [0, 0]
    for pixel in range(dilation * k - dilation):
        sides[1 - pixel % 2] += 1
    return sides[0], sides[1]


def same_padding__symmetric_large(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with half of the kernel's extent, k//2 without dilation."""
    half = (dilation * (k - 1) + 1) // 2
    return half, half


def same_padding__symmetric_large_undilated(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with k//2, whatever the dilation."""
    return k // 2, k // 2


def same_padding__symmetric_large_dilated_half(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with dilation times k//2."""
    return dilation * (k // 2), dilation * (k // 2)


def same_padding__symmetric_small(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with half of the total rounded down, (k-1)//2 without dilation."""
    half = dilation * (k - 1) // 2
    return half, half


def same_padding__symmetric_small_undilated(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with (k-1)//2, whatever the dilation."""
    return (k - 1) // 2, (k - 1) // 2


def same_padding__symmetric_small_dilated_half(k: int, dilation: int = 1) -> tuple[int, int]:
    """Pads both sides with dilation times (k-1)//2."""
    return dilation * ((k - 1) // 2), dilation * ((k - 1) // 2)


def same_padding__larger_left(k: int, dilation: int = 1) -> tuple[int, int]:
    """Puts the extra pixel of an odd total on the left."""
    total = dilation * (k - 1)
    return total - total // 2, total // 2


def same_padding__dilation_ignored(k: int, dilation: int = 1) -> tuple[int, int]:
    """Splits k - 1 whatever the dilation."""
    return (k - 1) // 2, k - 1 - (k - 1) // 2


def same_padding_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("odd kernel", k=2 * _between(rng, 1, 5) + 1)
    yield Case("even kernel", k=2 * _between(rng, 2, 5))
    yield Case("kernel of two", k=2)
    yield Case("odd kernel, dilation", k=2 * _between(rng, 1, 4) + 1, dilation=_between(rng, 2, 4))
    yield Case("even kernel, odd dilation", k=2 * _between(rng, 1, 4), dilation=2 * _between(rng, 1, 3) + 1)
    yield Case("even kernel, even dilation", k=2 * _between(rng, 1, 4), dilation=2 * _between(rng, 1, 3))
    yield Case("kernel of one, dilation", k=1, dilation=_between(rng, 1, 4))


def pad_images(x: Array, pad: int, value: float = 0.0) -> Array:
    N, C, H, W = x.shape
    out = np.full((N, C, H + 2 * pad, W + 2 * pad), value, dtype=x.dtype)
    out[:, :, pad : pad + H, pad : pad + W] = x
    return out


def pad_images_numpy(x: Array, pad: int, value: float = 0.0) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), constant_values=value)


def pad_images_borders(x: Array, pad: int, value: float = 0.0) -> Array:
    N, C, H, _ = x.shape
    side = np.full((N, C, H, pad), value, dtype=x.dtype)
    wide = np.concatenate([side, x, side], axis=3)
    edge = np.full((N, C, pad, wide.shape[3]), value, dtype=x.dtype)
    return np.concatenate([edge, wide, edge], axis=2)


def pad_images__all_axes(x: Array, pad: int, value: float = 0.0) -> Array:
    """Pads all four axes, so there are new images and channels too."""
    return np.pad(x, pad, constant_values=value)


def pad_images__one_sided(x: Array, pad: int, value: float = 0.0) -> Array:
    """Adds the border only below and on the right."""
    return np.pad(x, ((0, 0), (0, 0), (0, pad), (0, pad)), constant_values=value)


def pad_images__value_ignored(x: Array, pad: int, value: float = 0.0) -> Array:
    """Fills the border with 0 whatever the value."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def pad_images__reflected(x: Array, pad: int, value: float = 0.0) -> Array:
    """Mirrors the image at its border."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="reflect")


def pad_images__reflected_with_the_edge(x: Array, pad: int, value: float = 0.0) -> Array:
    """Mirrors the image at its border and repeats the pixels of the edge itself."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="symmetric")


def _images(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape) + 0.5


def pad_images_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("border of one, value at its default", x=_images(rng, 2, 3, 4, 5), pad=1)
    yield Case("border of two, value given", x=_images(rng, 3, 2, 5, 4), pad=2, value=float(rng.uniform(-3, -1)))
    yield Case("border of minus infinity", x=_images(rng, 2, 3, 3, 4), pad=1, value=-np.inf)
    yield Case("no border", x=_images(rng, 2, 3, 4, 5), pad=0, value=float(rng.uniform(1, 3)))
    yield Case("square, all sizes equal", x=_images(rng, 3, 3, 3, 3), pad=1, value=float(rng.uniform(1, 3)))
    yield Case("one image, one channel", x=_images(rng, 1, 1, 4, 3), pad=1, value=float(rng.uniform(-2, -1)))


def conv_param_count(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    return F * (C // groups) * kh * kw + (F if bias else 0)


def conv_param_count_per_filter(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    one_filter = C // groups * kh * kw + int(bias)
    return sum(one_filter for _ in range(F))


def conv_param_count_per_group(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    weights = [np.zeros((F // groups, C // groups, kh, kw)) for _ in range(groups)]
    biases = np.zeros(F if bias else 0)
    return sum(weight.size for weight in weights) + biases.size


def conv_param_count__channels_forgotten(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    """Counts one kernel of kh by kw for each filter, whatever the channels."""
    return F * kh * kw + (F if bias else 0)


def conv_param_count__groups_ignored(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    """Lets every filter span all channels in spite of groups."""
    return F * C * kh * kw + (F if bias else 0)


def conv_param_count__bias_per_weight_map(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    """Adds a bias for each pair of filter and input channel."""
    return F * (C // groups) * kh * kw + (F * C if bias else 0)


def conv_param_count__bias_per_weight_map_in_groups(
    C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True
) -> int:
    """Adds a bias for each pair of filter and channel that it reads."""
    return F * (C // groups) * kh * kw + (F * (C // groups) if bias else 0)


def conv_param_count__bias_always(C: int, F: int, kh: int, kw: int, groups: int = 1, bias: bool = True) -> int:
    """Adds the biases without looking at the flag."""
    return F * (C // groups) * kh * kw + F


def conv_param_count_cases(rng: np.random.Generator) -> Iterator[Case]:
    kh, kw = _between(rng, 2, 3), _between(rng, 4, 5)
    yield Case("rectangular kernel", C=_between(rng, 6, 9), F=_between(rng, 10, 14), kh=kh, kw=kw)
    yield Case("no bias", C=_between(rng, 3, 6), F=_between(rng, 7, 12), kh=3, kw=3, bias=False)

    groups = _between(rng, 2, 4)
    C, F = groups * _between(rng, 2, 4), groups * _between(rng, 5, 7)
    yield Case("groups", C=C, F=F, kh=3, kw=_between(rng, 4, 5), groups=groups)

    C = _between(rng, 3, 8)
    yield Case("depthwise", C=C, F=C * _between(rng, 2, 3), kh=3, kw=3, groups=C, bias=False)

    C = _between(rng, 3, 8)
    yield Case("depthwise, as many filters as channels", C=C, F=C, kh=5, kw=3, groups=C)
    yield Case("one pixel", C=_between(rng, 3, 8), F=_between(rng, 9, 16), kh=1, kw=1)
    yield Case("one channel, one filter", C=1, F=1, kh=_between(rng, 2, 4), kw=_between(rng, 2, 4))


def receptive_field(layers: Layers) -> int:
    r, jump = 1, 1
    for kernel, stride in layers:
        r += (kernel - 1) * jump
        jump *= stride
    return r


def receptive_field_backwards(layers: Layers) -> int:
    # From the output to the input: a region of r pixels behind a layer needs (r-1) s + k pixels in front of it.
    r = 1
    for kernel, stride in reversed(layers):
        r = (r - 1) * stride + kernel
    return r


def receptive_field_closed(layers: Layers) -> int:
    strides = [stride for _, stride in layers]
    return 1 + sum((kernel - 1) * prod(strides[:i]) for i, (kernel, _) in enumerate(layers))


def receptive_field__strides_ignored(layers: Layers) -> int:
    """Adds k - 1 for each layer as if every stride were 1."""
    return 1 + sum(kernel - 1 for kernel, _ in layers)


def receptive_field__stride_early(layers: Layers) -> int:
    """Multiplies by a layer's stride before adding that layer's own kernel."""
    r, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        r += (kernel - 1) * jump
    return r


def receptive_field__kernel_sum(layers: Layers) -> int:
    """Adds up the kernel sizes."""
    return sum(kernel for kernel, _ in layers)


def receptive_field__kernel_sum_from_one(layers: Layers) -> int:
    """Starts at one pixel and adds up the kernel sizes."""
    return 1 + sum(kernel for kernel, _ in layers)


def receptive_field__kernel_sum_strided(layers: Layers) -> int:
    """Adds k times the accumulated stride instead of k - 1 times."""
    r, jump = 1, 1
    for kernel, stride in layers:
        r += kernel * jump
        jump *= stride
    return r


def receptive_field__product(layers: Layers) -> int:
    """Multiplies the kernel sizes."""
    return prod(kernel for kernel, _ in layers)


def receptive_field_cases(rng: np.random.Generator) -> Iterator[Case]:
    a, b, c = (int(k) for k in rng.permutation([2, 3, 5]))
    yield Case("three layers", layers=[(a, 2), (b, 1), (c, 2)])

    k = _between(rng, 3, 7)
    yield Case("one layer with a stride", layers=[(k, _between(rng, 2, 4))])

    k, count = _between(rng, 3, 5), _between(rng, 3, 5)
    yield Case("no strides", layers=[(k, 1)] * count)

    a, b = _between(rng, 4, 7), _between(rng, 4, 7)
    yield Case("stride before", layers=[(a, _between(rng, 2, 3)), (b, 1)])

    a, b = _between(rng, 4, 7), _between(rng, 4, 7)
    yield Case("stride after", layers=[(a, 1), (b, _between(rng, 2, 3))])

    k = _between(rng, 3, 5)
    yield Case("layers of one pixel", layers=[(1, 2), (k, 2), (1, 1), (k + 1, 3), (1, 1)])
    yield Case("no layers", layers=[])


CHECKS = (
    Check(
        conv_output_size,
        cases=conv_output_size_cases,
        returns=("size:",),
        formula=(
            r"\begin{aligned}"
            r" \text{extent} &= \text{dilation} \cdot (k - 1) + 1 \\"
            r" \text{size} &= \begin{cases} \left\lfloor \frac{n + 2 \, \text{pad}"
            r" - \text{extent}}{\text{stride}} \right\rfloor + 1 & \text{if extent} \leq n"
            r" + 2 \, \text{pad} \\"
            r" 0 & \text{else} \end{cases}"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                conv_output_size__one_missing,
                id="one-missing",
                hint="The first position counts as well.",
                also=(conv_output_size__one_missing_unguarded,),
            ),
            Wrong(
                conv_output_size__ceil,
                id="ceil",
                tags=("edge",),
                hint="A window that does not fit is dropped.",
                also=(
                    conv_output_size__ceil_unguarded,
                    conv_output_size__ceil_clipped,
                ),
            ),
            Wrong(
                conv_output_size__single_pad,
                id="single-pad",
                tags=("edge",),
                hint="Padding is on both sides.",
                also=(conv_output_size__single_pad_unguarded,),
            ),
            Wrong(
                conv_output_size__dilation_ignored,
                id="dilation-ignored",
                tags=("edge",),
                hint="A dilated kernel covers dilation·(k-1)+1 pixels.",
                also=(conv_output_size__dilation_ignored_unguarded,),
            ),
            Wrong(
                conv_output_size__float,
                id="float",
                tags=("edge",),
                hint="A size is a whole number.",
                also=(
                    conv_output_size__float_unguarded,
                    conv_output_size__float_clipped,
                ),
            ),
            Wrong(
                conv_output_size__negative_size,
                id="negative-size",
                tags=("edge",),
                hint="No position fits: size 0.",
                also=(
                    conv_output_size__negative_size_truncated,
                    conv_output_size__negative_size_truncated_and_clipped,
                    conv_output_size__negative_size_truncated_sum,
                ),
            ),
        ),
        alternates=(conv_output_size_starts, conv_output_size_slides, conv_output_size_clipped),
        hints=(
            "How many pixels does the window cover, and how many are there with padding on both sides?",
            "Put the window at the left end. How much room is left, and how many strides fit into it?",
            "What should come out when the window does not even fit once?",
        ),
    ),
    Check(
        same_padding,
        cases=same_padding_cases,
        returns=("left:", "right:"),
        formula=(
            r"\begin{aligned}"
            r" \text{left} + \text{right} &= \text{dilation} \cdot (k - 1) \\"
            r" \text{left} &= \left\lfloor \frac{\text{left} + \text{right}}{2} \right\rfloor"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                same_padding__symmetric_large,
                id="symmetric-large",
                tags=("edge",),
                hint="The two sides add up to dilation·(k-1).",
                also=(
                    same_padding__symmetric_large_undilated,
                    same_padding__symmetric_large_dilated_half,
                ),
            ),
            Wrong(
                same_padding__symmetric_small,
                id="symmetric-small",
                tags=("edge",),
                hint="An even kernel needs uneven padding.",
                also=(
                    same_padding__symmetric_small_undilated,
                    same_padding__symmetric_small_dilated_half,
                ),
            ),
            Wrong(
                same_padding__larger_left,
                id="larger-left",
                tags=("edge",),
                hint="The extra pixel goes to the right.",
            ),
            Wrong(
                same_padding__dilation_ignored,
                id="dilation-ignored",
                tags=("edge",),
                hint="Dilation stretches the kernel.",
            ),
        ),
        alternates=(same_padding_upper, same_padding_turns),
        hints=(
            "By how much does an unpadded convolution with stride 1 shrink its input?",
            "Split that total in two; when it is odd, which side gets the smaller part?",
        ),
    ),
    Check(
        pad_images,
        cases=pad_images_cases,
        returns=("out: N C H+2p W+2p",),
        formula=(
            r"\begin{aligned}"
            r" & \text{out}[n, c, i + \text{pad}, j + \text{pad}] = x[n, c, i, j] \text{,} \\"
            r" & \text{every other entry is value}"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(pad_images__all_axes, id="all-axes", hint="Only height and width grow."),
            Wrong(pad_images__one_sided, id="one-sided", hint="Both sides get the border."),
            Wrong(pad_images__value_ignored, id="value-ignored", hint="Use the given value."),
            Wrong(
                pad_images__reflected,
                id="reflected",
                hint="The border is constant.",
                also=(pad_images__reflected_with_the_edge,),
            ),
        ),
        alternates=(pad_images_numpy, pad_images_borders),
        hints=(
            "Which of the four axes get longer, and by how much?",
            "Start from an array of the final size that holds the border's value everywhere; where does x go?",
        ),
    ),
    Check(
        conv_param_count,
        cases=conv_param_count_cases,
        returns=("count:",),
        formula=(
            r"\text{count} = F \cdot \frac{C}{\text{groups}} \cdot \text{kh} \cdot"
            r" \text{kw} + \begin{cases} F & \text{if bias} \\"
            r" 0 & \text{else} \end{cases}"
        ),
        wrong=(
            Wrong(
                conv_param_count__channels_forgotten,
                id="channels-forgotten",
                hint="Each filter spans all its input channels.",
            ),
            Wrong(
                conv_param_count__groups_ignored,
                id="groups-ignored",
                tags=("edge",),
                hint="A grouped filter sees C/groups channels.",
            ),
            Wrong(
                conv_param_count__bias_per_weight_map,
                id="bias-per-weight-map",
                hint="One bias per filter.",
                also=(conv_param_count__bias_per_weight_map_in_groups,),
            ),
            Wrong(
                conv_param_count__bias_always,
                id="bias-always",
                tags=("edge",),
                hint="Respect the bias flag.",
            ),
        ),
        alternates=(conv_param_count_per_filter, conv_param_count_per_group),
        hints=(
            "How many numbers are in one filter? It is a small block: channels, height, width.",
            "With groups the channels are shared out; how many does one filter still see?",
            "The count is a whole number: which division keeps it one?",
        ),
    ),
    Check(
        receptive_field,
        cases=receptive_field_cases,
        returns=("size:",),
        formula=(
            r"\begin{aligned}"
            r" & r = 1 \qquad j = 1 \\"
            r" & \text{for } (k, s) \text{ in layers, from input to output:} \\"
            r" & \quad r \leftarrow r + (k - 1) \, j \\"
            r" & \quad j \leftarrow j \, s"
            r" \end{aligned}"
        ),
        wrong=(
            Wrong(
                receptive_field__strides_ignored,
                id="strides-ignored",
                hint="After striding, one step is several input pixels.",
            ),
            Wrong(
                receptive_field__stride_early,
                id="stride-early",
                hint="A layer's stride affects only the layers after it.",
            ),
            Wrong(
                receptive_field__kernel_sum,
                id="kernel-sum",
                hint="Each layer adds k-1, not k.",
                also=(
                    receptive_field__kernel_sum_from_one,
                    receptive_field__kernel_sum_strided,
                ),
            ),
            Wrong(receptive_field__product, id="product", hint="Fields grow by addition."),
        ),
        alternates=(receptive_field_backwards, receptive_field_closed),
        hints=(
            "What is the receptive field of one pixel of the input itself?",
            "Keep two numbers: the field so far, and how many input pixels one step of the current layer is.",
            "In which order do a layer's kernel and its stride take effect?",
        ),
    ),
)
