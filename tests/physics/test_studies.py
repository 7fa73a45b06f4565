"""Design studies against predictions: the same numbers at the same points, the same bands, the right limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scintidot
from scintidot.results import FIGURES
from scintidot.studies.evaluation import Model
from scintidot.studies.reading import read_plan

CONTINUOUS = {"deposit": "continuous"}
OBJECTIVE = [{"figure": "ctr_ps.cramer_rao"}]
LIGHT = [{"figure": "light_yield_photons_per_MeV"}]
CERTAIN = {"numbers": "none"}
RELATIVE = "intensity_ensemble_relative"
"""To the known sample in a study, to the brightest row in a prediction."""


def sweep(vary: dict[str, Any], base: dict[str, Any] | None = None, **more: Any) -> Any:
    """Dataset of a grid."""
    method = {"kind": "sweep"}
    content = {"base": {**CONTINUOUS, **(base or {})}, "vary": vary, "objective": OBJECTIVE, "method": method}
    return scintidot.study({**content, **more}).to_xarray()


def close(dataset: Any, prediction: Any, select: dict[str, Any], sides: str = "central low high") -> None:
    """Every figure of a sweep at one point against a prediction of one size."""
    for side in sides.split():
        figures = getattr(prediction.figures, side)
        for name in FIGURES:
            if name != RELATIVE:
                suffix = "" if side == "central" else f"_{side}"
                found = float(dataset[name.replace(".", "_") + suffix].sel(select))
                assert found == pytest.approx(float(figures[name][0]), rel=2e-6), (name, side)


# --- the same as predictions ---


def test_a_sweep_has_the_figures_and_bands_of_predictions() -> None:
    found = sweep({"edge_length": [4, 9], "energy": [5, 20], "size_dispersion": [0.0, 0.08]})
    for edge, energy, dispersion in ((4, 5, 0.0), (9, 20, 0.08)):
        one = scintidot.predict(edge_length=edge, energy=energy, size_dispersion=dispersion, **CONTINUOUS)
        close(found, one, {"edge_length": edge, "energy": energy, "size_dispersion": dispersion})


def test_named_choices_and_options_of_the_detector_are_those_of_predictions() -> None:
    vary = {
        "edge_length": [6.0], "model": ["ladder", "paper"], "light_yield_scaling": ["photons-per-deposited-energy"],
        "jitter_sigma": [20, "0.08 ns"], "detection_efficiency": [0.2], "retained_fraction": [0.1, 0.9],
    }  # fmt: skip
    found = sweep(vary)
    for model, jitter, kept in (("ladder", 20, 0.9), ("paper", 80, 0.1)):
        options = {"model": model, "jitter_sigma": jitter, "retained_fraction": kept, "edge_length": 6.0}
        one = scintidot.predict(
            **options,
            light_yield_scaling="photons-per-deposited-energy",
            detection_efficiency=0.2,
            **CONTINUOUS,
        )
        close(found.squeeze(["light_yield_scaling", "detection_efficiency"]), one, options)


def test_a_number_of_the_card_as_axis_is_a_card_of_ones_own(write_card: Callable[..., Path]) -> None:
    """What one makes better oneself does not change the sample whose light yield is known."""
    card = write_card(
        '[quantum_yield.peak]\nvalue = 0.95\nunit = "1"\nsource = "fratelli_2024"\nprovenance = "measured"\n'
    )
    one = scintidot.predict(edge_length=6, material=str(card), **CONTINUOUS)
    close(
        sweep({"edge_length": [6], "quantum_yield.peak": [0.8, 0.95]}),
        one,
        {"edge_length": 6, "quantum_yield.peak": 0.95},
    )
    close(sweep({"edge_length": [6]}, {"card": {"quantum_yield.peak": "95 %"}}), one, {"edge_length": 6})


def test_bands_of_a_pair_creation_rule_reach_the_figures() -> None:
    """Klein's phonon loss is 0.5 to 1 eV: <N> falls with it."""
    ends = scintidot.predict(edge_length=8.7, pair_creation_energy="klein", **CONTINUOUS).figures
    low, high = ends.single["pair_creation.klein.offset"]
    assert low["mean_excitons"] > ends.central["mean_excitons"] > high["mean_excitons"]
    gap = float(ends.central["band_gap_eV"][0])
    assert low["mean_excitons"][0] / high["mean_excitons"][0] == pytest.approx(
        (2.8 * gap + 1.0) / (2.8 * gap + 0.5)
    )


