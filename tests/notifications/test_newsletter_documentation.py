"""The examples of docs/newsletter.md do what they say, one after the other, against an api that runs."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import token
from tests.processes import Process, running
from tests.servers.engines import Engines

PAGE = (Path(__file__).parents[2] / "docs" / "newsletter.md").read_text()
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def origin(service_environments: dict[str, dict[str, str]]) -> Iterator[str]:
    """The address of notifications."""
    with running() as processes:
        process = Process("services.notifications", "api", environment=service_environments["notifications"])
        processes.append(process)
        process.start().wait_ready("/notifications/health/ready")
        yield f"http://localhost:{process.port}"


def test_the_examples_run_in_their_order(origin: str, engines: Engines) -> None:
    environment = {**os.environ, "STAFF": token.sign(engines.secrets)}
    assert len(EXAMPLES) >= 5
    for example in EXAMPLES:
        text = example.replace("http://localhost:8080", origin)

        done = subprocess.run(
            ["bash", "-euc", text], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

        assert done.returncode == 0, (example, done.stderr)
        assert done.stdout.strip()
