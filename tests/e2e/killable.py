"""A process that forks one command of scintidot after the other, each ready to be killed at once.

Reads lines of JSON, such as ``{"arguments": ["deposit"], "kill_after_s": 0.1, "clock_jumps": false, "cache": null}``,
and answers each with ``{"status": ..., "said": "..."}``: the exit code, or minus the signal that ended it. Everything
is loaded and compiled before, so that a kill falls into the work.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import distributed  # noqa: F401

from scintidot.cli.console import run_guarded
from scintidot.cli.main import _run

WARM = ["deposit", "--edge-length", "5", "--histories", "9000", "--threads", "1", "--json"]


def command(arguments):
    """Run a command in this process."""
    sys.argv = ["scintidot", *arguments]
    return run_guarded(_run)


def child(arguments, clock_jumps, cache, said):
    """What a child does, to its end."""
    if cache:
        os.environ["SCINTIDOT_CACHE"] = cache
    os.dup2(said.fileno(), 1)
    os.dup2(said.fileno(), 2)
    if clock_jumps:
        jumps, right = random.Random(1), time.time
        time.time = lambda: right() + jumps.uniform(-1e9, 1e9)
    try:
        code = command(arguments)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def status_of(process, kill_after):
    """How a child ended; killed after so many seconds, if it still runs then."""
    deadline = time.monotonic() + kill_after
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


def main():
    """Warm up, then serve."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        command(WARM)
    print(json.dumps({"status": 0, "said": "ready"}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as said:
            process = os.fork()
            if process == 0:
                child(asked["arguments"], asked["clock_jumps"], asked["cache"], said)
            status = status_of(process, asked["kill_after_s"])
            said.seek(0)
            text = said.read().decode(errors="replace")
        print(json.dumps({"status": os.waitstatus_to_exitcode(status), "said": text}), flush=True)


if __name__ == "__main__":
    main()
