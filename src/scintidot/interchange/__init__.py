"""Files and engines of other programs beside ours: Geant4, GATE, TOPAS, MCPL."""
