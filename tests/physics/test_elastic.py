"""Partial waves against exact cases, a plain route, another program, and the shipped tables against themselves."""

from __future__ import annotations

import csv
import itertools
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from scintidot.atoms.elements import element, elements
from scintidot.atoms.structure import SPEED_OF_LIGHT
from scintidot.constants import BOHR_RADIUS, HARTREE_ENERGY
from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.interactions.elastic import elastic
from scintidot.transport.elastic.cross_sections import (
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    MODELS,
    Scatterer,
    angular_distribution,
    differential_cross_section,
    scatterer,
    scattering_amplitudes,
)
from scintidot.transport.elastic.partial_waves import PhaseShifts, eikonal, phase_shifts, wave_number
from scintidot.transport.elastic.potential import (
    Potential,
    at_energy,
    correlation,
    muffin_tin,
    polarisation,
)
from scintidot.transport.elastic.tables import (
    ENERGIES,
    balanced,
    compute_table,
    probabilities,
    read_table,
    table,
    write_table,
)

c = SPEED_OF_LIGHT


@cache
def target(symbol: str, model: str = "free", polarisability: float | None = None) -> Scatterer:
    return scatterer(element(symbol), model, polarisability=polarisability)


def potential(function, energy: float, radius: float) -> Potential:
    """Any V(r) [hartree] as the potential of a partial-wave calculation."""
    return Potential(energy, lambda log: np.exp(log) * function(np.exp(log)), radius, 1e-6)


# --- exact cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize("energy", [0.5, 40.0, 3000.0])
def test_no_potential_gives_no_phase(energy: float) -> None:
    phases = phase_shifts(potential(lambda r: 0 * r, energy, 5.0))
    assert np.abs(phases.up).max() < 5e-7
    assert np.abs(phases.down).max() < 5e-7


@pytest.mark.parametrize(("energy", "depth"), [(0.5, 2.0), (30.0, 10.0), (2000.0, 700.0)])
def test_square_well(energy: float, depth: float) -> None:
    """Inside the well P = r j_l(K r), Q = s r K c/(W + 2 c^2) j_l'(K r) with W the kinetic energy there."""
    from scipy.special import spherical_jn, spherical_yn

    radius, inside = 2.0, energy + depth
    phases = phase_shifts(potential(lambda r: np.full_like(r, -depth), energy, radius))
    k, K = wave_number(energy), wave_number(inside)
    for l in (0, 1, 2, 5, 9):  # noqa: E741
        for found, other, sign in ((phases.up[l], l + 1, -1), (phases.down[l], l - 1, 1)):
            if other < 0:
                continue
            P, Q = (
                spherical_jn(l, K * radius),
                sign * K / (inside + 2 * c**2) * spherical_jn(other, K * radius),
            )
            free = sign * k / (energy + 2 * c**2)
            above = Q * spherical_jn(l, k * radius) - P * free * spherical_jn(other, k * radius)
            below = Q * spherical_yn(l, k * radius) - P * free * spherical_yn(other, k * radius)
            assert math.sin(found - math.atan(above / below)) == pytest.approx(0, abs=5e-7)


@pytest.mark.parametrize("energy", [5.0, 400.0, 3675.0])
def test_weak_yukawa_is_born_and_mott(energy: float) -> None:
    """|2 g (1 + E/c^2)/(q^2 + m^2)|^2 (1 - beta^2 sin^2(theta/2)) in first Born approximation of Dirac's equation."""
    strength, mass = 5e-3 * wave_number(energy), 1.5
    phases = phase_shifts(potential(lambda r: -strength * np.exp(-mass * r) / r, energy, 24.0))
    theta = np.radians([0.0, 0.5, 3, 10, 30])
    q = 2 * wave_number(energy) * np.sin(theta / 2)
    gamma = 1 + energy / c**2
    mott = 1 - (1 - gamma**-2) * np.sin(theta / 2) ** 2
    born = (2 * strength * gamma / (q**2 + mass**2)) ** 2 * mott
    f, g = scattering_amplitudes(phases, np.cos(theta))
    assert np.abs(f) ** 2 + np.abs(g) ** 2 == pytest.approx(born, rel=6e-3)


