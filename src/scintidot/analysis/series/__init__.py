"""Laws against size with errors in both axes, attenuation, and predictions beside measurements."""
