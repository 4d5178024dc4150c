"""Secrets are where they belong: not in the repository, an answer, a command line or an environment."""

import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask

from deploy.native.parts import SystemParts
from deploy.options import Options
from deploy.secrets import make_secrets
from shared import runtime
from shared.settings import Settings
from tests.servers.databases import ROOT
from tests.servers.engines import SERVICES
from tests.web_client import make_client

# Built from parts, so that this file is not itself what it looks for.
KEYS = re.compile(
    "|".join(
        (
            "-----BEGIN " + r"[A-Z ]*PRIVATE KEY-----",
            "AKIA" + r"[0-9A-Z]{16}",
            "gh[pousr]" + r"_[A-Za-z0-9]{36}",
            "xox[abpr]" + r"-[A-Za-z0-9-]{10}",
            "whsec" + r"_(?!MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw)[A-Za-z0-9+/]{32,}",
            "eyJ" + r"[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
            r"(?:postgresql|amqp|smtp)s?://[^\s:/@{}<>'\"]+:[A-Za-z0-9_-]{20,}@",
        )
    )
)


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
def test_the_repository_holds_no_key() -> None:
    names = tracked()
    found = [name for name in names if KEYS.search((ROOT / name).read_bytes().decode("utf-8", "replace"))]

    assert len(names) > 500
    assert found == []


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
def test_the_search_for_keys_finds_those_that_are_made(tmp_path) -> None:
    make_secrets(tmp_path)
    password = (tmp_path / "catalog-db-password").read_text()

    assert KEYS.search((tmp_path / "jwt-private.pem").read_text())
    assert KEYS.search((tmp_path / "badge-key").read_text())
    assert KEYS.search(f"postgresql://catalog:{password}@db/convene")


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
def test_no_file_of_secrets_is_tracked() -> None:
    unwanted = re.compile(r"(^|/)(\.env|id_\w+|\.convene/.*|secrets/.*|.*(-password|-key|-cookie|\.pem|\.key|\.p12))$")

    assert [name for name in tracked() if unwanted.search(name)] == []


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, database_urls: dict[str, str], tmp_path: Path) -> Iterator[Flask]:
    """The api of a service in production, with a route `fail` that has a secret to tell."""
    name, service = request.param, import_module(f"services.{request.param}.app").SERVICE
    make_secrets(tmp_path)
    given = {
        "database_url": database_urls[name],
        "broker_url": "amqp://nobody@127.0.0.1:1/convene",
        "public_url": "https://learning.example.org",
        "jwks": str(tmp_path / "jwks.json"),
        "links_key_file": tmp_path / "links-key",
        "badge_key_file": tmp_path / "badge-key",
        "smtp_url": "smtps://mail.example.org",
        "mail_from": "learning@example.org",
    }
    known = {name: value for name, value in given.items() if name in service.settings.__dataclass_fields__}
    present = runtime.build(name, service.settings(**known), "test", pool_size=1)
    app = service.create_app(present)

    def fail() -> None:
        raise RuntimeError("refused postgresql://role:canary@db: no relation people")

    app.add_url_rule(f"/{name}/v1/fail", "fail", fail)
    present.database.open()
    yield app
    present.database.close()


@pytest.mark.covers("API8:2023", "ASVS 16.5.1", "ASVS 16.5.4", "ASVS 13.4.2")
def test_who_meets_a_fault_of_ours_learns_its_number_alone(app: Flask) -> None:
    path = next(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint == "fail")
    answer = make_client(app).get(path)

    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Internal server error",
        "status": 500,
        "detail": "Something went wrong on our side; it has been logged with this request id.",
        "instance": path,
        "request_id": answer.headers["X-Request-Id"],
    }
    assert not re.search(r"canary|people|Traceback|\.py|RuntimeError", str(answer.headers))


@pytest.mark.covers("API8:2023", "ASVS 13.4.2", "ASVS 13.4.6")
def test_production_debugs_nothing_and_names_no_version(app: Flask) -> None:
    client = make_client(app)

    assert not app.debug
    assert not app.testing
    for path in ("/console", "/?__debugger__=yes&cmd=resource&f=style.css", "/.git/config", "/.env", "/server-status"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert not re.search(r"(?i)werkzeug|python/|flask|gunicorn", str(answer.headers) + answer.text)


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
def test_no_command_line_and_no_environment_of_a_process_holds_a_secret(tmp_path) -> None:
    parts = SystemParts(tmp_path, Options(gateway_port=0, mail_port=0, broker_console_port=0), console=False)
    make_secrets(parts.secrets)
    parts.choose_ports()
    secrets = [file.read_text().strip() for file in parts.secrets.iterdir()]

    told = [word for program in parts.programs() for word in (*program.command, *program.environment.values())]

    assert len(secrets) > 15
    assert [word for word in told if any(secret in word for secret in secrets)] == []


@pytest.mark.covers("ASVS 13.3.1")
def test_settings_name_files_of_secrets_and_hold_none() -> None:
    held = [field for field in Settings.__dataclass_fields__ if re.search(r"password|secret|key", field)]

    assert held
    assert all(field.endswith("_file") for field in held)
