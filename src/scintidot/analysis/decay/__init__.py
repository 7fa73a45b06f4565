"""Decays measured by photon counting: response, models, fits, diagnostics."""
