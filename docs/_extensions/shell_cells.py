"""Cells that begin with ``%%sh``: each as one run of the shell that stops at the first error, its output in one piece.

IPython's own magic prints what it reads in chunks of 100 bytes, between which line breaks come. Its folder of settings
is one of the build, so that those of the person who builds do not matter.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sphinx.application import Sphinx

MAGIC = """
import subprocess
import sys

from IPython.core.magic import register_cell_magic


@register_cell_magic
def sh(line, cell):
    done = subprocess.run(["sh", "-ec", cell], capture_output=True, text=True)
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    done.check_returncode()
"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Set the environment that the kernels inherit."""
    startup = Path(app.doctreedir, "ipython", "profile_default", "startup")
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "shell_cells.py").write_text(MAGIC, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(startup.parents[1])
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    os.environ["TTY_COMPATIBLE"] = (
        "0"  # Jupyter says that there is a terminal: no colours, no bar of progress
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
