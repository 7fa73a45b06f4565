"""Energy that nanocrystals keep, event by event: set up, simulate, report."""
