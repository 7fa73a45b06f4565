"""``scintidot deposit``: every size and energy, one after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack

from scintidot.deposits.bulk import kept_bulk_pairs
from scintidot.deposits.choices import run_choices, run_sources, run_warnings
from scintidot.deposits.engine import run_case
from scintidot.deposits.keywords import DepositOptions
from scintidot.deposits.names import WHERE
from scintidot.deposits.options import read_setup
from scintidot.deposits.result import DepositResult
from scintidot.deposits.row import Row
from scintidot.deposits.setup import Setup
from scintidot.errors import BadValue, one_of
from scintidot.progress import Progress, silent
from scintidot.scale.computing import current

if TYPE_CHECKING:
    from scintidot.deposits.geant4 import Geant4Result

ENGINES = ("scintidot", "geant4")


def deposit(
    progress: Progress = silent,
    *,
    engine: str = "scintidot",
    em_model: str | None = None,
    **options: Unpack[DepositOptions],
) -> DepositResult | Geant4Result:
    """Energy that nanocrystals keep, event by event.

    Parameters
    ----------
    progress : callable
        Told the step and the share done.
    engine, em_model : str
        ``scintidot``, or ``geant4``: Geant4 through calzone, with ``em_model`` ``penelope`` or ``livermore``. It takes
        electrons that start in one cube or sphere; any option that it cannot follow is refused.
    material, host, shell : str, Path or Material
        Cards of the nanocrystal (``CsPbBr3``), of what is around (``vacuum``) and of a shell (none).
    edge_length : list of numbers or text
        Edges of cubes, diameters of spheres [nm]; ``20x20x3`` with ``shape="cuboid"``. Of the core, where there is a
        shell of ``shell_thickness_nm`` around it.
    energy_keV : list of numbers or text
        Kinetic energies of electrons, up to 100 keV. Instead: ``source``, such as ``"photon 30 keV"``.
    start : str
        ``uniform``, ``centre``, ``crossing``, ``beam``; ``matrix`` with ``composite``.
    treatment : str
        ``track``, or ``local`` with ``local_deposit_below`` [eV].
    composite, box_nm, packing
        ``"74 x 3 nm"`` or ``"5 % x 3 nm"`` in a periodic box; ``random``, ``lattice`` or a CSV file of positions.
    primaries : str or Path
        MCPL file of electrons, one for each history, instead of ``energy_keV`` and ``start``.
    escapes : bool
        Keep the electrons that escape; see `DepositResult.escapes`.
    histories, relative_error, seed, threads
        Stop after so many, or earlier, when the standard error over the mean is reached.
    cut_eV, elastic, phonons, surface, pairs, whole_tracks, tracking, temperature
        Models by name; see ``choices`` of the result.

    Returns
    -------
    DepositResult or Geant4Result
        ``rows``, one for each size and energy, with ``mean_deposit_eV``, ``standard_error_eV``, ``hit_fraction``,
        ``mean_pairs`` and the books of the energy; ``as_json()`` is ``scintidot.deposit/1``, ``to_xarray()`` has all
        histograms with units.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> result = deposit(edge_length=[10], histories=2000, threads=1)
    >>> 5 < result.rows[0]["mean_deposit_eV"] < 30
    True
    """
    check_engine(engine, em_model)
    if engine == "geant4":
        from scintidot.deposits.geant4 import deposit_geant4

        return deposit_geant4(progress, em_model=em_model, **options)
    return _deposit(progress, read_setup(**options, device=current().device))


def check_engine(engine: str, em_model: str | None) -> None:
    """Refuse an unknown engine, and a model of Geant4 for another one."""
    one_of(engine, ENGINES, where=WHERE, who="--engine")
    if em_model is not None and engine != "geant4":
        raise BadValue(
            where=WHERE, what="option", who="--em-model", expected="it with --engine geant4 only",
            found=repr(em_model),
        )  # fmt: skip


def _deposit(progress: Progress, setup: Setup) -> DepositResult:
    entries: list[Row] = []
    cases = [(body, spectrum) for body in setup.bodies for spectrum in setup.spectra]
    interrupted = False
    for index, (body, spectrum) in enumerate(cases):
        name = f"{body.edges[0]:g} nm, {spectrum.mean_energy / 1e3:g} keV"
        try:
            progress(name, index / len(cases))
            shown = partial(_share_of_all, progress, name, index, len(cases))
            outcome = run_case(setup, body, spectrum, progress=shown)
        except KeyboardInterrupt:
            if not entries:
                raise
            interrupted = True
            break
        entries.append(Row(body, spectrum, outcome, setup))
        interrupted = outcome.interrupted
        if interrupted:
            break
    pair_energy, fano = None, None
    notes = run_warnings(setup, entries)
    if len(entries) < len(cases):
        notes.append(
            f"Interrupted: {len(cases) - len(entries)} of {len(cases)} sizes and energies were not begun."
        )
    if not interrupted:
        try:
            pair_energy, fano = kept_bulk_pairs(setup)
        except KeyboardInterrupt:
            interrupted = True
            notes.append("Interrupted: the rows are whole, pair creation in the bulk was not simulated.")
    progress("done", 1.0)
    return DepositResult(
        setup,
        entries,
        pair_energy,
        fano,
        run_choices(setup),
        notes,
        run_sources(setup),
        interrupted,
    )


def _share_of_all(progress: Progress, name: str, index: int, count: int, share: float) -> None:
    """Tell of one case among several."""
    progress(name, (index + share) / count)
