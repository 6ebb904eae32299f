"""References, wrong functions and cases for augmenting images."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from grader.spec import Array, Case, Check, Property, Wrong

TITLE = "Augmenting images"
NEEDS = (2, 7)


def _images(rng: np.random.Generator, *shape: int) -> Array:
    """Values within (0, 1), of another brightness in each image, so that means differ."""
    light = rng.permutation(np.linspace(0.45, 1.0, shape[0]))
    return rng.uniform(0.1, 0.95, shape) * light.reshape(-1, 1, 1, 1)


# Flips and quarter turns


def hflip(x: Array, flags: Array) -> Array:
    out = x.copy()
    out[flags] = x[flags, :, :, ::-1]
    return out


def hflip_where(x: Array, flags: Array) -> Array:
    return np.where(flags[:, None, None, None], np.flip(x, axis=3), x)


def hflip_loop(x: Array, flags: Array) -> Array:
    out = np.empty_like(x)
    width = x.shape[3]
    for n in range(len(x)):
        for j in range(width):
            out[n, :, :, j] = x[n, :, :, width - 1 - j if flags[n] else j]
    return out


def hflip__vertical(x: Array, flags: Array) -> Array:
    """Mirrors the height axis."""
    out = x.copy()
    out[flags] = x[flags, :, ::-1, :]
    return out


def hflip__all_examples(x: Array, flags: Array) -> Array:
    """Mirrors every example and ignores the flags."""
    return x[:, :, :, ::-1]


def hflip__channels(x: Array, flags: Array) -> Array:
    """Reverses the order of the channels."""
    out = x.copy()
    out[flags] = x[flags, ::-1]
    return out


def hflip__half_turn(x: Array, flags: Array) -> Array:
    """Reverses both image axes."""
    out = x.copy()
    out[flags] = x[flags, :, ::-1, ::-1]
    return out


def hflip_cases(rng: np.random.Generator) -> Iterator[Case]:
    def flags(n: int, true: int) -> Array:
        return rng.permutation(np.arange(n) < true)

    yield Case("some flagged, odd width", x=_images(rng, 4, 3, 2, 5), flags=flags(4, 2))
    yield Case("some flagged, even width", x=_images(rng, 3, 2, 5, 4), flags=flags(3, 1))
    yield Case("as many rows as columns and channels", x=_images(rng, 4, 3, 3, 3), flags=flags(4, 3))
    yield Case("none flagged", x=_images(rng, 3, 2, 3, 4), flags=flags(3, 0))
    yield Case("all flagged", x=_images(rng, 2, 3, 4, 3), flags=flags(2, 2))
    yield Case("one image", x=_images(rng, 1, 2, 3, 6), flags=flags(1, 1))


def rotate90(x: Array, k: int) -> Array:
    return np.rot90(x, k, axes=(2, 3))


def rotate90_transpose_flip(x: Array, k: int) -> Array:
    for _ in range(k % 4):
        x = x.transpose(0, 1, 3, 2)[:, :, ::-1, :]  # (N, C, H, W) -> (N, C, W, H)
    return x.copy()


def rotate90_loop(x: Array, k: int) -> Array:
    n, c, height, width = x.shape
    turns = k % 4
    out = np.empty((n, c, width, height) if turns % 2 else x.shape, dtype=x.dtype)
    for i, j in np.ndindex(out.shape[2:]):
        source = ((i, j), (j, width - 1 - i), (height - 1 - i, width - 1 - j), (height - 1 - j, i))[turns]
        out[:, :, i, j] = x[:, :, source[0], source[1]]
    return out


def rotate90__clockwise(x: Array, k: int) -> Array:
    """Turns the other way."""
    return np.rot90(x, -k, axes=(2, 3))


def rotate90__wrong_axes(x: Array, k: int) -> Array:
    """Rotates the channel and height axes."""
    return np.rot90(x, k, axes=(1, 2))


def rotate90__wrong_axes_default(x: Array, k: int) -> Array:
    """Rotates the first two axes, examples and channels, as np.rot90 does by default."""
    return np.rot90(x, k)


def rotate90__transpose(x: Array, k: int) -> Array:
    """Only swaps the two image axes at each turn, which mirrors the image."""
    for _ in range(k % 4):
        x = x.swapaxes(2, 3)
    return x


def rotate90__transpose_always(x: Array, k: int) -> Array:
    """Swaps the two image axes once, whatever the number of turns."""
    return x.swapaxes(2, 3)


def rotate90__transpose_if_turned(x: Array, k: int) -> Array:
    """Swaps the two image axes once for any number of turns but 0."""
    return x.swapaxes(2, 3) if k % 4 else x


def rotate90__k_limited(x: Array, k: int) -> Array:
    """Handles k = 0 to 3 only and returns the image unchanged otherwise."""
    if k == 1:
        return x.swapaxes(2, 3)[:, :, ::-1, :]
    if k == 2:
        return x[:, :, ::-1, ::-1]
    if k == 3:
        return x.swapaxes(2, 3)[:, :, :, ::-1]
    return x


def rotate90__k_limited_below(x: Array, k: int) -> Array:
    """Turns k times in a loop, so negative k leave the image unchanged."""
    for _ in range(k):
        x = x.swapaxes(2, 3)[:, :, ::-1, :]
    return x


def rotate90_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("one turn", x=_images(rng, 2, 3, 4, 5), k=1)
    yield Case("two turns", x=_images(rng, 2, 1, 5, 3), k=2)
    yield Case("three turns", x=_images(rng, 1, 2, 3, 5), k=3)
    yield Case("one turn, as many rows as columns and channels", x=_images(rng, 2, 3, 3, 3), k=1)
    yield Case("one image, three turns", x=_images(rng, 1, 2, 4, 4), k=3)
    yield Case("no turn", x=_images(rng, 2, 3, 2, 4), k=0)
    yield Case("a turn back", x=_images(rng, 2, 3, 4, 2), k=-1)
    yield Case("more turns than a full one", x=_images(rng, 2, 1, 2, 5), k=int(rng.choice([5, 9])))
    yield Case("many turns back", x=_images(rng, 2, 2, 3, 4), k=int(rng.choice([-6, -10])))


# Rotation by any angle


def _sources(height: int, width: int, degrees: float) -> tuple[Array, Array]:
    """Row and column that each output pixel came from, before rounding."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    cy, cx = (height - 1) / 2, (width - 1) / 2
    dy, dx = np.arange(height)[:, None] - cy, np.arange(width)[None, :] - cx
    return cy + sine * dx + cosine * dy, cx + cosine * dx - sine * dy


