"""Published values in validation/data that tracks of electrons are compared with."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.interpolate import CubicSpline


@pytest.fixture
def transport(root, monkeypatch):
    monkeypatch.syspath_prepend(root)
    from validation import transport

    return transport


@pytest.mark.parametrize("material", ["Si", "Au", "water", "polystyrene"])
def test_published_range_is_the_integral_of_published_stopping_powers(transport, material):
    collision, radiative, csda = (
        transport.published(material, name) for name in ("collision", "radiative", "csda")
    )
    energy = np.array(list(csda))
    total = np.array([collision[e] + radiative[e] for e in energy])
    inverse = CubicSpline(np.log(energy), 1e-3 * energy / total)
    for low, high in pairwise([10.0, 20.0, 50.0, 100.0]):
        expected = inverse.integrate(np.log(low), np.log(high))
        assert csda[high] - csda[low] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("material", "energy", "mean", "tolerance"), [("Si", 10.0, 0.1844, 0.1), ("Au", 10.0, 0.48, 0.1)]
)
def test_mean_of_authors(transport, material, energy, mean, tolerance):
    found, accepted = transport.accepted(material, energy)
    assert len(transport.coefficients(material, energy)) >= 4
    assert found == pytest.approx(mean, rel=0.01)
    assert tolerance <= accepted < 0.2


def test_recalled_values_are_never_judged(transport):
    entries = transport._table("pair_creation.csv")
    assert {entry["provenance"] for entry in entries} <= {"measured", "computed", "estimate", "recalled"}
    assert all(entry["provenance"] == "measured" for entry in entries if entry["judged"] == "yes")


def test_the_steepest_tangent_meets_zero_at_the_extrapolated_range(transport, monkeypatch):
    """A share that falls slowly, then straight to zero at 3e-4 g/cm2, then has a tail."""
    density = 2.329

    def share(_material, _energy, thickness, _histories):
        mass = thickness * density * 1e-7
        return float(np.interp(mass, [0, 1e-4, 2.9e-4, 6e-4], [0.9, 0.8, 0.04, 0.0]))

    monkeypatch.setattr(transport, "transmitted", share)
    found, error = transport.extrapolated_range("Si", 10.0, 3e-4, 1000)
    assert found == pytest.approx(3e-4, rel=0.01)
    assert 0 < error < 3e-5


def test_a_case_judges_what_is_there(transport, monkeypatch):
    transport._ours.cache_clear()
    monkeypatch.setattr(
        transport, "backscattering", lambda material, *_, **__: ({"Si": 0.18, "Au": 0.1}[material], 1e-3)
    )
    case = transport._filled(transport._backscattering(), transport._backscattering_rows())
    transport._ours.cache_clear()
    failed = {row.at[:2] for row in case.rows if not row.passed}
    assert failed == {"Au"}
