"""Light of a sample: yield against energy, resolution, prompt light, from deposits in nanocrystals to photons."""
