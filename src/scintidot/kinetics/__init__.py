"""From excitons to light in one nanocrystal: rates, populations, decay curves, effective lifetimes."""
