"""Decays counted photon by photon, from options and files to ``scintidot.decay/1``."""
