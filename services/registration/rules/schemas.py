"""What crosses the door of rules and forms."""

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range, Regexp

from shared.http.schema_fields import LineField

KINDS = ["text", "choice", "several"]


class QuestionSchema(ma.Schema):
    """A question of a session's form."""

    key = ma.fields.String(
        required=True,
        validate=[Length(1, 40), Regexp(r"[a-z][a-z0-9_-]*\Z")],
        metadata={"description": "By which the answer is sent and exported", "example": "experience"},
    )
    label = LineField(300, least=1, required=True, metadata={"example": "Have you led a dialogue before?"})
    kind = ma.fields.String(required=True, validate=OneOf(KINDS))
    options = ma.fields.List(
        LineField(200, least=1), load_default=list, validate=Length(max=50), metadata={"description": "To choose from"}
    )
    required = ma.fields.Boolean(load_default=False)

    @ma.validates_schema
    def _check_options(self, data: dict[str, Any], **_kwargs: Any) -> None:
        options = data.get("options", [])
        if (data.get("kind") == "text") == bool(options) or len(set(options)) != len(options):
            raise ma.ValidationError("A choice has options, each of its own; a text has none.", "options")


class RulesSchema(ma.Schema):
    """What staff set for the registration of a session; what is left out has its default."""

    questions = ma.fields.List(ma.fields.Nested(QuestionSchema), load_default=list, validate=Length(max=30))
    audience_required = ma.fields.Boolean(
        load_default=False,
        metadata={"description": "Whom the series is meant for is a condition, not a recommendation"},
    )
    offer_hours = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Range(1, 720),
        metadata={
            "description": "A seat that becomes free is offered for so long, then passes on; without, it is given"
        },
    )
    invitation_days = ma.fields.Integer(
        load_default=None,
        allow_none=True,
        validate=Range(1, 366),
        metadata={"description": "Days for which an invitation to this session stands; without, until it closes"},
    )
    transferable = ma.fields.Boolean(
        load_default=False, metadata={"description": "Who is invited may pass the invitation on to a colleague"}
    )

    @ma.validates("questions")
    def _check_keys(self, questions: list[dict[str, Any]], **_kwargs: Any) -> None:
        keys = [question.get("key") for question in questions]
        if len(set(keys)) != len(keys):
            raise ma.ValidationError("Two questions have the same key.")


class AudienceSchema(ma.Schema):
    """Whom the series is meant for."""

    library_types = ma.fields.List(ma.fields.String(metadata={"example": "public"}))
    community_sizes = ma.fields.List(ma.fields.String(metadata={"example": "urban"}))
    note = ma.fields.String(allow_none=True)


class FormSchema(ma.Schema):
    """What a form for a session needs to know."""

    session = ma.fields.String(attribute="slug", metadata={"example": "world-cafe"})
    title = ma.fields.String()
    policy = ma.fields.String(validate=OneOf(["open", "invitation"]))
    audience = ma.fields.Nested(AudienceSchema, allow_none=True)
    audience_required = ma.fields.Boolean()
    questions = ma.fields.List(ma.fields.Nested(QuestionSchema))
