"""Global analysis of one matrix: chirp, variable projection, spectra, and two measured matrices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.analysis.readers import Given, read
from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.chirp import (
    LAWS,
    TERMS,
    Dispersion,
    Onsets,
    corrected,
    dispersion,
    onsets,
    onsets_of_model,
)
from scintidot.analysis.transient.convolved import artefacts, decays
from scintidot.analysis.transient.curves import noise
from scintidot.analysis.transient.global_analysis import (
    Projection,
    Setup,
    evolution_spectra,
    fit_best,
    fit_matrix,
    sequential,
)
from scintidot.measured.transient.dynamics import Dynamics, dynamics_panels
from scintidot.measured.transient.one_matrix import apart
from scintidot.records import FloatArray

TIME = np.concatenate([np.linspace(-4, 4, 50)[:-1], np.geomspace(4, 800, 50)])
WAVELENGTH = np.linspace(450, 600, 16)
X = (WAVELENGTH - 525) / 100
ZERO = 0.3 + 0.5 * X - 0.2 * X**2
LIFETIME, WIDTH = np.array([3.0, 60.0]), 0.25
SPECTRA = np.stack(
    [
        np.exp(-(((WAVELENGTH - 480) / 25) ** 2)),
        1.2 * np.exp(-(((WAVELENGTH - 540) / 30) ** 2)) - 0.4 * np.exp(-(((WAVELENGTH - 590) / 20) ** 2)),
    ]
)


def matrix(seed: int | None = None, scale: float = 0.03, artefact: float = 0.0) -> TransientTrace:
    """Two decays with chirp, of known truth."""
    late = TIME[None] - ZERO[:, None]
    clean = np.einsum("jtc,cj->tj", decays(late, 1 / LIFETIME, WIDTH).value, SPECTRA)
    clean = clean + artefact * artefacts(late, WIDTH, 2).value.sum(axis=-1).T
    if seed is not None:
        clean = clean + scale * np.random.default_rng(seed).standard_normal(clean.shape)
    return TransientTrace(TIME, WAVELENGTH, clean, unit="mOD")


def start(trace: TransientTrace, law: str = "polynomial", artefact: int = 0) -> Setup:
    first = onsets(trace)
    return Setup(dispersion(first, law), first.sigma, artefact)


# --- chirp ---


@pytest.mark.parametrize("artefact", [0, 2])
def test_onsets_with_the_dynamics_of_the_fit_are_unbiased_with_honest_errors(artefact: int) -> None:
    """Of each wavelength by itself, from a start that is off by half a width: pulls against the truth."""
    pulls = []
    for seed in range(12):
        trace = matrix(seed, 0.02, 0.3 * (artefact > 0))
        found = onsets_of_model(trace, ZERO + 0.5 * WIDTH, 1 / LIFETIME, WIDTH, artefact=artefact)
        clear = found.error < 0.2 * WIDTH
        assert clear.sum() >= 8
        pulls.append(((found.time_zero - ZERO) / found.error)[clear])
    table = np.concatenate(pulls)
    assert abs(table.mean()) < 3.5 / np.sqrt(table.size)
    assert 0.85 < table.std() < 1.15


def test_what_is_drawn_of_the_dynamics() -> None:
    """Two panels with time zero at zero, the early one linear; wavelengths that are apart."""
    rows = [Dynamics("a", TIME, TIME, TIME, 1.0)]
    early, late = dynamics_panels(rows, WIDTH, "Dynamics", "mOD", "")
    assert (early.log_x, late.log_x) == (False, True)
    assert early.x_label == late.x_label == "delay after time zero [ps]"
    assert early.series[0].x[0] >= -5 * WIDTH
    assert early.series[0].x[-1] == pytest.approx(10 * WIDTH, abs=0.2)
    assert late.series[0].x[0] >= 2 * WIDTH
    assert late.series[0].x[-1] == TIME[-1]
    wavelength = np.linspace(400, 700, 151)
    spectra = np.exp(-(((wavelength - np.array([[530.0], [532.0], [640.0]])) / 20) ** 2))
    places = wavelength[apart(wavelength, spectra)]
    assert len(places) == 3
    assert np.diff(places).min() >= 30 - 1e-9
    assert {530.0, 640.0} <= set(places)


def test_onsets_and_the_polynomial_find_the_chirp() -> None:
    first = onsets(matrix(1, 0.01))
    assert first.sigma == pytest.approx(WIDTH, rel=0.5)
    good = np.isfinite(first.error)
    assert good.sum() > 10
    assert np.median(np.abs(first.time_zero - ZERO)[good]) < 0.3 * WIDTH
    found = dispersion(first, "polynomial")(WAVELENGTH)
    assert np.sqrt(np.mean((found - ZERO) ** 2)) < 0.3 * WIDTH


@settings(max_examples=25)
@given(
    law=st.sampled_from(sorted(LAWS)), outlier=st.integers(0, 39), seed=st.integers(0, 1000),
    size=st.floats(-2.0, 2.0),
)  # fmt: skip
def test_a_law_is_recovered_beside_an_outlier(law: str, outlier: int, seed: int, size: float) -> None:
    random = np.random.default_rng(seed)
    wavelength = np.linspace(420, 760, 40)
    truth = Dispersion(law, 590.0, size * np.array([0.5, 0.3, -0.1, 0.05])[: TERMS[law]])
    zero = truth(wavelength) + 0.01 * random.standard_normal(40)
    zero[outlier] += 3.0
    found = dispersion(Onsets(wavelength, zero, np.full(40, 0.01), 0.05), law)
    assert found.law == law
    assert np.max(np.abs(found(wavelength) - truth(wavelength))) < 0.06


def test_columns_of_noise_have_no_onset() -> None:
    trace = matrix(4, 0.02)
    values = trace.values.copy()
    values[:, :5] = 0.02 * np.random.default_rng(9).standard_normal((len(TIME), 5))
    first = onsets(TransientTrace(TIME, WAVELENGTH, values))
    assert np.all(np.isinf(first.error[:5]))
    assert np.isfinite(first.error[5:12]).all()


def test_too_few_onsets_give_one_time_zero() -> None:
    first = Onsets(np.array([500.0, 510, 520]), np.array([0.1, 0.2, 9.0]), np.array([0.1, 0.1, np.inf]), 0.1)
    found = dispersion(first, "polynomial")
    assert found.law == "none"
    assert found(np.array([480.0]))[0] == pytest.approx(0.15)


def test_correction_brings_all_wavelengths_to_one_time_zero() -> None:
    law = Dispersion("polynomial", 525.0, np.array([0.3, 0.5, -0.2, 0.0]))
    straight = corrected(matrix(), law)

    def half(trace: TransientTrace) -> list[float]:
        """Delay at which each column first reaches half of its height, interpolated."""
        found = []
        for column in trace.values.T[:9]:
            rel = np.abs(column) / np.abs(column).max()
            i = int(np.argmax(rel > 0.5))
            found.append(float(np.interp(0.5, rel[i - 1 : i + 1], trace.time[i - 1 : i + 1])))
        return found

    assert np.ptp(half(straight)) < 0.25 * np.ptp(half(matrix()))


def test_noise_before_the_pump_or_from_second_differences() -> None:
    values = 0.03 * np.random.default_rng(0).standard_normal((4000, 3)) + np.linspace(0, 1, 4000)[:, None]
    time = np.arange(4000.0)
    np.testing.assert_allclose(noise(time, values, -1.0), 0.03, rtol=0.06)
    np.testing.assert_allclose(
        noise(time, values - np.linspace(0, 1, 4000)[:, None], 2000.0), 0.03, rtol=0.06
    )
    assert np.all(noise(time, np.zeros((4000, 3)), 2000.0) > 0)


# --- variable projection ---


def test_projection_has_the_derivatives_of_what_is_left() -> None:
    """The gradient of the sum of squares, against differences; Kaufman's derivatives give it exactly."""
    trace = matrix(2)
    setup = start(trace, artefact=2)
    model = Projection(TIME, WAVELENGTH, trace.values, np.ones(16), setup, 2)
    values = np.concatenate([[4.0, 45.0], setup.dispersion.coefficients, [0.3]])

    def squares(v: FloatArray) -> float:
        return float(np.sum((model.data.ravel() - model(v).expected) ** 2))

    found = model(values)
    assert isinstance(found.jacobian, np.ndarray)
    gradient = -2 * found.jacobian.T @ (model.data.ravel() - found.expected)
    for i in range(len(values)):
        step = np.zeros(len(values))
        step[i] = 1e-5
        numeric = (squares(values + step) - squares(values - step)) / 2e-5
        assert gradient[i] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


