"""``scintidot app``: the browser app."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scintidot.errors import BadValue

PORT = 8050


def app(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; any but this machine needs a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=65535, help="0 takes any free one.")
    ] = PORT,
    token: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Word that opens the app (made where one is needed).")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Explore, predict and analyse in the browser, on this machine alone; Ctrl-C ends it."""
    try:
        from scintidot.app.server import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("dash", "flask", "werkzeug"):
            raise
        raise BadValue(
            where="scintidot app", what="installation", who="the browser app", expected="dash",
            found="nothing of that name", hint='Install it with: pip install "scintidot[app]"',
        ) from None  # fmt: skip

    def started(link: str) -> None:
        print(f"scintidot app: {link}", flush=True)
        print("Ctrl-C ends it.", file=sys.stderr)

    run(host, port, token=token, started=started, browser=browser)
