"""One Geant4 run in a process of its own: ``python -m scintidot.interchange.geant4_worker FOLDER``.

Reads ``setup.json`` and ``primaries.npz`` in FOLDER, writes ``result.npz`` or ``fault.json`` there. Calzone has no
setting for the lower edge of production cuts and for the lowest tracked energy; both are set through the Geant4
libraries that its wheel holds, and read back at the end.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

_HIGHEST = 1e4  # upper edge of the table of cuts [MeV], as Geant4 has it


class Limits:
    """Lower limits of Geant4 [MeV], by the functions of its own library."""

    def __init__(self) -> None:
        import calzone

        home = Path(calzone.__file__).parent
        found = sorted(home.parent.glob("calzone.libs/libG4processes_core*"))
        if not found:
            raise RuntimeError("no Geant4 library beside calzone (its wheels for Linux have one)")
        self._library = ctypes.CDLL(str(found[0]))
        self._cuts = self._call("_ZN21G4ProductionCutsTable22GetProductionCutsTableEv", ctypes.c_void_p)
        self._parameters = self._call("_ZN14G4EmParameters8InstanceEv", ctypes.c_void_p)

    def _call(self, name: str, result: Any, *arguments: Any) -> Any:
        function = getattr(self._library, name)
        function.restype, function.argtypes = result, [type(argument) for argument in arguments]
        return function(*arguments)

    @property
    def production(self) -> float:
        """Lower edge of production cuts."""
        name = "_ZNK21G4ProductionCutsTable16GetLowEdgeEnergyEv"
        return float(self._call(name, ctypes.c_double, ctypes.c_void_p(self._cuts)))

    @production.setter
    def production(self, energy: float) -> None:
        name = "_ZN21G4ProductionCutsTable14SetEnergyRangeEdd"
        self._call(name, None, ctypes.c_double(energy), ctypes.c_double(_HIGHEST))

    @property
    def tracking(self) -> float:
        """Energy at which electrons stop."""
        name = "_ZNK14G4EmParameters20LowestElectronEnergyEv"
        return float(self._call(name, ctypes.c_double, ctypes.c_void_p(self._parameters)))

    @tracking.setter
    def tracking(self, energy: float) -> None:
        for name in ("12SetMinEnergyEd", "23SetLowestElectronEnergyEd"):
            parameters = ctypes.c_void_p(self._parameters)
            self._call(f"_ZN14G4EmParameters{name}", None, parameters, ctypes.c_double(energy))


def simulate(setup: dict[str, Any], primaries: Any) -> dict[str, Any]:
    """Event numbers and deposits [MeV] of one run."""
    import calzone

    geometry = calzone.Geometry(setup["geometry"])
    geometry.check()
    simulation = calzone.Simulation(geometry, random=calzone.Random(setup["seed"]), sample_deposits="brief")
    particles = calzone.particles(len(primaries["energy"]), pid="e-")
    for name in ("energy", "position", "direction"):
        particles[name] = primaries[name]
    # Starting the physics sets limits of its own, so one electron runs first. Another cut afterwards makes Geant4
    # build its tables again, now with our limits.
    simulation.physics = calzone.Physics(setup["em_model"], default_cut=2 * setup["range_cut"])
    simulation.run(particles[:1])
    limits = Limits()
    limits.production, limits.tracking = setup["production_cut"], setup["tracking_limit"]
    simulation.random = calzone.Random(setup["seed"])
    simulation.physics = calzone.Physics(setup["em_model"], default_cut=setup["range_cut"])
    result = simulation.run(particles)
    _check(limits.production, setup["production_cut"], "production cut")
    _check(limits.tracking, setup["tracking_limit"], "tracking limit")
    deposits = getattr(result, "deposits", result)
    cells = [np.asarray(cell) for cell in (deposits or {}).values()]
    return {
        "event": np.concatenate([np.zeros(0, np.int64), *(cell["event"].astype(np.int64) for cell in cells)]),
        "energy": np.concatenate([np.zeros(0), *(cell["value"] for cell in cells)]),
        "version": f"Geant4 {calzone.GEANT4_VERSION} (calzone {calzone.VERSION})",
    }


def _check(found: float, wanted: float, what: str) -> None:
    if abs(found - wanted) > 1e-9 * wanted:
        raise RuntimeError(f"Geant4 has a {what} of {1e6 * found:g} eV, not {1e6 * wanted:g} eV")


def main(folder: Path) -> int:
    """Run what lies in ``folder``; 0 if there is a result."""
    setup = json.loads((folder / "setup.json").read_text(encoding="utf-8"))
    try:
        with np.load(folder / "primaries.npz") as primaries:
            result = simulate(setup, dict(primaries))
    except Exception as error:  # Geant4's own class, and whatever calzone raises
        kind = "data" if isinstance(error, FileNotFoundError) else "run"
        words = {"kind": kind, "found": " ".join(str(error).split()) or type(error).__name__}
        (folder / "fault.json").write_text(json.dumps(words), encoding="utf-8")
        return 1
    np.savez(folder / "result.npz", **result)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
