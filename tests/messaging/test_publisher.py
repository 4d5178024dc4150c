"""A publisher waits for a broker, and for none for ever."""

from pathlib import Path
from uuid import uuid4

import pytest

from shared.messaging import broker
from shared.messaging.outbox import Unpublished
from shared.messaging.publisher import Publisher
from tests.faults.proxy import Proxies
from tests.messaging.broker_settings import make_settings
from tests.servers.engines import Engines

# More than the buffers of both ends of a line hold.
NUMBER, SIZE = 400, 100_000


def test_a_broker_that_reads_no_more_is_given_up_in_time(engines: Engines, vhost: str, tmp_path: Path) -> None:
    """A broker without memory or disk does that: it reads nothing from publishers, and keeps their connections."""
    message = Unpublished(1, uuid4(), "registration.registration.confirmed", b"x" * SIZE)
    password = tmp_path / "password"
    password.write_text(engines.secret("registration-broker-password"))
    with Proxies() as proxies:
        line = proxies.add("broker", engines.amqp_port)
        settings = make_settings(f"amqp://registration@127.0.0.1:{line.port}/{vhost}", password)
        connection = broker.connect(settings, "test")
        # The bound that the product sets, a tenth of it so that the test need not wait for the whole.
        assert connection.transport_options
        connection.transport_options["write_timeout"] /= 10
        publisher = Publisher(connection)
        line.blackhole()

        with pytest.raises(broker.BROKER_ERRORS):
            publisher.send([message] * NUMBER)

        broker.abandon(connection)
