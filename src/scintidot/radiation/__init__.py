"""What comes in: photons and their interactions, sources of radiation."""
