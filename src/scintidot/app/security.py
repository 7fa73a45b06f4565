"""Who may ask: host name, token, origin; what every answer says to the browser; how much may be sent."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import Flask, Request, Response, redirect, request

LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of a file that is dropped on a page."""
LARGEST_REQUEST = LARGEST_FILE // 3 * 4 + 2 * 1024 * 1024
"""Bytes of a request: a file travels as base64, with what else the page sends."""
TOKEN = "token"
"""Name in the start link."""


Refusal = tuple[str, int, dict[str, str]]
"""A sentence, a status and headers."""


@dataclass(frozen=True)
class Access:
    """Where the app listens, and the word that opens it; None: no word needed."""

    host: str = "127.0.0.1"
    port: int = 8050
    token: str | None = None

    @property
    def cookie(self) -> str:
        """Name of the cookie: cookies are shared by all ports of a host."""
        return f"scintidot_token_{self.port}"

    @property
    def link(self) -> str:
        """The start link."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if is_every_address(self.host):
            host = socket.gethostname()
        query = "" if self.token is None else "?" + urlencode({TOKEN: self.token})
        return f"http://{host}:{self.port}/{query}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_every_address(host: str) -> bool:
    """Whether it stands for all addresses of this machine."""
    return host in ("0.0.0.0", "::", "")


def guard(server: Flask, access: Access, script_hashes: Sequence[str]) -> None:
    """Check every request, and mark every answer."""
    policy = content_security_policy(script_hashes)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST

    @server.before_request
    def check() -> Response | Refusal | None:
        if not known_host(request.host, access):
            return refusal(403, f"host {request.host!r}", "the address in the start link")
        if request.method not in ("GET", "HEAD", "POST"):
            return refusal(405, f"method {request.method}", "GET or POST")
        if request.method == "POST" and not own_origin(request):
            return refusal(403, "a request of another page", "one of this app's own pages")
        if access.token is None or same(request.cookies.get(access.cookie), access.token):
            return None
        if request.method == "GET" and same(request.args.get(TOKEN), access.token):
            return _with_cookie(access)
        return refusal(403, "no token, or a wrong one", "the start link that scintidot app printed")

    @server.after_request
    def mark(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    @server.errorhandler(413)
    def too_large(_: Exception) -> Refusal:
        return refusal(413, "more than that", f"a file of at most {LARGEST_FILE >> 20} MB")

    @server.errorhandler(404)
    def unknown(_: Exception) -> Refusal:
        return refusal(404, "an unknown one", "an address of the app")


def refusal(code: int, found: str, expected: str) -> Refusal:
    """One sentence, as plain text."""
    line = f"app: bad request for the browser (expected {expected}, found {found})."
    return line, code, {"Content-Type": "text/plain; charset=utf-8"}


def same(given: str | None, token: str) -> bool:
    """Comparison in constant time."""
    return given is not None and hmac.compare_digest(given.encode(), token.encode())


def known_host(host: str, access: Access) -> bool:
    """Whether the ``Host`` header names this app: another name may point here to read it (DNS rebinding)."""
    parts = urlsplit(f"//{host}")
    try:
        name, port = parts.hostname or "", parts.port or 80
    except ValueError:
        return False
    if port != access.port:
        return False
    if is_loopback(name):
        return True
    if is_every_address(access.host):
        return _is_address(name) or name in (socket.gethostname().lower(), socket.getfqdn().lower())
    return name == access.host.lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def own_origin(asked: Request) -> bool:
    """Whether a page of the app itself sent this: browsers say so with every POST."""
    origin, site = asked.headers.get("Origin"), asked.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return False
    return origin in (None, f"{asked.scheme}://{asked.host}") and site in (None, "same-origin")


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Nothing from outside; inline scripts only those of Dash itself. Plotly writes its styles inline."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Of every answer."""


def _with_cookie(access: Access) -> Response:
    """Keep the token, and go on without it in the address."""
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != TOKEN]
    answer = redirect(request.path + ("?" + urlencode(rest) if rest else ""))
    answer.set_cookie(access.cookie, access.token or "", httponly=True, samesite="Lax")
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]
