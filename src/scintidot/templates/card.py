"""A commented material card that starts from a shipped one: every number of it, to be uncommented where measured."""

from __future__ import annotations

from scintidot import __version__
from scintidot.catalogue.drafts import SOURCE, first_lines, own_reference
from scintidot.materials.library import load_material
from scintidot.provenance import Quantity

MEANINGS = {
    "density": "Of the crystal",
    "lattice": "Edges of the unit cell",
    "band_gap": "Of the bulk",
    "refractive_index": "Of the bulk",
    "mean_excitation_energy": "I of the Bethe stopping power; shown for comparison",
    "sizes": "Sizes that the laws were made for; beyond the published ones a result is warned of",
    "sizing_curve": "Eg(d) = energy_at_infinity + amplitude (d/nm)^-exponent",
    "exciton": "1/k_X, radiative and nonradiative",
    "quantum_yield": "Phi_X(d), log-normal: highest at best_edge_length, small_value at small_edge_length",
    "biexciton": "k_XX/k_X of radiative rates; xi, share of Auger events that leave an exciton",
    "auger": "1/k_AR, the power of the volume through a small and a large nanocrystal",
    "pair_creation": "Energy per electron-hole pair = gap_factor Eg + offset",
    "emission": "Width of a line; how far those of the biexciton and of trions lie below that of the exciton",
    "electrons": "Width of the valence band; vacuum level above the bottom of the conduction band",
    "phonons": "Vibrations that slow electrons excite",
    "dielectric": "Factor on the stopping power, 1 with its band",
}
"""Section -> what its numbers mean."""


def card(base: str = "CsPbBr3") -> str:
    """The text; as it stands it is the card of ``base`` under a name of its own.

    >>> "# quantum_yield.peak = { value = 0.8, " in card()
    True
    """
    lines = [
        f"# Material card of scintidot {__version__}. Check it with: scintidot materials check FILE",
        "# Predict with: scintidot predict --material ./FILE",
        f"# It holds what differs from {base}: remove the '#' before what you measured, and change it.",
        "# Every number has a source (a key of the references below, or of the shipped ones) and a provenance:",
        "# measured, computed, estimate or recalled. low and high, its band, go together and are carried on to",
        "# the result. Any unit of the right dimension will do. The keys: docs/material-cards.md.",
        "",
        *first_lines(base).splitlines(),
        'description = "What sets it apart."',
    ]
    section = ""
    for key, quantity in load_material(base).card.quantities():
        part = key.partition(".")[0]
        if part != section:
            lines += ["", f"# {MEANINGS[part]}."]
            section = part
        lines.append(f"# {key} = {_number(quantity)}")
    return "\n".join([*lines, "", "# Where the numbers come from.", own_reference()])


def _number(quantity: Quantity) -> str:
    """As one line of TOML, from the notebook below."""
    band = "" if quantity.low is None else f"low = {quantity.low!r}, high = {quantity.high!r}, "
    return (
        f'{{ value = {quantity.value!r}, {band}unit = "{quantity.unit}", source = "{SOURCE}", '
        'provenance = "measured" }'
    )