@settings(max_examples=4)
@given(
    st.lists(
        st.tuples(st.floats(3.5, 14), st.floats(1, 30), st.floats(0, 0.15), st.floats(0, 1)),
        min_size=2,
        max_size=4,
    )
)
def test_designs_together_are_designs_one_by_one(designs: list[tuple[float, float, float, float]]) -> None:
    plan = read_plan(
        {
            "base": CONTINUOUS,
            "vary": {"edge_length": "3 to 15 nm", "energy": "1 to 30 keV", "size_dispersion": "0 to 0.15"},
            "objective": OBJECTIVE,
            "method": {"kind": "optimum"},
        }
    )
    model, columns = Model(plan), np.array(designs).T
    points = dict(zip(("edge_length", "energy", "size_dispersion", "exciton.lifetime"), columns, strict=True))
    points["biexciton.retained_fraction"] = 1 - points["exciton.lifetime"]  # quantiles of bands
    together = model(points)
    for i in range(len(designs)):
        alone = model({name: values[i : i + 1] for name, values in points.items()})
        for name in FIGURES:
            assert together[name][i] == pytest.approx(alone[name][0], rel=3e-6), name


def test_an_objective_at_a_size_is_that_of_the_size() -> None:
    target = [{"figure": "tau_ps.harmonic", "edge_length": "5 nm"}]
    found = sweep(
        {"edge_length": [5, 9], "retained_fraction": [0.2, 0.8]}, objective=target, uncertainty=CERTAIN
    )
    at = found["tau_ps_harmonic_at_5_nm"]
    np.testing.assert_allclose(at.sel(edge_length=9), at.sel(edge_length=5))
    np.testing.assert_allclose(at.sel(edge_length=5), found["tau_ps_harmonic"].sel(edge_length=5))


# --- limits ---


def test_more_detected_light_is_better_time_and_the_formula_knows_by_how_much() -> None:
    found = sweep(
        {"edge_length": [8.7], "detection_efficiency": [0.1, 0.4], "light_yield": [5e3, 2e4]},
        uncertainty=CERTAIN,
    ).squeeze("edge_length")
    ctr = found["ctr_ps_formula"]
    assert np.all(np.diff(found["ctr_ps_cramer_rao"], axis=0) < 0)
    np.testing.assert_allclose(ctr.sel(detection_efficiency=0.1), 2 * ctr.sel(detection_efficiency=0.4))
    np.testing.assert_allclose(ctr.sel(light_yield=5e3), 2 * ctr.sel(light_yield=2e4))


def test_no_dispersion_is_the_limit_of_little() -> None:
    found = sweep({"edge_length": [8], "size_dispersion": [0.0, 1e-4, 0.1]}, uncertainty=CERTAIN)[
        "photons_per_nc"
    ].squeeze("edge_length")
    assert float(found[1]) == pytest.approx(float(found[0]), rel=1e-5)
    assert abs(float(found[2]) / float(found[0]) - 1) > 1e-3


def test_the_light_yield_of_the_known_sample_has_no_band() -> None:
    found = sweep({"edge_length": [5, 8.7]}, objective=LIGHT)
    known, other = (found.sel(edge_length=edge) for edge in (8.7, 5))
    assert float(known["light_yield_photons_per_MeV_high"]) == pytest.approx(1e4)
    assert float(known["light_yield_photons_per_MeV_low"]) == pytest.approx(1e4)
    assert other["light_yield_photons_per_MeV_high"] > 1.1 * other["light_yield_photons_per_MeV"]


def test_no_light_is_said_and_never_best() -> None:
    found = scintidot.study(
        {
            "base": {**CONTINUOUS, "edge_length": 8},
            "vary": {"trapping_rate": [0.0, 0.1], "retained_fraction": [0.5]},
            "objective": [
                {"expression": "log(0.01 - trapping_rate)", "direction": "minimise", "name": "gap"}
            ],
            "method": {"kind": "sweep"},
            "uncertainty": {"numbers": "none"},
        }
    )
    assert found.document["results"]["best"]["gap"]["design"]["trapping_rate_per_ps"] == 0.0
    assert any("gap does not exist for 1 of 2 designs" in note for note in found.document["warnings"])


# --- methods on the physics ---


