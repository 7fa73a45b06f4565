"""Measured decays as a document, ``scintidot.decay/1``: components or kinetic parameters, lifetimes, <N>, quality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from scintidot.analysis.decay.responses import NoResponse
from scintidot.analysis.decay.shapes import NAMES, Kinetic
from scintidot.errors import BadValue, one_of
from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetic_options import FRACTION, KINETIC_MODELS
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.materials.fields import In
from scintidot.measured.decay.figures import fit_part, good, one, top
from scintidot.measured.decay.fits import fits_of, fitted
from scintidot.measured.decay.held import FREE, Fix, read_freed, read_held
from scintidot.measured.decay.inputs import Loaded, load
from scintidot.measured.decay.occupancy import STATISTICS, biased
from scintidot.measured.decay.panels import panels_of
from scintidot.measured.decay.profiles import profile_panels, profiles_of
from scintidot.measured.decay.sources import NONE, WHERE, Source
from scintidot.measured.document import Analysis, new_document
from scintidot.measured.given import given
from scintidot.options import Number, read, read_seed, read_whole
from scintidot.output import with_error
from scintidot.progress import Progress, silent

SCHEMA = "scintidot.decay/1"
RESPONSE_PS = 100.0
"""Width of the response in the definition ``instrument`` of a lifetime where the data name none. [ps]"""


def analyse_decay(
    files: Source | Sequence[Source],
    *,
    irf: Source | None = None,
    irf_column: Number | None = None,
    irf_fwhm_ps: Number | None = None,
    irf_background: Number | None = None,
    free_irf_width: bool = False,
    components: Number | None = None,
    model: str | None = None,
    names: str | Sequence[str] | None = None,
    window: str | tuple[Number, Number] | None = None,
    exclude: str | Sequence[Any] = (),
    scatter: bool = False,
    pile_up: str = "first-photon",
    fix: Fix = (),
    free: str | Sequence[str] = (),
    share: str = NONE,
    statistics: str = "poisson",
    retained_fraction: Number = 0.5,
    quantum_yield: Number = 1.0,
    response_ps: Number | None = None,
    starts: Number = 4,
    seed: Number = 1,
    minos: bool = False,
    profile: bool = False,
    period_ns: Number | None = None,
    bin_width_ps: Number | None = None,
    excitations: Number | None = None,
    time_unit: str | None = None,
    channel: Number | None = None,
    column: Number | None = None,
    format: str | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Fit decays that were counted photon by photon.

    Parameters
    ----------
    files : path, array or `DecayTrace`, or a list of them
        Decays; every trace of every file is fitted. A pattern such as ``"lab/*.csv"`` stands for files; an array of
        counts needs ``bin_width_ps``.
    irf : path, array or `DecayTrace`, optional
        Measured response; ``none`` for a fit of the tail alone. Without it, a column that is called IRF, response,
        prompt or instrument.
    irf_column : str or int, optional
        Of a file of the response with several.
    irf_fwhm_ps : number, optional
        Full width of a Gaussian response instead; with ``free_irf_width`` it is fitted, too. [ps]
    irf_background : number, optional
        Counts in a bin of the response that are no response (its quiet bins); 0 leaves it as it is.
    components : int, optional
        Number of exponentials, 1 to 4 (3); or ``model``, one of carriers, ladder, paper, poisson-biexciton.
    names : str or list of str, optional
        Of the components by rising lifetime, such as ``"XX,trion,X"``.
    window, exclude : str or (from, to)
        Times that are fitted, and those that are not, such as ``"2 ns:80 ns"``; in ps without a unit.
    fix, free : mapping, or sequence of str
        Parameters that are held with their values (``{"background": 2}`` or ``"background=2"``), names of kinetic
        parameters that are fitted besides.
    period_ns, bin_width_ps, excitations, time_unit, channel, column
        What the files may not say themselves.
    scatter : bool
        Also fit scattered excitation light, shaped as the response.
    pile_up : str
        ``first-photon`` (needs ``excitations``) or ``none``.
    statistics : str
        Of the pairs, for <N>: ``poisson`` or ``exponential``.
    retained_fraction, quantum_yield : number
        xi, and Phi_X of a kinetic model, which are held unless they are in ``free``.
    response_ps : number, optional
        Full width in the lifetime ``instrument`` (that of the response). [ps]
    starts, seed : int
        Number of starts of the fit, and what they are drawn with.
    format : str, optional
        Of the files, as ``scintidot formats`` lists them; recognised without it.
    share : str
        ``none``, or ``lifetimes`` (of a kinetic model: lifetimes of exciton and Auger recombination) for all decays.
    minos : bool
        Also intervals by profiling the likelihood of lifetimes and <N>.
    profile : bool
        Also the profiles themselves, in ``profiles`` and the report.
    progress : callable
        Told the step, and the share of all that is done.

    Returns
    -------
    Analysis
        Its ``document`` is ``scintidot.decay/1``; ``status`` is "failed" where a fit did not succeed.

    Raises
    ------
    BadFile, BadValue
        For files and options that no fit can start from.

    Examples
    --------
    >>> import numpy as np
    >>> time = 100.0 * np.arange(300)  # ps
    >>> decay = analyse_decay(np.round(1000 * np.exp(-time / 5000)), bin_width_ps=100, irf="none", components=1)
    >>> round(decay["components"][0]["lifetime_ps"] / 5000, 1)
    1.0
    """
    one_of(pile_up, ("first-photon", NONE), where=WHERE, who="--pile-up")
    one_of(share, (NONE, "lifetimes"), where=WHERE, who="--share")
    one_of(statistics, STATISTICS, where=WHERE, who="--statistics")
    named = _names(components, model, names)
    xi = read(retained_fraction, "--retained-fraction", WHERE, FRACTION)
    phi = read(quantum_yield, "--quantum-yield", WHERE, In("1", above=0, at_most=1))
    freed = read_freed(free, model)
    of_file = given(
        where=WHERE, period_ns=period_ns, bin_width_ps=bin_width_ps, excitations=excitations, time_unit=time_unit,
        channel=channel, column=column,
    )  # fmt: skip
    loaded = load(
        files, irf=irf, irf_column=irf_column, irf_fwhm_ps=irf_fwhm_ps, irf_background=irf_background,
        free_irf_width=free_irf_width, window=window, exclude=exclude, scatter=scatter, pile_up=pile_up,
        given=of_file, format=format,
    )  # fmt: skip
    common = share != NONE and len(loaded.measured) > 1
    kinetic = None
    if model is not None:
        kinetic = Kinetic(
            model, lambda mean: pair_distribution(mean, statistics), 1.0, 1.0, 1.0, 1.0, xi, phi,
            held=tuple(name for name in FREE if name not in freed),
        )  # fmt: skip
    held = read_held(fix, named, kinetic, [decay.name for decay in loaded.measured] if common else [])
    width = _response_width(response_ps, loaded)
    choices = {
        "model": model or "components",
        **({} if model else {"components": len(named), "names": list(named)}),
        "names_by": "user" if names else "order of the lifetimes",
        "shared": share,
        "fixed": held,
        **loaded.choices,
        "likelihood": "poisson" if loaded.measured[0].sigma is None else "least squares",
        "statistics": statistics,
        "retained_fraction": xi,
        **({"quantum_yield": phi} if model else {}),
        "tau_definitions": DEFINITIONS,
        "instrument_response_fwhm_ps": width,
        "starts": read_whole(starts, "--starts", WHERE, 1, 100),
        "seed": read_seed(seed, WHERE),
    }
    document = new_document(SCHEMA, loaded.inputs, choices)
    with np.errstate(all="ignore"):
        results, reason = fitted(
            loaded.measured,
            fits_of(named, kinetic, choices, held, minos=minos),
            together=common,
            progress=progress,
        )
    if not reason and any(
        not float(fit.models[i].shape.exponentials(fit.values(i)[:-4]).integral > 0) for fit, i, _ in results
    ):
        reason = "no light above the background"
    if reason:
        return _failed(document, loaded, reason)
    with np.errstate(all="ignore"):  # what is no number becomes null
        decays = [
            one(fit, i, loaded, place, named, kinetic, statistics, xi, width) for fit, i, place in results
        ]
    warnings = list(
        dict.fromkeys([*loaded.warnings, *(w for decay in decays for w in decay.pop("warnings"))])
    )
    document |= top(decays, common) | fit_part(results, warnings)
    if any(fit.fit.faults for fit, _, _ in results):
        document["status"] = "failed"
    document["decays"] = decays
    profiles = []
    if profile:
        for fit in {id(result[0]): result[0] for result in results}.values():
            profiles += profiles_of(fit, list(named))
        document["profiles"] = profiles
    document["warnings"] = warnings
    return Analysis(
        document,
        (*panels_of(results, loaded.measured), *profile_panels(profiles)),
        _title(loaded),
        _answer(document, decays),
        _card(decays, kinetic),
    )


