"""Taking part, completing a series, and being invited: once, whatever comes first."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from shared import runtime, signed_links
from tests.registration.invitations import invitation_path
from tests.registration.registration import Registration
from tests.registration.samples import AFTER, make_series


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["attended", "watched", "series", "workshop"])), ids="-".join
)
def test_completion_invites_once_whatever_the_order_of_arrival(
    registration: Registration, order: tuple[str, ...]
) -> None:
    first, second = registration.hold("first"), registration.hold("second")
    workshop = uuid4()
    for slug in ("first", "second"):
        registration.register("ada@x.org", slug)
        registration.register("bob@x.org", slug)
    registration.know_recording(second, seconds=240)
    arrivals: dict[str, Callable[[], object]] = {
        "attended": lambda: registration.attend(("ada@x.org", 80), ("bob@x.org", 80), slug="first"),
        "watched": lambda: registration.watch_all("ada@x.org", "second", begin=AFTER, seconds=240),
        "series": lambda: registration.know_series(make_series([first.id, second.id], invites_to=workshop)),
        "workshop": lambda: registration.hold(
            "workshop", id=workshop, policy="invitation", capacity=1, starts_at=datetime(2017, 6, 23, 14, tzinfo=UTC)
        ),
    }
    registration.set_time(AFTER)

    for name in order:
        arrivals[name]()

    told = registration.events("series", "invitation")
    assert [one for one in told if one != "series.progressed"] == ["series.completed", "invitation.issued"]
    assert registration.client.get(invitation_path(registration, "ada@x.org")).json["status"] == "issued"


def test_what_is_earned_stays_when_the_series_grows(registration: Registration) -> None:
    first = registration.hold("first")
    series = uuid4()
    registration.register("ada@x.org", "first")
    registration.set_time(AFTER)
    registration.know_series(make_series([first.id], id=series))
    registration.attend(("ada@x.org", 80), slug="first")

    registration.know_series(make_series([first.id, uuid4()], id=series, revision=2))
    registration.know_series(make_series([first.id], id=series, revision=3))

    assert registration.events("series") == ["series.completed"]


def test_a_series_that_loses_a_session_completes_those_who_saw_the_rest(registration: Registration) -> None:
    first, second = registration.hold("first"), registration.hold("second")
    series = uuid4()
    registration.register("ada@x.org", "first")
    registration.know_series(make_series([first.id, second.id], id=series))
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), slug="first")
    assert registration.events("series") == ["series.progressed"]

    registration.know_series(make_series([first.id], id=series, revision=2))

    assert registration.events("series") == ["series.progressed", "series.completed"]


def test_only_the_ways_that_count_complete(registration: Registration) -> None:
    first = registration.hold("first")
    registration.register("ada@x.org", "first")
    registration.know_series(make_series([first.id], counts=("recorded",)))
    registration.set_time(AFTER)

    registration.attend(("ada@x.org", 80), slug="first")

    assert registration.events("series") == []


def invite(registration: Registration, *emails: str, capacity: int | None = None) -> None:
    """Let these people complete a series that invites to `workshop`."""
    first = registration.hold("first")
    workshop = registration.hold("workshop", policy="invitation", capacity=capacity, starts_at=None, status="planned")
    registration.know_series(make_series([first.id], invites_to=workshop.id))
    for email in emails:
        registration.register(email, "first")
    registration.set_time(AFTER)
    registration.attend(*[(email, 80) for email in emails], slug="first")
    scheduled = datetime(2017, 6, 23, 14, tzinfo=UTC)
    registration.hold(
        "workshop", id=workshop.id, revision=2, policy="invitation", capacity=capacity, starts_at=scheduled
    )


def test_an_invitation_is_a_seat_while_seats_last_then_a_place_in_line(registration: Registration) -> None:
    invite(registration, "ada@x.org", "bob@x.org", capacity=1)

    seats = [
        registration.client.post(invitation_path(registration, email) + "/accept").json["status"]
        for email in ("bob@x.org", "ada@x.org")
    ]

    assert seats == ["confirmed", "waitlisted"]
    again = registration.client.post(invitation_path(registration, "bob@x.org") + "/accept")
    assert (again.status_code, again.json["status"]) == (200, "confirmed")
    assert registration.events("invitation").count("invitation.accepted") == 2


def test_without_an_invitation_of_ones_own_the_workshop_is_closed(registration: Registration) -> None:
    invite(registration, "ada@x.org")
    code = invitation_path(registration, "ada@x.org").rsplit("/", 1)[1]

    assert registration.register("eve@x.org", "workshop").json["type"] == "urn:convene:problem:invitation-required"
    assert registration.register("eve@x.org", "workshop", invitation=code).status_code == 403
    assert registration.register("eve@x.org", "workshop", invitation="nonsense").status_code == 403
    assert registration.events("invitation") == ["invitation.issued"]
    assert registration.register("ada@x.org", "workshop", invitation=code).json["status"] == "confirmed"
    assert registration.events("invitation") == ["invitation.issued", "invitation.accepted"]
    assert registration.client.get("/registration/v1/invitations/nonsense").status_code == 404


def test_a_declined_invitation_gives_no_seat(registration: Registration) -> None:
    invite(registration, "ada@x.org")
    path = invitation_path(registration, "ada@x.org")

    assert registration.client.post(f"{path}/decline").json["status"] == "declined"

    assert registration.client.post(f"{path}/accept").status_code == 409
    assert registration.events("invitation") == ["invitation.issued", "invitation.declined"]


def test_a_report_is_matched_summed_and_can_be_repeated(registration: Registration) -> None:
    registration.hold()
    for name in "abc":
        registration.register(f"{name}@x.org")
    registration.set_time(AFTER)
    rows = [("A@X.org", 12), ("a@x.org", 13), ("b@x.org", 5), ("stranger@x.org", 90), ("", 90)]

    first, second = registration.attend(*rows), registration.attend(*rows)

    assert first["without_seat"] == ["stranger@x.org", "Ada"]
    counts = {name: first[name] for name in ("matched", "unmatched", "duplicates", "changed")}
    assert counts == {"matched": 2, "unmatched": 2, "duplicates": 1, "changed": 2}
    assert second["changed"] == 0
    assert registration.events("attendance") == ["attendance.recorded"] * 2
    assert (
        registration.value("SELECT count(*) FROM attendance WHERE attended") == 1
    )  # b was there for five minutes only


def test_a_report_before_the_session_or_without_addresses_is_refused(registration: Registration) -> None:
    registration.hold()
    path = "/registration/v1/sessions/world-cafe/attendance"
    send = registration.client.post

    early = send(path, data=b"Email\na@x.org\n", content_type="text/csv", headers=registration.staff)
    registration.set_time(AFTER)
    useless = send(path, data=b"Name\nAda\n", content_type="text/csv", headers=registration.staff)
    other = send(path, data=b"x", content_type="application/pdf", headers=registration.staff)

    assert [early.status_code, useless.status_code, other.status_code] == [409, 422, 415]


def test_eighty_percent_watched_counts_and_each_second_counts_once(registration: Registration) -> None:
    session = registration.hold()
    registration.register("ada@x.org")
    registration.know_recording(session, seconds=600)

    first = registration.watch_all("ada@x.org", "world-cafe", begin=AFTER, seconds=420)
    again = registration.watch_all("ada@x.org", "world-cafe", begin="2017-05-11T12:00:00-05:00", seconds=420)
    assert (first["watched_seconds"], again["watched_seconds"], again["viewed"]) == (420, 420, False)

    whole = registration.watch_all("ada@x.org", "world-cafe", begin="2017-05-12T12:00:00-05:00", seconds=600)
    assert whole == {"watched_seconds": 600, "duration_seconds": 600, "viewed": True}
    assert registration.events("recording") == ["recording.viewed"]


def test_skipping_ahead_and_repeating_a_heartbeat_add_nothing(registration: Registration) -> None:
    session = registration.hold()
    registration.register("ada@x.org")
    registration.know_recording(session)
    registration.set_time(AFTER)

    for position in (0, 600, 1200, 5400, 5400, 0, 5400):
        found = registration.watch("ada@x.org", position)

    assert found["watched_seconds"] == 0
    assert registration.events("recording") == []


def test_skipping_after_a_pause_counts_for_ten_minutes_at_most(registration: Registration) -> None:
    session = registration.hold()
    registration.register("ada@x.org")
    registration.know_recording(session)
    registration.set_time("2017-05-10T12:00:00-05:00")
    registration.watch("ada@x.org", 0)

    registration.set_time("2017-05-10T13:30:00-05:00")

    assert registration.watch("ada@x.org", 5400)["watched_seconds"] == 600


def test_a_learners_link_is_needed_to_be_counted(registration: Registration) -> None:
    session = registration.hold()
    registration.know_recording(session)
    heartbeat = {"position_seconds": 1, "duration_seconds": 2}
    path = "/registration/v1/sessions/world-cafe/views"

    assert registration.client.post(path, json=heartbeat).status_code == 401
    stranger = signed_links.sign(runtime.settings(), "learner", str(uuid4()))
    assert registration.client.post(f"{path}?token={stranger}", json=heartbeat).status_code == 401


def progress_of(registration: Registration) -> list[tuple[str, str, int, int]]:
    """Return the progress events: email, missing session, sessions seen and sessions in total."""
    rows = registration.conn.execute(
        "SELECT document -> 'data' -> 'progress' FROM outbox WHERE type = 'registration.series.progressed'"
        " ORDER BY position"
    )
    return [(one["person"]["email"], one["session_id"], one["seen"], one["total"]) for (one,) in rows]


def test_who_has_one_session_to_go_is_told_once_which(registration: Registration) -> None:
    first, second, third = (registration.hold(slug) for slug in ("first", "second", "third"))
    series = make_series([first.id, second.id, third.id])
    registration.know_series(series)
    for slug in ("first", "second", "third"):
        registration.register("ada@x.org", slug)
    registration.set_time(AFTER)

    registration.attend(("ada@x.org", 80), slug="first")
    assert progress_of(registration) == []
    registration.attend(("ada@x.org", 80), slug="third")
    registration.attend(("ada@x.org", 85), slug="third")
    registration.know_series(replace(series, revision=2, title="Renamed"))

    assert progress_of(registration) == [("ada@x.org", str(second.id), 2, 3)]


def test_who_completes_at_once_is_told_of_nothing_left(registration: Registration) -> None:
    first, second = registration.hold("first"), registration.hold("second")
    for slug in ("first", "second"):
        registration.register("ada@x.org", slug)
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), slug="first")
    registration.attend(("ada@x.org", 80), slug="second")

    registration.know_series(make_series([first.id, second.id]))

    assert registration.events("series") == ["series.completed"]


def test_a_series_of_one_session_has_nothing_on_the_way(registration: Registration) -> None:
    registration.hold("other")
    first = registration.hold("first")
    registration.register("ada@x.org", "other")
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), slug="other")

    registration.know_series(make_series([first.id]))

    assert progress_of(registration) == []


def test_a_series_that_loses_a_session_leaves_one_to_go(registration: Registration) -> None:
    first, second, third = (registration.hold(slug) for slug in ("first", "second", "third"))
    series = make_series([first.id, second.id, third.id])
    registration.know_series(series)
    registration.register("ada@x.org", "first")
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), slug="first")

    registration.know_series(make_series([first.id, second.id], id=series.id, revision=2))

    assert progress_of(registration) == [("ada@x.org", str(second.id), 1, 2)]
