"""Operator commands as real processes on a real database: JSON output, exit codes, lines in the audit log."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from services.notifications.settings import NotificationsSettings
from services.notifications.webhooks.endpoints.secret_encryption import encrypt_secret
from tests.commands import Result, run_command

Environments = dict[str, dict[str, str]]


@pytest.fixture
def notifications(service_environments: Environments) -> Callable[..., Result]:
    return lambda *args, **more: run_command(
        "notifications", *args, environment=service_environments["notifications"] | more
    )


@pytest.fixture
def registration(service_environments: Environments) -> Callable[..., Result]:
    return lambda *args, **more: run_command(
        "registration", *args, environment=service_environments["registration"] | more
    )


def execute(environments: Environments, service: str, sql: Any, *params: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(environments[service]["DATABASE_URL"], autocommit=True) as conn:
        cursor = conn.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def test_how_a_command_ended_is_told_by_its_exit_code(registration: Callable[..., Result]) -> None:
    nothing = str(uuid4())

    assert registration("outbox", "depth").returncode == 0
    assert registration("quarantine", "show", nothing).returncode == 1
    assert registration("quarantine", "replay").returncode == 2
    assert registration("outbox", "replay", "--since", "yesterday").returncode == 2
    away = registration("outbox", "depth", DATABASE_URL="postgresql://registration@127.0.0.1:1/none")
    assert (away.returncode, away.stdout) == (3, "")
    unsafe = registration("outbox", "depth", ENVIRONMENT="production")
    assert unsafe.returncode == 78
    assert "PUBLIC_URL" in unsafe.stderr
    assert "JWT_ISSUER" in unsafe.stderr
    assert "Traceback" not in unsafe.stderr + away.stderr


def test_a_wide_replay_is_tried_first_and_leaves_who_did_it(
    registration: Callable[..., Result], service_environments: Environments
) -> None:
    row = """
        INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document, published_at)
        VALUES (gen_random_uuid(), %s, %s, 'x', 1, '{}', now())
    """
    for aggregate in ("registration", "availability"):
        execute(service_environments, "registration", row, f"registration.{aggregate}.x", aggregate)
    asked = ("outbox", "replay", "--since", "2000-01-01T00:00:00Z", "--aggregate", "availability")

    assert json.loads(registration(*asked, "--dry-run").stdout) == {"dry_run": True, "would_replay": 1}
    assert json.loads(registration("outbox", "list").stdout) == []
    assert json.loads(registration(*asked, "--as", "ann").stdout) == {"replayed": 1}

    [waiting] = json.loads(registration("outbox", "list").stdout)
    assert waiting["type"] == "registration.availability.x"
    assert execute(service_environments, "registration", "SELECT actor, action FROM audit_log") == [
        ("operator ann", "outbox.replay")
    ]


def test_many_are_taken_from_quarantine_by_their_type(
    registration: Callable[..., Result], service_environments: Environments
) -> None:
    for key in ("a.b.c", "a.b.c", "d.e.f"):
        execute(
            service_environments,
            "registration",
            "INSERT INTO quarantine (id, reason, routing_key, headers, body) VALUES (%s, 'no', %s, '{}', '{')",
            uuid4(),
            key,
        )

    refused = registration("quarantine", "replay", "--type", "d.e.f")
    assert refused.returncode == 1
    assert "still cannot be read" in refused.stderr
    tried = json.loads(registration("quarantine", "discard", "--type", "a.b.c", "--dry-run").stdout)
    assert len(tried["would"]) == 2
    assert registration("quarantine", "discard", "--type", "a.b.c").returncode == 0

    assert [row["type"] for row in json.loads(registration("quarantine", "list").stdout)] == ["d.e.f"]
    logged = execute(service_environments, "registration", "SELECT count(*) FROM audit_log")
    assert logged == [(2,)], "what was refused was not done"


def test_many_are_taken_from_quarantine_by_their_reason_since_a_moment(
    registration: Callable[..., Result], service_environments: Environments
) -> None:
    row = """
        INSERT INTO quarantine (id, reason, routing_key, headers, body, received_at)
        VALUES (%s, %s, 'a.b.c', '{}', '{', %s)
    """
    meant = uuid4()
    for id, reason, at in (
        (meant, "no contract for a.b.c", "2026-03-01T00:00:00Z"),
        (uuid4(), "no contract for a.b.c", "2026-01-01T00:00:00Z"),
        (uuid4(), "nested too deep", "2026-03-01T00:00:00Z"),
    ):
        execute(service_environments, "registration", row, id, reason, at)
    which = ("--reason", "no contract", "--since", "2026-02-01T00:00:00Z")

    assert [one["id"] for one in json.loads(registration("quarantine", "list", *which).stdout)] == [str(meant)]
    assert json.loads(registration("quarantine", "discard", *which).stdout)["done"] == [str(meant)]

    assert len(json.loads(registration("quarantine", "list").stdout)) == 2
    assert registration("quarantine", "discard", "--since", "yesterday").returncode == 2


def test_a_person_is_erased_only_after_a_yes(
    registration: Callable[..., Result], service_environments: Environments
) -> None:
    execute(
        service_environments,
        "registration",
        "INSERT INTO people (id, email, name) VALUES (%s, 'ann@library.example', 'Ann')",
        uuid4(),
    )
    asked = ("person", "erase", "--address", "Ann@Library.example")

    assert json.loads(registration(*asked).stdout)["held"]["person"] == 1
    erased = registration(*asked, "--yes", "--wait", "1")
    assert erased.returncode == 3, "notifications has no worker here, and is not done"
    done = json.loads(erased.stdout)
    assert set(json.loads(registration(*asked).stdout)["held"].values()) == {0}, "nobody is there any more"
    shown = registration("person", "show", "--address", "ann@library.example")
    assert not any(json.loads(shown.stdout).values())

    far = registration("person", "erasure", done["id"], "--wait", "1")
    assert far.returncode == 3
    assert json.loads(far.stdout)["notifications_done_at"] is None
    [(name,)] = execute(service_environments, "registration", "SELECT name FROM people")
    assert name == ""


def test_who_got_what_needs_an_address_or_a_session(notifications: Callable[..., Result]) -> None:
    assert notifications("who-got-what").returncode == 2
    assert json.loads(notifications("who-got-what", "--address", "ann@library.example").stdout) == []


def test_secrets_of_webhooks_are_encrypted_by_the_key_on_top(
    notifications: Callable[..., Result], service_environments: Environments, tmp_path: Path
) -> None:
    keys = tmp_path / "links-key"
    keys.write_text("the old key\n")
    id = uuid4()
    given: dict[str, Any] = {
        "database_url": "x",
        "broker_url": "x",
        "public_url": "x",
        "jwks": "x",
        "smtp_url": "smtp://x:25",
    }
    settings = NotificationsSettings(**given, mail_from="a@example.org", links_key_file=keys)
    sql = """
        INSERT INTO webhooks (id, url, owner_name, owner_email, description, types, filters, secret)
        VALUES (%s, 'https://x.example', '', '', '', '{}', '{}', %s)
    """
    execute(service_environments, "notifications", sql, id, encrypt_secret(settings, id, "whsec_1"))
    keys.write_text("the new key\nthe old key\n")
    reseal = ("webhooks", "reseal")

    assert json.loads(notifications(*reseal, "--dry-run", LINKS_KEY_FILE=str(keys)).stdout)["resealed"] == [str(id)]
    assert json.loads(notifications(*reseal, LINKS_KEY_FILE=str(keys)).stdout)["resealed"] == [str(id)]
    keys.write_text("the new key\n")
    assert json.loads(notifications(*reseal, LINKS_KEY_FILE=str(keys)).stdout)["already"] == [str(id)]
    keys.write_text("a third key\n")
    lost = notifications(*reseal, LINKS_KEY_FILE=str(keys))
    assert (lost.returncode, json.loads(lost.stdout)["lost"]) == (1, [str(id)])
    rotated = json.loads(notifications("webhooks", "rotate", str(id), LINKS_KEY_FILE=str(keys)).stdout)
    assert rotated["secret"].startswith("whsec_")
    assert json.loads(notifications(*reseal, LINKS_KEY_FILE=str(keys)).stdout)["already"] == [str(id)]
    assert notifications("webhooks", "rotate", str(uuid4()), LINKS_KEY_FILE=str(keys)).returncode == 1
