"""Write the report of a prediction: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from scintidot import __version__
from scintidot.bands import Outputs
from scintidot.choices import TRUNCATED_FROM, truncated
from scintidot.output import as_text, write_text
from scintidot.report.figures import draw_all
from scintidot.report.figures_sensitivity import SENSITIVITY_FIGURES, middle_row
from scintidot.report.templates import render
from scintidot.results import FIGURES, Prediction
from scintidot.variations import Alternative, alternatives

QUESTIONS = (
    ("Most light from one nanocrystal", "photons_per_nc", max, "photons"),
    ("Most light from equal mass, each hit once", "intensity_ensemble_relative", max, "(relative)"),
    ("Most light from the energy kept", "photons_per_MeV_deposited", max, "photons/MeV"),
    ("Shortest harmonic lifetime", "tau_ps.harmonic", min, "ps"),
    ("Best time resolution by the formula", "ctr_ps.formula", min, "ps FWHM"),
    ("Best bound of the time resolution", "ctr_ps.cramer_rao", min, "ps FWHM"),
)


def write_report(prediction: Prediction, path: str | Path) -> None:
    """Write the report of a prediction to ``path``: one HTML file that needs nothing else."""
    others = alternatives(prediction)
    index = middle_row(prediction)
    text = render(
        "template.html",
        version=__version__,
        prediction=prediction,
        answers=answers(prediction, others),
        plots=draw_all(prediction),
        figures=figure_rows(prediction),
        middle=index,
        middle_edge=prediction.edge_length[index],
        alternatives=[
            line for line in others if line.choice in _choices_that_matter(prediction, others, index)
        ],
        alternative_figures=SENSITIVITY_FIGURES,
        card_numbers=_card_numbers(prediction),
        run=prediction.run_file(),
    )
    write_text(Path(path), text)


def _choices_that_matter(prediction: Prediction, others: list[Alternative], index: int) -> set[str]:
    """Choices of which some option changes a figure of this row (the scaling of the light yield may not)."""
    central = prediction.figures.central
    return {
        line.choice
        for line in others
        for key in SENSITIVITY_FIGURES
        if not math.isclose(line.figures[key][index], central[key][index], rel_tol=1e-9)
    }


def figure_rows(prediction: Prediction) -> list[tuple[str, list[tuple[float, float, float]]]]:
    """Heading of every figure, and its value, low and high at each size."""
    figures = prediction.figures
    return [
        (
            figure.heading if figure.unit == "1" else f"{figure.heading} [{figure.unit}]",
            list(
                zip(
                    *(side[key].tolist() for side in (figures.central, figures.low, figures.high)),
                    strict=True,
                )
            ),
        )
        for key, figure in FIGURES.items()
    ]


def answers(prediction: Prediction, others: list[Alternative]) -> list[dict[str, str]]:
    """The headlines: for each question which size wins, by how much, and which sizes win under other choices."""
    return [_answer(prediction, others, *question) for question in QUESTIONS]


def _answer(
    prediction: Prediction,
    others: list[Alternative],
    question: str,
    key: str,
    best: Callable[[list[float]], float],
    unit: str,
) -> dict[str, str]:
    """Headline: which size wins, by how much, and which sizes win under other choices and card values."""

    def winner(outputs: Outputs) -> int:
        """Index of the best size; sizes without light have no lifetime and do not take part."""
        values = outputs[key].tolist()
        lit = [value for value in values if math.isfinite(value)]
        return int(values.index(best(lit))) if lit else 0

    figures = prediction.figures
    index = winner(figures.central)
    varied = [side for sides in figures.single.values() for side in sides]
    rivals = sorted(
        {winner(outputs) for outputs in [*varied, *(other.figures for other in others)]} - {index}
    )
    low, value, high = (
        as_text(float(side[key][index]), 3) for side in (figures.low, figures.central, figures.high)
    )
    cut_off = truncated(prediction.config) and float(figures.central["mean_excitons"][index]) > TRUNCATED_FROM
    return {
        "question": question,
        "size": f"{prediction.edge_length[index]:g} nm",
        "value": f"{value} {unit}",
        "band": f"{low} to {high}",
        "rivals": ", ".join(f"{prediction.edge_length[i]:g}" for i in rivals),
        "caution": "⟨N⟩ above 1: biexciton truncation matters, see the notes" if cut_off else "",
    }


def _card_numbers(prediction: Prediction) -> list[dict[str, str]]:
    changes = prediction.material.changes()
    return [
        {
            "changed": next(
                (f"changed: {changes[k]}." for k in (key, key.split(".")[0]) if k in changes), ""
            ),
            "key": key,
            "value": as_text(q.value, 6),
            "unit": "" if q.unit == "1" else q.unit,
            "band": "" if q.low is None or q.high is None else f"{as_text(q.low)} to {as_text(q.high)}",
            "provenance": q.provenance,
            "source": ", ".join(q.source),
            "note": q.note,
        }
        for key, q in prediction.material.card.quantities()
    ]
