"""Transient absorption, from options and files to ``scintidot.ta/1``."""
