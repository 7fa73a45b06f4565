"""Spectrum of the emission against time

Light of CsPbBr3 nanocrystals of 6 nm. At first trions and biexcitons emit, to the red of the exciton by the shifts of
the card; later the exciton alone is left.
"""

import numpy as np

import scintidot
from scintidot.report.style import figure, settings, shades

data = scintidot.predict(edge_length=6, deposit="continuous").to_xarray().isel(edge_length=0)
early = [1, 30, 300, 3000]  # ps

with settings():
    drawing, ((shares, spectra),) = figure(1, 2, 9, 4)
    rates = data.emission_rate_by_transition
    for rate, colour in zip(rates, shades(len(rates)), strict=True):
        shares.semilogx(
            data.later_time, rate / rates.sum("transition"), color=colour, label=str(rate.transition.item())
        )
    shares.set(xlabel="time [ps]", ylabel="share of the light", ylim=(0, 1))
    shares.legend(title="transition")
    for time, colour in zip(early, shades(len(early)), strict=True):
        spectrum = data.time_resolved_spectrum.sel(later_time=time, method="nearest")
        spectra.plot(data.photon_energy, spectrum / np.max(spectrum), color=colour, label=f"{time} ps")
    spectra.set(xlabel="photon energy [eV]", ylabel="spectrum, peak = 1")
    spectra.legend(title="after")
    drawing.savefig("spectrum-by-transition.png", dpi=150)
