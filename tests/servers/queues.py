"""The broker's queues, seen and emptied by tests."""

import amqp

from tests.servers.engines import TESTER, Engines

QUEUES = ("catalog", "registration", "notifications", "unroutable", "dead")


def empty(engines: Engines, vhost: str) -> None:
    """Throw away every message that waits in `vhost`."""
    address, password = f"{engines.host}:{engines.amqp_port}", engines.secret(f"{TESTER}-broker-password")
    with (
        amqp.Connection(address, TESTER, password, virtual_host=vhost, connect_timeout=5) as connection,
        connection.channel() as channel,
    ):
        for queue in QUEUES:
            channel.queue_purge(queue)