def test_projection_agrees_with_a_fit_of_every_parameter_at_once() -> None:
    """The second route: linear and nonlinear parameters together in scipy's least squares; values and covariance."""
    from scipy.optimize import least_squares

    some = np.array([1, 4, 7, 10])
    trace = TransientTrace(TIME, WAVELENGTH[some], matrix(3).values[:, some])
    setup = Setup(Dispersion("linear", 525.0, np.array([0.25, 0.5])), 0.3)
    found = fit_matrix(trace, setup, 2)

    def residuals(p: FloatArray) -> FloatArray:
        zero = found.setup.dispersion.basis(trace.wavelength) @ p[2:4]
        columns = decays(TIME[None] - zero[:, None], 1 / p[:2], p[4]).value
        linear = p[5:].reshape(4, 3)
        expected = np.einsum("jtc,jc->jt", columns, linear[:, :2]) + linear[:, 2:]
        return np.asarray(((trace.values.T - expected) / found.sigma[:, None]).ravel())

    guess = np.concatenate(
        [[3, 60, 0.3, 0.5, 0.25], np.hstack([SPECTRA[:, some].T, np.zeros((4, 1))]).ravel()]
    )
    other = least_squares(residuals, guess, xtol=1e-14, ftol=1e-14, gtol=1e-12)
    covariance = np.linalg.inv(other.jac.T @ other.jac) * found.error_scale**2
    np.testing.assert_allclose(found.lifetime, other.x[:2], rtol=1e-4)
    np.testing.assert_allclose(found.lifetime_error, np.sqrt(np.diag(covariance))[:2], rtol=1e-3)
    np.testing.assert_allclose(found.spectra, other.x[5:].reshape(4, 3)[:, :2].T, atol=1e-4)
    errors = np.sqrt(np.diag(covariance))[5:].reshape(4, 3)[:, :2].T
    np.testing.assert_allclose(found.spectra_error, errors, rtol=2e-3)


