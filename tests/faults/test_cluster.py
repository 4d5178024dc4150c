"""Of three RabbitMQ nodes one is killed, one is cut off, and two are killed at once, while people register and staff
move a session: two nodes carry events on, one alone does not, and nothing is lost or done twice.
"""

import os
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from unittest.mock import patch

import pytest

from deploy import compose
from deploy.demo.instances import QUEUES, ComposeInstance
from deploy.demo.mailbox import Mailbox
from deploy.demo.plan import DIALOGUE, INTRODUCTION, WORLD_CAFE
from deploy.demo.results import SET_ASIDE
from deploy.demo.settling import settle
from deploy.demo.site import CATALOG, REGISTRATION, Site
from deploy.options import ROOT
from tests.faults.cluster import NODES, PATIENCE, Cluster
from tests.waiting import eventually

FILES = ("docker-compose.yml", "deploy/rabbitmq/cluster.yml")
# Of this clone: another's run is left alone, and what a killed run of this one left is removed.
PROJECT = f"convene-cluster-{zlib.crc32(bytes(ROOT)):x}"
HOURS = ("13:00:00", "14:00:00")
STAFF_EVERY = 5

REGISTERED = "SELECT id, email, session_slug AS session FROM registration.registration_details"
HEARD_OF = (
    "SELECT type FROM notifications.inbox WHERE aggregate = 'registration' AND subject = '{}' AND status = 'done'"
)
UNTOLD = "SELECT type FROM registration.outbox WHERE subject = '{}' AND published_at IS NULL"
MAILS = "SELECT id, state, subject AS registration, kind FROM notifications.messages"

pytestmark = [
    pytest.mark.long,
    pytest.mark.faults,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not compose.engine_answers(), reason="no Docker engine answers"),
]


@dataclass
class Load:
    """Who registered for what, by the id that was answered, and where staff last moved a session to."""

    site: Site
    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    moved_to: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def register(self) -> None:
        """One more person registers."""
        number = next(self.numbers)
        email, session = f"reader-{number}@library.example", (INTRODUCTION, WORLD_CAFE)[number % 2]
        library = {"name": "Springfield Public Library", "type": "public"}
        body = {"email": email, "name": f"Reader {number}", "library": library, "session": session}
        made = self.site.post(f"{REGISTRATION}/registrations", body).raise_for_status().json()
        self.acknowledged[made["id"]] = email, session

    def move(self) -> None:
        """Staff move a session that nobody registers for, so that this makes events and no mails."""
        hour = HOURS[self.moved_to == HOURS[0]]
        times = {"starts_at": f"2017-05-04T{hour}", "ends_at": "2017-05-04T15:30:00", "timezone": "America/Chicago"}
        self.site.act(f"{CATALOG}/sessions/{DIALOGUE}/reschedule", times)
        self.moved_to = hour

    @contextmanager
    def offered(self) -> Iterator[None]:
        """One call after the other within this block, which raises what any of them was answered amiss."""
        enough, failures = threading.Event(), []

        def call() -> None:
            try:
                while not enough.wait(0.1):
                    if len(self.acknowledged) % STAFF_EVERY == 0:
                        self.move()
                    self.register()
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()
        if failures:
            raise failures[0]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A system with three nodes whose queues have a member on each; nothing of it remains."""
    if not compose.images_can_be_had():
        pytest.skip("images of the system cannot be had")
    with patch.dict(os.environ, {"COMPOSE_FILE": ":".join(FILES)}):
        instance = ComposeInstance([], name=PROJECT)
        try:
            instance.start(print)
            cluster = Cluster(instance)
            cluster.wait_for_members(*NODES)
            yield cluster
        finally:
            instance.remove()


@pytest.fixture(scope="module")
def load(cluster: Cluster) -> Load:
    return Load(Site(cluster.instance.origins(), cluster.instance.token()))


def test_nothing_is_lost_when_the_node_that_leads_a_queue_is_killed(cluster: Cluster, load: Load) -> None:
    lost = cluster.leader("notifications")
    others = [node for node in NODES if node != lost]

    with load.offered():
        wait_until_heard(cluster, load)
        cluster.kill(lost)
        cluster.wait_for_members(*others)
        wait_until_heard(cluster, load)
        cluster.start(lost)
        cluster.wait_for_members(*NODES)

    check(cluster, load)


def test_nothing_is_lost_when_the_node_that_leads_a_queue_is_cut_off(cluster: Cluster, load: Load) -> None:
    lost = cluster.leader("registration")
    others = [node for node in NODES if node != lost]

    with load.offered():
        wait_until_heard(cluster, load)
        cluster.cut_off(lost)
        cluster.wait_for_members(*others)
        eventually(lambda: not cluster.serves(lost), seconds=PATIENCE)
        wait_until_heard(cluster, load)
        cluster.connect(lost)
        cluster.wait_for_members(*NODES)

    assert cluster.serves(lost)
    check(cluster, load)


def test_events_wait_while_one_node_is_left_and_go_on_with_two(cluster: Cluster, load: Load) -> None:
    lost = [node for node in NODES if node != cluster.leader("notifications")]
    [left] = set(NODES) - set(lost)

    with load.offered():
        wait_until_heard(cluster, load)
        for node in lost:
            cluster.kill(node)
        eventually(lambda: not cluster.serves(left), seconds=PATIENCE)
        made = wait_until_made(load)
        assert cluster.instance.query(UNTOLD.format(made))
        cluster.start(lost[0])
        cluster.wait_for_members(left, lost[0])
        wait_until_heard(cluster, load)
        cluster.start(lost[1])
        cluster.wait_for_members(*NODES)

    check(cluster, load)


def wait_until_made(load: Load) -> str:
    """Return when somebody has registered who does so from now on; what the registration's id is."""
    before = set(load.acknowledged)
    return eventually(lambda: next((one for one in list(load.acknowledged) if one not in before), ""), seconds=PATIENCE)


def wait_until_heard(cluster: Cluster, load: Load) -> None:
    """Return when notifications has handled that somebody registered who does so from now on."""
    query = HEARD_OF.format(wait_until_made(load))
    eventually(lambda: cluster.instance.query(query), seconds=PATIENCE)


def check(cluster: Cluster, load: Load) -> None:
    """What must hold of all that was acknowledged so far."""
    instance = cluster.instance
    settle(instance)

    found = {row["id"]: (row["email"], row["session"]) for row in instance.query(REGISTERED)}
    assert found == load.acknowledged
    assert len(set(found.values())) == len(found)
    shown = load.site.read(f"{CATALOG}/sessions/{DIALOGUE}")
    assert load.moved_to in shown["when"]["starts_at"]

    assert instance.query(SET_ASIDE) == [{"number": 0}]
    # What was handled but not acknowledged when a line broke comes again, and the broker counts every five seconds.
    eventually(lambda: waiting_in(cluster) == dict.fromkeys(QUEUES, 0), seconds=PATIENCE)

    mails = instance.query(MAILS)
    assert {mail["state"] for mail in mails} == {"sent"}
    assert Counter(mail["registration"] for mail in mails) == dict.fromkeys(load.acknowledged, 1)
    delivered = Counter(mail.message_id for mail in Mailbox(instance.mail_address()).read_all())
    assert delivered == {mail["id"]: 1 for mail in mails}


def waiting_in(cluster: Cluster) -> dict[str, int]:
    """How many messages are in each queue."""
    return {queue["name"]: queue["messages"] for queue in cluster.queues(NODES[0])}
