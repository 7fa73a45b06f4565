"""Documents of states, and the simulation of deposits that a page must not wait for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scintidot.app.jobs import Progress
from scintidot.app.pages.explore.fields import VIEW, numbers_of, read_state
from scintidot.app.state import State, read_link
from scintidot.config import RunConfig, make_config
from scintidot.explore.document import explore
from scintidot.explore.simulated import EXACT, Memory, cases, simulate

MEMORY = Memory()
_ONE_AT_A_TIME = threading.Lock()
"""The kinetics keep tables between calls, which threads would take from each other."""


@dataclass(frozen=True)
class Explored:
    """A state, computed with what is known now."""

    query: str
    config: RunConfig
    document: dict[str, Any]
    standing: str  # of `scintidot.explore.simulated.STANDING`
    case: str  # what is to be simulated
    edge_length_nm: float

    @property
    def numbers(self) -> State:
        """What every slider stands at, as text: of the run, or of the chain."""
        return numbers_of(self.config, self.document)

    @property
    def wanting(self) -> bool:
        """Whether a simulation would say more."""
        return self.standing != EXACT and self.config.deposit.model != "continuous"


def explored(query: str) -> Explored:
    """The document of a query string without pins. Raises `ScintidotError`."""
    with _ONE_AT_A_TIME:
        return _explored(query, MEMORY.version)


@lru_cache(maxsize=256)
def _explored(query: str, _version: int) -> Explored:
    state = read_link(query)
    config, held = read_state({name: text for name, text in state.items() if name not in VIEW})
    run, reference = cases(config)
    used, deposits, standing = MEMORY.find(run, reference)
    return Explored(
        query, config, explore(used, held, deposits), standing, run.key, config.nanocrystal.edge_length_nm[0]
    )


def run_job(arguments: dict[str, Any], _folder: Path, progress: Progress) -> list[dict[str, Any]]:
    """Simulate what a run needs; after each size it says what there is."""
    config = make_config(base=RunConfig.model_validate(arguments))
    entries: list[dict[str, Any]] = []
    told = ("", 0.0)

    def tell(step: str, share: float) -> None:
        nonlocal told
        told = (step, share)
        progress(step, share)

    for entry in simulate(config, tell):
        entries.append(entry)
        progress(told[0], told[1], entries)
    return entries
