"""``scintidot doctor``: is this installation sound, and how is it mended?"""

from __future__ import annotations

import typer

from scintidot.cli.console import print_json, progress
from scintidot.cli.options import Json
from scintidot.errors import BadInstallation

MARKS = {"ok": "ok     ", "note": "note   ", "problem": "PROBLEM"}


def doctor(json: Json = False) -> None:
    """Check the installation: libraries, compiler, cache, GPU, folders. Exit code 6 if something does not work."""
    with progress("looking", counted=False):
        from scintidot.installation.run import examine

        document = examine()
    if json:
        print_json(document)
    else:
        width = max(len(check["name"]) for check in document["checks"])
        for check in document["checks"]:
            print(f"{MARKS[check['status']]} {check['name']:{width}}  {check['found']}")
            if check["mend"]:
                print(f"{'':{len(MARKS['ok']) + width + 1}}  -> {check['mend']}")
        problems = sum(check["status"] == "problem" for check in document["checks"])
        print(f"{problems} problem{'s' * (problems != 1)} found." if problems else "scintidot is ready.")
    if document["status"] == "problem":
        raise typer.Exit(BadInstallation.exit_code)