def _looked_up(x: Array, rows: Array, cols: Array) -> Array:
    """The nearest pixels of x at these places, 0 outside the image."""
    rows, cols = np.floor(rows + 0.5).astype(int), np.floor(cols + 0.5).astype(int)
    height, width = x.shape[2:]
    inside = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
    return np.where(inside, x[:, :, rows.clip(0, height - 1), cols.clip(0, width - 1)], 0.0)


def rotate_nearest(x: Array, degrees: float) -> Array:
    return _looked_up(x, *_sources(x.shape[2], x.shape[3], degrees))


def rotate_nearest_loop(x: Array, degrees: float) -> Array:
    height, width = x.shape[2:]
    angle = math.radians(degrees)
    out = np.zeros_like(x)
    for i in range(height):
        for j in range(width):
            right, down = j - (width - 1) / 2, i - (height - 1) / 2
            row = math.floor((height - 1) / 2 + math.sin(angle) * right + math.cos(angle) * down + 0.5)
            col = math.floor((width - 1) / 2 + math.cos(angle) * right - math.sin(angle) * down + 0.5)
            if 0 <= row < height and 0 <= col < width:
                out[:, :, i, j] = x[:, :, row, col]
    return out


def rotate_nearest_complex(x: Array, degrees: float) -> Array:
    """Places are complex numbers with the imaginary axis upwards; turning back is one multiplication."""
    height, width = x.shape[2:]
    i, j = np.indices((height, width))
    place = (j - (width - 1) / 2) - 1j * (i - (height - 1) / 2)
    place = place * np.exp(-1j * np.pi * degrees / 180.0)
    rows = np.floor((height - 1) / 2 - place.imag + 0.5).astype(int) + 1  # 1 for the border of zeros
    cols = np.floor((width - 1) / 2 + place.real + 0.5).astype(int) + 1
    bordered = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return bordered[:, :, np.clip(rows, 0, height + 1), np.clip(cols, 0, width + 1)]


def rotate_nearest__radians(x: Array, degrees: float) -> Array:
    """Passes the degrees to sine and cosine as if they were radians."""
    return _looked_up(x, *_sources(x.shape[2], x.shape[3], float(np.rad2deg(degrees))))


def rotate_nearest__clockwise(x: Array, degrees: float) -> Array:
    """Turns the other way."""
    return _looked_up(x, *_sources(x.shape[2], x.shape[3], -degrees))


def rotate_nearest__corner(x: Array, degrees: float) -> Array:
    """Rotates about pixel (0, 0)."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    i, j = np.indices(x.shape[2:])
    return _looked_up(x, sine * j + cosine * i, cosine * j - sine * i)


def rotate_nearest__half_pixel(x: Array, degrees: float) -> Array:
    """Uses H/2 and W/2 as the centre, which shifts the image by half a pixel."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    cy, cx = x.shape[2] / 2, x.shape[3] / 2
    i, j = np.indices(x.shape[2:])
    dy, dx = i - cy, j - cx
    return _looked_up(x, cy + sine * dx + cosine * dy, cx + cosine * dx - sine * dy)