def test_fast_electrons_on_hydrogen_are_born() -> None:
    """f = 2 gamma (q^2 + 8)/(q^2 + 4)^2 for the density e^(-2r)/pi; its integral is the total cross section."""
    energy = 1e5 / HARTREE_ENERGY
    k, gamma = wave_number(energy), 1 + energy / c**2
    q = np.geomspace(1e-4, 2 * k, 20001)
    mott = 1 - (1 - gamma**-2) * (q / (2 * k)) ** 2
    integrand = 2 * math.pi * q / k**2 * (2 * gamma * (q**2 + 8) / (q**2 + 4) ** 2) ** 2 * mott
    born = trapezoid(integrand, q) * BOHR_RADIUS**2
    found = angular_distribution(target("H"), 1e5)
    assert found.total == pytest.approx(born, rel=3e-3)


def test_amplitudes_are_sums_of_legendre_functions() -> None:
    from scipy.special import eval_legendre, lpmv

    rng = np.random.default_rng(5)
    up, down = rng.uniform(-1, 1, (2, 12))
    down[0] = 0
    x = np.linspace(-1, 1, 9)
    phases = PhaseShifts(3.0, up, down, 12)
    f, g = scattering_amplitudes(phases, x)
    l = np.arange(12)[:, None]  # noqa: E741
    s_up, s_down = (np.expm1(2j * part)[:, None] for part in (up, down))
    k = phases.wave_number
    assert f == pytest.approx(((l + 1) * s_up + l * s_down)[:, 0] @ eval_legendre(l, x) / (2j * k), abs=1e-12)
    assert g == pytest.approx((s_up - s_down)[:, 0] @ lpmv(1, l, x) / (2j * k), abs=1e-12)


# --- the plain route --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "energy"), [("C", 20.0), ("C", 3000.0), ("Au", 10.0), ("Au", 500.0), ("Au", 30000.0)]
)
def test_phase_shifts_by_plain_integration_and_wronskians(symbol: str, energy: float) -> None:
    """dP/dr = -kappa/r P + (W/c + 2c) Q, dQ/dr = kappa/r Q - W/c P with W = E - V; then the Wronskians with the free
    solutions, P Q0 - Q P0, at the end."""
    from scipy.integrate import solve_ivp
    from scipy.special import spherical_jn, spherical_yn

    E = energy / HARTREE_ENERGY
    V = at_energy(target(symbol).sphere, E)
    fast = phase_shifts(V)
    k = wave_number(E)
    end = V.radius

    def plain(kappa: int) -> float:
        l = kappa if kappa > 0 else -kappa - 1  # noqa: E741
        start = 1e-6 if l < 4 else 1e-2

        def slope(r: float, y: np.ndarray) -> list[float]:
            W = E - float(V.curve(math.log(r))) / r
            return [-kappa / r * y[0] + (W / c + 2 * c) * y[1], kappa / r * y[1] - W / c * y[0]]

        W = E - float(V.curve(math.log(start))) / start
        first = (
            [1.0, -W / c * start / (2 * l + 3)] if kappa < 0 else [(W / c + 2 * c) * start / (2 * l + 1), 1.0]
        )
        run = solve_ivp(slope, (start, end), first, method="DOP853", rtol=1e-9, atol=0.0)
        P, Q = run.y[:, -1]
        other, sign = (l + 1, -1) if kappa < 0 else (l - 1, 1)
        ratio = sign * k * c / (E + 2 * c**2)
        x = k * end
        regular = P * ratio * spherical_jn(other, x) - Q * spherical_jn(l, x)
        irregular = P * ratio * spherical_yn(other, x) - Q * spherical_yn(l, x)
        return math.atan(regular / irregular)

    for kappa in (-1, 1, -2, 3, -9):
        found = fast.down[kappa] if kappa > 0 else fast.up[-kappa - 1]
        assert math.sin(found - plain(kappa)) == pytest.approx(0, abs=3e-6), kappa