def test_round_trip_is_unbiased_with_honest_errors() -> None:
    """40 matrices: pulls of lifetimes, width and spectra."""
    pulls, of_spectra = [], []
    for seed in range(40):
        trace = matrix(seed)
        found = fit_matrix(trace, start(trace), 2)
        width = found.fit["response_sigma"]
        pulls.append(
            [*((found.lifetime - LIFETIME) / found.lifetime_error), (width.value - WIDTH) / width.error]
        )
        of_spectra.append((found.spectra - SPECTRA) / found.spectra_error)
    table, spectra = np.array(pulls), np.array(of_spectra)
    assert np.all(np.abs(table.mean(axis=0)) < 3.5 / np.sqrt(len(table)))
    assert 0.55 < np.mean(np.abs(table) < 1) < 0.80
    assert 0.62 < np.mean(np.abs(spectra) < 1) < 0.75
    assert abs(spectra.mean()) < 0.15


def test_the_number_of_components_finds_itself() -> None:
    trace = matrix(5, 0.01)
    best, tried = fit_best(trace, start(trace))
    assert len(best.lifetime) == 2
    assert best.setup.artefact == 0
    assert [len(f.lifetime) for f in tried] == [1, 2, 3]
    np.testing.assert_allclose(best.lifetime, LIFETIME, rtol=0.03)


def test_an_artefact_is_added_where_a_lifetime_would_stand_for_it() -> None:
    trace = matrix(6, 0.005, artefact=1.5)
    best, _ = fit_best(trace, start(trace))
    assert best.setup.artefact == 3
    np.testing.assert_allclose(best.lifetime, LIFETIME, rtol=0.05)


