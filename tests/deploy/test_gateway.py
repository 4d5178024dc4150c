"""The gateway answers by itself where no service does."""

import shutil
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.native.gateway import Gateway
from deploy.options import Options
from tests.processes import NativeGateway, free_port, running

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeGateway]:
    """In front of services that are all away."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    nobody = {service: free_port() for service in ("catalog", "registration", "notifications")}
    process = NativeGateway(
        Gateway(folder / "nginx", options=Options(), port=free_port(), apis=nobody, identity=free_port())
    )
    with running() as processes:
        processes.append(process.start())
        process.wait_ready("/health")
        yield process
    shutil.rmtree(folder)


def ask(gateway: NativeGateway, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{gateway.port}{path}", headers=headers, trust_env=False)


def test_the_address_alone_leads_to_the_learning_page(gateway: NativeGateway) -> None:
    answer = ask(gateway, "/", **BROWSER)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/catalog/")


@pytest.mark.parametrize(("path", "status"), [("/nothing", 404), ("/catalog/", 502), ("/registration/learning", 502)])
def test_people_are_told_by_a_page(gateway: NativeGateway, path: str, status: int) -> None:
    answer = ask(gateway, path, **BROWSER)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nothing", "/catalog/", "/catalog/v1/sessions", "/registration/v1/registrations"])
def test_programs_are_told_by_a_problem_document(gateway: NativeGateway, path: str) -> None:
    answer = ask(gateway, path, Accept="*/*")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    if "/v1/" in path:
        assert ask(gateway, path, **BROWSER).headers["Content-Type"] == "application/problem+json"


@pytest.mark.covers("ASVS 16.2.5")
def test_what_carries_a_token_is_not_logged(gateway: NativeGateway) -> None:
    for headers in (BROWSER, {}):
        ask(gateway, "/registration/invitations/a-token-of-somebody", **headers)
        ask(gateway, "/notifications/preferences/a-token-of-somebody?x=a-token-of-somebody", **headers)
    gateway.stop()

    assert "a-token-of-somebody" not in gateway.read_log()
    gateway.start()


def test_a_trace_of_somebody_outside_is_none_of_ours(tmp_path: Path) -> None:
    heard: list[Message] = []

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers)
            self.send_response(204)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    apis = {"catalog": server.server_port, "registration": free_port(), "notifications": free_port()}
    process = NativeGateway(
        Gateway(tmp_path / "nginx", options=Options(), port=free_port(), apis=apis, identity=free_port())
    )
    with running() as processes:
        processes.append(process.start())
        process.wait_ready("/health")
        headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "a=b", "X-Request-Id": "mine"}
        ask(process, "/catalog/v1/sessions", **headers)
    server.shutdown()

    [seen] = heard
    assert (seen["traceparent"], seen["tracestate"], seen["X-Request-Id"]) == (None, None, "mine")
