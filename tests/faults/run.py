"""One run: a system is started, loaded and broken, left to come to rest, and checked."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy import packages
from deploy.demo.mirror import Mirror
from deploy.demo.site import Site
from deploy.native import accounts, binaries
from deploy.native.commands import INSTANCES
from deploy.native.services import SERVICES
from tests.faults import checker, world
from tests.faults.checker.evidence import Evidence, collect
from tests.faults.checker.violation import Violation
from tests.faults.client import Client
from tests.faults.disk import may_mount, small_disk
from tests.faults.history import History
from tests.faults.injections import messages
from tests.faults.load import CATALOG, Load
from tests.faults.mailsink import MailSink
from tests.faults.nemesis import Nemesis, Outcome
from tests.faults.plan import Step
from tests.faults.proxy import Proxies
from tests.faults.quiet import wait_quiet
from tests.faults.site import FaultSite

Say = Callable[[str], None]
WARM_UP = 4.0  # seconds of load before the first fault
DISK_MEGABYTES = 1536  # PostgreSQL's log alone grows to a gibibyte
RECORDS = INSTANCES / "faults-record"


@dataclass
class Result:
    """What came of a run; `record` is the folder with everything that was written down."""

    outcomes: list[Outcome]
    evidence: Evidence
    violations: list[Violation]
    history: History
    record: Path
    seconds: float = 0.0

    @property
    def injected(self) -> int:
        return sum(len(outcome.begun) for outcome in self.outcomes)


def play(
    steps: Sequence[Step], *, seed: int, minutes: float, say: Say, bug: str | None = None, patience: float = 240
) -> Result:
    """Carry out `steps` for at most so many `minutes`, under load, and check what came of it. With a `bug` of
    `tests.faults.seeded` in every process, where one is named.
    """
    began = time.monotonic()
    shutil.rmtree(RECORDS, ignore_errors=True)
    RECORDS.mkdir(parents=True)
    history = History(RECORDS / "history.jsonl")
    packages.install(binaries.missing_packages(), services=binaries.SERVICES)
    with (
        closing(history),
        MailSink() as sink,
        Proxies() as proxies,
        started(INSTANCES / "faults", sink, proxies, bug=bug) as site,
    ):
        say(f"a system of its own runs at {site.origin()}")
        try:
            result = _play(site, steps, history, seed=seed, minutes=minutes, say=say, patience=patience)
        finally:
            _keep_logs(site)
    result.seconds = time.monotonic() - began
    return result


@contextmanager
def started(folder: Path, sink: MailSink, proxies: Proxies, *, bug: str | None = None) -> Iterator[FaultSite]:
    """A system in `folder` that runs until the block ends; its database on a disk of its own, where root may make
    one.
    """
    site = FaultSite(folder, sink, proxies, bug=bug)
    site.remove()
    with ExitStack() as parts:
        parts.callback(site.remove)
        if may_mount():
            place = accounts.database_folder(site.folder / "postgres")
            site.disk = parts.enter_context(small_disk(place, DISK_MEGABYTES, owner=accounts.database_account()))
        parts.callback(site.stop)
        site.start(sample=False)
        parts.callback(site.heal)
        yield site


def _play(
    site: FaultSite, steps: Sequence[Step], history: History, *, seed: int, minutes: float, say: Say, patience: float
) -> Result:
    messages.forget()
    client = Client(site.origin(), site.token(), history)
    publish(site)
    load = Load(client, site.sink, links_key=site.links_key(), seed=seed)
    mirror = Mirror(Site(dict.fromkeys(SERVICES, site.origin()), site.token()))
    load.start()
    following = threading.Thread(target=_follow, args=(mirror, load.stop), daemon=True)
    following.start()
    load.stop.wait(WARM_UP)
    nemesis = Nemesis(site, history, say)
    nemesis.carry_out(list(steps), until=time.monotonic() + minutes * 60)
    say("the load ends")
    load.finish()
    following.join(120)
    waiting = wait_quiet(site, patience=patience)
    mirror.follow()
    evidence = collect(
        site,
        history,
        waiting=waiting,
        mirror=mirror.differences(),
        nonsense=messages.nonsense(),
        unserved=nemesis.unserved(),
    )
    return Result(nemesis.outcomes, evidence, checker.check(evidence), history, RECORDS)


def publish(site: FaultSite) -> None:
    """The programme, known to every service."""
    call = Site(dict.fromkeys(SERVICES, site.origin()), site.token())
    call.act(f"{CATALOG}/imports", world.programme())
    waiting = wait_quiet(site, calm=0.0)
    if waiting:
        raise TimeoutError(f"the programme did not reach every service: {waiting}")


def _follow(mirror: Mirror, stop: threading.Event) -> None:
    """An outside site that asks for what changed every two seconds, as long as it is answered."""
    while not stop.wait(2.0):
        with suppress(httpx.HTTPError, AssertionError):
            mirror.follow()


def _keep_logs(site: FaultSite) -> None:
    with suppress(OSError):
        shutil.copytree(site.supervisor.logs, RECORDS / "logs", dirs_exist_ok=True)
