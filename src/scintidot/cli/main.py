"""Entry point: loads the command tree inside the guard, since an interrupt may come while it loads."""

from __future__ import annotations

import os
import sys
from typing import Any

from scintidot.cli import loudness
from scintidot.cli.console import run_guarded

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # matrices are small here: threads would wait for each other


def _run() -> Any:
    from scintidot.cli.commands import app

    loudness.start()
    return app(prog_name="scintidot", standalone_mode=False)


def main() -> None:
    """Run ``scintidot`` with the arguments of the process."""
    sys.exit(run_guarded(_run))
