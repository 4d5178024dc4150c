"""The first thing a process of a service does: what must be settled before any of its code is imported."""

import importlib
import os
import shutil
import sys
import tempfile


def run(module: str) -> None:
    """Run the command that the arguments name, of the `SERVICE` in `module`; ends the process."""
    if sys.argv[1:2] == ["api"]:
        _share_counters(module)
    importlib.import_module(module).SERVICE.main()


def _share_counters(module: str) -> None:
    """The processes of an api share their counters in files, which prometheus_client decides when it is imported. Each
    start begins with none.
    """
    folder = os.path.join(tempfile.gettempdir(), f"convene-metrics-{module.split('.')[1]}-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
