"""What is somebody's own: nobody else sees it, changes it or takes it up, whatever they are let in by."""

from typing import Any
from uuid import UUID

import pytest

from deploy.token import SCOPES
from services.notifications.subscriptions import domain as subscriptions
from tests.registration.registration import Registration
from tests.registration.samples import AFTER
from tests.security.houses import House
from tests.security.linked import ADA, BODIES, EVE, PURPOSES, Things, linked, sign, sign_as_before, signed_in
from tests.security.routes import NOBODYS, SITE


@pytest.mark.covers("API1:2023", "API5:2023", "ASVS 8.2.1", "ASVS 8.2.2")
def test_a_registration_opens_to_no_other_credential(registering: House, taking_part: Things) -> None:
    """Staff without the scope, learners with their own cookies, readers where writing is asked, are told it is not
    there, in the words in which they are told so of what is not.
    """
    strangers = " ".join(scope for scope in SCOPES.split() if not scope.startswith("registration:"))
    before, opened, answers = registering.content(), [], set()
    for route, purpose in linked(registering):
        if purpose != "manage" or not route.is_api:
            continue
        scopes = [strangers] if route.method == "GET" else [strangers, "registration:read"]
        for id in (taking_part.ada["manage"], NOBODYS):
            tried: list[dict[str, Any]] = [
                {},
                *({"headers": {"Authorization": f"Bearer {registering.staff(scope)}"}} for scope in scopes),
                *({"client": signed_in(registering, whom)} for whom in (taking_part.eve, taking_part.ada)),
            ]
            for options in tried:
                body = {"json": BODIES[route.name]} if route.name in BODIES else {}
                answer = registering.ask(route, route.address(id=id), **options, **body)
                answers.add((answer.status_code, answer.json["title"], answer.json["detail"]))
                if answer.status_code != 404:
                    opened.append((route.name, options, answer.status_code))

    assert opened == []
    assert len(answers) == 1
    assert without_sessions(registering.content()) == without_sessions(before)


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_what_is_held_on_a_person_is_for_them_alone(registering: House, taking_part: Things, method: str) -> None:
    settings, path = registering.present.settings, f"/registration/v1/people/{ADA}"
    before = registering.content()
    client = signed_in(registering, taking_part.eve)
    statuses = {
        "nothing": registering.client.open(path, method=method).status_code,
        "Eve's cookie": client.open(path, method=method, base_url=SITE).status_code,
        **{
            f"a link to {purpose}": registering.client.open(f"{path}?token={made}", method=method).status_code
            for purpose, subject in taking_part.ada.items()
            if purpose in PURPOSES
            for made in (sign(settings, purpose, subject), sign_as_before(settings, purpose, subject))
        },
        **{
            f"a bearer of {form.__name__}": registering.client.open(
                path,
                method=method,
                headers={"Authorization": f"Bearer {form(settings, 'watch', taking_part.ada['watch'])}"},
            ).status_code
            for form in (sign, sign_as_before)
        },
        **{
            scope: registering.client.open(
                path, method=method, headers={"Authorization": f"Bearer {registering.staff(scope)}"}
            ).status_code
            for scope in SCOPES.split()
            if scope != "people:erase"
        },
    }

    assert statuses.pop("Eve's cookie") == 404
    assert set(statuses.values()) <= {401, 403}
    assert without_sessions(registering.content()) == without_sessions(before)


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_learners_are_shown_what_is_theirs_and_nothing_of_others(registering: House, taking_part: Things) -> None:
    client = signed_in(registering, taking_part.eve)
    pages = ("/registration/learning", "/registration/v1/learners/me", "/registration/sessions/first",
             "/registration/sessions/first/group", "/registration/series/large-urban-public")  # fmt: skip
    shown = {page: client.get(page, base_url=SITE) for page in pages}

    assert {answer.status_code for answer in shown.values()} == {200}
    assert EVE in shown["/registration/v1/learners/me"].text
    theirs = (ADA, *taking_part.ada.values())
    assert {page for page, answer in shown.items() if any(one in answer.text for one in theirs)} == set()


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_a_thing_is_found_below_its_own_parent_alone(registration: Registration, taking_part: Things) -> None:
    """The invitation is to the workshop; the path says another session that is there as well."""
    url = "/registration/v1/sessions/{}/invitations/" + taking_part.ada["invitation"]

    assert registration.client.delete(url.format("first"), headers=registration.staff).status_code == 404
    assert registration.client.delete(url.format("workshop"), headers=registration.staff).status_code == 200


