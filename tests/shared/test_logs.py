"""Each log line is one JSON object, and says nothing about people."""

import json
import subprocess
import sys

import pytest

from tests.servers.databases import ROOT

FAIL = """
import sys, psycopg, structlog
from shared import logs
logs.configure("registration", "api", "info")
log = structlog.get_logger()
try:
    with psycopg.connect(sys.argv[1]) as conn:
        for number in range(2):
            conn.execute(sys.argv[2], {"email": "canary@library.example"})
except psycopg.Error:
    log.exception("unexpected error")
"""


def logged(script: str, *arguments: str) -> list[str]:
    """The lines that a process of ours writes."""
    line = [sys.executable, "-c", script, *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.covers("API8:2023", "ASVS 16.2.5")
@pytest.mark.parametrize(
    ("statement", "error", "told"),
    [
        (
            "INSERT INTO people (id, email, name) VALUES (gen_random_uuid(), %(email)s, 'x')",
            "UniqueViolation",
            "people_email_key",
        ),
        ("SELECT %(email)s::text::uuid", "InvalidTextRepresentation", ""),
        ("SELECT jsonb(%(email)s::text)", "InvalidTextRepresentation", ""),
    ],
)
def test_what_postgresql_quotes_of_people_is_not_logged(
    database_urls: dict[str, str], statement: str, error: str, told: str
) -> None:
    [line] = logged(FAIL, database_urls["registration"], statement)

    [failure] = json.loads(line)["exception"]
    assert failure["exc_type"] == error
    assert told in failure["exc_value"]
    assert failure["frames"]
    assert "canary" not in line


@pytest.mark.covers("API8:2023", "ASVS 16.4.1")
def test_text_of_others_makes_no_line_of_its_own() -> None:
    script = """
import structlog
from shared import logs
logs.configure("catalog", "api", "info")
structlog.get_logger().info("request", path='x\\n{"level":"error","event":"forged"}\\x1b[31m')
"""

    [line] = logged(script)

    assert json.loads(line)["path"].startswith("x\n{")
    assert "\x1b" not in line
