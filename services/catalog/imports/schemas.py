"""The import API's query and report."""

from typing import Any

import marshmallow as ma

from services.catalog.publishing.domain import Outcome


class ImportQuery(ma.Schema):
    dry_run = ma.fields.Boolean(load_default=False, metadata={"description": "Only tell what would be done"})


class ImportedSchema(ma.Schema):
    kind = ma.fields.String(metadata={"example": "session"})
    slug = ma.fields.String(metadata={"example": "world-cafe"})


class ChangedSchema(ImportedSchema):
    changes = ma.fields.Method(
        "show_changes",
        metadata={
            "type": "object",
            "description": "`{member: [before, after]}`",
            "example": {"title": ["World Café", "The World Café"]},
        },
    )

    def show_changes(self, outcome: Outcome) -> dict[str, Any]:
        return outcome.difference()


class ReportSchema(ma.Schema):
    """The changes that an import made, or would make."""

    dry_run = ma.fields.Boolean()
    created = ma.fields.List(ma.fields.Nested(ImportedSchema))
    changed = ma.fields.List(ma.fields.Nested(ChangedSchema))
    unchanged = ma.fields.List(ma.fields.Nested(ChangedSchema))
