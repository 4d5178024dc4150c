"""One call of an outside site: what it answers is a status, and nothing else of it is looked at.

No redirect is followed (it would lead to an address that nobody checked), no proxy is used, no cookie is kept, nothing
is decompressed, and the body of the answer is not read.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore

from services.notifications.formats.private_hosts import NOTHING, Allowed
from services.notifications.webhooks.http_client.connections import BoundedBackend, CallFailed, Deadline
from services.notifications.webhooks.http_client.dns_resolver import Resolve, resolve
from services.notifications.webhooks.http_client.urls import Url, parse_url

TOTAL_SECONDS = 15.0
AGENT = "Convene-Webhooks/1"


@dataclass(frozen=True, kw_only=True)
class CallResult:
    """What a call came to. `status` is None where nothing was answered, and `error` says why; `retry_after` is how many
    seconds the site asks to be left alone.
    """

    status: int | None = None
    milliseconds: int = 0
    error: str | None = None
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Whether the site has it now: 2xx, and nothing else."""
        return self.status is not None and 200 <= self.status < 300


class WebhookClient:
    """Calls outside sites, from any number of threads. `resolve` and `tls` are other than the usual in tests."""

    def __init__(
        self,
        *,
        allowed: Allowed = NOTHING,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self.allowed = allowed
        self.resolve = resolve
        self.tls = tls or ssl.create_default_context()
        self.seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> CallResult:
        """Send `body` as JSON. Whatever the other side does, there is an CallResult when the time is up."""
        begun = time.monotonic()
        status, retry_after, error = None, None, None
        try:
            status, retry_after = self._exchange(self._read(url), headers, body)
            if not 200 <= status < 300:
                error = f"answered {status}"
        except Exception as failure:  # whatever it is, it is an answer too: the delivery has to go on
            error = _describe(failure)
        spent = round((time.monotonic() - begun) * 1000)
        return CallResult(status=status, milliseconds=spent, error=error, retry_after=retry_after)

    def _read(self, url: str) -> Url:
        try:
            return parse_url(url, self.allowed)
        except ValueError as error:
            raise CallFailed(str(error)) from None

    def _exchange(self, url: Url, headers: Mapping[str, str], body: bytes) -> tuple[int, float | None]:
        lines = BoundedBackend(Deadline(self.seconds), allowed=self.allowed, resolve=self.resolve)
        asked = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        sent = {"Host": _host(url), "User-Agent": AGENT, "Content-Type": "application/json", "Connection": "close"}
        with (
            httpcore.HTTPConnection(asked.origin, ssl_context=self.tls, network_backend=lines) as connection,
            connection.stream("POST", asked, headers={**sent, **headers}, content=body) as response,
        ):
            named = {name.lower(): value for name, value in response.headers}
            return response.status, _read_wait(named.get(b"retry-after"))


def _host(url: Url) -> str:
    """The host as it stands in its header."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return host if url.port == {"https": 443, "http": 80}[url.scheme] else f"{host}:{url.port}"


def _read_wait(value: bytes | None) -> float | None:
    """The seconds that a Retry-After names, as a number or as a date; None where it names none."""
    try:
        text = (value or b"").decode("ascii")
        if text.isdecimal():
            return float(text[:9])
        return (parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def _describe(failure: Exception) -> str:
    """Why there was no answer, for the log: never what the site sent."""
    if isinstance(failure, CallFailed):
        return str(failure)
    if isinstance(failure.__cause__, ssl.SSLCertVerificationError):
        return f"TLS: {failure.__cause__.verify_message}"
    for kind, text in (
        (httpcore.TimeoutException, "no answer in time"),
        (httpcore.ConnectError, "no connection"),
        (httpcore.NetworkError, "the line broke"),
        (httpcore.ProtocolError, "the answer is not HTTP"),
    ):
        if isinstance(failure, kind):
            return text
    return f"not sent: {type(failure).__name__}"
