"""From the catalog's programme to seats and back, with real processes and a worker that is killed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.clock import set_clock
from tests.commands import run_command
from tests.processes import Process, running
from tests.waiting import eventually

PROGRAMME = "deploy/sample/ltc-models-for-change.yaml"
V1 = "/registration/v1"


def call(api: Process, path: str, body: Any = None) -> Any:
    url = f"http://127.0.0.1:{api.port}{V1}{path}"
    response = httpx.request("POST" if body else "GET", url, json=body, timeout=10)
    assert response.is_success, response.text
    return response.json()


def seats_in_catalog(url: str) -> int | None:
    """Return the number of taken seats in all sessions, as the catalog knows it."""
    with psycopg.connect(url) as conn:
        row = conn.execute("SELECT sum(confirmed)::int FROM availability").fetchone()
        return row[0] if row else None


def test_seats_taken_while_a_worker_is_killed_are_known_to_the_catalog(
    service_environments: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    set_clock(tmp_path / "clock", "2016-12-20T12:00:00-06:00")
    known = {name: {**given, "CLOCK_FILE": str(tmp_path / "clock")} for name, given in service_environments.items()}
    with running() as processes:
        catalog, api, first, second = (
            Process(f"services.{service}", role, environment=known[service])
            for service, role in (
                ("catalog", "worker"),
                ("registration", "api"),
                ("registration", "worker"),
                ("registration", "worker"),
            )
        )
        processes += [process.start() for process in (catalog, api, first, second)]
        run_command("catalog", "import", PROGRAMME, environment=known["catalog"]).check_returncode()
        api.wait_ready("/registration/health/ready")
        eventually(lambda: call(api, "/sessions/world-cafe/availability")["state"] == "open", seconds=30)

        def register(number: int) -> str:
            if number == 20:
                first.kill()
            library = {"name": "Springfield Public Library", "type": "public"}
            email = f"person-{number}@library.example"
            body = {"session": "world-cafe", "email": email, "name": "Ada Lovelace", "library": library}
            return call(api, "/registrations", body)["status"]

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(register, range(40)))

        assert made == ["confirmed"] * 40
        eventually(lambda: seats_in_catalog(known["catalog"]["DATABASE_URL"]) == 40, seconds=30)
        assert [process.stop() for process in (second, api, catalog)] == [0, 0, 0]