@pytest.mark.covers("API1:2023", "API6:2023")
def test_nobody_takes_up_the_invitation_or_the_offer_of_somebody_else(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    code = sign(registering.present.settings, "invitation", taking_part.ada["invitation"])

    by_eve = registration.register(EVE, "workshop", invitation=code)
    by_form = registering.client.post(
        "/registration/sessions/workshop",
        data={"email": EVE, "name": "Eve", "library.name": "X", "library.type": "public", "invitation": code},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    eves = sign(registering.present.settings, "manage", taking_part.eve["manage"])
    for_adas = f"/registration/v1/registrations/{taking_part.ada['manage']}/accept?token={eves}"

    assert (by_eve.status_code, by_form.status_code) == (403, 403)
    assert registration.client.post(for_adas).status_code == 404
    assert registration.value("SELECT status FROM invitations WHERE id = %s", taking_part.ada["invitation"]) == "issued"


@pytest.mark.covers("API1:2023")
def test_a_key_that_somebody_used_shows_nobody_else_their_answer(registration: Registration) -> None:
    registration.hold("first")
    first = registration.register(ADA, "first", key="a-key-that-is-known")

    again = registration.register(EVE, "first", key="a-key-that-is-known")
    by_staff = registration.client.post(
        "/registration/v1/sessions/first/registrations",
        json={"email": EVE, "name": "Eve", "library": {"name": "X", "type": "public"}},
        headers={**registration.staff, "Idempotency-Key": "a-key-that-is-known"},
    )

    assert first.status_code == 201
    assert again.status_code == 422
    assert first.json["id"] not in again.text
    assert by_staff.status_code == 201
    assert first.json["id"] not in by_staff.text


@pytest.mark.covers("API2:2023", "ASVS 7.4.1")
def test_a_session_that_was_ended_or_is_too_old_opens_nothing(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    ended, old = signed_in(registering, taking_part.ada), signed_in(registering, taking_part.eve)
    kept = ended.get_cookie("convene_learner", domain="learning.example.org", path="/registration")
    assert kept
    ended.delete("/registration/v1/learners/session", base_url=SITE)
    ended.set_cookie("convene_learner", kept.value, domain="learning.example.org", path="/registration")
    me = "/registration/v1/learners/me"

    assert ended.get(me, base_url=SITE).status_code == 401
    assert old.get(me, base_url=SITE).status_code == 200
    registration.set_time(AFTER)
    assert old.get(me, base_url=SITE).status_code == 401


@pytest.mark.covers("API2:2023")
def test_the_link_of_a_reader_who_was_forgotten_brings_nothing_back(notifying: House, reading: Things) -> None:
    token = sign(notifying.present.settings, "preferences", reading.ada["preferences"])
    subscriptions.forget(notifying.conn, UUID(reading.ada["preferences"]))
    before = notifying.content()

    for method, body in (("GET", None), ("PATCH", {"name": "Ada"}), ("DELETE", None)):
        answer = notifying.client.open(f"/notifications/v1/subscriptions/{token}", method=method, json=body)
        assert answer.status_code == 410
    assert notifying.content() == before


def without_sessions(content: dict[str, str | None]) -> dict[str, str | None]:
    """Signing in is no change that the walk made."""
    return {name: digest for name, digest in content.items() if name != "learner_sessions"}
