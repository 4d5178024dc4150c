"""OAI-PMH, harvested with a client that we did not write."""

import threading
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from oaipmh_scythe import Scythe
from werkzeug.serving import make_server

from services.catalog.harvesting import repository
from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed
from tests.catalog.staff_requests import withdraw

KINDS = {"session": "sessions", "series": "series", "initiative": "initiatives", "announcement": "announcements"}
OAI = "{http://www.openarchives.org/OAI/2.0/}"


@pytest.fixture
def harvester(filled: Catalog) -> Iterator[Any]:
    """A client of the catalog, which serves this test's transaction on a port of its own."""
    server = make_server("127.0.0.1", 0, filled.client.application)
    thread = threading.Thread(target=copy_context().run, args=(server.serve_forever,))
    thread.start()
    with Scythe(f"http://127.0.0.1:{server.port}/catalog/oai") as scythe:
        yield scythe
    server.shutdown()
    thread.join()


def identifiers(headers: Any) -> list[str]:
    return [header.identifier.removeprefix("oai:learning.example.org:") for header in headers]


def error_of(catalog: Catalog, query: str) -> str | None:
    response = catalog.client.get(f"/catalog/oai?{query}")
    assert response.status_code == 200, response.text
    found = etree.fromstring(response.data).find(f"{OAI}error")
    return None if found is None else found.get("code")


def test_everything_is_harvested_through_resumption_tokens(
    filled: Catalog, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "PAGE", 2)

    records = list(harvester.list_records(metadata_prefix="oai_dc"))

    found = identifiers(record.header for record in records)
    named = {f"{kind}/{item['id']}" for kind, path in KINDS.items() for item in filled.show(f"/{path}")["items"]}
    assert set(found) == named
    assert len(found) == len(named) == 7
    cafe = next(record.get_metadata() for record in records if record.get_metadata()["title"] == ["Café"])
    assert cafe["creator"] == ["NCDD"]
    assert cafe["date"] == ["2017-04-06T13:00:00-05:00"]
    assert cafe["identifier"] == ["https://learning.example.org/catalog/sessions/cafe"]
    assert cafe["subject"] == ["dialogue", "public"]


def test_what_was_withdrawn_is_deleted_and_what_changes_on_the_way_is_not_missed(
    filled: Catalog, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "PAGE", 2)
    id = filled.show("/sessions/overview")["id"]
    harvest = harvester.list_records(metadata_prefix="oai_dc", set_="kind:session", ignore_deleted=False)
    seen = [next(harvest)]
    filled.set_time("2016-12-16T11:00:00-06:00")
    withdraw(filled, "/sessions/overview")
    filled.take_in(changed("cafe", title="Coffee"))

    seen += list(harvest)

    by_id = {record.header.identifier.rpartition("/")[2]: record for record in seen}
    assert by_id[id].header.deleted
    assert len(by_id) == 4
    assert "Coffee" in [record.get_metadata()["title"][0] for record in seen if not record.header.deleted]


def test_sets_and_times_narrow_a_harvest(filled: Catalog, harvester: Any) -> None:
    filled.set_time("2016-12-20T00:00:00Z")
    filled.take_in(changed("cafe", title="Coffee"))

    sets = {found.setSpec for found in harvester.list_sets()}
    recent = identifiers(harvester.list_identifiers(metadata_prefix="oai_dc", from_="2016-12-20", set_="kind:session"))
    early = identifiers(
        harvester.list_identifiers(metadata_prefix="oai_dc", until="2016-12-19", set_="initiative:models")
    )

    assert {"kind:session", "initiative:models"} <= sets
    assert recent == [f"session/{filled.show('/sessions/cafe')['id']}"]
    assert f"session/{filled.show('/sessions/overview')['id']}" in early
    assert recent[0] not in early


def test_the_repository_and_a_record_describe_themselves(filled: Catalog, harvester: Any) -> None:
    identity = harvester.identify()
    id = f"oai:learning.example.org:session/{filled.show('/sessions/cafe')['id']}"

    assert identity.deletedRecord == "persistent"
    assert identity.granularity == "YYYY-MM-DDThh:mm:ssZ"
    assert harvester.get_record(identifier=id, metadata_prefix="oai_dc").get_metadata()["title"] == ["Café"]
    assert [found.metadataPrefix for found in harvester.list_metadata_formats()] == ["oai_dc"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Sing", "badVerb"),
        ("verb=Identify&color=red", "badArgument"),
        ("verb=Identify&verb=Identify", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=soon", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-00-00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2030-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=kind:shoe", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=xyz", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=xyz", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:y/1", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00%01", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=" + "x" * 2000, "badArgument"),
    ],
)
def test_what_is_wrong_is_told_by_the_protocols_own_codes(filled: Catalog, query: str, code: str) -> None:
    assert error_of(filled, query) == code


def test_a_request_may_come_as_a_form(filled: Catalog) -> None:
    response = filled.client.post("/catalog/oai", data={"verb": "ListRecords", "metadataPrefix": "oai_dc"})

    assert response.status_code == 200
    assert len(etree.fromstring(response.data).findall(f".//{OAI}record")) == 7
