"""A commented design study, ``scintidot-study/1``: which size is best for a goal."""

from __future__ import annotations

import textwrap

from scintidot import __version__
from scintidot.config import OPTIONS

_TEXT = """\
format = "scintidot-study/1"
title = "Edge length of CsPbBr3 cubes for the best time resolution that is bright enough"

# What stays the same: options of `scintidot predict`, or a run file (run = "run.toml"). Options:
{options}
[base]
deposit = "continuous"   # analytic, seconds; leave it out to simulate every electron
energy = "7 keV"

# What is varied: a range ("3 nm to 15 nm") or a list ([0.0, 0.05, 0.1], or names) of options as above, of numbers of
# the material card ("quantum_yield.peak"), or of a sample (volume_fraction, host_transfer).
[vary]
edge_length = "3.3 nm to 14.7 nm"
# host = ["octane", "polystyrene"]
# size_dispersion = [0.0, 0.05, 0.1]
# "quantum_yield.peak" = "0.7 to 0.95"

# What is wanted: a figure of a row of the result, such as photons_per_nc, photons_per_MeV_deposited,
# light_yield_photons_per_MeV, tau_ps.harmonic, ctr_ps.formula, ctr_ps.cramer_rao.
[[objective]]
figure = "ctr_ps.cramer_rao"
# direction = "minimise"   # or maximise

# What must hold.
[[constraint]]
figure = "light_yield_photons_per_MeV"
at_least = 5000

# How it is found: sweep (every combination), sobol (what the variance comes from), pareto (two or three objectives),
# optimum (one objective).
[method]
kind = "optimum"
# samples = 128
# seed = 1

# How the uncertain numbers of the card are drawn, and models that are not decided.
# [uncertainty]
# draws = 32
# distribution = "triangular"
# [uncertainty.choices]
# auger_law = ["published-efficiency", "volume-scaling"]
"""


def study_file() -> str:
    """The text.

    >>> 'kind = "optimum"' in study_file()
    True
    """
    options = textwrap.fill(", ".join(OPTIONS), 112, initial_indent="# ", subsequent_indent="# ")
    head = f"# Design study of scintidot {__version__}. Run it with: scintidot study FILE\n\n"
    return head + _TEXT.replace("{options}", options)
