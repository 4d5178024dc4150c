"""The story in its steps. What each step must lead to is computed from the choices (`deploy.demo.choices`) and from
what callers were answered.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import yaml

from deploy.demo import choices, mailbox
from deploy.demo.choices import WEBINARS, WORKSHOP, WORLD_CAFE, Sizes
from deploy.demo.instances import Instance, Say
from deploy.demo.mailbox import Mailbox
from deploy.demo.people import Person, invent
from deploy.demo.site import Site
from deploy.demo.telling import wait_for

SAMPLE = Path(__file__).parent.parent / "sample"
CATALOG, REGISTRATION = "/catalog/v1", "/registration/v1"
AT_ONCE = 16
HEARTBEAT = timedelta(minutes=10)

T = TypeVar("T")
R = TypeVar("R")

WAITING = """
    SELECT (SELECT count(*) FROM catalog.outbox WHERE published_at IS NULL)
         + (SELECT count(*) FROM registration.outbox WHERE published_at IS NULL)
         + (SELECT count(*) FROM catalog.inbox WHERE status = 'pending')
         + (SELECT count(*) FROM registration.inbox WHERE status = 'pending')
         + (SELECT count(*) FROM notifications.inbox WHERE status = 'pending')
         + (SELECT count(*) FROM registration.outbox AS o WHERE NOT EXISTS (
                SELECT FROM notifications.inbox AS i WHERE i.event_id = o.event_id::text))
         + (SELECT count(*) FROM catalog.outbox AS o WHERE NOT EXISTS (
                SELECT FROM notifications.inbox AS i WHERE i.event_id = o.event_id::text)) AS events,
           (SELECT count(*) FROM notifications.messages WHERE state NOT IN ('sent', 'failed', 'superseded')) AS mails
