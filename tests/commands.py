"""Commands of the services, as operators type them: `python -m services.<service> …`."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from deploy.native.warm import WarmProcess
from tests.servers.databases import ROOT

Result = subprocess.CompletedProcess[str]


class Command:
    """A running command. It starts warm (see deploy/native/warm.py), so start all in one thread."""

    def __init__(self, service: str, *args: str, environment: Mapping[str, str]) -> None:
        self.args = [f"services.{service}", *args]
        self.folder = tempfile.TemporaryDirectory(prefix="convene-command-")
        self.output, self.errors = Path(self.folder.name, "stdout"), Path(self.folder.name, "stderr")
        for file in (self.output, self.errors):
            file.touch()
        self.process = WarmProcess(
            self.args, cwd=ROOT, env={"PATH": "", **environment}, output=str(self.output), errors=str(self.errors)
        )

    def finish(self, seconds: float = 60) -> Result:
        """Wait for its end, and return what it wrote; bytes that are not UTF-8 become surrogate escapes."""
        code = self.process.wait(seconds)
        output, errors = (file.read_bytes().decode(errors="surrogateescape") for file in (self.output, self.errors))
        result = Result(self.args, code, output, errors)
        self.folder.cleanup()
        return result


def run_command(service: str, *args: str, environment: Mapping[str, str]) -> Result:
    """Run a command to its end, however it ends."""
    return Command(service, *args, environment=environment).finish()
