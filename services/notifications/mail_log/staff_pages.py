"""The log of mails as pages: did she get it? And how the mail is doing on the whole."""

from uuid import UUID

from flask import Response

from services.notifications.mail_log import domain, queries
from services.notifications.mail_log.schemas import STATES, MessagesQuery
from services.notifications.messages.kinds import KINDS
from services.notifications.sending_pause.queries import select_pause
from shared.http.forms import Form
from shared.http.pages import Pages, parse_query, respond
from shared.http.pagination import decode_cursor, encode_cursor
from shared.http.responses import see_other
from shared.runtime import connection, settings, transaction

HOME = "/notifications/staff/messages"
pages = Pages("mail-log", url_prefix="/notifications/staff")

READ, WRITE = "notifications:read", "notifications:write"
# What can be sent again.
OVER = ("sent", "failed", "in_doubt")


@pages.get("/")
@pages.staff(READ)
def show_overview() -> Response:
    """How many mails are what, what waits the longest, and whether sending rests."""
    with connection() as conn:
        states = queries.count_states(conn, days=30)
        figures = queries.select_figures(conn)
        rest = select_pause(conn)
    return respond("staff/mail.html", states=states, figures=figures, rest=rest)


@pages.get("/messages")
@pages.staff(READ)
def list_messages() -> Response:
    """Every mail that was ever due, the newest first."""
    query = parse_query(MessagesQuery())
    limit, (before,) = query.pop("limit"), decode_cursor(query.pop("cursor"), int) or (None,)
    with connection() as conn:
        found = queries.select_messages(conn, before=before, limit=limit + 1, **query)
    more = encode_cursor(found[limit - 1]["position"]) if len(found) > limit else None
    return respond(
        "staff/messages.html",
        found=[domain.with_session(row) for row in found[:limit]],
        more=more,
        query=query,
        form=Form.of(query),
        kinds=[(name, name) for name in KINDS],
        states=[(name, name.replace("_", " ").capitalize()) for name in STATES],
    )


@pages.get("/messages/<uuid:id>")
@pages.staff(READ)
def show_message(id: UUID) -> Response:
    """One mail: to whom, why, what became of it, and how it reads."""
    with transaction() as conn:
        return respond(
            "staff/message.html", one=domain.find(conn, id), texts=domain.preview(conn, id, settings()), over=OVER
        )


@pages.form("/messages/<uuid:id>/resend")
@pages.staff(WRITE)
def resend(id: UUID) -> Response:
    """Send it again, under its own Message-ID."""
    with transaction() as conn:
        domain.resend(conn, id)
    return see_other(f"{HOME}/{id}")
