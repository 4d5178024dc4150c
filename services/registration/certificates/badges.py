"""Certificates as Open Badges 3.0 (1EdTech): a W3C verifiable credential with an embedded `eddsa-rdfc-2022` proof
(vc-di-eddsa), whose revocation is read from a Bitstring Status List (v1.0) of the same issuer.
"""

from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from openbadgeslib.ob3.did import multikey_from_pem
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.ob3.status_list import build_status_list_credential, status_entry

from services.registration.certificates.queries import Certificate
from services.registration.settings import RegistrationSettings
from shared.settings import read_secret

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
# The shortest list that the standard allows: long enough that whoever reads one does not tell whose bit they look for.
LIST_SIZE = 131_072


class Issuer:
    """In whose name credentials are signed, and where others read of it."""

    def __init__(self, settings: RegistrationSettings) -> None:
        self.settings = settings
        self.origin = f"{settings.public_url}/registration/v1"
        self.id = f"{self.origin}/issuer"
        self.method = f"{self.id}#key"

    def profile(self) -> dict[str, Any]:
        """Who the issuer is, and the key that it signs with (Controlled Identifiers 1.0, Multikey)."""
        return {
            "@context": [*CONTEXTS, "https://w3id.org/security/multikey/v1"],
            "id": self.id,
            "type": ["Profile"],
            "name": self.settings.issuer_name,
            "url": self.settings.issuer_url,
            "verificationMethod": [
                {
                    "id": self.method,
                    "type": "Multikey",
                    "controller": self.id,
                    "publicKeyMultibase": multikey_from_pem(self.public_key()),
                }
            ],
            "assertionMethod": [self.method],
        }

    def public_key(self) -> str:
        """What verifies the signatures, as PEM."""
        secret = load_pem_private_key((read_secret(self.settings.badge_key_file) or "").encode(), password=None)
        return secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def badge(self, certificate: Certificate) -> dict[str, Any]:
        """The certificate as a signed credential; the same one each time."""
        address = f"{self.origin}/certificates/{certificate.id}"
        subject: dict[str, Any] = {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "identityHash": certificate.name, "identityType": "name", "hashed": False}
            ],
            "achievement": self._achievement(certificate),
        }
        if certificate.contact_hours:
            subject["creditsEarned"] = float(certificate.contact_hours)
        number, index = divmod(certificate.status_index, LIST_SIZE)
        credential = {
            "@context": CONTEXTS,
            "id": f"{address}.json",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": certificate.title,
            "issuer": {
                "id": self.id,
                "type": ["Profile"],
                "name": self.settings.issuer_name,
                "url": self.settings.issuer_url,
            },
            "validFrom": _moment(certificate.issued_at),
            "credentialSubject": subject,
            "credentialStatus": status_entry(self._list(number), "revocation", index),
        }
        return self._sign(credential, created=certificate.issued_at)

    def status_list(self, number: int, revoked: list[int], *, at: datetime) -> dict[str, Any]:
        """A list of the credentials that were revoked, as a signed credential."""
        built = build_status_list_credential(self.id, self._list(number), "revocation", revoked, issued=at)
        return self._sign(built, created=at)

    def _achievement(self, certificate: Certificate) -> dict[str, Any]:
        completed = certificate.kind == "completion"
        page = f"{self.settings.public_url}/catalog/{'series' if completed else 'sessions'}/{certificate.slug}"
        done = "Seeing every session that counts, live or recorded." if completed else "Attending the session."
        return {
            "id": page,
            "type": ["Achievement"],
            "achievementType": "CertificateOfCompletion" if completed else "Certificate",
            "name": certificate.title,
            "description": f"{'Completed the series' if completed else 'Attended'} “{certificate.title}”.",
            "criteria": {"narrative": done},
        }

    def _list(self, number: int) -> str:
        return f"{self.origin}/certificates/status/{number}"

    def _sign(self, credential: dict[str, Any], *, created: datetime) -> dict[str, Any]:
        pem = read_secret(self.settings.badge_key_file)
        return add_data_integrity_proof(credential, pem, self.method, created=created.astimezone(UTC))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
