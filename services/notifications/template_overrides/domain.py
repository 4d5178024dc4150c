"""How staff word a kind of mail otherwise than it is built in."""

from psycopg import Connection

from services.notifications.formats.mail_headers import UnsafeText, check_header_text
from services.notifications.messages.kinds import SINGLE
from services.notifications.rendering.grammar import BrokenTemplate
from services.notifications.rendering.sample_mails import sample_values
from services.notifications.rendering.sandbox import TemplateOverrides, render_override
from services.notifications.rendering.templates import Texts
from services.notifications.settings import NotificationsSettings
from services.notifications.template_overrides import queries
from services.notifications.template_overrides.queries import TemplateOverride
from shared.errors import Invalid, NotFound


def load(conn: Connection) -> TemplateOverrides:
    """The templates by staff, for a batch of mails."""
    return TemplateOverrides({override.kind: override.source for override in queries.select_overrides(conn)})


def note_broken(conn: Connection, overrides: TemplateOverrides) -> None:
    """Write down which of them failed, for staff to see."""
    for kind, reason in overrides.broken.items():
        queries.mark_broken(conn, kind=kind, source=overrides.sources[kind], reason=reason)


def find(conn: Connection, kind: str) -> TemplateOverride | None:
    """The template by staff, None where the built-in one stands. Raises NotFound where there is no such kind."""
    if kind not in SINGLE:
        raise NotFound("There is no such kind of mail.")
    return queries.select_override(conn, kind)


def lock(conn: Connection, kind: str) -> TemplateOverride | None:
    """As `find`, and nobody else changes it until the transaction ends. Raises NotFound."""
    queries.lock(conn)
    return find(conn, kind)


def replace(conn: Connection, kind: str, source: str, settings: NotificationsSettings) -> None:
    """Word this kind by this template from now on, what waits included. Raises Invalid where it cannot be used."""
    preview(kind, source, settings)
    queries.upsert_override(conn, kind=kind, source=source)


def preview(kind: str, source: str, settings: NotificationsSettings) -> Texts:
    """A mail by this template, with sample data. Raises Invalid, which names what is wrong and in which line."""
    try:
        texts = render_override(source, sample_values(kind, settings))
        check_header_text(texts.subject)
    except BrokenTemplate as error:
        raise Invalid({"source": [str(error)]}, "The template cannot be used.") from None
    except UnsafeText:
        raise Invalid(
            {"source": ["the subject must be one line of plain text"]}, "The template cannot be used."
        ) from None
    return texts
