"""MCPL files: there and back, and read by the format's own reader and C library."""

from __future__ import annotations

import dataclasses
import gzip
import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scintidot.errors import BadFile, BadValue, CannotWrite
from scintidot.interchange.mcpl import (
    ELECTRON,
    PHOTON,
    Particles,
    pack_directions,
    read_mcpl,
    write_mcpl,
)

AXES = [*np.eye(3), *-np.eye(3), [0.6, 0.8, 0], [0, -0.6, 0.8], [-0.8, 0, 0.6]]
TIES = [np.array(v) / np.linalg.norm(v) for v in ([1, 1, 1], [-1, 1, 0], [1, 0, -1], [0, 1, 1], [1, -1, -1])]


def particles(n=500, seed=3):
    random = np.random.default_rng(seed)
    direction = np.concatenate([AXES, TIES, random.normal(size=(n, 3))])
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    n = len(direction)
    return Particles(
        pdg=random.choice([ELECTRON, PHOTON, -11], n).astype(np.int32),
        energy=random.exponential(7000, n),
        position=random.normal(size=(n, 3)) * 15,
        direction=direction,
        weight=random.exponential(1, n),
        time=random.exponential(3, n),
    )


def same(one, other):
    np.testing.assert_array_equal(one.pdg, other.pdg)
    for name in ("energy", "position", "weight", "time"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-14, atol=0)
    np.testing.assert_allclose(one.direction, other.direction, rtol=0, atol=1e-14)


def unpack(first, second, sign):
    """One direction by the words of the paper, the slow way."""
    sign = -1.0 if np.signbit(sign) else 1.0
    if abs(first) > 1:  # 1/z and y
        return np.array([sign * np.sqrt(max(0, 1 - second**2 - first**-2.0)), second, 1 / first])
    if abs(second) > 1:  # x and 1/z
        return np.array([first, sign * np.sqrt(max(0, 1 - first**2 - second**-2.0)), 1 / second])
    return np.array([first, second, sign * np.sqrt(max(0, 1 - first**2 - second**2))])


@given(arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: np.linalg.norm(v) > 1e-3))
@example(np.array([1.0, 1.0, 2e-323]))
def test_every_direction_survives_packing(vector):
    direction = vector / np.linalg.norm(vector)
    first, second, sign = (float(part[0]) for part in pack_directions(direction[None]))
    np.testing.assert_allclose(unpack(first, second, sign), direction, atol=1e-14)


@pytest.mark.parametrize("name", ["escaped.mcpl", "escaped.mcpl.gz"])
def test_written_file_reads_back(tmp_path, name):
    given_particles = particles()
    path = write_mcpl(tmp_path / name, given_particles, comments=("7 keV, Φ", "second"))
    again = read_mcpl(path)
    same(again, given_particles)
    assert again.notes == ("7 keV, Φ", "second")


