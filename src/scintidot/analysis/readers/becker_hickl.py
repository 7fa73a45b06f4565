"""Becker & Hickl: SPCM's data files (.sdt) and its text export (.asc).

The directory of an .sdt file is checked before the library opens it, so that no stated size takes memory that the file
does not hold (layout: SPC_data_file_structure.h of the SPCM software, as in sdtfile).
"""

from __future__ import annotations

import io
import logging
import re
import struct
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scintidot.analysis.readers.checks import MOST_BINS, agreed, is_counted, picked_by_channel
from scintidot.analysis.readers.decay_text import read_decays
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import Table, head_text, looks_like_text, read_table, text_lines
from scintidot.analysis.traces import DecayTrace
from scintidot.constants import PS_PER_S
from scintidot.errors import BadFile

_HEADER = struct.Struct("<hihiHihIihhHIHH")
_BLOCK_OLD, _BLOCK = struct.Struct("<hiiHhII"), struct.Struct("<BBIIHhII")
_LARGE_BLOCKS = 15  # revision with the second header
_MOST_BLOCKS, _MOST_BYTES = 4096, 1 << 29
_COMPRESSED, _CONTENTS = 0x1000, 0xF0
_DECAYS = {0x00: "decay", 0x10: "page", 0x60: "image"}
_MOST_CURVES = 256


def _recognise_sdt(head: bytes, suffix: str, kind: str) -> float:
    if len(head) < _HEADER.size:
        return 0.0
    words = struct.unpack_from("<21H", head)  # the last makes their sum the mark of the format
    return 1.0 if sum(words) & 0xFFFF == 0x55AA and words[16] in (0x5555, 0x1111) else 0.0


def _check_directory(source: Source) -> None:
    """Refuse blocks that are not inside the file, run backwards, or unpack to more than they say."""
    content = source.content
    if _recognise_sdt(content, "", "") == 0:
        raise source.refuse("header", "the file", "the marks of an SPCM data file", "others")
    header = _HEADER.unpack_from(content)
    revision, offset, count = header[0] & 15, header[5], header[6]
    count = header[12] if count == 0x7FFF else count
    if not 1 <= count <= _MOST_BLOCKS:
        raise source.refuse("header", "no_of_data_blocks", f"1 to {_MOST_BLOCKS}", count)
    kind = _BLOCK if revision >= _LARGE_BLOCKS else _BLOCK_OLD
    total, before = 0, 0
    for block in range(count):
        if not before < offset <= len(content) - kind.size:
            raise source.refuse("block", f"block {block}", "a header inside the file", f"byte {offset}", _CUT)
        words = kind.unpack_from(content, offset)
        data, following, block_type, length = words[-6], words[-5], words[-4], words[-1]
        total += length
        if total > _MOST_BYTES:
            raise source.refuse(
                "block", f"block {block}", f"at most {_MOST_BYTES >> 20} MiB in all", f"{total >> 20} MiB"
            )
        if block_type & _COMPRESSED:
            _check_packed(source, block, content[data:following] if 0 < data < following else b"", length)
        elif not 0 < data <= len(content) - length:
            raise source.refuse(
                "block", f"block {block}", f"{length} bytes inside the file", f"from byte {data}", _CUT
            )
        before, offset = offset, following


_CUT = "Was the file cut short?"


def _check_packed(source: Source, block: int, packed: bytes, length: int) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            size = archive.infolist()[0].file_size
    except (zipfile.BadZipFile, IndexError, OSError, ValueError, NotImplementedError) as error:
        raise source.refuse(
            "block", f"block {block}", "compressed counts", str(error)[:80] or "none"
        ) from None
    if size > 2 * length + 1024:
        raise source.refuse("block", f"block {block}", f"about {length} bytes unpacked", f"{size}")


def _read_sdt(source: Source, kind: str) -> Sequence[DecayTrace]:
    import sdtfile

    _check_directory(source)
    logger = logging.getLogger("sdtfile")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    with tempfile.NamedTemporaryFile() as file:  # the library needs one of the system, with a name
        file.write(source.content)
        file.seek(0)
        sdt = sdtfile.SdtFile(file)
    traces: list[DecayTrace] = []
    for number, (header, data) in enumerate(zip(sdt.block_headers, sdt.data, strict=True)):
        contents = _DECAYS.get(int(_scalar(header.block_type)) & _CONTENTS)
        if contents is not None:
            info = sdt.measure_info[int(_scalar(header.meas_desc_block_no))]
            traces += _block(source, number, contents, np.asarray(data), info, len(traces))
    if not traces:
        raise source.refuse("content", "the blocks", "decays or images with counts", "none")
    return picked_by_channel(source, traces)


