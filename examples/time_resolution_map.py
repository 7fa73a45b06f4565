"""Map of the time resolution

The Cramér-Rao bound of the coincidence time resolution against lifetime and number of detected photons, for two equal
detectors with a rise of 20 ps and a jitter of 40 ps (standard deviation). No estimator can be better.
"""

import numpy as np

from scintidot.records import Exponentials
from scintidot.report.style import figure, settings
from scintidot.timing.bounds import cramer_rao_bound, fisher_information

RISE, JITTER = 20.0, 40.0  # ps
lifetime = np.geomspace(50, 2e4, 80)  # ps
photons = np.geomspace(30, 3e4, 80)
decays = [Exponentials(np.array([1 / tau]), np.array([1 / tau])) for tau in lifetime]
information = [float(fisher_information(decay, RISE, JITTER)) for decay in decays]  # of one photon, 1/ps2
bound = cramer_rao_bound(np.outer(photons, information))

with settings():
    drawing, ((axis,),) = figure(1, 1, 6.4, 4.6)
    levels = [10, 20, 50, 100, 200, 500, 1000, 2000]
    filled = axis.contourf(lifetime, photons, np.log10(bound), 40, cmap="viridis_r")
    filled.set_edgecolor("face")
    lines = axis.contour(lifetime, photons, bound, levels, colors="white", linewidths=1)
    axis.clabel(lines, fmt="%g ps", fontsize=9)
    axis.grid(visible=False)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="lifetime [ps]",
        ylabel="detected photons",
        title="CTR bound [ps FWHM]",
    )
    drawing.savefig("time-resolution-map.png", dpi=150)