"""


@dataclass
class Record:
    """What callers were answered: who got which seat, who gave up what, who saw and who accepted what."""

    status: dict[tuple[str, str], str] = field(default_factory=dict)
    position: dict[str, int] = field(default_factory=dict)
    seats_given_up: list[str] = field(default_factory=list)
    places_given_up: list[str] = field(default_factory=list)
    promoted: list[str] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    workshop: dict[str, str] = field(default_factory=dict)
    mirror: dict[tuple[str, str], Any] = field(default_factory=dict)
    entries: tuple[int, int] = (0, 0)
    turned_away: int = 0


class Story:
    """Plays the programme of 2016 to 2017 on a running system."""

    def __init__(self, instance: Instance, sizes: Sizes, say: Say) -> None:
        self.instance = instance
        self.sizes = sizes
        self.say = say
        self.site = Site(instance.origins(), instance.token())
        self.mails = Mailbox(instance.mail_address())
        self.people = invent(sizes.people)
        self.record = Record()
        self.cursor: str | None = None

    def announce(self) -> None:
        """15 December 2016: the programme is published as it is known that day."""
        self.instance.set_clock("2016-12-15T10:00:00-06:00")
        document = (SAMPLE / "ltc-models-for-change.yaml").read_bytes()
        report = self.site.upload(f"{CATALOG}/imports", document, "application/yaml")
        again = self.site.upload(f"{CATALOG}/imports", document, "application/yaml")
        total = sum(len(report[name]) for name in ("created", "changed", "unchanged"))
        self.say(f"catalog: took in {total} things from one document; again: {len(again['unchanged'])} unchanged")
        self.settle()

    def be_read(self) -> None:
        """A state library's site lists sessions, reads one, and begins to follow what changes."""
        found = self.site.get(f"{CATALOG}/sessions?library_type=public").raise_for_status()
        for session in found.json()["items"]:
            self.say(f"[cyan]{session['when']['label']}[/]: {session['title']} ({session['registration']['state']})")
        one = self.site.get(f"{CATALOG}/sessions/{WORLD_CAFE}")
        again = self.site.get(f"{CATALOG}/sessions/{WORLD_CAFE}", If_None_Match=one.headers["ETag"])
        self.say(f"reading one again with its ETag: {again.status_code}; a mirror took in {self.follow()} changes")

    def fill(self) -> None:
        """Everybody registers for the three webinars; one of them has few seats. The workers are killed, the broker
        restarted, meanwhile.
        """
        self.instance.set_clock("2017-01-10T09:00:00-06:00")
        part = _part(WORLD_CAFE, registration={"policy": "open", "capacity": self.sizes.webinar_seats})
        self.site.replace(f"{CATALOG}/sessions/{WORLD_CAFE}", part)
        self.settle()
        clicks = [
            (person, webinar)
            for person in self.people
            for webinar in WEBINARS
            for _ in range(2 if choices.clicks_twice(person) else 1)
        ]
        half = len(clicks) // 2
        self._register(clicks[:half])
        self.instance.kill_workers()
        self.say("[red]SIGKILL[/] to every worker, in the middle of it")
        self._register(clicks[half : half + half // 2])
        with ThreadPoolExecutor(1) as pool:
            restarting = pool.submit(self.instance.restart_broker)
            self._register(clicks[half + half // 2 :])
            restarting.result()
        self.say("[red]RabbitMQ was restarted[/] while people went on registering")
        again = [(person, webinar) for person in self.people for webinar in WEBINARS if choices.registers_again(person)]
        self._register(again)
        self.settle()
        self._give_up()
        self.settle()
        waiting = sum(status == "waitlisted" for status in self.record.status.values())
        self.say(f"registration: {len(self.record.status) - waiting} seats and {waiting} places in line were given out")
        self.say(
            f"{len(self.record.promoted)} moved up, in order, as {len(self.record.seats_given_up)} seats were given up"
        )

    def take_place(self) -> None:
        """One webinar moves; all are held; platforms report who came; recordings are published, and watched."""
        before = self._entries(self.mails.read_all())
        self.instance.set_clock("2017-03-01T09:00:00-06:00")
        times = {"starts_at": "2017-04-13T13:00:00", "ends_at": "2017-04-13T14:30:00", "timezone": "America/Chicago"}
        self.site.act(f"{CATALOG}/sessions/{WORLD_CAFE}/reschedule", times)
        self.settle()
        self._check_entries(before)
        for webinar, after in zip(WEBINARS, ("2017-03-09", "2017-04-13", "2017-05-01"), strict=True):
            self._hold(webinar, f"{after}T20:00:00-05:00")
        self.settle()
        self._watch()
        self.settle()

    def invite(self) -> None:
        """Who saw all three is invited to the workshop; they accept until it is full. The workers are killed
        meanwhile.
        """
        self.instance.set_clock("2017-05-15T09:00:00-05:00")
        workshop = yaml.safe_load((SAMPLE / "later" / "workshop-scheduled.yaml").read_text())
        [part] = [session for session in workshop["sessions"] if session["slug"] == WORKSHOP]
        part["registration"]["capacity"] = self.sizes.workshop_seats
        self.site.act(f"{CATALOG}/imports", _jsonable(workshop))
        self.settle()
        codes = mailbox.find(mailbox.INVITATION, self.mails.read_all())
        self.record.invited = set(codes)
        self.say(f"{len(codes)} people have seen all three webinars, and were invited")
        order = sorted(codes)
        half = len(order) // 2
        self._all_at_once(lambda email: self._accept(email, codes[email]), order[:half])
        self.instance.kill_workers()
        self.say("[red]SIGKILL[/] to every worker, in the middle of it")
        self._all_at_once(lambda email: self._accept(email, codes[email]), order[half:])
        self.settle()
        stranger = next(person for person in self.people if person.email not in codes)
        self.record.turned_away = self._apply(stranger, WORKSHOP).status_code
        seated = sum(status == "confirmed" for status in self.record.workshop.values())
        self.say(f"{seated} have a seat in the workshop, {len(order) - seated} wait; who saw only two is turned away")

    def settle(self) -> None:
        """Until every event has been relayed, received and handled, and every mail is out."""

        def settled() -> bool:
            [waiting] = self.instance.query(WAITING)
            return waiting == {"events": 0, "mails": 0}

        wait_for("all to be handled", settled, seconds=90, explain=lambda: self.instance.query(WAITING))

    def follow(self) -> int:
        """Let the mirror take in what changed since it was last looked at; how many changes that were."""
        taken = 0
        while True:
            after = f"?after={self.cursor}" if self.cursor else ""
            page = self.site.get(f"{CATALOG}/changes{after}").raise_for_status().json()
            for change in page["items"]:
                self.record.mirror[change["kind"], change["slug"]] = change["document"]
            taken += len(page["items"])
            self.cursor = page["last"]
            if page["next"] is None:
                return taken

    def _register(self, clicks: Iterable[tuple[Person, str]]) -> None:
        for (person, webinar), made in self._all_at_once(lambda click: self._apply(*click), list(clicks)):
            body = made.raise_for_status().json()
            if made.status_code == 201:
                self.record.status[person.email, webinar] = body["status"]
                if webinar == WORLD_CAFE and body["position"]:
                    self.record.position[person.email] = body["position"]

    def _apply(self, person: Person, session: str) -> httpx.Response:
        body = {"session": session, "email": person.email, "name": person.name, "library": person.library}
        return self.site.post(f"{REGISTRATION}/registrations", body)

    def _give_up(self) -> None:
        """Some give up their seat, some their place at the end of the line, by the link in their mail."""
        in_line = sorted(self.record.position, key=lambda email: self.record.position[email])
        seated = sorted(e for (e, w), s in self.record.status.items() if w == WORLD_CAFE and s == "confirmed")
        self.record.seats_given_up = seated[: self.sizes.seats_given_up]
        self.record.places_given_up = in_line[len(in_line) - self.sizes.places_given_up :]
        self.record.promoted = in_line[: self.sizes.seats_given_up]
        about = [mail for mail in self.mails.read_all() if "World Café" in mail.subject + mail.text]
        manage = mailbox.find(mailbox.MANAGE, about)
        for email in (*self.record.places_given_up, *self.record.seats_given_up):
            found = self.site.get(manage[email]).raise_for_status().json()
            assert found["session"] == WORLD_CAFE, "the link in the mail leads to another session"
            self.site.call("DELETE", manage[email]).raise_for_status()
        for email in self.record.promoted:
            self.record.status[email, WORLD_CAFE] = "confirmed"
        for email in (*self.record.places_given_up, *self.record.seats_given_up):
            self.record.status[email, WORLD_CAFE] = "cancelled"

    def _entries(self, mails: list[mailbox.Mail]) -> dict[str, mailbox.Entry]:
        """The latest calendar entry for the World Café of each person who has a seat in it."""
        seated = {
            email for (email, webinar), s in self.record.status.items() if (webinar, s) == (WORLD_CAFE, "confirmed")
        }
        mine = [mail for mail in mails if mail.to in seated and "World Café" in mail.subject]
        latest = {mail.to: mail for mail in mine}
        found = self._all_at_once(self.mails.calendar, list(latest.values()))
        return {mail.to: entry for mail, entry in found if entry}

    def _check_entries(self, before: dict[str, mailbox.Entry]) -> None:
        after = self._entries(self.mails.read_all())
        updated = [
            email
            for email, entry in after.items()
            if (entry.uid, entry.start[:10]) == (before[email].uid, "2017-04-13")
            and entry.sequence > before[email].sequence
        ]
        self.record.entries = (len(before), len(updated))
        self.say(f"notifications: {len(updated)} calendars moved the World Café to April 13: same UID, higher SEQUENCE")

    def _hold(self, webinar: str, moment: str) -> None:
        self.instance.set_clock(moment)
        path = f"{CATALOG}/sessions/{webinar}"
        wait_for(f"{webinar} to be held", lambda: self.site.get(path).json()["status"] == "held", seconds=30)
        self.settle()
        seated = [p for p in self.people if self.record.status[p.email, webinar] == "confirmed"]
        came = [person for person in seated if choices.comes(person, webinar)]
        path = f"{REGISTRATION}/sessions/{webinar}/attendance"
        applied = self.site.upload(path, _report(came), "text/csv")
        self.record.seen |= {(person.email, webinar) for person in came if choices.stays(person)}
        video = {"url": f"https://video.example.org/{webinar}", "duration": "PT1H30M", "captions": True}
        self.site.act(f"{CATALOG}/sessions/{webinar}/recording", video)
        self.say(
            f"{webinar}: {applied['matched']} came, {applied['unmatched']} strangers in the platform's report,"
            f" {applied['duplicates']} joined twice; its recording is out"
        )

    def _watch(self) -> None:
        """Who missed a webinar and likes to watches it, with a heartbeat every ten minutes of the programme's time."""
        tokens = mailbox.find(mailbox.LEARNER, self.mails.read_all())
        viewers = [
            (person, webinar)
            for person in self.people
            for webinar in WEBINARS
            if choices.watches_later(person) and (person.email, webinar) not in self.record.seen
        ]
        begin = datetime.fromisoformat("2017-05-03T10:00:00-05:00")
        for beat in range(10):
            self.instance.set_clock((begin + HEARTBEAT * beat).isoformat())
            body = {"position_seconds": 600 * beat, "duration_seconds": 5400}
            for (person, webinar), answer in self._all_at_once(
                lambda viewer, body=body: self.site.post(
                    f"{REGISTRATION}/sessions/{viewer[1]}/views?token={tokens[viewer[0].email]}", body
                ),
                viewers,
            ):
                if answer.raise_for_status().json()["viewed"]:
                    self.record.seen.add((person.email, webinar))
        self.say(f"{len(viewers)} recordings were watched by those who had missed the webinar")

    def _accept(self, email: str, code: str) -> None:
        answer = self.site.post(f"{REGISTRATION}/invitations/{code.removesuffix('/accept')}/accept")
        self.record.workshop[email] = answer.raise_for_status().json()["status"]

    def _all_at_once(self, act: Callable[[T], R], items: list[T]) -> list[tuple[T, R]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(zip(items, pool.map(act, items), strict=True))


def _part(slug: str, **changes: Any) -> dict[str, Any]:
    """A session's part of the programme document, with some members changed."""
    document = yaml.safe_load((SAMPLE / "ltc-models-for-change.yaml").read_text())
    [part] = [session for session in document["sessions"] if session["slug"] == slug]
    merged = {name: {**part[name], **value} if isinstance(value, dict) else value for name, value in changes.items()}
    return _jsonable({**part, **merged})


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _jsonable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_jsonable(inner) for inner in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _report(came: list[Person]) -> bytes:
    """A platform's report: some joined twice, some left at once, a stranger came by."""
    lines = ["Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"]
    for person in came:
        if not choices.stays(person):
            lines.append(f"{person.name},{person.email},13:00,13:05,5,No")
        elif person.number % 9 == 0:
            lines.append(f"{person.name},{person.email.upper()},13:00,13:30,30,No")
            lines.append(f"{person.name},{person.email},13:35,14:30,55,No")
        else:
            lines.append(f"{person.name},{person.email},13:00,14:30,90,No")
    lines.append("Somebody Else,stranger@elsewhere.example,13:00,14:30,90,Yes")
    return ("\n".join(lines) + "\n").encode()
