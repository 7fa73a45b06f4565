"""``python -m benchmarks.lanes``: which share of the lanes of a warp would work, from histories recorded on the CPU.

A warp goes as slowly as its slowest lane. Here 32 lanes share out recorded histories as `track.cuda` does, by either
variant; a step of an electron costs 1, a collision and the start of a history `COLLISION` and `START`, which are
guesses. Waiting for memory is left out. It orders the choices, where there is no GPU; it predicts no speed.
"""

import json

import numpy as np

from scintidot.deposits.options import read_setup
from scintidot.transport.track.books import BORN, IONISED, LEFT, RECORD_COLUMNS, STOPPED, scratch
from scintidot.transport.track.history import follow

LANES, COLLISION, START = 32, 3.0, 3.0
CASES = {"7 keV, 10 nm, octane": ({"host": "octane"}, 2560), "7 keV, 10 nm, vacuum": ({}, 9600)}
"""Name -> choices and histories."""
STEPS = (1, 2, 3, 4, 8, 16)


def electrons_of(choices, histories):
    """Of each history the electrons in their order: how many steps, and whether a collision ends them."""
    setup = read_setup(**choices, histories=histories, threads=1)
    problem = (setup.tables, setup.geometry(setup.bodies[0]), setup.source(setup.spectra[0]), setup.rules)
    record, memory, found = np.zeros((100_000, RECORD_COLUMNS)), scratch(1), []
    for history in range(histories):
        _, points = follow(np.uint64(setup.seed), np.uint64(history), *problem, memory, record)
        events = record[:points, 4].astype(int)
        events = events[events != BORN]
        ends = np.flatnonzero(np.isin(events, (IONISED, STOPPED, LEFT)))
        found.append(
            list(zip(np.diff(ends, prepend=-1).tolist(), (events[ends] == IONISED).tolist(), strict=True))
        )
    return found


def work_of(history):
    """Of one lane for one history."""
    return START + sum(steps + COLLISION * collides for steps, collides in history)


def time_of_histories(lanes):
    """Variant `history`: the lanes meet when all have ended an electron, and when all have ended a history."""
    time = 0.0
    for together in zip(*lanes, strict=True):
        time += START
        for k in range(max(map(len, together))):
            now = [history[k] for history in together if k < len(history)]
            time += max(steps for steps, _ in now) + COLLISION * any(collides for _, collides in now)
    return time


def time_of_flat(lanes, steps):
    """Variant `flat`: collisions, new histories, then so many steps, each done by the lanes that can."""
    waiting = [
        iter([part for history in lane for part in ((None, False), *history)]) for lane in lanes
    ]  # None: a history starts
    left, ends, runs, time = [0] * len(lanes), [False] * len(lanes), [True] * len(lanes), 0.0
    while any(runs):
        collision = start = False
        for k, lane in enumerate(waiting):
            if not runs[k] or left[k] > 0:
                continue
            collision, ends[k] = collision or ends[k], False
            part = next(lane, None)
            while part is not None and part[0] is None:
                start, part = True, next(lane, None)
            if part is None:
                runs[k] = False
            else:
                left[k], ends[k] = part
        time += COLLISION * collision + START * start
        for _ in range(steps):
            time += any(left)
            left = [max(0, more - 1) for more in left]
    return time


def main():
    """Print the shares as JSON."""
    report = {}
    for name, (choices, histories) in CASES.items():
        all_histories = electrons_of(choices, histories)
        lanes = [all_histories[k::LANES] for k in range(LANES)]
        work = sum(map(work_of, all_histories)) / LANES
        report[name] = {
            "steps_per_history": sum(steps for one in all_histories for steps, _ in one) / histories,
            "collisions_per_history": sum(collides for one in all_histories for _, collides in one)
            / histories,
            "share_of_lanes_history": round(work / time_of_histories(lanes), 3),
            **{f"share_of_lanes_flat_{k}_steps": round(work / time_of_flat(lanes, k), 3) for k in STEPS},
        }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
