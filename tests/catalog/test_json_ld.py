"""Structured data, as a client reads it that we did not write."""

from typing import Any

import extruct
import pytest

from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed, small

SITE = "https://learning.example.org/catalog"
VIDEO = {"url": "https://video.example.org/cafe", "duration": "PT1H30M", "captions": True}


def read(catalog: Catalog, path: str) -> dict[str, Any]:
    """Return the structured data of a page, by type."""
    text = catalog.client.get(f"/catalog/{path}").text
    [document] = extruct.extract(text, syntaxes=["json-ld"])["json-ld"]
    assert document["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in document["@graph"]}


def test_a_session_is_an_educational_event(filled: Catalog) -> None:
    page = f"{SITE}/sessions/cafe"

    assert read(filled, "sessions/cafe")["EducationEvent"] == {
        "@type": "EducationEvent",
        "@id": page,
        "name": "Café",
        "description": "Tables.",
        "url": page,
        "startDate": "2017-04-06T13:00:00-05:00",
        "endDate": "2017-04-06T14:30:00-05:00",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": [{"@type": "VirtualLocation", "url": page}],
        "superEvent": {
            "@type": "EventSeries",
            "@id": f"{SITE}/initiatives/models",
            "name": "Models",
            "url": f"{SITE}/initiatives/models",
        },
        "workFeatured": {
            "@type": "Course",
            "@id": f"{SITE}/series/large",
            "name": "Large",
            "url": f"{SITE}/series/large",
        },
        "maximumAttendeeCapacity": 120,
        "isAccessibleForFree": True,
        "offers": {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "USD",
            "url": page,
            "availability": "https://schema.org/InStock",
            "validFrom": "2016-12-15T10:00:00-06:00",
        },
        "about": [{"@type": "Thing", "name": "Dialogue"}],
        "audience": [{"@type": "EducationalAudience", "audienceType": "Public"}],
        "performer": [{"@type": "Organization", "@id": f"{SITE}/organizations/ncdd", "name": "NCDD"}],
    }


@pytest.mark.parametrize(
    ("members", "mode", "places"),
    [
        ({}, "Online", ["VirtualLocation"]),
        ({"online": None, "venue": {"name": "Hall", "address": "1 Main Street"}}, "Offline", ["Place"]),
        ({"venue": {"name": "Hall"}}, "Mixed", ["Place", "VirtualLocation"]),
        ({"online": None, "format": "workshop"}, "Offline", []),
    ],
)
def test_an_event_says_where_it_is_attended(
    catalog: Catalog, members: dict[str, Any], mode: str, places: list[str]
) -> None:
    catalog.take_in(changed("cafe", **members))

    event = read(catalog, "sessions/cafe")["EducationEvent"]

    assert event["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    assert [place["@type"] for place in event.get("location", [])] == places


def test_a_cancelled_session_is_offered_no_more(filled: Catalog) -> None:
    filled.act("cafe/cancel")

    event = read(filled, "sessions/cafe")["EducationEvent"]

    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in event


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("2017-06", {"startDate": "2017-06"}),
        ("2017", {"startDate": "2017"}),
        ("2017-06/2018", {"startDate": "2017-06", "endDate": "2018"}),
        ("2017-23", {}),
        ("2017?", {}),
        ("2017-06/..", {"startDate": "2017-06"}),
    ],
)
def test_an_uncertain_date_is_said_as_far_as_schema_org_can(catalog: Catalog, edtf: str, said: dict[str, str]) -> None:
    catalog.take_in(changed("workshop", edtf=edtf))

    event = read(catalog, "sessions/workshop")["EducationEvent"]

    assert {name: event[name] for name in ("startDate", "endDate") if name in event} == said


