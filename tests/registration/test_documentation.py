"""The examples of docs/registration.md do what they say, one after the other, against an api that runs."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy import token
from deploy.clock import set_clock
from services.registration.app import SERVICE
from services.registration.settings import RegistrationSettings
from shared import runtime
from shared.events.catalog import SeriesUpdated, SessionUpdated
from shared.events.envelope import Event, load, wrap
from tests.processes import Process, running
from tests.registration.samples import make_series, make_session
from tests.servers import databases
from tests.servers.engines import Engines
from tests.servers.slots import Slot

PAGE = (Path(__file__).parents[2] / "docs" / "registration.md").read_text()
EXAMPLES = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def origin(engines: Engines, slot: Slot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registration service that knows a series of two webinars, in January 2017."""
    name = slot.new_database_name()
    databases.clone(engines, name)
    clock = tmp_path_factory.mktemp("clock") / "clock"
    set_clock(clock, "2017-01-10T12:00:00-06:00")
    told = databases.service_environment(engines, "registration", database=name) | {"CLOCK_FILE": str(clock)}
    settings = RegistrationSettings(
        environment="development",
        database_url=told["DATABASE_URL"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="http://localhost:8080",
        jwks="none",
        links_key_file=Path(told["LINKS_KEY_FILE"]),
        badge_key_file=Path(told["BADGE_KEY_FILE"]),
        clock_file=clock,
    )
    present = runtime.build("registration", settings, "test", pool_size=1)
    present.database.open()
    sessions = [make_session(slug, series="large-urban-public") for slug in ("world-cafe", "dialogue-to-change")]
    with runtime.use(present), runtime.transaction() as conn:
        series = make_series([session.id for session in sessions])
        for event in (SeriesUpdated(series=series), *(SessionUpdated(session=session) for session in sessions)):
            _hear(conn, event)
    present.database.close()
    with running() as processes:
        process = Process("services.registration", "api", environment=told)
        processes.append(process)
        process.start().wait_ready("/registration/health/ready")
        yield f"http://localhost:{process.port}"
    databases.drop(engines, name)


def _hear(conn: object, event: Event) -> None:
    data, envelope = load(wrap(event, time=datetime.now(UTC))[1])
    for handler in SERVICE.event_handlers()[envelope.type]:
        handler(conn, [(data, envelope)])  # pyright: ignore[reportArgumentType]


def test_the_examples_run_in_their_order(origin: str, engines: Engines) -> None:
    environment = {**os.environ, "STAFF": token.sign(engines.secrets)}
    assert len(EXAMPLES) >= 10
    for example in EXAMPLES:
        text = example.replace("http://localhost:8080", origin)

        done = subprocess.run(
            ["bash", "-euc", text], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

        assert done.returncode == 0, (example, done.stderr)
        assert done.stdout.strip()
