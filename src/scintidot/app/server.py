"""The app, and the server that runs it until Ctrl-C."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dash import Dash
from flask import Response, abort, send_file
from werkzeug.serving import make_server

from scintidot.app import jobs, shell
from scintidot.app.security import Access, guard, is_loopback
from scintidot.errors import BadValue

ASSETS = Path(__file__).parent / "assets"


def create_app(access: Access | None = None) -> Dash:
    """The app, ready to be served; its jobs end with `jobs.Board.close` of its extensions."""
    app = Dash(
        "scintidot.app",
        assets_folder=str(ASSETS),
        title="scintidot",
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        on_error=shell.show_error,
        use_pages=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    jobs.install(app.server.extensions)
    app.layout = shell.frame
    shell.register(app)
    guard(app.server, access or Access(), app.csp_hashes())

    def file(job: str, name: str) -> Response:
        path = jobs.board().file(job, name)
        if path is None:
            abort(404)
        answer = send_file(path, as_attachment=True, download_name=path.name)
        answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return answer

    app.server.add_url_rule("/files/<job>/<name>", view_func=file)
    return app


def run(
    host: str = "127.0.0.1",
    port: int = 8050,
    *,
    token: str | None = None,
    started: Callable[[str], None] = lambda _: None,
    browser: bool = False,
) -> None:
    """Serve until interrupted. ``started`` is told the start link; port 0 takes a free one.

    Another host than this machine needs a token, which is made if none is given.

    Raises
    ------
    BadValue
        If the port is taken, the host is none of this machine, or the token is empty.
    """
    if token is not None and not token.strip():
        raise BadValue(
            where="app", what="token", who="--token", expected="a word", found="an empty one",
            hint="Leave it out: one is made where it is needed.",
        )  # fmt: skip
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(16)
    with _listening(host, port) as listener:
        access = Access(host, listener.getsockname()[1], token)
        app = create_app(access)
        server = make_server(host, access.port, app.server, threaded=True, fd=listener.fileno())
        try:
            started(access.link)
            if browser:
                webbrowser.open(access.link)
            server.serve_forever()
        finally:
            jobs.close(app.server.extensions)
            server.server_close()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        raise BadValue(
            where="app", what="address", who="--port" if taken else "--host",
            expected="a free port" if taken else "an address of this machine",
            found=f"{host}:{port}, which cannot be had ({os.strerror(error.errno or 0) if taken else error.strerror})",
            hint="Is the app running already? --port 0 takes any free port." if taken else None,
        ) from None  # fmt: skip
    with listener:
        yield listener
