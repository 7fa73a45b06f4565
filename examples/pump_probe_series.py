"""A pump-probe series

Bleach of the first transition after pulses of six fluences, made by the virtual laboratory, and the carrier model
fitted to all of them at once. Auger recombination takes the fast part, the last pair of each nanocrystal stays.
"""

from pathlib import Path

import scintidot
from scintidot.measured.laboratory.ta import simulate_ta
from scintidot.report.style import figure, settings, shades

simulate_ta("lab")
found = scintidot.analyse_ta(sorted(Path("lab").glob("*.npz")))
curves = [curve for curve in found.curves() if curve["panel"] == "Dynamics and carrier model"]
bleach = [curve for curve in curves if curve["y_label"] == "bleach"]
measured, fitted = bleach[::2], bleach[1::2]

with settings():
    drawing, ((axis,),) = figure(1, 1, 7.5, 4.4)
    for data, fit, colour in zip(measured, fitted, shades(len(measured)), strict=True):
        axis.plot(data["x"], data["y"], "o", ms=3, color=colour, label=data["series"])
        axis.plot(fit["x"], fit["y"], color=colour, lw=1.2)
    axis.set(xscale="log", xlim=(1, 3000), xlabel="delay [ps]", ylabel="bleach [mOD]")
    axis.set_title(found.answer.split(" (")[0])
    axis.legend(ncols=2)
    drawing.savefig("pump-probe-series.png", dpi=150)
