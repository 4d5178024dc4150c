"""The system's callers: an outside site, library people, staff. They call as good clients do, and try again under the
same key.
"""

import time
from typing import Any
from uuid import uuid4

import httpx

CATALOG, REGISTRATION, NOTIFICATIONS = "/catalog/v1", "/registration/v1", "/notifications/v1"
PATIENCE = 60.0
TRY_AGAIN = (429, 502, 503, 504)


class Site:
    """`origins` is where each service answers; through the gateway it is the same for all."""

    def __init__(self, origins: dict[str, str], token: str) -> None:
        self.origins = origins
        self.staff = {"Authorization": f"Bearer {token}"}
        # Nothing of the environment: a proxy has no business between us and this machine.
        self.http = httpx.Client(timeout=15, trust_env=False, limits=httpx.Limits(max_connections=32))

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Read `path`, e.g. `/catalog/v1/sessions`."""
        return self.call("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def read(self, path: str) -> Any:
        """Return the JSON at `path`, which must exist."""
        return self.get(path).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> httpx.Response:
        """Create something, once, however often the line breaks."""
        return self.call("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})

    def act(self, path: str, body: Any = None) -> Any:
        """Act as staff; it must succeed."""
        response = self.call("POST", path, json=body, headers={**self.staff, "Idempotency-Key": str(uuid4())})
        return response.raise_for_status().json()

    def look(self, path: str) -> Any:
        """Return what staff read at `path`."""
        return self.call("GET", path, headers=self.staff).raise_for_status().json()

    def replace(self, path: str, body: Any) -> Any:
        """Replace what is at `path` as staff, from the version just read."""
        etag = self.call("GET", path, headers=self.staff).raise_for_status().headers["ETag"]
        return self.call("PUT", path, json=body, headers={**self.staff, "If-Match": etag}).raise_for_status().json()

    def upload(self, path: str, content: bytes, content_type: str) -> Any:
        headers = {**self.staff, "Content-Type": content_type, "Idempotency-Key": str(uuid4())}
        return self.call("POST", path, content=content, headers=headers).raise_for_status().json()

    def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Call, and call again where the system is busy or away, for a minute at most."""
        url = self.origins[path.split("/")[1]] + path
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                response = self.http.request(method, url, **request)
                if not _is_passing(response) or time.monotonic() > deadline:
                    return response
                wait = float(response.headers.get("Retry-After", 1))
            except httpx.TransportError:
                if time.monotonic() > deadline:
                    raise
                wait = 0.5
            time.sleep(min(wait, 2.0))


def _is_passing(response: httpx.Response) -> bool:
    """True if the same request may soon succeed: the system is busy or down, or still processing it."""
    return response.status_code in TRY_AGAIN or (
        response.status_code == 409 and response.json()["type"].endswith(":request-in-progress")
    )
