"""The gateway answers bytes that it cannot accept with 4xx, never with 500."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.native.gateway import Gateway
from deploy.options import Options
from tests.processes import NativeGateway, Process, free_port, running

SITE = "https://learning.example.org"
HOST = b"Host: learning.example.org\r\nConnection: close\r\n"
ROOTS = ["/", "/catalog/", "/registration/v1/sessions/", "/notifications/v1/subscriptions/", "/nothing/"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Invalid paths: with a zero byte, wrongly encoded, leading out of the site, or not a path at all.
UNREADABLE = ["%00", "a%00b", "%zz", "%", "%1", "%g1", "../../../../../../etc/passwd", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/x"]


class Service(BaseHTTPRequestHandler):
    """Takes everything, and says of itself what a service of ours says."""

    def respond(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Asked", self.path)
        if "said" in self.path:
            self.send_header("Strict-Transport-Security", "max-age=63072000")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"ok")

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: str

    def all(self, name: str) -> list[str]:
        return self.headers.get_all(name, [])


@pytest.fixture(scope="module", params=[SITE, "http://learning.example.org"], ids=["https", "http"])
def site(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, site: str) -> Iterator[NativeGateway]:
    """A gateway in front of services that answer, except notifications, which is down."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    apis = {"catalog": server.server_port, "registration": server.server_port, "notifications": free_port()}
    options = Options(public_url=site, gateway_reads=10_000, gateway_writes=10_000)
    process = NativeGateway(Gateway(folder / "nginx", options=options, port=free_port(), apis=apis, identity=1))
    with running() as processes:
        processes.append(process.start())
        process.wait_ready("/health")
        yield process
    server.shutdown()
    server.server_close()
    shutil.rmtree(folder)


