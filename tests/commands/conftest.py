"""Commands as an operator types them, and what they leave behind."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.servers.databases import ROOT

Answer = subprocess.CompletedProcess[str]


@dataclass
class Operator:
    """Types the commands of the services whose environments these are."""

    environments: dict[str, dict[str, str]]

    def run(self, service: str, *words: str, **environment: str) -> Answer:
        """`python -m services.<service> …`, with further variables for this one."""
        return subprocess.run(
            [sys.executable, "-m", f"services.{service}", *words],
            cwd=ROOT,
            env={"PATH": "", **self.environments[service], **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, service: str, *words: str) -> Any:
        """What a command that succeeds answers."""
        done = self.run(service, *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def sql(self, service: str, query: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environments[service]["DATABASE_URL"], autocommit=True) as conn:
            cursor = conn.execute(query, params)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description else []

    def audit(self, service: str) -> list[tuple[Any, ...]]:
        """(actor, action, subject) of each line of the audit log, the oldest first."""
        return self.sql(service, "SELECT actor, action, subject FROM audit_log ORDER BY id")


@pytest.fixture
def operator(service_environments: dict[str, dict[str, str]]) -> Operator:
    return Operator(service_environments)
