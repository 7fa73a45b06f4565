"""The run file ``scintidot-run/1``: every choice of a prediction, with its default and its check.

The same short option names serve the command line (``--edge-length``), Python
(``predict(edge_length=...)``) and, through `OPTIONS`, the dotted keys of the run file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from scintidot.errors import BadFile, BadValue, FieldError, ScintidotError, nearest
from scintidot.excitons.distribution import STATISTICS
from scintidot.geometry import SHAPES, STARTS
from scintidot.kinetic_options import DEFAULT_MODEL, KINETIC_MODELS, RATE
from scintidot.kinetics.laws import AUGER, RADIATIVE
from scintidot.materials.fields import In, OneOf
from scintidot.materials.library import is_card_path
from scintidot.materials.reading import parse_toml
from scintidot.materials.schema import explain
from scintidot.options import option_flag
from scintidot.units import split_list

PAPER_SIZES = (3.3, 3.5, 3.9, 6.9, 8.7, 10.7, 13.5, 14.7)
"""Edge lengths [nm] of the samples of Fratelli 2024."""

OWN_MATERIAL = "own"
"""Value of ``light_yield_material``: the light yield was measured on the material of the run itself."""

LIGHT_YIELD_SCALINGS = {
    "photons-per-nanocrystal": (
        "light yield proportional to photons per hit nanocrystal, as in CTR_NC of Fratelli 2024: every size "
        "is hit equally often, so a larger crystal also takes more energy"
    ),
    "photons-per-deposited-energy": (
        "light yield proportional to photons per energy kept: every size shares the same absorbed energy"
    ),
}


def _different(entry: tuple[float, ...]) -> tuple[float, ...]:
    """Sizes, each once."""
    for i, value in enumerate(entry):
        if value in entry[:i]:
            hint = "Separate sizes by ',' and write the decimal point as '.'."
            raise FieldError("value", "each size once", f"{value:g} nm twice", hint)
    return entry


EdgeLength = Annotated[float, In("nm", above=0)]
Energy = Annotated[float, In("keV", above=0)]
Fraction = Annotated[float, In("1", at_least=0, at_most=1)]
Efficiency = Annotated[float, In("1", above=0, at_most=1)]
Time = Annotated[float, In("ps", above=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Nanocrystal(_Part):
    """What is made."""

    edge_length_nm: Annotated[
        tuple[EdgeLength, ...],
        BeforeValidator(partial(split_list, what="lengths", unit="nm")),
        AfterValidator(_different),
    ] = PAPER_SIZES
    shape: Annotated[str, OneOf(SHAPES)] = "cube"
    size_dispersion: Annotated[float, In("1", at_least=0, at_most=0.3)] = 0.0


class Radiation(_Part):
    """What hits it."""

    particle: Annotated[str, OneOf(["electron"])] = "electron"
    kinetic_energy_keV: Energy = 7.0
    start: Annotated[str, OneOf(STARTS)] = "uniform"


DEPOSITS = {
    "track": "simulated event by event, every electron followed",
    "local": "simulated, secondary electrons below the limit stay where they are born",
    "continuous": "analytic: straight path, mean energy loss",
}


def _deposit_model(entry: object) -> str:
    """A model by its name, or a file of deposits that another program simulated."""
    text = str(entry)
    return text if is_deposit_file(text) else OneOf(DEPOSITS).read(entry)


def is_deposit_file(text: str) -> bool:
    """Whether this names a file of deposits rather than a model."""
    return Path(text).suffix.lower() in (".csv", ".txt", ".dat", ".h5", ".hdf5", ".root") or "/" in text


def is_simulated(model: str) -> bool:
    """Whether the deposits of a model come from histories."""
    return model != "continuous" and not is_deposit_file(model)


FEWEST_HISTORIES = 100
"""Fewer have no standard error worth the name."""


def _histories(entry: object) -> int:
    """Enough histories for a mean with its error."""
    In("1", at_least=FEWEST_HISTORIES).read_number(entry)
    return _whole(entry)


def _whole(entry: object) -> int:
    """A whole number of histories or a seed; 1e5 is one."""
    value = In("1", at_least=0, at_most=1e12).read_number(entry)
    if value != int(value):
        raise FieldError("number", "a whole number", repr(entry))
    return int(value)


class Deposit(_Part):
    """How the energy that it keeps is found."""

    model: Annotated[str, AfterValidator(_deposit_model)] = "track"
    local_below_eV: Annotated[float, In("eV", above=0, at_most=1e5)] = 990.0
    histories: Annotated[int, BeforeValidator(_histories)] = 200_000
    relative_error: Annotated[float, In("1", above=0, below=1)] = 0.02
    seed: Annotated[int, BeforeValidator(_whole)] = 1
    events: Annotated[int, BeforeValidator(_whole)] | None = None
    energy_unit: str | None = None
    table: str | None = None


class Excitons(_Part):
    """How energy becomes excitons."""

    pair_creation_energy: str = "fratelli"
    statistics: Annotated[str, OneOf(STATISTICS)] = "poisson"


def _traps(entry: object) -> int:
    """A whole number of traps, at least one."""
    In("1", at_least=1, at_most=100).read_number(entry)
    return _whole(entry)


class Kinetics(_Part):
    """How excitons decay. Empty choices are taken from the material card, an empty model from the statistics."""

    model: Annotated[str, OneOf(tuple(KINETIC_MODELS))] | None = None
    auger_law: str | None = None
    retained_fraction: Fraction | None = None
    radiative: Annotated[str, OneOf(RADIATIVE)] = "n2"
    auger: Annotated[str, OneOf(AUGER)] = "cubic"
    trapping_rate_per_ps: Annotated[float, RATE] = 0.0
    detrapping_rate_per_ps: Annotated[float, RATE] = 0.0
    trap_loss_rate_per_ps: Annotated[float, RATE] = 0.0
    traps: Annotated[int, BeforeValidator(_traps)] | None = None


class Light(_Part):
    """Light yield of the sample, scaled from a measured one: of that material, cubes of that size."""

    light_yield_photons_per_MeV: Annotated[float, In("1/MeV", above=0)] = 1e4
    light_yield_edge_length_nm: EdgeLength = 8.7
    light_yield_material: str = "CsPbBr3"
    light_yield_scaling: Annotated[str, OneOf(LIGHT_YIELD_SCALINGS)] = "photons-per-nanocrystal"


class Timing(_Part):
    """Detection and time resolution."""

    gamma_energy_keV: Energy = 511.0
    rise_time_ps: Time = 100.0
    jitter_sigma_ps: Time = 40.0
    response_fwhm_ps: Time = 100.0
    outcoupling: Efficiency = 1.0
    detection_efficiency: Efficiency = 1.0


class RunConfig(_Part):
    """One prediction, complete."""

    format: Literal["scintidot-run/1"] = "scintidot-run/1"
    material: str = "CsPbBr3"
    material_fingerprint: str | None = None
    host: str = "octane"
    host_fingerprint: str | None = None
    nanocrystal: Nanocrystal = Nanocrystal()
    radiation: Radiation = Radiation()
    deposit: Deposit = Deposit()
    excitons: Excitons = Excitons()
    kinetics: Kinetics = Kinetics()
    light: Light = Light()
    timing: Timing = Timing()

    @property
    def kinetic_model(self) -> str:
        """Name of the model of this run; statistics ``paper`` stands for the paper's own unless one is named."""
        return self.kinetics.model or ("paper" if self.excitons.statistics == "paper" else DEFAULT_MODEL)

    def _repr_html_(self) -> str:
        from scintidot.documents import flat
        from scintidot.notebook import block, folded

        usual = dict(flat(RunConfig().as_dict()))
        entries = flat(self.as_dict())
        return block(
            f"Run of {self.material}",
            folded("Changed", [(key, value) for key, value in entries if usual.get(key) != value]),
            folded("All choices", entries),
        )

    def as_dict(self) -> dict[str, Any]:
        """Nested plain data without empty choices, ready for TOML or JSON."""
        data = self.model_dump(exclude_none=True)
        data["nanocrystal"]["edge_length_nm"] = list(self.nanocrystal.edge_length_nm)
        return data


