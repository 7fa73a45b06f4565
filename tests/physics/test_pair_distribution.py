"""How many pairs an excitation makes: named laws, deposits with a distribution, files."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scintidot.choices import crowd_warnings
from scintidot.errors import BadFile, BadValue
from scintidot.excitons.distribution import (
    MOST_PAIRS,
    NEGLECTED,
    compound_distribution,
    pair_distribution,
    read_pair_distribution,
)
from scintidot.excitons.occupancy import biexciton_populations, initial_populations


@given(st.floats(1e-6, 60))
def test_poisson(mean):
    found = pair_distribution(mean, "poisson")
    number = np.arange(len(found))
    np.testing.assert_allclose(found, stats.poisson.pmf(number, mean), rtol=1e-10, atol=1e-300)
    assert 1 - found.sum() <= 2 * NEGLECTED + 1e-13
    assert found @ number == pytest.approx(mean, rel=1e-11, abs=1e-13)


@given(st.floats(1e-3, 20))
def test_exponential_deposits_of_poisson_pairs(mean):
    """Mixed by quadrature over the exponential law, and mean and variance m, m + m^2."""
    found = pair_distribution(mean, "exponential")
    number = np.arange(len(found))
    assert found @ number == pytest.approx(mean, rel=1e-10)
    assert found @ number**2 - mean**2 == pytest.approx(mean + mean**2, rel=1e-9)
    if mean < 3:  # where the nodes resolve the Poisson law
        node, weight = np.polynomial.laguerre.laggauss(60)
        mixed = stats.poisson.pmf(number[:6, None], mean * node) @ weight
        np.testing.assert_allclose(found[:6], mixed, rtol=1e-7)
    assert found[2:].sum() / found[1] == pytest.approx(mean, rel=1e-10)


@pytest.mark.parametrize("statistics", ["poisson", "exponential", "paper"])
@pytest.mark.parametrize("mean", [0.02, 1.1, 4.0])
def test_two_or_more_count_as_one_biexciton(statistics, mean):
    closed = initial_populations(mean, statistics)
    summed = biexciton_populations(np.asarray(mean), pair_distribution(mean, statistics))
    assert summed.exciton == pytest.approx(closed.exciton, rel=1e-12)
    assert summed.biexciton == pytest.approx(closed.biexciton, rel=1e-10)


@pytest.mark.parametrize("fano", [0.0, 0.1, 0.5])
def test_compound_keeps_the_mean_and_adds_variances(fano):
    """Var n = F <x> + var x, and what rounding by chance adds: at most 1/4."""
    relative, probability = np.array([0.0, 0.4, 1.0, 6.0]), np.array([0.5, 0.2, 0.2, 0.1])
    relative = relative / (relative @ probability)
    mean = np.array([0.3, 2.0, 9.0])
    found = compound_distribution(mean, relative, probability, fano)
    number = np.arange(found.shape[-1])
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-9)
    np.testing.assert_allclose(found @ number, mean, rtol=1e-9)
    variance = found @ number**2 - mean**2
    expected = fano * mean + mean**2 * (relative**2 @ probability - 1)
    assert (variance >= expected * (1 - 1e-9)).all()
    assert (variance <= expected + 0.25 + 1e-9).all()


@pytest.mark.parametrize(("fano", "mean"), [(0.2, 0.01), (1.0, 0.01), (1.0, 0.7), (0.1, 600.0)])
def test_compound_of_one_deposit_is_whole(fano, mean):
    """Rare pairs of a small deposit and the far tail of a large one are counted."""
    found = compound_distribution(mean, np.ones(1), np.ones(1), fano)
    assert found.sum() == pytest.approx(1, abs=1e-11)
    assert found @ np.arange(found.shape[-1]) == pytest.approx(mean, rel=1e-11)
    assert crowd_warnings(found) == []


def test_more_pairs_than_the_models_hold_count_as_the_last_number():
    found = compound_distribution(1000.0, np.array([0.01, 1.99]), np.array([0.5, 0.5]), 0.1)
    most = found.shape[-1] - 1
    assert MOST_PAIRS <= most < MOST_PAIRS + 64
    assert found.sum() == pytest.approx(1, abs=1e-11)
    assert found[-1] == pytest.approx(0.5, abs=1e-11)
    (warning,) = crowd_warnings(found)
    assert f"0.5 of the events make {most} pairs or more" in warning


def test_compound_against_drawn_deposits():
    rng = np.random.default_rng(3)
    relative, probability = np.array([0.0, 0.5, 2.0]), np.array([0.3, 0.4, 0.3])
    relative = relative / (relative @ probability)
    pairs = 1.8 * rng.choice(relative, p=probability, size=400_000)
    drawn = np.where(pairs > 0, rng.gamma(np.maximum(pairs, 1e-9) / 0.2, 0.2), 0.0)
    number = np.floor(drawn + rng.random(drawn.size)).astype(int)
    found = compound_distribution(1.8, relative, probability, 0.2)
    counts = np.bincount(number, minlength=len(found))[: len(found)] / drawn.size
    assert np.abs(counts - found).max() < 4 * 0.5 / np.sqrt(drawn.size)


def test_a_file_is_read(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("# counted\npairs,count\n2,30\n0,50\n1,20\n")
    np.testing.assert_allclose(read_pair_distribution(path), [0.5, 0.2, 0.3])
    path.write_text("0 1 # by hand\n3 1\n")
    np.testing.assert_allclose(read_pair_distribution(path), [0.5, 0, 0, 0.5])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no weight above 0"),
        ("n,weight\n", "no weight above 0"),
        ("0,0\n1,0\n", "no weight above 0"),
        ("1,2\n1,3\n", ":2: bad row"),
        ("1.5,2\n", ":1: bad row"),
        ("-1,2\n", ":1: bad row"),
        ("1,-2\n", "a weight of at least 0"),
        ("1,nan\n", "a weight of at least 0"),
        ("nan,1\n", ":1: bad row"),
        ("inf,1\n", "a finite n"),
        ("1,2\nx,3\n", "two numbers, n and weight"),
        ("1,2,3\n", "two numbers, n and weight"),
        ("5000,1\n", "0 to 800"),
    ],
)
def test_a_faulty_file_gets_one_line(tmp_path, text, words):
    path = tmp_path / "pairs.csv"
    path.write_text(text)
    with pytest.raises(BadFile, match=re.escape(words)) as caught:
        read_pair_distribution(path)
    assert str(caught.value).startswith(str(path))


def test_too_many_pairs_are_refused():
    with pytest.raises(BadValue, match="at most 800 pairs"):
        pair_distribution(900.0, "poisson")
    with pytest.raises(BadFile, match="No such file"):
        read_pair_distribution("nowhere.csv")
