"""The processes of an api are forks of one that has imported everything, yet each has its own random state."""

import json
import subprocess
import sys

from tests.servers.databases import ROOT

# In a thread, as requests are answered, and in the first one. Of a UUIDv7, what is not the time.
FORKS = """
import json, os, sys, threading
import services.registration.app
from shared import traceparent
from shared.http.request_context import request_id
from uuid_utils.compat import uuid7

def make():
    ids = [request_id({}), traceparent.generate(), uuid7().hex[-15:]]
    os.write(1, (json.dumps(ids) + chr(10)).encode())

request_id({})
for _ in range(2):
    if os.fork() == 0:
        make()
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        os._exit(0)
    os.wait()
"""


def test_processes_that_are_forks_of_one_never_make_the_same_id() -> None:
    """A state of a random generator that both were born with would make both go through the same ids."""
    lines = subprocess.run([sys.executable, "-c", FORKS], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    ids = [id for line in lines.splitlines() for id in json.loads(line)]

    assert len(ids) == 12
    assert len(set(ids)) == 12