OPTIONS = {
    "material": "material",
    "host": "host",
    "edge_length": "nanocrystal.edge_length_nm",
    "shape": "nanocrystal.shape",
    "size_dispersion": "nanocrystal.size_dispersion",
    "energy": "radiation.kinetic_energy_keV",
    "start": "radiation.start",
    "deposit": "deposit.model",
    "local_deposit_below": "deposit.local_below_eV",
    "histories": "deposit.histories",
    "relative_error": "deposit.relative_error",
    "seed": "deposit.seed",
    "events": "deposit.events",
    "energy_unit": "deposit.energy_unit",
    "table": "deposit.table",
    "pair_creation_energy": "excitons.pair_creation_energy",
    "statistics": "excitons.statistics",
    "model": "kinetics.model",
    "auger_law": "kinetics.auger_law",
    "retained_fraction": "kinetics.retained_fraction",
    "radiative": "kinetics.radiative",
    "auger": "kinetics.auger",
    "trapping_rate": "kinetics.trapping_rate_per_ps",
    "detrapping_rate": "kinetics.detrapping_rate_per_ps",
    "trap_loss_rate": "kinetics.trap_loss_rate_per_ps",
    "traps": "kinetics.traps",
    "light_yield": "light.light_yield_photons_per_MeV",
    "light_yield_edge_length": "light.light_yield_edge_length_nm",
    "light_yield_material": "light.light_yield_material",
    "light_yield_scaling": "light.light_yield_scaling",
    "rise_time": "timing.rise_time_ps",
    "jitter_sigma": "timing.jitter_sigma_ps",
    "response": "timing.response_fwhm_ps",
    "outcoupling": "timing.outcoupling",
    "detection_efficiency": "timing.detection_efficiency",
}
"""Option name -> dotted key of the run file."""