def rotate_nearest__half_pixel_floored(x: Array, degrees: float) -> Array:
    """Uses the whole numbers H // 2 and W // 2 as the centre, half a pixel off in even sizes."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    cy, cx = x.shape[2] // 2, x.shape[3] // 2
    i, j = np.indices(x.shape[2:])
    dy, dx = i - cy, j - cx
    return _looked_up(x, cy + sine * dx + cosine * dy, cx + cosine * dx - sine * dy)


def rotate_nearest__edge_smear(x: Array, degrees: float) -> Array:
    """Repeats the border pixels outside the image."""
    height, width = x.shape[2:]
    rows, cols = _sources(height, width, degrees)
    rows, cols = np.floor(rows + 0.5).astype(int), np.floor(cols + 0.5).astype(int)
    return x[:, :, np.clip(rows, 0, height - 1), np.clip(cols, 0, width - 1)]


def rotate_nearest__edge_smear_wrapped(x: Array, degrees: float) -> Array:
    """Continues with the opposite side outside the image."""
    height, width = x.shape[2:]
    rows, cols = _sources(height, width, degrees)
    rows, cols = np.floor(rows + 0.5).astype(int), np.floor(cols + 0.5).astype(int)
    return x[:, :, rows % height, cols % width]


def rotate_nearest_cases(rng: np.random.Generator) -> Iterator[Case]:
    def angle(height: int, width: int, low: float, high: float) -> float:
        while True:  # no place within 5e-3 of the middle between two pixels
            degrees = float(rng.uniform(low, high))
            places = np.concatenate([place.ravel() for place in _sources(height, width, degrees)])
            if np.abs(places - np.floor(places) - 0.5).min() > 5e-3:
                return degrees

    yield Case("30 degrees, even sizes", x=_images(rng, 2, 3, 4, 6), degrees=30.0)
    yield Case("a small angle, odd sizes", x=_images(rng, 2, 1, 5, 7), degrees=angle(5, 7, 15.0, 28.0))
    yield Case("a small angle the other way", x=_images(rng, 1, 2, 6, 5), degrees=angle(6, 5, -40.0, -20.0))
    yield Case("beyond a right angle, square", x=_images(rng, 2, 2, 4, 4), degrees=angle(4, 4, 110.0, 160.0))
    yield Case("one image", x=_images(rng, 1, 2, 3, 5), degrees=angle(3, 5, 200.0, 250.0))
    yield Case("0 degrees", x=_images(rng, 2, 2, 3, 4), degrees=0.0)
    yield Case("90 degrees, square and odd", x=_images(rng, 1, 2, 5, 5), degrees=90.0)
    yield Case("90 degrees, square and even", x=_images(rng, 2, 2, 4, 4), degrees=90.0)
    yield Case("90 degrees, wider than high", x=_images(rng, 2, 1, 3, 5), degrees=90.0)
    yield Case("180 degrees", x=_images(rng, 2, 1, 4, 5), degrees=180.0)
    yield Case("360 degrees", x=_images(rng, 2, 3, 3, 2), degrees=360.0)


# Crops


def pad_and_crop(x: Array, pad: int, top: int, left: int) -> Array:
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop_canvas(x: Array, pad: int, top: int, left: int) -> Array:
    n, c, height, width = x.shape
    canvas = np.zeros((n, c, height + 2 * pad, width + 2 * pad), dtype=x.dtype)
    canvas[:, :, pad : pad + height, pad : pad + width] = x
    return canvas[:, :, np.arange(height) + top][:, :, :, np.arange(width) + left]


def pad_and_crop_loop(x: Array, pad: int, top: int, left: int) -> Array:
    height, width = x.shape[2:]
    out = np.zeros_like(x)
    for i in range(height):
        for j in range(width):
            row, col = top + i - pad, left + j - pad
            if 0 <= row < height and 0 <= col < width:
                out[:, :, i, j] = x[:, :, row, col]
    return out


def pad_and_crop__unpadded_coordinates(x: Array, pad: int, top: int, left: int) -> Array:
    """Treats (top, left) as an offset in the image before padding."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    top, left = pad + top, pad + left
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop__unpadded_coordinates_zeros(x: Array, pad: int, top: int, left: int) -> Array:
    """Cuts at (top, left) of the image before padding and fills up with zeros behind it."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop__unpadded_coordinates_cut(x: Array, pad: int, top: int, left: int) -> Array:
    """Cuts at (top, left) of the image without padding it, so the window gets smaller."""
    height, width = x.shape[2:]
    return x[:, :, top : top + height, left : left + width]


def pad_and_crop__swapped(x: Array, pad: int, top: int, left: int) -> Array:
    """Exchanges top and left."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return padded[:, :, left : left + height, top : top + width]


def pad_and_crop__edge_padding(x: Array, pad: int, top: int, left: int) -> Array:
    """Repeats the border of the image instead of padding with zeros."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop__edge_padding_mirrored(x: Array, pad: int, top: int, left: int) -> Array:
    """Mirrors the image at its border instead of padding with zeros."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="reflect")
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop__edge_padding_symmetric(x: Array, pad: int, top: int, left: int) -> Array:
    """Mirrors the image, its border pixels repeated, instead of padding with zeros."""
    height, width = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="symmetric")
    return padded[:, :, top : top + height, left : left + width]


def pad_and_crop__not_cropped(x: Array, pad: int, top: int, left: int) -> Array:
    """Returns the whole padded image."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def pad_and_crop__not_cropped_behind(x: Array, pad: int, top: int, left: int) -> Array:
    """Cuts off what is above and to the left of the corner, but nothing behind the window."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, top:, left:]


