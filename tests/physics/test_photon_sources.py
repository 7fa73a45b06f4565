"""Lines and X-ray tube spectra: where they must be, what they must add up to."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
import xraylib
from scipy.optimize import brentq

from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.errors import BadValue, OutOfRange
from scintidot.radiation.lines import line_sources, line_spectrum
from scintidot.radiation.spectrum import COVERED, energy_at, monoenergetic, range_warnings
from scintidot.radiation.tube import SHIPPED, Tube, compute, shipped_table, shipped_tube, tube_spectrum

LINES = [(source, line) for source in line_sources().values() for line in source.lines]


def xraylib_energy(transition):
    element, line = transition.split()
    number = xraylib.SymbolToAtomicNumber(element)
    return 1e3 * xraylib.LineEnergy(number, getattr(xraylib, f"{line}_LINE"))


@pytest.mark.parametrize(("source", "line"), LINES, ids=lambda x: x.name)
def test_x_ray_energies_agree_with_xraylib(source, line):
    if line.transition is None:
        assert line.name.startswith(("gamma", "annihilation", "Ag L", "Mn L")), source.name
    else:
        assert line.energy.value == pytest.approx(xraylib_energy(line.transition), abs=0.6)


def relative(nuclide, element):
    """Intensities of the X-rays in xraylib's table of radionuclides, by name of the line."""
    data = xraylib.GetRadioNuclideDataByName(nuclide)
    names = {value: name[:-5] for name, value in vars(xraylib).items() if name.endswith("_LINE")}
    rows = zip(data["XrayLines"], data["XrayIntensities"], strict=True)
    return {f"{element} {names[line]}": intensity for line, intensity in rows}


@pytest.mark.parametrize(
    ("source", "nuclide", "element", "evaluated", "group"),
    [
        ("am241", "241Am", "Np", 0.1302, "LA2 LA1"),
        ("am241", "241Am", "Np", 0.1858, "LB6 LB2 LB4 LB5 LB1 LB3"),
        ("am241", "241Am", "Np", 0.0483, "LG1 LG2 LG3 LG6"),
        ("cd109", "109Cd", "Ag", 0.2770 * 0.551, "KB3 KB1"),
        ("cd109", "109Cd", "Ag", 0.0482 * 0.551, "KB2 KB4"),
    ],
)
def test_lines_share_the_intensity_of_their_group(source, nuclide, element, evaluated, group):
    names = [f"{element} {name}" for name in group.split()]
    shares = np.array([relative(nuclide, element)[name] for name in names])
    ours = [line.intensity.value for line in line_sources()[source].lines if line.transition in names]
    assert ours == pytest.approx(evaluated * shares / shares.sum(), abs=1e-5)


def test_evaluated_lines_agree_with_the_older_table():
    """Two evaluations apart by decades: main lines within 10 %, Ag K X-rays within 2 %."""
    for source, nuclide, tolerance in (("am241", "241Am", 0.1), ("cd109", "109Cd", 0.04)):
        data = xraylib.GetRadioNuclideDataByName(nuclide)
        older = dict(zip(np.round(data["GammaEnergies"], 1), data["GammaIntensities"], strict=True))
        for line in line_sources()[source].lines:
            if line.name.startswith("gamma") and line.intensity.value > 1e-3:
                assert line.intensity.value == pytest.approx(
                    older[round(line.energy.value / 1e3, 1)], rel=tolerance
                )
    silver = relative("109Cd", "Ag")
    ours = {line.transition: line.intensity.value for line in line_sources()["cd109"].lines}
    kalpha = [f"Ag KA{i}" for i in (1, 2)]
    assert sum(ours[k] for k in kalpha) == pytest.approx(sum(silver[k] for k in kalpha), rel=0.02)


def test_manganese_kbeta_is_the_ratio_of_radiative_rates():
    lines = {line.name: line.intensity.value for line in line_sources()["fe55"].lines}
    ratio = xraylib.RadRate(25, xraylib.KB_LINE) / xraylib.RadRate(25, xraylib.KA_LINE)
    assert lines["Mn Kbeta1"] / (lines["Mn Kalpha1"] + lines["Mn Kalpha2"]) == pytest.approx(ratio, rel=1e-3)


