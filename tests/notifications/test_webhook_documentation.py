"""The code that docs/webhooks.md gives to outside sites takes what we send, and nothing else."""

import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook

from services.notifications.webhooks.endpoints.secret_encryption import make_secret
from services.notifications.webhooks.sending.domain import BACKOFF

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
EXAMPLES = {kind: text for kind, text in re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)}  # noqa: C416 - the last of a kind
BODY = '{"type":"catalog.session.held","data":{"title":"World Café"}}'

Read = Callable[[str, dict[str, str], str], Any]


def read_in_python(secret: str, headers: dict[str, str], body: str) -> Any:
    names: dict[str, Any] = {}
    exec(EXAMPLES["python"], names)  # noqa: S102 - our own page
    return names["read"](secret, headers, body.encode())


def read_in_javascript(secret: str, headers: dict[str, str], body: str) -> Any:
    given = ", ".join(orjson.dumps(one).decode() for one in (secret, headers, body))
    program = f"{EXAMPLES['js']}\nconsole.log(JSON.stringify(read({given})))"
    done = subprocess.run(["node", "--input-type=module", "-e", program], capture_output=True, check=True)
    return orjson.loads(done.stdout)


def sign(*secrets: str, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign("m1", at, BODY) for secret in secrets),
    }


@pytest.mark.parametrize("read", [read_in_python, read_in_javascript])
def test_the_example_takes_what_is_signed_and_nothing_else(read: Read) -> None:
    old, new = make_secret(), make_secret()
    now = datetime.now(UTC)

    assert read(old, sign(old), BODY) == read(new, sign(new, old), BODY) == read(old, sign(new, old), BODY)
    assert read(old, sign(old), BODY)["data"]["title"] == "World Café"
    for headers, body in (
        (sign(new), BODY),
        (sign(old), BODY + " "),
        (sign(old, at=now - timedelta(minutes=6)), BODY),
        (sign(old, at=now + timedelta(minutes=6)), BODY),
        ({**sign(old), "webhook-id": "m2"}, BODY),
        ({**sign(old), "webhook-signature": "v1,"}, BODY),
        ({}, BODY),
    ):
        assert read(old, headers, body) is None


def test_the_page_names_the_waits_as_they_are() -> None:
    labels = {1: "5 seconds, ", 60: "5 minutes, 30 minutes, ", 3600: "2, 5, 10, 14, 20 and 24 hours"}

    assert "".join(labels.values()) in PAGE
    minutes, hours = (5, 30), (2, 5, 10, 14, 20, 24)
    assert BACKOFF.pauses == (5, *(60 * one for one in minutes), *(3600 * one for one in hours))