def test_no_particle_is_a_file_too(tmp_path):
    none = Particles(np.zeros(0, np.int32), np.zeros(0), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    same(read_mcpl(write_mcpl(tmp_path / "none.mcpl", none)), none)


def test_units_are_those_of_the_format(tmp_path):
    mcpl = pytest.importorskip("mcpl", reason="the package mcpl is not installed")
    one = Particles(
        np.array([ELECTRON], np.int32),
        np.array([7000.0]),
        np.array([[1.0, 2.0, -3.0]]),
        np.array([[0.0, 0.6, -0.8]]),
        np.ones(1),
        np.array([5.0]),
    )
    with mcpl.MCPLFile(write_mcpl(tmp_path / "one.mcpl", one)) as file:
        (particle,) = file.particles
        assert (file.version, file.endianness, file.particlesize) == (3, "L", 68)
        assert file.sourcename.startswith("scintidot ")
        assert particle.ekin == pytest.approx(7e-3)  # MeV
        np.testing.assert_allclose(particle.position, [1e-7, 2e-7, -3e-7])  # cm
        assert particle.time == pytest.approx(5e-9)  # ms
        assert (particle.pdgcode, particle.weight) == (11, 1.0)


def test_the_tool_of_the_format_reads_and_rewrites_it(tmp_path):
    """The C library reads our file and writes another one, which we read."""
    tool = shutil.which("mcpltool", path=str(Path(sys.executable).parent))
    if tool is None:
        pytest.skip("mcpltool (package mcpl) is not installed")
    ours, more = particles(), particles(30, seed=4)
    paths = [write_mcpl(tmp_path / "a.mcpl", ours), write_mcpl(tmp_path / "b.mcpl", more)]
    subprocess.run([tool, "--text", paths[0], tmp_path / "a.txt"], check=True, capture_output=True)
    columns = np.loadtxt(tmp_path / "a.txt", skiprows=5, usecols=range(11)).T
    np.testing.assert_array_equal(columns[1], ours.pdg)
    np.testing.assert_allclose(columns[2] * 1e6, ours.energy, rtol=1e-14)
    np.testing.assert_allclose(columns[3:6].T * 1e7, ours.position, rtol=1e-14)
    np.testing.assert_allclose(columns[6:9].T, ours.direction, atol=1e-14)
    subprocess.run([tool, "--merge", tmp_path / "c.mcpl", *paths], check=True, capture_output=True)
    theirs = read_mcpl(tmp_path / "c.mcpl")
    np.testing.assert_allclose(theirs.energy, np.concatenate([ours.energy, more.energy]), rtol=1e-14)
    np.testing.assert_allclose(theirs.direction, np.concatenate([ours.direction, more.direction]), atol=1e-14)


def handmade(version, order, *, single, polarisation, flags, common):
    """A file with every option of the format, as another program may write it."""
    real = order + ("f4" if single else "f8")
    fields = [("pol", real, (3,))] * polarisation + [("x", real, (3,)), ("p", real, (3,)), ("t", real)]
    fields += [] if common else [("w", real), ("pdg", order + "i4")]
    rows = np.zeros(2, [*fields, *[("flags", order + "u4")] * flags])
    rows["x"] = [[1, 2, 3], [4, 5, 6]]
    rows["p"] = [[0, 0, 7], [-0.6, 0.4, 9]] if version == 2 else [[0, 0, -7], [-0.6, 1 / 0.64, 9]]
    if not common:
        rows["w"], rows["pdg"] = 0.5, PHOTON
    sizes = [2, 1, 1, flags, polarisation, single, PHOTON if common else 0, rows.itemsize, common]
    texts = [b"other program", b"a comment", b"key", b"blob"]
    return b"".join(
        [
            f"MCPL00{version}{'L' if order == '<' else 'B'}".encode(),
            struct.pack(order + "Q5IiII", *sizes),
            struct.pack(order + "d", 0.5) * common,
            *(struct.pack(order + "I", len(text)) + text for text in texts),
            rows.tobytes(),
        ]
    )


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("single", [0, 1])
@pytest.mark.parametrize(("polarisation", "flags", "common"), [(0, 0, 0), (1, 1, 0), (0, 1, 1), (1, 0, 1)])
def test_every_option_of_the_format(tmp_path, version, order, single, polarisation, flags, common):
    options = {"single": single, "polarisation": polarisation, "flags": flags, "common": common}
    path = tmp_path / "theirs.mcpl"
    path.write_bytes(handmade(version, order, **options))
    found = read_mcpl(path)
    np.testing.assert_array_equal(found.pdg, [PHOTON, PHOTON])
    np.testing.assert_allclose(found.weight, [0.5, 0.5])
    np.testing.assert_allclose(found.energy, [7e6, 9e6])
    np.testing.assert_allclose(found.position, [[1e7, 2e7, 3e7], [4e7, 5e7, 6e7]])
    expected = {2: [[0, 0, 1], [-0.6, 0.4, 0]], 3: [[0, 0, -1], [-0.6, np.sqrt(0.2304), 0.64]]}[version]
    expected = np.array(expected) / np.linalg.norm(expected, axis=1)[:, None]
    np.testing.assert_allclose(found.direction, expected, atol=1e-6 if single else 1e-12)
    assert found.notes[0] == "a comment"
    assert len(found.notes) == 1 + polarisation + flags
    if importlib.util.find_spec("mcpl") is not None:
        import mcpl

        with mcpl.MCPLFile(path) as file:
            (block,) = file.particle_blocks
            np.testing.assert_allclose(found.direction, block.direction, atol=1e-7 if single else 1e-14)
            np.testing.assert_allclose(found.energy, block.ekin * 1e6, rtol=1e-6)


def test_content_without_any_package(tmp_path):
    """The header byte by byte, so that the format is checked where the package is absent."""
    one = particles(0)
    content = write_mcpl(tmp_path / "a.mcpl", one).read_bytes()
    packed = write_mcpl(tmp_path / "a.mcpl.gz", one).read_bytes()
    assert gzip.decompress(packed) == content
    n = len(one.energy)
    assert content[:8] == b"MCPL003L"
    assert int.from_bytes(content[8:16], "little") == n
    length = int.from_bytes(content[48:52], "little")
    assert content[52 : 52 + length].startswith(b"scintidot ")
    records = np.frombuffer(content[52 + length :], dtype="<f8,<f8,<f8,<f8,<f8,<f8,<f8,<f8,<i4")
    np.testing.assert_allclose(np.abs(records["f5"]), one.energy / 1e6, rtol=1e-15)
    np.testing.assert_array_equal(records["f8"], one.pdg)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: content[:-10], "a whole MCPL file"),
        (lambda content: content[:30], "a whole MCPL file"),
        (lambda content: gzip.compress(content)[:-20], "a whole MCPL file"),
        (lambda content: content[:4] + b"009" + content[7:], "neither MCPL-2 nor MCPL-3"),
        (lambda content: b"something else" + content, "another kind of file"),
        (lambda content: content[:8] + bytes(8) + content[16:], "did not finish"),
    ],
)
def test_damaged_file_is_refused_in_one_line(tmp_path, change, words):
    path = write_mcpl(tmp_path / "a.mcpl", particles())
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadFile, match=words) as caught:
        read_mcpl(path)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(BadFile, match="No such file"):
        read_mcpl(tmp_path / "missing.mcpl")


def test_names_and_folders(tmp_path):
    with pytest.raises(BadValue, match=r"ends with \.mcpl"):
        write_mcpl(tmp_path / "a.phsp", particles())
    (tmp_path / "b.mcpl").mkdir()
    with pytest.raises(CannotWrite, match="a folder"):
        write_mcpl(tmp_path / "b.mcpl", particles())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("energy", -1.0, "energy .expected 0 or more"),
        ("energy", np.nan, "energy .expected 0 or more"),
        ("direction", 0.5, "unit vectors"),
        ("position", np.inf, "position .expected finite"),
        ("weight", -1.0, "weight"),
        ("time", np.nan, "time"),
    ],
)
def test_particles_are_checked(name, value, words):
    good = particles(0)
    values = {
        key: getattr(good, key).copy() for key in ("pdg", "energy", "position", "direction", "weight", "time")
    }
    values[name][2] = value
    with pytest.raises(BadValue, match=words):
        Particles(**values)


def test_shapes_are_checked():
    with pytest.raises(BadValue, match=r"weight \(expected shape \(14,\), found shape \(3,\)"):
        dataclasses.replace(particles(0), weight=np.ones(3))
