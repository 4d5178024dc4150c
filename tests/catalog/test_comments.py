"""Comments: seen by nobody before staff approve them."""

import threading
from typing import Any

import pytest

from services.catalog.app import SERVICE
from services.catalog.imports.domain import import_programme
from shared import runtime
from tests.catalog.catalog import V1, Catalog
from tests.catalog.programs import small
from tests.catalog.staff_requests import call, withdraw
from tests.usage import let_pass, use_up
from tests.web_client import WebResponse, make_client

PATH = "/sessions/cafe/comments"


def say(catalog: Catalog, body: str = "This *helped* us.", **headers: str) -> WebResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return catalog.client.post(V1 + PATH, json={"author": "Zoë", "body": body}, headers=sent)


def pending(catalog: Catalog) -> list[Any]:
    return (call(catalog, "GET", "/comments").json or {})["items"]


def test_a_comment_is_shown_once_it_is_approved(filled: Catalog) -> None:
    received = say(filled)

    assert received.status_code == 202
    assert received.headers["Access-Control-Allow-Origin"] == "*"
    assert filled.show(PATH)["items"] == []
    [waiting] = pending(filled)
    assert (waiting["session"], waiting["author"], waiting["status"]) == ("cafe", "Zoë", "pending")

    assert call(filled, "POST", f"/comments/{waiting['id']}/approve").status_code == 200

    [shown] = filled.show(PATH)["items"]
    assert shown["body_html"] == "<p>This <em>helped</em> us.</p>"
    assert shown.keys() == {"id", "author", "body", "body_html", "created_at"}
    assert pending(filled) == []


def test_a_decision_can_be_changed_and_a_comment_erased(filled: Catalog) -> None:
    say(filled)
    [waiting] = pending(filled)
    for decision, seen in (("approve", 1), ("approve", 1), ("reject", 0), ("approve", 1)):
        call(filled, "POST", f"/comments/{waiting['id']}/{decision}")
        assert len(filled.show(PATH)["items"]) == seen

    assert call(filled, "DELETE", f"/comments/{waiting['id']}").status_code == 204
    assert filled.show(PATH)["items"] == []
    assert call(filled, "POST", f"/comments/{waiting['id']}/approve").status_code == 404
    actions = [one["action"] for one in (call(filled, "GET", f"/audit?subject={waiting['id']}").json or {})["items"]]
    assert actions[0] == "comment.erased"
    assert "helped" not in str(call(filled, "GET", "/audit").json)


def test_the_same_decision_again_changes_nothing(filled: Catalog) -> None:
    def raised() -> list[Any]:
        return filled.conn.execute("SELECT * FROM reading_revision").fetchall()

    say(filled)
    [waiting] = pending(filled)
    assert call(filled, "POST", f"/comments/{waiting['id']}/approve").status_code == 200
    before = raised()
    assert call(filled, "POST", f"/comments/{waiting['id']}/approve").status_code == 200

    assert raised() == before
    told = call(filled, "GET", f"/audit?subject={waiting['id']}").json or {}
    assert [one["changes"]["status"] for one in told["items"]] == [["pending", "approved"]]


def test_the_same_twice_waits_once_and_many_are_listed_in_pages(filled: Catalog) -> None:
    first, again = say(filled), say(filled)
    for number in range(4):
        say(filled, f"Number {number}")

    assert first.json == again.json
    page = call(filled, "GET", "/comments?limit=3").json or {}
    rest = call(filled, "GET", f"/comments?limit=3&cursor={page['next']}").json or {}
    assert len(page["items"]) + len(rest["items"]) == 5
    assert rest["next"] is None


def test_a_network_that_floods_is_refused_and_no_other(filled: Catalog) -> None:
    use_up(filled.conn, "comments", "127.0.0.0/24", most=50, seconds=3600, left=3)
    answers = [say(filled, f"Number {number}") for number in range(4)]

    assert [one.status_code for one in answers] == [202, 202, 202, 429]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 3600
    assert answers[3].json
    assert answers[3].json["type"] == "urn:convene:problem:too-many-comments"
    assert "Retry-After" in answers[3].headers["Access-Control-Expose-Headers"]
    assert say(filled, "Number 1").json == answers[1].json
    elsewhere = {"X-Forwarded-For": "127.0.0.1, 198.51.100.7"}
    assert filled.client.post(V1 + PATH, json={"author": "B", "body": "x"}, headers=elsewhere).status_code == 202
    let_pass(filled.conn, hours=1)
    assert say(filled, "Number 3").status_code == 202


