"""The work that each service did, counted in its own tables."""

from collections import Counter
from dataclasses import dataclass

from deploy.demo.instances import SERVICES, Instance

EVENTS = """
    SELECT 'catalog' AS service,
           (SELECT count(*) FROM catalog.outbox WHERE published_at IS NOT NULL) AS told,
           (SELECT count(*) FROM catalog.inbox WHERE status = 'done') AS handled
     UNION ALL
    SELECT 'registration',
           (SELECT count(*) FROM registration.outbox WHERE published_at IS NOT NULL),
           (SELECT count(*) FROM registration.inbox WHERE status = 'done')
     UNION ALL
    SELECT 'notifications',
           (SELECT count(*) FROM notifications.outbox WHERE published_at IS NOT NULL),
           (SELECT count(*) FROM notifications.inbox WHERE status = 'done')
"""
MAILS = "SELECT kind, count(*) AS number FROM notifications.messages WHERE state = 'sent' GROUP BY kind"

# A summary of each kind of email.
SAYINGS = {
    "registration-confirmed": "you have a seat",
    "registration-waitlisted": "you are in line",
    "registration-offered": "a seat is kept for you",
    "registration-promoted": "you moved up",
    "registration-cancelled": "you gave up",
    "session-full": "it was full to the end",
    "session-rescheduled": "the webinar has moved",
    "recording-published": "the recording is there",
    "series-progress": "one more to go",
    "invitation-issued": "you are invited",
    "certificate-issued": "your certificate",
    "subscription-requested": "do you want the newsletter?",
    "newsletter": "the newsletter",
    "subscription-ended": "you have left it",
}


@dataclass(frozen=True)
class Work:
    """Events that each service told and handled, and mails sent by kind, until now."""

    told: Counter[str]
    handled: Counter[str]
    mails: Counter[str]

    def since(self, earlier: "Work") -> "Work":
        """Return the work done after `earlier`."""
        return Work(self.told - earlier.told, self.handled - earlier.handled, self.mails - earlier.mails)

    def describe(self) -> list[str]:
        """A sentence for each service."""
        return [f"{service:<14} {self._describe(service)}" for service in SERVICES]

    def _describe(self, service: str) -> str:
        events = f"events: {self.handled[service]:,} handled, {self.told[service]:,} told"
        return f"{events}; mails sent: {self._describe_mails()}" if service == "notifications" else events

    def _describe_mails(self) -> str:
        kinds = ", ".join(f"{number:,} “{SAYINGS.get(kind, kind)}”" for kind, number in self.mails.most_common())
        return f"{self.mails.total():,} ({kinds})" if kinds else "none"


NOTHING = Work(Counter(), Counter(), Counter())


def count(instance: Instance) -> Work:
    """Return the work done until now."""
    events, mails = instance.query(EVENTS), instance.query(MAILS)
    return Work(
        told=Counter({row["service"]: row["told"] for row in events}),
        handled=Counter({row["service"]: row["handled"] for row in events}),
        mails=Counter({row["kind"]: row["number"] for row in mails}),
    )
