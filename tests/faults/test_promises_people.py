"""What is forgotten of people, and what is noticed when data was changed behind the services' backs."""

from collections.abc import Iterator

import pytest

from deploy.demo.site import Site
from deploy.native.services import SERVICES
from tests.faults import world
from tests.faults.load import CONFIRM, NOTIFICATIONS, REGISTRATION, Load
from tests.faults.people import LIBRARY
from tests.faults.quiet import wait_quiet
from tests.faults.site import FaultSite
from tests.waiting import eventually

CANARY = "canary"
EMAIL = "canary.zoe@faults.example.org"
COLLEAGUE = "bea@faults.example.org"
# Everything that she says of herself, in forms that other people's data cannot have.
SECRETS = {
    "name": f"Zoe {CANARY}-name",
    "job_title": f"{CANARY}-title",
    "accommodations": f"{CANARY}-ramp",
    "answers": {"why": f"{CANARY}-answer"},
    "library": {**LIBRARY, "name": f"{CANARY}-library"},
}
COLUMNS = """
    SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema IN ('catalog', 'registration', 'notifications') AND table_type = 'BASE TABLE'
"""
# What a report counts of what is past; a seat in what is to come is given up.
PAST = ("attended", "watched", "completed", "took_part")
SEATS_LOG = "seats and registrations disagree"

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@pytest.fixture
def staff(site: FaultSite) -> Site:
    return Site(dict.fromkeys(SERVICES, site.origin()), site.token())


@pytest.mark.promise("P23")
def test_of_who_was_erased_nothing_is_found_anywhere_but_what_counts(site: FaultSite, load: Load, staff: Site) -> None:
    _take_part(site, load, staff)
    assert wait_quiet(site, calm=0.0) == []
    assert {"registration.people.email", "notifications.messages.recipient"} <= set(_found(site))
    counted = _counted(staff)

    erasure = staff.call("DELETE", f"{REGISTRATION}/people/{EMAIL}", headers=staff.staff)

    assert erasure.status_code == 202
    where = erasure.headers["Location"].removeprefix(site.origin())
    eventually(lambda: staff.get(where).json()["state"] == "done", seconds=60)
    assert wait_quiet(site, calm=0.0) == []
    assert _found(site) == []
    assert [file.name for file in site.supervisor.logs.iterdir() if CANARY in file.read_text(errors="replace")] == []
    assert _counted(staff) == counted


@pytest.mark.promise("P25")
def test_a_count_of_seats_that_somebody_changed_is_named_in_the_log(site: FaultSite, load: Load) -> None:
    load.register(load.people.next(), world.MOVED[0])
    change = "UPDATE registration.seats SET taken = taken + %s WHERE session_id = %s RETURNING session_id::text AS id"
    [session] = site.query("SELECT id FROM registration.sessions WHERE slug = %s", world.MOVED[0])
    log = site.supervisor.logs / "registration-worker.log"

    site.query(change, 1, session["id"])

    def said() -> list[str]:
        return [line for line in log.read_text().splitlines() if SEATS_LOG in line and str(session["id"]) in line]

    eventually(said, seconds=90)
    site.query(change, -1, session["id"])


def _take_part(site: FaultSite, load: Load, staff: Site) -> None:
    """In whatever leaves something behind: forms, a waiting list, a note of staff, the newsletter, links to sign in."""
    rules = f"{REGISTRATION}/sessions/{world.CALM[6]}/rules"
    staff.replace(rules, {"questions": [{"key": "why", "label": "Why?", "kind": "text"}]})
    wish = {"email": EMAIL, **SECRETS}
    for session in world.CALM:
        load.client.history.invoke("register", email=EMAIL, session=session, newsletter=False)
    made = staff.post(f"{REGISTRATION}/registrations", {**wish, "session": world.CALM[6], "newsletter": True})
    made.raise_for_status()
    without = {name: value for name, value in wish.items() if name != "answers"}
    for session in (world.CALM[4], world.CALM[5]):
        staff.post(f"{REGISTRATION}/registrations", {**without, "session": session}).raise_for_status()
    colleagues = {
        "session": world.CALM[7],
        "registrar": {"email": EMAIL, "name": SECRETS["name"]},
        "library": LIBRARY,
        "people": [{"email": COLLEAGUE, "name": "Bea"}],
    }
    load.client.history.invoke("register", email=COLLEAGUE, session=world.CALM[7], newsletter=False)
    staff.post(f"{REGISTRATION}/group-registrations", colleagues).raise_for_status()
    note = {"note": f"{CANARY}-note", "job_title": f"{CANARY}-other"}
    mine = f"{REGISTRATION}/registrations/{made.json()['id']}"
    staff.call("PATCH", mine, json=note, headers=staff.staff).raise_for_status()
    staff.post(f"{REGISTRATION}/learners/sign-in", {"email": EMAIL}).raise_for_status()
    token = eventually(lambda: _confirmation(site), seconds=60)
    staff.post(f"{NOTIFICATIONS}/subscriptions/confirm", {"token": token}).raise_for_status()
    before = _counted(staff)
    load.watch(EMAIL)
    assert _counted(staff) == before | {what: before[what] + 1 for what in ("watched", "completed", "took_part")}


def _confirmation(site: FaultSite) -> str | None:
    bodies = [mail.mail.get_body(("plain",)) for mail in site.sink.to(EMAIL)]
    found = [CONFIRM.search(body.get_content()) for body in bodies if body]
    return next((match[1] for match in found if match), None)


def _found(site: FaultSite) -> list[str]:
    """The columns of all schemas in which something of her stands."""
    return [name for name, sql in _searches(site) if site.query(sql, CANARY)[0]["found"]]


def _searches(site: FaultSite) -> Iterator[tuple[str, str]]:
    for column in site.query(COLUMNS):
        table, name = f"{column['table_schema']}.{column['table_name']}", column["column_name"]
        value = f"encode({name}, 'escape')" if column["data_type"] == "bytea" else f"{name}::text"
        yield f"{table}.{name}", f"SELECT count(*) AS found FROM {table} WHERE strpos({value}, %s) > 0"  # noqa: S608


def _counted(staff: Site) -> dict[str, int]:
    """How many took part in what is past, as a report says."""
    total = staff.look(f"{REGISTRATION}/reports/participation?by=library_type")["total"]
    return {what: total[what] for what in PAST}
