"""Write the report of a prediction: one HTML file that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.report.figures import SENSITIVITY_FIGURES, draw_all, middle_row
from scintidot.results import UNITS, Prediction
from scintidot.simulation import alternatives

_HEADINGS = {
    "band_gap_eV": "gap [eV]",
    "emission_peak_nm": "peak [nm]",
    "mean_deposit_eV": "deposit [eV]",
    "mean_excitons": "<N>",
    "quantum_yield": "Φ_X",
    "auger_efficiency": "Φ_AR",
    "photons_per_nc": "photons per NC",
    "photons_per_MeV_deposited": "photons per MeV kept",
    "intensity_ensemble_relative": "I_ENS (rel.)",
    "tau_ps.harmonic": "τ harmonic [ps]",
    "tau_ps.instrument": "τ instrument [ps]",
    "tau_ps.mean_photon_time": "τ mean photon [ps]",
    "tau_ps.one_over_e": "τ 1/e [ps]",
    "ctr_ps.formula": "CTR formula [ps]",
}
assert set(_HEADINGS) <= set(UNITS)


def write_report(prediction: Prediction, path: Path) -> None:
    """Write the report to ``path``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("scintidot.report", "."), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["number"] = _number
    index = middle_row(prediction)
    text = environment.get_template("template.html").render(
        version=__version__,
        prediction=prediction,
        answers=_answers(prediction),
        plots=draw_all(prediction),
        figures=_figures(prediction),
        middle_edge=prediction.edge_length[index],
        alternatives=alternatives(prediction, index),
        alternative_figures=SENSITIVITY_FIGURES,
        card_numbers=_card_numbers(prediction),
        run=prediction.run_file(),
    )
    path.write_text(text, encoding="utf-8")


def _number(value: Any, digits: int = 4) -> str:
    """A number for people: no exponent where it can be avoided."""
    if not isinstance(value, (int, float)):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        text = f"{value:.{digits}g}"
        return f"{float(text):g}" if "e" in text and abs(value) < 1e6 else text
    return f"{value:.{digits - 1}e}"


def _figures(prediction: Prediction) -> list[tuple[str, list[tuple[float, float, float]]]]:
    """Heading of every figure, and its value, low and high at each size."""
    sides = (prediction.central, prediction.low, prediction.high)
    return [
        (heading, list(zip(*(side[key].tolist() for side in sides), strict=True)))
        for key, heading in _HEADINGS.items()
    ]


def _answers(prediction: Prediction) -> list[dict[str, str]]:
    """The headline: which size wins, by how much, and how sure that is."""
    questions = [
        ("Most light from one hit", "photons_per_nc", max, "photons"),
        ("Most light from the energy kept", "photons_per_MeV_deposited", max, "photons/MeV"),
        ("Shortest harmonic lifetime", "tau_ps.harmonic", min, "ps"),
        ("Best time resolution (formula)", "ctr_ps.formula", min, "ps FWHM"),
    ]
    answers = []
    for question, key, best, unit in questions:
        values = [float(value) for value in prediction.central[key]]
        index = values.index(best(values))
        low, high = prediction.low[key][index], prediction.high[key][index]
        answers.append(
            {
                "question": question,
                "size": f"{prediction.edge_length[index]:g} nm",
                "value": f"{_number(values[index], 3)} {unit}",
                "band": f"{_number(float(low), 3)} to {_number(float(high), 3)}",
            }
        )
    return answers


def _card_numbers(prediction: Prediction) -> list[dict[str, str]]:
    return [
        {
            "key": key,
            "value": _number(q.value, 6),
            "unit": "" if q.unit == "1" else q.unit,
            "band": "" if q.low is None or q.high is None else f"{_number(q.low)} to {_number(q.high)}",
            "provenance": q.provenance,
            "source": ", ".join(q.source),
            "note": q.note,
        }
        for key, q in prediction.material.card.quantities()
    ]
