"""A key is changed without breaking what was signed by the one before."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.rotation import _rotated_badges
from deploy.secrets import new_signing_key
from services.notifications.webhooks.endpoints.secret_encryption import (
    SecretLost,
    decrypt_secret,
    encrypt_secret,
    reencrypt_secret,
)
from services.registration.certificates.open_badges import Issuer
from services.registration.settings import RegistrationSettings
from shared import signed_links

OLD, NEW = "an old key of thirty-two characters", "a new key of thirty-two characters"


@pytest.fixture
def settings(tmp_path: Path) -> RegistrationSettings:
    (tmp_path / "links").write_text(f"{OLD}\n")
    (tmp_path / "badge").write_text(new_signing_key())
    return RegistrationSettings(
        database_url="postgresql://x",
        broker_url="amqp://x",
        public_url="https://learning.ala.org",
        jwks="https://login.ala.org/jwks",
        links_key_file=tmp_path / "links",
        badge_key_file=tmp_path / "badge",
    )


def write(path: Path | None, *keys: str) -> None:
    assert path
    path.write_text("\n".join(keys) + "\n")


def test_a_link_of_the_key_before_works_until_that_key_is_taken_away(settings: RegistrationSettings) -> None:
    before = signed_links.sign(settings, "manage", "1")
    write(settings.links_key_file, NEW, OLD)
    after = signed_links.sign(settings, "manage", "1")

    assert signed_links.verify(settings, "manage", before) == signed_links.verify(settings, "manage", after) == "1"

    write(settings.links_key_file, NEW)
    assert signed_links.verify(settings, "manage", before) is None
    assert signed_links.verify(settings, "manage", after) == "1"


def test_a_secret_that_was_encrypted_resealed_outlives_the_key_before(settings: RegistrationSettings) -> None:
    id = uuid4()
    sealed = encrypt_secret(settings, id, "whsec_1")
    write(settings.links_key_file, NEW, OLD)

    assert decrypt_secret(settings, id, sealed) == "whsec_1"
    resealed = reencrypt_secret(settings, id, sealed)
    assert reencrypt_secret(settings, id, resealed) == resealed

    write(settings.links_key_file, NEW)
    assert decrypt_secret(settings, id, resealed) == "whsec_1"
    with pytest.raises(SecretLost):
        decrypt_secret(settings, id, sealed)


@pytest.mark.parametrize(
    "change", [lambda former: new_signing_key() + former, lambda former: _rotated_badges(former, False)]
)
def test_a_new_badge_key_signs_and_the_profile_still_names_the_one_before(
    settings: RegistrationSettings, change: Callable[[str], str]
) -> None:
    """The file has all of the key, or its public half."""
    assert settings.badge_key_file
    before = Issuer(settings)
    published = {method["id"]: method["publicKeyMultibase"] for method in before.profile()["verificationMethod"]}

    settings.badge_key_file.write_text(change(settings.badge_key_file.read_text()))
    after = Issuer(replace(settings))
    now = {method["id"]: method["publicKeyMultibase"] for method in after.profile()["verificationMethod"]}

    assert after.method != before.method
    assert published.items() <= now.items(), "badges that people have name these"
    assert after.method in after.profile()["assertionMethod"]