def _names(
    components: Number | None, model: str | None, names: str | Sequence[str] | None
) -> tuple[str, ...]:
    if model is not None:
        one_of(model, KINETIC_MODELS, where=WHERE, who="--model")
        for flag, value in (("--components", components), ("--names", names)):
            if value is not None:
                raise BadValue(
                    where=WHERE, what="option", who=flag, expected="no such option with --model", found=repr(value)
                )  # fmt: skip
        return ()
    listed = names.split(",") if isinstance(names, str) else names
    given = None if listed is None else tuple(name.strip() for name in listed)
    if given is not None and (
        not all(n.replace("_", "").isalnum() for n in given) or len(set(given)) < len(given)
    ):
        expected = "different names of letters and digits, such as XX,trion,X"
        raise BadValue(where=WHERE, what="names", who="--names", expected=expected, found=repr(names))
    count = len(given) if components is None and given else read_whole(
        3 if components is None else components, "--components", WHERE, 1, max(NAMES)
    )  # fmt: skip
    if (given is not None and len(given) != count) or count > max(NAMES):
        expected = f"{count} names, at most {max(NAMES)}"
        raise BadValue(where=WHERE, what="names", who="--names", expected=expected, found=repr(names))
    return given or NAMES[count]


def _response_width(response_ps: Number | None, loaded: Loaded) -> float:
    """Width of the response in the definition ``instrument``: given, or that of the data, or `RESPONSE_PS`."""
    if response_ps is not None:
        return read(response_ps, "--response-ps", WHERE, In("ps", above=0))
    first = loaded.measured[0]
    return RESPONSE_PS if isinstance(first.response, NoResponse) else first.response_fwhm