def test_how_many_wait_refuses_nobody(filled: Catalog) -> None:
    filled.conn.execute(
        "INSERT INTO comments (id, session_id, author, body, body_html)"
        " SELECT gen_random_uuid(), (SELECT id FROM entries WHERE slug = 'cafe'), 'A', n::text, ''"
        "   FROM generate_series(1, 3000) AS n"
    )

    assert say(filled).status_code == 202


def test_a_form_that_is_refused_keeps_what_was_typed(filled: Catalog) -> None:
    use_up(filled.conn, "comments", "127.0.0.0/24", most=50, seconds=3600, left=0)

    page = filled.client.post("/catalog" + PATH, data={"author": "Ada", "body": "Much to say"})

    assert (page.status_code, int(page.headers["Retry-After"]) > 0) == (429, True)
    assert "Much to say" in page.text


def test_staff_reject_at_once_what_one_network_sent(filled: Catalog) -> None:
    other = {"X-Forwarded-For": "198.51.100.7"}
    kept = filled.client.post(V1 + PATH, json={"author": "B", "body": "Honest"}, headers=other).json or {}
    sent = [(say(filled, f"Number {number}").json or {})["id"] for number in range(3)]

    answer = call(filled, "POST", f"/comments/{sent[1]}/reject-network")

    assert answer.json == {"rejected": 3}
    waiting = call(filled, "GET", "/comments?status=pending").json or {}
    assert [one["id"] for one in waiting["items"]] == [kept["id"]]
    assert call(filled, "POST", f"/comments/{sent[0]}/reject-network").status_code == 409
    networks = filled.conn.execute("SELECT count(*) FROM comments WHERE network IS NOT NULL").fetchone()
    assert networks == (1,)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"author": "", "body": "x"}, "author"),
        ({"author": "A", "body": ""}, "body"),
        ({"author": "A", "body": " \n\n"}, "body"),
        ({"author": "A", "body": "x" * 5001}, "body"),
        ({"author": "A\u0007", "body": "x"}, "author"),
        ({"author": " \u3000", "body": "x"}, "author"),
        ({"author": "\u200b\u2060", "body": "x"}, "author"),
        ({"author": "A\nStaff", "body": "x"}, "author"),
        ({"author": "A\u2028Staff", "body": "x"}, "author"),
        ({"author": "A\u202ec", "body": "x"}, "author"),
        ({"author": "A", "body": "x", "email": "a@b.example"}, "email"),
    ],
)
def test_a_comment_that_cannot_be_names_its_fault(filled: Catalog, body: dict[str, str], field: str) -> None:
    response = filled.client.post(V1 + PATH, json=body)

    assert response.status_code == 422
    assert response.json
    assert field in response.json["errors"]


def test_comments_belong_to_sessions_that_are_public(filled: Catalog) -> None:
    assert filled.get("/sessions/unknown/comments").status_code == 404
    withdraw(filled, "/sessions/cafe")
    assert filled.get(PATH).status_code == 410
    assert say(filled).status_code == 410


def test_the_bound_holds_however_many_write_at_once(committed: runtime.Runtime) -> None:
    with runtime.use(committed), runtime.transaction() as conn:
        use_up(conn, "comments", "127.0.0.0/24", most=50, seconds=3600, left=5)
        import_programme(conn, small(), actor="test")
    app = SERVICE.create_app(committed)
    statuses: list[int] = []

    def write(number: int) -> None:
        answer = make_client(app).post(V1 + PATH, json={"author": "A", "body": f"Number {number}"})
        statuses.append(answer.status_code)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert statuses.count(202) == 5
    assert statuses.count(429) == 7
