"""Comparisons with published and independent numbers: ``python -m validation`` writes one page."""