def test_sequence_of_species() -> None:
    """c_i against the integrated rate equations, and the spectra of species that follow each other."""
    from scipy.linalg import expm

    lifetime = np.array([2.0, 11.0, 300.0])
    chain = np.diag(-1 / lifetime) + np.diag(1 / lifetime[:-1], -1)
    for time in (0.0, 1.0, 20.0, 500.0):
        got = sequential(lifetime) @ np.exp(-time / lifetime)
        np.testing.assert_allclose(got, expm(chain * time)[:, 0], atol=1e-12)
    found = fit_matrix(matrix(7, 1e-4), start(matrix(7, 1e-4)), 2)
    species, error = evolution_spectra(found)
    np.testing.assert_allclose(sequential(found.lifetime).T @ species, found.spectra, atol=1e-9)
    np.testing.assert_allclose(species[0], SPECTRA.sum(axis=0), atol=5e-3)  # what is there at first
    assert np.all(error > 0)


# --- measured matrices ---

EXAMPLES = "reference/measured/ta_pyglotaran_examples"


def measured(shared: Path, name: str) -> TransientTrace:
    folder = shared / EXAMPLES
    if not (folder / name).is_file():
        pytest.skip(f"no {name} in {folder}")
    return read(folder / name, "transient", given=Given(time_unit="ps")).traces[0]


def test_streak_camera_matrix_against_pyglotaran(shared: Path) -> None:
    """Photosystem I, 923 x 49 values, four components.

    pyglotaran-examples, case_studies/2001-Gobets_et_al-Streakdata_PSI/results/result/result.md: rates 0.224982,
    0.0680679, 0.0212251 and 1.597e-4 per ps (4.445, 14.69, 47.11, 6263 ps), centre -83.853 and width 1.610 ps, without
    dispersion, the earlier pulses as a back-sweep of 13.2 ns, root mean square 44.0. Here a baseline stands for the
    back-sweep and columns are weighted, so that the three lifetimes within the 200 ps are compared, within 10 %.
    """
    trace = measured(shared, "data.ascii")
    setup = start(trace, "none")
    fits = []
    for components in range(1, 5):
        fits.append(fit_matrix(trace, setup, components, fits))
    found = fits[-1]
    np.testing.assert_allclose(found.lifetime[:3], [4.445, 14.69, 47.11], rtol=0.10)
    assert found.lifetime[3] > 500
    assert found.setup.dispersion.coefficients[0] == pytest.approx(-83.853, abs=0.2)
    assert found.setup.response_sigma == pytest.approx(1.610, rel=0.05)
    assert np.std(trace.values - found.expected) < 44.0 * 1.05


def test_calixarene_dye_matrix(shared: Path) -> None:
    """oc in toluene (Hippius 2007, doi:10.1021/jp0733825), 335 x 255 values; chirp of 1 ps, an artefact at time zero.

    pyglotaran-examples fit the same delays on 346 wavelengths of the sample: 0.62, 18.6 and 55.2 ps unweighted with
    dispersion (.../results/02_global_result/result.md), centre 1.155 ps at 530 nm and width 0.065 ps.
    """
    trace = measured(shared, "2016co_tol.ascii")
    best, _ = fit_best(trace, start(trace))
    assert best.setup.artefact == 3
    assert len(best.lifetime) == 3
    assert 0.3 < best.lifetime[0] < 4
    np.testing.assert_allclose(best.lifetime[1:], [18.6, 55.2], rtol=0.25)
    assert best.setup.dispersion(np.array([530.0]))[0] == pytest.approx(1.155, abs=0.1)
    assert best.setup.response_sigma == pytest.approx(0.065, rel=0.35)
    assert np.std(trace.values - best.expected) < 0.745
    law, width = best.setup.dispersion(trace.wavelength), best.setup.response_sigma
    each = onsets_of_model(trace, law, 1 / best.lifetime, width, artefact=3)
    red = np.isfinite(each.error) & (trace.wavelength > 650)
    assert red.sum() > 40
    assert abs(float(np.mean((each.time_zero - law)[red]))) < 0.3 * width
