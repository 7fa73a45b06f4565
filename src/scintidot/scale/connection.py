"""Connections to Dask: a scheduler by its address or file, or a cluster of this machine that is started at once."""

from __future__ import annotations

import json
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scintidot.errors import BadFile, BadValue
from scintidot.options import cores
from scintidot.scale.cluster import Cluster
from scintidot.scale.computing import LOCAL

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 10.0
"""That a scheduler has to answer. [s]"""


@contextmanager
def connected(scheduler: str, *, workers: int | None, where: str) -> Iterator[Cluster]:
    """The workers of an address, or of a cluster on this machine that lives as long as the block."""
    import dask
    import distributed  # noqa: F401 (its settings must be there before some are changed, and stay when they go back)

    if scheduler == LOCAL:
        connecting, name = _local(workers), "the local cluster"
    else:
        connecting, name = _remote(scheduler, where), scheduler
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}), connecting as client:
        yield Cluster(client, name, where)


def dask_setup(_: object) -> None:
    """Called by Dask in each worker of a local cluster: Ctrl-C, which reaches them, too, is for the command alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _local(workers: int | None) -> Iterator[Client]:
    """A scheduler in this process and a worker process for each core."""
    import dask
    from distributed import Client, LocalCluster

    settings: dict[str, Any] = {
        "distributed.scheduler.allowed-failures": 100,
        "distributed.logging": {},
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=workers or cores(), threads_per_worker=1, processes=True, dashboard_address=None,
            memory_limit=0, silence_logs=logging.CRITICAL, preload=__name__,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # of a server without pages
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        yield client


def _check_file(path: Path, where: str) -> None:
    """Refuse what is no file of a scheduler."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        found = "" if isinstance(document, dict) and document.get("address") else f"no address in {path}"
    except (OSError, ValueError):
        found = f"no JSON in {path}" if path.is_file() else f"no {path}"
    if found:
        raise BadFile(
            where=where, what="file", who="--scheduler", expected="the file that dask scheduler wrote", found=found,
            hint="dask scheduler --scheduler-file scheduler.json",
        )  # fmt: skip


def _check_speaks(address: str, where: str) -> None:
    """Refuse an address of TCP at which nobody greets, as Dask does: it would wait there for ever."""
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp"):
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S) as connection:
            if not connection.recv(1):
                raise OSError("it hangs up")
    except OSError as error:
        raise _nobody(address, error, where) from None


def _nobody(address: str, error: Exception, where: str) -> BadValue:
    return BadValue(
        where=where, what="address", who="--scheduler", expected="a Dask scheduler that answers",
        found=f"none at {address} within {ANSWER_S:g} s", hint=f"Start one: dask scheduler ({error}).",
    )  # fmt: skip


@contextmanager
def _remote(scheduler: str, where: str) -> Iterator[Client]:
    from distributed import Client

    from_file = scheduler.endswith(".json")
    if from_file:
        _check_file(Path(scheduler), where)
    elif not (":" in scheduler and scheduler.rpartition(":")[2].isdigit()):
        raise BadValue(
            where=where, what="address", who="--scheduler", found=repr(scheduler),
            expected="local, an address such as tcp://host:8786, or a scheduler file such as scheduler.json",
        )  # fmt: skip
    _check_speaks(json.loads(Path(scheduler).read_text())["address"] if from_file else scheduler, where)
    try:
        client = (
            Client(scheduler_file=scheduler, timeout=ANSWER_S, set_as_default=False)
            if from_file
            else Client(scheduler, timeout=ANSWER_S, set_as_default=False)
        )
    except (OSError, ValueError) as error:
        raise _nobody(scheduler, error, where) from None
    with client:
        yield client
