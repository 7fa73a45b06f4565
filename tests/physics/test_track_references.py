"""Physics of whole tracks at modest statistics: published numbers, Geant4, and what follows from first principles."""

import csv
import itertools
import math
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scintidot.deposits.engine import run_case
from scintidot.deposits.options import read_setup
from scintidot.deposits.row import Row
from scintidot.errors import BadValue
from scintidot.transport.track.tables import INELASTIC, row_of

SHARED = Path(os.environ.get("SCINTIDOT_SHARED", Path(__file__).resolve().parents[3] / "shared"))
GEANT4 = SHARED / "reference" / "geant4" / "cspbbr3_cube_vacuum.csv"
ABOVE_50_EV = 75
"""First bin of the escapes from 50 eV on."""


@cache
def result(histories=10_000, **options):
    setup = read_setup(histories=histories, threads=2, **options)
    body, spectrum = setup.bodies[0], setup.spectra[0]
    return Row(body, spectrum, run_case(setup, body, spectrum), setup)


def mean(**options):
    outcome = result(**options).outcome
    return outcome.mean, outcome.standard_error


@pytest.mark.skipif(not GEANT4.is_file(), reason="SCINTIDOT_SHARED has no Geant4 reference")
@pytest.mark.parametrize(
    ("treatment", "options"),
    [("track", {"cut_eV": 20.0, "surface": "none"}), ("track", {}), ("default_cut", {"treatment": "local"})],
)
def test_deposits_agree_with_geant4(treatment, options):
    with GEANT4.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["treatment"] == treatment]
    assert len(rows) == 4
    for row in rows:
        edge, energy = float(row["edge_length_nm"]), float(row["energy_keV"])
        ours, error = mean(edge_length=edge, energy_keV=energy, histories=20_000, **options)
        accepted = 0.25 if treatment == "track" and edge < 5 else 0.15
        known = float(row["mean_deposit_eV"])
        assert abs(ours - known) < accepted * known + 2 * math.hypot(error, float(row["standard_error_eV"]))


def test_elastic_scattering_keeps_electrons_inside():
    with_it, without = (
        mean(edge_length=15.0, energy_keV=1.0, elastic=name)[0] for name in ("partial-wave", "none")
    )
    assert 1.4 < with_it / without < 1.8


def test_small_cubes_keep_less_than_the_same_mass_in_a_large_one():
    def ratio(**options):
        one, many = (
            mean(composite=name, box_nm=50.0, host="octane", start="matrix", energy_keV=7.0, **options)[0]
            for name in ("1 x 12.6 nm", "74 x 3 nm")
        )
        return many / one

    track = ratio(histories=4000, cut_eV=20.0, surface="none")
    local = ratio(histories=4000, treatment="local")
    assert 0.5 < track < 0.9
    assert track + 0.05 < local < 1.06


def test_deposits_fall_with_the_energy():
    deposits = [mean(edge_length=10.0, energy_keV=energy)[0] for energy in (5.0, 10.0, 20.0, 40.0)]
    assert all(high > 1.2 * low for high, low in itertools.pairwise(deposits))


def test_hits_of_a_beam_are_first_collisions():
    """Straight on until the first collision: 1 - exp(-edge/mean free path) of the electrons leave something."""
    found = result(
        start="beam", edge_length=10.0, energy_keV=10.0, elastic="none", surface="none", histories=20_000
    )
    i, share = row_of(1e4)
    inverse = found.setup.tables.rates[0, i : i + 2, INELASTIC] @ [1 - share, share]
    expected = -math.expm1(-10.0 * inverse)
    assert found.values["hit_fraction"] == pytest.approx(
        expected, abs=4 * math.sqrt(expected * (1 - expected) / 20_000)
    )


def test_a_uniform_start_hits_less_often_than_a_beam_and_more_than_never():
    shares = [
        result(start=start, edge_length=10.0, energy_keV=7.0).values["hit_fraction"]
        for start in ("uniform", "crossing", "beam")
    ]
    assert 0.2 < shares[0] < shares[1] < shares[2] < 0.7


@pytest.mark.parametrize("start", ["beam", "crossing"])
def test_photons_start_inside(start):
    with pytest.raises(BadValue, match="uniform or matrix for photons"):
        read_setup(source="photon 30 keV", start=start)


def test_vacuum_between_crystals_takes_nothing():
    found = result(
        composite="1 x 10 nm", box_nm=60.0, start="matrix", energy_keV=1.0, treatment="local", histories=200
    )
    assert found.values["host_deposit_eV"] == 0


@pytest.mark.parametrize(("material", "low", "high"), [("Si", 0.16, 0.21), ("Au", 0.46, 0.55)])
def test_backscattering_of_20_kilovolts(material, low, high):
    """Measured: 0.172 (0.159 to 0.194) and 0.494 (0.480 to 0.516)."""
    found = result(
        material=material, start="beam", edge_length=1e6, energy_keV=20.0, cut_eV=50.0, histories=5000
    )
    assert low < found.tally.escapes[ABOVE_50_EV:].sum() / 5000 < high


def test_secondary_electrons_of_gold_meet_its_work_function():
    """Clean gold at 1 keV gives 1.2 to 1.8 (recalled); a barrier from the bottom of the band would give 0.4."""
    found = result(material="Au", start="beam", edge_length=1e6, energy_keV=1.0, cut_eV=5.0, histories=5000)
    assert 1.1 < found.tally.escapes[:ABOVE_50_EV].sum() / 5000 < 2.0


def _to_the_tail():
    """Probabilities of losses and their weights, dense towards the rare large ones."""
    edges = np.concatenate([np.linspace(0, 0.9, 25), 1 - 0.1 * np.geomspace(1, 1e-5, 40)[1:]])
    return (edges[1:] + edges[:-1]) / 2, np.diff(edges)


def test_momentum_transfers_of_the_tables():
    """Mean deflection of sampled collisions against the quantiles that they were made from."""
    from scintidot.interactions.inelastic import DEFAULT_EXCHANGE, loss_medium_of, response_of
    from scintidot.materials.library import load_material
    from scintidot.transport.inelastic.kinematics import momentum
    from scintidot.transport.inelastic.tables import inelastic_table, recoil_quantiles
    from scintidot.transport.track.steps import energy_loss, recoil_cosines
    from scintidot.transport.track.tables import GRID

    silicon = load_material("Si")
    tables = read_setup(material="Si").tables
    medium = loss_medium_of(silicon)
    even = (np.arange(400) + 0.5) / 400
    cells = np.arange(400) * 0.6180339887 % 1  # even, too, whatever its partner
    for energy in (1e3, 2e4):
        i, share = row_of(energy)
        exact = inelastic_table(medium, response_of(medium), DEFAULT_EXCHANGE, GRID[i : i + 2])
        before = momentum(np.array(energy + exact.inner_energy))
        theirs = ours = 0.0
        for u, weight in zip(*_to_the_tail(), strict=True):
            loss = min(energy_loss(tables, 0, i, share, u), energy * (1 - 1e-6))
            after = momentum(np.array(energy + exact.inner_energy - loss))
            q = momentum(recoil_quantiles(exact, energy, np.array([loss]), even[None, :].copy())[0])
            theirs += weight * np.mean((q**2 - (before - after) ** 2) / (2 * before * after))
            ours += weight * np.mean(
                [
                    1 - recoil_cosines(tables, 0, i, share, energy, loss, u, c, v)[0]
                    for c, v in zip(cells, even, strict=True)
                ]
            )
        assert ours == pytest.approx(theirs, rel=0.05)
