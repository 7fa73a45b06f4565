"""Options of the analyses as fields of a form: the flag and the keyword that the command and the function have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scintidot.measured.given import SPECTRAL_UNITS, TIME_UNITS
from scintidot.named_choices import names_of
from scintidot.run_options import run_options

SEPARATOR = ";"
"""Between the values of an option that may be repeated."""
ON = "on"
"""Value of a switch that is set."""


def scintillators() -> tuple[str, ...]:
    """Shipped materials that a prediction can run."""
    return tuple(run_options()["material"].names)


@dataclass(frozen=True)
class Option:
    """One field. Its value is text, as it would stand in the command; empty is not given."""

    name: str  # keyword of the function
    flag: str
    label: str
    default: str = ""  # in words, where nothing is given
    choices: tuple[str, ...] = ()
    switch: bool = False
    repeated: bool = False
    material: bool = False  # the name of a shipped scintillator

    def names(self) -> tuple[str, ...]:
        """What there is to choose from; empty where any text goes."""
        return scintillators() if self.material else self.choices


@dataclass(frozen=True)
class Group:
    """Fields under one heading."""

    title: str
    options: tuple[Option, ...]
    open: bool = False


@dataclass(frozen=True)
class Kind:
    """One command of ``scintidot analyse``."""

    name: str  # of the command
    words: str
    holds: str  # what its files are read as, of `scintidot.analysis.traces.KINDS`; "table" for samples
    roles: Mapping[str, str]  # keyword that takes a file -> words; the data come first
    many: bool  # whether it takes several files of data
    window: str | None  # option that dragging on the plot of the data sets
    groups: tuple[Group, ...]

    def options(self) -> Iterator[Option]:
        """Every option of every group."""
        for group in self.groups:
            yield from group.options


def _named(analysis: str, name: str, flag: str, label: str, default: str) -> Option:
    """An option with the names that the command takes."""
    return Option(name, flag, label, default, tuple(names_of(f"analyse {analysis}", name)))


_FORMAT = Option("format", "--format", "Format", "recognised")
_COLUMN = Option("column", "--column", "Column of values", "all")
_TIME_UNIT = Option("time_unit", "--time-unit", "Unit of times", "as the file says", TIME_UNITS)
_SPECTRAL_UNIT = Option(
    "spectral_unit", "--spectral-unit", "Unit of the spectral axis", "as the file says", SPECTRAL_UNITS
)

DECAY = Kind(
    "decay", "Decay", "decay", {"files": "data", "irf": "response"}, True, "window",
    (
        Group(
            "Window and response",
            (
                Option("window", "--window", "Window [ps]", "all living bins"),
                Option("exclude", "--exclude", "Left out [ps]", "nothing", repeated=True),
                Option("irf", "--irf", "Response", "a file of this role, or a column", ("none",)),
                Option("irf_fwhm_ps", "--irf-fwhm-ps", "Or Gaussian, FWHM [ps]", "not Gaussian"),
                Option("free_irf_width", "--free-irf-width", "Fit its width", switch=True),
                Option("irf_column", "--irf-column", "Column of the response", "the only one"),
                Option("irf_background", "--irf-background", "Background of the response", "its quiet bins"),
                Option("scatter", "--scatter", "Fit scattered light", switch=True),
            ),
            open=True,
        ),
        Group(
            "Model",
            (
                Option("components", "--components", "Exponentials", "3", ("1", "2", "3", "4")),
                _named("decay", "model", "--model", "Or kinetic model", "exponentials"),
                Option("names", "--names", "Names, by rising lifetime", "XX,trion,X"),
                _named("decay", "statistics", "--statistics", "Statistics of ⟨N⟩", "poisson"),
                Option("retained_fraction", "--retained-fraction", "Retained fraction ξ", "0.5"),
                Option("quantum_yield", "--quantum-yield", "Quantum yield Φ_X", "1"),
                Option("free", "--free", "Fit besides", "nothing", repeated=True),
                Option("fix", "--fix", "Hold, NAME=VALUE", "nothing", repeated=True),
                _named("decay", "share", "--share", "Common to all decays", "none"),
            ),
            open=True,
        ),
        Group(
            "What the file does not say",
            (
                Option("period_ns", "--period-ns", "Period [ns]", "of the file"),
                Option("bin_width_ps", "--bin-width-ps", "Bin width [ps]", "of the file"),
                _TIME_UNIT,
                Option("excitations", "--excitations", "Excitations", "of the file"),
                _named("decay", "pile_up", "--pile-up", "Pile-up", "first-photon"),
                Option("channel", "--channel", "Channel", "all"),
                _COLUMN,
                _FORMAT,
            ),
        ),
        Group(
            "Errors and starts",
            (
                Option("minos", "--minos", "Intervals by profiling", switch=True),
                Option("profile", "--profile", "Draw the profiles", switch=True),
                Option("response_ps", "--response-ps", "Width in τ instrument [ps]", "that of the response"),
                Option("starts", "--starts", "Starts", "4"),
                Option("seed", "--seed", "Seed", "1"),
            ),
        ),
    ),
)  # fmt: skip

TRANSIENT = Kind(
    "ta", "Transient absorption", "transient", {"files": "data"}, True, "band",
    (
        Group(
            "One matrix, or a fluence series",
            (
                _named("ta", "mode", "--mode", "Analysis", "global for one matrix"),
                Option("fluence", "--fluence", "Fluences [photons/cm²]", "of the files"),
                Option("pulse_energy", "--pulse-energy-uJ-cm2", "Or pulse energies [µJ/cm²]", "none"),
                Option("pump_wavelength", "--pump-wavelength", "Wavelength of the pump [nm]", "none"),
                Option("pump_power", "--pump-power", "Or powers, any unit", "none"),
            ),
            open=True,
        ),
        Group(
            "Global analysis",
            (
                Option("components", "--components", "Lifetimes", "as many as pay", tuple("123456")),
                _named("ta", "chirp", "--chirp", "Chirp", "polynomial"),
                Option("artefact", "--artefact", "Columns of the artefact", "where needed", tuple("0123")),
            ),
            open=True,
        ),
        Group(
            "Fluence series",
            (
                Option("band", "--band", "Band [nm]", "about the strongest bleach"),
                Option("wavelength", "--wavelength", "Or one wavelength [nm]", "none"),
                Option("tail", "--tail", "Tail [ps]", "after 6 biexciton lifetimes"),
                _named("ta", "model", "--model", "Model", "carriers"),
                _named("ta", "filling", "--filling", "What bleaches", "electrons-and-holes"),
                Option("degeneracy", "--degeneracy", "Carriers of the level", "2"),
                Option("exciton_rate", "--exciton-rate", "k_X or lifetime", "fitted"),
                Option("retained_fraction", "--retained-fraction", "Retained fraction ξ", "fitted"),
                Option("quantum_yield", "--quantum-yield", "Quantum yield Φ_X", "1"),
            ),
        ),
        Group(
            "What the file does not say",
            (
                _TIME_UNIT,
                _named("ta", "rows", "--rows", "What runs down the rows", "as the file says"),
                _SPECTRAL_UNIT,
                _FORMAT,
            ),
        ),
    ),
)  # fmt: skip

SPECTRUM = Kind(
    "spectrum", "Spectrum", "spectrum",
    {"file": "data", "reference": "reference", "absorption": "absorption"}, False, "window",
    (
        Group(
            "Window and peak",
            (
                Option("window", "--window", "Window [nm]", "all"),
                _named("spectrum", "kind", "--kind", "Kind of spectrum", "as the file says"),
                _named("spectrum", "peak", "--peak", "Peak of absorption", "curvature"),
                _named("spectrum", "line", "--line", "Line of emission", "gaussian"),
                _named("spectrum", "background", "--background", "Under emission", "none"),
                _named("spectrum", "weight", "--weight", "The file holds", "photons"),
                Option("band", "--band", "Band of the integral [nm]", "all"),
                Option("material", "--material", "Sizing curve of", "none", material=True),
                Option("edge_length", "--edge-length", "Expected at an edge length of [nm]", "none"),
            ),
            open=True,
        ),
        Group(
            "Yields, from a reference",
            (
                Option("reference_yield", "--reference-yield", "Φ of the reference", "none"),
                Option("absorbance", "--absorbance", "Absorbance of the sample", "none"),
                Option("reference_absorbance", "--reference-absorbance", "Of the reference", "none"),
                Option("index", "--index", "Refractive index, sample", "equal"),
                Option("reference_index", "--reference-index", "Refractive index, reference", "equal"),
                _named("spectrum", "plqy_method", "--plqy-method", "By", "absorptance"),
                Option("reference_light_yield", "--reference-light-yield", "Light yield [photons/MeV]", "none"),
            ),
        ),
        Group(
            "Concentration, from absorption",
            (
                Option("extinction", "--extinction", "Extinction, decadic [L/(mol cm)]", "none"),
                Option("cross_section_cm2", "--cross-section-cm2", "Or cross section [cm²]", "none"),
                Option("intrinsic_per_cm", "--intrinsic-per-cm", "Or of the solid [1/cm]", "none"),
                Option("volume_nm3", "--volume-nm3", "Volume of a nanocrystal [nm³]", "none"),
                Option("path_cm", "--path-cm", "Path [cm]", "needed with it"),
                Option("at_nm", "--at-nm", "Read at [nm]", "needed with it"),
                Option("density_g_per_cm3", "--density-g-per-cm3", "Density [g/cm³]", "none"),
            ),
        ),
        Group("What the file does not say", (_SPECTRAL_UNIT, _COLUMN, _FORMAT)),
    ),
)  # fmt: skip

SERIES = Kind(
    "series", "Series of samples", "table", {"table": "table"}, False, None,
    (
        Group(
            "Prediction to compare with",
            (
                _named("series", "model", "--model", "Model", "carriers"),
                _named("series", "statistics", "--statistics", "Statistics", "poisson"),
                Option("retained_fraction", "--retained-fraction", "Retained fraction ξ", "0.5"),
                _named("series", "tau_definition", "--tau-definition", "Definition of τ", "of each row"),
                Option("response", "--response-ps", "Width in τ instrument [ps]", "100"),
                Option("rise_time", "--rise-time-ps", "Rise time of the CTR [ps]", "100"),
                Option("gamma_energy_keV", "--gamma-energy-kev", "Energy of the CTR [keV]", "511"),
                Option("outcoupling", "--outcoupling", "Light that leaves", "1"),
                Option("detection_efficiency", "--detection-efficiency", "Light that is detected", "1"),
                _named("series", "shape", "--shape", "Shape", "cube"),
                Option("material", "--material", "Density of", "none", material=True),
            ),
            open=True,
        ),
    ),
)  # fmt: skip

KINDS = {kind.name: kind for kind in (DECAY, TRANSIENT, SPECTRUM, SERIES)}
"""What the page analyses, by the name of the command."""
