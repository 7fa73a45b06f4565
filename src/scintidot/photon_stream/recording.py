"""Photons of an instrument, block by block: counted, recorded, and written where a file is wanted."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scintidot.kinetics.laws import TRANSITIONS
from scintidot.kinetics.stream import Events, IntArray, Photons, Tally, add, empty_tally
from scintidot.scale.checkpoints import Arrays
from scintidot.timing.instrument import ORIGINS, PHOTON, CountArray, Instrument, Recorder


def _none(count: int) -> Callable[[], IntArray]:
    return lambda: np.zeros(count, np.int64)


@dataclass(eq=False)
class _State:
    """What came of the events so far."""

    tally: Tally
    recorder: Recorder
    done: int = 0  # blocks
    by_transition: IntArray = field(default_factory=_none(len(TRANSITIONS)))
    by_origin: IntArray = field(default_factory=_none(len(ORIGINS)))

    def enter(self, counts: CountArray) -> None:
        """Count what the recorder gave."""
        of_photons = counts["transition"][counts["origin"] == PHOTON]
        self.by_transition += np.bincount(of_photons, minlength=len(TRANSITIONS))
        self.by_origin += np.bincount(counts["origin"], minlength=len(ORIGINS))


class Recording:
    """The fold of `Events` through an instrument; ``write`` takes the counts, ``check`` looks at each tally."""

    enough = False

    def __init__(
        self, events: Events, instrument: Instrument, check: Callable[[Tally], None],
        write: Callable[[CountArray], None] | None = None,
    ) -> None:  # fmt: skip
        self._events, self._check, self._write = events, check, write
        self._state = _State(empty_tally(len(events.probability) - 1, 1), Recorder(instrument, events.seed))

    @property
    def done(self) -> int:
        """Blocks that are in it."""
        return self._state.done

    @property
    def tally(self) -> Tally:
        """Of what was emitted."""
        return self._state.tally

    @property
    def recorder(self) -> Recorder:
        """With what was lost."""
        return self._state.recorder

    @property
    def by_transition(self) -> IntArray:
        """Recorded photons."""
        return self._state.by_transition

    @property
    def by_origin(self) -> IntArray:
        """Recorded counts."""
        return self._state.by_origin

    def add(self, first: int, last: int, part: list[Photons]) -> None:
        """Record some blocks; an interrupt leaves none half recorded."""
        after, size = copy.deepcopy(self._state), self._events.size
        for index, block in zip(range(first, last), part, strict=True):
            add(after.tally, block.tally)
            self._check(after.tally)
            start = index * size
            count = min(size, self._events.events - start)
            counts = after.recorder.record(
                start, count, block.event, block.time, block.transition, block.energy
            )
            self._enter(after, counts)
        after.done = last
        self._state = after

    def finish(self) -> None:
        """Record what still waited for later photons."""
        self._enter(self._state, self._state.recorder.finish())

    def _enter(self, state: _State, counts: CountArray) -> None:
        state.enter(counts)
        if self._write is not None:
            self._write(counts)

    def arrays(self) -> Arrays:
        """All of it, for a checkpoint."""
        state = self._state
        return {
            **{f"tally_{name}": values for name, values in state.tally._asdict().items()},
            **{f"recorder_{name}": values for name, values in state.recorder.state().items()},
            "by_transition": state.by_transition,
            "by_origin": state.by_origin,
        }

    def restore(self, blocks: int, arrays: Arrays) -> None:
        """Go on from what `arrays` gave."""
        recorder = self._state.recorder
        recorder.restore({name: arrays[f"recorder_{name}"] for name in recorder.state()})
        tally = Tally(**{name: arrays[f"tally_{name}"] for name in Tally._fields})
        self._state = _State(tally, recorder, blocks, arrays["by_transition"], arrays["by_origin"])