@pytest.mark.parametrize(("symbol", "energy"), [("H", 1e4), ("Br", 2e3), ("Au", 1e5)])
def test_eikonal_tail_joins_the_solved_waves(symbol: str, energy: float) -> None:
    V = at_energy(target(symbol).sphere, energy / HARTREE_ENERGY)
    phases = phase_shifts(V)
    assert phases.solved < len(phases.up)
    l = np.arange(phases.solved - 8, phases.solved)  # noqa: E741
    guess = eikonal(V, l.astype(float))
    assert guess == pytest.approx(phases.up[l], rel=0.015, abs=2e-8)
    assert abs(phases.up[-1]) < 1e-7


# --- potential --------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", ["C", "Br", "Pb"])
def test_static_potential_solves_poisson_and_ends(symbol: str) -> None:
    from scipy.interpolate import CubicSpline

    sphere = target(symbol).sphere
    log = np.log(sphere.r)
    density, rv = CubicSpline(log, sphere.density), CubicSpline(log, sphere.r_times_potential)
    r = np.geomspace(1e-5, 60, 100_001)
    charge = 4 * math.pi * r**3 * density(np.log(r))  # per ln r
    for radius in (0.05, 0.5, 3.0):
        screening = trapezoid(charge / np.maximum(r, radius), np.log(r))  # of shells of radius r
        assert rv(math.log(radius)) == pytest.approx(-sphere.Z + radius * screening, abs=1e-5 * sphere.Z)
    assert trapezoid(charge, np.log(r)) == pytest.approx(sphere.Z, rel=1e-6)
    assert abs(sphere.r_times_potential[-1]) < 1e-12
    near = np.interp(1e-3, sphere.r, sphere.r_times_potential)  # outside the nucleus, inside every shell
    assert -sphere.Z < near < -0.85 * sphere.Z


def test_muffin_tin_is_neutral_ends_and_becomes_the_free_atom() -> None:
    free = target("Si").sphere
    radius = 2.2
    solid = muffin_tin(free, radius)
    inside = trapezoid(4 * math.pi * solid.r**3 * solid.density, np.log(solid.r))
    assert inside == pytest.approx(14, rel=1e-4)
    assert solid.r_times_potential[-1] == pytest.approx(0, abs=1e-12)
    energy = 300.0
    small, large = (
        angular_distribution(Scatterer(element("Si"), "muffin-tin", muffin_tin(free, r)), energy)
        for r in (radius, 12.0)
    )
    alone = angular_distribution(target("Si"), energy)
    assert large.total == pytest.approx(alone.total, rel=2e-3)
    assert large.transport1 == pytest.approx(alone.transport1, rel=2e-3)
    assert small.total < 0.9 * alone.total
    assert small.transport1 == pytest.approx(alone.transport1, rel=0.1)


def test_polarisation_falls_as_the_fourth_power_and_correlation_is_continuous() -> None:
    assert polarisation(2.0, np.array([200.0]), 79, 36.0) * 200.0**4 == pytest.approx(-18, rel=1e-3)
    density = (
        3 / (4 * math.pi) * np.array([1 - 1e-9, 1 + 1e-9])
    )  # on both sides of one electron per sphere of a0
    thin, dense = correlation(density)
    assert thin == pytest.approx(dense, abs=2e-3)


# --- conservation and convergence -------------------------------------------------------------------


def total_cross_section(phases: PhaseShifts) -> float:
    """4 pi/k^2 sum [(l + 1) sin^2 delta_l+ + l sin^2 delta_l-], without any angle. [nm^2]"""
    l = np.arange(len(phases.up))  # noqa: E741
    sums = (l + 1) * np.sin(phases.up) ** 2 + l * np.sin(phases.down) ** 2
    return float(4 * math.pi * BOHR_RADIUS**2 / phases.wave_number**2 * sums.sum())