def pad_and_crop_cases(rng: np.random.Generator) -> Iterator[Case]:
    yield Case("up and to the right", x=_images(rng, 2, 3, 4, 5), pad=2, top=3, left=1)
    yield Case("down and to the left", x=_images(rng, 2, 1, 5, 4), pad=3, top=1, left=5)
    yield Case("as many rows as columns and channels", x=_images(rng, 2, 3, 3, 3), pad=1, top=0, left=1)
    yield Case("one image", x=_images(rng, 1, 2, 3, 6), pad=2, top=1, left=0)
    yield Case("the first corner", x=_images(rng, 2, 2, 4, 3), pad=2, top=0, left=0)
    yield Case("the last corner", x=_images(rng, 2, 2, 3, 4), pad=2, top=4, left=4)
    yield Case("the corner in between", x=_images(rng, 2, 1, 4, 4), pad=1, top=0, left=2)
    yield Case("a border wider than the image", x=_images(rng, 1, 2, 2, 3), pad=3, top=2, left=4)
    yield Case("a corner beyond the image", x=_images(rng, 1, 2, 2, 3), pad=4, top=8, left=8)
    yield Case("(pad, pad) is the identity", x=_images(rng, 2, 1, 2, 4), pad=2, top=2, left=2)
    yield Case("no border", x=_images(rng, 2, 1, 3, 4), pad=0, top=0, left=0)


# Colour


def color_jitter(x: Array, brightness: float, contrast: float) -> Array:
    y = brightness * x
    mean = y.mean(axis=(1, 2, 3), keepdims=True)  # (N, C, H, W) -> (N, 1, 1, 1)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter_blend(x: Array, brightness: float, contrast: float) -> Array:
    flat = brightness * x.reshape(len(x), -1)
    mean = flat.sum(axis=1) / flat.shape[1]
    blended = contrast * flat + ((1.0 - contrast) * mean)[:, None]
    return np.minimum(np.maximum(blended, 0.0), 1.0).reshape(x.shape)


def color_jitter_loop(x: Array, brightness: float, contrast: float) -> Array:
    out = np.empty_like(x)
    for n, image in enumerate(x):
        mean = brightness * math.fsum(float(value) for value in image.ravel()) / image.size
        stretched = (brightness * image - mean) * contrast + mean
        stretched[stretched < 0.0] = 0.0
        stretched[stretched > 1.0] = 1.0
        out[n] = stretched
    return out


def color_jitter__not_clipped(x: Array, brightness: float, contrast: float) -> Array:
    """Lets values leave [0, 1]."""
    y = brightness * x
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return (y - mean) * contrast + mean


def color_jitter__not_clipped_after_contrast(x: Array, brightness: float, contrast: float) -> Array:
    """Clips after the brightness and lets the contrast leave [0, 1]."""
    y = np.clip(brightness * x, 0.0, 1.0)
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return (y - mean) * contrast + mean


def color_jitter__not_clipped_below(x: Array, brightness: float, contrast: float) -> Array:
    """Clips at 1 but lets values fall below 0."""
    y = brightness * x
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return np.minimum((y - mean) * contrast + mean, 1.0)


def color_jitter__about_half(x: Array, brightness: float, contrast: float) -> Array:
    """Stretches the contrast about 0.5."""
    return np.clip((brightness * x - 0.5) * contrast + 0.5, 0.0, 1.0)


def color_jitter__batch_mean(x: Array, brightness: float, contrast: float) -> Array:
    """Uses one mean for the whole batch."""
    y = brightness * x
    return np.clip((y - y.mean()) * contrast + y.mean(), 0.0, 1.0)


def color_jitter__mean_before_brightness(x: Array, brightness: float, contrast: float) -> Array:
    """Takes the mean before the brightness is changed."""
    mean = x.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip((brightness * x - mean) * contrast + mean, 0.0, 1.0)


def color_jitter__additive(x: Array, brightness: float, contrast: float) -> Array:
    """Adds the brightness instead of multiplying by it."""
    y = x + brightness
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter__additive_from_one(x: Array, brightness: float, contrast: float) -> Array:
    """Adds brightness - 1 instead of multiplying by the brightness."""
    y = x + (brightness - 1.0)
    mean = y.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter__per_channel(x: Array, brightness: float, contrast: float) -> Array:
    """Uses a mean of its own for each channel."""
    y = brightness * x
    mean = y.mean(axis=(2, 3), keepdims=True)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter__per_channel_of_batch(x: Array, brightness: float, contrast: float) -> Array:
    """Uses one mean for each channel of the whole batch."""
    y = brightness * x
    mean = y.mean(axis=(0, 2, 3), keepdims=True)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter__per_channel_at_each_pixel(x: Array, brightness: float, contrast: float) -> Array:
    """Uses the mean over the channels, one for each pixel."""
    y = brightness * x
    mean = y.mean(axis=1, keepdims=True)
    return np.clip((y - mean) * contrast + mean, 0.0, 1.0)


