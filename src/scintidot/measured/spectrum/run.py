"""Absorption, emission and excitation spectra as the document ``scintidot.spectrum/1``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Unpack

from scintidot.analysis.readers import Contents, Given, read
from scintidot.analysis.spectra.absorption import PEAKS
from scintidot.analysis.spectra.emission import BACKGROUNDS, LINES
from scintidot.analysis.spectra.quantities import WEIGHTS
from scintidot.analysis.spectra.sizing import energy_of
from scintidot.analysis.traces import SpectrumTrace
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, BadValue, one_of
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.materials.nanocrystal import SizingCurve
from scintidot.measured.document import Analysis, new_document
from scintidot.measured.given import SPECTRUM_KINDS
from scintidot.measured.given import given as given_of
from scintidot.measured.keywords import SpectrumOptions, refuse_unknown
from scintidot.measured.spectrum import quantities
from scintidot.measured.spectrum.names import listed
from scintidot.measured.spectrum.panels import panels_of
from scintidot.measured.spectrum.traces import Row, Window, read_window, row_of, within
from scintidot.options import Number
from scintidot.options import read as read_number
from scintidot.output import number
from scintidot.progress import Progress, counted, silent
from scintidot.provenance import cited

SCHEMA = "scintidot.spectrum/1"
WHERE = "analyse spectrum"


def analyse_spectrum(
    file: str | Path,
    *,
    kind: str | None = None,
    format: str | None = None,
    column: Number | None = None,
    spectral_unit: str | None = None,
    material: str | Path | None = None,
    edge_length: Number | None = None,
    window: Window | None = None,
    peak: str = "curvature",
    line: str = "gaussian",
    background: str = "none",
    weight: str = "photons",
    given: Given | None = None,
    progress: Progress = silent,
    **others: Unpack[SpectrumOptions],
) -> Analysis:
    """Peaks, edges, widths and sizes of every spectrum in a file.

    Parameters
    ----------
    file : str or Path
        Of one or more spectra against wavelength.
    kind : str, optional
        ``absorption``, ``emission`` or ``excitation``, where the file does not say it.
    format : str, optional
        Of the file, where it is not recognised.
    column : str or int, optional
        With the values: its name, or its number from 1. All where it is not given.
    spectral_unit : str, optional
        ``nm``, ``eV`` or ``cm-1``, where the file does not say it.
    material : str or Path, optional
        Card whose sizing curve turns energies into edge lengths.
    edge_length : float or str, optional
        What the card expects at this size comes into the document too. [nm]
    window : str or pair of numbers, optional
        The part that is used, ``"480:620"`` or ``(480, 620)``. [nm]
    peak : str
        Of absorption: ``curvature`` (most negative second derivative, a shoulder's too) or ``maximum``.
    line : str
        Shape fitted to emission: ``gaussian``, ``pseudo-voigt`` or ``asymmetric``.
    background : str
        Under emission: ``none``, or ``ends``, a straight line through both ends of the window.
    weight : str
        ``photons``, or ``energy`` where the file holds energy per wavelength.
    given : Given, optional
        What the file does not say itself, instead of ``kind``, ``column`` and ``spectral_unit``.
    progress : callable
        Told the step, and the share of all that is done.
    absorption : str or Path, optional
        File with absorption spectra of the same samples: Stokes shifts. Partners are found by the same name, by the
        words or the number with unit that names begin with, or by order.
    reference, reference_yield, absorbance, reference_absorbance, index, reference_index, plqy_method
        File with the emission of a reference, its quantum yield, both absorbances at the excitation, both refractive
        indices, and ``absorptance`` (default) or ``absorbance``: quantum yields.
    reference_light_yield : float or str, optional
        Of the reference, instead: light yields. [photons/MeV]
    band : str or pair of numbers, optional
        Of the integral. [nm]
    path_cm, at_nm, extinction, cross_section_cm2, intrinsic_per_cm, volume_nm3, density_g_per_cm3 : float or str
        Path through the sample, where the absorbance is read, one of three coefficients (decadic L/(mol cm), natural
        cm2, natural 1/cm of the solid with the volume of a nanocrystal), density of the solid: concentrations.

    Returns
    -------
    Analysis
        ``document`` is what the command writes as JSON, one row of ``traces`` for each spectrum.

    Raises
    ------
    BadFile, BadValue
        For files that hold no spectrum, unknown kinds and keywords, and options that lack others.

    Examples
    --------
    >>> scintidot.analyse_spectrum("emission.csv", window=(450, 620))  # doctest: +SKIP
    """
    refuse_unknown(others, analyse_spectrum, WHERE, quantities.KEYWORDS)
    if edge_length is not None and material is None:
        raise BadValue(
            where=WHERE, what="option", who="--material", found="nothing",
            expected="the card whose sizing curve says what to expect at --edge-length",
        )  # fmt: skip
    for name, names, option in (
        (peak, PEAKS, "--peak"),
        (line, LINES, "--line"),
        (background, BACKGROUNDS, "--background"),
        (weight, WEIGHTS, "--weight"),
    ):
        one_of(name, names, where=WHERE, who=option)
    wanted = quantities.read_options(WHERE, dict(others))
    given = given or given_of(kind=kind, column=column, spectral_unit=spectral_unit, where=WHERE)
    contents = read(file, "spectrum", format=format, given=given)
    kinds = [_kind(trace, contents, kind) for trace in contents.traces]
    card = None if material is None else load_material(material, where=WHERE, who="--material")
    curve = None if card is None else _sizing_curve(card)
    limits = None if window is None else read_window(window, WHERE, "--window")
    rows = [
        row_of(
            trace, *within(trace, limits, str(file)), kind=of, peak=peak, line=line, background=background, curve=curve
        )
        for trace, of in counted(list(zip(contents.traces, kinds, strict=True)), "spectra", progress)
    ]  # fmt: skip
    document = new_document(
        SCHEMA, [contents], _choices(kinds, kind, limits, peak, line, background, weight, card)
    )
    document["traces"] = [row.document for row in rows]
    warnings = _grouped(rows)
    if card is not None and curve is not None:
        warnings += _expected(document, card, curve, edge_length, kinds)
    found = quantities.evaluate(rows, wanted, document, peak=peak, weight=weight, where=WHERE)
    warnings += found
    if all(row.document["peak_nm"] is None for row in rows):
        document["status"] = "failed"
        warnings.append("No spectrum of the file has a peak that stands out.")
    document["warnings"] = warnings
    if card is not None:
        document["bibliography"] = cited(card.references(["sizing_curve"]))
    return Analysis(document, panels_of(rows), f"Spectra of {Path(file).name}", _answer(rows), _to_card(rows))


def _grouped(rows: list[Row]) -> list[str]:
    """Each warning once, with the spectra that it concerns."""
    concerned: dict[str, list[str]] = {}
    for row in rows:
        for text in row.warnings:
            concerned.setdefault(text, []).append(row.document["name"])
    return [f"{listed(names, len(rows))}: {text}" for text, names in concerned.items()]


def _kind(trace: SpectrumTrace, contents: Contents, given: str | None) -> str:
    if given is not None:
        return one_of(given, SPECTRUM_KINDS, where=WHERE, who="--kind")
    if trace.kind in SPECTRUM_KINDS:
        return trace.kind
    raise BadFile(
        where=str(contents.path), what="kind", who="--kind", expected="absorption, emission or excitation",
        found="nothing in the file or its name that says it",
    )  # fmt: skip


def _sizing_curve(card: Material) -> SizingCurve:
    curve = card.card.sizing_curve
    if curve is None:
        raise BadFile(
            where=card.where, what="card", who="sizing_curve", expected="this section, which --material needs here",
            found=f"a card of {card.name} without it",
            hint=f'Add one to a card of your own that starts with: based_on = "{card.name}"',
        )  # fmt: skip
    return curve


def _expected(
    document: dict[str, Any], card: Material, curve: SizingCurve, edge_length: Number | None, kinds: list[str]
) -> list[str]:
    """What the card expects at a size, and what its curve is made for."""
    warnings = []
    if edge_length is not None:
        edge = read_number(edge_length, "--edge-length", WHERE, In("nm", above=0, at_most=1e4))
        energy = energy_of(curve, edge)
        document["expected"] = {
            "material": card.name, "edge_length_nm": edge, "peak_eV": number(energy),
            "peak_nm": number(PLANCK_TIMES_LIGHT / energy),
        }  # fmt: skip
    note = curve.energy_at_infinity.note
    if "absorption" in kinds and note:
        warnings.append(
            f"The sizing curve of {card.name}: {note}. Sizes from absorption peaks follow it as it stands."
        )
    sizes = card.card.sizes
    if sizes is not None:
        low, high = sizes.published_smallest.value, sizes.published_largest.value
        below, outside = [], []
        for row in document["traces"]:
            edge_found = row.get("edge_length_nm")
            if edge_found is None and row["peak_eV"] is not None and "edge_length_nm" in row:
                below.append(row["name"])
            elif edge_found is not None and not low <= edge_found <= high:
                outside.append(row["name"])
        total = len(document["traces"])
        if below:
            warnings.append(
                f"{listed(below, total)}: the peak is below every gap of the sizing curve: no size."
            )
        if outside:
            warnings.append(
                f"{listed(outside, total)}: the size lies outside {low:g}-{high:g} nm, the range of the curve."
            )
    return warnings


def _choices(
    kinds: list[str], given: str | None, window: tuple[float, float] | None, peak: str, line: str, background: str,
    weight: str, card: Material | None,
) -> dict[str, Any]:  # fmt: skip
    chosen: dict[str, Any] = {
        "kind": sorted(set(kinds)),
        "kind_from": "option" if given else "file or its name",
        "window_nm": None if window is None else list(window),
        "errors": "one standard deviation of the noise alone (by second differences), from repeats with added noise",
    }
    if "absorption" in kinds:
        chosen |= {
            "peak": peak,
            "peak_meaning": PEAKS[peak],
            "edge_meaning": "steepest rise of the absorbance below the peak, in energy",
            "fwhm_meaning": "of a Gaussian line with this edge and this curvature peak",
            "smoothing": "local cubic in energy, half width 1.95 times the distance from edge to peak",
        }
    if "excitation" in kinds:
        chosen |= {
            "excitation_peak": "highest local maximum inside the window, of a local cubic in wavelength; a maximum "
            "at the end of the window is none",
            "excitation_energy": "hc/wavelength of the exciting light: no Jacobian, each value has one wavelength",
        }
    if "emission" in kinds:
        chosen |= {
            "line": line,
            "line_meaning": LINES[line],
            "line_errors": "of the parameters: as if the misfit were noise (chi-square per degree of freedom of 1); "
            "residuals and line_chi_square_per_dof are in standard deviations of the noise itself",
            "background": background,
            "background_meaning": BACKGROUNDS[background],
            "energy_conversion": "values per wavelength times wavelength^2/hc are values per energy; peak_eV is theirs",
            "weight": weight,
            "weight_meaning": WEIGHTS[weight],
        }
    if card is not None:
        chosen |= {"material": card.name, "material_fingerprint": card.fingerprint}
    return chosen


def _answer(rows: list[Row]) -> str:
    found = [row.document for row in rows if row.document["peak_nm"] is not None]
    if not found:
        return "No peak stands out inside the window."
    if len(found) == 1:
        row = found[0]
        size = row.get("edge_length_nm")
        words = f"The {row['kind']} peak is at {row['peak_nm']:.1f} nm ({row['peak_eV']:.3f} eV)"
        return words + (f", which is an edge length of {size:.2f} nm." if size else ".")
    peaks = [row["peak_nm"] for row in found]
    return (
        f"Peaks of {len(found)} of {len(rows)} spectra lie between {min(peaks):.1f} and {max(peaks):.1f} nm."
    )


def _to_card(rows: list[Row]) -> dict[str, Any]:
    if len(rows) != 1 or rows[0].document["kind"] != "emission" or rows[0].document["fwhm_eV"] is None:
        return {}
    row = rows[0].document
    note = "full width of the whole sample, its sizes included: an upper limit of that of one nanocrystal"
    return {"emission.line_width_fwhm": (row["fwhm_eV"], row["fwhm_error_eV"], "eV", note)}
