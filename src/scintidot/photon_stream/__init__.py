"""Photon streams: one nanocrystal of a run, excited many times, as an instrument records it."""
