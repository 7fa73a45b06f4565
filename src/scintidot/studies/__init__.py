"""Design studies: which nanocrystals to make, how sure that is, and which uncertain number to measure better."""
