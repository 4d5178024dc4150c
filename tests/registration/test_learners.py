"""Signing in without passwords, and what a learner sees of themselves."""

import pytest

from tests.registration.registration import V1, Registration
from tests.registration.samples import AFTER, make_series
from tests.registration.sign_in import ask, sign_in, token
from tests.usage import let_pass, use_up_network


def test_somebody_signs_in_by_mail_and_sees_what_they_take_part_in(registration: Registration) -> None:
    first, second = registration.hold("first"), registration.hold("second")
    registration.know_series(make_series([first.id, second.id]))
    registration.know_recording(second, seconds=240)
    registration.register("ada@x.org", "first")
    registration.set_time(AFTER)
    registration.watch_all("ada@x.org", "second", begin=AFTER, seconds=240)

    asked = ask(registration, " ADA@x.org")
    signed_in = sign_in(registration, token(registration))

    assert asked.status_code == 202
    assert registration.events("sign-in") == ["sign-in.requested"]
    cookie = signed_in.headers["Set-Cookie"]
    assert signed_in.json == {"name": "Ada Lovelace", "email": "ada@x.org"}
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/registration", "Secure"))
    me = registration.client.get(f"{V1}/learners/me", base_url="https://localhost").json
    assert [one["session"] for one in me["registrations"]] == ["first"]
    assert me["views"] == [{"session": "second", "watched_seconds": 240, "duration_seconds": 240, "viewed": True}]
    assert [one["seen"] for one in me["progress"][0]["sessions"]] == [None, "recorded"]
    path = me["registrations"][0]["url"].removeprefix("https://learning.example.org")
    assert registration.client.get(path).json["email"] == "ada@x.org"


def test_what_is_watched_counts_for_who_is_signed_in(registration: Registration) -> None:
    session = registration.hold()
    registration.know_recording(session)
    registration.register("ada@x.org")
    beat = {"position_seconds": 0, "duration_seconds": 5400}
    stranger = registration.client.post(f"{V1}/sessions/world-cafe/views", json=beat)
    ask(registration, "ada@x.org")
    sign_in(registration, token(registration))

    counted = registration.client.post(f"{V1}/sessions/world-cafe/views", json=beat, base_url="https://localhost")

    assert (stranger.status_code, counted.status_code) == (401, 200)


@pytest.mark.covers("API2:2023", "ASVS 6.5.1")
def test_a_link_is_good_once_and_for_a_quarter_of_an_hour(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")
    ask(registration, "ada@x.org")
    first = token(registration)

    assert [sign_in(registration, first).status_code for _ in range(2)] == [200, 410]
    ask(registration, "ada@x.org")
    registration.set_time("2017-01-10T12:15:01-06:00")
    late = sign_in(registration, token(registration))
    assert (late.status_code, late.json["type"]) == (410, "urn:convene:problem:sign-in-expired")
    assert sign_in(registration, "nonsense").status_code == 410
    assert sign_in(registration, "").status_code == 422


@pytest.mark.covers("API2:2023", "ASVS 6.3.8")
def test_nothing_tells_whether_an_address_is_known(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")

    known, stranger = ask(registration, "ada@x.org"), ask(registration, "eve@x.org")

    assert (known.status_code, known.data) == (stranger.status_code, stranger.data)
    assert set(known.headers.keys()) == set(stranger.headers.keys())
    assert registration.events("sign-in") == ["sign-in.requested"]


@pytest.mark.covers("API4:2023", "API6:2023", "ASVS 2.4.1")
@pytest.mark.parametrize("email", ["ada@x.org", "eve@x.org"])
def test_an_address_is_mailed_five_times_an_hour_at_most(registration: Registration, email: str) -> None:
    registration.hold()
    registration.register("ada@x.org")

    answers = [ask(registration, email, **{"X-Forwarded-For": f"192.0.{n}.1"}) for n in range(7)]

    # Requests for another person do not lock them out: nothing is refused, and earlier links work.
    assert [one.status_code for one in answers] == [202] * 7
    assert len(registration.events("sign-in")) == (5 if email == "ada@x.org" else 0)
    let_pass(registration.conn, hours=1)
    assert ask(registration, "ada@x.org").status_code == 202
    assert registration.events("sign-in")


def test_a_network_asks_for_one_address_five_times_an_hour_at_most(registration: Registration) -> None:
    answers = [ask(registration, "ada@x.org", **{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(6)]

    assert [one.status_code for one in answers] == [202] * 5 + [429]
    assert 3000 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert ask(registration, "other@x.org", **{"X-Forwarded-For": "192.0.2.1"}).status_code == 202
    assert ask(registration, "ada@x.org", **{"X-Forwarded-For": "198.51.100.7"}).status_code == 202


def test_a_network_causes_so_many_mails_in_ten_minutes(registration: Registration) -> None:
    for network in ("192.0.2.0/24", "2001:db8:1::/48"):
        use_up_network(registration.conn, network, left=3)

    asked = [ask(registration, f"p{n}@x.org", **{"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(4)]
    six = [ask(registration, f"s{n}@x.org", **{"X-Forwarded-For": f"2001:db8:1:{n}::1"}).status_code for n in range(4)]

    assert asked == six == [202, 202, 202, 429]
    assert ask(registration, "other@x.org", **{"X-Forwarded-For": "198.51.100.7"}).status_code == 202


def test_signing_out_ends_the_session(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org")
    ask(registration, "ada@x.org")
    sign_in(registration, token(registration))

    assert registration.client.delete(f"{V1}/learners/session", base_url="https://localhost").status_code == 204

    assert registration.client.get(f"{V1}/learners/me", base_url="https://localhost").status_code == 401
    assert registration.value("SELECT count(*) FROM learner_sessions") == 0


def test_the_link_leads_to_a_page_that_uses_nothing_up(registration: Registration) -> None:
    registration.hold()
    registration.register("ada@x.org", name="<b>Ada")
    ask(registration, "ada@x.org")
    path = f"{V1}/learners/sign-in?token={token(registration)}"

    for _ in range(2):
        page = registration.client.get(path)
        assert (page.status_code, page.mimetype) == (200, "text/html")
    foreign, signed_in, again = (
        registration.client.post(
            f"{V1}/learners/session", data={"token": token(registration)}, headers={"Sec-Fetch-Site": site}
        )
        for site in ("cross-site", "same-origin", "same-origin")
    )

    assert foreign.status_code == 403
    assert "Hello &lt;b&gt;Ada" in signed_in.text
    assert "HttpOnly" in signed_in.headers["Set-Cookie"]
    assert (again.status_code, again.mimetype) == (410, "text/html")