def color_jitter_cases(rng: np.random.Generator) -> Iterator[Case]:
    def tinted(*shape: int) -> Array:
        """Images whose channels have different means too."""
        tint = rng.permutation(np.linspace(0.5, 1.0, shape[1]))
        return _images(rng, *shape) * tint.reshape(1, -1, 1, 1)

    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    yield Case("darker and softer", x=tinted(3, 2, 4, 5), brightness=size(0.6, 0.8), contrast=size(0.4, 0.7))
    bright = tinted(3, 2, 2, 5)
    bright[:, :, 1, 2] = rng.uniform(0.85, 0.99, (3, 2))  # clipping before the mean would change every image's mean
    yield Case(
        "brighter and harder: values leave [0, 1]",
        x=bright,
        brightness=size(1.4, 1.7),
        contrast=size(1.8, 2.4),
    )
    yield Case(
        "as many rows as columns and channels", x=tinted(2, 3, 3, 3), brightness=size(0.8, 0.9), contrast=size(1.2, 1.5)
    )
    yield Case("one image", x=tinted(1, 3, 2, 4), brightness=size(1.1, 1.3), contrast=size(0.6, 0.8))
    yield Case("one channel", x=tinted(3, 1, 3, 4), brightness=size(0.7, 0.9), contrast=size(1.3, 1.6))
    yield Case("neither changes", x=tinted(2, 2, 3, 4), brightness=1.0, contrast=1.0)
    yield Case("no contrast: flat images", x=tinted(2, 2, 2, 3), brightness=size(0.7, 0.9), contrast=0.0)
    yield Case("no brightness: black images", x=tinted(2, 3, 2, 3), brightness=0.0, contrast=size(1.2, 1.6))


# Erasing and blending


