"""What people did and were answered, from which everything that must have come of it is computed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.demo.choices import WEBINARS, WORKSHOP, WORLD_CAFE

Due = tuple[str, str, str]  # a mail that is due: to which address, of which kind, about which session


@dataclass
class Record:
    """People by their addresses. `answers` holds the status that each was given by the first answer, by person and
    session; `position` the place in the line for the World Café; `reports` what platforms' reports held and what
    registration found in them.
    """

    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    position: dict[str, int] = field(default_factory=dict)
    seats_given_up: list[str] = field(default_factory=list)
    places_given_up: list[str] = field(default_factory=list)
    attended: set[tuple[str, str]] = field(default_factory=set)
    watched: set[tuple[str, str]] = field(default_factory=set)
    reports: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)
    refusal: str | None = None

    @property
    def in_line(self) -> list[str]:
        """Everybody who was ever in line for the World Café, in the order in which they came."""
        return sorted(self.position, key=lambda email: self.position[email])

    @property
    def promoted(self) -> list[str]:
        """Who must have moved up: the first in line, one for each seat given up."""
        return self.in_line[: len(self.seats_given_up)]

    @property
    def still_in_line(self) -> list[str]:
        """Who must be in line for the World Café at the end, in order."""
        gone = {*self.promoted, *self.places_given_up}
        return [email for email in self.in_line if email not in gone]

    @property
    def statuses(self) -> dict[tuple[str, str], str]:
        """What must have become of each registration, by person and session."""
        given_up = [*self.seats_given_up, *self.places_given_up]
        return {
            **self.answers,
            **{(email, WORLD_CAFE): "confirmed" for email in self.promoted},
            **{(email, WORLD_CAFE): "cancelled" for email in given_up},
        }

    def seated(self, session: str) -> list[str]:
        """Who must have a seat."""
        return [email for (email, slug), status in self.statuses.items() if (slug, status) == (session, "confirmed")]

    def seen(self, email: str) -> int:
        """How many of the three webinars somebody saw, live or recorded."""
        return sum((email, webinar) in self.attended | self.watched for webinar in WEBINARS)

    def complete(self, emails: Iterable[str]) -> set[str]:
        """Those who saw all three, and so must be invited to the workshop."""
        return {email for email in emails if self.seen(email) == len(WEBINARS)}

    def mails_due(self, emails: Iterable[str]) -> Counter[Due]:
        """Each mail that must have come, exactly once."""
        first = [(email, f"registration-{status}", slug) for (email, slug), status in self.answers.items()]
        given_up = [*self.seats_given_up, *self.places_given_up]
        return Counter(
            [
                *first,
                *((email, "registration-promoted", WORLD_CAFE) for email in self.promoted),
                *((email, "registration-cancelled", WORLD_CAFE) for email in given_up),
                *((email, "session-rescheduled", WORLD_CAFE) for email in self.seated(WORLD_CAFE)),
                *((email, "recording-published", webinar) for webinar in WEBINARS for email in self.seated(webinar)),
                *((email, "invitation-issued", WORKSHOP) for email in self.complete(emails)),
            ]
        )
