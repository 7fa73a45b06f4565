"""Relaxation of vacancies: balance, two routes, outside values."""

import numpy as np
import pytest
import xraylib
from hypothesis import given
from hypothesis import strategies as st

from scintidot.atoms import relaxation as module
from scintidot.atoms.cascade import mean_cascade, sample_cascade
from scintidot.atoms.relaxation import YIELDS, relaxation_of
from scintidot.atoms.shells import SHELLS, atomic_number, eadl, shells_of, symbols
from scintidot.errors import BadValue
from scintidot.interactions.relaxation import relaxation

SHIPPED = ["H", "C", "N", "O", "Si", "P", "S", "Cl", "Zn", "Br", "Se", "Cd", "In", "I", "Cs", "Pb", "Au"]


def share(symbol, shell, select, yields="xraylib"):
    """Probability of the transitions of a vacancy whose holes (names, None for a photon) satisfy ``select``."""
    table = relaxation_of(symbol, yields)
    i = table.index(shell)
    names = table.shells.names
    return sum(
        table.probability[row]
        for row in range(table.start[i], table.start[i + 1])
        if select(
            names[table.first_hole[row]],
            None if table.second_hole[row] < 0 else names[table.second_hole[row]],
        )
    )


def first_electron_energy(symbol, shell):
    table = relaxation_of(symbol, "eadl")
    i = table.index(shell)
    rows = np.arange(table.start[i], table.start[i + 1])
    rows = rows[table.second_hole[rows] >= 0]
    return table.probability[rows] @ table.energy[rows] / table.probability[rows].sum()


@pytest.mark.parametrize("yields", YIELDS)
def test_every_vacancy_of_every_element_balances(yields):
    for symbol in symbols():
        table = relaxation_of(symbol, yields)
        assert (table.energy > 0).all()
        for i, (shell, binding) in enumerate(
            zip(table.shells.names, table.shells.binding_energy, strict=True)
        ):
            own = slice(table.start[i], table.start[i + 1])
            assert table.probability[own].sum() == pytest.approx(1.0, abs=1e-12) or own.start == own.stop
            assert abs(mean_cascade(table, shell).imbalance) < 1e-13 * max(1e3, binding)


def test_one_hole_more_than_electrons():
    """Each electron that leaves takes one charge with it; photons take none."""
    for symbol in SHIPPED:
        table = relaxation_of(symbol)
        stays = np.diff(table.start) == 0
        for shell in table.shells.names:
            cascade = mean_cascade(table, shell)
            assert cascade.vacancies[stays].sum() == pytest.approx(1 + cascade.electrons, rel=1e-12)


