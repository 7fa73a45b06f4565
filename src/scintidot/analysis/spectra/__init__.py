"""Steady spectra: absorption edges and peaks, emission lines, sizes, yields, concentrations."""
