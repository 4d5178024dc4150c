"""Last steps of the scenario: invitations to the workshop, its seats, and what remains of the series."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from deploy.demo import mailbox
from deploy.demo.plan import INITIATIVE, SERIES, WEBINARS, WORKSHOP
from deploy.demo.scenario import Scenario
from deploy.demo.settling import settle, wait_told_full
from deploy.demo.site import CATALOG, REGISTRATION
from deploy.demo.terminal import wait_for

OFFER_HOURS = 48
CERTIFICATES = "SELECT count(*) AS number FROM registration.certificates"


class Workshop:
    """Plays them for a scenario that has come so far."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.site, self.record, self.say = scenario.site, scenario.record, scenario.say

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and act of each, in their order."""
        return [
            ("May 2017: who has seen all three comes to the workshop, while seats last", self.invite),
            ("June 2017: a seat that becomes free is offered, and passes on where nobody accepts it", self.offer),
            ("23 June 2017: the workshop is held, and certificates are given", self.hold),
            ("The grant is reported on", self.report),
        ]

    def invite(self) -> None:
        """Let those invited, having seen all three, accept until the workshop is full.

        The workers are killed meanwhile.
        """
        self.scenario.instance.set_clock("2017-05-15T09:00:00-05:00")
        codes = mailbox.find(mailbox.INVITATION, self.scenario.mails.read_all())
        self.say(f"{len(codes)} people who saw all three webinars have an invitation in their mail, and accept it.")
        order = sorted(codes)
        third = len(order) // 3
        self._accept(order[:third], codes)
        killed = self.scenario.meanwhile(
            self.scenario.instance.kill_workers, lambda: self._accept(order[third : 2 * third], codes)
        )
        self.say(f"[red]All {killed} workers were killed[/] (SIGKILL) and started again, while people accepted.")
        self._accept(order[2 * third :], codes)
        settle(self.scenario.instance)
        answers = [status for (_, slug), status in self.record.answers.items() if slug == WORKSHOP]
        self.say(
            f"{answers.count('confirmed')} have a seat; it is full, and {answers.count('waitlisted')} are in line."
        )
        self._turn_away()

    def offer(self) -> None:
        """Two give up their seats. The first in line accepts; the second does not, and the third is asked."""
        self.scenario.instance.set_clock("2017-06-01T09:00:00-05:00")
        self.site.replace(f"{REGISTRATION}/sessions/{WORKSHOP}/rules", {"offer_hours": OFFER_HOURS})
        givers = sorted(self.record.seated(WORKSHOP))[:2]
        first, second, third = self.record.line(WORKSHOP)[:3]
        manage = self._links(mailbox.MANAGE)
        for email in givers:
            self.site.call("DELETE", manage[email]).raise_for_status()
        settle(self.scenario.instance)
        offered = self._links(mailbox.OFFER)
        assert set(offered) == {first, second}, "the seats were offered to others than the first in line"
        self.site.post(offered[first]).raise_for_status()
        self.say(
            f"Two give up their seats, which are offered to the first two in line for {OFFER_HOURS} hours; one accepts."
        )
        self.scenario.instance.set_clock("2017-06-03T10:00:00-05:00")
        wait_for("the offer to pass on", lambda: third in self._links(mailbox.OFFER), seconds=30)
        late = self.site.post(offered[second])
        self.record.late_answer = f"{late.status_code} {late.json()['type'].rpartition(':')[2]}"
        self.site.post(self._links(mailbox.OFFER)[third]).raise_for_status()
        self.record.gave_up |= {(email, WORKSHOP) for email in givers}
        self.record.offered, self.record.lapsed = [first, second, third], second
        settle(self.scenario.instance)
        self.say("The other does not answer in time: the offer passes on to the third, who accepts.")

    def hold(self) -> None:
        """People are let in at the door by their codes, but for one who does not come; what is earned is certified."""
        self.scenario.instance.set_clock("2017-06-23T08:30:00-05:00")
        workshop, manage = f"{REGISTRATION}/sessions/{WORKSHOP}", self._links(mailbox.MANAGE)
        *came, _absent = sorted(self.record.seated(WORKSHOP))
        for email in came:
            code = self.site.read(manage[email])["code"]
            arrival = self.site.act(f"{workshop}/check-ins", {"code": code})
            assert arrival["checked_in"]["code"] == code, "somebody else was let in"
        self.record.came_to_workshop = set(came)
        self.scenario.instance.set_clock("2017-06-23T20:00:00-05:00")
        session = f"{CATALOG}/sessions/{WORKSHOP}"
        wait_for("the workshop to be held", lambda: self.site.read(session)["status"] == "held", seconds=30)
        self.record.titles |= {
            WORKSHOP: self.site.read(session)["title"],
            SERIES: self.site.read(f"{CATALOG}/series/{SERIES}")["title"],
        }
        wait_told_full(self.scenario.instance, WORKSHOP, len(self.record.waiting(WORKSHOP)))
        due = self.record.certificates(self._emails()).total()
        wait_for("the certificates", lambda: self._count(CERTIFICATES) >= due, seconds=30)
        settle(self.scenario.instance)
        self.say(
            f"{len(came)} are let in at the door, by the codes of their seats; {due} certificates are in the mail."
        )
        self._look_at_certificate()

    def report(self) -> None:
        """Staff count for the funder who took part, each person once."""
        report = self.site.look(f"{REGISTRATION}/reports/participation?by=library_type&initiative={INITIATIVE}")
        self.record.report = {name: number for name, number in report["total"].items() if name not in ("key", "label")}
        self.record.report_by_type = Counter({line["key"]: line["registered"] for line in report["items"]})
        told = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in self.record.report.items())
        self.say(f"People of the initiative, each counted once: {told}.")

    def _accept(self, emails: list[str], codes: dict[str, str]) -> None:
        def accept(email: str) -> httpx.Response:
            return self.site.post(f"{REGISTRATION}/invitations/{codes[email]}/accept")

        for email, made in self.scenario.all_at_once(accept, emails):
            self.scenario.note(email, made)

    def _turn_away(self) -> None:
        """Somebody who saw two of the three asks for a seat in the workshop."""
        person = next(one for one in self.scenario.people if self.record.seen(one.email) == len(WEBINARS) - 1)
        answer = self.scenario.apply(person, WORKSHOP)
        self.record.refusal = f"{answer.status_code} {answer.json()['type'].rpartition(':')[2]}"
        self.say("Somebody who saw two of the three was not invited, asks for a seat all the same, and is turned away.")

    def _look_at_certificate(self) -> None:
        """One that somebody has in their mail: as a badge, to print, and as what others verify it by."""
        links = mailbox.find(mailbox.CERTIFICATE, self.scenario.mails.read_all())
        email = sorted(self.record.came_to_workshop)[0]
        files = f"{REGISTRATION}/certificates/{links[email].rpartition('/')[2]}"
        badge = self.site.read(f"{files}.json")
        printed = self.site.get(f"{files}.pdf").raise_for_status()
        page = self.site.get(links[email], Accept="text/html").raise_for_status()
        self.record.certificate_stands = (
            "OpenBadgeCredential" in badge["type"]
            and bool(badge["proof"]["proofValue"])
            and printed.content.startswith(b"%PDF")
            and "This certificate is valid" in page.text
        )

    def _links(self, pattern: re.Pattern[str]) -> dict[str, str]:
        """Return the link in each person's latest email about the workshop, by address."""
        about = (mail for mail in self.scenario.mails.read_all() if "Dialogue & Deliberation for Large" in mail.subject)
        return {email: mailbox.for_programs(link) for email, link in mailbox.find(pattern, about).items()}

    def _emails(self) -> list[str]:
        return [person.email for person in self.scenario.people]

    def _count(self, sql: str) -> Any:
        return self.scenario.instance.query(sql)[0]["number"]
