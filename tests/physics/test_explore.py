"""One size as the page Explore shows it: the numbers of a prediction, held figures, and what is known of deposits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scintidot
from scintidot.config import make_config
from scintidot.errors import BadValue
from scintidot.explore.document import explore, read_held
from scintidot.explore.simulated import ANALYTIC, BETWEEN, EXACT, Memory, cases, simulate

OWN = {"exciton_rate_per_ps", "intensity_per_gram", "intensity_ensemble_over_known_sample"}
"""Figures that a prediction does not have."""


def config_of(**options: Any) -> Any:
    return make_config(options={"deposit": "continuous", "edge_length": 8.7, **options})


def differences(found: dict[str, Any], expected: dict[str, Any], path: str = "") -> list[str]:
    """Figures that differ by more than 1e-12."""
    wrong = []
    for name, value in found.items():
        if isinstance(value, dict):
            wrong += differences(value, expected[name], f"{path}{name}.")
        elif name not in OWN:
            other = expected[name]
            same = value == other or (None not in (value, other) and abs(value - other) <= 1e-12 * abs(other))
            wrong += [] if same else [f"{path}{name}: {value} {other}"]
    return wrong


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"edge_length": 3.1, "energy": 20, "shape": "sphere", "start": "centre"},
        {"size_dispersion": 0.08, "light_yield_scaling": "photons-per-deposited-energy"},
        {"statistics": "exponential", "edge_length": 4, "radiative": "n", "auger": "quadratic"},
        {"statistics": "paper", "retained_fraction": 0.3},
        {"model": "poisson-biexciton", "size_dispersion": 0.05, "auger_law": "volume-scaling"},
        {"model": "ladder", "trapping_rate": 1e-4, "traps": 1, "pair_creation_energy": "7.5 eV"},
    ],
)
def test_where_nothing_is_held_the_figures_are_those_of_a_prediction(options: dict[str, Any]) -> None:
    config = config_of(**options)
    document, row = explore(config), scintidot.predict(config=config).rows[0]
    assert differences(document["figures"], row) == []
    if row["emission"] is not None:
        assert (
            differences(
                {k: v for k, v in document["emission"].items() if k in row["emission"]}, row["emission"]
            )
            == []
        )


@pytest.mark.parametrize("model", ["carriers", "ladder", "poisson-biexciton", "paper"])
def test_held_figures_give_what_the_kinetics_alone_give(model: str) -> None:
    held = {"mean_excitons": 1.7, "auger_efficiency": 0.8, "quantum_yield": 0.6, "exciton_rate": 2e-4}
    statistics = "paper" if model == "paper" else "poisson"
    document = explore(config_of(model=model, statistics=statistics, retained_fraction=0.3), read_held(held))
    alone = scintidot.nanocrystal_kinetics(
        model=model, statistics=statistics, retained_fraction=0.3, **held  # type: ignore[arg-type]
    )  # fmt: skip
    figures = document["figures"]
    assert figures["photons_per_nc"] == pytest.approx(alone["photons"], rel=1e-12)
    for name, tau in alone["tau_ps"].items():
        assert figures["tau_ps"][name] == pytest.approx(tau, rel=1e-8)
    for name, value in held.items():
        assert figures[{"exciton_rate": "exciton_rate_per_ps"}.get(name, name)] == pytest.approx(
            value, rel=1e-12
        )


def test_what_is_held_changes_nothing_before_it_in_the_chain() -> None:
    free, held = explore(config_of()), explore(config_of(), read_held({"mean_excitons": 5}))
    for name in (
        "mean_deposit_eV",
        "band_gap_eV",
        "pair_creation_energy_eV",
        "auger_efficiency",
        "quantum_yield",
    ):
        assert held["figures"][name] == free["figures"][name]
    assert held["choices"]["held"] == {"mean_excitons": 5.0}
    assert "mean_excitons" in held["warnings"][0]


@given(
    mean=st.floats(0.01, 20),
    efficiency=st.floats(0, 0.99),
    quantum_yield=st.floats(0.01, 1),
    dispersion=st.sampled_from([0.0, 0.1]),
)
def test_curves_agree_with_the_figures_beside_them(
    mean: float, efficiency: float, quantum_yield: float, dispersion: float
) -> None:
    """P(n) has the mean <N>, the decay the photons of the figures, and so has the spectrum."""
    held = read_held({"mean_excitons": mean, "auger_efficiency": efficiency, "quantum_yield": quantum_yield})
    document = explore(config_of(size_dispersion=dispersion), held)
    occupancy, decay, emission = (document[name] for name in ("occupancy", "decay", "emission"))
    assert np.dot(occupancy["pairs"], occupancy["probability"]) == pytest.approx(mean, rel=1e-3)
    photons = document["figures"]["photons_per_nc"]
    rate, time = np.array(decay["photons_per_ps"]), np.array(decay["time_ps"])
    first_step = (rate[0] - rate[1]) * time[1] / 2  # by which trapezoids miss what many pairs lose within it
    integral = np.dot(np.diff(time), rate[1:] + rate[:-1]) / 2
    assert integral == pytest.approx(photons, abs=0.02 * photons + first_step)
    assert sum(emission["photons_by_transition"].values()) == pytest.approx(photons, rel=1e-9)
    step = emission["energy_eV"][1] - emission["energy_eV"][0]
    assert sum(emission["photons_per_eV"]) * step == pytest.approx(photons, rel=1e-3)


@pytest.mark.parametrize(
    ("held", "who"),
    [
        ({"auger_efficiency": 1}, "auger_efficiency"),
        ({"mean_excitons": 0}, "mean_excitons"),
        ({"quantum_yield": "80 eV"}, "quantum_yield"),
    ],
)
def test_a_held_figure_out_of_its_range_is_refused(held: dict[str, Any], who: str) -> None:
    with pytest.raises(BadValue, match=f"for {who}"):
        read_held(held)


def test_several_sizes_are_refused() -> None:
    with pytest.raises(BadValue, match="one size"):
        explore(config_of(edge_length="3,5"))


def test_simulated_deposits_are_taken_as_far_as_they_are_known() -> None:
    """Analytic, then simulated; and then a prediction's own numbers."""
    memory, few = Memory(), {"deposit": "track", "histories": 100, "relative_error": 0.9}
    config = config_of(edge_length=6.2, **few)
    used, deposits, standing = memory.find(*cases(config))
    assert (standing, used.deposit.model) == (ANALYTIC, "continuous")
    steps: list[str] = []
    for entry in simulate(config, lambda step, _: steps.append(step)):
        memory.add(entry)
        used, deposits, standing = memory.find(*cases(config))
    assert (standing, used) == (EXACT, config)
    assert "6.2 nm" in steps
    document, row = explore(used, deposits=deposits), scintidot.predict(config=config).rows[0]
    assert differences(document["figures"], row) == []
    near = config_of(edge_length=6.6, **few)
    used, deposits, standing = memory.find(*cases(near))
    assert standing == BETWEEN
    between, exact = (
        one["figures"]["mean_deposit_eV"] for one in (explore(used, deposits=deposits), document)
    )
    assert 0.3 < between / exact < 3  # so few histories scatter much
    other = config_of(edge_length=6.2, host="vacuum", **few)
    assert memory.find(*cases(other))[2] == ANALYTIC


def test_statistics_that_need_a_simulation_wait_for_it() -> None:
    config = config_of(deposit="track", statistics="compound")
    used, _, standing = Memory().find(*cases(config))
    assert standing == ANALYTIC
    assert used.excitons.statistics == "poisson"
