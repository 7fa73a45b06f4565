"""How electrons and photons interact with a material, as documents and as tables."""
