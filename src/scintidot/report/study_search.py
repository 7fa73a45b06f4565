"""Pictures of the search of a design study: the optimum, the front, whose uncertainty matters."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.report.study_drawing import (
    COLOURS,
    MOST_BARS,
    StudyFigure,
    is_listed,
    name_places,
    place_in_list,
    tornado,
)
from scintidot.report.style import BLUE, GREY, ORANGE, VERMILION, figure, shades
from scintidot.studies.finding import variable
from scintidot.studies.result import StudyResult


def draw_optimum(result: StudyResult) -> list[StudyFigure]:
    """Cuts along the axes through the best design, where it lies over the draws, tornado and constraints."""
    dataset, plan = result.to_xarray(), result.plan
    main, constraints = plan.objectives[0], plan.constraints
    drawn = "best_objective" in dataset
    columns = plan.axes[:3]
    drawing, axes = figure(
        2 if drawn else 1, len(columns), max(11.0, 4.4 * len(columns)), 6.6 if drawn else 4.4
    )
    best = result.document["results"]["best"]["design"]
    for column, axis in enumerate(columns):
        top = axes[0, column]
        along = f"along_{variable(axis.name)}"
        _cut(top, dataset, main, along, axis, constraints)
        top.set_ylabel(main.label if column == 0 else "")
        if drawn:
            below = axes[1, column]
            _spread(below, dataset[f"best_{variable(axis.name)}"].to_numpy(), axis)
            below.set(xlabel=axis.heading, ylabel="draws" if column == 0 else "")
            below.set_xlim(top.get_xlim())
        else:
            top.set_xlabel(axis.heading)
        listed = is_listed(axis)
        for panel in axes[:, column]:
            panel.axvline(
                place_in_list(axis, best) if listed else best[axis.key], color=VERMILION, lw=1.5, ls="--"
            )
    caption = (
        f"Above: {main.label} along each axis through the best design (dashed), with the band of the card; dotted, "
        "or hollow, where a constraint is missed."
        + (" Below: where the best design lies over the draws of what is uncertain." if drawn else "")
    )
    picture = StudyFigure("optimum", "Where the best design lies, and how sure that is", drawing, caption)
    return [picture, *tornado(result), *_constraints(dataset, plan)]


def _cut(panel: Any, dataset: Any, target: Any, along: str, axis: Any, constraints: Any) -> None:
    name = variable(target.name)
    x = dataset[along].to_numpy()
    middle, low, high = (dataset[f"{name}{side}_{along}"].to_numpy() for side in ("", "_low", "_high"))
    kept = np.ones(len(x), dtype=bool)
    for one in constraints:
        kept &= one.violation(dataset[f"{variable(one.name)}_{along}"].to_numpy()) == 0
    if is_listed(axis):
        places = np.arange(len(x))
        error = np.nan_to_num([middle - low, high - middle])
        panel.errorbar(places, middle, error, fmt="o", color=BLUE, capsize=4)
        panel.plot(places[~kept], middle[~kept], "o", color=BLUE, mfc="white", zorder=3)
        name_places(panel, list(x))
    else:
        panel.fill_between(x, low, high, color=BLUE, alpha=0.15, lw=0)
        panel.plot(x, middle, color=BLUE, lw=1, ls=":")
        panel.plot(x, np.where(kept, middle, np.nan), color=BLUE)
    shown = middle[np.isfinite(middle)]
    if shown.size and shown.min() > 0 and shown.max() > 20 * shown.min():
        panel.set_yscale("log")


def _spread(panel: Any, values: Any, axis: Any) -> None:
    if is_listed(axis):
        found = [str(value) for value in values]
        counts = [found.count(str(value)) for value in axis.values]
        panel.bar(range(len(counts)), counts, color=BLUE, width=0.6)
        name_places(panel, axis.values)
    else:
        panel.hist(values, bins=np.linspace(axis.ends[0], axis.ends[1], 31), color=BLUE)
    panel.grid(axis="x", visible=False)


def _constraints(dataset: Any, plan: Any) -> list[StudyFigure]:
    """The constraints along the first axis."""
    if not plan.constraints:
        return []
    axis, count = plan.axes[0], len(plan.constraints)
    drawing, axes = figure(1, count, max(11.0, 5 * count), 3.8)
    for panel, one in zip(axes[0], plan.constraints, strict=True):
        _cut(panel, dataset, one, f"along_{variable(axis.name)}", axis, [one])
        for limit in (one.at_least, one.at_most):
            if limit is not None:
                panel.axhline(limit, color=VERMILION, lw=1.2)
        panel.set(xlabel=axis.heading, ylabel=one.label)
    caption = "The constraints along the first axis, with the band of the card; red: the limit."
    return [StudyFigure("constraints", "Where the constraints are kept", drawing, caption)]


def draw_sensitivities(result: StudyResult) -> list[StudyFigure]:
    """Total and first-order indices of each factor, with their intervals."""
    dataset, plan = result.to_xarray(), result.plan
    count = len(plan.objectives)
    largest = dataset["ST"].max("objective").to_numpy()
    order = np.argsort(largest)[-MOST_BARS:]
    names = dataset["factor"].to_numpy()[order]
    drawing, axes = figure(1, count, 4.2 + 4.2 * count, 0.42 * len(order) + 1.4)
    for i, (panel, target) in enumerate(zip(axes[0], plan.objectives, strict=True)):
        part, places = dataset.isel(objective=i, factor=order), np.arange(len(order))
        for key, shift, colour, label in (
            ("ST", 0.19, BLUE, "total"),
            ("S1", -0.19, ORANGE, "alone (first order)"),
        ):
            panel.barh(
                places + shift, part[key], 0.36, xerr=part[f"{key}_conf"], color=colour, label=label,
                error_kw={"lw": 1, "ecolor": GREY},
            )  # fmt: skip
        panel.set(title=target.heading, xlabel="share of the variance", yticks=places, xlim=(0, None))
        panel.set_yticklabels(names if i == 0 else [])
        panel.legend(loc="lower right")
    caption = (
        "Share of the variance of each figure that a factor answers for, alone and with all its interactions; lines "
        "are 95 % intervals of the estimate. The longest bar is what to know better first."
    )
    return [
        StudyFigure("sobol", "Whose uncertainty matters", drawing, caption),
        _convergence(dataset, plan),
    ]


def _convergence(dataset: Any, plan: Any) -> StudyFigure:
    count = len(plan.objectives)
    drawing, axes = figure(1, count, max(11.0, 5 * count), 3.8)
    for i, (panel, target) in enumerate(zip(axes[0], plan.objectives, strict=True)):
        history = dataset["ST_against_samples"].isel(objective=i)
        first = np.argsort(history.isel(base_samples=-1).to_numpy())[::-1][:5]
        for factor, colour in zip(first, COLOURS, strict=False):
            label = str(dataset["factor"].to_numpy()[factor])
            panel.plot(dataset["base_samples"], history.isel(factor=factor), "o-", color=colour, label=label)
        panel.set_xscale("log", base=2)
        panel.set(title=target.heading, xlabel="base samples", ylabel="total index", ylim=(0, None))
        panel.legend(fontsize=8.5)
    caption = "Total indices of the five largest factors against the number of base samples: flat lines have converged."
    return StudyFigure("convergence", "Whether that many samples are enough", drawing, caption)


def draw_front(result: StudyResult) -> list[StudyFigure]:
    """The first objective against each other one, with the spread over the draws; and the designs of the front."""
    dataset, plan = result.to_xarray(), result.plan
    x, *others = plan.objectives
    drawing, axes = figure(1, len(others), max(11.0, 6 * len(others)), 5.4)
    for panel, y in zip(axes[0], others, strict=True):
        _front(panel, dataset, x, y, drawing)
    caption = (
        "Grey: all designs computed that keep the constraints. Dots: designs that no other one beats, coloured by the "
        "probability that this holds when the uncertain numbers are others; lines: 95 % of the draws."
    )
    picture = StudyFigure("front", "Designs from which to choose", drawing, caption)
    return [picture, _designs(dataset, plan, x)]


def _front(panel: Any, dataset: Any, x: Any, y: Any, drawing: Any) -> None:
    kept = dataset["keeps_constraints_of_sample"].to_numpy()
    names = variable(x.name), variable(y.name)
    cloud = [dataset[f"{name}_of_sample"].to_numpy()[kept] for name in names]
    panel.plot(*cloud, ".", color="#c4c4c4", ms=4, zorder=1)
    front = [dataset[name].to_numpy() for name in names]
    probability = dataset["probability_on_front"].to_numpy()
    if np.isfinite(probability).all():
        spans = [
            np.abs([dataset[f"{name}_{side}_of_draws"].to_numpy() - middle for side in ("lower", "upper")])
            for name, middle in zip(names, front, strict=True)
        ]
        panel.errorbar(
            *front, xerr=spans[0], yerr=spans[1], fmt="none", ecolor=GREY, alpha=0.35, lw=1, zorder=2
        )
        dots = panel.scatter(
            *front, c=probability, cmap="viridis", vmin=0, vmax=1, s=55, zorder=3, ec="black", lw=0.6
        )
        drawing.colorbar(dots, label="probability to be on the front")
    else:
        panel.plot(*front, "o", color=BLUE, ms=7, zorder=3)
    for scale, part in (("x", cloud[0]), ("y", cloud[1])):
        good = part[np.isfinite(part)]
        if good.size and good.min() > 0 and good.max() > 30 * good.min():
            getattr(panel, f"set_{scale}scale")("log")
    panel.set(xlabel=f"{x.label} ({x.direction})", ylabel=f"{y.label} ({y.direction})")


def _designs(dataset: Any, plan: Any, x: Any) -> StudyFigure:
    """The axes along the front."""
    drawing, axes = figure(1, len(plan.axes), max(11.0, 4.2 * len(plan.axes)), 3.8)
    first = dataset[variable(x.name)].to_numpy()
    order = np.argsort(first)
    for panel, axis, colour in zip(axes[0], plan.axes, shades(len(plan.axes)), strict=True):
        values = dataset[variable(axis.name)].to_numpy()[order]
        panel.plot(first[order], values, "o", color=colour)
        panel.set(xlabel=x.label, ylabel=axis.heading)
    caption = f"Where the designs of the front lie on each axis, against {x.heading}."
    return StudyFigure("designs", "Which designs these are", drawing, caption)