@pytest.mark.parametrize(
    ("model", "energy"),
    [*itertools.product(MODELS, (10.0, 200.0, 5000.0)), ("free", 1e5), ("muffin-tin", 1e5)],
)
def test_differential_cross_section_integrates_to_the_total(model: str, energy: float) -> None:
    one = target("Br", model)
    phases = one.phase_shifts(energy)
    found = angular_distribution(one, energy)
    total = total_cross_section(phases)
    assert found.total == pytest.approx(total, rel=1e-6)
    # optical theorem
    forward = scattering_amplitudes(phases, np.ones(1))[0][0]
    assert 4 * math.pi / phases.wave_number * forward.imag * BOHR_RADIUS**2 == pytest.approx(total, rel=1e-10)


@pytest.mark.parametrize("energy", [30.0, 2000.0, 1e5])
def test_transport_cross_section_is_a_sum_over_neighbouring_waves(energy: float) -> None:
    """A second route without angles, from x P_l = ((l + 1) P_(l+1) + l P_(l-1))/(2l + 1) and the like for P_l^1."""
    phases = target("Br").phase_shifts(energy)
    l = np.arange(len(phases.up))  # noqa: E741
    up, down = (np.exp(1j * part) * np.sin(part) for part in (phases.up, phases.down))
    a, b = (l + 1) * up + l * down, down - up
    n = l[:-1]
    direct = 2 * (n + 1) / ((2 * n + 1) * (2 * n + 3)) * (a[:-1] * np.conj(a[1:])).real * 2
    flip = 2 * n * (n + 1) * (n + 2) / ((2 * n + 1) * (2 * n + 3)) * (b[:-1] * np.conj(b[1:])).real * 2
    mean_cosine = 2 * math.pi / phases.wave_number**2 * (direct + flip).sum() * BOHR_RADIUS**2
    expected = total_cross_section(phases) - mean_cosine
    assert angular_distribution(target("Br"), energy).transport1 == pytest.approx(expected, rel=1e-6)


# --- another program --------------------------------------------------------------------------------

MILLER = {"C": 1.76, "Si": 5.38, "Au": 5.8}
"""Polarisabilities [1e-24 cm^3] of the reference run: Miller in the CRC Handbook, 79th ed., as listed in ELSEPA."""


