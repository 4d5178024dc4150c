"""Invitations, as staff write them and people use them."""

from typing import Any

from services.registration.invitations.jobs import expire_invitations
from shared import runtime, signed_links
from tests.registration.registration import V1, Registration


def invitation_path(registration: Registration, email: str) -> str:
    id = registration.value(
        "SELECT i.id FROM invitations AS i JOIN people AS p ON p.id = i.person_id WHERE p.email = %s", email
    )
    return f"/registration/v1/invitations/{signed_links.sign(runtime.settings(), 'invitation', str(id))}"


def invite(registration: Registration, email: str = "ada@x.org", **fields: Any) -> Any:
    return registration.client.post(
        f"{V1}/sessions/workshop/invitations",
        json={"email": email, "name": "Ada", **fields},
        headers=registration.staff,
    )


def expire(registration: Registration) -> int:
    with runtime.share_connection(registration.conn):
        return expire_invitations()
