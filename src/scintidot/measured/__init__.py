"""Measurements as documents: options, files and fits wired together, and the instruments that make such files."""
