"""Programs that are run for us, in this folder."""

import os
import signal
import subprocess
from contextlib import suppress

from deploy.errors import DeployError
from deploy.options import ROOT


def run_interruptibly(command: list[str]) -> tuple[int, str]:
    """Exit code and output of `command`. When we are interrupted it, and what it started, has ended before we go on:
    otherwise it would start containers while we remove them.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, start_new_session=True
    ) as process:
        try:
            output, _ = process.communicate()
            return process.returncode, output
        except BaseException:
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def output(command: list[str]) -> str:
    """Return the output of `command`. Raises DeployError with its error output if it fails."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if result.returncode:
        raise DeployError(result.stderr)
    return result.stdout.strip()


def succeeds(command: list[str], *, seconds: float | None = None) -> bool:
    """True if `command` exits with 0."""
    return subprocess.run(command, capture_output=True, timeout=seconds, check=False).returncode == 0
