"""Elastic scattering of electrons by atoms: relativistic partial waves and their tables."""
