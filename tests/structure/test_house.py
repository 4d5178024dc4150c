"""Rules of the project that would drift if they were only written down."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from deploy import docs
from deploy.docs import SERVICES

ROOT = Path(__file__).resolve().parents[2]
MODULES = [f for folder in ("shared", "services", "deploy") for f in (ROOT / folder).rglob("*.py")]
PUBLIC = {
    "comments, and harvesters' forms": re.compile(r"POST /catalog/(v1/sessions/<slug>/comments|oai)$"),
    "recordings, and comments from a page": re.compile(
        r"(GET /catalog/recordings/<slug>|(GET|POST) /catalog/(sessions|announcements)/<slug>/comments)$"
    ),
    "GET /catalog/v1/{collection}": re.compile(r"GET /catalog/v1/"),
    "what pages load, and the way to sign in": re.compile(r"(GET /\w+/static/|(GET|POST) /\w+/staff/sign)"),
    "lists of sessions on other sites": re.compile(r"GET /catalog/widget"),
    "the newsletter's readers, by their links": re.compile(
        r"(GET|POST) /notifications/(newsletter|confirm|preferences/|new-link)"
    ),
    "pages, and what leads to them": re.compile(
        r"GET /catalog/($|oembed$|oai$|[\w/<>]+\.(ics|atom|rss)$|sitemap(-<int:number>)?\.xml$"
        r"|(initiatives|series|sessions|announcements|organizations)/<slug>$)"
    ),
    "registering and what a mail's link allows": re.compile(
        r"(GET|POST|PATCH|DELETE) /registration/v1/(registrations|group-registrations|series/<slug>/registrations"
        r"|invitations|join|libraries$|sessions/<slug>/(availability|form|views))"
    ),
    "readers of the newsletter, and what a mail's link allows": re.compile(
        r"(GET|POST|PATCH|DELETE) /notifications/(v1/(subscriptions|unsubscribe/)|archive)"
    ),
    "learners, who say themselves who they are": re.compile(r"(GET|POST|DELETE) /registration/v1/learners/"),
    "pages of registration, for learners": re.compile(
        r"(GET|POST) /registration/(sessions/<slug>(/group)?$|series/<slug>$|done$|manage/|invitations/|sign-(in|out)"
        r"|group(/requested)?$|learning$|certificates/|join$|new-link$)"
    ),
    "people, who say themselves who they are": re.compile(r"(GET|DELETE) /registration/v1/(people|erasures)/"),
    "certificates, to verify": re.compile(r"GET /registration/v1/(certificates|issuer)"),
    "what programs look for at the root of a site": re.compile(r"GET /catalog/(favicon\.ico|(robots|security)\.txt)$"),
    "documents and probes": re.compile(r"GET /\w+/(health/|metrics$|v1/(docs|openapi\.json))"),
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_described_under_the_same_headings(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()

    for heading in ("Owns", "HTTP", "Publishes", "Listens to", "Settings", "Jobs", "Commands"):
        assert re.search(rf"^## {heading}$", text, re.MULTILINE), heading


@pytest.mark.parametrize("service", SERVICES)
def test_every_subject_of_a_service_has_its_line(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text()
    subjects = {file.parent.name for file in (ROOT / "services" / service).glob("*/*.py")}

    table = text.partition("| folder | what |")[2].partition("\n\n")[0]
    assert subjects <= set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .*? \|", table, re.MULTILINE))))


@pytest.mark.covers("API5:2023", "API9:2023")
@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_for_staff_or_meant_to_be_public(service: str) -> None:
    from shared import runtime
    from shared.settings import Settings

    present = runtime.build(
        service,
        Settings(database_url="postgresql://x@127.0.0.1:1/x", broker_url="amqp://", public_url="https://x", jwks="x"),
        "test",
        pool_size=1,
    )
    app = docs._service(service).create_app(present)
    open_routes = [
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not hasattr(app.view_functions[rule.endpoint], "scope")
    ]

    assert [route for route in open_routes if not any(meant.match(route) for meant in PUBLIC.values())] == []


def test_queues_are_bound_to_exactly_what_the_services_listen_to() -> None:
    definitions = json.loads((ROOT / "deploy/rabbitmq/definitions.json").read_text())
    bound = [(b["destination"], b["routing_key"]) for b in definitions["bindings"] if b["source"] == "events"]
    patterns = {
        (queue, re.compile(key.replace(".", r"\.").replace("*", "[^.]+").replace("#", ".+"))) for queue, key in bound
    }

    for kind, services in docs.listeners().items():
        for service in services:
            assert any(queue == service and pattern.fullmatch(kind) for queue, pattern in patterns), (service, kind)


@pytest.mark.parametrize("service", ["shared", *SERVICES])
def test_migrations_are_numbered_and_say_why(service: str) -> None:
    folder = ROOT / "shared" if service == "shared" else ROOT / "services" / service
    files = sorted((folder / "migrations").glob("*.sql"))

    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    assert all(file.read_text().startswith("-- ") for file in files)


def test_migrations_of_a_service_have_names_of_their_own() -> None:
    names = [file.name for file in (ROOT / "shared/migrations").glob("*.sql")]
    names += [file.name for service in SERVICES for file in (ROOT / f"services/{service}/migrations").glob("*.sql")]

    assert len(names) == len(set(names))


def test_services_say_sql_in_their_queries_alone() -> None:
    found = [
        named(file)
        for file in (ROOT / "services").rglob("*.py")
        if not file.name.endswith("queries.py")
        and re.search(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+\w+", file.read_text())
    ]

    assert found == []


@pytest.mark.parametrize("file", MODULES, ids=named)
def test_a_module_says_what_it_holds_and_stays_small(file: Path) -> None:
    text = file.read_text()
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a docstring"
    assert text.count("\n") <= 450, "it has grown a second subject"


def test_every_folder_of_tests_is_run_by_a_command() -> None:
    usual = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["testpaths"]
    # `make security`, `make faults` and `make promises`, `make upgrade-test`
    by_name = {"tests/security", "tests/faults", "tests/upgrade"}

    assert {f"tests/{file.parent.name}" for file in (ROOT / "tests").glob("*/test_*.py")} == by_name | set(usual)


def test_what_is_published_is_numbered_above_all_that_was_given_out() -> None:
    """`next_revision` does that, and a restore raises it; `revision + 1` could repeat a number that was seen with other
    content.
    """
    never_published = {
        "services/catalog/publishing/queries.py",  # the catalog's own, with the moment that it was stamped
        "services/catalog/availability/queries.py",
        "services/notifications/newsletters/queries.py",
        "services/notifications/subscriptions/queries.py",
        "services/notifications/webhooks/endpoints/queries.py",
        "services/registration/rules/queries.py",
    }
    files = [*(ROOT / "services").rglob("*queries.py"), *(ROOT / "services").rglob("domain.py")]
    found = {str(file.relative_to(ROOT)) for file in files if "revision + 1" in file.read_text()}

    assert found <= never_published
