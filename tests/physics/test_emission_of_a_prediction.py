"""Light of a prediction by transition, its spectrum, and the spectrum against time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import trapezoid

from scintidot import predict


@pytest.fixture(scope="module")
def prediction():
    return predict(deposit="continuous", edge_length=[5, 12])


def test_photons_by_transition_add_up(prediction):
    for row in prediction.rows:
        by_transition = row["emission"]["photons_by_transition"]
        assert sum(by_transition.values()) == pytest.approx(row["photons_per_nc"], rel=1e-10)
        assert by_transition["trion-"] == pytest.approx(by_transition["trion+"], rel=1e-10)


def test_spectrum_holds_the_photons_and_their_mean_energy(prediction):
    data = prediction.to_xarray()
    energy = data["photon_energy"].values
    for i, row in enumerate(prediction.rows):
        spectrum = data["spectrum"].values[i]
        photons = trapezoid(spectrum, energy)
        assert photons == pytest.approx(row["photons_per_nc"], rel=1e-5)
        assert trapezoid(energy * spectrum, energy) / photons == pytest.approx(
            row["emission"]["mean_energy_eV"], abs=1e-4
        )
        assert row["emission"]["peak_eV"] == pytest.approx(energy[np.argmax(spectrum)], abs=0.01)


def test_multi_excitons_redden_the_light_and_its_beginning(prediction):
    """The shift of the card is positive: the larger crystal, with more pairs, and early light lie lower."""
    data = prediction.to_xarray()
    energy, resolved = data["photon_energy"].values, data["time_resolved_spectrum"].values
    mean = trapezoid(resolved * energy, energy) / trapezoid(resolved, energy)  # (size, time)
    assert (mean[:, 0] < mean[:, 150] - 0.003).all()
    gaps = [row["band_gap_eV"] - row["emission"]["mean_energy_eV"] for row in prediction.rows]
    assert 0 < gaps[0] < gaps[1] < 0.015


def test_light_against_time_is_the_spectrum_in_the_end(prediction):
    """Over the logarithm of time from 1 ps on; what comes before is less than F(0) x 1 ps."""
    data = prediction.to_xarray()
    time, resolved = data["later_time"].values, data["time_resolved_spectrum"].values
    whole = trapezoid(resolved * time[:, None], np.log(time), axis=1)
    early = data["emission_rate"].values[:, 0] / data["photons_per_nc"].values
    missing = 1 - whole.max(axis=-1) / data["spectrum"].values.max(axis=-1)
    assert (missing > -1e-3).all()
    assert (missing < early + 1e-3).all()


def test_biexciton_models_have_no_such_figures():
    result = predict(deposit="continuous", edge_length=5, model="paper")
    assert result.rows[0]["emission"] is None
    assert "spectrum" not in result.to_xarray()
