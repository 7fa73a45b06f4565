"""First page of a prediction: the answer in sentences, how sure it is, and the assumptions that move it most."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scintidot.bands import Outputs
from scintidot.choices import TRUNCATED_FROM, truncated
from scintidot.output import as_text
from scintidot.report.templates import FirstPage, Table
from scintidot.results import Prediction
from scintidot.variations import Alternative

Best = Callable[[Iterable[float]], float]


@dataclass(frozen=True)
class Question:
    """What is asked of all sizes: where a figure is best."""

    words: str
    key: str
    best: Best
    unit: str
    quantity: str = ""  # in the answer, where the question does not name it
    alone: str = ""  # what is said where there is one size

    def winner(self, outputs: Outputs) -> int | None:
        """Index of the best size; sizes without light have no lifetime and do not take part."""
        values = outputs[self.key].tolist()
        lit = [value for value in values if math.isfinite(value)]
        return int(values.index(self.best(lit))) if lit else None

    def value(self, outputs: Outputs) -> float:
        """The figure of the best size; nan without light."""
        index = self.winner(outputs)
        return math.nan if index is None else float(outputs[self.key][index])


HEADLINES = (
    Question(
        "Most light for the energy kept", "photons_per_MeV_deposited", max, "photons/MeV", "",
        "Light for the energy kept: ",
    ),
    Question("Fastest", "tau_ps.harmonic", min, "ps", "harmonic lifetime ", "Harmonic lifetime: "),
    Question(
        "Best time resolution", "ctr_ps.cramer_rao", min, "ps FWHM", "Cramér-Rao bound of the CTR ",
        "Time resolution, Cramér-Rao bound of the CTR: ",
    ),
)  # fmt: skip
QUESTIONS = (
    Question("Most light from one nanocrystal", "photons_per_nc", max, "photons"),
    Question("Most light from equal mass, each hit once", "intensity_ensemble_relative", max, "(relative)"),
    Question("Most light from the energy kept", "photons_per_MeV_deposited", max, "photons/MeV"),
    Question("Shortest harmonic lifetime", "tau_ps.harmonic", min, "ps"),
    Question("Best time resolution by the formula", "ctr_ps.formula", min, "ps FWHM"),
    Question("Best bound of the time resolution", "ctr_ps.cramer_rao", min, "ps FWHM"),
)
MOST_ASSUMPTIONS = 5
"""Shown on the first page."""
SMALL = 0.005
"""Relative effects below this are not worth a row."""


WORDS = {
    "model": "kinetic model", "radiative": "radiative rates", "auger": "Auger rates against carriers",
    "auger_law": "Auger law against size", "start": "where electrons start",
    "light_yield_scaling": "light yield against size",
}  # fmt: skip
"""Of choices whose names say too little alone."""


@dataclass(frozen=True)
class Variation:
    """The prediction with one choice or one number of the card changed."""

    assumption: str
    as_it_is: str
    instead: str
    outputs: Outputs


def variations_of(prediction: Prediction, others: list[Alternative]) -> list[Variation]:
    """Every single change that the report knows: the options of each choice, the ends of each uncertain number."""
    chosen = {line.choice: line.option for line in others if line.chosen}
    found = [
        Variation(
            WORDS.get(line.choice, line.choice.replace("_", " ")),
            chosen[line.choice],
            line.option,
            line.figures,
        )
        for line in others
        if not line.chosen
    ]
    quantities = dict(prediction.material.card.quantities())
    for key, sides in prediction.figures.single.items():
        q = quantities[key]
        unit = "" if q.unit == "1" else f" {q.unit}"
        found += [
            Variation(key, f"{as_text(q.value)}{unit}", f"{as_text(end)}{unit}", outputs)
            for end, outputs in zip((q.low, q.high), sides, strict=True)
        ]
    return found


def first_page(prediction: Prediction, others: list[Alternative]) -> FirstPage:
    """The first page, from the prediction and from what its alternatives give."""
    varied = variations_of(prediction, others)
    return FirstPage(
        title=_title(prediction),
        lead=_lead(prediction),
        answer=answer(prediction),
        sure=_how_sure(prediction, varied),
        rests_on=_rests_on(prediction, varied),
    )


def _title(prediction: Prediction) -> str:
    material, edges = prediction.choices["material"], prediction.edge_length
    if len(edges) == 1:
        return f"How {material} nanocrystals of {edges[0]:g} nm scintillate"
    return f"How {material} nanocrystals scintillate against size"


def _lead(prediction: Prediction) -> str:
    choices = prediction.choices
    words = [
        f"{as_text(choices['kinetic_energy_keV'])} keV electron, start {choices['start']}, host {choices['host']}",
        f"deposit {choices['deposit']}",
        f"pair creation {choices['pair_creation_energy']}",
        f"statistics {choices['statistics']}",
        f"kinetics {choices['kinetics']}",
        f"Auger law {choices['auger_law']}",
        f"ξ = {as_text(choices['retained_fraction'])}",
    ]
    if choices["material_changes"]:
        words.append(f"card changed in {', '.join(choices['material_changes'])}")
    if choices["size_dispersion"]:
        words.append(f"size dispersion {choices['size_dispersion']}")
    return " · ".join(words)


def with_band(prediction: Prediction, question: Question, index: int) -> str:
    """The figure of one size with its unit and band."""
    figures = prediction.figures
    low, value, high = (
        as_text(float(side[question.key][index]), 3) for side in (figures.low, figures.central, figures.high)
    )
    return f"{value} {question.unit} ({low} to {high})"


def answer(prediction: Prediction) -> list[str]:
    """The headline questions, each answered in a sentence with its band."""
    sentences, alone = [], len(prediction.edge_length) == 1
    for question in HEADLINES:
        index = question.winner(prediction.figures.central)
        if index is None:
            return ["No size gives light: there is no lifetime and no time resolution."]
        size = f"{question.words}: {prediction.edge_length[index]:g} nm, {question.quantity}"
        sentences.append(f"{question.alone if alone else size}{with_band(prediction, question, index)}.")
    return sentences


def _how_sure(prediction: Prediction, varied: list[Variation]) -> list[str]:
    figures, edges = prediction.figures, prediction.edge_length
    used = [q for key, q in prediction.material.card.quantities() if key in figures.single]
    estimates = sum(q.provenance == "estimate" for q in used)
    lines = [
        f"In brackets: what the {len(used)} uncertain numbers of the material card ({estimates} of them estimates) do "
        "together. The choices of model, below, may move the answer more than that; the limits of the models are the "
        "notes that follow."
    ]
    if len(edges) > 1:
        stays = []
        for question in HEADLINES:
            best = question.winner(figures.central)
            if best is None:
                continue
            same = sum(question.winner(one.outputs) == best for one in varied)
            stays.append(f"{question.words.lower()}, {edges[best]:g} nm: in {same} of {len(varied)}")
        lines.append(
            "How often the best size stays the best when one choice or one uncertain number is changed (model paper "
            "and its statistics count as one): "
            f"{'; '.join(stays)}."
        )
    largest = int(figures.central["mean_excitons"].argmax())
    if truncated(prediction.config) and figures.central["mean_excitons"][largest] > TRUNCATED_FROM:
        lines.append(
            "⟨N⟩ is above 1: the biexciton truncation of this model matters, and hides gains of large sizes."
        )
    return lines


def _rests_on(prediction: Prediction, varied: list[Variation]) -> Table | None:
    """The assumptions that move the headline figures most, with what they do to each, largest first."""
    central = prediction.figures.central
    found: dict[str, list[tuple[float, Variation]]] = {}
    for one in varied:
        effects = [
            abs(math.log(ratio)) for ratio in _ratios(central, one) if ratio > 0 and math.isfinite(ratio)
        ]
        found.setdefault(one.assumption, []).append((max(effects, default=0.0), one))
    by_effect = sorted(found.values(), key=lambda many: -max(effect for effect, _ in many))
    leading = by_effect[:MOST_ASSUMPTIONS]
    numbers = [many for many in by_effect if many[0][1].assumption in prediction.figures.single]
    if numbers and numbers[0] not in leading:
        leading[-1] = numbers[0]  # the first number to measure is worth a line among choices
    rows = []
    for many in leading:
        if max(effect for effect, _ in many) < SMALL:
            continue
        of_card = many[0][1].assumption in prediction.figures.single
        shown = [one for _, one in many] if of_card else [max(many, key=lambda pair: pair[0])[1]]
        rows.append(
            [
                shown[0].assumption,
                shown[0].as_it_is,
                " or ".join(one.instead for one in shown),
                *(" or ".join(_effect(prediction, question, one) for one in shown) for question in HEADLINES),
            ]
        )
    if not rows:
        return None
    note = (
        "One choice or one number of the card changed at a time, only model paper together with its statistics; those "
        "that move the answer most, first, and the number of the card that does it most. In per cent, of the best "
        "size; where another size is then best, it is named. All of them stand under Tables."
    )
    columns = ["assumption", "as it is", "if instead", "light", "lifetime", "CTR bound"]
    return Table("What this rests on", columns, rows, note)


def _ratios(central: Outputs, one: Variation) -> list[float]:
    return [question.value(one.outputs) / (question.value(central) or math.nan) for question in HEADLINES]


def _effect(prediction: Prediction, question: Question, one: Variation) -> str:
    """Change of the best value, and the size that is best then where it is another."""
    before, after = question.winner(prediction.figures.central), question.winner(one.outputs)
    if before is None or after is None:
        return "no light"
    change = 100 * (question.value(one.outputs) / question.value(prediction.figures.central) - 1)
    words = f"{change:+.0f} %" if abs(change) >= 0.5 else "0 %"
    return words if before == after else f"{words} at {prediction.edge_length[after]:g} nm"
