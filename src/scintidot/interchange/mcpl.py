"""Particles in and out as MCPL files, which Geant4, McStas, MCNP, PHITS and others read and write.

Written is MCPL-3, read are MCPL-2 and MCPL-3 (Kittelmann et al., Comput. Phys. Commun. 218 (2017) 17,
doi:10.1016/j.cpc.2017.04.012, section 2). MCPL has MeV, cm and ms; we have eV, nm and ps.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scintidot import __version__
from scintidot.errors import BadFile, BadValue, CannotWrite
from scintidot.output import write_together
from scintidot.records import FloatArray

ELECTRON, PHOTON = 11, 22  # Particle Data Group

MEV = 1e6  # [eV]
CENTIMETRE = 1e7  # [nm]
MILLISECOND = 1e9  # [ps]

_HEADER = "Q5IiII"  # behind the 8 bytes of name, version and byte order


@dataclass(frozen=True, eq=False)
class Particles:
    """Particles at one moment of their tracks, n of them; refuses what cannot be."""

    pdg: npt.NDArray[np.int32]  # `ELECTRON`, `PHOTON`, ..., shape (n,)
    energy: FloatArray  # kinetic [eV], shape (n,)
    position: FloatArray  # [nm], shape (n, 3)
    direction: FloatArray  # unit vectors, shape (n, 3)
    weight: FloatArray  # shape (n,)
    time: FloatArray = field(default_factory=lambda: np.zeros(0))  # [ps], shape (n,); empty: all 0
    notes: tuple[str, ...] = ()  # comments of the file, and what was left out

    def __post_init__(self) -> None:
        if len(self.time) == 0:
            object.__setattr__(self, "time", np.zeros(len(self.energy)))
        self._check("energy", "0 or more, finite", np.isfinite(self.energy) & (self.energy >= 0))
        self._check("position", "finite numbers", np.asarray(np.isfinite(self.position).all(axis=-1)))
        norm: FloatArray = np.sqrt(np.square(self.direction).sum(axis=-1))
        self._check("direction", "unit vectors", np.asarray(np.abs(norm - 1.0) < 1e-6))
        self._check("weight", "0 or more, finite", np.isfinite(self.weight) & (self.weight >= 0))
        self._check("time", "finite numbers", np.isfinite(self.time))

    def _check(self, who: str, expected: str, good: npt.NDArray[np.bool_]) -> None:
        values = getattr(self, who)
        shape = (len(self.energy), 3) if who in ("position", "direction") else (len(self.energy),)
        if values.shape != shape or len(self.pdg) != shape[0]:
            found = f"shape {values.shape} beside {len(self.pdg)} particle codes"
            raise BadValue(where="particles", what="array", who=who, expected=f"shape {shape}", found=found)
        if not good.all():
            wrong = int(np.flatnonzero(~good)[0])
            found = f"{values[wrong]} for particle {wrong}"
            raise BadValue(where="particles", what="value", who=who, expected=expected, found=found)


def write_mcpl(path: str | Path, particles: Particles, *, comments: tuple[str, ...] = ()) -> Path:
    """Write ``.mcpl`` or ``.mcpl.gz`` in double precision, whole or not at all; returns the path.

    Everything comes back to rounding.

    Raises
    ------
    BadValue
        If the name ends otherwise.
    CannotWrite
        If the folder cannot be written.
    """
    path = Path(path)
    check_name(path)
    content = _encoded(particles, comments)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    return write_together(path.parent, {path.name: lambda file: file.write_bytes(content)})[path.name]


def check_name(path: Path) -> None:
    """Refuse a name that `write_mcpl` would refuse, before anything is computed."""
    if not path.name.endswith((".mcpl", ".mcpl.gz")):
        expected = "a name that ends with .mcpl or .mcpl.gz"
        raise BadValue(where=str(path), what="file name", who="particles", expected=expected, found=path.name)
    if path.is_dir():
        raise CannotWrite(where=str(path), what="file", who="particles", expected="a file", found="a folder")


def read_mcpl(path: str | Path) -> Particles:
    """Read an MCPL file, packed with gzip or not; polarisation and user flags are left out, which is noted.

    Raises
    ------
    BadFile
        If the file is no MCPL file, or not whole.
    """
    try:
        content = Path(path).read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        return _decoded(content)
    except (OSError, EOFError, zlib.error, struct.error, ValueError, BadValue) as error:
        found = (error.strerror if isinstance(error, OSError) else None) or str(error) or "a damaged one"
        raise BadFile(
            where=str(path), what="file", who="particles", expected="a whole MCPL file", found=found
        ) from None


def pack_directions(direction: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Two numbers and a sign for each unit vector, shape (n, 3): the adaptive projection of MCPL-3.

    The component of largest size is left out and keeps its sign only. Where that is x or y, 1/z takes its
    place, which is above 1 in size and so tells the three cases apart.
    """
    x, y, z = direction.T
    size_x, size_y, size_z = np.abs(direction.T)
    with np.errstate(divide="ignore", over="ignore"):
        inverse = 1.0 / z
    x_left = (size_x > size_z) & (size_x >= size_y)
    y_left = (size_y > size_z) & ~x_left
    first = np.where(x_left, inverse, x)
    second = np.where(y_left, inverse, y)
    return first, second, np.where(x_left, x, np.where(y_left, y, z))


