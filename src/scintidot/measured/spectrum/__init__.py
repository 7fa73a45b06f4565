"""Spectra, from options and files to ``scintidot.spectrum/1``."""
