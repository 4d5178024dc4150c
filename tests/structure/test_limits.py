"""Every public route that writes counts what it causes, or says here why it need not."""

from flask import Flask

from shared.http.request_limits import rate_limited
from tests.security.routes import access, routes

WRITES = ("POST", "PUT", "PATCH", "DELETE")
# Routes that need no limit, by their beginning, and the reason.
UNLIMITED = {
    "POST /catalog/oai": "only reads: harvesters may send their questions as forms (OAI-PMH 3.1.1)",
    "POST /{service}/staff/sign-out": "ends the caller's own session, and mails nobody",
    "POST /registration/sign-out": "ends the caller's own session, and mails nobody",
    "DELETE /registration/v1/learners/session": "ends the caller's own session, and mails nobody",
    "link ": "the link was mailed to the very address that is mailed then",
    "learner": "is signed in, or has the link that was mailed to them, and mails nobody else",
    "oneself ": "is signed in with the very address that is mailed then",
}
# These links cause emails to other people.
LIMITED_THOUGH_LINKED = (
    "POST /registration/group",
    "POST /registration/v1/group-registrations/confirmation",
    "POST /registration/invitations/<code>/transfer",
    "POST /registration/v1/invitations/<code>/transfer",
)


def test_a_public_route_that_writes_is_limited_or_says_why_not(app: Flask) -> None:
    assert unlimited(app) == []


def test_a_route_that_is_new_and_not_limited_is_found(app: Flask) -> None:
    app.add_url_rule(f"/{app.name}/v1/new", "new", lambda: "", methods=["POST"])
    app.add_url_rule(f"/{app.name}/v1/counted", "counted", rate_limited(lambda: ""), methods=["POST"])

    assert unlimited(app) == [f"POST /{app.name}/v1/new"]


def unlimited(app: Flask) -> list[str]:
    return [
        route.name
        for route in routes(app)
        if route.method in WRITES and not vars(route.view).get("limited") and not _is_excused(route.name, app.name)
    ]


def _is_excused(name: str, service: str) -> bool:
    if name in LIMITED_THOUGH_LINKED:
        return False
    who = access().get(name, "anybody")
    reasons = [reason.format(service=service) for reason in UNLIMITED]
    return who.startswith("staff ") or name in reasons or any(who.startswith(reason) for reason in reasons)
