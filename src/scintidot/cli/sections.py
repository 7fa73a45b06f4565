"""What the commands are for: the order and the words in which help shows them."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

SECTIONS = {
    "First minutes": {
        "demo": "The whole loop in about a minute: predict, measure, analyse.",
        "doctor": "Check the installation, and say how to mend it.",
        "init": "Write a commented run file, material card or study.",
        "app": "Explore in the browser.",
        "cache": "What is kept between runs: info, clear.",
    },
    "Predict": {
        "predict": "Light, decay and time resolution against size.",
        "study": "Sweeps, sensitivity and best designs.",
        "deposit": "Energy and pairs that nanocrystals keep.",
        "track": "Picture of one electron and all that it sets free.",
        "light": "Light yield and energy resolution of a sample.",
        "resume": "Go on with a run that was cut short.",
    },
    "Measure": {
        "formats": "Which measured files are read; what FILE holds.",
        "analyse": "Fit decays, transient absorption, spectra, series.",
        "simulate": "Make files as instruments would.",
        "plan": "Counts and minutes until <N> is known.",
    },
    "One stage alone": {
        "kinetics": "Photons, lifetimes and transitions of X and XX.",
        "ctr": "Coincidence time resolution of two detectors.",
        "photons": "Photon streams, as correlators record them.",
        "excitation": "Pile-up and charge under flux or pulses.",
    },
    "Matter and radiation": {
        "materials": "Cards: list, show, check, build tables.",
        "sources": "What radiates: lines, tubes, beta decays.",
        "elastic": "Elastic scattering of electrons by an atom.",
        "inelastic": "Mean free path and stopping power of electrons.",
        "low-energy": "Phonons, and escape over the surface.",
        "attenuation": "Photons by process and shell.",
        "relaxation": "What a vacancy in an inner shell sets free.",
        "plot": "Pictures of the interactions of a material.",
        "deposit-file": "Deposits of a Geant4, GATE or TOPAS run.",
    },
}
"""Section -> command -> what it is for, short enough for 80 columns."""


class Sections(TyperGroup):
    """A group of commands that help shows by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the sections."""
        width = max(map(len, self.commands))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), words) for name, words in commands.items()])
