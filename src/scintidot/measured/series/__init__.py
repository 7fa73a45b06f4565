"""Tables of samples, to ``scintidot.series/1``."""