def test_the_optimum_is_that_of_a_dense_grid() -> None:
    base = {
        "base": CONTINUOUS,
        "objective": LIGHT,
        "uncertainty": {"draws": 8, "numbers": ["quantum_yield.best_edge_length"]},
    }
    found = scintidot.study(
        {**base, "vary": {"edge_length": "4 to 14 nm"}, "method": {"kind": "optimum", "samples": 32}}
    )
    best = found.document["results"]["best"]
    dense = sweep({"edge_length": "4 to 14 nm, 101 points"}, uncertainty=CERTAIN)
    largest = float(dense["light_yield_photons_per_MeV"].max())
    assert best["value"]["light_yield_photons_per_MeV"] >= largest * (1 - 1e-5)
    low, high = found.document["results"]["best_over_draws"]["edge_length_nm"]["interval_95"]
    assert 5 < low < best["design"]["edge_length_nm"] < high < 12  # as the best quantum yield, 7 to 11 nm


def test_sensitivity_of_the_lifetime_is_that_of_its_law() -> None:
    """In the dark limit of one exciton tau is the lifetime of the card: all of its variance comes from there."""
    found = scintidot.study(
        {
            "base": {**CONTINUOUS, "edge_length": 8, "pair_creation_energy": "1e5 eV"},
            "objective": [{"figure": "tau_ps.mean_photon_time"}],
            "method": {"kind": "sobol", "samples": 16},
            "uncertainty": {"numbers": ["exciton.lifetime", "quantum_yield.peak"]},
        }
    ).document["results"]["objectives"]["tau_ps.mean_photon_time"]
    lifetime, peak = found["factors"]
    assert lifetime["total"] == pytest.approx(1, abs=0.2)
    assert peak["total"] < 1e-6
    assert found["interval_95"][0] == pytest.approx(8050, rel=0.01)
    assert found["interval_95"][1] == pytest.approx(9950, rel=0.01)


def test_alternatives_are_evaluated_as_named_choices() -> None:
    found = scintidot.study(
        {
            "base": CONTINUOUS, "vary": {"edge_length": [5, 12]}, "objective": OBJECTIVE, "method": {"kind": "sweep"},
            "uncertainty": {"numbers": "none", "choices": {"auger_law": ["published-efficiency", "volume-scaling"]}},
        }
    )  # fmt: skip
    line = found.document["results"]["one_at_a_time"][0]
    edge = found.document["results"]["best"]["ctr_ps.cramer_rao"]["design"]["edge_length_nm"]
    one = scintidot.predict(edge_length=edge, auger_law="volume-scaling", **CONTINUOUS)
    assert (line["number"], line["at"]) == ("auger_law", "volume-scaling")
    assert line["value"] == pytest.approx(one.figures.central["ctr_ps.cramer_rao"][0], rel=1e-6)


def test_light_of_a_sample_is_that_of_its_own_command() -> None:
    found = scintidot.study(
        {
            "base": {**CONTINUOUS, "outcoupling": 0.5},
            "vary": {"edge_length": [5], "volume_fraction": [0.1, 0.2]},
            "objective": [
                {"figure": "sample.light_yield_photons_per_MeV"},
                {"figure": "sample.tau_harmonic_ps"},
            ],
            "method": {"kind": "sweep"},
            "uncertainty": {"numbers": ["exciton.lifetime"]},
            "sample": {"energy": "1 keV", "histories": 50, "fano_factor": 0.1},
        }
    ).to_xarray()
    for loading in (0.1, 0.2):
        light = scintidot.sample_light(
            edge_length=5,
            volume_fraction=loading,
            energies=[1.0],
            histories=50,
            fano_factor=0.1,
            outcoupling=0.5,
        )["rows"][0]
        ours = found.sel(edge_length=5, volume_fraction=loading)
        for name in ("light_yield_photons_per_MeV", "kept_share", "resolution_fwhm"):
            assert float(ours[f"sample_{name}"]) == pytest.approx(light[name], rel=1e-6)
        low, middle, high = (float(ours[f"sample_tau_harmonic_ps{side}"]) for side in ("_low", "", "_high"))
        assert middle == pytest.approx(light["tau_harmonic_ps"], rel=1e-4)  # there by a sum of exponentials
        assert low < middle < high
    more = found["sample_light_yield_photons_per_MeV"].squeeze("edge_length")
    assert more[1] > more[0]
