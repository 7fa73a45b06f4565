"""Material cards: every number with its unit, source and provenance."""
