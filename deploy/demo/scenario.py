"""The scenario in its steps. What each step must lead to is computed from the choices (`deploy.demo.plan`) and from
what callers were answered: see `deploy.demo.record`.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import httpx

from deploy.demo import documents, mailbox, plan
from deploy.demo.instances import Instance, Say
from deploy.demo.mailbox import Mailbox
from deploy.demo.mirror import Mirror
from deploy.demo.people import Person, invent
from deploy.demo.plan import DIALOGUE, INTRODUCTION, SERIES, WEBINARS, WORKSHOP, WORLD_CAFE, Sizes
from deploy.demo.record import Record
from deploy.demo.settling import settle, wait_told_full
from deploy.demo.site import CATALOG, NOTIFICATIONS, REGISTRATION, Site
from deploy.demo.terminal import wait_for

AT_ONCE = 16
HEARTBEAT = timedelta(minutes=10)
RECORDING_SECONDS = 5400
ANNOUNCEMENT = "free-training-for-libraries"

T = TypeVar("T")
R = TypeVar("R")


class Scenario:
    """Plays the programme of 2016 to 2017 on a running system, until `deploy.demo.workshop.Workshop` goes on."""

    def __init__(self, instance: Instance, sizes: Sizes, say: Say) -> None:
        self.instance = instance
        self.sizes = sizes
        self.say = say
        self.site = Site(instance.origins(), instance.token())
        self.mails = Mailbox(instance.mail_address())
        self.mirror = Mirror(self.site)
        self.people = invent(sizes.people)
        self.record = Record()

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and act of each, in their order."""
        return [
            ("December 2016: the programme is announced", self.announce),
            ("An outside site reads the catalog", self.be_read),
            ("January 2017: library people register", self.fill),
            ("The newsletter goes out", self.write_to_readers),
            ("Spring 2017: a webinar moves, all are held, recorded and watched", self.take_place),
        ]

    def announce(self) -> None:
        """15 December 2016: the programme is published as it is known that day."""
        self.instance.set_clock("2016-12-15T10:00:00-06:00")
        content = documents.ANNOUNCEMENT.read_bytes()
        first, again = (self.site.upload(f"{CATALOG}/imports", content, "application/yaml") for _ in range(2))
        total = sum(len(first[name]) for name in ("created", "changed", "unchanged"))
        self.say(f"Staff hand in the programme as one document: {total} things are published.")
        self.say(
            f"They hand it in once more, by mistake: {len(again['unchanged'])} are unchanged, nothing else happens."
        )
        settle(self.instance)

    def be_read(self) -> None:
        """A state library's site lists sessions, reads one, and begins to follow what changes."""
        self.say("A state library shows on its own site what there is for public libraries:")
        for session in self.site.read(f"{CATALOG}/sessions?library_type=public")["items"]:
            state = session["registration"]["state"].replace("_", " ")
            self.say(f"   [cyan]{session['when']['label']}[/]: {session['title']} ({state})")
        one = self.site.get(f"{CATALOG}/sessions/{WORLD_CAFE}").raise_for_status()
        again = self.site.get(f"{CATALOG}/sessions/{WORLD_CAFE}", If_None_Match=one.headers["ETag"])
        assert again.status_code == 304, "what has not changed was sent again"
        self.say("It reads one session, and asks again later: 304, not changed, nothing is sent twice.")
        self.say(f"It begins to follow the changes: {self.mirror.follow()} so far.")

    def fill(self) -> None:
        """Everybody registers for the three webinars, some for the whole series in one form; one of them has few seats.
        The workers are killed, the broker restarted, meanwhile.
        """
        self.instance.set_clock("2017-01-10T09:00:00-06:00")
        self._limit_seats()
        clicks = [
            (person, wanted)
            for person in self.people
            for wanted in ((SERIES,) if plan.takes_the_series(person) else WEBINARS)
            for _ in range(2 if plan.clicks_twice(person) else 1)
        ]
        third = len(clicks) // 3
        self._register(clicks[:third])
        killed = self.meanwhile(self.instance.kill_workers, lambda: self._register(clicks[third : 2 * third]))
        self.say(f"[red]All {killed} workers were killed[/] (SIGKILL) and started again, while people registered.")
        self.meanwhile(self.instance.restart_broker, lambda: self._register(clicks[2 * third :]))
        self.say("[red]RabbitMQ was restarted[/], while people registered.")
        forgetful = [replace(p, email=p.email.upper()) for p in self.people if plan.registers_again(p)]
        self._register([(person, webinar) for person in forgetful for webinar in WEBINARS])
        settle(self.instance)
        line = len(self.record.position[WORLD_CAFE])
        self.say(f"{len(self.record.answers) - line} seats are taken; {line} people are in line for the World Café.")
        self._give_up()
        settle(self.instance)
        self.say(
            f"{len(self.record.seats_given_up)} give up their seat there, by the link in their mail: the first"
            f" {len(self.record.promoted)} in line move up. {len(self.record.places_given_up)} leave the line."
        )

    def write_to_readers(self) -> None:
        """Ask everyone who wanted the newsletter once; half of them confirm it.

        They get the issue that staff make of the announcement; one unsubscribes with one click.
        """
        self.instance.set_clock("2017-01-12T09:00:00-06:00")
        record = self.record
        links = mailbox.find(mailbox.CONFIRM, self.mails.read_all())
        record.asked_to_confirm = [person.email for person in self.people if plan.wants_the_newsletter(person)]
        record.readers = [person.email for person in self.people if plan.confirms_it(person)]
        self.all_at_once(lambda email: self._confirm(links[email]), record.readers)
        issue = self.site.act(f"{NOTIFICATIONS}/newsletters/announcements/{ANNOUNCEMENT}")
        path = f"{NOTIFICATIONS}/newsletters/{issue['id']}"
        self.site.act(f"{path}/schedule", {})
        wait_for("the issue to be sent", lambda: self.site.look(f"{path}/progress")["state"] == "sent", seconds=60)
        record.left = record.readers[:1]
        leave = mailbox.find(mailbox.LEAVE, self.mails.read_all())
        for email in record.left:
            self.site.call("POST", leave[email], data={"List-Unsubscribe": "One-Click"}).raise_for_status()
        settle(self.instance)
        self.say(
            f"{len(record.asked_to_confirm)} wanted the newsletter, {len(record.readers)} confirm it and get the issue"
            f" that staff make of the announcement; {len(record.left)} leaves with one click."
        )

    def _confirm(self, token: str) -> None:
        self.site.post(f"{NOTIFICATIONS}/subscriptions/confirm", {"token": token}).raise_for_status()

    def take_place(self) -> None:
        """One webinar moves; all are held; platforms report who came; recordings are published, and watched."""
        self.instance.set_clock("2017-03-01T09:00:00-06:00")
        times = {"starts_at": "2017-04-13T13:00:00", "ends_at": "2017-04-13T14:30:00", "timezone": "America/Chicago"}
        self.site.act(f"{CATALOG}/sessions/{WORLD_CAFE}/reschedule", times)
        settle(self.instance)
        self.say("The World Café moves by a week, to April 13: everyone with a seat gets an updated calendar entry.")
        self._hold(INTRODUCTION, "2017-03-09T20:00:00-06:00")
        self._hold(WORLD_CAFE, "2017-04-13T20:00:00-05:00")
        self._schedule_workshop()
        self._hold(DIALOGUE, "2017-05-01T20:00:00-05:00")
        settle(self.instance)
        self._watch()
        settle(self.instance)

    def _limit_seats(self) -> None:
        part = documents.session_of(documents.read(documents.ANNOUNCEMENT), WORLD_CAFE)
        part["registration"]["capacity"] = self.sizes.webinar_seats
        self.site.replace(f"{CATALOG}/sessions/{WORLD_CAFE}", part)
        settle(self.instance)
        self.say(f"The World Café is given {self.sizes.webinar_seats} seats for {len(self.people)} people.")

    def _register(self, clicks: Iterable[tuple[Person, str]]) -> None:
        for (person, _), made in self.all_at_once(lambda click: self.apply(*click), list(clicks)):
            self.note(person.email, made)

    def apply(self, person: Person, wanted: str) -> httpx.Response:
        """Register somebody for a session, or for the whole series."""
        wants = plan.wants_the_newsletter(person)
        body = {"email": person.email, "name": person.name, "library": person.library, "newsletter": wants}
        if wanted == SERIES:
            return self.site.post(f"{REGISTRATION}/series/{SERIES}/registrations", body)
        return self.site.post(f"{REGISTRATION}/registrations", {**body, "session": wanted})

    def note(self, email: str, made: httpx.Response) -> None:
        """Keep what somebody was answered; 201 is the first answer, 200 the registrations that stood already."""
        found = made.raise_for_status().json()
        if made.status_code == 201:
            for registration in found.get("items", [found]):
                # A stranger does not learn the status of an existing registration.
                if "status" in registration:
                    self.record.note(email, registration["session"], registration["status"], registration["position"])

    def _give_up(self) -> None:
        """Some give up their seat, some their place at the end of the line, by the link in their mail."""
        seated, line = sorted(self.record.seated(WORLD_CAFE)), self.record.line(WORLD_CAFE)
        about = [mail for mail in self.mails.read_all() if "World Café" in mail.subject]
        manage = mailbox.find(mailbox.MANAGE, about)
        leave, give = line[len(line) - self.sizes.places_given_up :], seated[: self.sizes.seats_given_up]
        for email in (*leave, *give):
            link = mailbox.for_programs(manage[email])
            assert self.site.read(link)["session"] == WORLD_CAFE, "the link leads to another session"
            self.site.call("DELETE", link).raise_for_status()
        series = sum(plan.takes_the_series(person) for person in self.people)
        self.say(f"{series} of the {len(self.people)} people took the whole series in one form.")
        self.record.places_given_up, self.record.seats_given_up = leave, give

    def _hold(self, webinar: str, moment: str) -> None:
        """The clock passes a webinar; its platform's report comes, twice; its recording is published."""
        self.instance.set_clock(moment)
        session = f"{CATALOG}/sessions/{webinar}"
        wait_for(f"{webinar} to be held", lambda: self.site.read(session)["status"] == "held", seconds=30)
        wait_told_full(self.instance, webinar, len(self.record.waiting(webinar)))
        settle(self.instance)
        seated = set(self.record.seated(webinar))
        came = [person for person in self.people if person.email in seated and plan.comes(person, webinar)]
        report, held = documents.attendance_report(came)
        first, again = (self._hand_in_report(webinar, report) for _ in range(2))
        assert again["changed"] == 0, "a report that came twice counted twice"
        self.record.reports.append((held, {name: first[name] for name in held}))
        self.record.attended |= {(person.email, webinar) for person in came if plan.stays(person)}
        video = {"url": f"https://video.example.org/{webinar}", "duration": "PT1H30M", "captions": True}
        self.site.act(f"{session}/recording", video)
        title = self.record.titles[webinar] = self.site.read(session)["title"]
        self.say(f"{title} is held: {first['matched']} of {len(seated)} came; its recording is published.")

    def _schedule_workshop(self) -> None:
        document = documents.read(documents.WORKSHOP_SCHEDULED)
        workshop = documents.session_of(document, WORKSHOP)
        workshop["registration"]["capacity"] = self.sizes.workshop_seats
        self.site.act(f"{CATALOG}/imports", document)
        self.say(f"The workshop has its day, June 23, and {self.sizes.workshop_seats} seats, by invitation only.")

    def _hand_in_report(self, webinar: str, report: bytes) -> dict[str, int]:
        return self.site.upload(f"{REGISTRATION}/sessions/{webinar}/attendance", report, "text/csv")

    def _watch(self) -> None:
        """Let people who missed a webinar watch it, one webinar a day, by the link in their email."""
        tokens = mailbox.find_watching(self.mails.read_all())
        for day, webinar in enumerate(WEBINARS, start=3):
            viewers = [
                (person.email, webinar)
                for person in self.people
                if plan.watches_later(person)
                and (person.email, webinar) not in self.record.attended
                and (person.email, webinar) in tokens
            ]
            self._watch_one(viewers, tokens, begin=datetime.fromisoformat(f"2017-05-{day:02}T10:00:00-05:00"))
            self.record.watched |= set(viewers)
        watched = len(self.record.watched)
        self.say(f"{watched} recordings are watched by people who missed the webinar, by the link in their mail.")

    def _watch_one(
        self, viewers: list[tuple[str, str]], tokens: dict[tuple[str, str], str], *, begin: datetime
    ) -> None:
        """All of them watch, with a heartbeat every ten minutes of the programme's time; what comes of it is waited
        for, since what somebody sees next decides what the mail about the last one left would say.
        """
        for position in range(0, RECORDING_SECONDS + 1, int(HEARTBEAT.total_seconds())):
            self.instance.set_clock((begin + timedelta(seconds=position)).isoformat())
            beat = {"position_seconds": position, "duration_seconds": RECORDING_SECONDS}
            self.all_at_once(lambda viewer, beat=beat: self._send_heartbeat(*viewer, tokens, beat), viewers)
        settle(self.instance)

    def _send_heartbeat(
        self, email: str, webinar: str, tokens: dict[tuple[str, str], str], beat: dict[str, int]
    ) -> None:
        path = f"{REGISTRATION}/sessions/{webinar}/views?token={tokens[email, webinar]}"
        self.site.post(path, beat).raise_for_status()

    def meanwhile(self, disturb: Callable[[], R], act: Callable[[], None]) -> R:
        """Do both at once; what came of `disturb`."""
        with ThreadPoolExecutor(1) as pool:
            disturbing = pool.submit(disturb)
            act()
            return disturbing.result()

    def all_at_once(self, act: Callable[[T], R], items: list[T]) -> list[tuple[T, R]]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(zip(items, pool.map(act, items), strict=True))
