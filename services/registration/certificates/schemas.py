"""What crosses the door of certificates."""

import marshmallow as ma

from services.registration.people.schema_fields import free_text


class StandardSchema(ma.Schema):
    """A document of a standard, which has more members than are named here."""

    class Meta:
        unknown = ma.INCLUDE


class CredentialSchema(StandardSchema):
    """An Open Badges 3.0 credential, or a list of which were revoked; its members are the standard's."""

    id = ma.fields.String()
    type = ma.fields.List(ma.fields.String())
    name = ma.fields.String()
    issuer = ma.fields.Raw(metadata={"description": "The issuer's profile, or its address"})
    credentialSubject = ma.fields.Dict()  # noqa: N815 - the standard's name
    credentialStatus = ma.fields.Dict()  # noqa: N815
    proof = ma.fields.Dict()


class ProfileSchema(StandardSchema):
    """The issuer, by the standard's names."""

    id = ma.fields.String()
    name = ma.fields.String()
    url = ma.fields.String()


class RevocationSchema(ma.Schema):
    reason = free_text("Shown to whoever verifies it", load_default=None)


class RevokedSchema(ma.Schema):
    id = ma.fields.UUID()
    title = ma.fields.String()
    revoked_at = ma.fields.AwareDateTime()
    revoked_reason = ma.fields.String(allow_none=True)


class ReissueSchema(ma.Schema):
    reason = free_text("Why the one before is revoked; shown to whoever verifies that", load_default="Corrected")


class ReissuedSchema(ma.Schema):
    """The certificate that takes the place of `replaces`."""

    id = ma.fields.UUID()
    replaces = ma.fields.UUID()
    kind = ma.fields.String()
    name = ma.fields.String()
    title = ma.fields.String()
    contact_hours = ma.fields.Float(allow_none=True)
    issued_at = ma.fields.AwareDateTime()
