"""From the text of a study file to a `Plan`; every fault with its key, what was expected and the nearest name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scintidot.config import OPTIONS, RunConfig, make_config
from scintidot.errors import BadFile, ScintidotError, nearest
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.materials.reading import parse_toml
from scintidot.studies.axes import NAMES, OF_SAMPLE
from scintidot.studies.plan import FORMAT, KINDS, Method, Plan, SampleOptions
from scintidot.studies.reader import Reader, flat
from scintidot.studies.reading_axes import POINTS, beside, card_number, limits_of, read_axis, spaced
from scintidot.studies.reading_targets import read_targets
from scintidot.studies.uncertainty import DISTRIBUTIONS, Uncertainty

POINTS_OF_SAMPLE = 5
"""Values of a range where a sample is simulated for each, unless the range says how many."""
SAMPLES = {"sweep": 0, "sobol": 256, "pareto": 256, "optimum": 128}
SECTIONS = (
    "format", "title", "base", "vary", "objective", "constraint", "method", "uncertainty", "sample",
)  # fmt: skip
OVER = ("axes", "uncertainty")
NAMED_NUMBERS: dict[str, tuple[str, ...] | None] = {"card": None, "none": ()}
"""Uncertain numbers by a word: all with a band, or none."""


def read_plan(study: str | Path | Mapping[str, Any]) -> Plan:
    """A study from a file, or from the same as nested mappings.

    Raises
    ------
    ScintidotError
        With the file and the key at fault.
    """
    if isinstance(study, Mapping):
        return _plan(Reader(study, "study", Path()))
    path = Path(study)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(
            where=str(path), what="file", who="study file", expected="a readable TOML file",
            found=error.strerror or "no such file",
        ) from None  # fmt: skip
    return _plan(Reader(parse_toml(content, str(path)), str(path), path.parent))


def _plan(reader: Reader) -> Plan:
    reader.check_keys(reader.data, SECTIONS)
    if reader.data.get("format", FORMAT) != FORMAT:
        raise reader.fault("format", "format", repr(FORMAT), repr(reader.data["format"]))
    base, card = _base(reader)
    material = load_material(base.material, where=reader.where, who="base.material", kind="scintillator")
    numbers = {
        key: card_number(reader, material, key, value, f"base.card.{key}") for key, value in card.items()
    }
    axes = tuple(
        read_axis(reader, material, name, entry) for name, entry in flat(reader.table("vary")).items()
    )
    readable = {axis.name for axis in axes if not axis.named}
    objectives, constraints = read_targets(reader, readable)
    method = _method(reader, bool(axes), len(objectives))
    plan = Plan(
        title=str(reader.data.get("title", "")),
        where=reader.where,
        base=base,
        card=numbers,
        axes=axes,
        objectives=objectives,
        constraints=constraints,
        method=method,
        uncertainty=_uncertainty(reader, material),
        sample=_sample(reader),
    )
    if plan.asks_sample:
        plan = _of_sample(plan)
    elif unused := set(plan.varied) & {*OF_SAMPLE}:
        name = min(unused)
        raise reader.fault(
            "axis", f"vary.{name}", "an objective or a constraint of the sample, such as "
            "'sample.light_yield_photons_per_MeV'", "figures of one nanocrystal alone",
            "The loading of a sample acts on nothing else.",
        )  # fmt: skip
    if "edge_length" not in plan.varied and len(base.nanocrystal.edge_length_nm) != 1:
        raise reader.fault(
            "size", "base.edge_length", "one edge length such as '8.7 nm', or an axis edge_length under [vary]",
            f"{len(base.nanocrystal.edge_length_nm)} sizes",
        )  # fmt: skip
    energy = plan.varied.get("energy")
    if (
        energy is not None
        and energy.ends is not None
        and method.kind != "sweep"
        and base.deposit.model != "continuous"
    ):
        raise reader.fault(
            "axis", "vary.energy", "a list of energies, each of which is simulated", "a range",
            "With deposit = \"continuous\" under [base] a range will do.",
        )  # fmt: skip
    plan.check()
    _check_uncertain(reader, plan)
    return plan


def _of_sample(plan: Plan) -> Plan:
    """Each size and loading is simulated: ranges become the points of a sweep."""
    from dataclasses import replace

    axes = []
    for axis in plan.axes:
        few = axis.ends is not None and len(axis.values) == POINTS
        values = spaced(*axis.ends, POINTS_OF_SAMPLE, axis.logarithmic) if axis.ends and few else axis.values
        axes.append(replace(axis, values=values, ends=None))
    return replace(plan, axes=tuple(axes))


def _base(reader: Reader) -> tuple[RunConfig, dict[str, Any]]:
    section = reader.table("base", ("run", "card", *OPTIONS))
    card = flat(reader.mapping(section.pop("card", {}), "base.card"))
    run = section.pop("run", None)
    section |= {role: beside(reader, section[role]) for role in ("material", "host") if role in section}
    run_file = None if run is None else reader.folder / str(run)
    try:
        return make_config(run_file, section, where=reader.where), card
    except ScintidotError as error:
        if error.where != reader.where:
            raise  # the run file itself
        raise error.at(
            where=reader.where, who="base." + error.who.removeprefix("--").replace("-", "_")
        ) from None


def _method(reader: Reader, axes: bool, objectives: int) -> Method:
    section = reader.table("method", ("kind", "samples", "seed", "second_order", "over"))
    kind = reader.one_of(section.get("kind"), KINDS, "method.kind")
    samples = reader.whole(
        section.get("samples", SAMPLES[kind]), "method.samples", 0 if kind == "sweep" else 8
    )
    if kind == "sobol" and samples & (samples - 1):
        power = 1 << (samples.bit_length() - 1)
        raise reader.fault(
            "number", "method.samples", "a power of two, without which Sobol' sequences lose their balance", samples,
            f"Take {power} or {2 * power}.",
        )  # fmt: skip
    wanted = {"pareto": (2, 3), "optimum": (1, 1)}.get(kind, (1, 99))
    if not wanted[0] <= objectives <= wanted[1]:
        words = (
            "one [[objective]]"
            if kind == "optimum"
            else "two or three [[objective]]"
            if kind == "pareto"
            else "an [[objective]]"
        )
        raise reader.fault("objective", "objective", f"{words} for the method {kind}", objectives)
    if not axes and kind != "sobol":
        raise reader.fault("axis", "vary", f"at least one axis for the method {kind}", "none")
    over = section.get("over", list(OVER))
    over = reader.names([over] if isinstance(over, str) else over, "method.over")
    return Method(
        kind,
        samples,
        reader.whole(section.get("seed", 1), "method.seed", 0, 2**31 - 1),
        reader.switch(section.get("second_order", False), "method.second_order"),
        tuple(reader.one_of(one, OVER, "method.over") for one in over),
    )


def _uncertainty(reader: Reader, material: Material) -> Uncertainty:
    section = reader.table("uncertainty", ("numbers", "distribution", "draws", "choices"))
    numbers = section.get("numbers", "card")
    keys: tuple[str, ...] | None
    if isinstance(numbers, str):
        keys = NAMED_NUMBERS[reader.one_of(numbers, NAMED_NUMBERS, "uncertainty.numbers")]
    else:
        keys = reader.names(numbers, "uncertainty.numbers")
    chosen: dict[str, tuple[str, ...]] = {}
    for option, names in reader.mapping(section.get("choices", {}), "uncertainty.choices").items():
        who = f"uncertainty.choices.{option}"
        reader.one_of(option, [name for name in NAMES if name not in ("material", "host")], who)
        chosen[option] = reader.names(names, who, least=2)
        for name in chosen[option]:
            reader.configured(who, **{option: name})
    for key in keys or ():
        limits_of(reader, material, key, "uncertainty.numbers")
        if not dict(material.card.quantities())[key].banded:
            banded = [name for name, number in material.card.quantities() if number.banded]
            raise reader.fault(
                "number", "uncertainty.numbers", "numbers with low and high", repr(key), nearest(key, banded)
            )
    return Uncertainty(
        keys,
        reader.one_of(section.get("distribution", "uniform"), DISTRIBUTIONS, "uncertainty.distribution"),
        reader.whole(section.get("draws", 64), "uncertainty.draws", 0, 4096),
        chosen,
    )


def _check_uncertain(reader: Reader, plan: Plan) -> None:
    """What the study decides is not uncertain; a study of sensitivities needs something that varies."""
    for option in plan.uncertainty.choices:
        if option in plan.varied:
            raise reader.fault(
                "choice",
                f"uncertainty.choices.{option}",
                "a choice that is not an axis",
                f"{option!r} under [vary]",
            )
    factors = [*plan.axes] if "axes" in plan.method.over else []
    if plan.method.kind == "sobol" and "uncertainty" in plan.method.over:
        factors += [*plan.uncertain, *plan.uncertainty.choices]  # type: ignore[list-item]
    if plan.method.kind == "sobol" and not factors:
        raise reader.fault("method", "method.over", "an axis or an uncertain number that varies", "none")


def _sample(reader: Reader) -> SampleOptions:
    section = reader.table(
        "sample", ("volume_fraction", "energy", "host_transfer", "histories", "fano_factor")
    )
    share = In("1", at_least=0, at_most=1)
    fano = section.get("fano_factor")
    return SampleOptions(
        reader.number(
            section.get("volume_fraction", 0.05), "sample.volume_fraction", In("1", above=0, below=1)
        ),
        reader.number(section.get("energy", 10.0), "sample.energy", In("keV", above=0, at_most=100)),
        reader.number(section.get("host_transfer", 0.0), "sample.host_transfer", share),
        reader.whole(section.get("histories", 300), "sample.histories", 50, 1_000_000),
        None if fano is None else reader.number(fano, "sample.fano_factor", In("1", at_least=0, at_most=10)),
    )
