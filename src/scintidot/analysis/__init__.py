"""The inverse path: from measured files to lifetimes, amplitudes, spectra and rates."""