def make_config(
    run_file: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    base: RunConfig | None = None,
    where: str = "predict",
) -> RunConfig:
    """Defaults, or a run file, or ``base``; overridden by options.

    Raises
    ------
    BadFile
        For a missing or malformed run file: file, dotted key, expected, found.
    BadValue
        For a bad option: its flag, expected, found.

    Examples
    --------
    >>> make_config(options={"energy": "7000 eV", "edge_length": "3.3,5 nm"}).nanocrystal.edge_length_nm
    (3.3, 5.0)
    """
    if run_file is not None and base is not None:
        raise TypeError("give a run file or a configuration to start from, not both")
    data: dict[str, Any] = {} if base is None else base.as_dict()
    file_name = where
    if run_file is not None:
        path = Path(run_file)
        file_name = str(path)
        try:
            data = _parsed(path.read_bytes(), file_name)
        except OSError as error:
            inside = path / "run.toml"
            hint = f"Did you mean {inside}?" if inside.is_file() else None
            raise BadFile(
                where=file_name,
                what="file",
                who="run file",
                expected="a readable TOML file",
                found=error.strerror or "no such file",
                hint=hint,
            ) from None
        for role in ("material", "host"):
            if isinstance(data.get(role), str):
                data[role] = _beside(path, data[role])
        simulated = data.get("deposit")
        if isinstance(simulated, dict) and is_deposit_file(str(simulated.get("model", ""))):
            simulated["model"] = _beside(path, simulated["model"], file=True)
    _validated(data, file_name, BadFile)
    for option, value in (options or {}).items():
        if value is None:
            continue
        if option not in OPTIONS:
            raise BadValue(
                where=where,
                what="option",
                who=option,
                expected="a known option",
                found=repr(option),
                hint=nearest(option, OPTIONS),
            )
        dotted = OPTIONS[option].split(".")
        target = data
        for part in dotted[:-1]:
            target = target.setdefault(part, {})
        target[dotted[-1]] = value
        if option in ("material", "host"):
            target[option] = str(value)
            data.pop(f"{option}_fingerprint", None)
    return _validated(data, where, BadValue)


def option_of(config: RunConfig, option: str) -> Any:
    """Value of a run that an option of `OPTIONS` sets."""
    return attrgetter(OPTIONS[option])(config)


def read_run_file(content: bytes, name: str) -> RunConfig:
    """The configuration in a run file that was sent; what it names by a path is not looked for.

    Raises
    ------
    BadFile
        For a malformed one: its ``name``, dotted key, expected, found.
    """
    return _validated(_parsed(content, name), name, BadFile)


def _parsed(content: bytes, file_name: str) -> dict[str, Any]:
    """What stands in a run file; refuses a material card."""
    data = parse_toml(content, file_name)
    if "based_on" in data or str(data.get("format", "")).startswith("scintidot-material/"):
        raise BadFile(
            where=file_name,
            what="file",
            who="run file",
            expected="a run file",
            found="a material card",
            hint=f"Give it as --material {file_name}.",
        )
    return data


def _validated(data: dict[str, Any], where: str, kind: type[ScintidotError]) -> RunConfig:
    try:
        return RunConfig.model_validate(data)
    except ValidationError as error:
        fault = explain(error, RunConfig, where, kind)
    if kind is BadValue:
        for option, dotted in OPTIONS.items():
            if fault.who == dotted or fault.who.startswith(dotted + "."):
                fault = BadValue(
                    where=where,
                    what=fault.what,
                    who=option_flag(option),
                    expected=fault.expected,
                    found=fault.found,
                    hint=fault.hint,
                )
    raise fault


def _beside(run_file: Path, name: str, *, file: bool = False) -> str:
    """A card, or another ``file``, named by a relative path lies beside the run file."""
    if (file or is_card_path(name)) and not Path(name).is_absolute():
        return f"{run_file.parent}/{name.removeprefix('./')}"  # of which a plain name stays a path
    return name
