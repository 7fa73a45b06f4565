"""Long work tells how far it is, so that a terminal and the app can show the time left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scintidot
from scintidot.interactions.elastic import elastic
from scintidot.interactions.inelastic import inelastic
from scintidot.measured.laboratory.series import synthetic_series
from scintidot.measured.laboratory.ta import simulate_ta
from scintidot.measured.laboratory.tcspc import simulate_tcspc

SERIES = (
    "sample,edge_length_nm,mean_excitons,exciton_lifetime_ps,auger_efficiency,tau_eff_ps,tau_eff_error_ps\n"
    "a,5,0.5,5000,0.98,900,50\nb,8,1.2,5000,0.95,700,50\n"
)
SPECTRA = "Wavelength (nm),emission 1,emission 2\n" + "".join(
    f"{500 + i},{1000 / (1 + (i - 20) ** 2 / 50):.6g},{1000 / (1 + (i - 25) ** 2 / 50):.6g}\n"
    for i in range(50)
)


def series(folder: Path, **told: Any) -> None:
    (folder / "series.csv").write_text(SERIES)
    scintidot.analyse_series(folder / "series.csv", model="paper", tau_definition="harmonic", **told)


def spectra(folder: Path, **told: Any) -> None:
    (folder / "spectra.csv").write_text(SPECTRA)
    scintidot.analyse_spectrum(folder / "spectra.csv", kind="emission", **told)


@pytest.mark.parametrize(
    "work",
    [
        lambda _, **told: elastic("H", [50.0, 100.0], model="muffin-tin", **told),
        lambda _, **told: inelastic("octane", [100.0, 200.0], model="ashley", **told),
        lambda _, **told: synthetic_series(edge_length="5", **told),
        lambda folder, **told: simulate_tcspc(folder, counts=1000, lifetimes_ps="100,5000", **told),
        lambda folder, **told: simulate_ta(folder, delay_points=20, wavelengths="500:510", **told),
        series,
        spectra,
    ],
    ids=["elastic", "inelastic", "simulate series", "simulate tcspc", "simulate ta", "series", "spectra"],
)
def test_share_of_the_work_rises_to_the_end(work: Callable[..., object], tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    work(tmp_path, progress=lambda step, share: told.append((step, share)))
    steps, shares = zip(*told, strict=True)
    assert len(shares) > 1
    assert all(steps)
    assert list(shares) == sorted(shares)
    assert 0 <= shares[0] < 0.9 <= shares[-1] <= 1
