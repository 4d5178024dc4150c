"""Faults: each knows how it begins and how it ends, and nothing of when."""

from tests.faults.injections import broker, clocks, database, deployment, mail, messages, network, processes
from tests.faults.injections.injection import Injection

EVERY: tuple[Injection, ...] = (
    *processes.INJECTIONS,
    *broker.INJECTIONS,
    *database.INJECTIONS,
    *network.INJECTIONS,
    *mail.INJECTIONS,
    *messages.INJECTIONS,
    *clocks.INJECTIONS,
    *deployment.INJECTIONS,
)
