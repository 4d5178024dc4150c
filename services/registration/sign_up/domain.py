"""What forms wish, as the domain takes it, and carried out: by the door of programs as by that of people."""

from datetime import timedelta
from typing import Any, cast

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.registration.corrections import domain as corrections
from services.registration.groups import domain as groups
from services.registration.groups.queries import Group
from services.registration.invitations import domain as invitations
from services.registration.learners import access
from services.registration.registrations import domain as registrations
from services.registration.registrations.applications import as_applicant
from services.registration.registrations.domain import Made
from services.registration.seats.placement_queries import Applicant
from services.registration.settings import RegistrationSettings
from shared import runtime
from shared.conflict_retry import retry_on_conflict
from shared.email_addresses import fold_email
from shared.errors import Invalid
from shared.events.registration import Person
from shared.http import auth, request_limits
from shared.rate_limits import Charge, try_consume

REMINDED_SECONDS = 3600
ON_ITS_WAY = timedelta(minutes=10)


def register(wanted: dict[str, Any], *, slug: str) -> Made:
    """Register somebody for a session, and pass on that they want the newsletter. Raises what registering raises."""
    applicant, code = as_applicant(wanted), wanted["invitation"]

    def take(conn: Connection) -> Made:
        made = invitations.register(conn, slug=slug, applicant=applicant, code=code)
        if wanted["newsletter"]:
            registrations.request_newsletter(conn, made)
        _remind(conn, [made])
        request_limits.consume(conn, charges(applicant.email, mails=made.new + wanted["newsletter"]))
        return made

    return retry_on_conflict(take)


def register_series(wanted: dict[str, Any], *, slug: str) -> list[Made]:
    """Register somebody for every session of a series that is open now. Raises what registering raises."""
    applicant = as_applicant(wanted)

    def take(conn: Connection) -> list[Made]:
        made = registrations.register_series(conn, slug=slug, applicant=applicant)
        if wanted["newsletter"]:
            registrations.request_newsletter(conn, made[0])
        _remind(conn, made)
        request_limits.consume(
            conn, charges(applicant.email, mails=sum(one.new for one in made) + wanted["newsletter"])
        )
        return made

    return retry_on_conflict(take)


def register_group(wanted: dict[str, Any], *, slug: str) -> list[Made] | Group:
    """Register colleagues for a session, in their order; or, unless who asks is known to be their registrar, keep the
    request until the registrar confirms it. Raises what registering raises, naming whose it is.
    """
    registrar, library = wanted["registrar"], wanted["library"]
    by = Person(id=uuid7(), email=_at("registrar", registrar["email"]), name=registrar["name"])
    colleagues = [
        as_applicant({**one, "email": _at(f"people.{place}", one["email"]), "library": library})
        for place, one in enumerate(wanted["people"])
    ]
    if len({colleague.email for colleague in colleagues}) < len(colleagues):
        raise Invalid({"people": ["Two of them have the same address."]})
    if auth.has("registration:write") or access.is_signed_in_as(by.email):
        return retry_on_conflict(lambda conn: _register_group(conn, slug, by, colleagues))
    most = cast("RegistrationSettings", runtime.settings()).group_held_seats

    def keep(conn: Connection) -> Group:
        group = groups.request(conn, slug=slug, registrar=by, colleagues=colleagues, most_held=most)
        request_limits.consume_mails(conn, [by.email])
        return group

    return retry_on_conflict(keep)


def _register_group(conn: Connection, slug: str, by: Person, colleagues: list[Applicant]) -> list[Made]:
    made = registrations.register_group(conn, slug=slug, registrar=by, colleagues=colleagues)
    if not auth.has("registration:write"):
        request_limits.consume_mails(conn, [one.registration.email for one in made if one.new])
    return made


def _remind(conn: Connection, made: list[Made]) -> None:
    """Mail how it stands to the owner of what stood already, who may have lost the mail; once an hour, whoever asks,
    and not while the first one may be on its way.
    """
    late = runtime.current().clock.now() - ON_ITS_WAY
    for one in made:
        email = one.registration.email
        if one.new or one.registration.registered_at > late or access.is_signed_in_as(email):
            continue
        once = Charge("reminded", str(one.registration.id), 1, REMINDED_SECONDS, request_limits.MAILBOX_REFUSAL)
        if try_consume(conn, [once, *request_limits.mail_charges([email])]):
            corrections.remind(conn, one.registration)


def charges(email: str, *, mails: int) -> list[Charge]:
    """What mails to somebody who registers count as: nothing where they are signed in with this address."""
    return [] if not mails or access.is_signed_in_as(email) else request_limits.mail_charges([email], mails=mails)


def _at(path: str, email: str) -> str:
    """The folded address; where it is none, the refusal says which of the form's it is."""
    try:
        return fold_email(email)
    except Invalid as error:
        raise Invalid({f"{path}.{name}": said for name, said in error.errors.items()}) from None
