"""What crosses the door of certificates."""

import marshmallow as ma

from services.registration.registrations.fields import free_text


class CredentialSchema(ma.Schema):
    """An Open Badges 3.0 credential; its members are the standard's."""

    id = ma.fields.String()
    type = ma.fields.List(ma.fields.String())
    name = ma.fields.String()
    issuer = ma.fields.Dict()
    credentialSubject = ma.fields.Dict()  # noqa: N815 - the standard's name
    credentialStatus = ma.fields.Dict()  # noqa: N815
    proof = ma.fields.Dict()


class ProfileSchema(ma.Schema):
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
