"""What a simulation will take: histories of each size and energy are tried for a moment."""

from __future__ import annotations

import time
from typing import Unpack

import numpy as np

from scintidot.deposits.bodies import Body
from scintidot.deposits.engine import case_work, standard_error
from scintidot.deposits.keywords import DepositOptions
from scintidot.deposits.options import read_setup
from scintidot.deposits.setup import Setup
from scintidot.radiation.spectrum import Spectrum
from scintidot.scale.computing import current
from scintidot.scale.estimate import (
    TRIAL_S,
    Estimate,
    PartOfWork,
    cores_for,
    memory_now,
)
from scintidot.transport.track.tally import DEPOSIT, N, add, empty_tally


def estimate_deposit(**options: Unpack[DepositOptions]) -> Estimate:
    """What `scintidot.deposit` with the same options will take."""
    setup = read_setup(**options, device=current().device)
    parts = [tried(setup, body, spectrum) for body in setup.bodies for spectrum in setup.spectra]
    many = 1 if setup.device == "cuda" else cores_for(setup.threads)
    return Estimate("deposit", tuple(parts), many, memory_of(setup))


def tried(setup: Setup, body: Body, spectrum: Spectrum, name: str = "") -> PartOfWork:
    """One size and energy: its histories, or those until the error that is wanted, at the speed of the first ones."""
    work = case_work(setup, body, spectrum)
    work.compile()
    total, ran, count = empty_tally(), 0, 8
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < TRIAL_S and ran < setup.histories:
        count = min(count, setup.histories - ran)
        add(total, work.trial(ran, count))
        ran += count
        count *= 2
    needed = float(setup.histories)
    mean = total.sums[DEPOSIT] / max(total.sums[N], 1)
    if setup.relative_error is not None and mean > 0 and ran > 1:
        one = standard_error(total) * np.sqrt(ran) / mean
        needed = min(needed, max(float(ran), (one / setup.relative_error) ** 2))
    name = name or f"{body.edges[0]:g} nm, {spectrum.mean_energy / 1e3:g} keV"
    return PartOfWork(name, passed / ran * needed, round(needed))


def memory_of(setup: Setup) -> float:
    """Of a simulation [B]: this process as it is now, and what each thread or worker holds besides."""
    work = case_work(setup, setup.bodies[0], setup.spectra[0])
    cluster = current().cluster
    if cluster is None:
        return memory_now() + setup.threads * work.bytes_of_thread
    return memory_now() + cluster.slots() * work.bytes_of_worker
