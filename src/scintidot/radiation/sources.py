"""What a user writes for a source, and the spectrum that it stands for.

.. code-block:: text

    electron 7 keV            photon 511 keV                    one energy
    am241  cd109  fe55        am241-59  cd109-22  na22          named photon lines
    c14  sr90-y90             beta P-32 1710.7 keV allowed      beta electrons
    tube:W40                  tube W 40 kV 2.5 mm Al 12 deg     X-ray tube
    ./mine.csv                ./mine.csv photon                 a table of your own
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

from scintidot.errors import BadFile, BadValue, OutOfRange, nearest
from scintidot.radiation.beta import RADIATIVE, SCREENING, SHAPES, Transition
from scintidot.radiation.beta_sources import beta_sources, beta_spectrum, nuclide, spectrum_of
from scintidot.radiation.lines import line_sources, line_spectrum
from scintidot.radiation.spectrum import (
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    PARTICLES,
    Spectrum,
    monoenergetic,
)
from scintidot.radiation.table import table_spectrum
from scintidot.radiation.tube import ANODES, SHIPPED, Tube, shipped_tube, tube_spectrum
from scintidot.units import parse_quantity, unit_of

GRAMMAR = {
    "electron ENERGY": "electrons of one energy, such as 'electron 7 keV'",
    "photon ENERGY": "photons of one energy, such as 'photon 511 keV'",
    "NAME": "a named source, such as am241 or sr90-y90",
    "beta NUCLIDE ENDPOINT [SHAPE] [screening LAW] [radiative LAW]": "one beta-minus transition of NUCLIDE, such as "
    "'beta P-32 1710.7 keV allowed'",
    "tube:NAME": "a shipped X-ray tube spectrum, such as tube:W40",
    "tube ANODE VOLTAGE [THICKNESS MATERIAL ...] [ANGLE]": "any X-ray tube, such as 'tube W 40 kV 2.5 mm Al 12 deg'",
    "FILE.csv [electron|photon]": "a spectrum of your own",
}
"""Form of a source -> what it is."""

_WHERE = "source"
_NUMBER = r"\d+\.?\d*(?:[eE][+-]?\d+)?"
_FILTER = re.compile(rf"[\s,+]*(?P<thickness>{_NUMBER})\s*(?P<unit>mm|um|µm|cm)\s+(?P<material>[A-Za-z]\w*)")
_ANGLE = re.compile(rf"[\s,+]*(?:angle\s+)?(?P<angle>{_NUMBER})\s*(?:deg|°)")
_MILLIMETRES = {"mm": 1.0, "um": 1e-3, "µm": 1e-3, "cm": 10.0}
_OTHER_WORDS = {
    "electrons": "electron",
    "e-": "electron",
    "photons": "photon",
    "gamma": "photon",
    "xray": "photon",
}


def source_names() -> dict[str, str]:
    """Every named source with its title."""
    names = {name: source.title for name, source in line_sources().items()}
    names |= {name: f"{source.title}, beta electrons" for name, source in beta_sources().items()}
    return names | {f"tube:{name}": f"X-ray tube: {tube.name[5:]}" for name, tube in SHIPPED.items()}


def read_source(text: str, folder: Path | None = None) -> Spectrum:
    """The spectrum of a source as a user writes it.

    Parameters
    ----------
    text : str
        One of the forms of `GRAMMAR`. Names and keywords in any case; ``Am-241`` is ``am241``.
    folder : Path, optional
        Where a relative file name starts; the working directory by default.

    Raises
    ------
    BadValue, BadFile, OutOfRange
        One line that says what is wrong.

    Examples
    --------
    >>> read_source("photon 511 keV").mean_energy
    511000.0
    >>> read_source("Cd-109").particle
    'photon'
    """
    words = text.split()
    if not words:
        _refuse("name", "an empty text", None)
    first = words[0].lower()
    rest = text.strip()[len(words[0]) :].strip()
    if _is_file(words):
        return _read_file(text.strip(), folder)
    if first in PARTICLES:
        return _read_monoenergetic(first, rest)
    if first == "beta":
        return _read_beta(words[1:])
    if first == "tube" or first.startswith("tube:"):
        return _read_tube(text.strip())
    return _read_name(text, first, rest)


def _read_name(text: str, first: str, rest: str) -> Spectrum:
    name = _canonical(text)
    if name in line_sources():
        return line_spectrum(name)
    if name in beta_sources():
        return beta_spectrum(name)
    return _refuse("name", repr(text), _hint(text, first, rest))


def _refuse(what: str, found: str, hint: str | None) -> NoReturn:
    expected = "such as 'electron 7 keV', 'am241', 'sr90-y90', 'tube:W40' or './mine.csv'"
    raise BadValue(where=_WHERE, what=what, who="source", expected=expected, found=found, hint=hint)


def _hint(text: str, first: str, rest: str) -> str | None:
    if first in _OTHER_WORDS:
        return f"Write '{_OTHER_WORDS[first]} {rest or '7 keV'}'."
    if unit_of(text) is not None:
        return f"Of which particle? Write 'electron {text}' or 'photon {text}'."
    keywords = [*source_names(), *PARTICLES, "tube", "beta"]
    return nearest(_canonical(text), keywords, cutoff=0.5)


def _canonical(text: str) -> str:
    """``Sr-90/Y-90`` -> ``sr90-y90``."""
    lowered = re.sub(r"[\s_]+", "-", text.strip().lower().replace("/", "-").replace("+", "-"))
    return re.sub(r"\b([a-z]{1,2})-(?=\d)", r"\1", lowered)


def _read_monoenergetic(particle: str, energy: str) -> Spectrum:
    if not energy or re.fullmatch(_NUMBER, energy):
        raise BadValue(
            where=_WHERE,
            what="energy",
            who=particle,
            expected="an energy with its unit",
            found=repr(energy),
            hint=f"Write '{particle} {energy or 7} keV'.",
        )
    value = parse_quantity(energy, "eV", where=_WHERE, who=particle)
    if not LOWEST_ENERGY <= value <= HIGHEST_ENERGY:
        expected = f"{LOWEST_ENERGY:g} eV to {HIGHEST_ENERGY / 1e6:g} MeV"
        raise OutOfRange(where=_WHERE, what="energy", who=particle, expected=expected, found=energy)
    return monoenergetic(particle, value)


def _read_beta(words: list[str]) -> Spectrum:
    """``P-32 1710.7 keV allowed screening none``."""
    options = {"shape": "allowed", "screening": "rose", "radiative": "sirlin"}
    laws = {"screening": SCREENING, "radiative": RADIATIVE}
    energy: list[str] = []
    rest = words[1:]
    while rest:
        word = rest.pop(0)
        if word.lower() in SHAPES:
            options["shape"] = word.lower()
        elif word.lower() in laws:
            options[word.lower()] = rest.pop(0).lower() if rest else ""
        elif len(energy) < 2 and (not energy or unit_of(energy[0]) is None):
            energy.append(word)
        else:
            hint = nearest(word, [*SHAPES, *laws], listed=True)
            raise BadValue(
                where=_WHERE,
                what="word",
                who="beta",
                expected="one of " + ", ".join([*SHAPES, *laws]),
                found=repr(word),
                hint=hint,
            )
    if not words or len(energy) == 0 or (len(energy) == 1 and unit_of(energy[0]) is None):
        raise BadValue(
            where=_WHERE,
            what="source",
            who="beta",
            expected="a nuclide and its endpoint with a unit",
            found=repr(" ".join(["beta", *words])),
            hint="Write it as 'beta P-32 1710.7 keV allowed'.",
        )
    charge, mass = nuclide(words[0])
    endpoint = parse_quantity(" ".join(energy), "eV", where=_WHERE, who="endpoint")
    emitter = words[0]
    transition = Transition(f"beta decay of {emitter}", endpoint, charge + 1, mass, **options)
    name = f"beta {emitter} {endpoint / 1e3:g} keV {options['shape']}"
    return spectrum_of([(transition, 1.0)], name=name, title=emitter)


def _read_tube(text: str) -> Spectrum:
    name = re.fullmatch(r"tube[:\s]\s*(\w+)", text, flags=re.IGNORECASE)
    if name is not None:
        known = {shipped.lower(): shipped for shipped in SHIPPED}
        if name[1].lower() not in known:
            expected = "one of " + ", ".join(SHIPPED)
            hint = nearest(name[1], SHIPPED, listed=True)
            hint = hint or "Any tube: write it as 'tube W 40 kV 2.5 mm Al'."
            raise BadValue(
                where=_WHERE, what="name", who="tube", expected=expected, found=repr(name[1]), hint=hint
            )
        return shipped_tube(known[name[1].lower()])
    match = re.match(rf"tube[:\s]\s*([A-Za-z]+)\s+({_NUMBER})\s*kVp?\b", text, flags=re.IGNORECASE)
    if match is None:
        _refuse_tube(text)
    anode = {known.lower(): known for known in ANODES}.get(match[1].lower(), match[1])
    filters, angle, position = [], 12.0, match.end()
    while text[position:].strip():
        if found := _FILTER.match(text, position):
            material = found["material"][0].upper() + found["material"][1:]
            filters.append((material, float(found["thickness"]) * _MILLIMETRES[found["unit"]]))
        elif found := _ANGLE.match(text, position):
            angle = float(found["angle"])
        else:
            _refuse_tube(text[position:].strip())
        position = found.end()
    return tube_spectrum(Tube(anode, float(match[2]), tuple(filters), angle))


def _refuse_tube(found: str) -> NoReturn:
    raise BadValue(
        where=_WHERE,
        what="source",
        who="tube",
        expected="anode, voltage in kV, then filters and angle",
        found=repr(found),
        hint="Write it as 'tube W 40 kV 2.5 mm Al 12 deg'.",
    )


def _is_file(words: list[str]) -> bool:
    names = words[:-1] if len(words) > 1 and words[-1].lower() in PARTICLES else words
    return names[-1].lower().endswith((".csv", ".txt", ".dat")) or words[0].startswith(
        ("./", "../", "/", "~")
    )


def _read_file(text: str, folder: Path | None) -> Spectrum:
    name, _, last = text.rpartition(" ")
    particle = last.lower() if name and last.lower() in PARTICLES else None
    name = name.strip() if particle else text
    path = (folder or Path()) / name
    try:
        path = (folder or Path()) / Path(name).expanduser()
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, RuntimeError) as error:
        raise BadFile(
            where=name,
            what="file",
            who="source",
            expected="a readable text file",
            found=_reason(error),
            hint=nearest(path.name, _neighbours(path), listed=True),
        ) from None
    return table_spectrum(content, where=name, name=name, particle=particle)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return "a file that is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)


def _neighbours(path: Path) -> list[str]:
    """Names of the tables beside a file."""
    try:
        return sorted(other.name for other in path.parent.glob("*.csv"))
    except (OSError, ValueError):
        return []
