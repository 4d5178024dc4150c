"""What is held on a reader of the newsletter, and erasing it, on pages behind the link to their preferences."""

import structlog
from flask import Response

from services.notifications.privacy import domain
from services.notifications.subscriptions import domain as subscriptions
from shared.http.forms import Form
from shared.http.pages import Pages, respond
from shared.runtime import transaction

log = structlog.get_logger()

pages = Pages("reader-privacy", url_prefix="/notifications/preferences")


@pages.get("/<token>/held")
def show_held(token: str) -> Response:
    """All that is held on the reader, and the form to erase it."""
    return _show(token, Form())


@pages.form("/<token>/erase")
def erase(token: str) -> Response:
    """Erase it, where they typed the address, so that nobody does it by a slip."""
    form = Form.sent()
    with transaction() as conn:
        reader = subscriptions.find(conn, token)
        if form.text("again").strip().lower() == reader.email.lower():
            if registered := domain.describe_reader(conn, reader.email)[1]:
                # Registrations, and mails about them, are for registration's own erasure.
                subscriptions.forget(conn, reader.id)
            else:
                domain.erase_address(conn, reader.email)
            log.info("reader erased at their own wish", subscription_id=str(reader.id))
            return respond("reader-erased.html", registered=registered)
    return _show(
        token, form.add_errors({"again": ["This is not the address that the newsletter comes to."]}), status=422
    )


def _show(token: str, form: Form, *, status: int = 200) -> Response:
    with transaction() as conn:
        held, registered = domain.describe_reader(conn, subscriptions.find(conn, token).email)
    return respond("reader-held.html", status=status, token=token, form=form, held=held, registered=registered)
