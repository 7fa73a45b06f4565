"""Path lengths inside a nanocrystal: closed form, quadrature and sampling must agree."""

import numpy as np
import pytest
from scipy.integrate import dblquad, tplquad

from scintidot.geometry import SHAPES, STARTS, mean_path, path_quadrature, volume

CASES = [(shape, start) for shape in SHAPES for start in STARTS]


def isotropic(random, n):
    z = random.uniform(-1, 1, n)
    phi = random.uniform(0, 2 * np.pi, n)
    r = np.sqrt(1 - z**2)
    return np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=1)


def distance_to_surface(shape, point, direction):
    """From a point inside a body of unit edge or diameter, centred at the origin."""
    if shape == "cube":
        with np.errstate(divide="ignore"):
            return np.min((0.5 * np.sign(direction) - point) / direction, axis=1)
    b = np.sum(point * direction, axis=1)
    return -b + np.sqrt(b**2 + 0.25 - np.sum(point**2, axis=1))


def sample(shape, start, n, seed=7):
    """Paths by brute force; chords of an isotropic field by rays aimed at a bounding disc."""
    random = np.random.default_rng(seed)
    direction = isotropic(random, n)
    if start == "centre":
        return distance_to_surface(shape, np.zeros((n, 3)), direction)
    if start == "uniform":
        point = random.uniform(-0.5, 0.5, (n, 3))
        if shape == "sphere":
            keep = np.sum(point**2, axis=1) < 0.25
            point, direction = point[keep], direction[keep]
        return distance_to_surface(shape, point, direction)
    radius = np.sqrt(3) / 2
    u = np.cross(direction, isotropic(random, n))
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(direction, u)
    r, phi = radius * np.sqrt(random.uniform(size=n)), random.uniform(0, 2 * np.pi, n)
    point = r[:, None] * (np.cos(phi)[:, None] * u + np.sin(phi)[:, None] * v)
    if shape == "sphere":
        half = 0.25 - np.sum(point**2, axis=1)
        return 2 * np.sqrt(half[half > 0])
    with np.errstate(divide="ignore"):
        first, second = (-0.5 - point) / direction, (0.5 - point) / direction
    chord = np.min(np.maximum(first, second), axis=1) - np.max(np.minimum(first, second), axis=1)
    return chord[chord > 0]


@pytest.mark.parametrize(("shape", "start"), CASES)
def test_closed_form_equals_quadrature(shape, start):
    lengths, weights = path_quadrature(shape, start)
    assert weights.sum() == pytest.approx(1, abs=1e-11)
    assert np.all(weights >= 0)
    assert weights @ lengths == pytest.approx(float(mean_path(1.0, shape, start)), rel=1e-11)


@pytest.mark.parametrize(("shape", "start"), CASES)
@pytest.mark.parametrize("power", [1, 2, 3])
def test_quadrature_equals_sampling(shape, start, power):
    lengths, weights = path_quadrature(shape, start)
    sampled = sample(shape, start, 400_000) ** power
    error = sampled.std() / np.sqrt(len(sampled))
    assert weights @ lengths**power == pytest.approx(sampled.mean(), abs=4 * error + 1e-12)


def test_centre_of_cube_by_solid_angle():
    value, _ = dblquad(lambda v, u: 1 / (1 + u**2 + v**2), 0, 1, 0, 1, epsabs=1e-12)
    assert float(mean_path(1.0, "cube", "centre")) == pytest.approx(3 / np.pi * value, rel=1e-10)


def test_uniform_in_cube_by_pair_distances():
    """Mean path = (1/4 pi V) double integral of |x - y|^-2 (Coleman 1969)."""
    value, _ = tplquad(
        lambda w, v, u: (1 - u) * (1 - v) * (1 - w) / max(u**2 + v**2 + w**2, 1e-300),
        0, 1, 0, 1, 0, 1, epsabs=1e-6,
    )  # fmt: skip
    assert float(mean_path(1.0, "cube", "uniform")) == pytest.approx(2 / np.pi * value, rel=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_cauchy_mean_chord(shape):
    surface = {"cube": 6.0, "sphere": np.pi}[shape]
    assert float(mean_path(1.0, shape, "crossing")) == pytest.approx(4 * float(volume(1.0, shape)) / surface)


@pytest.mark.parametrize("shape", SHAPES)
def test_uniform_start_follows_from_chords(shape):
    """E[path from a uniform point] = E[chord^2]/(2 E[chord]) for any convex body (Kellerer 1971)."""
    lengths, weights = path_quadrature(shape, "crossing")
    expected = (weights @ lengths**2) / (2 * (weights @ lengths))
    assert float(mean_path(1.0, shape, "uniform")) == pytest.approx(expected, rel=1e-10)
