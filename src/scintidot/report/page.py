"""Write the report of a prediction: one HTML file that needs nothing else."""

from __future__ import annotations

import math
from pathlib import Path

from scintidot.choices import TRUNCATED_FROM, truncated
from scintidot.output import as_text, write_text
from scintidot.report.figures import draw_all
from scintidot.report.figures_sensitivity import SENSITIVITY_FIGURES, middle_row
from scintidot.report.first_page import QUESTIONS, Question, Variation, first_page, variations_of
from scintidot.report.templates import render_report
from scintidot.results import FIGURES, SCHEMA, Prediction
from scintidot.variations import Alternative, alternatives


def write_report(prediction: Prediction, path: str | Path) -> None:
    """Write the report of a prediction to ``path``: one HTML file that needs nothing else."""
    others = alternatives(prediction)
    index = middle_row(prediction)
    headline, *figures = draw_all(prediction)
    text = render_report(
        "prediction.html",
        first_page(prediction, others),
        schema=SCHEMA,
        choices=prediction.choices.items(),
        references=prediction.references,
        notes=prediction.warnings,
        figures=figures,
        picture=headline,
        prediction=prediction,
        questions=answers(prediction, others),
        rows=figure_rows(prediction),
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


def answers(prediction: Prediction, others: list[Alternative]) -> list[list[str]]:
    """For each question which size wins, by how much, and which sizes win under other choices."""
    varied = variations_of(prediction, others)
    return [_best_size(prediction, varied, question) for question in QUESTIONS]


def _best_size(prediction: Prediction, varied: list[Variation], question: Question) -> list[str]:
    """Which size wins, by how much, and which sizes win under other choices and card values."""
    figures = prediction.figures
    index = question.winner(figures.central)
    if index is None:
        return [question.words, "none", "no light", "-", "", ""]
    winners = {question.winner(one.outputs) for one in varied}
    low, value, high = (
        as_text(float(side[question.key][index]), 3) for side in (figures.low, figures.central, figures.high)
    )
    cut_off = truncated(prediction.config) and float(figures.central["mean_excitons"][index]) > TRUNCATED_FROM
    rivals = sorted(one for one in winners if one is not None and one != index)
    return [
        question.words,
        f"{prediction.edge_length[index]:g} nm",
        f"{value} {question.unit}",
        f"{low} to {high}",
        ", ".join(f"{prediction.edge_length[i]:g} nm" for i in rivals),
        "⟨N⟩ above 1: biexciton truncation matters, see the notes" if cut_off else "",
    ]


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
