"""Responds 503 until `migrate` of this release has run, since the code needs its schema. Once open it stays open, since
a schema never goes back.
"""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
import structlog
from werkzeug.wrappers import Response

from shared import health, runtime
from shared.http import problems

log = structlog.get_logger()

NOT_MIGRATED = "not-migrated", "This part of the site is being upgraded. Nothing was changed; please try again."
AWAY = "database-away", "The service cannot reach its database. Nothing was changed; please try again."


class MigrationGate:
    """The WSGI application `inner`, where the schema has every migration that this code knows; until then 503, but for
    probes and metrics.
    """

    def __init__(self, inner: Callable[..., Iterable[bytes]], present: runtime.Runtime) -> None:
        self.inner = inner
        self.present = present
        self.open = False
        self.always = (f"/{present.service}/health/", f"/{present.service}/metrics")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self.open and not environ["PATH_INFO"].startswith(self.always):
            found = health.check_database(self.present)
            if found != "ok":
                log.warning("not serving yet", database=found)
                return _refusal(*(NOT_MIGRATED if found == health.NOT_MIGRATED else AWAY))(environ, start_response)
            self.open = True
        return self.inner(environ, start_response)


def _refusal(problem: str, detail: str) -> Response:
    document = {
        "type": f"urn:convene:problem:{problem}",
        "title": "Service unavailable",
        "status": 503,
        "detail": detail,
    }
    headers = {"Retry-After": str(problems.RETRY_SECONDS), "Cache-Control": "no-store"}
    return Response(orjson.dumps(document), 503, headers, content_type=problems.CONTENT_TYPE)