def _failed(document: dict[str, Any], loaded: Loaded, reason: str) -> Analysis:
    document |= {
        "status": "failed", "components": [], "tau_ps": None, "deviance_per_dof": None, "counts": None,
        "shift_ps": None, "background": None, "mean_excitons": None, "decays": [],
        "warnings": [f"the fit failed: {reason}", *loaded.warnings],
    }  # fmt: skip
    return Analysis(document, (), _title(loaded), f"The fit failed: {reason}.")


def _title(loaded: Loaded) -> str:
    names = [decay.name for decay in loaded.measured]
    return f"Fit of {names[0]}" if len(names) == 1 else f"{len(names)} decays"


def _answer(document: dict[str, Any], decays: list[dict[str, Any]]) -> str:
    """The result in a sentence for each of the first decays."""
    text = " ".join(_sentence(decay, named=len(decays) > 1) for decay in decays[:MOST_SAID])
    if len(decays) > MOST_SAID:
        text += f" {len(decays) - MOST_SAID} more decays below."
    if document["status"] == "failed":
        text += " The fit did not succeed: " + "; ".join(document["warnings"][-2:]) + "."
    return text


MOST_SAID = 4
"""Decays of which the answer speaks."""


def _sentence(decay: dict[str, Any], *, named: bool) -> str:
    parts = [
        f"{row['name']} {with_error(row['lifetime_ps'], row['lifetime_error_ps'])} ps"
        + (f" ({row['fraction']:.1%} of the light)" if row["fraction"] is not None else "")
        for row in decay["components"]
    ]
    text = (f"{decay['name']}: " if named else "") + ", ".join(parts) + "."
    mean = decay["mean_excitons"]
    if mean is not None and mean["value"] is not None:
        how = f"{mean['statistics']}, {mean['method']}"
        text += (
            f" ⟨N⟩ = {mean['value']:.3g} (from exponentials: biased, see the notes; --model carriers fits it)."
            if biased(mean)
            else f" ⟨N⟩ = {with_error(mean['value'], mean['error'])} ({how})."
        )
    if decay.get("auger_efficiency") is not None:
        efficiency = with_error(decay["auger_efficiency"], decay["auger_efficiency_error"])
        lifetime = decay["auger_lifetime_ps"]
        text += f" 1/k_AR = {with_error(lifetime['value'], lifetime['error'])} ps, Φ_AR = {efficiency}."
    quality = decay["quality"]
    return (
        text
        + f" Deviance {quality['deviance_per_dof']:.3g} per degree of freedom: "
        + ("as good as the counts allow." if good(quality) else "not perfect, see the warnings.")
    )


