"""States and provinces: chosen from a list, read however they are written, kept by postal code."""

import re
from typing import Any

import pytest
from lxml import html

from services.registration.libraries import regions
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.staff_pages import DESK, HERE, page
from tests.servers.databases import ROOT

WRITTEN = {
    "IL": ["IL", "il", " Il ", "Illinois", "ILLINOIS", "ill.", "ILL", "I.L.", "US-IL", "State of Illinois",
           "Illinois, USA", "Illinois (IL)", "IL - Illinois", "Ill...", "Illinois\u00a0", "ＩＬ"],
    "NC": ["N. Carolina", "N.C.", "n c", "North\u00a0Carolina", "north carolina", "No. Carolina"],
    "DC": ["Washington DC", "Washington, D.C.", "D.C.", "dc", "District of Columbia"],
    "WA": ["Washington", "Wash.", "Washington State"],
    "WV": ["W. Va.", "West Virginia", "WVa"],
    "MA": ["Mass.", "Commonwealth of Massachusetts"],
    "PR": ["Puerto Rico", "P.R.", "puerto rico"],
    "VI": ["U.S. Virgin Islands", "USVI", "V.I."],
    "QC": ["Québec", "Quebec", "QUÉBEC", "Que\u0301bec", "P.Q.", "province de Québec", "CA-QC"],
    "BC": ["BC", "B.C.", "British Columbia", "Colombie-Britannique", "BC, Canada"],
    "PE": ["P.E.I.", "Prince Edward Island", "Île-du-Prince-Édouard"],
    "NL": ["Newfoundland & Labrador", "NF", "Newfoundland"],
    "ON": ["Ont.", "Ontario, Canada"],
    "XX": ["XX", "outside", "Outside the US and Canada"],
}  # fmt: skip
UNKNOWN = ["Bavaria", "Mexico", "ZZ", "42", "Somewhere", "Иллинойс", "CA Canada", "?", "Illinois Colorado", "i" * 61]


@pytest.mark.parametrize(("code", "written"), [(code, one) for code, all_ in WRITTEN.items() for one in all_])
def test_a_state_is_read_however_it_is_written(code: str, written: str) -> None:
    assert regions.read(written) == code


def test_all_are_there_once_each() -> None:
    codes = [code for places in regions.GROUPS.values() for code, _, _ in places]

    assert len(codes) == len(set(codes))
    assert [len(regions.GROUPS[group]) for group in ("United States", "US territories", "Canada")] == [51, 5, 13]
    spelled = [one for places in regions.GROUPS.values() for code, name, others in places
               for one in {code.lower(), regions.fold(name), *others}]  # fmt: skip
    assert len(spelled) == len(set(spelled)), "a spelling of two"
    assert all(regions.read(name) == code == regions.read(code) for code, name in regions.NAMES.items())


@pytest.mark.parametrize("written", UNKNOWN)
def test_what_is_no_state_is_refused_by_name_in_every_form(registration: Registration, written: str) -> None:
    registration.hold()
    library = {**LIBRARY, "state": written}
    person = {"email": "a@x.org", "name": "A", "library": library}
    made = registration.register("known@x.org")
    group = {"session": "world-cafe", "registrar": {"email": "b@x.org", "name": "B"}, "library": library,
             "people": [{"email": "a@x.org", "name": "A"}]}  # fmt: skip
    client, by_staff = registration.client, registration.staff

    answers = [
        registration.register("a@x.org", library=library),
        client.post(f"{V1}/group-registrations", json=group),
        client.post(f"{V1}/series/any/registrations", json=person),
        client.post(f"{V1}/sessions/world-cafe/registrations", json=person, headers=by_staff),
        client.patch(f"{V1}/registrations/{made.json['id']}", json={"library": library}, headers=by_staff),
    ]

    assert [(one.status_code, set(one.json["errors"])) for one in answers] == [(422, {"library.state"})] * 5


def test_what_is_written_is_kept_and_shown_by_its_code(registration: Registration) -> None:
    registration.hold()
    registration.register("a@x.org", library={**LIBRARY, "state": "n. carolina"})
    registration.register("b@x.org", library={**LIBRARY, "state": ""})

    shown = [one["library"]["state"] for one in registration.roster()["items"]]

    assert shown == ["NC", None]
    assert len(registration.roster(state="North Carolina")["items"]) == 1
    assert len(registration.roster(state="IL")["items"]) == 0


@pytest.mark.parametrize("address", ["sessions/world-cafe", "sessions/world-cafe/group"])
def test_a_form_offers_the_list_without_script(registration: Registration, address: str) -> None:
    registration.hold()

    form = html.fromstring(registration.client.get(f"/registration/{address}").text)

    groups = form.xpath("//select[@name='library.state']/optgroup")
    assert [group.get("label") for group in groups] == list(regions.GROUPS)
    assert set(form.xpath("//select[@name='library.state']//option/@value")) == {"", *regions.NAMES}


def test_staff_see_what_could_not_be_read_and_choose_what_was_meant(registration: Registration, staff: Any) -> None:
    registration.hold()
    made = registration.register("a@x.org")
    typed(registration, "Springfield area")
    path = f"{DESK}/registrations/{made.json['id']}"

    shown = page(staff, path)

    assert shown.xpath("//select[@name='library.state']/option[@selected]/@value") == ["Springfield area"]
    sent = {"name": "A", "email": "a@x.org", "library.name": "L", "library.type": "public", "library.state": "IL"}
    assert staff.post(path, data=sent, headers=HERE).status_code == 303
    assert page(staff, path).xpath("//select[@name='library.state']//option[@selected]/@value") == ["IL"]


def typed(registration: Registration, state: str | None) -> str | None:
    """Store a state as the code of 0.1.0 does, and return what the database keeps."""
    return registration.value(
        "UPDATE registrations SET library = library || jsonb_build_object('state', %s::text)"
        " RETURNING library ->> 'state'",
        state,
    )


def test_what_the_release_before_keeps_as_it_was_typed_is_folded_too(registration: Registration) -> None:
    registration.hold()
    registration.register("a@x.org")
    only_here = {"US-IL", "Illinois (IL)", "IL - Illinois", "CA-QC", "BC, Canada"}

    for code, spellings in WRITTEN.items():
        for written in set(spellings) - only_here:
            assert typed(registration, written) == code, written
    for written in ("Bavaria", "42", "CA Canada", None, ""):
        assert typed(registration, written) == written


def test_the_database_knows_the_spellings_of_the_module(registration: Registration) -> None:
    rows = dict(registration.conn.execute("SELECT spelling, code FROM state_spellings").fetchall())

    assert rows == regions.SPELLINGS
    migration = (ROOT / "services/registration/migrations/0014_states.sql").read_text()
    listed = re.search(r"<> ALL \(ARRAY\[(.*?)\]\)", migration, re.DOTALL)
    assert listed
    assert re.findall(r"'(\w\w)'", listed[1]) == list(regions.NAMES)
