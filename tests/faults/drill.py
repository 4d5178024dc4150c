"""Losing everything on purpose, and what of that which clients were told has to be there afterwards."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from deploy.backup.restoring import Backup
from deploy.native.services import CommandFailedError
from tests.faults import checker
from tests.faults.checker.evidence import Evidence, collect
from tests.faults.checker.violation import Violation
from tests.faults.client import Client
from tests.faults.history import History, Operation
from tests.faults.load import Load
from tests.faults.people import People
from tests.faults.quiet import wait_quiet
from tests.faults.site import FaultSite
from tests.waiting import eventually

LOADED = 8.0  # seconds of load before and after the moment that is restored


@dataclass
class Outcome:
    """`lost` are registrations that were acknowledged and are not there, `violations` all that should not be;
    `told` is what each service said of the restore, `settled` what was said of mails.
    """

    lost: list[Operation]
    violations: list[Violation]
    told: dict[str, Any]
    settled: dict[str, Any]


class Drill:
    """`site` is offered load, loses everything, is restored, and is offered load again; `folder` is for what is
    recorded. The same people go on.
    """

    def __init__(self, site: FaultSite, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.history = History(folder / "history.jsonl")
        self.people = People()
        self.client = Client(site.origin(), site.token(), self.history)

    @contextmanager
    def load(self, seed: int) -> Iterator[Callable[[], bool]]:
        """Load, for as long as the block lasts; what it is given lets a while of that pass."""
        load = Load(self.client, self.site.sink, links_key=self.site.links_key(), seed=seed)
        load.people = self.people
        load.start()
        try:
            yield lambda: load.stop.wait(LOADED)
        finally:
            load.finish()

    def read_secret(self, name: str) -> str:
        return (self.site.secrets / name).read_text().strip()

    def destroy(self) -> None:
        """End everything with no warning, and remove what database and broker had written."""
        self.site.supervisor.shutdown(killing=("engines:postgres", "engines:rabbitmq"))
        shutil.rmtree(self.site.postgres.folder.resolve() / "data")
        shutil.rmtree(self.site.folder / "rabbitmq")

    def restore(self, backup: Backup, moment: float) -> Outcome:
        """Bring everything back as it was at `moment` (seconds of the wall clock), go on for a while, and check."""
        told = {service: orjson.loads(text) for service, text in self.site.restore(backup).items()}
        restart = time.time()
        settled = self._settle_mails()
        with self.load(seed=2) as work:
            work()
        waiting = wait_quiet(self.site)
        evidence = collect(self.site, self.history, waiting=waiting)
        # Of what stood already nobody is told which registration it is.
        registered = [one for one in evidence.of("register") if one.acknowledged and "id" in one.answer]
        lost = [one for one in registered if one.answer["id"] not in evidence.registrations]
        return Outcome(lost, checker.check(_as_of(evidence, moment, restart)), told, settled)

    def _settle_mails(self) -> dict[str, Any]:
        """As an operator does who has the mail server's own log, which says everything until the system ended."""
        file = self.folder / "sent"
        file.write_text("".join(f"{mail.message_id}\n" for mail in self.site.sink.accepted()))

        def settled() -> dict[str, Any]:
            with suppress(CommandFailedError):
                run = self.site.services.run
                return orjson.loads(run("notifications", "settle-mails", "--sent", str(file), "--send-rest"))
            return {}

        return eventually(settled, seconds=60)


def _as_of(evidence: Evidence, moment: float, restart: float) -> Evidence:
    """What clients were told as far as it had to outlive the loss: of what they heard between these two moments
    nothing has to be there. Mails of that time may be of registrations that are lost.
    """
    known = {row["id"] for row in evidence.rows["messages"]}
    mails = [mail for mail in evidence.mails if mail.id in known or not moment <= mail.at.timestamp() <= restart]
    operations = [_unheard(one) if moment <= (one.ended or restart) <= restart else one for one in evidence.operations]
    return replace(evidence, operations=operations, mails=mails)


def _unheard(operation: Operation) -> Operation:
    return replace(operation, phase="invoke", answer={}, unknown=0)
