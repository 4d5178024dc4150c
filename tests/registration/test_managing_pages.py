"""The pages behind the links in mails: for who has the link, and changing nothing before somebody says so."""

from uuid import UUID, uuid4

import pytest

from services.registration.links import page_urls
from shared import runtime, signed_links
from tests.registration.invitations import expire, invitation_path, invite
from tests.registration.offers import pass_on
from tests.registration.pages import FIELDS, HERE, get
from tests.registration.registration import Registration
from tests.registration.rules import QUESTIONS, set_rules
from tests.web_client import WebResponse

PARTS = ("change", "cancel", "offer")


def post(registration: Registration, path: str, **fields: str) -> WebResponse:
    data = {name.replace("__", "."): text for name, text in fields.items()}
    return registration.client.post(path, data={**FIELDS, **data}, headers=HERE)


def manage(made: WebResponse, part: str = "") -> str:
    id = made.json["id"]
    return page_urls.managing(UUID(id), signed_links.sign(runtime.settings(), "registration", id), part)


def invited(registration: Registration, email: str = "ada@x.org") -> str:
    """The page behind the code in the mail."""
    return invitation_path(registration, email).replace("/v1/", "/")


@pytest.fixture
def made(registration: Registration) -> WebResponse:
    """Ada has the one seat in the World Café."""
    registration.hold(capacity=1)
    return registration.register("ada@x.org", name="<i>Ada</i>")


def test_who_has_the_link_sees_what_they_said_and_nobody_else(registration: Registration, made: WebResponse) -> None:
    page = get(registration, manage(made))

    assert page.status_code == 200
    assert "&lt;i&gt;Ada&lt;/i&gt;" in page.text
    assert "<i>" not in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    other = manage(registration.register("eve@x.org"))
    bare, token = other.split("?")[0], manage(made).split("?")[1]
    for part in ("", *(f"/{one}" for one in PARTS)):
        for path in (f"{bare}{part}?{token}", f"{bare}{part}", f"{bare}{part}?token=x"):
            assert get(registration, path).status_code == 404
            assert part == "" or post(registration, path).status_code == 404
    assert get(registration, page_urls.managing(uuid4(), token.removeprefix("token="))).status_code == 404


def test_looking_changes_nothing(registration: Registration, made: WebResponse) -> None:
    waiting = registration.register("eve@x.org")

    for one in (made, waiting):
        for part in ("", *PARTS):
            assert get(registration, manage(one, part)).status_code == 200

    assert registration.status(made) == ("confirmed", None)
    assert registration.status(waiting) == ("waitlisted", 1)
    assert len(registration.events("registration")) == 2


@pytest.mark.parametrize("part", PARTS)
def test_forms_of_other_sites_are_refused(registration: Registration, made: WebResponse, part: str) -> None:
    foreign = {**HERE, "Sec-Fetch-Site": "cross-site"}

    assert registration.client.post(manage(made, part), data=FIELDS, headers=foreign).status_code == 403
    assert registration.status(made) == ("confirmed", None)


def test_what_was_said_is_changed(registration: Registration, made: WebResponse) -> None:
    set_rules(registration, questions=QUESTIONS)

    refused = post(registration, manage(made, "change"), library__name="")
    saved = post(
        registration, manage(made, "change"), name="Ada King", job_title="Countess", answers__experience="Some"
    )

    assert refused.status_code == 422
    assert 'href="#library.name">Library: Please fill this in.' in refused.text
    assert saved.status_code == 303
    page = get(registration, saved.location).text
    assert all(text in page for text in ("Your changes are saved.", "Ada King", "Countess", "Some"))
    form = get(registration, manage(made, "change")).text
    assert 'value="Ada King"' in form
    tried = post(registration, manage(made, "change"), email="eve@x.org", answers__experience="Some")
    assert tried.status_code == 422 or "eve@x.org" not in get(registration, manage(made)).text


