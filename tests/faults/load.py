"""The load: people who register, give up, watch recordings and want the newsletter, and staff who change things.

Each of its threads is somebody with one thing to do after the other; what they do is drawn from the seed, when it is
answered is not.
"""

import re
import threading
from collections.abc import Callable
from random import Random
from typing import Any

from itsdangerous import URLSafeSerializer

from tests.faults import world
from tests.faults.client import Client
from tests.faults.history import Operation
from tests.faults.mailsink import Handed, MailSink
from tests.faults.people import LIBRARY, People, Person

CATALOG, REGISTRATION, NOTIFICATIONS = "/catalog/v1", "/registration/v1", "/notifications/v1"
REGISTRANTS, VIEWERS = 6, 3
PAUSE = 0.45  # seconds between two things that one of them does
WATCHED_HALF = 5.2  # seconds, in which half of a recording can be played at double speed, and more
CONFIRM = re.compile(r"/notifications/confirm\?token=([\w.-]+)")


class Load:
    """Offers load until `stop` is set; `links_key` signs what stands in people's mails."""

    def __init__(self, client: Client, sink: MailSink, *, links_key: str, seed: int) -> None:
        self.client = client
        self.sink = sink
        self.links_key = links_key
        self.seed = seed
        self.people = People()
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._held: list[Operation] = []  # registrations that somebody may still give up
        self._capacities = dict.fromkeys(world.HOT, world.SEATS)

    def start(self) -> None:
        roles: list[Callable[[Random], None]] = [self._register_somebody] * REGISTRANTS
        roles += [self._give_up, self._watch, self._be_staff, self._subscribe, self._be_forgotten]
        roles += [self._watch] * (VIEWERS - 1)
        for number, role in enumerate(roles):
            thread = threading.Thread(target=self._repeat, args=(role, Random(f"{self.seed}/{number}")), daemon=True)
            self.threads.append(thread)
            thread.start()

    def finish(self, seconds: float = 180) -> None:
        """Begin nothing new, and wait until what was begun is answered."""
        self.stop.set()
        for thread in self.threads:
            thread.join(seconds)

    def _repeat(self, role: Callable[[Random], None], random: Random) -> None:
        while not self.stop.is_set():
            role(random)
            self.stop.wait(PAUSE * random.uniform(0.6, 1.4))

    def _register_somebody(self, random: Random) -> None:
        """Mostly somebody new; now and then the same person twice, at once and under two keys."""
        session = random.choice(random.choices((world.CALM, world.HOT, world.MOVED), (10, 9, 1))[0])
        person = self.people.next()
        operation = self.register(person, session)
        if random.random() < 0.1:
            self.register(person, session)
        # Of what stood already a stranger is not told which registration it is.
        if operation.acknowledged and "id" in operation.answer:
            with self._lock:
                self._held.append(operation)

    def register(self, person: Person, session: str, *, newsletter: bool = False) -> Operation:
        operation = self.client.history.invoke("register", email=person.email, session=session, newsletter=newsletter)
        body = wish(person, session, newsletter=newsletter)
        self.client.act(operation, "POST", f"{REGISTRATION}/registrations", json=body)
        return operation

    def _give_up(self, random: Random) -> None:
        """Hot sessions first, so that people move up."""
        made = self._take_held(random)
        if made is None:
            return
        id = made.answer["id"]
        operation = self.client.history.invoke("cancel", id=id, email=made.wanted["email"])
        token = self.sign("registration", id)
        self.client.act(operation, "DELETE", f"{REGISTRATION}/registrations/{id}?token={token}")

    def _take_held(self, random: Random) -> Operation | None:
        with self._lock:
            hot = [made for made in self._held if made.wanted["session"] in world.HOT] or self._held
            if not hot:
                return None
            made = random.choice(hot)
            self._held.remove(made)
            return made

    def _watch(self, random: Random) -> None:
        person = self.people.next()
        if self.register(person, random.choice(world.CALM)).acknowledged:
            self.watch(person.email)

    def watch(self, email: str) -> None:
        """Somebody with a seat somewhere watches every recording of the series, which completes it."""
        person_id = self._person_id(email)
        if person_id is None:
            return
        for session in world.RECORDED:
            operation = self.client.history.invoke("watch", email=email, session=session)
            path = f"{REGISTRATION}/sessions/{session}/views?token={self.sign('learner', person_id)}"
            self._play(operation, path)

    def _play(self, operation: Operation, path: str) -> None:
        """Play it to its end, again until it counts: what a player tells while it cannot be heard is not counted."""
        for _ in range(4):
            for position in (0, world.RECORDING_SECONDS // 2, world.RECORDING_SECONDS):
                beat = {"position_seconds": position, "duration_seconds": world.RECORDING_SECONDS}
                told = self.client.act(operation, "POST", path, json=beat)
                if told is None or not told.is_success or told.json()["viewed"]:
                    return
                if self.stop.wait(WATCHED_HALF / 2):
                    return

    def _person_id(self, email: str) -> str | None:
        """As the page of what one takes part in knows it; staff look it up."""
        found = self.client.read(f"{REGISTRATION}/people/{email}", staff=True)
        return found.json()["person"][0]["id"] if found else None

    def _be_staff(self, random: Random) -> None:
        act = random.choice((self._change_capacity, self._change_capacity, self._reword, self._move))
        act(random)

    def _change_capacity(self, random: Random) -> None:
        session = random.choice(world.HOT)
        capacity = max(1, self._capacities[session] + random.choice((-2, 1, 3, 5)))
        part = world.session_part(session)
        part["registration"]["capacity"] = capacity
        if self._replace("capacity", session, part, capacity=capacity):
            self._capacities[session] = capacity

    def _reword(self, random: Random) -> None:
        """Several times, as people do who look at what they have written: so its events can overtake each other."""
        session = random.choice(world.CALM)
        for _ in range(4):
            part = world.session_part(session)
            part["summary"] = f"As staff say it for the {random.randrange(10_000)}th time."
            self._replace("reword", session, part)

    def _replace(self, kind: str, session: str, part: dict[str, Any], **wanted: Any) -> bool:
        """Put a new version in place of the one that stands; where that was done unheard, it is done again."""
        operation = self.client.history.invoke(kind, session=session, **wanted)
        path = f"{CATALOG}/sessions/{session}"
        for _ in range(60):
            current = self.client.read(path, staff=True)
            if current is not None:
                headers = {**self.client.staff, "If-Match": current.headers["ETag"]}
                answer = self.client.act(operation, "PUT", path, json=part, headers=headers)
                if answer is not None and answer.status_code != 412:
                    return answer.is_success
            if self.stop.wait(0.5):
                return False
        return False

    def _move(self, random: Random) -> None:
        session = random.choice(world.MOVED)
        day = 1 + random.randrange(28)
        times = {
            "starts_at": f"2037-05-{day:02}T13:00:00",
            "ends_at": f"2037-05-{day:02}T14:00:00",
            "timezone": "America/Chicago",
        }
        operation = self.client.history.invoke("move", session=session, day=day)
        path = f"{CATALOG}/sessions/{session}/reschedule"
        self.client.act(operation, "POST", path, json=times, headers=self.client.staff)

    def _subscribe(self, random: Random) -> None:
        """Somebody says in the form that they want the newsletter, and follows the link in the mail that asks."""
        person = self.people.next()
        if not self.register(person, random.choice(world.CALM), newsletter=True).acknowledged:
            return
        for _ in range(100):
            token = next(filter(None, map(_confirmation, self.sink.to(person.email))), None)
            if token:
                operation = self.client.history.invoke("confirm", email=person.email)
                path = f"{NOTIFICATIONS}/subscriptions/confirm"
                self.client.act(operation, "POST", path, json={"token": token})
                break
            if self.stop.wait(0.3):
                return
        self.stop.wait(2.0)

    def _be_forgotten(self, random: Random) -> None:
        person = self.people.next()
        if not self.register(person, random.choice(world.CALM)).acknowledged:
            return
        operation = self.client.history.invoke("erase", email=person.email)
        path = f"{REGISTRATION}/people/{person.email}"
        self.client.act(operation, "DELETE", path, headers=self.client.staff)
        self.stop.wait(4.0)

    def sign(self, purpose: str, subject: str) -> str:
        """A token as a mail carries it; see `shared.signed_links`."""
        return str(URLSafeSerializer(self.links_key, salt=f"convene.{purpose}").dumps(subject))


def wish(person: Person, session: str, *, newsletter: bool = False) -> dict[str, Any]:
    """What somebody who registers sends."""
    return {
        "session": session,
        "email": person.email,
        "name": person.name,
        "library": LIBRARY,
        "newsletter": newsletter,
    }


def _confirmation(handed: Handed) -> str | None:
    """The token of the link by which its reader confirms, where the mail has one."""
    text = handed.mail.get_body(("plain",))
    found = CONFIRM.search(text.get_content()) if text else None
    return found[1] if found else None
