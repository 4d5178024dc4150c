"""Signing in to one's own page, what it shows, and the page that verifies a certificate."""

from typing import Any
from uuid import UUID

import pytest

from services.registration.certificates.jobs import issue_certificates
from shared import runtime
from tests.registration.learning_pages import BASE, post, sign_in
from tests.registration.pages import HERE, get
from tests.registration.registration import Registration
from tests.registration.samples import AFTER, make_series
from tests.registration.sign_in import token
from tests.web_client import WebResponse


def look(registration: Registration, path: str = "/registration/learning") -> WebResponse:
    return registration.client.get(path, headers=HERE, base_url=BASE)


def test_who_is_not_signed_in_is_asked_to_and_comes_back(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org", name="<b>Ada")

    sent_away = look(registration)
    assert (sent_away.status_code, sent_away.location) == (303, "/registration/sign-in?next=/registration/learning")
    signed_in = sign_in(registration, next="/catalog/recordings/world-cafe")

    assert (signed_in.status_code, signed_in.location) == (303, "/catalog/recordings/world-cafe")
    cookie = next(one for one in signed_in.headers.getlist("Set-Cookie") if one.startswith("convene_learner="))
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/registration", "Secure"))
    page = look(registration)
    assert page.status_code == 200
    assert "&lt;b&gt;Ada" in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_sign_in_leads_to_another_site(registration: Registration, next: str) -> None:
    registration.hold()
    registration.register("ada@x.org")

    assert "evil" not in look(registration, f"/registration/sign-in?next={next}").text
    assert sign_in(registration, next=next).location == "/registration/learning"
    registration.client.set_cookie("convene_learner_next", next, domain="localhost", path="/registration")
    assert look(registration, f"/registration/sign-in?next={next}").location == "/registration/learning"


def test_asking_for_a_link_tells_nothing(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")

    known, stranger = (post(registration, "/registration/sign-in", email=f"{name}@x.org") for name in ("ada", "eve"))

    assert (known.status_code, known.location, known.data) == (stranger.status_code, stranger.location, stranger.data)
    assert post(registration, "/registration/sign-in", email="nonsense").status_code == 422
    too_many = [post(registration, "/registration/sign-in", email="eve@x.org").status_code for _ in range(5)]
    assert too_many[-1] == 429


def test_the_link_is_good_once_and_looking_at_it_uses_nothing_up(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")
    post(registration, "/registration/sign-in", email="ada@x.org")
    given = token(registration)

    assert get(registration, f"/registration/sign-in/link?token={given}").status_code == 200
    foreign = {**HERE, "Sec-Fetch-Site": "cross-site"}
    refused = registration.client.post("/registration/sign-in/link", data={"token": given}, headers=foreign)
    used = [post(registration, "/registration/sign-in/link", token=given).status_code for _ in range(2)]

    assert refused.status_code == 403
    assert used == [303, 410]
    assert post(registration, "/registration/sign-in/link").status_code == 410


def test_signing_out_ends_it(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")
    sign_in(registration)

    assert post(registration, "/registration/sign-out").status_code == 303

    assert look(registration).status_code == 303
    assert registration.value("SELECT count(*) FROM learner_sessions") == 0


def earn(registration: Registration) -> Any:
    """Ada attends the first of two sessions of a series, and gets a certificate for it."""
    first, second = registration.hold("first"), registration.hold("second", contact_hours=1.5)
    registration.know_series(make_series([first.id, second.id]))
    registration.register("ada@x.org", "first")
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 60), slug="first")
    with runtime.share_connection(registration.conn):
        issue_certificates()
    return registration.value("SELECT id FROM certificates")


def test_what_one_takes_part_in_is_shown_with_the_ways_to_it(registration: Registration) -> None:
    id = earn(registration)
    registration.register("eve@x.org", "second")
    sign_in(registration)

    page = look(registration).text

    assert "1 of 2 done" in page
    assert f"/registration/certificates/{id}" in page
    assert f"/registration/v1/certificates/{id}.pdf" in page
    assert page.count("/registration/manage/") == 1


def test_who_is_signed_in_finds_the_form_filled_in(registration: Registration) -> None:
    registration.hold()
    registration.hold("other")
    made = registration.register("ada@x.org", job_title="Countess")
    sign_in(registration)

    other, same = (look(registration, f"/registration/sessions/{slug}").text for slug in ("other", "world-cafe"))

    assert all(f'value="{text}"' in other for text in ("ada@x.org", "Countess", "Springfield Public Library"))
    assert "You are already registered" in same
    assert f"/registration/manage/{made.json['id']}" in same


def test_anybody_verifies_a_certificate(registration: Registration) -> None:
    id = earn(registration)

    page, older = (
        registration.client.get(f"/registration{part}/certificates/{id}", headers={"Accept": "text/html"})
        for part in ("", "/v1")
    )

    assert "This certificate is valid" in page.text
    assert page.status_code == older.status_code == 200
    assert get(registration, f"/registration/certificates/{UUID(int=1)}").status_code == 404
    for form in ("pdf", "json"):  # as the mail has them
        moved = get(registration, f"/registration/certificates/{id}.{form}")
        assert registration.client.get(moved.location).mimetype == f"application/{form}"
    assert get(registration, f"/registration/certificates/{id}.exe").status_code == 404
