"""Staff find and remove the comments that name a person."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.http.signin import COOKIE
from tests.catalog.catalog import V1, Catalog
from tests.catalog.programs import small

PATH = f"{V1}/sessions/cafe/comments"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def commented(catalog: Catalog, staff_token: Callable[[str], str]) -> Catalog:
    catalog.take_in(small())
    for author, body in (
        ("Ada Lovelace", "Write to Ada@Library.Example for the slides."),
        ("ada lovelace", "It *helped* us."),
        ("Bo", "Or to grandada@library.example, ada@library.example.org."),
    ):
        sent = catalog.client.post(PATH, json={"author": author, "body": body})
        assert sent.status_code == 202
    catalog.client.set_cookie(COOKIE, staff_token("people:erase catalog:write"))
    return catalog


def ask(catalog: Catalog, staff_token: Callable[[str], str], query: str = "") -> Any:
    headers = {"Authorization": f"Bearer {staff_token('people:erase')}"}
    return catalog.client.get(f"{V1}/people/ada@library.example{query}", headers=headers)


def test_staff_find_the_comments_that_name_an_address_or_are_signed_with_a_name(
    commented: Catalog, staff_token: Callable[[str], str]
) -> None:
    by_address = ask(commented, staff_token).json
    by_name = ask(commented, staff_token, "?name=Ada%20Lovelace").json

    assert [one["author"] for one in by_address["comments"]] == [
        "Ada Lovelace"
    ]  # and of nobody whose address is longer
    assert by_address["comments_signed_alike"] == []
    assert [one["author"] for one in by_name["comments_signed_alike"]] == ["Ada Lovelace", "ada lovelace"]
    assert commented.client.get(f"{V1}/people/ada@library.example").status_code == 401


def test_a_comment_that_staff_remove_leaves_nothing(commented: Catalog, staff_token: Callable[[str], str]) -> None:
    shown = commented.client.get("/catalog/staff/people?email=ada@library.example&name=Ada Lovelace")
    assert shown.status_code == 200
    for one in ask(commented, staff_token, "?name=Ada Lovelace").json["comments_signed_alike"]:
        assert f"/catalog/staff/comments/{one['id']}/erase" in shown.text
        commented.client.post(f"/catalog/staff/comments/{one['id']}/erase", headers=HERE)

    tables = commented.conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
    left = "\n".join(
        str(commented.conn.execute(f"SELECT string_agg(t::text, ' ') FROM {name} AS t".encode()).fetchone())  # noqa: S608
        for (name,) in tables
    ).lower()
    assert "lovelace" not in left
    assert "write to" not in left
    assert "grandada" in left


def test_nothing_held_is_told_as_such(catalog: Catalog, staff_token: Callable[[str], str]) -> None:
    assert ask(catalog, staff_token).json == {"comments": [], "comments_signed_alike": [], "programme": []}
