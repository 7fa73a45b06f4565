"""How fast the track-structure engine is: histories and events of one core, compiled beforehand."""

from scintidot.deposits.engine import run_case
from scintidot.deposits.options import read_setup
from scintidot.transport.track.books import EVENTS
from scintidot.transport.track.tally import ALL_BOOKS

LIKE_GEANT4 = {"cut_eV": 20, "surface": "none"}
CASES = {
    "vacuum_7keV_10nm_to_20eV": (100_000, LIKE_GEANT4),
    "vacuum_7keV_10nm": (30_000, {}),
    "octane_7keV_10nm": (3_000, {"host": "octane"}),
    "octane_7keV_whole_track_to_20eV": (1_000, {"host": "octane", "whole_tracks": True, **LIKE_GEANT4}),
    "bulk_Si_7keV_to_10eV_above_vacuum": (
        300,
        {"material": "Si", "edge_length": 1e7, "start": "centre", "cut_eV": 14.05, "surface": "none"},
    ),
}
"""Name -> histories and choices; 20 eV without a barrier is what Geant4's peers were timed with."""


def figures(unit_ns, repeats=3):
    """Time of a history and of an event [ns], and of a history in calibration units; best of some runs."""
    found = {}
    for name, (histories, choices) in CASES.items():
        setup = read_setup(**choices, histories=histories, threads=1)
        outcomes = [run_case(setup, setup.bodies[0], setup.spectra[0]) for _ in range(repeats)]
        best = min(outcome.seconds for outcome in outcomes) / histories * 1e9
        events = float(outcomes[0].tally.sums[ALL_BOOKS + EVENTS]) / histories
        found[name] = {
            "ns_per_history": round(best, 1),
            "units_per_history": round(best / unit_ns, 1),
            "events_per_history": round(events, 2),
            "ns_per_event": round(best / events, 1),
        }
    return found
