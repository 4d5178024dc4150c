"""A bench for messages: the probe as publisher (`catalog`) and as consumer (`registration`), with real servers
between.
"""

from collections.abc import Iterator

import pytest

from tests.messaging.bench import Bench
from tests.processes import running
from tests.servers.engines import Engines


@pytest.fixture
def bench(
    service_environments: dict[str, dict[str, str]], broker_urls: dict[str, str], engines: Engines
) -> Iterator[Bench]:
    """A bench on servers that stay up."""
    with running() as processes:
        bench = Bench(service_environments, processes, broker_urls["tester"], engines)
        yield bench
        for database in bench.opened:
            database.close()


@pytest.fixture
def fault_bench(fault_environments: dict[str, dict[str, str]], fault_engines: Engines) -> Iterator[Bench]:
    """A bench on servers that the test may stop and kill."""
    with running() as processes:
        yield Bench(fault_environments, processes, fault_engines.broker_url("convene"), fault_engines)