def unpack_directions(first: FloatArray, second: FloatArray, sign: FloatArray) -> FloatArray:
    """Unit vectors, shape (n, 3), of MCPL-3; only the sign of ``sign`` counts."""
    x_left = np.abs(first) > 1
    y_left = (np.abs(second) > 1) & ~x_left
    z = np.where(x_left, first, np.where(y_left, second, np.inf)) ** -1.0
    one = np.where(x_left, second, first)
    other = np.where(x_left | y_left, z, second)
    left = np.copysign(np.sqrt(np.clip(1 - one**2 - other**2, 0, 1)), sign)
    x = np.where(x_left, left, first)
    y = np.where(y_left, left, second)
    return np.stack([x, y, np.where(x_left | y_left, z, left)], axis=1)


def unpack_octahedron(first: FloatArray, second: FloatArray, sign: FloatArray) -> FloatArray:
    """Unit vectors, shape (n, 3), of MCPL-2: the octahedron folded to a square."""
    size_1, size_2 = np.abs(first), np.abs(second)
    z = 1 - size_1 - size_2
    below = z < 0
    x = np.where(below, np.copysign(1 - size_2, first), first)
    y = np.where(below, np.copysign(1 - size_1, second), second)
    vector = np.stack([x, y, z], axis=1)
    vector /= np.sqrt(np.square(vector).sum(axis=1))[:, None]
    vector[np.signbit(sign), 2] = 0.0  # the format keeps an exact z = 0 in the sign of the energy
    return vector


def _record(
    order: str, *, single: bool, polarisation: bool, weight: bool, pdg: bool, flags: bool
) -> np.dtype:
    real = order + ("f4" if single else "f8")
    fields = [(name, real, (3,)) for name in ("polarisation",) * polarisation + ("position", "packed")]
    scalars = [(name, real) for name in ("time",) + ("weight",) * weight]
    codes = [("pdg", order + "i4")] * pdg + [("flags", order + "u4")] * flags
    return np.dtype([*fields, *scalars, *codes])


def _encoded(particles: Particles, comments: tuple[str, ...]) -> bytes:
    """48 bytes of header, texts with their lengths, then one record for each particle."""
    record = _record("<", single=False, polarisation=False, weight=True, pdg=True, flags=False)
    rows = np.zeros(len(particles.energy), dtype=record)
    first, second, sign = pack_directions(particles.direction)
    rows["position"] = particles.position / CENTIMETRE
    rows["packed"] = np.stack([first, second, np.copysign(particles.energy / MEV, sign)], axis=1)
    rows["time"] = particles.time / MILLISECOND
    rows["weight"] = particles.weight
    rows["pdg"] = particles.pdg
    blobs = flags = polarisation = single = common_pdg = common_weight = 0
    numbers = (len(comments), blobs, flags, polarisation, single, common_pdg, record.itemsize, common_weight)
    head = b"MCPL003L" + struct.pack("<" + _HEADER, len(rows), *numbers)
    texts = [text.encode() for text in (f"scintidot {__version__}", *comments)]
    return head + b"".join(struct.pack("<I", len(text)) + text for text in texts) + rows.tobytes()


def _decoded(content: bytes) -> Particles:
    if content[:4] != b"MCPL":
        raise ValueError("another kind of file")
    version, order = content[4:7], {b"L": "<", b"B": ">"}.get(content[7:8])
    if version not in (b"002", b"003") or order is None:
        raise ValueError(f"version {content[4:8]!r}, neither MCPL-2 nor MCPL-3")
    numbers = struct.unpack_from(order + _HEADER, content, 8)
    count, texts, blobs, flags, polarisation, single, common_pdg, size, has_weight = numbers
    place = 8 + struct.calcsize("<" + _HEADER)
    common_weight = 1.0
    if has_weight:
        (common_weight,) = struct.unpack_from(order + "d", content, place)
        place += 8
    strings = []
    for _ in range(1 + texts + 2 * blobs):  # name of the program, comments, keys of blobs, blobs
        (length,) = struct.unpack_from(order + "I", content, place)
        strings.append(content[place + 4 : place + 4 + length])
        place += 4 + length
    options = {"single": bool(single), "polarisation": bool(polarisation), "flags": bool(flags)}
    record = _record(order, weight=not has_weight, pdg=not common_pdg, **options)
    if record.itemsize != size:
        raise ValueError(f"records of {size} bytes where {record.itemsize} belong")
    if len(content) - place != count * size:
        hint = "; its program did not finish it" if count == 0 else ""
        raise ValueError(f"{(len(content) - place) / size:g} of {count} particles{hint}")
    rows = np.frombuffer(content, record, count, place)
    first, second, energy = rows["packed"].astype(np.float64).T
    unpack = unpack_octahedron if version == b"002" else unpack_directions
    notes = [text.decode("utf-8", "replace") for text in strings[1 : 1 + texts]]
    notes += ["polarisation was left out"] * bool(polarisation) + ["user flags were left out"] * bool(flags)
    return Particles(
        pdg=np.full(count, common_pdg, np.int32) if common_pdg else rows["pdg"].astype(np.int32),
        energy=np.abs(energy) * MEV,
        position=rows["position"].astype(np.float64) * CENTIMETRE,
        direction=unpack(first, second, energy),
        weight=np.full(count, common_weight) if has_weight else rows["weight"].astype(np.float64),
        time=rows["time"].astype(np.float64) * MILLISECOND,
        notes=tuple(notes),
    )
