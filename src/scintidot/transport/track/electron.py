"""One electron from one event to the next: `advance` is what `history.follow` and CUDA repeat.

What an electron carries along is an `Electron`, what its history does a `History`, and what its surroundings do to it
is `Near`. All three are numbers, which the compiler keeps in registers.
"""

from __future__ import annotations

import math

from scintidot.backends import inner_kernel
from scintidot.records import FloatArray
from scintidot.rng import uniform
from scintidot.transport.track.books import (
    BEYOND,
    BORN,
    CROSSED,
    IONISED,
    LEFT,
    NO_SHELL,
    REFLECTED,
    STOPPED,
    SURFACE,
    Electron,
    Scratch,
    keep,
    leave,
    note,
    slot_of,
    stop,
    top,
)
from scintidot.transport.track.events import scatter
from scintidot.transport.track.flight import (
    NOTHING,
    beyond_reach,
    misses,
    rates_at,
    straight_flight,
    surface_met,
    woodcock_flight,
)
from scintidot.transport.track.problem import HOST, Geometry, Rules
from scintidot.transport.track.progress import EVENT, GOES_ON, History, Near
from scintidot.transport.track.shapes import FAR
from scintidot.transport.track.steps import (
    NO_SURFACE,
    energy_at_collision,
)
from scintidot.transport.track.tables import CUT, REACH, Tables, row_of

SHOWN_BEYOND = 0.3
"""The last point of an electron that left one crystal lies so many half lengths of it farther on its way."""
STEP_SHARE = 0.05
"""Treatment local: largest share of its energy that an electron loses between two points."""


@inner_kernel
def over(event: int) -> bool:
    """Whether an electron is followed no farther after this: what goes on after a collision waits on the stack."""
    return event == STOPPED or event == LEFT or event == IONISED  # noqa: PLR1714  slower as a tuple


@inner_kernel
def take(g: Geometry, w: Scratch, record: FloatArray, h: History) -> tuple[Electron, History]:
    """The electron on top of those that wait, now with a track of its own."""
    e, tracks = top(w, h.waiting), h.tracks
    if e.track == 0 and e.generation > 0:
        e = Electron(
            e.x, e.y, e.z, e.ux, e.uy, e.uz, e.energy, e.item, e.region, e.generation, tracks, e.slot
        )
        tracks += 1
    points = note(record, h.points, g, w, e, BORN, NO_SHELL)
    return e, History(h.state, h.increment, h.waiting - 1, h.crystals, tracks, h.events, points)


