"""From light to coincidence time resolution."""