def test_a_seat_is_given_up_once_and_goes_to_the_next_in_line(registration: Registration, made: WebResponse) -> None:
    waiting = registration.register("eve@x.org")

    first, second = (post(registration, manage(made, "cancel")) for _ in range(2))

    assert (first.status_code, second.status_code) == (303, 303)
    assert "This registration is canceled" in get(registration, first.location).text
    assert "You have a seat" in get(registration, manage(waiting)).text
    assert registration.events("registration").count("registration.cancelled") == 1
    assert post(registration, manage(made, "change")).status_code in (303, 409)


def test_an_offered_seat_is_accepted_in_time_or_has_passed_on(registration: Registration, made: WebResponse) -> None:
    set_rules(registration, offer_hours=24)
    second, third = (registration.register(f"{name}@x.org") for name in ("ben", "cat"))
    post(registration, manage(made, "cancel"))

    shown = get(registration, manage(second, "offer")).text
    assert "A seat is offered to you" in shown
    assert "Accept the seat" in shown
    registration.set_time("2017-01-12T13:00:00-06:00")
    pass_on(registration)
    late = post(registration, manage(second, "offer"))
    taken, again = (post(registration, manage(third, "offer")) for _ in range(2))

    assert "The offer has ended" in get(registration, late.location).text
    assert (taken.status_code, again.status_code) == (303, 303)
    assert "You have a seat" in get(registration, taken.location).text


def test_the_code_of_an_invitation_is_enough_to_accept_it(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation", capacity=1)
    set_rules(registration, "workshop", questions=QUESTIONS)
    invite(registration)
    path = invited(registration)

    for part in ("", "/accept", "/decline"):
        assert get(registration, f"{path}{part}").status_code == 200
    assert registration.events("invitation") == ["invitation.issued"]
    refused = post(registration, f"{path}/accept")
    assert refused.status_code == 422
    assert 'href="#answers.experience"' in refused.text
    accepted, again = (post(registration, f"{path}/accept", answers__experience="Some") for _ in range(2))

    assert accepted.status_code == again.status_code == 303
    assert all("You have a seat" in get(registration, answer.location).text for answer in (accepted, again))
    # An invitation is passed around: what was said, and the way to change it, is in the mail about the registration.
    assert all("/manage/" not in get(registration, one).text for one in (accepted.location, again.location, path))
    assert "You have accepted this invitation." in get(registration, path).text
    assert get(registration, "/registration/invitations/made-up").status_code == 404
    assert post(registration, "/registration/invitations/made-up/accept").status_code == 404


def test_an_invitation_is_declined_only_by_a_form_of_this_site(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    invite(registration)
    path = f"{invited(registration)}/decline"

    foreign = registration.client.post(path, headers={**HERE, "Sec-Fetch-Site": "cross-site"})
    declined = post(registration, path)

    assert (foreign.status_code, declined.status_code) == (403, 303)
    assert "You have declined." in get(registration, declined.location).text
    assert post(registration, invited(registration) + "/accept").status_code == 409


def test_an_invitation_is_passed_on_where_the_rules_allow_it(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    invite(registration)
    path, colleague = invited(registration), {"name": "Eve", "email": "eve@x.org"}

    assert "Pass this invitation on" not in get(registration, path).text
    assert post(registration, f"{path}/transfer", **colleague).status_code == 403
    set_rules(registration, "workshop", transferable=True)
    assert "Pass this invitation on" in get(registration, path).text
    assert post(registration, f"{path}/transfer", name="Eve", email="nonsense").status_code == 422
    assert post(registration, f"{path}/transfer", **colleague).status_code == 303
    assert "is no longer yours" in get(registration, path).text
    assert "Eve, you are invited to" in get(registration, invited(registration, "eve@x.org")).text


def test_an_invitation_that_has_expired_says_so(registration: Registration) -> None:
    registration.hold("workshop", policy="invitation")
    set_rules(registration, "workshop", invitation_days=1)
    invite(registration)
    registration.set_time("2017-01-15T12:00:00-06:00")

    assert "This invitation has expired." in get(registration, invited(registration)).text
    expire(registration)
    assert "This invitation has expired." in get(registration, invited(registration)).text
    assert post(registration, f"{invited(registration)}/accept").status_code == 410