def test_a_recording_is_a_video_and_no_address_but_its_own_is_in_it(filled: Catalog) -> None:
    filled.set_time("2017-04-06T15:00:00-05:00")
    filled.act("cafe/recording", VIDEO)

    things = read(filled, "sessions/cafe")

    assert things["EducationEvent"]["recordedIn"] == {"@id": f"{SITE}/sessions/cafe#recording"}
    assert things["VideoObject"].pop("uploadDate").startswith("2017-04-06T20:00:")
    assert things["VideoObject"] == {
        "@type": "VideoObject",
        "@id": f"{SITE}/sessions/cafe#recording",
        "name": "Café",
        "description": "Tables.",
        "duration": "PT1H30M",
        "contentUrl": "https://video.example.org/cafe",
        "url": f"{SITE}/recordings/cafe",
        "isAccessibleForFree": True,
        "accessibilityFeature": ["captions"],
        "recordedAt": {"@id": f"{SITE}/sessions/cafe"},
    }


def test_a_series_is_a_course_with_its_sessions(catalog: Catalog) -> None:
    document = small()
    document["initiative"]["partners"][0]["role"] = "organizer"
    catalog.take_in(document)

    course = read(catalog, "series/large")["Course"]

    assert (course["name"], course["description"], course["isPartOf"]) == (
        "Large",
        "Large",
        f"{SITE}/initiatives/models",
    )
    assert [one["name"] for one in course["provider"]] == ["NCDD"]
    assert [
        (one["@type"], one["name"], one["courseMode"], one["startDate"]) for one in course["hasCourseInstance"]
    ] == [
        ("CourseInstance", "Café", "online", "2017-04-06T13:00:00-05:00"),
        ("CourseInstance", "Change", "online", "2017-05-01T13:00:00-05:00"),
        ("CourseInstance", "Workshop", "onsite", "2017-06"),
    ]


def test_an_initiative_is_a_series_of_events_with_its_grant(filled: Catalog) -> None:
    events = read(filled, "initiatives/models")["EventSeries"]

    assert (events["startDate"], events["endDate"]) == ("2016-12", "2018-12")
    assert events["funding"] == {
        "@type": "Grant",
        "identifier": "RE-1",
        "funder": {"@type": "Organization", "@id": f"{SITE}/organizations/imls", "name": "IMLS"},
    }
    assert [one["name"] for one in events["contributor"]] == ["NCDD"]
    assert events["subEvent"][0]["@id"] == f"{SITE}/sessions/overview"


def test_an_announcement_is_news(filled: Catalog) -> None:
    article = read(filled, "announcements/free")["NewsArticle"]

    assert (article["headline"], article["articleBody"]) == ("Free", "Come.")
    assert article["datePublished"] == "2016-12-15T10:00:00-06:00"
    assert [one["@id"] for one in article["mentions"]] == [f"{SITE}/sessions/cafe"]


def test_an_organization_is_one(filled: Catalog) -> None:
    named = {"@type": "Organization", "@id": f"{SITE}/organizations/ncdd", "name": "NCDD"}

    assert read(filled, "organizations/ncdd")["Organization"] == named | {"mainEntityOfPage": named["@id"]}


def test_breadcrumbs_end_with_the_page(filled: Catalog) -> None:
    crumbs = read(filled, "sessions/cafe")["BreadcrumbList"]["itemListElement"]

    assert [(one["position"], one["name"], one["item"].removeprefix(SITE)) for one in crumbs] == [
        (1, "Catalog", "/"),
        (2, "Models", "/initiatives/models"),
        (3, "Large", "/series/large"),
        (4, "Café", "/sessions/cafe"),
    ]


def test_a_title_that_would_end_the_script_is_read_as_it_was_written(catalog: Catalog) -> None:
    hostile = "</script><script>alert(1)</script><!-- & -->"
    catalog.take_in(changed("cafe", title=hostile))

    assert read(catalog, "sessions/cafe")["EducationEvent"]["name"] == hostile
    text = catalog.client.get("/catalog/sessions/cafe").text
    assert text.count("</script>") == text.count("<script ")
