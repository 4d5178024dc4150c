"""Commands on one machine print no secret unasked, and change no data of a system that was used.

A native system of its own is started, used, stopped, started again and removed by the very commands.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy import project, run
from deploy.backup import __main__ as backup
from deploy.native import binaries, commands
from deploy.native.system import NativeSystem

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(bool(binaries.missing_packages()), reason="PostgreSQL, RabbitMQ, nginx or fonts are missing"),
]

Typed = Callable[..., str]
LATER = {"starts_at": "2017-04-20T13:00:00", "ends_at": "2017-04-20T14:30:00", "timezone": "America/Chicago"}
# Files that are public: the public halves of key pairs.
PUBLIC = ("jwks.json",)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which nothing was ever started; commands take it for their clone."""
    folder = tmp_path_factory.mktemp("clone")
    with pytest.MonkeyPatch.context() as patch:
        for module in (commands, project, run, backup):
            patch.setattr(module, "ROOT", folder)
        patch.setattr(commands, "INSTANCES", folder / ".convene")
        patch.setattr(commands, "FOLDER", folder / ".convene" / "native")
        for name in ("GATEWAY_PORT", "MAIL_PORT", "BROKER_CONSOLE_PORT"):
            patch.setenv(name, "0")
        patch.setenv("MODE", "native")
        patch.setattr(run.compose, "engine_answers", lambda: False)
        yield folder
        NativeSystem(folder / ".convene" / "native").remove()


@pytest.fixture
def type_command(clone: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type `make <words>`; all that it writes."""

    def type_command(*words: str, module: Any = run, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["make", *words])
        assert module.main() == code
        written = capfd.readouterr()
        return written.out + written.err

    return type_command


def secrets_of(clone: Path) -> dict[str, str]:
    """Every value that nobody else may know, by its file."""
    found = {}
    for file in (clone / ".convene" / "native" / "secrets").iterdir():
        if file.name in PUBLIC:
            continue
        lines = json.loads(file.read_text()) if file.name == "definitions.json" else file.read_text().splitlines()
        if isinstance(lines, dict):
            lines = [user["password_hash"] for user in lines["users"]]
        found |= {f"{file.name} {n}": line for n, line in enumerate(lines) if len(line) > 20 and "-----" not in line}
    return found


def ask(clone: Path, sql: str) -> Any:
    system = NativeSystem(clone / ".convene" / "native")
    with psycopg.connect(system.postgres.url("convene")) as conn:
        row = conn.execute(sql.encode()).fetchone()
        return row and row[0]


@pytest.mark.covers("API8:2023", "ASVS 13.3.1", "ASVS 14.2.4")
def test_no_command_prints_a_secret_and_no_start_changes_data(clone: Path, type_command: Typed) -> None:
    said = [type_command("up")]
    assert ask(clone, "SELECT count(*) FROM catalog.sessions") > 0
    system = NativeSystem(clone / ".convene" / "native")
    staff = {"Authorization": f"Bearer {type_command('token').strip()}"}
    with httpx.Client(base_url=system.addresses().site, trust_env=False, headers=staff) as web:
        web.post("/catalog/v1/sessions/world-cafe/reschedule", json=LATER).raise_for_status()
    told = ask(clone, "SELECT count(*) FROM catalog.outbox")
    said += [type_command(one) for one in ("status", "up")]
    said.append(type_command("take", module=backup))
    said.append(type_command("command", "nobody", code=1))
    said.append(type_command("down"))
    said.append(type_command("status"))
    said.append(type_command("up"))

    assert ask(clone, "SELECT count(*) FROM catalog.outbox") == told
    known = secrets_of(clone)
    assert len(known) > 20
    everything = "\n".join(said)
    assert "operator" in everything
    assert [name for name, secret in known.items() if secret in everything] == []
    for log in system.supervisor.logs.glob("*.log"):
        text = log.read_text(errors="replace")
        assert [name for name, secret in known.items() if secret in text] == [], log.name
        assert not re.search(r"eyJ[\w-]{10,}\.eyJ", text), log.name


def test_what_is_asked_for_is_shown(clone: Path, type_command: Typed) -> None:
    known = secrets_of(clone)
    shown = type_command("secrets")

    assert [name for name, secret in known.items() if secret not in shown and "definitions" not in name] == []
    assert type_command("secrets", "operator-broker-password").strip() in known.values()
    assert "There is no secret nonsense" in type_command("secrets", "nonsense", code=1)
    assert re.search(r"^eyJ", type_command("token"))


def test_clean_says_what_it_removes_and_asks(clone: Path, type_command: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YES", raising=False)
    (clone / "backups" / "kept").mkdir(parents=True, exist_ok=True)

    said = type_command("clean", code=1)

    assert "folder .convene/native, with database, broker, mails and secrets, which runs" in said
    assert "Nothing was removed" in said
    assert NativeSystem(clone / ".convene" / "native").running()
    for answer, goes in (("n", False), ("", False), ("yes", True)):
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda _question, answer=answer: answer)
        type_command("clean", code=0 if goes else 1)
        assert (clone / ".convene" / "native").exists() is not goes
    assert (clone / "backups" / "kept").exists()
    assert "nothing to remove" in type_command("clean")
