"""No search for garbage stops a process at work for long: what stands for good is not looked through."""

import os
import subprocess
import sys

import pytest

from tests.servers.databases import ROOT

# The code of a service alone is more than a hundred thousand objects.
FEW = 20_000

API = """
import gc, sys
from services.registration.app import create_app

app = create_app()
print(len(gc.get_objects()), file=sys.stderr)
"""
WORKER = """
import gc, os, signal, sys
from services.registration.app import SERVICE
from shared import worker
from shared.jobs import Job

def look() -> int:
    print(len(gc.get_objects()), file=sys.stderr)
    os.kill(os.getpid(), signal.SIGTERM)
    return 0

worker.run(SERVICE.prepare("worker"), SERVICE.event_handlers(), [Job("look", look, every=60)])
"""


@pytest.mark.parametrize("program", [API, WORKER], ids=["api", "worker"])
def test_a_search_for_garbage_finds_little_to_look_through(
    service_environments: dict[str, dict[str, str]], program: str
) -> None:
    environment = {**os.environ, **service_environments["registration"], "WORKER_BIND": "127.0.0.1:0"}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert int(done.stderr) < FEW