def test_manganese_k_x_rays_are_captures_times_fluorescence_yield():
    """P_K = 0.885 of the captures leave a K hole (recalled); xraylib has the yield."""
    expected = 0.885 * xraylib.FluorYield(25, xraylib.K_SHELL)
    assert line_spectrum("fe55-k").intensity == pytest.approx(expected, rel=0.03)


def test_cadmium_gamma_is_what_conversion_leaves():
    """Ratel 1988: total conversion coefficient 26.21; gammas and conversion electrons together one per decay."""
    assert line_spectrum("cd109-88").intensity * (1 + 26.21) == pytest.approx(1, abs=0.005)


def test_annihilation_photons_have_the_rest_energy():
    spectrum = line_spectrum("annihilation")
    assert spectrum.mean_energy == pytest.approx(ELECTRON_REST_ENERGY, rel=1e-12)
    assert spectrum.intensity == 2
    assert line_spectrum("na22").line_intensity[0] == pytest.approx(2 * (0.903 + 0.00055))


def test_parts_are_parts():
    for part, whole in (("am241-59", "am241"), ("cd109-22", "cd109"), ("fe55-k", "fe55")):
        names = set(line_spectrum(part).line_name)
        assert 0 < len(names) < len(line_spectrum(whole).line_name)
        assert names < set(line_spectrum(whole).line_name)
        assert "stopped by a filter" in line_spectrum(part).notes[0]


# --- tubes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_no_photon_is_above_the_voltage(name):
    spectrum = shipped_tube(name)
    assert spectrum.energy_range[1] == pytest.approx(1e3 * SHIPPED[name].voltage)
    assert spectrum.energy(np.linspace(0, 1, 1001)[:-1]).max() <= 1e3 * SHIPPED[name].voltage
    assert spectrum.intensity == pytest.approx(1)
    assert np.all(spectrum.bin_intensity >= 0)


def stated_by_spekpy(name, quantity):
    return float(shipped_table(name).comments[f"{quantity} by spekpy"].split()[0])


@pytest.mark.parametrize("name", SHIPPED)
def test_mean_energy_is_that_of_spekpy(name):
    stated = stated_by_spekpy(name, "mean energy")
    assert shipped_tube(name).mean_energy / 1e3 == pytest.approx(stated, rel=2e-4)


def recoil_share(energy):
    """Mean share of the energy [keV] that a free electron takes in Compton scattering (Klein-Nishina)."""
    cosine, weight = np.polynomial.legendre.leggauss(60)
    kept = 1 / (1 + energy / 510.999 * (1 - cosine))
    section = kept**2 * (kept + 1 / kept - 1 + cosine**2) * weight
    return section @ (1 - kept) / section.sum()


def half_value_layer(spectrum):
    """mm Al that halve the air kerma, with xraylib's coefficients; fluorescence of air stays in it."""
    energy = (spectrum.bin_edges[1:] + spectrum.bin_edges[:-1]) / 2e3
    air = {7: 0.755, 8: 0.232, 18: 0.013}
    photo = np.array([sum(w * xraylib.CS_Photo(z, e) for z, w in air.items()) for e in energy])
    compton = np.array([sum(w * xraylib.CS_Compt(z, e) for z, w in air.items()) for e in energy])
    kerma = spectrum.bin_intensity * energy * (photo + compton * [recoil_share(e) for e in energy])
    per_mm = np.array([xraylib.CS_Total(13, e) for e in energy]) * 2.699 / 10
    return brentq(lambda t: kerma @ np.exp(-per_mm * t) / kerma.sum() - 0.5, 0, 20)


@pytest.mark.parametrize("name", SHIPPED)
def test_half_value_layer_agrees_with_spekpy(name):
    """SpekPy has PENELOPE's coefficients, this xraylib's."""
    stated = stated_by_spekpy(name, "half-value layer")
    assert half_value_layer(shipped_tube(name)) == pytest.approx(stated, rel=0.02)