@given(symbol=st.sampled_from(SHIPPED), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_every_history_closes(symbol, seed, data):
    table = relaxation_of(symbol)
    shell = data.draw(st.sampled_from(table.shells.names))
    cascade = sample_cascade(table, shell, np.random.default_rng(seed))
    assert cascade.energy == pytest.approx(table.shells.binding_energy[table.index(shell)], rel=1e-12)
    assert len(cascade.outer_holes) == 1 + len(cascade.electrons)
    assert min(cascade.photons + cascade.electrons, default=1.0) > 0


def test_histories_can_be_replayed():
    table = relaxation_of("Cs")
    first, second = (sample_cascade(table, "L1", np.random.default_rng(5)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("symbol", "shell"), [("Pb", "K"), ("Pb", "M3"), ("Cs", "L1"), ("Br", "K"), ("O", "K")]
)
def test_recursion_against_linear_algebra_and_sampling(symbol, shell):
    table = relaxation_of(symbol)
    n = len(table.shells.names)
    origin = np.repeat(np.arange(n), np.diff(table.start))
    step = np.zeros((n, n))
    np.add.at(step, (origin, table.first_hole), table.probability)
    electron = table.second_hole >= 0
    np.add.at(step, (origin[electron], table.second_hole[electron]), table.probability[electron])
    visits = np.linalg.inv(np.eye(n) - step)[table.index(shell)]
    cascade = mean_cascade(table, shell)
    assert cascade.vacancies == pytest.approx(visits, rel=1e-10, abs=1e-14)

    random = np.random.default_rng(20261122)
    histories = [sample_cascade(table, shell, random) for _ in range(1500)]
    for name, counts in (
        ("photons", [len(h.photons) for h in histories]),
        ("electrons", [len(h.electrons) for h in histories]),
        ("photon_energy", [sum(h.photons) for h in histories]),
        ("electron_energy", [sum(h.electrons) for h in histories]),
        ("outer_shell_energy", [h.outer_shell_energy for h in histories]),
    ):
        error = np.std(counts) / np.sqrt(len(counts))
        assert np.mean(counts) == pytest.approx(getattr(cascade, name), abs=4.5 * error + 1e-9), name


def test_cumulative_table_is_what_the_sampler_needs():
    table = relaxation_of("Pb")
    for first, last in zip(table.start[:-1], table.start[1:], strict=True):
        if last > first:
            part = table.cumulative[first:last]
            assert part[-1] == 1.0
            assert (np.diff(part) >= 0).all()


# Measured lines [eV]: X-ray Data Booklet, table 1-2 (after Bearden, Rev. Mod. Phys. 39, 78 (1967)), in roentgen 2.4.0.
MEASURED = {
    "Si": {"K-L3": 1739.98, "K-L2": 1739.38, "K-M3": 1835.94},
    "Zn": {"K-L3": 8638.86, "K-L2": 8615.78, "K-M3": 9572.0, "L3-M5": 1011.7, "L2-M4": 1034.7},
    "Br": {"K-L3": 11924.2, "K-L2": 11877.6, "K-M3": 13291.4, "L3-M5": 1480.43, "L2-M4": 1525.9},
    "Cd": {
        "K-L3": 23173.6,
        "K-L2": 22984.1,
        "K-M3": 26095.5,
        "L3-M5": 3133.73,
        "L2-M4": 3316.57,
        "L2-N4": 3716.86,
    },
    "I": {
        "K-L3": 28612.0,
        "K-L2": 28317.2,
        "K-M3": 32294.7,
        "L3-M5": 3937.65,
        "L2-M4": 4220.72,
        "L2-N4": 4800.9,
    },
    "Cs": {
        "K-L3": 30972.8,
        "K-L2": 30625.1,
        "K-M3": 34986.9,
        "L3-M5": 4286.5,
        "L2-M4": 4619.8,
        "L2-N4": 5280.4,
    },
    "Au": {
        "K-L3": 68803.7,
        "K-L2": 66989.5,
        "K-M3": 77984.0,
        "L3-M5": 9713.3,
        "L2-M4": 11442.3,
        "M5-N7": 2122.9,
    },
    "Pb": {
        "K-L3": 74969.4,
        "K-L2": 72804.2,
        "K-M3": 84936.0,
        "L3-M5": 10551.5,
        "L2-M4": 12613.7,
        "M5-N7": 2345.5,
    },
}


@pytest.mark.parametrize("symbol", MEASURED)
def test_line_energies_against_measured_lines(symbol):
    """Differences of neutral binding energies, which xraylib's LineEnergy are too: 2.5 eV from measured lines."""
    table = relaxation_of(symbol)
    names = table.shells.names
    for line, energy in MEASURED[symbol].items():
        vacancy, other = line.split("-")
        i = table.index(vacancy)
        rows = np.arange(table.start[i], table.start[i + 1])
        radiative = rows[(table.second_hole[rows] < 0) & (table.first_hole[rows] == names.index(other))]
        assert table.energy[radiative] == pytest.approx([energy], abs=2.6)
        theirs = 1e3 * xraylib.LineEnergy(atomic_number(symbol), getattr(xraylib, f"{vacancy}{other}_LINE"))
        assert table.energy[radiative] == pytest.approx([theirs], rel=1e-9)


@pytest.mark.parametrize(
    ("symbol", "shell", "holes", "measured"),
    [
        ("Si", "K", ("L2", "L3"), 1616.0),
        ("Au", "M5", ("N7", "N7"), 2015.0),
    ],
)
def test_auger_energies_lie_above_measured_ones(symbol, shell, holes, measured):
    """By the attraction of the second hole, some tens of eV (measured: Auger handbooks, recalled, 10 eV)."""
    table = relaxation_of(symbol)
    names = table.shells.names
    rows = np.arange(table.start[table.index(shell)], table.start[table.index(shell) + 1])
    wanted = [names.index(hole) for hole in holes]
    row = rows[(table.first_hole[rows] == wanted[0]) & (table.second_hole[rows] == wanted[1])]
    assert 0 < float(table.energy[row][0]) - measured < 60


def test_auger_table_is_that_of_xraylib():
    """Regenerates part of the shipped table: xraylib has EADL97 too, of K and L without Coster-Kronig."""
    table = eadl()
    compared = 0
    for symbol in SHIPPED:
        z = atomic_number(symbol)
        for vacancy in (0, 1, 2, 3):
            rows = (table["transition"][:, 0] == z) & (table["transition"][:, 1] == vacancy)
            inner, outer = table["transition"][rows, 2], table["transition"][rows, 3]
            ours, theirs = [], []
            for a, b, probability in zip(inner, outer, table["probability"][rows], strict=True):
                name = f"{SHELLS[vacancy]}_{SHELLS[a]}{SHELLS[b]}_AUGER"
                if hasattr(xraylib, name):
                    try:
                        theirs.append(xraylib.AugerRate(z, getattr(xraylib, name)))
                    except ValueError:
                        continue
                    ours.append(probability)
            ours, theirs = np.array(ours), np.array(theirs)
            big = theirs > 0.01  # below, xraylib's table is rounded
            if big.sum() > 1:
                ratio = ours[big] / theirs[big]
                assert ratio == pytest.approx(np.full(big.sum(), ratio.mean()), rel=0.02)
                compared += int(big.sum())
    assert compared > 300


def test_probabilities_of_the_evaluated_file():
    """K of Pb in ENDF/B-VIII.1 (EADL of EPICS2023, atom-082_Pb_000.endf), read on 2026-11-22."""
    known = {
        ("L1", "L1"): 4.17498e-3,
        ("L1", "L2"): 6.68324e-3,
        ("L2", "L3"): 6.34745e-3,
        ("M4", "M4"): 9.90629e-8,
    }
    for holes, probability in known.items():
        assert share("Pb", "K", lambda *pair, holes=holes: pair == holes, "eadl") == pytest.approx(
            probability, rel=2e-4
        )


@pytest.mark.parametrize(("shell", "mean_energy", "tolerance"), [("N1", 304.0, 0.05), ("N2", 270.0, 0.18)])
def test_statistical_rule_against_the_evaluated_file(shell, mean_energy, tolerance):
    """Mean energy of the first electron of N1 and N2 of Pb: sums over the rows of ENDF/B-VIII.1 (see above)."""
    assert first_electron_energy("Pb", shell) == pytest.approx(mean_energy, rel=tolerance)


def test_statistical_rule_where_the_table_knows_better(monkeypatch):
    """M2 and M3 by the rule alone: as wrong as the documentation says, for the median and for one element."""
    known = {(s, shell): first_electron_energy(s, shell) for s in symbols()[32:] for shell in ("M2", "M3")}
    empty = {**eadl(), "total": np.zeros_like(eadl()["total"])}
    monkeypatch.setattr(module, "eadl", lambda: empty)
    relaxation_of.cache_clear()
    ratio = np.array([first_electron_energy(*key) / value for key, value in known.items()])
    relaxation_of.cache_clear()
    assert abs(np.median(ratio) - 1) < 0.08
    assert np.quantile(np.abs(ratio - 1), 0.9) < 0.30


@pytest.mark.parametrize(
    ("symbol", "shell", "charge"), [("Xe", "N5", 2.0), ("Ar", "L3", 2.0), ("Kr", "M5", 2.0)]
)
def test_charge_of_the_ion(symbol, shell, charge):
    """One Auger electron leaves these vacancies: the pairs that could give a second step are closed."""
    assert mean_cascade(relaxation_of(symbol), shell).electrons + 1 == pytest.approx(charge, abs=0.01)


def test_hydrogen_keeps_its_hole():
    cascade = mean_cascade(relaxation_of("H"), "K")
    assert (cascade.photons, cascade.electrons) == (0, 0)
    assert cascade.outer_shell_energy == shells_of(1).binding_energy[0]


@pytest.mark.parametrize(("shell", "value"), [("K", 0.9634), ("L3", 0.36)])
def test_yields_by_name(shell, value):
    assert share("Pb", shell, lambda _, second: second is None) == pytest.approx(value, abs=1e-3)
    assert share("Pb", shell, lambda _, second: second is None, "eadl") == pytest.approx(
        1 - eadl()["total"][82, SHELLS.index(shell)], rel=1e-6
    )


def test_coster_kronig_totals_are_xraylibs():
    total = share("Pb", "L1", lambda first, second: first == "L3" and second is not None)
    assert total == pytest.approx(xraylib.CosKronTransProb(82, xraylib.FL13_TRANS), rel=5e-3)


# --- the document -----------------------------------------------------------------------------------


def test_document_closes():
    document = relaxation("Pb", "K")
    parts = [document[key]["energy_eV"] for key in ("photons", "electrons", "outer_shells")]
    assert sum(parts) == pytest.approx(document["binding_energy_eV"], rel=1e-12)
    assert abs(document["imbalance_eV"]) < 1e-8
    assert document["schema"] == "scintidot.relaxation/1"
    energies = [line["energy_eV"] for line in document["lines"]]
    assert energies == sorted(energies, reverse=True)
    listed = sum(line["number"] for line in document["lines"] if line["particle"] == "photon")
    assert 0.97 * document["photons"]["number"] < listed <= document["photons"]["number"] * (1 + 1e-12)


@pytest.mark.parametrize(
    ("element", "shell", "who", "hint"),
    [
        ("Pbb", "K", "--element", "Did you mean 'Pb'?"),
        ("Lead", "K", "--element", "Write the symbol"),
        ("", "K", "--element", "expected the symbol"),
        ("82", "K", "--element", "expected the symbol"),
        ("Pb", "L4", "--shell", "Did you mean 'L"),
        ("Pb", "l3", "--shell", "Did you mean 'L3'?"),
        ("Pb", "", "--shell", "one of K, L1"),
        ("C", "M1", "--shell", "an occupied shell of C"),
    ],
)
def test_unknown_names_get_one_line(element, shell, who, hint):
    with pytest.raises(BadValue) as caught:
        relaxation(element, shell)
    line = str(caught.value)
    assert line.startswith("relaxation: bad name")
    assert who in line
    assert hint in line
    assert "\n" not in line


def test_symbol_is_read_in_any_case():
    assert relaxation("pb", "K") == relaxation("Pb", "K")


def test_unknown_yields():
    with pytest.raises(BadValue, match=r"for yields .*Did you mean 'eadl'"):
        relaxation("Pb", "K", yields="eadl97")
