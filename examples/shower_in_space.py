"""One electron and everything that comes of it

Paths of all electrons that one primary of 7 keV sets free in a CsPbBr3 nanocrystal of 10 nm: of 300 histories, the one
that leaves most. `scintidot track --most-deposit 300 --out shower.html` is the same to turn and to step through.
"""

from pathlib import Path

import scintidot
from scintidot.report.shower import draw_shower

shower = scintidot.shower(seed=1, most_deposit=300, edge_length=10)
draw_shower(shower.as_json(), Path("shower-in-space.png"))