@cache
def reference(folder: Path) -> list[dict[str, str]]:
    with (folder / "reference/elastic/elsepa_au_si_c.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("symbol", ["C", "Si", "Au"])
def test_free_atom_against_elsepa(shared: Path, symbol: str) -> None:
    """Accepted are 3 % and 5 % (8 % and 12 % below 300 eV); reached is 0.05 %, mostly its angular quadrature."""
    rows = [row for row in reference(shared) if row["model"] == "SE_free" and row["element"] == symbol]
    assert len(rows) == 30
    energy = np.array([float(row["energy_eV"]) for row in rows])
    found = np.array(table(symbol).cross_sections(energy)) / BOHR_RADIUS**2
    for mine, key in zip(found, ("total_a02", "tr1_a02", "tr2_a02"), strict=True):
        assert mine == pytest.approx(np.array([float(row[key]) for row in rows]), rel=6e-4)


@pytest.mark.parametrize("symbol", ["C", "Si", "Au"])
def test_correlation_polarisation_against_elsepa(shared: Path, symbol: str) -> None:
    rows = [row for row in reference(shared) if row["model"] == "SEP_free" and row["element"] == symbol]
    one = target(symbol, "correlation-polarisation", MILLER[symbol] * 1e-3 / BOHR_RADIUS**3)
    for row in rows[::4]:
        found = angular_distribution(one, float(row["energy_eV"]))
        for mine, key in (("total", "total_a02"), ("transport1", "tr1_a02"), ("transport2", "tr2_a02")):
            assert getattr(found, mine) / BOHR_RADIUS**2 == pytest.approx(float(row[key]), rel=6e-4)


@pytest.mark.parametrize("symbol", ["C", "Si", "Au"])
def test_differential_cross_section_against_elsepa(shared: Path, symbol: str) -> None:
    with np.load(shared / "reference/elastic/elsepa_dcs_au_si_c.npz") as data:
        energies, published = (data[f"SE_free/{symbol}/{key}"] for key in ("energy_eV", "dcs_cm2_sr"))
        theta = np.radians(data["theta_deg"])
    for i in range(0, len(energies), 4):
        found = differential_cross_section(target(symbol), float(energies[i]), theta) * 1e-14
        assert found == pytest.approx(published[i], rel=1e-3)  # deep minima too


# --- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("symbol", elements())
def test_quantiles_give_back_the_transport_cross_sections(symbol: str) -> None:
    made = table(symbol)
    probability, complement = probabilities()
    assert np.all(np.diff(made.mu, axis=1) >= 0)
    share = np.where(probability[1:] > 0.5, -np.diff(complement), np.diff(probability))
    low, high = made.mu[:, :-1], made.mu[:, 1:]
    mean = (low + high) / 2 @ share
    square = (low**2 + low * high + high**2) / 3 @ share
    assert 2 * mean * made.total == pytest.approx(made.transport1, rel=1e-4)  # the rounding of the file
    assert 6 * (mean - square) * made.total == pytest.approx(
        made.transport2, rel=0.02
    )  # the worst, Pm at 87 eV: 1.7 %


@pytest.mark.parametrize("symbol", ["H", "Cs", "Pb"])
def test_samples_between_energies_have_the_mean_of_the_cross_sections(symbol: str) -> None:
    made = table(symbol)
    uniform = (np.arange(200_000) + 0.5) / 200_000
    for energy in (33.0, 777.0, 12_345.0):
        total, first, _ = (one[0] for one in made.cross_sections([energy]))
        mu = made.sample(np.full_like(uniform, energy), uniform)
        assert np.all((mu >= 0) & (mu <= 1))
        assert 2 * mu.mean() * total == pytest.approx(first, rel=0.015)


@pytest.mark.parametrize("symbol", ["C", "Au"])
def test_shipped_table_is_what_the_program_computes(symbol: str) -> None:
    pick = [0, 41, 77, 128]
    shipped, made = table(symbol), compute_table(target(symbol), ENERGIES[pick])
    assert made.total == pytest.approx(shipped.total[pick], rel=1e-6)  # where the atom's iteration stops
    assert made.transport1 == pytest.approx(shipped.transport1[pick], rel=1e-6)
    assert made.transport2 == pytest.approx(shipped.transport2[pick], rel=1e-6)
    assert made.mu == pytest.approx(shipped.mu[pick], rel=1e-4)


@pytest.mark.parametrize("symbol", ["Si", "Au"])
def test_table_interpolates_what_is_computed(symbol: str) -> None:
    for energy in (10.4, 55.5, 222.0, 4321.0, 97_000.0):
        computed = angular_distribution(target(symbol), energy)
        total, first, second = (one[0] for one in table(symbol).cross_sections([energy]))
        assert (total, first, second) == pytest.approx(
            (computed.total, computed.transport1, computed.transport2), rel=2e-4
        )


def test_balanced_quantiles_keep_their_order_and_come_near_the_exact_ones() -> None:
    probability, complement = probabilities()
    for symbol, energy in (("Au", 100.0), ("Br", 60.0)):
        angular = angular_distribution(target(symbol), energy)
        exact = angular.quantiles(probability, complement)
        found = balanced(exact, angular.transport1 / (2 * angular.total))
        assert np.all(np.diff(found) >= 0)
        assert (found[0], found[-1]) == (0, 1)
        assert found == pytest.approx(exact, rel=0.01)


def test_tables_are_small() -> None:
    from importlib import resources

    folder = resources.files("scintidot.transport.elastic").joinpath("data")
    sizes = [len(file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".npz")]
    assert len(sizes) == len(elements())
    assert max(sizes) < 40_000
    assert sum(sizes) < 3_000_000


def test_table_is_written_whole_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    made, path = table("H"), tmp_path / "H.npz"
    write_table(path, made)
    assert [file.name for file in tmp_path.iterdir()] == ["H.npz"]
    with path.open("rb") as stream:
        assert read_table(stream, "H").mu == pytest.approx(made.mu, rel=1e-9)
    path.write_bytes(path.read_bytes()[:2000])
    with path.open("rb") as stream, pytest.raises(BadFile, match=r"H\.npz: bad table"):
        read_table(stream, "H")


# --- the document -----------------------------------------------------------------------------------


def test_document_has_its_keys_and_says_what_was_chosen() -> None:
    document = elastic("Pb", [100, 1000.0, 7000])
    assert document["schema"] == "scintidot.elastic/1"
    assert document["element"] == "Pb"
    assert document["choices"]["model"] == "free"
    assert [row["energy_eV"] for row in document["rows"]] == [100.0, 1000.0, 7000.0]
    for row in document["rows"]:
        assert 0 < row["transport1_cm2"] < 2 * row["total_cm2"] < 1e-14
        assert 0 < row["transport2_cm2"] < 1.5 * row["total_cm2"]
    assert any("free atom" in warning for warning in document["warnings"])
    assert not any("Below 100 eV" in warning for warning in document["warnings"])
    assert any("Below 100 eV" in warning for warning in elastic("H", [99.0])["warnings"])


def test_document_of_other_models_states_their_numbers() -> None:
    default = elastic("Br", [500.0], model="muffin-tin")
    assert default["choices"]["radius_nm"] == pytest.approx(0.120)
    chosen = elastic("Br", [500.0], model="muffin-tin", radius_nm=0.15)
    assert chosen["choices"]["radius_meaning"] == "as given"
    assert chosen["rows"][0]["total_cm2"] > default["rows"][0]["total_cm2"]
    polarised = elastic("Br", [50.0], model="correlation-polarisation")
    assert polarised["choices"]["polarisability_a03"] == pytest.approx(21)
    assert polarised["rows"][0]["total_cm2"] > elastic("Br", [50.0])["rows"][0]["total_cm2"]


@given(
    st.sampled_from(list(elements())),
    st.lists(st.floats(LOWEST_ENERGY, HIGHEST_ENERGY), min_size=1, max_size=5),
)
def test_any_element_at_any_energy_scatters(symbol: str, energies: list[float]) -> None:
    for row in elastic(symbol, energies)["rows"]:
        assert 0 < row["transport1_cm2"] < 2 * row["total_cm2"]
        assert 0 < row["transport2_cm2"] < 1.5 * row["total_cm2"]


@given(
    st.floats(allow_nan=True, allow_infinity=True).filter(lambda x: not LOWEST_ENERGY <= x <= HIGHEST_ENERGY)
)
def test_energy_outside_the_range_is_refused(energy: float) -> None:
    with pytest.raises((BadValue, OutOfRange), match=r"elastic: bad (energy|number|value) for --energy-ev"):
        elastic("Pb", [energy])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"element": "Pq", "energies_eV": [100]}, r"bad name for --element .*found 'Pq'"),
        ({"element": "Pb", "energies_eV": []}, r"bad value for --energy-ev .*one or more energies"),
        ({"element": "Pb", "energies_eV": ["hundred"]}, r"bad number for --energy-ev"),
        ({"element": "Pb", "energies_eV": [9.9]}, r"10 eV to 100 keV"),
        ({"element": "Pb", "energies_eV": [100], "model": "fre"}, r"Did you mean 'free'"),
        ({"element": "Pb", "energies_eV": [100], "radius_nm": 0.1}, r"only with --model muffin-tin"),
        (
            {"element": "Pb", "energies_eV": [100], "model": "muffin-tin", "radius_nm": 1.5},
            r"at least 0.02 and at most 0.5 nm",
        ),
        (
            {
                "element": "Pb",
                "energies_eV": [100],
                "model": "correlation-polarisation",
                "polarisability_a03": -1,
            },
            r"more than 0 and at most 1000",
        ),
    ],
)
def test_bad_input_gets_one_clear_line(arguments: dict[str, object], message: str) -> None:
    with pytest.raises((BadValue, OutOfRange), match=message) as caught:
        elastic(**arguments)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
