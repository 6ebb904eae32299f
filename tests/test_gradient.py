from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.gradient.agree import RTOL, Pair, Point, disagreement, slope
from grader.gradient.derive import pair_of, point
from grader.spec import Gradient, SpecError


def quadratic(x, A):
    return 0.5 * x @ A @ x


def relu(x):
    return np.maximum(x, 0)


def made(x: np.ndarray, A: np.ndarray, want: np.ndarray) -> Point | None:
    gradient = Gradient(of=quadratic, wrt={"x": "dx"})
    pair = pair_of(gradient, ("x", "A"), ("dx",), ("out",))
    return point(gradient, pair, 0, {"x": x, "A": A}, want, np.random.default_rng(1))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_a_right_gradient_agrees_at_every_scale(scale: float) -> None:
    rng = np.random.default_rng(2)
    x, A = scale * rng.normal(size=5), rng.normal(size=(5, 5))
    want = 0.5 * (A + A.T) @ x
    found = made(x, A, want)
    assert found is not None
    assert disagreement(want, found.probes[0]) <= RTOL


@pytest.mark.parametrize("factor", [1.0001, 0.999, -1.0, 2.0, 0.0])
def test_a_gradient_off_by_a_factor_disagrees(factor: float) -> None:
    rng = np.random.default_rng(3)
    x, A = rng.normal(size=5), rng.normal(size=(5, 5))
    want = 0.5 * (A + A.T) @ x
    found = made(x, A, want)
    assert found is not None
    assert disagreement(factor * want, found.probes[0]) > RTOL


def test_two_exchanged_entries_disagree() -> None:
    rng = np.random.default_rng(4)
    x, A = rng.normal(size=4), rng.normal(size=(4, 4))
    want = 0.5 * (A + A.T) @ x
    found = made(x, A, want)
    assert found is not None
    assert disagreement(want[[1, 0, 2, 3]], found.probes[0]) > RTOL


def test_the_wrong_shape_and_nan_disagree() -> None:
    found = made(np.ones(3), np.eye(3), np.ones(3))
    assert found is not None
    assert disagreement(np.ones((3, 1)), found.probes[0]) == np.inf
    assert disagreement(np.full(3, np.nan), found.probes[0]) == np.inf


def test_a_kink_decides_nothing() -> None:
    gradient = Gradient(of=relu, wrt={"x": "dx"})
    pair = pair_of(gradient, ("dout", "x"), ("dx",), ("out",))
    rng = np.random.default_rng(5)
    dout = rng.normal(size=4)
    at_kink = {"dout": dout, "x": np.array([0.0, 0.0, 0.0, 1.0])}
    away = {"dout": dout, "x": np.array([-0.5, 0.7, 0.2, 1.0])}
    assert point(gradient, pair, 0, at_kink, dout * 0, rng) is None
    assert point(gradient, pair, 0, away, dout * (away["x"] > 0), rng) is not None


def test_the_slope_of_a_cubic_is_exact_to_its_estimate() -> None:
    values = {s * h: np.exp(s * h) for h in (0.3, 0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6) for s in (1, -1)}
    number, estimate = slope(values, 1.0)
    assert abs(number - 1.0) <= 4 * estimate < 1e-8


def test_an_unknown_cotangent_is_refused_with_the_names_there_are() -> None:
    gradient = Gradient(of=relu, wrt={"x": "dx"}, cotangents={"out": "dy"})
    with pytest.raises(SpecError, match="cotangents names 'dy', which is no parameter"):
        pair_of(gradient, ("dout", "x"), ("dx",), ("out",))


def test_several_outputs_need_a_word_which_one_is_differentiated() -> None:
    gradient = Gradient(of=relu, wrt={"x": "dx"})
    with pytest.raises(SpecError, match="has the outputs h, c: say in cotangents"):
        pair_of(gradient, ("dout", "x"), ("dx",), ("h", "c"))


def test_a_scalar_without_upstream_gradient_is_paired_with_one() -> None:
    pair = pair_of(Gradient(of=quadratic, wrt={"x": "dx"}), ("x", "A"), ("dx",), ("out",))
    assert pair == Pair("quadratic", ("x", "A"), ((("x",), ()),), (((), None),))
    assert replace(pair, forward="other") != pair
