"""Free atoms: elements, shells, self-consistent field, and how a vacancy relaxes."""
