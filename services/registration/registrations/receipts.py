"""What the page after a form may tell: what became of the wish, and nothing of whom it was for. Whoever filled in the
form has not shown yet that the address is theirs; only the mail that goes there leads to the registration itself. Of
what stood already it tells neither which registration it is nor how it stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.registration.registrations.domain import Made
from shared import runtime, signed_links
from shared.errors import Gone, NotFound
from shared.signed_links import Ticket

# A registration that is new, or shown to the one whose it is; a session in which the address has one already. `s` is a
# registration that stood, as 0.1.0 writes it.
NEW, OWN, KNOWN = "n", "o", "k"
GOOD_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Receipt:
    """Registrations that may be told of, by whether they are new; sessions for which an address was registered."""

    registrations: dict[UUID, bool]
    known: list[UUID]


def address(made: Iterable[Made], *, reader: UUID | None) -> str:
    """Where it is told what became of these, to whom `reader` showed themselves to be, signed in or invited."""
    written = " ".join(_write(one, reader) for one in made)
    ticket = Ticket(written, ends_at=runtime.current().clock.now() + GOOD_FOR)
    return f"/registration/done?receipt={signed_links.issue(runtime.settings(), signed_links.RECEIPT, ticket)}"


def read(token: str) -> Receipt:
    """What a receipt is about. Raises NotFound, or Gone where it is too old."""
    ticket = signed_links.read(runtime.settings(), signed_links.RECEIPT, token)
    if ticket is None:
        raise NotFound("There is no such page; see the mail that we have sent you.")
    if ticket.ends_at and ticket.ends_at <= runtime.current().clock.now():
        raise Gone("This page is gone; see the mail that we have sent you.")
    entries = [(one[0], UUID(one[1:])) for one in ticket.subject.split()]
    return Receipt(
        {id: kind == NEW for kind, id in entries if kind in (NEW, OWN)}, [id for kind, id in entries if kind == KNOWN]
    )


def _write(one: Made, reader: UUID | None) -> str:
    if one.new:
        return f"{NEW}{one.registration.id.hex}"
    if one.registration.person_id == reader:
        return f"{OWN}{one.registration.id.hex}"
    return f"{KNOWN}{one.registration.session_id.hex}"
