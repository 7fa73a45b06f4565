"""Result files of our own as text: decays with ``# key: value`` lines above ``time_ps,counts``."""

from __future__ import annotations

from collections.abc import Sequence

from scintidot.analysis.readers.checks import agreed, equal_step, is_counted, picked_by_name
from scintidot.analysis.readers.header import number_of, pairs
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import head_text, read_table
from scintidot.analysis.traces import DecayTrace

SCHEMA = "scintidot.decay-data/1"


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    return 1.0 if head_text(head[:200]).lstrip().startswith(f"# {SCHEMA}") else 0.0


def _read(source: Source, kind: str) -> Sequence[DecayTrace]:
    table = read_table(source, who="the decay")
    said = pairs(table.header)

    def number(key: str, least: float = 0.0) -> float | None:
        if key not in said:
            return None
        value = number_of(said[key])
        if not value > least:
            raise source.refuse("header", f"# {key}", f"a number above {least:g}", repr(said[key]))
        return value

    width = number("bin_width_ps")
    start, period = number("start_ps", float("-inf")), number("period_ns")
    if width is None:
        raise source.refuse("header", "# bin_width_ps", "the width of a time bin [ps]", "no such line")
    if table.names[0] != "time_ps" or table.columns < 2:
        raise source.refuse("header", "the columns", "time_ps, counts", ", ".join(table.names) or "none")
    step = equal_step(source, table.values[:, 0], table.lines, "time_ps")
    if abs(step - width) > 1e-3 * width:
        raise source.refuse("header", "# bin_width_ps", f"{step:g}, the step of time_ps", f"{width:g}")
    if start is not None and abs(start - table.values[0, 0]) > 0.51 * width:
        raise source.refuse(
            "header", "# start_ps", f"{table.values[0, 0]:g}, the first time_ps", f"{start:g}"
        )
    given = source.given
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    traces = []
    for i in picked_by_name(source, table.names, range(1, table.columns)):
        name = table.names[i]
        counted = is_counted(source, table.values[:, i], name, table.lines)
        title = said.get("name", source.path.stem) if table.columns == 2 else name
        traces.append(
            DecayTrace(
                table.values[:, i].copy(), width, name=title,
                start=float(table.values[0, 0]) if start is None else start,
                period=agreed(source, "--period-ns", given.period, None if period is None else 1000 * period, "ps"),
                excitations=agreed(source, "--excitations", given.excitations, number("excitations"), ""),
                duration=number("duration_s"), counted=counted,
                metadata={"column": i + 1, "notes": list(table.notes), "header": said},
            )
        )  # fmt: skip
    return traces


READERS = (
    Reader(
        "scintidot-decay", f"text of our own: '# {SCHEMA}', then time_ps and counts", ("decay",), _recognise, _read
    ),
)  # fmt: skip
