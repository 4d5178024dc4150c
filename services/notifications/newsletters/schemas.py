"""Newsletter issues as JSON and form fields."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
from marshmallow.validate import Length, OneOf

from services.notifications.newsletters.issue_states import IssueState
from services.notifications.subscriptions.schemas import SLUG, terms
from shared.http.pagination import PageQuery
from shared.http.schema_fields import LineField, email_field, reject_encoded_words, validate_timezone
from shared.state_machines import values

STATES = values(IssueState)
LONGEST = 100_000
BLOCKS = (
    "Markdown. A line `[[upcoming-sessions]]`, `[[new-recordings]]` or `[[announcements]]` is filled from the catalog; "
    "each takes `limit=5`, `library_type=…`, `topic=…`, `series=…`, the last two also `days=30`"
)


class ChangesSchema(ma.Schema):
    """What an issue is to say, and to whom; what is left out stays as it is."""

    slug = ma.fields.String(validate=[Length(1, 100), SLUG], metadata={"description": "Its address in the archive"})
    subject = LineField(
        150, least=1, validate=[reject_encoded_words], metadata={"example": "Free training this spring"}
    )
    preheader = LineField(200, metadata={"description": "What mail programs show beside the subject"})
    body = ma.fields.String(validate=Length(max=LONGEST), metadata={"description": BLOCKS})
    library_types = terms("Only to readers who want to hear of these; none is all", "public")
    topics = terms("Only to readers who want to hear of these; none is all", "dialogue")
    archived = ma.fields.Boolean(metadata={"description": "Whether anybody may read it once it is sent"})


class DraftSchema(ma.Schema):
    """An issue to be written."""

    slug = ma.fields.String(
        load_default=None,
        validate=[Length(1, 100), SLUG],
        metadata={"description": "Its address in the archive; made of the subject where it is left out"},
    )
    subject = LineField(
        150, least=1, required=True, validate=[reject_encoded_words], metadata={"example": "Free training this spring"}
    )
    preheader = LineField(200, load_default="", metadata={"description": "What mail programs show beside the subject"})
    body = ma.fields.String(load_default="", validate=Length(max=LONGEST), metadata={"description": BLOCKS})
    library_types = terms("Only to readers who want to hear of these; none is all", "public", load_default=list)
    topics = terms("Only to readers who want to hear of these; none is all", "dialogue", load_default=list)
    archived = ma.fields.Boolean(
        load_default=True, metadata={"description": "Whether anybody may read it once it is sent"}
    )


class IssueSchema(ma.Schema):
    """An issue of the newsletter, or a digest."""

    id = ma.fields.UUID()
    kind = ma.fields.String(validate=OneOf(["issue", "digest"]))
    slug = ma.fields.String()
    subject = ma.fields.String()
    preheader = ma.fields.String()
    body = ma.fields.String()
    library_types = ma.fields.List(ma.fields.String())
    topics = ma.fields.List(ma.fields.String())
    archived = ma.fields.Boolean()
    announcement_id = ma.fields.UUID(allow_none=True)
    state = ma.fields.String(validate=OneOf(STATES))
    send_at = ma.fields.AwareDateTime(allow_none=True)
    begun_at = ma.fields.AwareDateTime(allow_none=True)
    created_at = ma.fields.AwareDateTime()


class IssuesQuery(PageQuery):
    state = ma.fields.String(load_default=None, validate=OneOf(STATES))


class IssuesSchema(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(IssueSchema))
    next = ma.fields.String(allow_none=True)


class ScheduleSchema(ma.Schema):
    """When to send it; without a moment now."""

    send_at = ma.fields.AwareDateTime(load_default=None, allow_none=True)


class SendSchema(ma.Schema):
    """When to send it, as a form says it: now, or later at a time on the clocks of a zone."""

    when = ma.fields.String(required=True, validate=OneOf(["now", "later"]))
    send_at = ma.fields.NaiveDateTime(load_default=None, allow_none=True)
    timezone = ma.fields.String(load_default="UTC", validate=[Length(max=64), validate_timezone])

    @ma.validates_schema
    def check_moment(self, data: dict[str, Any], **_: Any) -> None:
        if data["when"] == "later" and data["send_at"] is None:
            raise ma.ValidationError("Say when, or choose now.", "send_at")


class TestSchema(ma.Schema):
    email = email_field()


class TextsSchema(ma.Schema):
    """What a reader would get now; each reader's own links are hidden."""

    subject = ma.fields.String()
    text = ma.fields.String()
    html = ma.fields.String()


class ProgressSchema(ma.Schema):
    """How far an issue has got. Nobody is told who opened it or followed a link: that is not recorded."""

    state = ma.fields.String(validate=OneOf(STATES))
    readers = ma.fields.Integer(metadata={"description": "How many it would reach, if it began now"})
    complete = ma.fields.Boolean(metadata={"description": "Whether the mails of all its readers are due"})
    due = ma.fields.Integer(metadata={"description": "Mails that were made due so far"})
    waiting = ma.fields.Integer()
    sent = ma.fields.Integer()
    failed = ma.fields.Integer()
    in_doubt = ma.fields.Integer(
        metadata={"description": "Nobody can tell whether they arrived; they wait until staff resend them"}
    )
    superseded = ma.fields.Integer(metadata={"description": "Not sent: the reader has left, or it was cancelled"})
    bounced = ma.fields.Integer(metadata={"description": "Sent, and told later that there is no such address"})
    unsubscribed = ma.fields.Integer(metadata={"description": "Readers who left by its link"})


def send_moment(wanted: dict[str, Any]) -> datetime | None:
    """Returns the chosen time in its zone as UTC, or None for now. `wanted` is a loaded SendSchema."""
    at: datetime | None = wanted["send_at"] if wanted["when"] == "later" else None
    return at and at.replace(tzinfo=ZoneInfo(wanted["timezone"])).astimezone(UTC)
