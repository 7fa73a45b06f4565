"""Inelastic collisions of electrons from the optical energy-loss function of the medium."""
