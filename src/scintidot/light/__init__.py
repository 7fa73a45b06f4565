"""From one nanocrystal to a sample: numbers of nanocrystals, ensemble intensity, light yield."""
