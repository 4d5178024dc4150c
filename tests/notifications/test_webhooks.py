"""Staff choose which events go to which outside sites; only public events are queued."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.notifications.app import SERVICE
from services.notifications.webhooks.endpoints.secret_encryption import SecretLost, decrypt_secret, encrypt_secret
from services.notifications.webhooks.payloads import PATTERNS, PUBLIC
from services.notifications.webhooks.sending.jobs import forget_old_deliveries
from shared import runtime
from shared.events import catalog
from shared.events import registration as participation
from tests.contracts.examples import EXAMPLES
from tests.notifications.desk import Desk
from tests.notifications.outside import URL, WANTED
from tests.notifications.samples import (
    JOIN_URL,
    a_person,
    a_recording,
    a_registration,
    a_series,
    a_session,
    arrived,
    confirmed,
    moved,
)
from tests.web_client import WebClient, WebResponse, make_client

PATH = "/notifications/v1/webhooks"


def create(client: WebClient, **changes: Any) -> dict[str, Any]:
    """A webhook, with its secret."""
    made = client.post(PATH, json={**WANTED, **changes})
    assert made.status_code == 201, made.json
    return made.json


def deliveries(client: WebClient, webhook: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    return client.get(f"{PATH}/{webhook['id']}/deliveries", query_string=query).json["items"]


def patch(client: WebClient, webhook: dict[str, Any], tag: str = "*", **changes: Any) -> WebResponse:
    return client.patch(f"{PATH}/{webhook['id']}", json=changes, headers={"If-Match": tag})


def test_a_webhook_is_made_read_changed_and_deleted(desk: Desk, client: WebClient) -> None:
    made = create(client)
    path = f"{PATH}/{made['id']}"
    read = client.get(path)
    assert read.json == {name: value for name, value in made.items() if name != "secret"}
    assert (read.json["state"], read.json["reason"], read.json["url"]) == ("active", None, URL)
    assert client.get(PATH).json["items"] == [read.json]

    changed = patch(client, made, read.headers["ETag"], description="Theirs", filters={"series": ["large-urban"]})

    assert (changed.status_code, changed.json["description"]) == (200, "Theirs")
    assert changed.json["filters"] == {"series": ["large-urban"]}
    assert changed.headers["ETag"] == client.get(path).headers["ETag"] != read.headers["ETag"]
    assert client.delete(path).status_code == 204
    assert [client.get(path).status_code, client.delete(path).status_code] == [404, 404]


def test_a_webhook_is_changed_from_the_version_that_was_read(desk: Desk, client: WebClient) -> None:
    made = create(client)

    assert patch(client, made, '"another"', description="x").status_code == 412
    assert client.patch(f"{PATH}/{made['id']}", json={"description": "x"}).status_code == 428


def test_a_secret_is_shown_once_and_kept_encrypted(desk: Desk, client: WebClient) -> None:
    made = create(client)
    rotated = client.post(f"{PATH}/{made['id']}/secret")

    assert made["secret"].startswith("whsec_")
    assert rotated.json["secret"] != made["secret"]
    assert rotated.headers["Cache-Control"] == "no-store"
    read = client.get(f"{PATH}/{made['id']}").text + client.get("/notifications/v1/audit").text
    kept = str(desk.conn.execute("SELECT * FROM webhooks").fetchall())
    for secret in (made["secret"], rotated.json["secret"]):
        assert secret not in read
        assert secret.removeprefix("whsec_") not in kept


def test_a_secret_is_readable_for_its_own_webhook_alone(present: runtime.Runtime) -> None:
    id = uuid4()
    sealed = encrypt_secret(present.settings, id, "whsec_YQ==")

    assert decrypt_secret(present.settings, id, sealed) == "whsec_YQ=="
    with pytest.raises(SecretLost):
        decrypt_secret(present.settings, uuid4(), sealed)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://www.library.example/", "https://postgres:5432/"])
def test_an_address_that_is_none_of_an_outside_site_is_refused(desk: Desk, client: WebClient, url: str) -> None:
    made = client.post(PATH, json={**WANTED, "url": url})
    changed = patch(client, create(client), url=url)

    assert (made.status_code, changed.status_code) == (422, 422)
    assert [*made.json["errors"]] == [*changed.json["errors"]] == ["url"]


@pytest.mark.parametrize(
    ("wrong", "member"),
    [
        ({"types": ["registration.registration.confirmed"]}, "types.0"),
        ({"types": ["registration.*"]}, "types.0"),
        ({"types": ["*"]}, "types.0"),
        ({"types": []}, "types"),
        ({"owner_email": "nobody"}, "owner_email"),
        ({"owner_name": "Ann\r\nBcc: x"}, "owner_name"),
        ({"filters": {"format": ["party"]}}, "filters.format.0"),
        ({"filters": {"person": ["ann"]}}, "filters.person"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"state": "disabled"}, "state"),
    ],
)
def test_what_cannot_be_is_refused_by_name(desk: Desk, client: WebClient, wrong: dict[str, Any], member: str) -> None:
    answer = client.post(PATH, json={**WANTED, **wrong})

    assert answer.status_code == 422
    assert [*answer.json["errors"]] == [member]


def test_there_are_a_hundred_webhooks_at_most(desk: Desk, client: WebClient) -> None:
    for _ in range(100):
        create(client)

    refused = client.post(PATH, json=WANTED)

    assert (refused.status_code, refused.json["type"]) == (409, "urn:convene:problem:too-many-webhooks")
    first = client.get(PATH, query_string={"limit": 60}).json
    second = client.get(PATH, query_string={"limit": 60, "cursor": first["next"]}).json
    assert len({one["id"] for one in first["items"] + second["items"]}) == 100
    assert second["next"] is None


def test_who_may_only_read_changes_nothing(
    desk: Desk, client: WebClient, present: runtime.Runtime, staff_token: Callable[[str], str]
) -> None:
    path = f"{PATH}/{create(client)['id']}"
    reader = make_client(SERVICE.create_app(present))
    reader.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {staff_token('notifications:read')}"

    assert reader.get(path).status_code == 200
    refused = [reader.post(PATH, json=WANTED), reader.patch(path, json={}), reader.delete(path)]
    refused += [reader.post(f"{path}/{what}") for what in ("ping", "secret", f"deliveries/{uuid4()}/redeliver")]
    assert {answer.status_code for answer in refused} == {403}


def test_what_staff_do_is_written_down_without_names_of_persons(desk: Desk, client: WebClient) -> None:
    made = create(client)
    patch(client, made, description="Theirs", owner_email="ben@library.example", state="disabled")
    client.post(f"{PATH}/{made['id']}/ping")
    client.post(f"{PATH}/{made['id']}/secret")
    client.delete(f"{PATH}/{made['id']}")

    log = client.get("/notifications/v1/audit", query_string={"subject": made["id"]})

    assert [one["action"] for one in log.json["items"]] == [
        f"webhook.{done}" for done in ("delete", "rotate-secret", "ping", "change", "create")
    ]
    assert log.json["items"][3]["changes"] == {
        "description": ["Our calendar", "Theirs"],
        "state": ["active", "disabled"],
    }
    assert "@library.example" not in log.text


def test_an_event_is_queued_once_for_whoever_wants_it(desk: Desk, client: WebClient) -> None:
    everything, held = create(client), create(client, types=["catalog.session.held", "catalog.series.*"])
    session = a_session()
    event = moved(session, days=1)

    desk.receive(catalog.SessionPublished(session=session), event, a_series())
    again = desk.conn.execute("SELECT count(*) FROM webhook_deliveries").fetchone()

    told = deliveries(client, everything)
    assert [one["type"] for one in told] == [
        "catalog.series.published",
        "catalog.session.rescheduled",
        "catalog.session.published",
    ]
    assert [one["sequence"] for one in told] == [1, 2, 1]
    assert told[1]["subject"] == str(session.id)
    assert [one["type"] for one in deliveries(client, held)] == ["catalog.series.published"]
    assert again == (4,)


def test_the_same_event_again_adds_nothing(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    event = arrived(a_series())

    desk.handle(event, event)

    [one] = deliveries(client, webhook)
    assert one["event_id"] == str(event[1].id)


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({}, {"session", "recording", "series"}),
        ({"initiative": ["ltc", "other"]}, {"session", "series"}),
        ({"series": ["large-urban"]}, {"session", "recording", "series"}),
        ({"series": ["other"]}, set()),
        ({"format": ["workshop"]}, set()),
        ({"format": ["webinar", "workshop"], "initiative": ["ltc"]}, {"session"}),
        ({"format": ["webinar"], "initiative": ["other"]}, set()),
        ({"terms": {"library_type": ["public", "school"]}}, {"session", "series"}),
        ({"terms": {"library_type": ["public"], "topic": ["dialogue"]}}, {"session"}),
        ({"terms": {"library_type": ["public"], "topic": ["other"]}}, set()),
        ({"terms": {"budget": ["small"]}}, set()),
    ],
)
def test_an_event_passes_where_it_matches_every_filter(
    desk: Desk, client: WebClient, filters: dict[str, Any], passes: set[str]
) -> None:
    webhook = create(client, filters=filters)
    session = a_session(terms={"library_type": ["public", "academic"], "topic": ["dialogue"]})
    series = a_series().series
    audience = catalog.Audience(library_types=["public"])
    desk.receive(
        catalog.SessionPublished(session=session),
        a_recording(session, series_slug="large-urban"),
        catalog.SeriesPublished(series=type(series)(**{**vars(series), "audience": audience})),
    )

    assert {one["type"].split(".")[1] for one in deliveries(client, webhook)} == passes


def test_what_only_registrants_may_know_does_not_leave(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    session = a_session()
    desk.receive(catalog.SessionPublished(session=session), moved(session, days=1))

    for one in deliveries(client, webhook):
        body = client.get(f"{PATH}/{webhook['id']}/deliveries/{one['id']}").json["body"]
        document = orjson.loads(body)
        assert JOIN_URL not in body
        assert "join_url" not in body
        assert document["data"]["session"]["online"] == {"platform": "Zoom"}
        assert document["data"]["session"]["title"] == "World Café"


@pytest.mark.parametrize("kind", PUBLIC)
def test_every_event_of_the_catalog_is_told_in_one_form(desk: Desk, client: WebClient, kind: str) -> None:
    webhook = create(client, types=[kind])
    if kind.startswith("catalog.recording."):
        example: Any = EXAMPLES[kind]
        desk.receive(catalog.SessionPublished(session=a_session(id=example.recording.session_id)))
    desk.receive(EXAMPLES[kind])

    [one] = deliveries(client, webhook)
    document = orjson.loads(client.get(f"{PATH}/{webhook['id']}/deliveries/{one['id']}").json["body"])

    assert document.keys() == {"type", "timestamp", "subject", "sequence", "data"}
    assert (document["type"], document["timestamp"]) == (kind, "2017-02-01T00:00:00Z")
    assert (document["subject"], document["sequence"]) == (EXAMPLES[kind].subject, EXAMPLES[kind].sequence)


def test_only_what_the_catalog_publishes_can_be_asked_for() -> None:
    assert all(pattern.startswith("catalog.") for pattern in PATTERNS)
    assert set(PUBLIC) < set(PATTERNS)
    assert "catalog.session.*" in PATTERNS


def test_what_happens_to_persons_is_told_to_nobody(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    session = a_session()
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session)))

    assert [one["type"] for one in deliveries(client, webhook)] == ["catalog.session.published"]


def test_while_a_webhook_is_disabled_nothing_is_queued_and_what_waits_has_failed(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    desk.receive(a_series())

    disabled = patch(client, webhook, state="disabled")
    desk.receive(a_series())

    assert (disabled.json["state"], disabled.json["reason"]) == ("disabled", "disabled by staff")
    [missed] = deliveries(client, webhook)
    assert (missed["state"], missed["error"]) == ("failed", "the webhook was disabled")
    again = f"{PATH}/{webhook['id']}/deliveries/{missed['id']}/redeliver"
    assert client.post(again).json["type"] == "urn:convene:problem:webhook-disabled"
    assert patch(client, webhook, state="active").json["reason"] is None
    desk.receive(a_series())
    assert client.post(again).json["state"] == "queued"
    assert len(deliveries(client, webhook, state="queued")) == 2
    assert desk.kinds() == []


def test_a_test_message_is_queued_at_once_also_for_a_webhook_that_is_disabled(desk: Desk, client: WebClient) -> None:
    webhook = create(client, types=["catalog.session.held"])
    patch(client, webhook, state="disabled")

    ping = client.post(f"{PATH}/{webhook['id']}/ping")

    assert (ping.status_code, ping.json["type"], ping.json["state"]) == (202, "webhook.ping", "queued")
    detail = client.get(f"{PATH}/{webhook['id']}/deliveries/{ping.json['id']}").json
    assert orjson.loads(detail["body"])["data"] == {"webhook": webhook["id"]}
    assert detail["calls"] == []


def test_deliveries_are_shown_by_their_own_webhook_alone(desk: Desk, client: WebClient) -> None:
    webhook, other = create(client, types=["catalog.series.*"]), create(client, types=["catalog.session.*"])
    desk.receive(a_series())
    [one] = deliveries(client, webhook)

    for path in (f"{other['id']}/deliveries/{one['id']}", f"{uuid4()}/deliveries", f"{uuid4()}/deliveries/{uuid4()}"):
        assert client.get(f"{PATH}/{path}").status_code == 404
    assert client.post(f"{PATH}/{other['id']}/deliveries/{one['id']}/redeliver").status_code == 404
    assert client.post(f"{PATH}/{uuid4()}/ping").status_code == 404


def test_the_log_is_read_page_by_page(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    desk.receive(*[a_series() for _ in range(5)])
    path = f"{PATH}/{webhook['id']}/deliveries"

    first = client.get(path, query_string={"limit": 3, "state": "queued"}).json
    second = client.get(path, query_string={"limit": 3, "state": "queued", "cursor": first["next"]}).json

    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 2, None]
    assert len({one["id"] for one in first["items"] + second["items"]}) == 5
    assert client.get(path, query_string={"cursor": "nonsense"}).status_code == 422


def test_what_ended_long_ago_is_forgotten(desk: Desk, client: WebClient) -> None:
    webhook = create(client)
    desk.receive(a_series(), a_series(), a_series())
    old, waiting, young = deliveries(client, webhook)
    desk.conn.execute(
        "UPDATE webhook_deliveries SET queued_at = now() - interval '36 days' WHERE id <> %s", [young["id"]]
    )
    for change in ("state = 'claimed', claimed_by = 1", "state = 'delivered', claimed_by = NULL"):
        desk.conn.execute(f"UPDATE webhook_deliveries SET {change} WHERE id <> %s", [waiting["id"]])  # noqa: S608
    for id in (old["id"], young["id"]):
        added = (
            "INSERT INTO webhook_attempts (delivery_id, at, milliseconds) VALUES (%s, now() - interval '31 days', 1)"
        )
        desk.conn.execute(added, [id])

    forget_old_deliveries()

    assert {one["id"] for one in deliveries(client, webhook)} == {waiting["id"], young["id"]}
    assert client.get(f"{PATH}/{webhook['id']}/deliveries/{young['id']}").json["calls"] == []


def test_erasure_takes_the_owner_out(desk: Desk, client: WebClient) -> None:
    webhook = create(client, owner_email="Ann@library.example")
    person = a_person(email="ann@library.example")

    desk.receive(participation.PersonErased(erasure=participation.Erasure(id=uuid4(), revision=1, person=person)))

    read = client.get(f"{PATH}/{webhook['id']}").json
    assert (read["owner_email"], read["owner_name"]) == ("", "")
