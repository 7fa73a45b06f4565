"""Electrons and photons in CsPbBr3

Mean free paths, stopping power, loss function, angles and attenuation on one page, from a few eV to 800 keV.
`scintidot plot interactions --material CsPbBr3 --out interactions.png` draws the same.
"""

from pathlib import Path

from scintidot.interactions.overview import overview
from scintidot.report.interactions import draw_interactions

draw_interactions(overview("CsPbBr3"), Path("electrons-and-photons.png"))
