"""Programme documents: all or nothing, the same twice, every fault by its path."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.catalog import V1, Catalog, types
from tests.catalog.programs import changed, later, sample, session_of, small
from tests.commands import Result, run_command

EVERYTHING = [
    "organization/imls",
    "organization/ncdd",
    "vocabulary/library_type",
    "vocabulary/topic",
    "initiative/models",
    "series/large",
    "session/overview",
    "session/cafe",
    "session/change",
    "session/workshop",
    "announcement/free",
]


def test_a_document_makes_everything_that_it_names(catalog: Catalog) -> None:
    report = catalog.take_in(small())

    assert report == {"created": EVERYTHING, "changed": [], "unchanged": []}
    assert sorted(types(catalog.events())) == [
        "announcement.published",
        "initiative.published",
        "series.published",
        *["session.published"] * 4,
    ]


TOLD = """
    SELECT revision, (SELECT count(*) FROM outbox) AS events, (SELECT count(*) FROM changes) AS changes,
           (SELECT count(*) FROM audit_log) AS audited
      FROM catalog_revision
"""


def test_the_same_document_again_changes_nothing_and_tells_nobody(catalog: Catalog) -> None:
    catalog.take_in(small())
    told = catalog.rows(TOLD)

    report = catalog.take_in(small())

    assert report == {"created": [], "changed": [], "unchanged": EVERYTHING}
    assert catalog.rows(TOLD) == told


def test_a_dry_run_tells_what_would_be_done_and_does_nothing(catalog: Catalog) -> None:
    report = catalog.send(small(), "?dry_run=true").json

    assert report
    assert report["dry_run"] is True
    assert [f"{one['kind']}/{one['slug']}" for one in report["created"]] == EVERYTHING
    assert catalog.slugs("/sessions") == []
    assert catalog.events() == []
    assert catalog.value("SELECT count(*) FROM audit_log") == 0


def test_a_document_with_one_fault_leaves_nothing(catalog: Catalog) -> None:
    response = catalog.send(changed("overview", format="seance"))

    assert response.status_code == 422
    assert catalog.slugs("/organizations") == []
    assert catalog.events() == []


def test_every_fault_is_named_by_its_path_at_once(catalog: Catalog) -> None:
    document = small()
    document["sesions"] = []
    document["initiative"]["when"] = "someday"
    document["initiative"]["partners"].append({"organization": "nobody", "role": "partner"})
    document["series"][0]["completion"]["sessions"] = ["cafe", "missing", "overview"]
    workshop, change, cafe, overview = document["sessions"]
    workshop.update(slug="cafe", title="", color="red")
    change["starts_at"] = "2017-03-12T02:30:00"
    change["ends_at"] = "2017-03-12T01:00:00"
    cafe["terms"] = {"topic": ["unheard-of"], "mood": ["good"], "library_type": ["No Slug"]}
    cafe["registration"]["opens_at"] = "today"
    overview["timezone"] = "America/Springfield"

    response = catalog.send(document)

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.json
    assert set(response.json["errors"]) == {
        "sesions",
        "initiative.when",
        "initiative.partners.1.organization",
        "series.0.completion.sessions.1",
        "series.0.completion.sessions.2",
        "series.0.completion.invites_to",
        "sessions.0.title",
        "sessions.0.color",
        "sessions.1.starts_at",
        "sessions.2.slug",
        "sessions.2.terms.topic.0",
        "sessions.2.terms.mood",
        "sessions.2.terms.library_type.0",
        "sessions.2.registration.opens_at",
        "sessions.3.timezone",
    }
    assert response.json["errors"]["sessions.1.starts_at"] == [
        "Does not exist in America/Chicago: the clocks go forward over it."
    ]


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"starts_at": None}, "starts_at"),
        ({"timezone": None}, "timezone"),
        ({"edtf": "2017"}, "starts_at"),
        ({"ends_at": "2017-04-06T13:00:00"}, "ends_at"),
        ({"registration": {"policy": "open", "capacity": 0}}, "registration.capacity"),
        ({"registration": {"policy": "open", "closes_at": "2016-12-01T00:00:00", "opens_at": "2016-12-02T00:00:00"}},
         "registration.closes_at"),
        ({"online": {"platform": "Zoom", "join_url": "javascript:alert(1)"}}, "online.join_url"),
        ({"contact_hours": "NaN"}, "contact_hours"),
        ({"description": "a\u0000b"}, "description"),
        ({"series": "unknown"}, "series"),
    ],
)  # fmt: skip
def test_a_session_that_cannot_be_is_refused_where_it_is_wrong(
    catalog: Catalog, members: dict[str, Any], path: str
) -> None:
    response = catalog.send(changed("cafe", **members))

    assert response.status_code == 422
    assert response.json
    assert f"sessions.2.{path}" in response.json["errors"]


def test_an_uncertain_session_needs_no_zone_unless_a_local_time_is_in_it(catalog: Catalog) -> None:
    local = {"policy": "invitation", "opens_at": "2017-05-01T09:00:00"}

    refused = catalog.send(changed("workshop", registration=local))
    taken = catalog.send(changed("workshop", registration=local, timezone="America/Chicago"))

    assert refused.json
    assert set(refused.json["errors"]) == {"sessions.0.registration.opens_at"}
    assert taken.status_code == 200
    assert catalog.show("/sessions/workshop")["registration"]["opens_at"] == "2017-05-01T09:00:00-05:00"


def test_what_belongs_to_another_initiative_is_not_taken_over(catalog: Catalog) -> None:
    catalog.take_in(small())
    document = small() | {"initiative": {"slug": "other", "title": "Other"}}

    errors = (catalog.send(document).json or {})["errors"]

    assert errors["series.0.slug"] == ["Belongs to another initiative: models."]
    assert errors["sessions.3.slug"] == ["Belongs to another initiative: models."]
    assert errors["announcements.0.slug"] == ["Belongs to another initiative: models."]


def test_a_later_document_adds_to_what_there_is_and_leaves_the_rest_alone(catalog: Catalog) -> None:
    catalog.take_in(small())
    new = {**session_of(small(), "overview"), "slug": "second", "series": "large"}

    report = catalog.take_in({"initiative": small()["initiative"], "sessions": [new]})

    assert report == {"created": ["session/second"], "changed": ["series/large"], "unchanged": ["initiative/models"]}
    assert [one["slug"] for one in catalog.show("/series/large")["sessions"]] == [
        "cafe",
        "change",
        "workshop",
        "second",
    ]


def test_sessions_of_a_series_stand_in_the_order_of_its_completion_and_then_of_the_document(catalog: Catalog) -> None:
    catalog.take_in(small())

    series = catalog.show("/series/large")
    places = {slug: catalog.show(f"/sessions/{slug}")["series"] for slug in ("cafe", "change", "workshop")}

    assert [one["slug"] for one in series["sessions"]] == ["cafe", "change", "workshop"]
    assert {slug: (place["position"], place["of"]) for slug, place in places.items()} == {
        "cafe": (1, 2),
        "change": (2, 2),
        "workshop": (None, 2),
    }


def test_drafts_are_seen_by_nobody_until_they_are_published(catalog: Catalog) -> None:
    report = catalog.take_in(small() | {"publish": False})

    assert report["created"] == EVERYTHING
    assert catalog.events() == []
    assert catalog.get("/sessions/cafe").status_code == 404
    for path in ("/initiatives", "/series", "/sessions", "/announcements", "/organizations"):
        assert catalog.slugs(path) == []
    assert all(not vocabulary["terms"] for vocabulary in catalog.show("/vocabularies")["items"])
    assert catalog.show("/changes")["items"] == []

    assert catalog.take_in(small())["changed"] == EVERYTHING
    assert set(types(catalog.events())) == {
        "initiative.published", "series.published", "session.published", "announcement.published"
    }  # fmt: skip
    assert catalog.slugs("/series") == ["large"]


def test_a_draft_among_public_sessions_is_nowhere_mentioned(catalog: Catalog) -> None:
    without = small()
    without["sessions"] = [part for part in without["sessions"] if part["slug"] not in ("workshop", "cafe")]
    without["series"][0]["completion"] = {"sessions": ["change"]}
    without["announcements"] = []
    catalog.take_in(without)
    catalog.take_in(small() | {"publish": False})

    series = catalog.show("/series/large")

    assert [one["slug"] for one in series["sessions"]] == ["change"]
    assert series["completion"] == {"sessions": ["change"], "counts": ["live", "recorded"], "invites_to": None}
    assert catalog.show("/sessions/change")["series"] == {"slug": "large", "title": "Large", "position": 1, "of": 1}
    assert [one["slug"] for one in catalog.show("/initiatives/models")["sessions"]] == ["overview", "change"]


def test_the_real_programme_and_its_later_states_can_be_taken_in(catalog: Catalog) -> None:
    headers = catalog.staff | {"Content-Type": "application/yaml"}
    response = catalog.client.post(f"{V1}/imports", data=sample(), headers=headers)

    assert response.status_code == 200, response.text
    assert catalog.slugs("/sessions?registration=open") == [
        "models-for-change-overview", "introduction-large-urban", "world-cafe", "dialogue-to-change"
    ]  # fmt: skip
    labels = {one["slug"]: one["when"]["label"] for one in catalog.show("/series")["items"]}
    assert (labels["academic"], labels["small-mid-sized-rural"]) == ("Fall 2017", "Spring 2018")
    assert catalog.show("/sessions/workshop-large-urban")["when"] == {"edtf": "2017-06", "label": "June 2017"}
    for document in later():
        assert "initiative/ltc-models-for-change" in catalog.take_in(document)["unchanged"]
        assert catalog.take_in(document)["changed"] == []
    assert catalog.show("/sessions/workshop-large-urban")["status"] == "scheduled"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("initiative: {slug: [}", "Not YAML"),
        ("initiative: &a {slug: x}\nseries: [*a]", "aliases"),
        ("sessions: []\nsessions: []", "occurs twice"),
        ("[" * 30 + "]" * 30, "too deep"),
        ("!!python/object/apply:os.system [ls]", "Not YAML"),
    ],
)
def test_yaml_that_is_broken_or_full_of_tricks_is_malformed(catalog: Catalog, body: str, detail: str) -> None:
    headers = catalog.staff | {"Content-Type": "application/yaml"}

    response = catalog.client.post(f"{V1}/imports", data=body, headers=headers)

    assert response.status_code == 400
    assert response.json
    assert detail in response.json["detail"]


def test_only_json_and_yaml_of_staff_are_taken(catalog: Catalog) -> None:
    anyone = catalog.client.post(f"{V1}/imports", json=small())
    text = catalog.client.post(f"{V1}/imports", data="x", headers=catalog.staff | {"Content-Type": "text/plain"})
    no_document = catalog.send([])

    assert (anyone.status_code, text.status_code, no_document.status_code) == (401, 415, 422)


def test_an_import_is_audited_with_what_changed(catalog: Catalog) -> None:
    catalog.take_in(small())
    catalog.take_in(changed("cafe", title="Coffee"))

    [_, entry] = catalog.rows("SELECT actor, action, subject, changes FROM audit_log ORDER BY id")

    assert entry == {
        "actor": "staff@example.org",
        "action": "import",
        "subject": "models",
        "changes": {"session/cafe": {"title": ["Café", "Coffee"]}},
    }


def test_an_import_sent_twice_under_one_key_takes_effect_once(catalog: Catalog) -> None:
    first = catalog.send(small(), **{"Idempotency-Key": "import-2016"})
    again = catalog.send(small(), **{"Idempotency-Key": "import-2016"})
    dry = catalog.send(small(), "?dry_run=true", **{"Idempotency-Key": "import-2016"})

    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert dry.status_code == 422


def test_the_command_line_takes_in_a_document_and_names_the_faults_of_a_wrong_one(
    service_environments: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    def run(file: Path, *options: str) -> Result:
        return run_command("catalog", "import", str(file), *options, environment=service_environments["catalog"])

    (right := tmp_path / "right.yaml").write_text(sample())
    (wrong := tmp_path / "wrong.yaml").write_text(sample().replace("format: workshop", "format: seance"))

    dry, done, refused = run(right, "--dry-run"), run(right), run(wrong)

    assert (dry.returncode, done.returncode, refused.returncode) == (0, 0, 1)
    assert dry.stdout.replace('"dry_run": true', '"dry_run": false') == done.stdout
    assert "sessions.4.format: Must be one of: webinar, workshop." in refused.stderr


def test_staff_without_the_scope_are_refused(catalog: Catalog, staff_token: Callable[[str], str]) -> None:
    catalog.staff = {"Authorization": f"Bearer {staff_token('registration:write')}"}

    assert catalog.send(small()).status_code == 403
    assert catalog.act("cafe/cancel").status_code == 403
    assert catalog.put("cafe", session_of(small(), "cafe"), "*").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        "",
        "just a text",
        "2017: {}",
        "initiative: []\nsessions: {}\nvocabularies: [x]",
        "vocabularies: {topic: null, mood: [1], 7: []}",
        "initiative: {slug: [x], title: {}, funding: 3, partners: [null, 4, {organization: [a]}]}",
        "series: [{completion: {sessions: {a: b}}, audience: []}, 5]\nsessions: [null, {slug: 3, terms: []}]",
        "sessions: [{slug: x, starts_at: 9999-12-31T23:59:59, ends_at: 0001-01-01T00:00:00, timezone: ../etc/passwd}]",
        "sessions: [{slug: 'x\\n', registration: [], online: 4, edtf: 20170, contact_hours: .inf}]",
        "--- {}\n--- {}",
        "\x00",
    ],
)
def test_a_document_of_whatever_shape_is_refused_and_breaks_nothing(catalog: Catalog, body: str) -> None:
    headers = catalog.staff | {"Content-Type": "application/yaml"}

    response = catalog.client.post(f"{V1}/imports", data=body, headers=headers)

    assert response.status_code in (400, 422), response.text
