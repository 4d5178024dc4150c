"""The commands of operators."""

import subprocess
import sys

from tests.messaging.bench import Bench
from tests.servers.databases import ROOT


def command(bench: Bench, *args: str) -> subprocess.CompletedProcess[bytes]:
    """`python -m services.registration …`, as an operator types it."""
    environment = bench.environments["registration"]
    line = [sys.executable, "-m", "services.registration", *args]
    return subprocess.run(line, cwd=ROOT, env={"PATH": "", **environment}, capture_output=True, check=False)