@inner_kernel
def look_around(
    t: Tables, g: Geometry, r: Rules, w: Scratch, m: int, e: Electron, h: History
) -> tuple[int, Electron, Near, History]:
    """What can happen to an electron that is new in its medium or at its energy, unless its way ends here."""
    x, y, z, ux, uy, uz, energy, item, region, generation, track, slot = e
    state, events, what = h.state, h.events, GOES_ON
    i, f, rates = 0, 0.0, NOTHING
    if m < 0:
        if misses(g, x, y, z, ux, uy, uz):
            what = LEFT
            leave(w, energy, x, y, z, ux, uy, uz)
            shown = SHOWN_BEYOND * g.items[0, 3]
            x, y, z = x + shown * ux, y + shown * uy, z + shown * uz
    elif energy <= t.medium[m, CUT]:
        what = STOPPED
        stop(g, w, region, item, slot, x, y, z, energy)
    elif energy <= g.confined[region]:
        state += h.increment
        at = energy_at_collision(t, m, energy, uniform(state))
        if at <= t.medium[m, CUT]:
            what = STOPPED
            stop(g, w, region, item, slot, x, y, z, energy)
        else:
            what = IONISED
            keep(g, w, region, item, slot, x, y, z, energy - at, 0.0, 0)
            events += 1
            energy = at
            i, f = row_of(energy)
    else:
        i, f = row_of(energy)
        may_stop = r.reject_by_range == 1 and region == HOST and g.box == 0.0
        if may_stop and beyond_reach(g, x, y, z, t.rates[m, i + 1, REACH]):
            what = STOPPED
            keep(g, w, region, item, slot, x, y, z, energy, 0.0, 0)
            w.books[BEYOND] += 1
        else:
            rates = rates_at(t, m, i, f, energy, r.local_below)
    e = Electron(x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    h = History(state, h.increment, h.waiting, h.crystals, h.tracks, events, h.points)
    return what, e, Near(True, i, f, energy, rates), h


@inner_kernel
def fly_through(
    t: Tables, g: Geometry, w: Scratch, e: Electron, h: History
) -> tuple[int, Electron, Near, History]:
    """Delta tracking: to where an event may happen, through every surface."""
    x, y, z, ux, uy, uz, energy, item, region, generation, track, slot = e
    i, f = row_of(energy)
    happens, region, item, x, y, z, state = woodcock_flight(
        t, g, region, item, x, y, z, ux, uy, uz, i, f, energy, h.state, h.increment
    )
    crystals = h.crystals
    if region != HOST:
        slot = slot_of(g.crystal_of[item], w, crystals)
        crystals = max(crystals, slot + 1)
    m = g.medium[region]
    what, known, rates = GOES_ON, m < 0, NOTHING
    if happens and energy > t.medium[m, CUT]:
        what, known, rates = EVENT, True, rates_at(t, m, i, f, energy, 0.0)
    e = Electron(x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    h = History(state, h.increment, h.waiting, crystals, h.tracks, h.events, h.points)
    return what, e, Near(known, i, f, energy, rates), h


@inner_kernel
def fly(
    t: Tables, g: Geometry, r: Rules, w: Scratch, m: int, e: Electron, near: Near, h: History
) -> tuple[int, Electron, Near, History]:
    """In a straight line to the next event, or to a surface that comes before it."""
    x, y, z, ux, uy, uz, energy, item, region, generation, track, slot = e
    known, i, f, rated, rates = near
    state, crystals, what = h.state, h.crystals, EVENT
    if m >= 0 and rates.total == 0.0 and rates.soft == 0.0:  # nothing can happen to it here any more
        what = STOPPED
        stop(g, w, region, item, slot, x, y, z, energy)
    else:
        state += h.increment
        to_event = FAR if rates.total == 0.0 else -math.log(1.0 - uniform(state)) / rates.total
        wanted = to_event
        if rates.soft > 0.0:
            wanted = min(to_event, STEP_SHARE * energy / rates.soft)
        flight, met, axis, into, item, x, y, z = straight_flight(g, region, item, x, y, z, ux, uy, uz, wanted)
        if rates.soft > 0.0:
            lost = min(energy, rates.soft * flight)
            middle = 0.5 * flight
            keep(g, w, region, item, slot, x - middle * ux, y - middle * uy, z - middle * uz, lost, 0.0, 0)
            energy -= lost
            known = False
        if met:
            if r.surface != NO_SURFACE and g.medium[into] != m:
                state += h.increment
            through, x, y, z, ux, uy, uz, energy, work = surface_met(
                t, g, r, region, into, item, axis, x, y, z, ux, uy, uz, energy, uniform(state)
            )
            w.books[SURFACE] += work
            what = REFLECTED
            known = known and m >= 0
            if through:
                what, known = CROSSED, False
                if region == HOST:
                    slot = slot_of(g.crystal_of[item], w, crystals)
                    crystals = max(crystals, slot + 1)
                region = into
            if region == HOST and g.box > 0.0:
                x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
        elif m < 0:  # vacuum, and no crystal however far it flies
            what = LEFT
            leave(w, energy, x, y, z, ux, uy, uz)
        elif flight < to_event:
            what = GOES_ON
    e = Electron(x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    h = History(state, h.increment, h.waiting, crystals, h.tracks, h.events, h.points)
    return what, e, Near(known, i, f, rated, rates), h


@inner_kernel
def advance(
    t: Tables, g: Geometry, r: Rules, w: Scratch, record: FloatArray, e: Electron, near: Near, h: History
) -> tuple[int, Electron, Near, History]:
    """One step of an electron: it flies to an event or a surface. Returns what happened, and all three after it."""
    m, what = g.medium[e.region], GOES_ON
    if not near.known:
        what, e, near, h = look_around(t, g, r, w, m, e, h)
    if what == GOES_ON:
        if r.delta_tracking == 1:
            what, e, near, h = fly_through(t, g, w, e, h)
        else:
            what, e, near, h = fly(t, g, r, w, m, e, near, h)
    if what == EVENT:
        what, e, near, h = scatter(t, g, w, e, near, h)
    if record.shape[0] > 0 and what not in (GOES_ON, IONISED):
        points = note(record, h.points, g, w, e, what, NO_SHELL)
        h = History(h.state, h.increment, h.waiting, h.crystals, h.tracks, h.events, points)
    return what, e, near, h
