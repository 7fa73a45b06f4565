"""Event-by-event simulation of electrons: every collision, every secondary, down to the band gap."""
