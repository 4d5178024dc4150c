"""The examples of docs/catalog-api.md do what they say, against a catalog that runs."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.catalog.imports.domain import import_programme
from services.catalog.program_documents.text_formats import read_yaml
from services.catalog.settings import CatalogSettings
from shared import runtime
from tests.catalog.programs import sample
from tests.processes import Process, running
from tests.servers import databases
from tests.servers.engines import Engines
from tests.servers.slots import Slot

PAGE = (Path(__file__).parents[2] / "docs" / "catalog-api.md").read_text()
EXAMPLES = re.findall(r"```(sh|js|python)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def origin(engines: Engines, slot: Slot) -> Iterator[str]:
    """The address of a catalog with the real program."""
    name = slot.new_database_name()
    databases.clone(engines, name)
    environment = databases.service_environment(engines, "catalog", database=name)
    settings = CatalogSettings(
        environment="development",
        database_url=environment["DATABASE_URL"],
        broker_url="amqp://nobody@127.0.0.1:1/convene",
        public_url="http://localhost:8080",
        jwks="none",
    )
    present = runtime.build("catalog", settings, "test", pool_size=1)
    present.database.open()
    with runtime.use(present), runtime.transaction() as conn:
        import_programme(conn, read_yaml(sample().encode()), actor="test")
    present.database.close()
    with running() as processes:
        process = Process("services.catalog", "api", environment=environment)
        processes.append(process)
        process.start().wait_ready("/catalog/health/ready")
        yield f"http://localhost:{process.port}"
    databases.drop(engines, name)


def test_there_are_examples_of_every_kind() -> None:
    assert {kind for kind, _ in EXAMPLES} == {"sh", "js", "python"}
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(number: int, origin: str, tmp_path: Path) -> None:
    kind, text = EXAMPLES[number]
    text = text.replace("http://localhost:8080", origin)
    program = {"sh": ["bash", "-euc"], "js": ["node", "--input-type=module", "-e"], "python": [sys.executable, "-c"]}

    done = subprocess.run([*program[kind], text], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_mirror_has_what_the_catalog_has_and_goes_on_where_it_stopped(origin: str, tmp_path: Path) -> None:
    text = EXAMPLES[-1][1].replace("http://localhost:8080", origin)
    told = [
        subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]

    assert told[0] == told[1]
    assert int(told[0].split()[0]) > 20
