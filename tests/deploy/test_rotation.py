"""Secrets are changed for their readers, and what former keys signed goes on until they are taken away."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.rotation import BROKER, DATABASE, LINES, rotate
from deploy.secrets import hash_password, make_secrets
from services.registration.certificates.open_badges import Issuer
from shared.signed_links import sign, verify
from tests.servers.databases import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_secrets(tmp_path / "secrets", production=True)
    return tmp_path / "secrets"


def issuer(folder: Path) -> Issuer:
    told: Any = SimpleNamespace(
        public_url="https://x", badge_key_file=folder / "badge-key", issuer_name="A", issuer_url="https://a"
    )
    return Issuer(told)


def test_links_outlive_a_change_and_end_with_the_former_key(folder: Path) -> None:
    told: Any = SimpleNamespace(links_key_file=folder / "links-key", links_form="2")
    before = sign(told, "registration", "7")

    said = rotate(folder, "links-key")
    after = sign(told, "registration", "7")
    assert (before != after, verify(told, "registration", before)) == (True, "7")
    assert "webhooks reseal" in said

    rotate(folder, "links-key", retire=True)
    assert (verify(told, "registration", before), verify(told, "registration", after)) == (None, "7")


def test_a_former_badge_key_is_kept_as_its_public_half_alone(folder: Path) -> None:
    [first] = issuer(folder).public_keys()
    rotate(folder, "badge-key")
    rotate(folder, "badge-key")

    assert issuer(folder).public_keys()[2].strip() == first.strip()
    assert (folder / "badge-key").read_text().count("BEGIN PRIVATE KEY") == 1

    rotate(folder, "badge-key", retire=True)
    assert len(issuer(folder).public_keys()) == 1


@pytest.mark.parametrize("name", [*LINES, "badge-key", *DATABASE, *BROKER])
def test_a_changed_secret_keeps_its_readers(folder: Path, name: str) -> None:
    (folder / name).chmod(0o440)
    before = (folder / name).read_text()

    rotate(folder, name)

    assert (folder / name).read_text() != before
    assert (folder / name).stat().st_mode & 0o777 == 0o440


def test_the_broker_is_told_of_the_new_password_alone(folder: Path) -> None:
    before = {u["name"]: u["password_hash"] for u in json.loads((folder / "definitions.json").read_text())["users"]}

    rotate(folder, "catalog-broker-password")

    after = {u["name"]: u["password_hash"] for u in json.loads((folder / "definitions.json").read_text())["users"]}
    assert {name for name in after if after[name] != before[name]} == {"catalog"}
    assert after["catalog"] == hash_password((folder / "catalog-broker-password").read_text().strip())


@pytest.mark.parametrize("arguments", [["erlang-cookie"], ["catalog-db-password", "--retire"], ["../x"]])
def test_what_cannot_be_changed_is_refused_without_a_traceback(folder: Path, arguments: list[str]) -> None:
    line = [sys.executable, "-m", "deploy.rotation", str(folder), *arguments]
    result = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
