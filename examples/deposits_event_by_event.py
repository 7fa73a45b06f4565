"""Deposits, event by event

Energy that one CsPbBr3 nanocrystal keeps of an electron of 7 keV which starts inside it. Most leave nothing (the
share that leaves something stands in the legend), a few leave hundreds of eV: a mean says little of that.
"""

import numpy as np

import scintidot
from scintidot.report.style import figure, settings, shades

data = scintidot.deposit(edge_length=[3, 6, 10], energy_keV=7, histories=20_000).to_xarray()

with settings():
    drawing, ((axis,),) = figure(1, 1, 7, 4.2)
    for row, colour in zip(range(data.sizes["row"]), shades(data.sizes["row"]), strict=True):
        one = data.isel(row=row)
        beyond = np.cumsum(one.hits_by_deposit[::-1])[::-1] / one.histories
        label = f"{one.edge_length_nm:g} nm: {one.hit_fraction:.0%}, mean {one.mean_deposit_eV:.3g} eV"
        axis.step(data.deposit, beyond, where="post", color=colour, label=label)
    axis.set(xscale="log", yscale="log", xlim=(1, 2000), ylim=(1e-4, 1))
    axis.set(xlabel="energy kept [eV]", ylabel="share that leaves at least this")
    axis.legend()
    drawing.savefig("deposits-event-by-event.png", dpi=150)
