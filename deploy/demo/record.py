"""A record of what people did and were answered; every expected result is computed from it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.demo.plan import SERIES, WEBINARS, WORKSHOP, WORLD_CAFE

# An email that is due: its recipient, its kind, and its session or certificate, or an empty text.
Due = tuple[str, str, str]


@dataclass
class Record:
    """People by their addresses. `answers` holds the status that each was given by the first answer, by person and
    session; `position` the places in each session's line; `reports` what platforms' reports held and what
    registration found in them. `gave_up` are seats in the workshop; `offered` are those who were offered these, in
    order, and `lapsed` is who did not answer. `titles` are of sessions and the series. `readers` got the newsletter,
    and `left` it then.
    """

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    position: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    seats_given_up: list[str] = field(default_factory=list)
    places_given_up: list[str] = field(default_factory=list)
    attended: set[tuple[str, str]] = field(default_factory=set)
    watched: set[tuple[str, str]] = field(default_factory=set)
    reports: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)
    refusal: str | None = None
    gave_up: set[tuple[str, str]] = field(default_factory=set)
    offered: list[str] = field(default_factory=list)
    lapsed: str | None = None
    late_answer: str | None = None
    came_to_workshop: set[str] = field(default_factory=set)
    titles: dict[str, str] = field(default_factory=dict)
    certificate_stands: bool = False
    asked_to_confirm: list[str] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    report: dict[str, int] = field(default_factory=dict)
    report_by_type: Counter[str] = field(default_factory=Counter)

    def note(self, email: str, session: str, status: str, position: int | None) -> None:
        """Keep what somebody was answered first."""
        self.answers[email, session] = status
        if position:
            self.position[session][email] = position

    def line(self, session: str) -> list[str]:
        """Everybody who was ever in line for a session, in the order in which they came."""
        places = self.position[session]
        return sorted(places, key=lambda email: places[email])

    @property
    def promoted(self) -> list[str]:
        """Return the people promoted in the World Café: the first in line, one for each seat given up."""
        return self.line(WORLD_CAFE)[: len(self.seats_given_up)]

    @property
    def accepted(self) -> list[str]:
        """Return the people who accepted an offered seat in the workshop."""
        return [email for email in self.offered if email != self.lapsed]

    @property
    def still_in_line(self) -> list[str]:
        """Return the World Café's waiting list at the end, in order."""
        gone = {*self.promoted, *self.places_given_up}
        return [email for email in self.line(WORLD_CAFE) if email not in gone]

    @property
    def statuses(self) -> dict[tuple[str, str], str]:
        """Return the expected status of each registration, by person and session."""
        given_up = [*self.seats_given_up, *self.places_given_up]
        return {
            **self.answers,
            **{(email, WORLD_CAFE): "confirmed" for email in self.promoted},
            **{(email, WORLD_CAFE): "cancelled" for email in given_up},
            **dict.fromkeys(self.gave_up, "cancelled"),
            **{(email, WORKSHOP): "cancelled" if email == self.lapsed else "confirmed" for email in self.offered},
        }

    def seated(self, session: str) -> list[str]:
        """Return the people who must have a seat."""
        return [email for (email, slug), status in self.statuses.items() if (slug, status) == (session, "confirmed")]

    def waiting(self, session: str) -> list[str]:
        """Return the people who must be on the waiting list."""
        return [email for (email, slug), status in self.statuses.items() if (slug, status) == (session, "waitlisted")]

    def seen(self, email: str) -> int:
        """Return how many of the three webinars a person saw, live or recorded."""
        return sum((email, webinar) in self.attended | self.watched for webinar in WEBINARS)

    def left_to_see(self, email: str) -> str | None:
        """Which webinar was the last one left to somebody once they had seen two: all who come are reported first, and
        then recordings are watched, each webinar after the other. None where they never saw two.
        """
        ways = (self.attended, self.watched)
        seen = [webinar for way in ways for webinar in WEBINARS if (email, webinar) in way]
        left = set(WEBINARS) - set(seen[: len(WEBINARS) - 1])
        return left.pop() if len(left) == 1 else None

    def complete(self, emails: Iterable[str]) -> set[str]:
        """Those who saw all three, and so must be invited to the workshop."""
        return {email for email in emails if self.seen(email) == len(WEBINARS)}

    def certificates(self, emails: Iterable[str]) -> Counter[tuple[str, str]]:
        """Count the certificates due, by person and title: one for each session attended, and one for the series."""
        return Counter(
            [
                *((email, self.titles[webinar]) for email, webinar in self.attended),
                *((email, self.titles[WORKSHOP]) for email in self.came_to_workshop),
                *((email, self.titles[SERIES]) for email in self.complete(emails) if SERIES in self.titles),
            ]
        )

    def mails_due(self, emails: Iterable[str]) -> Counter[Due]:
        """Each mail that must have come, exactly once."""
        emails = list(emails)
        first = [(email, f"registration-{status}", slug) for (email, slug), status in self.answers.items()]
        given_up = [*self.seats_given_up, *self.places_given_up]
        return Counter(
            [
                *first,
                *((email, "registration-promoted", WORLD_CAFE) for email in self.promoted),
                *((email, "registration-cancelled", WORLD_CAFE) for email in given_up),
                *((email, "session-full", slug) for (email, slug), at in self.statuses.items() if at == "waitlisted"),
                *((email, "session-rescheduled", WORLD_CAFE) for email in self.seated(WORLD_CAFE)),
                *((email, "recording-published", webinar) for webinar in WEBINARS for email in self.seated(webinar)),
                *((email, "series-progress", left) for email in emails if (left := self.left_to_see(email))),
                *((email, "invitation-issued", WORKSHOP) for email in self.complete(emails)),
                *((email, "registration-cancelled", session) for email, session in self.gave_up),
                *((email, "registration-offered", WORKSHOP) for email in self.offered),
                *((email, "registration-promoted", WORKSHOP) for email in self.accepted),
                *((email, "registration-cancelled", WORKSHOP) for email in self.offered if email == self.lapsed),
                *((email, "certificate-issued", title) for email, title in self.certificates(emails)),
                *((email, "subscription-requested", "") for email in self.asked_to_confirm),
                *((email, "newsletter", "") for email in self.readers),
                *((email, "subscription-ended", "") for email in self.left),
            ]
        )
