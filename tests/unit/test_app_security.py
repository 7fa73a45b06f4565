"""Who may ask the app for what, by Flask's test client: names, tokens, origins, sizes, paths, headers."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import numpy as np
import pytest

pytest.importorskip("dash")

from scintidot.app import jobs
from scintidot.app.figures import panel_figure
from scintidot.app.pages.analyse import result as analyse_result
from scintidot.app.security import LARGEST_FILE, LARGEST_REQUEST, Access, is_loopback, known_host
from scintidot.app.server import create_app, run
from scintidot.errors import BadValue
from scintidot.measured.panels import Panel, Series

HOST = "127.0.0.1:8050"
OWN = {"Host": HOST, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
CALLBACK = "/_dash-update-component"


@pytest.fixture(scope="module")
def app() -> Any:
    return create_app(Access())


@pytest.fixture(scope="module")
def client(app: Any) -> Any:
    return app.server.test_client()


@pytest.fixture(scope="module")
def guarded() -> Any:
    """An app that other machines reach."""
    return create_app(Access("192.0.2.7", 8050, "open sesame")).server


def open_page(client: Any, path: str, search: str) -> Any:
    """What the frame asks the server when a link is opened."""
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "address", "property": "pathname", "value": path}],
        "state": [{"id": "address", "property": "search", "value": search}],
        "changedPropIds": ["address.pathname"],
    }
    return client.post(CALLBACK, json=body, headers=OWN)


# --- host names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [HOST, "localhost:8050", "[::1]:8050"])
def test_own_names_are_answered(client: Any, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example:8050", "127.0.0.1:8051", "127.0.0.1", "127.0.0.1.evil.example:8050"]
)
def test_another_name_that_points_here_is_refused(client: Any, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("app: bad request for the browser (expected ")


def test_a_host_that_stands_for_every_address_takes_addresses_alone() -> None:
    everywhere = Access("0.0.0.0", 8050, "word")
    assert known_host("192.0.2.1:8050", everywhere)
    assert known_host("[2001:db8::1]:8050", everywhere)
    assert not known_host("evil.example:8050", everywhere)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_which_hosts_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


# --- token ------------------------------------------------------------------------------------------------------


def test_without_the_token_nothing_is_answered(guarded: Any) -> None:
    client = guarded.test_client()
    host = {"Host": "192.0.2.7:8050"}
    for path in ("/", "/_dash-layout", "/assets/style.css", "/?token=wrong", "/?token="):
        assert client.get(path, headers=host).status_code == 403
    client.set_cookie("scintidot_token_8050", "wrong", domain="192.0.2.7")
    assert client.get("/", headers=host).status_code == 403


def test_the_start_link_opens_and_takes_the_token_out_of_the_address(guarded: Any) -> None:
    client = guarded.test_client()
    host = {"Host": "192.0.2.7:8050"}
    first = client.get("/predict?energy=7&token=open+sesame", headers=host)
    assert first.status_code == 302
    assert first.headers["Location"] == "/predict?energy=7"
    cookie = first.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    client.set_cookie("scintidot_token_8050", "open sesame", domain="192.0.2.7")
    assert client.get("/", headers=host).status_code == 200


def test_a_token_in_the_address_does_not_let_a_post_through(guarded: Any) -> None:
    headers = {"Host": "192.0.2.7:8050", "Origin": "http://192.0.2.7:8050"}
    assert (
        guarded.test_client().post(f"{CALLBACK}?token=open+sesame", json={}, headers=headers).status_code
        == 403
    )


@pytest.mark.parametrize("token", ["", "  "])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_an_empty_token_opens_nothing(token: str, host: str) -> None:
    with pytest.raises(BadValue, match=r"app: bad token for --token \(expected a word, found an empty one\)"):
        run(host, 0, token=token)


# --- origins ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8051"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "cross-site"},
        {},
    ],
)
def test_requests_of_other_pages_are_refused(client: Any, headers: dict[str, str]) -> None:
    answer = client.post(CALLBACK, json={}, headers={"Host": HOST, **headers})
    assert answer.status_code == 403
    assert "a request of another page" in answer.text


def test_only_get_and_post_are_answered(client: Any) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert client.open("/", method=method, headers=OWN).status_code == 405


# --- sizes and paths ------------------------------------------------------------------------------------------------


def test_an_oversized_upload_is_refused_in_a_sentence(client: Any) -> None:
    body = b'{"contents": "' + b"A" * LARGEST_REQUEST + b'"}'
    answer = client.post(CALLBACK, data=body, content_type="application/json", headers=OWN)
    assert answer.status_code == 413
    assert f"a file of at most {LARGEST_FILE >> 20} MB" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../server.py",
        "/assets/..%2fserver.py",
        "/assets/%2e%2e/%2e%2e/server.py",
        "/files/job/..%2f..%2f..%2fetc%2fpasswd",
        "/files/../../etc/passwd",
        "/_dash-component-suites/dash/../../../../etc/passwd",
        "//etc/passwd",
    ],
)
def test_paths_lead_nowhere_else(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Host": HOST})
    assert b"root:" not in answer.data
    assert b"import" not in answer.data
    assert (
        answer.status_code in (302, 308, 404, 500) or b"react-entry-point" in answer.data
    )  # the frame itself


def test_files_of_a_job_are_found_by_their_plain_names_alone(tmp_path: Any) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    board = jobs.Board()
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "<img src=x onerror=alert(1)>.csv").write_text("1")
    job = jobs._Job("tab", folder, None, 0.0, 0.0, ended=1.0)  # type: ignore[arg-type]
    board._jobs["name"] = job
    assert board.file("name", "<img src=x onerror=alert(1)>.csv") is not None
    for name in ("../secret.txt", "/etc/passwd", "..", ".", ""):
        assert board.file("name", name) is None
    assert board.file("other", "<img src=x onerror=alert(1)>.csv") is None
    board._jobs.clear()


# --- answers ---------------------------------------------------------------------------------------------------------


def test_every_answer_forbids_what_is_not_needed(client: Any) -> None:
    for path in ("/", "/_dash-layout", "/assets/style.css", "/nothing/here", "/files/no/thing"):
        with client.get(path, headers={"Host": HOST}) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        script = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
        assert "unsafe" not in script
        assert "http" not in script
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_nothing_is_loaded_from_elsewhere(client: Any) -> None:
    text = client.get("/", headers={"Host": HOST}).text
    assert 'src="http' not in text
    assert 'href="http' not in text
    assert 'src="//' not in text


# --- text of a user ---

SCRIPTS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))"]


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize("name", ["host", "edge_length", "pin1", "none_such"])
def test_script_in_a_link_comes_back_as_text_of_a_sentence(client: Any, name: str, text: str) -> None:
    """React shows what is a string as text; HTML or Markdown would need a component that takes it as such."""
    from urllib.parse import quote

    answer = open_page(client, "/", f"?{name}={quote(text)}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found = json.loads(answer.text)
    error = found["sideUpdate"]["error"]["children"]
    assert isinstance(error, str)
    assert ": bad " in error
    assert "Traceback" not in answer.text
    assert not [kind for kind in types_of(found) if kind in ("Markdown", "Iframe", "DangerouslySetInnerHTML")]


@pytest.mark.parametrize("text", SCRIPTS)
def test_names_of_a_card_and_of_a_fit_are_text_in_figures(text: str) -> None:
    """Plotly takes tags in labels as markup, links too."""
    correlation = {"correlation": {"names": [text, "b"], "matrix": [[1, 0], [0, 1]]}}
    picture = analyse_result._correlation(correlation, "light")[1].children.figure
    bars = Series("at low", np.ones(1), np.zeros(1), style="bar")
    panel = panel_figure(Panel("title", "x", "y", "", (bars,), y_names=(text,)), "light")
    for labels in (picture.data[0].x, picture.data[0].y, panel.layout.yaxis.ticktext):
        assert labels[0] == escape(text)


def types_of(part: Any) -> list[str]:
    """Kinds of all components in a layout."""
    if isinstance(part, dict):
        own = [part["type"]] if isinstance(part.get("type"), str) else []
        return own + [one for value in part.values() for one in types_of(value)]
    return [one for value in part for one in types_of(value)] if isinstance(part, list) else []


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("?edge_length=900", "bad size for edge_length"),
        ("?edge_length=nan", "bad "),
        ("?edge_lenght=5", "Did you mean 'edge_length'?"),
        ("?host=../../etc/passwd", "bad name for host"),
        ("?material=/etc/passwd", "bad name for material"),
        ("?deposit=/etc/passwd.csv", "bad name for deposit"),
        ("?auger_efficiency=1", "bad "),
        ("?edge_length=5&edge_length=6", "it twice"),
        ("?pin1=host%3Dgold", "bad name for host"),
        ("?%ff=1", "bad text for link"),
        ("?x=" + "1" * 9000, "bad length for link"),
    ],
)
def test_a_bad_link_is_a_sentence_and_the_page_opens_all_the_same(
    client: Any, search: str, expected: str
) -> None:
    found = json.loads(open_page(client, "/", search).text)
    assert expected in found["sideUpdate"]["error"]["children"]
    assert found["response"]["page"]["children"]["props"]["className"] == "explore"
