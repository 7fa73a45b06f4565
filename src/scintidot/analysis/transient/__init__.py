"""Transient absorption: chirp, dynamics, series against fluence, spectra of what decays together."""