def _scalar(field: Any) -> float:
    """A field of a record, which earlier versions of the library give as an array of one."""
    return float(np.ravel(field)[0])


def _block(source: Source, number: int, contents: str, data: Any, info: Any, first: int) -> list[DecayTrace]:
    """The curves of a block with counts; all pixels of an image together."""
    bins = int(_scalar(info.adc_re)) or 65536
    if data.ndim == 0 or data.shape[-1] != bins or not 2 <= bins <= MOST_BINS:
        raise source.refuse("block", f"block {number}", f"curves of {bins} bins", f"shape {data.shape}")
    notes = ["all pixels of an image together"] if data.ndim > 2 else []
    curves = data.reshape(-1, bins)
    curves = curves.sum(axis=0, dtype=float)[None, :] if data.ndim > 2 else curves
    if len(curves) > _MOST_CURVES:
        raise source.refuse("block", f"block {number}", f"at most {_MOST_CURVES} curves", f"{len(curves)}")
    span, gain = _scalar(info.tac_r), _scalar(info.tac_g)
    if not (0 < span < 1 and gain > 0):
        raise source.refuse(
            "block", f"block {number}", "range and gain of the TAC above zero", f"{span:g} s, {gain:g}"
        )
    width = float(f"{span * PS_PER_S / (gain * bins):.7g}")  # stored in single precision
    given = source.given
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    seconds = _scalar(info.col_t)
    return [
        DecayTrace(
            curve.astype(float), width, name=f"block {number}" + (f" curve {i}" if len(curves) > 1 else ""),
            period=given.period, excitations=given.excitations, duration=seconds if 0 < seconds < 1e7 else None,
            counted=is_counted(source, curve.astype(float), f"block {number}"),
            metadata={"channel": first + i, "contents": contents, "counts": float(curve.sum()), "notes": list(notes)},
        )
        for i, curve in enumerate(curves)
        if np.any(curve)
    ]  # fmt: skip


def _recognise_asc(head: bytes, suffix: str, kind: str) -> float:
    return (
        1.0
        if looks_like_text(head) and re.search(r"^\s*\*BLOCK\s+\d", head_text(head), re.MULTILINE)
        else 0.0
    )


def _read_asc(source: Source, kind: str) -> Sequence[DecayTrace]:
    """Text of SPCM: blocks of ``Time[ns]  No_of_photons``, each ended by ``*END``."""
    lines = text_lines(source)
    starts = [i for i, line in enumerate(lines) if re.match(r"\s*\*BLOCK\s+\d", line)]
    if not starts or len(starts) > _MOST_CURVES:
        raise source.refuse(
            "text", "the decay", f"1 to {_MOST_CURVES} blocks '*BLOCK 1 ...'", f"{len(starts)}"
        )
    traces: list[DecayTrace] = []
    plain = replace(source, given=replace(source.given, channel=None))
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        title = re.sub(r"[()]", " ", lines[start])
        if not re.search(r"Time\s*\[\s*(?:fs|ps|ns|us)\s*\]", title):
            raise source.refuse(
                "text", lines[start].strip()[:40], "a time in brackets, such as Time[ns]", "none"
            )
        words = re.search(r"(Time\s*\[\s*\w+\s*\])\s*(.*)", title)
        names = [words[1].replace(" ", ""), *words[2].split()] if words else []
        body = [
            "\t".join(names),
            *(line.replace(" ", "") if "," in line else line for line in lines[start + 1 : end]),
        ]
        for trace in read_decays(plain, _table(source, body, start)):
            metadata = {**trace.metadata, "channel": number}
            traces.append(replace(trace, name=f"block {number}", metadata=metadata))
    return picked_by_channel(source, traces)


def _table(source: Source, body: list[str], start: int) -> Table:
    try:
        table = read_table(source, body, who="the block")
    except BadFile as fault:
        raise fault.at(where=f"{source.where}:{start + 1}") from None
    return replace(table, lines=table.lines + start)


READERS = (
    Reader("sdt", "Becker & Hickl SPCM data (.sdt)", ("decay",), _recognise_sdt, _read_sdt),
    Reader(
        "spcm-text", "Becker & Hickl SPCM text export (.asc): '*BLOCK 1 ( Time[ns] ...'", ("decay",), _recognise_asc,
        _read_asc,
    ),
)  # fmt: skip