def random_erase(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    out = x.copy()
    out[:, :, max(top, 0) : max(top + h, 0), max(left, 0) : max(left + w, 0)] = value
    return out


def random_erase_mask(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    i, j = np.indices(x.shape[2:])
    inside = (i >= top) & (i < top + h) & (j >= left) & (j < left + w)
    return np.where(inside, value, x)


def random_erase_loop(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    out = np.array(x)
    for i in range(top, top + h):
        for j in range(left, left + w):
            if 0 <= i < x.shape[2] and 0 <= j < x.shape[3]:
                out[:, :, i, j] = value
    return out


def random_erase__end_coordinates(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Reads (h, w) as the lower right corner."""
    out = x.copy()
    out[:, :, max(top, 0) : h, max(left, 0) : w] = value
    return out


def random_erase__end_coordinates_unguarded(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Reads (h, w) as the lower right corner, and a negative corner as counted from the end."""
    out = x.copy()
    out[:, :, top:h, left:w] = value
    return out


def random_erase__end_coordinates_included(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Reads (h, w) as the last pixel of the rectangle, and a negative corner as counted from the end."""
    out = x.copy()
    out[:, :, top : h + 1, left : w + 1] = value
    return out


def random_erase__swapped(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Exchanges height and width of the rectangle."""
    out = x.copy()
    out[:, :, max(top, 0) : max(top + w, 0), max(left, 0) : max(left + h, 0)] = value
    return out


def random_erase__swapped_unguarded(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Exchanges height and width of the rectangle, and counts a negative corner from the end."""
    out = x.copy()
    out[:, :, top : top + w, left : left + h] = value
    return out


def random_erase__swapped_axes(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Takes left and w for the rows, top and h for the columns, and counts a negative corner from the end."""
    out = x.copy()
    out[:, :, left : left + w, top : top + h] = value
    return out


def random_erase__complement(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases everything except the rectangle."""
    out = np.full_like(x, value)
    part = (slice(None), slice(None), slice(max(top, 0), max(top + h, 0)), slice(max(left, 0), max(left + w, 0)))
    out[part] = x[part]
    return out


def random_erase__complement_unguarded(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases everything except the rectangle, and counts a negative corner from the end."""
    out = np.full_like(x, value)
    out[:, :, top : top + h, left : left + w] = x[:, :, top : top + h, left : left + w]
    return out


def random_erase__one_channel(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases the first channel only."""
    out = x.copy()
    out[:, 0, max(top, 0) : max(top + h, 0), max(left, 0) : max(left + w, 0)] = value
    return out


def random_erase__one_channel_unguarded(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases the first channel only, and counts a negative corner from the end."""
    out = x.copy()
    out[:, 0, top : top + h, left : left + w] = value
    return out


def random_erase__in_place(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases in the caller's array."""
    x[:, :, max(top, 0) : max(top + h, 0), max(left, 0) : max(left + w, 0)] = value
    return x


def random_erase__in_place_unguarded(x: Array, top: int, left: int, h: int, w: int, value: float = 0.0) -> Array:
    """Erases in the caller's array, and counts a negative corner from the end."""
    x[:, :, top : top + h, left : left + w] = value
    return x


def random_erase_cases(rng: np.random.Generator) -> Iterator[Case]:
    def grey() -> float:
        return float(rng.uniform(0.3, 0.7))

    yield Case("a rectangle inside", x=_images(rng, 2, 3, 4, 5), top=1, left=2, h=2, w=3)
    yield Case("filled with grey", x=_images(rng, 2, 1, 6, 4), top=2, left=0, h=3, w=2, value=grey())
    yield Case(
        "as many rows as columns and channels", x=_images(rng, 2, 3, 3, 3), top=0, left=1, h=1, w=2, value=grey()
    )
    yield Case("one image, one channel", x=_images(rng, 1, 1, 4, 5), top=1, left=1, h=3, w=2)
    yield Case("over the lower and right border", x=_images(rng, 2, 1, 4, 5), top=3, left=3, h=4, w=5, value=grey())
    yield Case("over the upper and left border", x=_images(rng, 1, 2, 5, 4), top=-2, left=-1, h=3, w=4, value=grey())
    yield Case("all of it above the image", x=_images(rng, 2, 1, 3, 5), top=-4, left=1, h=2, w=3, value=grey())
    yield Case("all of it left of the image", x=_images(rng, 1, 2, 4, 3), top=1, left=-5, h=2, w=3, value=grey())
    yield Case("no height", x=_images(rng, 2, 1, 3, 4), top=1, left=1, h=0, w=2, value=grey())
    yield Case("everything", x=_images(rng, 2, 2, 3, 4), top=0, left=0, h=3, w=4, value=grey())


def mixup(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    return lam * x + (1.0 - lam) * x[perm], lam * y + (1.0 - lam) * y[perm]


def mixup_difference(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    return x[perm] + lam * (x - x[perm]), y[perm] + lam * (y - y[perm])


def mixup_matrix(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    blend = lam * np.eye(len(perm)) + (1.0 - lam) * np.eye(len(perm))[perm]
    return np.einsum("nm,mchw->nchw", blend, x), blend @ y


def mixup_loop(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    x_mix, y_mix = np.zeros_like(x), np.zeros_like(y)
    for n, partner in enumerate(perm):
        for mixed, source in ((x_mix, x), (y_mix, y)):
            mixed[n] += lam * source[n]
            mixed[n] += (1.0 - lam) * source[partner]
    return x_mix, y_mix


def mixup__labels_unmixed(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Mixes the images and keeps the labels."""
    return lam * x + (1.0 - lam) * x[perm], y


def mixup__lambda_swapped(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Uses 1 - lam for an example's own label and lam for that of its partner."""
    return lam * x + (1.0 - lam) * x[perm], (1.0 - lam) * y + lam * y[perm]


def mixup__lambda_swapped_in_images(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Uses 1 - lam for an example's own image and lam for that of its partner."""
    return (1.0 - lam) * x + lam * x[perm], lam * y + (1.0 - lam) * y[perm]


def mixup__lambda_swapped_in_both(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Uses 1 - lam for an example's own image and label and lam for those of its partner."""
    return (1.0 - lam) * x + lam * x[perm], (1.0 - lam) * y + lam * y[perm]


def mixup__self_mix(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Mixes each image with itself, and the labels as asked."""
    return lam * x + (1.0 - lam) * x, lam * y + (1.0 - lam) * y[perm]


def mixup__self_mix_of_both(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Mixes each image and each label with itself."""
    return lam * x + (1.0 - lam) * x, lam * y + (1.0 - lam) * y


def mixup__label_partner_only(x: Array, y: Array, perm: Array, lam: float) -> tuple[Array, Array]:
    """Mixes the images and takes the partner's label completely."""
    return lam * x + (1.0 - lam) * x[perm], y[perm]


def mixup_cases(rng: np.random.Generator) -> Iterator[Case]:
    def data(n: int, classes: int, *image: int) -> dict[str, Array]:
        weights = rng.uniform(0.05, 1.0, (n, classes)) ** 2
        while True:  # nobody is mixed with itself, where there is another
            perm = rng.permutation(n)
            if n == 1 or (perm != np.arange(n)).all():
                return {"x": _images(rng, n, *image), "y": weights / weights.sum(axis=1, keepdims=True), "perm": perm}

    def size(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    yield Case("mostly the image itself", lam=size(0.65, 0.85), bind=data(5, 4, 2, 3, 2))
    yield Case("mostly the partner", lam=size(0.15, 0.35), bind=data(4, 3, 1, 2, 5))
    yield Case("as many examples as classes and rows", lam=size(0.55, 0.7), bind=data(3, 3, 2, 3, 2))
    yield Case("one example", lam=size(0.3, 0.45), bind=data(1, 4, 2, 3, 2))
    yield Case("lam = 1 keeps everything", lam=1.0, bind=data(3, 4, 2, 2, 3))
    yield Case("lam = 0 takes the partner", lam=0.0, bind=data(4, 2, 1, 3, 2))
    own = {**data(4, 3, 2, 2, 2), "perm": np.arange(4)}
    yield Case("everyone is their own partner", lam=size(0.2, 0.4), bind=own)


CHECKS = (
    Check(
        hflip,
        cases=hflip_cases,
        returns=("out: N C H W",),
        formula=(
            r"\text{out}[n, c, i, j] = \begin{cases} x[n, c, i, W - 1 - j]"
            r" & \text{where flags}[n] \\"
            r" x[n, c, i, j] & \text{elsewhere} \end{cases}"
        ),
        args={"x": "N C H W", "flags": "N"},
        wrong=(
            Wrong(hflip__vertical, id="vertical", hint="Left and right are exchanged: the last axis."),
            Wrong(hflip__all_examples, id="all-examples", hint="Only the flagged examples are flipped."),
            Wrong(hflip__channels, id="channels", hint="Colours stay where they are."),
            Wrong(hflip__half_turn, id="half-turn", hint="That is a rotation by 180 degrees."),
        ),
        alternates=(hflip_where, hflip_loop),
        hints=(
            "Which of the four axes runs from left to right?",
            "A slice with a negative step reverses an axis. How do you apply it to the flagged examples only?",
        ),
    ),
    Check(
        rotate90,
        cases=rotate90_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{one turn:} \quad \text{out}[n, c, i, j] = x[n, c, j, W - 1 - i] \\"
            r" & i = 0, \ldots, W - 1 \qquad j = 0, \ldots, H - 1"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(rotate90__clockwise, id="clockwise", hint="Positive angles go counter-clockwise."),
            Wrong(
                rotate90__wrong_axes,
                id="wrong-axes",
                hint="The image axes are the last two.",
                also=(rotate90__wrong_axes_default,),
            ),
            Wrong(
                rotate90__transpose,
                id="transpose",
                hint="A rotation is a transpose followed by a flip.",
                also=(
                    rotate90__transpose_always,
                    rotate90__transpose_if_turned,
                ),
            ),
            Wrong(
                rotate90__k_limited,
                id="k-limited",
                hint="Four quarter turns are the identity: reduce k modulo 4.",
                tags=("edge",),
                also=(rotate90__k_limited_below,),
            ),
        ),
        alternates=(rotate90_transpose_flip, rotate90_loop),
        hints=(
            "Turn a sheet of paper counter-clockwise: where does its upper right corner go?",
            "Which two of the four axes take part? What are k = 5 and k = -1 the same as?",
        ),
    ),
    Check(
        rotate_nearest,
        cases=rotate_nearest_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{place of output pixel } (i, j) \text{:} \\"
            r" & \quad \text{dy} = i - (H - 1) / 2 \qquad \text{dx} = j - (W - 1) / 2 \\"
            r" & \text{where it came from, } a \text{ in radians:} \\"
            r" & \quad \text{row} = (H - 1) / 2 + \sin(a) \, \text{dx} + \cos(a) \, \text{dy} \\"
            r" & \quad \text{col} = (W - 1) / 2 + \cos(a) \, \text{dx} - \sin(a) \, \text{dy} \\"
            r" & \text{out}[n, c, i, j] = x[n, c, \lfloor \text{row} + 1 / 2 \rfloor, \lfloor \text{col}"
            r" + 1 / 2 \rfloor] \text{,} \\"
            r" & \quad 0 \text{ outside the image}"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(rotate_nearest__radians, id="radians", hint="Convert degrees to radians."),
            Wrong(rotate_nearest__clockwise, id="clockwise", hint="Check with 90 degrees against rotate90."),
            Wrong(rotate_nearest__corner, id="corner", hint="Rotate about the centre."),
            Wrong(
                rotate_nearest__half_pixel,
                id="half-pixel",
                hint="The centre of pixels 0..H-1 is (H-1)/2.",
                also=(rotate_nearest__half_pixel_floored,),
            ),
            Wrong(
                rotate_nearest__edge_smear,
                id="edge-smear",
                hint="Outside the image there is nothing: fill with 0.",
                tags=("edge",),
                also=(rotate_nearest__edge_smear_wrapped,),
            ),
        ),
        alternates=(rotate_nearest_loop, rotate_nearest_complex),
        needs=(rotate90,),
        hints=(
            "Loop over the pixels of the output, not of the input: where did each of them come from?",
            "Measure from the centre, turn, and measure from the corner again. Which unit do sine and cosine expect?",
            "After rounding, is the place inside the image? What is written where it is not?",
        ),
    ),
    Check(
        pad_and_crop,
        cases=pad_and_crop_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" & \text{padded}[n, c, \text{pad} + i, \text{pad} + j] = x[n, c, i, j] \text{,} \\"
            r" & \quad \text{and } 0 \text{ in a border of width pad on every side} \\"
            r" & \text{out}[n, c, i, j] = \text{padded}[n, c, \text{top} + i, \text{left} + j] \\"
            r" & \quad i = 0, \ldots, H - 1 \qquad j = 0, \ldots, W - 1"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(
                pad_and_crop__unpadded_coordinates,
                id="unpadded-coordinates",
                hint="The corner is counted in the padded image.",
                also=(
                    pad_and_crop__unpadded_coordinates_zeros,
                    pad_and_crop__unpadded_coordinates_cut,
                ),
            ),
            Wrong(pad_and_crop__swapped, id="swapped", hint="Rows first, columns second."),
            Wrong(
                pad_and_crop__edge_padding,
                id="edge-padding",
                hint="Pad with zeros.",
                also=(
                    pad_and_crop__edge_padding_mirrored,
                    pad_and_crop__edge_padding_symmetric,
                ),
            ),
            Wrong(
                pad_and_crop__not_cropped,
                id="not-cropped",
                hint="The size of the image does not change.",
                also=(pad_and_crop__not_cropped_behind,),
            ),
        ),
        alternates=(pad_and_crop_canvas, pad_and_crop_loop),
        hints=(
            "How large is the padded image, and how large is the window that is cut out of it?",
            "Only two of the four axes are padded. Where in the padded image does pixel (0, 0) of x lie?",
        ),
    ),
    Check(
        color_jitter,
        cases=color_jitter_cases,
        returns=("out: N C H W",),
        formula=(
            r"\begin{aligned}"
            r" y &= \text{brightness} \cdot x \\"
            r" m_n &= \text{mean of } y \text{ over all values of image } n \\"
            r" \text{out} &= \operatorname{clip}((y - m) \cdot \text{contrast} + m, 0, 1)"
            r" \end{aligned}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(
                color_jitter__not_clipped,
                id="not-clipped",
                hint="Pixels stay in the valid range.",
                also=(
                    color_jitter__not_clipped_after_contrast,
                    color_jitter__not_clipped_below,
                ),
            ),
            Wrong(
                color_jitter__about_half,
                id="about-half",
                hint="Contrast is measured from the image's own mean.",
            ),
            Wrong(color_jitter__batch_mean, id="batch-mean", hint="Every image has its own mean."),
            Wrong(
                color_jitter__mean_before_brightness,
                id="mean-before-brightness",
                hint="The steps follow each other: the mean is of the brightened image.",
            ),
            Wrong(
                color_jitter__additive,
                id="additive",
                hint="Brightness multiplies.",
                also=(color_jitter__additive_from_one,),
            ),
            Wrong(
                color_jitter__per_channel,
                id="per-channel",
                hint="One mean per image.",
                also=(
                    color_jitter__per_channel_of_batch,
                    color_jitter__per_channel_at_each_pixel,
                ),
            ),
        ),
        alternates=(color_jitter_blend, color_jitter_loop),
        properties=(Property("within", output="out", low=0.0, high=1.0, text="All values stay in [0, 1]."),),
        hints=(
            "Three steps in a fixed order. Which of them needs a mean, and the mean of what?",
            "Over which axes do you average so that every image keeps one number? How does it broadcast back?",
        ),
    ),
    Check(
        random_erase,
        cases=random_erase_cases,
        returns=("out: N C H W",),
        formula=(
            r"\text{out}[n, c, i, j] = \begin{cases} \text{value}"
            r" & \text{where top} \leq i < \text{top} + h \\"
            r" & \text{and left} \leq j < \text{left} + w \\"
            r" x[n, c, i, j] & \text{elsewhere} \end{cases}"
        ),
        args={"x": "N C H W"},
        wrong=(
            Wrong(
                random_erase__end_coordinates,
                id="end-coordinates",
                hint="h and w are sizes.",
                also=(
                    random_erase__end_coordinates_unguarded,
                    random_erase__end_coordinates_included,
                ),
            ),
            Wrong(
                random_erase__swapped,
                id="swapped",
                hint="Rows are the height.",
                also=(
                    random_erase__swapped_unguarded,
                    random_erase__swapped_axes,
                ),
            ),
            Wrong(
                random_erase__complement,
                id="complement",
                hint="The rectangle is what disappears.",
                also=(random_erase__complement_unguarded,),
            ),
            Wrong(
                random_erase__one_channel,
                id="one-channel",
                hint="All channels are erased.",
                also=(random_erase__one_channel_unguarded,),
            ),
            Wrong(
                random_erase__in_place,
                id="in-place",
                hint="Work on a copy.",
                tags=("mutates",),
                also=(random_erase__in_place_unguarded,),
            ),
        ),
        alternates=(random_erase_mask, random_erase_loop),
        hints=(
            "Which rows and which columns does the rectangle cover? Where do they end?",
            "A slice that reaches past the end is cut off by NumPy. What does a negative start mean to it?",
        ),
    ),
    Check(
        mixup,
        cases=mixup_cases,
        returns=("x_mix: N C H W", "y_mix: N C"),
        formula=(
            r"\begin{aligned}"
            r" \text{x\_mix}_n &= \lambda \, x_n + (1 - \lambda) \, x_{\text{perm}(n)} \\"
            r" \text{y\_mix}_n &= \lambda \, y_n + (1 - \lambda) \, y_{\text{perm}(n)}"
            r" \end{aligned}"
        ),
        args={"x": "N C H W", "y": "N C", "perm": "N"},
        wrong=(
            Wrong(
                mixup__labels_unmixed,
                id="labels-unmixed",
                hint="Whoever blends the images must blend the labels.",
            ),
            Wrong(
                mixup__lambda_swapped,
                id="lambda-swapped",
                hint="Image and label share one lambda.",
                also=(
                    mixup__lambda_swapped_in_images,
                    mixup__lambda_swapped_in_both,
                ),
            ),
            Wrong(
                mixup__self_mix,
                id="self-mix",
                hint="The partner is x[perm].",
                also=(mixup__self_mix_of_both,),
            ),
            Wrong(
                mixup__label_partner_only,
                id="label-partner-only",
                hint="Both labels count, in the proportion of the images.",
            ),
        ),
        alternates=(mixup_difference, mixup_matrix, mixup_loop),
        properties=(
            Property("sums-to-one", output="y_mix", axis=-1, text="The mixed labels of each example sum to 1."),
        ),
        hints=(
            "Who is the partner of example n, and how do you get all partners at once?",
            "Which weight does the image itself get, and which its partner? And the labels?",
        ),
    ),
)