def send(gateway: NativeGateway, sent: bytes) -> Answer:
    """Return the gateway's response to exactly these bytes."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as line:
        line.sendall(sent)
        # Not to the end of the line: nginx listens for a while to what it does not want, lest its answer be lost.
        response = HTTPResponse(line, method=sent.partition(b" ")[0].decode("latin-1"))
        response.begin()
        return Answer(response.status, response.headers, response.read().decode())


def ask(gateway: NativeGateway, path: str, method: str = "GET", headers: bytes = b"") -> Answer:
    return send(gateway, f"{method} {path} HTTP/1.1\r\n".encode("latin-1") + HOST + headers + b"\r\n")


def is_told(answer: Answer, status: int, site: str) -> bool:
    """Return whether the response has this status, also in a problem document, and the security headers."""
    assert answer.status == status, answer.headers.as_string()
    assert answer.all("X-Content-Type-Options") == ["nosniff"]
    assert answer.all("Strict-Transport-Security") == (["max-age=31536000"] if site.startswith("https") else [])
    assert answer.all("Server") == ["nginx"]
    if answer.body:
        assert answer.all("Content-Type") == ["application/problem+json"]
        assert f'"status":{status}' in answer.body
        assert "Internal" not in answer.body
    return True


@pytest.mark.covers("ASVS 16.5.1")
@pytest.mark.parametrize("method", METHODS)
def test_a_path_that_cannot_be_read_is_a_bad_request(gateway: NativeGateway, site: str, method: str) -> None:
    for root in ROOTS:
        for part in UNREADABLE:
            answer = ask(gateway, root + part, method, b"Content-Length: 0\r\n")
            assert is_told(answer, 400, site), root + part


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("length", [9_000, 40_000])
@pytest.mark.parametrize("path", ["/", "/catalog/", "/catalog/v1/sessions?q=", "/registration/v1/registrations?a="])
def test_an_address_that_is_too_long_is_told_so(
    gateway: NativeGateway, site: str, path: str, length: int, method: str
) -> None:
    assert is_told(ask(gateway, path + "a" * length, method, b"Content-Length: 0\r\n"), 414, site)


def lines(first: str, *further: bytes) -> bytes:
    return first.encode("latin-1") + b"\r\n" + HOST + b"".join(line + b"\r\n" for line in further) + b"\r\n"


def unhosted(*headers: bytes) -> bytes:
    return b"GET /catalog/ HTTP/1.1\r\nConnection: close\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n"


POST = "POST /registration/v1/registrations HTTP/1.1"
REFUSED = {
    "an invalid version": (lines("GET /catalog/ HTTP/0.9"), 400),
    "half a version": (lines("GET /catalog/ HTTP/1"), 400),
    "another protocol": (lines("GET /catalog/ XTTP/1.1"), 400),
    "a version to come": (lines("GET /catalog/ HTTP/3.0"), 505),
    "HTTP/2 without asking": (lines("GET /catalog/ HTTP/2.0"), 505),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "a method alone": (b"GET\r\n\r\n", 400),
    "a method in small letters": (lines("get /catalog/ HTTP/1.1"), 400),
    "an invalid method": (lines("GE%T /catalog/ HTTP/1.1"), 400),
    "TRACE": (lines("TRACE /catalog/ HTTP/1.1"), 405),
    "CONNECT": (lines("CONNECT example.org:443 HTTP/1.1"), 400),
    "all of the server": (lines("OPTIONS * HTTP/1.1"), 400),
    "no path": (lines("GET catalog/ HTTP/1.1"), 400),
    "a blank in the path": (lines("GET /catalog/a b HTTP/1.1"), 400),
    "an address of nobody": (lines("GET http:// HTTP/1.1"), 400),
    "an address, and a zero byte": (lines("GET http://learning.example.org/%00 HTTP/1.1"), 400),
    "no host": (unhosted(), 400),
    "an empty host": (unhosted(b"Host:"), 400),
    "a host with a blank": (unhosted(b"Host: a b"), 400),
    "a host with a path": (unhosted(b"Host: a/b"), 400),
    "a host with a zero byte": (unhosted(b"Host: a\x00b"), 400),
    "two hosts": (unhosted(b"Host: a", b"Host: b"), 400),
    "a large header": (lines("GET /catalog/ HTTP/1.1", b"X-Large: " + b"a" * 9000), 431),
    "a huge header": (lines("GET /registration/ HTTP/1.1", b"Cookie: " + b"a" * 90000), 431),
    "many headers": (lines("GET /nothing HTTP/1.1", *(b"X-%d: " % n + b"a" * 3000 for n in range(20))), 431),
    "a header with a zero byte": (lines("GET /catalog/ HTTP/1.1", b"X-Odd: a\x00b"), 400),
    "a length that is no number": (lines(POST, b"Content-Length: abc"), 400),
    "a length below zero": (lines(POST, b"Content-Length: -1"), 400),
    "a length beyond all numbers": (lines(POST, b"Content-Length: " + b"9" * 40), 400),
    "two lengths": (lines(POST, b"Content-Length: 1", b"Content-Length: 2"), 400),
    "a length and chunks": (lines(POST, b"Content-Length: 3", b"Transfer-Encoding: chunked"), 400),
    "a coding that nobody knows": (lines(POST, b"Transfer-Encoding: gzip"), 501),
    "invalid chunks": (lines(POST, b"Transfer-Encoding: chunked") + b"zz\r\n\r\n", 400),
    "chunks for the catalog": (
        lines("POST /catalog/oai HTTP/1.1", b"Transfer-Encoding: chunked") + b"zz\r\n\r\n",
        400,
    ),
    "a large body": (lines(POST, b"Content-Length: 2000000"), 413),
    "a large body for the catalog": (lines("POST /catalog/oai HTTP/1.1", b"Content-Length: 2000000"), 413),
}


@pytest.mark.covers("ASVS 16.5.1")
@pytest.mark.parametrize("sent", REFUSED)
def test_what_is_no_request_is_refused_with_its_own_status(gateway: NativeGateway, site: str, sent: str) -> None:
    received, status = REFUSED[sent]

    assert is_told(send(gateway, received), status, site)


def test_who_names_no_version_gets_nothing_of_the_site(gateway: NativeGateway) -> None:
    """HTTP/0.9: there is no place for a status, so the body has it."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=15) as line:
        line.sendall(b"GET /catalog/\r\n")
        received = line.makefile("rb").read()

    assert b'"status":400' in received


