"""Figures that are kept of every recorded run, so that the page of speed shows how they went."""

import json
from pathlib import Path

FILE = Path(__file__).with_name("history.jsonl")
CONDITIONS = ("date", "version", "python", "processor", "calibration_unit_ns")
HEADLINES = {
    "track.vacuum_7keV_10nm.units_per_history": "history of 7 keV in vacuum [units]",
    "track.octane_7keV_10nm.units_per_history": "history of 7 keV in octane [units]",
    "stream.carriers_N2.3.count.units_per_transition": "transition of a stream [units]",
    "kinetics.kinetics_closed_forms.units_per_point": "closed forms of a point [units]",
    "exact.carriers_units_per_point": "exact kinetics of a point [units]",
    "fits.decay_4096_channels_3_components_units": "fit of a decay [units]",
    "study.units_per_design": "design of a study [units]",
    "scale.threads.speedup": "speedup of all threads",
    "scale.dask.over_threads": "Dask over threads",
    "scale.memory.histories_1e8.peak_MB": "memory for 10^8 histories [MB]",
    "app.analytic.median_ms": "slider to plot [ms]",
    "seconds.process_help": "scintidot --help [s]",
    "seconds.process_import": "import scintidot [s]",
}
"""Dotted key of a figure -> what it is."""


def found(document, dotted):
    """A figure of a document; None if it has none."""
    for key in _parts(document, dotted):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _parts(document, dotted):
    """Keys may hold dots themselves, such as ``carriers_N2.3``: the longest that fits is taken."""
    parts, keys = dotted.split("."), []
    while parts:
        for length in range(len(parts), 0, -1):
            key = ".".join(parts[:length])
            if length == 1 or (isinstance(document, dict) and key in document):
                keys.append(key)
                document = document.get(key) if isinstance(document, dict) else None
                parts = parts[length:]
                break
    return keys


def entry(document):
    """What is kept of a run."""
    figures = {key: found(document, key) for key in HEADLINES}
    return {
        **{key: document[key] for key in CONDITIONS},
        "figures": {k: v for k, v in figures.items() if v is not None},
    }


def record(document):
    """Append a run."""
    with FILE.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry(document)) + "\n")


def recorded():
    """All runs, oldest first."""
    lines = FILE.read_text(encoding="utf-8").splitlines() if FILE.is_file() else []
    return [json.loads(line) for line in lines]
