"""A process with invalid settings names all of them, and does not start."""

from typing import Any

import environs
import pytest

from shared import settings
from shared.errors import UnsafeSettings
from shared.settings import Settings

NEEDED = {
    "DATABASE_URL": "postgresql://catalog@db/convene",
    "BROKER_URL": "amqp://catalog@broker/convene",
    "PUBLIC_URL": "https://learning.ala.org",
    "JWKS": "https://login.ala.org/jwks",
    "JWT_ISSUER": "https://login.ala.org",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable, _, _ in settings.table(Settings):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in NEEDED.items():
        monkeypatch.setenv(variable, value)
    return monkeypatch


def test_what_is_needed_is_enough_and_the_rest_has_defaults(environment: pytest.MonkeyPatch) -> None:
    assert settings.load(Settings).production


def test_numbers_are_read_as_such(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("STAMP_SECONDS", "2.5")
    environment.setenv("WEB_WORKERS", "3")

    read = settings.load(Settings)

    assert (read.stamp_seconds, read.web_workers) == (2.5, 3)


def test_everything_that_is_missing_or_malformed_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DATABASE_URL")
    environment.setenv("WEB_WORKERS", "two")
    environment.setenv("LOG_LEVEL", "loud")

    with pytest.raises(environs.EnvValidationError) as refusal:
        settings.load(Settings)

    named: Any = refusal.value.error_messages
    assert {"DATABASE_URL", "WEB_WORKERS", "LOG_LEVEL"} <= named.keys()


@pytest.mark.covers("API8:2023", "ASVS 13.4.2")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLOCK_FILE", "/clock"),
        ("FAILPOINT", "relay.after_publish_before_mark=kill"),
        ("PUBLIC_URL", "http://learning.ala.org"),
        ("JWT_ISSUER", "convene-development"),
    ],
)
def test_production_refuses_what_is_for_development(environment: pytest.MonkeyPatch, variable: str, value: str) -> None:
    environment.setenv(variable, value)

    with pytest.raises(UnsafeSettings, match=variable):
        settings.load(Settings)

    environment.setenv("ENVIRONMENT", "development")
    assert settings.load(Settings)


@pytest.mark.covers("API8:2023")
@pytest.mark.parametrize("kind", ["development", "production"])
def test_a_sign_in_without_a_key_is_refused_at_the_start(environment: pytest.MonkeyPatch, kind: str) -> None:
    environment.setenv("ENVIRONMENT", kind)
    environment.setenv("OIDC_DISCOVERY", "https://login.ala.org/.well-known/openid-configuration")

    with pytest.raises(UnsafeSettings, match="SESSION_KEY_FILE"):
        settings.load(Settings)

    environment.setenv("SESSION_KEY_FILE", "/run/secrets/session-key")
    assert settings.load(Settings).oidc_discovery


@pytest.mark.covers("API8:2023", "ASVS 12.3.1")
def test_production_asks_no_provider_over_plain_http(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OIDC_DISCOVERY", "http://login.ala.org/.well-known/openid-configuration")
    environment.setenv("SESSION_KEY_FILE", "/run/secrets/session-key")

    with pytest.raises(UnsafeSettings, match="OIDC_DISCOVERY must be https"):
        settings.load(Settings)