def test_nothing_of_it_is_logged_as_a_fault_of_ours(gateway: NativeGateway) -> None:
    for received, _ in REFUSED.values():
        send(gateway, received)
    for root in ROOTS:
        ask(gateway, f"{root}%00?token=of-somebody")
    gateway.stop()

    log = gateway.read_log()
    gateway.start()
    gateway.wait_ready("/health")
    assert '"status":"400"' in log
    assert '"status":"500"' not in log
    assert "of-somebody" not in log


@pytest.mark.covers("ASVS 3.4.1")
@pytest.mark.parametrize("path", ["/", "/catalog/", "/registration/x", "/notifications/x", "/nothing", "/health"])
def test_every_answer_says_https_once_where_the_site_is_and_never_where_it_is_not(
    gateway: NativeGateway, site: str, path: str
) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = ask(gateway, path, method, b"Content-Length: 0\r\n")
        assert answer.all("Strict-Transport-Security") == (["max-age=31536000"] if site.startswith("https") else [])
        assert answer.all("X-Content-Type-Options") == ["nosniff"]


def test_what_a_service_says_of_https_stands(gateway: NativeGateway) -> None:
    for path in ("/catalog/said", "/registration/said"):
        assert ask(gateway, path).all("Strict-Transport-Security") == ["max-age=63072000"]


def test_what_is_too_long_for_a_service_alone_is_told_so_too(tmp_path: Path) -> None:
    """Between gunicorn's limit and that of nginx."""
    environment = {"WEB_WORKERS": "1", "WEB_THREADS": "1", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    service = Process(
        "gunicorn", "-c", "deploy/gunicorn.py", "tests.deploy.application:application", environment=environment
    )
    apis = {"catalog": service.port, "registration": service.port, "notifications": service.port}
    own = NativeGateway(Gateway(tmp_path / "nginx", options=Options(), port=free_port(), apis=apis, identity=1))
    with running() as processes:
        processes += [service.start(), own.start()]
        service.wait_ready("/")
        own.wait_ready("/health")
        statuses = {ask(own, path + "a" * 5_000).status for path in ("/catalog/", "/registration/v1/sessions?q=")}

    assert statuses == {414}


def test_who_sends_too_much_at_once_is_told_to_wait(tmp_path: Path) -> None:
    apis = {name: free_port() for name in ("catalog", "registration", "notifications")}
    options = Options(public_url=SITE, gateway_reads=1, gateway_writes=1)
    own = NativeGateway(Gateway(tmp_path / "nginx", options=options, port=free_port(), apis=apis, identity=1))
    with running() as processes:
        processes.append(own.start())
        own.wait_ready("/health")
        answers = [ask(own, "/registration/x", "POST", b"Content-Length: 0\r\n") for _ in range(250)]
        unreadable = [ask(own, "/%00") for _ in range(250)]

    assert {answer.status for answer in answers} == {502, 429}
    assert is_told(answers[-1], 429, SITE)
    assert answers[-1].all("Retry-After") == ["1"]
    assert {answer.status for answer in unreadable} <= {400, 429}


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/robots.txt", "/catalog/robots.txt"),
        ("/favicon.ico", "/catalog/favicon.ico"),
        ("/.well-known/security.txt", "/catalog/security.txt"),
    ],
)
def test_what_programs_look_for_at_the_root_is_the_catalogs(gateway: NativeGateway, path: str, asked: str) -> None:
    answer = ask(gateway, path)

    assert (answer.status, answer.all("X-Asked")) == (200, [asked])
