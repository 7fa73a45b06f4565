"""Values, words and options that would work, for the lines that say what went wrong."""

from __future__ import annotations

VALUES = {
    "--auger-efficiency": "0.9",
    "--mean-excitons": "1",
    "--element": "Pb",
    "--energy-ev": "100,1000,7000",
    "--energy-kev": "7,30,511",
    "--time-unit": "ns",
    "--material": "CsPbBr3",
    "--shell": "L3",
    "--out": "picture.png",
    "--edge-length": "8.7",
    "--irf": "IRF_FILE",
    "FILE...": "decay.csv",
    "FILES...": "low.csv high.csv",
    "TABLE": "samples.csv",
    "SOURCE": "am241",
    "NAME|FILE": "CsPbBr3",
    "FILE": "mine.toml",
    "STUDY.toml": "study.toml",
}
"""What a required option or argument may hold."""

NEEDED = {
    "kinetics": {"--mean-excitons": "1"},
    "excitation": {"--mode": "pulses", "--period-ps": "100 ns", "--mean-excitons": "0.8"},
}
"""What a command needs besides its required options, one of several ways."""

WORDS = {
    "analyze": "analyse",
    "fit": "analyse decay",
    "tcspc": "simulate tcspc",
    "check": "materials check",
    "build": "materials build",
    "explore": "app",
    "gui": "app",
    "example": "demo",
    "tutorial": "demo",
    "new": "init",
    "config": "init",
    "template": "init",
    "diagnose": "doctor",
    "diagnostics": "doctor",
    "run": "predict",
    "simulation": "predict",
    "shower": "track",
    "dose": "deposit",
    "lifetime": "analyse decay",
    "absorption": "analyse spectrum",
    "emission": "analyse spectrum",
    "stopping-power": "inelastic",
    "phonons": "low-energy",
    "g2": "photons",
    "yield": "light",
    "help": "--help",
    "version": "--version",
}
"""Words that people try -> the command that they mean."""

OPTIONS = {
    "--size": "--edge-length",
    "--sizes": "--edge-length",
    "--diameter": "--edge-length",
    "--length": "--edge-length",
    "--edge": "--edge-length",
    "--output": "--out",
    "-o": "--out",
    "--folder": "--out",
    "--dir": "--out",
    "--solvent": "--host",
    "--matrix": "--host",
    "--medium": "--host",
    "--phi-ar": "--auger-efficiency",
    "--phi-x": "--quantum-yield",
    "--plqy": "--quantum-yield",
    "--qy": "--quantum-yield",
    "--xi": "--retained-fraction",
    "-n": "--mean-excitons",
    "--n": "--mean-excitons",
    "--response": "--irf",
    "--tau": "--lifetimes-ps",
    "--cpus": "--threads",
    "--cores": "--threads",
    "--save": "--out",
}
"""Options that people try -> the option that they mean, where a command has it."""