def _card(decays: list[dict[str, Any]], kinetic: Kinetic | None) -> dict[str, Any]:
    """What was fitted of a material card: lifetimes of the exciton, and of Auger recombination where XX is seen."""
    rows = {row["name"]: row for row in decays[0]["components"]}
    times = [row["lifetime_ps"] or 0.0 for row in rows.values()]
    if len(decays) > 1 or "X" not in rows or not rows["X"]["lifetime_error_ps"] or times != sorted(times):
        return {}
    slow = rows["X"]
    note = (
        f"component X of a fit with {len(rows)} components"
        if kinetic is None
        else f"model {kinetic.model} with {_assumed(decays[0])}"
    )
    card: dict[str, Any] = {"exciton.lifetime": (slow["lifetime_ps"], slow["lifetime_error_ps"], "ps", note)}
    if kinetic is not None:
        auger = decays[0]["auger_lifetime_ps"]
        if auger["value"] and auger["error"]:
            card["auger_lifetime_ps"] = (auger["value"], auger["error"], "ps", note)
    elif "XX" in rows and rows["XX"]["lifetime_error_ps"]:
        fast = rows["XX"]
        rate = 1 / fast["lifetime_ps"] - 4 / slow["lifetime_ps"]
        if rate > 0:
            spread = math.hypot(
                fast["lifetime_error_ps"] / fast["lifetime_ps"] ** 2,
                4 * slow["lifetime_error_ps"] / slow["lifetime_ps"] ** 2,
            )
            both = (
                f"1/(1/tau_XX - 4/tau_X), k_XX = 4 k_X and Phi_X = 1, {note.replace('X of', 'XX and X of')}"
            )
            card["auger_lifetime_ps"] = (1 / rate, spread / rate**2, "ps", both)
    return card


def _assumed(decay: dict[str, Any]) -> str:
    """xi and Phi_X of a kinetic model, and whether they were held."""
    return ", ".join(
        f"{symbol} = {decay[name]['value']:.3g} ({'held' if decay[name]['fixed'] else 'fitted'})"
        for symbol, name in (("xi", "retained_fraction"), ("Phi_X", "quantum_yield"))
    )
