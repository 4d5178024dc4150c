"""Links end: by a corrected address, by erasure, by time, and where their owner asks for new ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registration.learners.access import FRESH_MINUTES
from shared import signed_links
from shared.events.catalog import RecordingWithdrawn
from tests.notifications.desk import Desk
from tests.registration.registration import Registration
from tests.registration.samples import make_recording
from tests.security.houses import House
from tests.security.linked import ADA, EVE, Things, carry, linked, sign, sign_as_before, signed_in
from tests.security.routes import SITE

# What the person's generation and the end revoke; the rest ends by what the database knows, or tells of nobody.
REVOKED = {"manage", "join", "invitation", "watch"}
NEW = "ada.right@x.org"
V1 = "/registration/v1"


def opened(
    house: House, things: Things, make: Callable[[str, str], str], purposes: set[str], *, rolled_back: bool = False
) -> dict[str, int]:
    """What each route behind a link of these purposes answers to who brings Ada's token; `rolled_back` as if each was
    the first.
    """
    found = {}
    for route, purpose in linked(house):
        if purpose in purposes:
            token = make(purpose, things.ada[purpose])
            with house.conn.transaction(force_rollback=rolled_back):
                options = carry(route, purpose, token, things.ada, things.slug)
                found[route.name] = house.ask(route, **options).status_code
    return found


def mailed_before(house: House) -> list[Callable[[str, str], str]]:
    """The tokens of mails that went out so far, in both forms."""
    settings = house.present.settings
    return [
        lambda purpose, subject: sign(settings, purpose, subject),
        lambda purpose, subject: sign_as_before(settings, purpose, subject),
    ]


def correct(registration: Registration, things: Things) -> None:
    path = f"{V1}/registrations/{things.ada['manage']}"
    assert registration.client.patch(path, json={"email": NEW}, headers=registration.staff).status_code == 200


@pytest.mark.covers("API1:2023", "ASVS 7.4.2", "ASVS 8.2.2")
def test_a_corrected_address_ends_all_that_was_mailed_before(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    browser = signed_in(registering, taking_part.ada)
    asked_for = sign(registering.present.settings, "sign-in", taking_part.ada["sign-in"])
    correct(registration, taking_part)
    before = registering.content()

    for make in mailed_before(registering):
        found = opened(registering, taking_part, make, REVOKED)
        assert set(found.values()) == {410}, found
    assert browser.get(f"{V1}/learners/me", base_url=SITE).status_code == 401
    assert registration.client.post(f"{V1}/learners/session", json={"token": asked_for}).status_code == 410
    assert registering.content() == before


def test_a_corrected_address_is_mailed_links_that_work(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    registration.hold("second")
    registration.register(ADA, "second")
    correct(registration, taking_part)

    rows = registration.conn.execute(
        "SELECT type, document -> 'data' FROM outbox WHERE document -> 'data' #>> '{registration,person,email}' = %s"
        " OR document -> 'data' #>> '{invitation,person,email}' = %s ORDER BY position",
        [NEW, NEW],
    ).fetchall()
    told = [(kind.removeprefix("registration."), data.get("readdressed")) for kind, data in rows]
    assert sorted(told, key=str) == [
        ("invitation.issued", None), ("registration.updated", True), ("registration.updated", True),
    ]  # fmt: skip
    generations = {(data.get("registration") or data["invitation"])["person"]["generation"] for _, data in rows}
    assert generations == {1}
    found = opened(
        registering,
        taking_part,
        lambda purpose, subject: sign(registering.present.settings, purpose, subject, generation=1),
        REVOKED,
        rolled_back=True,
    )
    assert not {401, 404, 410} & set(found.values()), found


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_nothing_opens_of_somebody_who_was_erased(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    browser = signed_in(registering, taking_part.ada)
    erased = registration.client.delete(f"{V1}/people/{ADA}", headers=registration.staff)
    assert erased.status_code == 202
    before = registering.content()
    settings = registering.present.settings

    for generation in (0, 1):
        found = opened(
            registering,
            taking_part,
            lambda purpose, subject, at=generation: sign(settings, purpose, subject, generation=at),
            REVOKED,
        )
        assert set(found.values()) == {410}, found
    assert set(opened(registering, taking_part, mailed_before(registering)[1], REVOKED).values()) == {410}
    assert browser.get(f"{V1}/learners/me", base_url=SITE).status_code == 401
    assert registering.content() == before


@pytest.mark.covers("ASVS 8.2.2")
def test_links_end_by_themselves(registration: Registration, registering: House, taking_part: Things) -> None:
    """A token of 0.1.0 as the session says, ours as it says itself."""
    registration.set_time("2031-01-01T12:00:00-06:00")
    before = registering.content()
    now, settings = datetime(2031, 1, 1, 18, tzinfo=UTC), registering.present.settings
    late, early = now - timedelta(hours=1), now + timedelta(hours=1)

    assert set(opened(registering, taking_part, mailed_before(registering)[1], REVOKED).values()) == {410}
    found = opened(
        registering,
        taking_part,
        lambda purpose, subject: sign(settings, purpose, subject, ends_at=late),
        {*REVOKED, "receipt"},
    )
    assert set(found.values()) == {410}, found
    assert registering.content() == before
    token = sign(settings, "manage", taking_part.ada["manage"], ends_at=early)
    assert registration.client.get(f"{V1}/registrations/{taking_part.ada['manage']}?token={token}").status_code == 200


def test_who_has_an_ended_link_is_offered_a_new_one(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    """It is mailed to the address that stands now, whoever asks; what is no link is answered in the same way."""
    correct(registration, taking_part)
    token = sign_as_before(registering.present.settings, "manage", taking_part.ada["manage"])
    id, own = taking_part.ada["manage"], {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}

    page = registration.client.get(f"/registration/manage/{id}?token={token}", headers=own)
    told = registration.client.get(f"{V1}/registrations/{id}?token={token}").json
    assert page.status_code == 410
    assert told
    assert told["type"] == "urn:convene:problem:link-ended"
    assert f'action="{told["new_link"]}"' in page.text
    registration.conn.execute("DELETE FROM outbox")

    asked = registration.client.post(told["new_link"], headers=own)
    nobodys = registration.client.post("/registration/new-link?token=nonsense", headers=own)

    assert (asked.status_code, asked.location) == (nobodys.status_code, nobodys.location) == (303, asked.location)
    events = registration.conn.execute("SELECT type, document #>> '{data,sign_in,person,email}' FROM outbox").fetchall()
    assert events == [("registration.sign-in.requested", NEW)]


def test_its_owner_ends_a_link_and_is_mailed_a_new_one(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    token = sign(registering.present.settings, "manage", taking_part.ada["manage"])
    own = {"Sec-Fetch-Site": "same-origin"}
    registration.conn.execute("DELETE FROM outbox")

    asked = registration.client.post(
        f"/registration/manage/{taking_part.ada['manage']}/new-link?token={token}", headers=own
    )

    assert asked.status_code == 303
    assert sorted(registration.events("registration", "invitation")) == ["invitation.issued", "registration.updated"]
    for make in mailed_before(registering):
        assert set(opened(registering, taking_part, make, REVOKED).values()) == {410}


@pytest.mark.covers("API1:2023", "ASVS 8.2.2")
def test_a_link_to_watch_is_for_one_recording_while_it_is_shown(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    second = registration.hold("second")
    registration.know_recording(second)
    settings, beat = registering.present.settings, {"position_seconds": 60, "duration_seconds": 5400}

    def watch(token: str, slug: str = "first") -> int:
        answer = registration.client.post(
            f"{V1}/sessions/{slug}/views", json=beat, headers={"Authorization": f"Bearer {token}"}
        )
        return answer.status_code

    ours = sign(settings, "watch", taking_part.ada["watch"])
    assert (watch(ours), watch(ours, "second")) == (200, 401)
    for token in (ours, sign_as_before(settings, "watch", taking_part.ada["watch"])):
        for path in (f"{V1}/learners/me", f"{V1}/people/{ADA}"):
            assert registration.client.get(f"{path}?token={token}").status_code == 401
            assert registration.client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert registration.client.delete(f"{V1}/people/{ADA}?token={token}").status_code == 401
    registration.hear(RecordingWithdrawn(recording=replace(make_recording(second), revision=2)))
    theirs = f"{taking_part.ada['person']} {second.id}"
    assert watch(sign(settings, "watch", theirs), "second") == 410


@pytest.mark.covers("ASVS 7.5.3")
def test_erasing_oneself_takes_a_sign_in_of_just_now(
    registration: Registration, registering: House, taking_part: Things
) -> None:
    browser = signed_in(registering, taking_part.ada)
    registration.set_time(f"2017-01-10T12:{FRESH_MINUTES + 1}:00-06:00")

    refused = browser.delete(f"{V1}/people/{ADA}", base_url=SITE)
    fresh = signed_in(registering, taking_part.ada).delete(f"{V1}/people/{ADA}", base_url=SITE)
    others = signed_in(registering, taking_part.eve).delete(f"{V1}/people/{ADA}", base_url=SITE)

    assert (refused.status_code, refused.json["type"]) == (401, "urn:convene:problem:sign-in-again")
    assert browser.get(f"{V1}/people/{EVE}", base_url=SITE).status_code in (401, 404)
    assert (fresh.status_code, others.status_code) == (202, 404)


@pytest.mark.covers("ASVS 8.2.2")
def test_links_to_preferences_end(desk: Desk, notifying: House, reading: Things) -> None:
    """By time, and where their reader asks for new ones; the way to leave stays."""
    settings, own = notifying.present.settings, {"Sec-Fetch-Site": "same-origin"}
    subject = reading.ada["preferences"]
    late = sign(settings, "preferences", subject, ends_at=datetime(2017, 1, 1, tzinfo=UTC))
    good = sign(settings, "preferences", subject)

    assert set(opened(notifying, reading, lambda *_: late, {"preferences"}).values()) == {410}
    assert notifying.client.get(f"/notifications/v1/subscriptions/{good}").status_code == 200
    renewed = notifying.client.post(f"/notifications/preferences/{good}/new-link", headers=own, base_url=SITE)
    assert renewed.status_code == 303
    for make in mailed_before(notifying):
        assert set(opened(notifying, reading, make, {"preferences"}).values()) == {410}
    assert [kind for (kind,) in notifying.conn.execute("SELECT kind FROM messages WHERE subject = %s", [subject])] == [
        "subscription-standing"
    ]
    leave = sign(settings, "unsubscribe", reading.ada["unsubscribe"])
    assert notifying.client.get(f"/notifications/v1/unsubscribe/{leave}").status_code == 200


def test_the_form_of_the_release_before_is_written_where_that_is_asked(registering: House, taking_part: Things) -> None:
    """Not for who has had links revoked: an older one would open as much."""
    settings: Any = registering.present.settings
    before = type(settings)(**{**vars(settings), "links_form": "0.1.0"})
    id, watch = taking_part.ada["manage"], taking_part.ada["watch"]

    assert signed_links.verify(settings, "registration", sign(before, "manage", id)) == id
    assert signed_links.verify(settings, "learner", sign(before, "watch", watch)) == taking_part.ada["person"]
    revoked = sign(before, "manage", id, generation=1)
    assert signed_links.verify(settings, "registration", revoked) is None
    read = signed_links.read(settings, "manage", revoked)
    assert read
    assert (read.subject, read.generation) == (id, 1)