@pytest.mark.parametrize(
    ("name", "lines"),
    [("W100", "W KA1,W KA2"), ("W120", "W KA1,W KA2"), ("Mo28", "Mo KA1,Mo KB1"), ("Ag40", "Ag KA1,Ag KB1")],
)
def test_characteristic_lines_stand_out_where_they_belong(name, lines):
    spectrum = shipped_tube(name)
    density = spectrum.bin_intensity / np.diff(spectrum.bin_edges)
    for line in lines.split(","):
        inside = np.searchsorted(spectrum.bin_edges, xraylib_energy(line)) - 1
        around = np.median(density[inside - 8 : inside + 9])
        near = density[inside - 1 : inside + 2]
        assert near.max() > 2 * around, line
    below = shipped_tube("W40")  # 40 kV make no K lines of W
    assert np.all(
        np.diff(below.bin_intensity[below.bin_edges[:-1] > 15e3]) < 0.03 * below.bin_intensity.max()
    )


def test_a_tube_with_shipped_settings_is_the_shipped_one():
    assert tube_spectrum(Tube("W", 40.0, (("Al", 2.5),))) is shipped_tube("W40")


@pytest.mark.skipif(importlib.util.find_spec("spekpy") is None, reason="SpekPy is not installed")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["W40", "Mo28"])
def test_shipped_spectrum_is_what_spekpy_computes(name):
    edges, fluence, _ = compute(SHIPPED[name])
    table = shipped_table(name)
    skipped = len(edges) - len(table.edges)
    assert edges[skipped:] == pytest.approx(table.edges, abs=1e-3)
    assert fluence[skipped:] == pytest.approx(table.weight, rel=1e-4)


def test_without_spekpy_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "spekpy", None)
    with pytest.raises(BadValue, match=r'pip install "scintidot\[spectra\]"$') as caught:
        tube_spectrum(Tube("W", 61.0))
    assert "tube:W40" in str(caught.value)


@pytest.mark.parametrize("arguments", [("W", 9.0), ("W", 501.0), ("Mo", 51.0), ("W", 40.0, (("Al", 0.0),))])
def test_tube_outside_the_model_is_refused(arguments):
    with pytest.raises(OutOfRange, match="expected"):
        Tube(*arguments)


def test_importing_sources_does_not_import_spekpy():
    program = "import sys, scintidot.radiation.sources; assert 'spekpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


# --- what all spectra share -------------------------------------------------------------------------

EVERY = [line_spectrum("am241"), shipped_tube("W100"), monoenergetic("photon", 5e5)]


@pytest.mark.parametrize("spectrum", EVERY, ids=lambda s: s.name)
def test_drawn_energies_have_the_mean_and_the_shares(spectrum):
    uniform = (np.arange(200_000) + 0.5) / 200_000
    drawn = spectrum.energy(uniform)
    assert drawn.mean() == pytest.approx(spectrum.mean_energy, rel=1e-4)
    low, high = spectrum.energy_range
    assert low <= drawn.min() <= drawn.max() <= high
    middle = (low + high) / 2
    assert np.mean(drawn <= middle) == pytest.approx(spectrum.share_between(0, middle), abs=1e-4)
    assert spectrum.share_between(0, np.inf) == pytest.approx(1)


def test_table_never_draws_what_is_not_there():
    table = shipped_tube("W100").energy_table
    assert table.cumulative[0] == 0
    assert table.cumulative[-1] == 1
    assert np.all(np.diff(table.cumulative) > 0)
    assert energy_at(np.nextafter(1.0, 0), *table) <= 100e3
    assert energy_at(0.0, *table) == table.low[0]


def test_what_the_tables_do_not_cover_is_said():
    assert range_warnings(line_spectrum("na22"))[0].startswith("35.61% of the photons are above 800 keV")
    assert "below 1 keV" in range_warnings(line_spectrum("fe55"))[0]
    assert range_warnings(monoenergetic("photon", COVERED["photon"][1])) == []
    assert "100.00% of the electrons are above 100 keV" in range_warnings(monoenergetic("electron", 2e5))[0]
