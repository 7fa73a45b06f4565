"""Light against size, with its band

Photons of one CsPbBr3 nanocrystal after one event, and photons per energy that it keeps. The band is what the
uncertain numbers of the material card do to the figure. Deposit model `continuous`, which is quick; `track` follows
every electron.
"""

import numpy as np

import scintidot
from scintidot.report.style import BLUE, VERMILION, figure, settings

data = scintidot.predict(edge_length=list(np.linspace(3.3, 14.7, 24)), deposit="continuous").to_xarray()
shown = {
    "photons_per_nc": ("photons per nanocrystal", BLUE),
    "photons_per_MeV_deposited": ("photons per MeV kept", VERMILION),
}

with settings():
    drawing, (axes,) = figure(1, 2, 9, 4)
    for axis, (name, (label, colour)) in zip(axes, shown.items(), strict=True):
        axis.fill_between(
            data.edge_length, data[f"{name}_low"], data[f"{name}_high"], color=colour, alpha=0.15, lw=0
        )
        axis.plot(data.edge_length, data[name], color=colour)
        axis.set(xlabel="edge length [nm]", ylabel=label, ylim=(0, None))
    drawing.savefig("light-yield-against-size.png", dpi=150)
