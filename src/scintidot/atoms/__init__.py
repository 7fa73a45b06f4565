"""Free atoms: their shells, and how a vacancy in one relaxes."""
