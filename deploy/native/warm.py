"""Start processes of the services faster: fork them from a process in which third-party libraries are imported.

Importing these takes a second of processor time. Our own code is imported by each process itself, with the environment
that it is given, as in an installation. Used by tests and by `make dev`.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from deploy.secrets import SERVICES

# Imported by the process itself, since their effect depends on its environment.
OWN = ("services", "shared", "deploy", "tests", "prometheus_client", "__main__", "__mp_main__")
LISTED = "import sys, {apps}; print(*sys.modules)"


class WarmProcess:
    """The part of the interface of `subprocess.Popen` that is needed here, for `python -m` with these arguments.

    `output` and `errors` are the files that stdout and stderr are appended to; without `errors`, both go to `output`.
    Start and wait for all processes in one thread: multiprocessing looks at every child when another starts.
    """

    def __init__(
        self, args: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: str, errors: str | None = None
    ) -> None:
        self.args = args
        # A daemon, so that a test run that ends does not wait for it.
        self.process: ForkServerProcess = _server().Process(
            target=_run, args=(list(args), str(cwd), dict(env), output, errors or output), daemon=True
        )
        self.process.start()
        assert self.process.pid
        self.pid: int = self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    listed = LISTED.format(apps=", ".join(["gunicorn.app.wsgiapp", *(f"services.{name}.app" for name in SERVICES)]))
    names = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True).stdout.split()
    context.set_forkserver_preload([name for name in names if name.partition(".")[0] not in OWN])
    return context


def _run(args: list[str], cwd: str, env: dict[str, str], output: str, errors: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for stream, path in ((1, output), (2, errors)):
        with open(path, "ab", buffering=0) as log:
            os.dup2(log.fileno(), stream)
    sys.path.insert(0, cwd)
    sys.argv = list(args)
    try:
        runpy.run_module(args[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
