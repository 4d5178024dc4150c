"""Invitations that staff issue and take back, that are passed on, and that end."""

from tests.registration.invitations import expire, invitation_path, invite
from tests.registration.registration import V1, Registration
from tests.registration.rules import set_rules

COLLEAGUE = {"email": "eve@x.org", "name": "Eve"}


def test_staff_invite_whoever_they_like_once(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation", capacity=1)

    issued = invite(registration)
    again = invite(registration)
    accepted = registration.client.post(
        f"{invitation_path(registration, 'ada@x.org')}/accept", json={"library": {"name": "L", "type": "public"}}
    )

    assert (issued.status_code, issued.json["issued_by"]) == (201, "staff")
    assert (again.status_code, again.json["type"]) == (409, "urn:convene:problem:already-invited")
    assert accepted.json["status"] == "confirmed"
    assert registration.roster("workshop")["items"][0]["library"]["name"] == "L"
    listed = registration.client.get(f"{V1}/sessions/workshop/invitations", headers=registration.staff).json["items"]
    assert [(one["email"], one["status"]) for one in listed] == [("ada@x.org", "accepted")]


def test_an_invitation_that_was_taken_back_is_no_right(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    issued = invite(registration)
    path = f"{V1}/sessions/workshop/invitations/{issued.json['id']}"

    revoked = registration.client.delete(path, headers=registration.staff)
    refused = registration.client.post(f"{invitation_path(registration, 'ada@x.org')}/accept")

    assert revoked.json["status"] == "revoked"
    assert (refused.status_code, refused.json["type"]) == (410, "urn:convene:problem:invitation-revoked")
    assert registration.events("invitation") == ["invitation.issued", "invitation.revoked"]
    assert invite(registration).json["status"] == "issued"  # and staff may think better of it
    assert registration.client.post(f"{invitation_path(registration, 'ada@x.org')}/accept").status_code == 201
    assert registration.client.delete(path, headers=registration.staff).status_code == 409


def test_an_invitation_expires_as_the_rules_say(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    set_rules(registration, "workshop", invitation_days=14)
    invite(registration)
    path = invitation_path(registration, "ada@x.org")
    code = path.rpartition("/")[2]

    registration.set_time("2017-01-24T11:50:00-06:00")
    assert expire(registration) == 0
    registration.set_time("2017-01-24T12:01:00-06:00")
    late = registration.client.post(f"{path}/accept")
    assert expire(registration) == 1

    assert (late.status_code, late.json["type"]) == (410, "urn:convene:problem:invitation-expired")
    assert registration.register("ada@x.org", "workshop", invitation=code).status_code == 403
    assert registration.client.get(path).status_code == 410
    assert registration.events("invitation") == ["invitation.issued", "invitation.expired"]


def test_an_invitation_is_passed_on_where_that_is_allowed(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    invite(registration)
    path = invitation_path(registration, "ada@x.org")

    refused = registration.client.post(f"{path}/transfer", json=COLLEAGUE)
    set_rules(registration, "workshop", transferable=True)
    passed = registration.client.post(f"{path}/transfer", json=COLLEAGUE)
    twice = registration.client.post(f"{path}/transfer", json={"email": "mia@x.org", "name": "Mia"})

    assert (refused.status_code, refused.json["type"]) == (403, "urn:convene:problem:not-transferable")
    assert (passed.status_code, passed.json["name"], passed.json["status"]) == (200, "Eve", "issued")
    assert twice.status_code == 410
    assert registration.client.post(f"{path}/accept").status_code == 410
    assert registration.client.post(f"{invitation_path(registration, 'eve@x.org')}/accept").status_code == 201
    assert registration.events("invitation") == [
        "invitation.issued", "invitation.revoked", "invitation.issued", "invitation.accepted",
    ]  # fmt: skip


def test_a_workshop_by_invitation_opens_to_everybody_later(registration: Registration) -> None:
    """The workshop in Denver did so, a month before it took place."""
    workshop = registration.hold("workshop", policy="invitation", capacity=2)
    invite(registration)
    registration.client.post(f"{invitation_path(registration, 'ada@x.org')}/accept")
    assert registration.register("eve@x.org", "workshop").status_code == 403

    registration.hold("workshop", id=workshop.id, revision=2, policy="open", capacity=2)

    assert registration.register("eve@x.org", "workshop").json["status"] == "confirmed"
    assert registration.register("mia@x.org", "workshop").json["status"] == "waitlisted"
