"""The promises of `python -m deploy.secrets`."""

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from deploy.secrets import hash_password, make_secrets


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_second_run_changes_nothing(tmp_path):
    make_secrets(tmp_path)
    first = contents(tmp_path)

    make_secrets(tmp_path)

    assert contents(tmp_path) == first


def test_only_what_is_missing_is_made(tmp_path):
    make_secrets(tmp_path)
    before = contents(tmp_path)
    (tmp_path / "catalog-broker-password").unlink()

    make_secrets(tmp_path)

    changed = {name for name, text in contents(tmp_path).items() if text != before[name]}
    assert changed == {"catalog-broker-password", "definitions.json"}


def test_runs_at_the_same_moment_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        for run in [pool.submit(make_secrets, tmp_path) for _ in range(8)]:
            run.result()

    first = contents(tmp_path)
    make_secrets(tmp_path)
    assert contents(tmp_path) == first


@pytest.mark.covers("ASVS 13.3.2")
def test_only_the_owner_may_read_them(tmp_path):
    folder = tmp_path / "secrets"
    make_secrets(folder)

    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_the_broker_can_check_the_passwords_it_is_given(tmp_path):
    make_secrets(tmp_path)
    users = {user["name"]: user for user in json.loads((tmp_path / "definitions.json").read_text())["users"]}

    for name, user in users.items():
        stored = base64.b64decode(user["password_hash"])
        password = (tmp_path / f"{name}-broker-password").read_bytes()
        assert stored == stored[:4] + hashlib.sha256(stored[:4] + password).digest()


def test_different_passwords_have_different_salts():
    assert base64.b64decode(hash_password("one"))[:4] != base64.b64decode(hash_password("two"))[:4]


def test_the_published_keys_verify_what_the_private_key_signs(tmp_path):
    make_secrets(tmp_path)
    key = jwt.PyJWKSet.from_json((tmp_path / "jwks.json").read_text()).keys[0]

    token = jwt.encode({"sub": "somebody"}, (tmp_path / "jwt-private.pem").read_text(), "EdDSA", {"kid": key.key_id})

    assert jwt.decode(token, key, algorithms=["EdDSA"]) == {"sub": "somebody"}


@pytest.mark.parametrize("name", ["jwt-private.pem", "jwks.json"])
def test_production_gets_no_development_issuer(tmp_path, name):
    make_secrets(tmp_path, production=True)

    assert not (tmp_path / name).exists()
