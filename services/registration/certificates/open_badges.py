"""Certificates as Open Badges 3.0 (1EdTech): a W3C verifiable credential with an embedded `eddsa-rdfc-2022` proof
(vc-di-eddsa), whose revocation is read from a Bitstring Status List (v1.0) of the same issuer.

BADGE_KEY_FILE may hold several keys: the first signs, and the issuer's profile names all, so that badges which people
have downloaded go on verifying once the key is changed. A key is named by its own value; `#key`, by which badges of
earlier versions name theirs, is the last of the file.
"""

import re
import threading
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
# What is read of contexts is kept by the library for all threads, in caches that are not safe for them.
TURN = threading.Lock()
PEM = re.compile(r"-----BEGIN (?:PRIVATE|PUBLIC) KEY-----.*?-----END (?:PRIVATE|PUBLIC) KEY-----\s*", re.DOTALL)


class Issuer:
    """In whose name credentials are signed, and where others read of it."""

    def __init__(self, settings: RegistrationSettings) -> None:
        self.settings = settings
        self.origin = f"{settings.public_url}/registration/v1"
        self.id = f"{self.origin}/issuer"
        public = [multikey_from_pem(key) for key in self.public_keys()]
        self.method = f"{self.id}#{public[0]}"
        self._methods = {f"{self.id}#{key}": key for key in public} | {f"{self.id}#key": public[-1]}

    def profile(self) -> dict[str, Any]:
        """Who the issuer is, and the keys that it signs and has signed with (Controlled Identifiers 1.0, Multikey)."""
        return {
            "@context": [*CONTEXTS, "https://w3id.org/security/multikey/v1"],
            "id": self.id,
            "type": ["Profile"],
            "name": self.settings.issuer_name,
            "url": self.settings.issuer_url,
            "verificationMethod": [
                {"id": method, "type": "Multikey", "controller": self.id, "publicKeyMultibase": key}
                for method, key in self._methods.items()
            ],
            "assertionMethod": list(self._methods),
        }

    def public_key(self) -> str:
        """What verifies the signatures that are made now, as PEM."""
        return self.public_keys()[0]

    def public_keys(self) -> list[str]:
        """What verifies signatures, as PEM: of the key that signs now, then of those before it, of which the file need
        hold no more than this half.
        """
        return [_public_half(key) for key in self._keys()]

    def _keys(self) -> list[str]:
        return PEM.findall(read_secret(self.settings.badge_key_file) or "")

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
                "name": certificate.issuer_name,
                "url": certificate.issuer_url,
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
        key, moment = self._keys()[0], created.astimezone(UTC)
        with TURN:
            return add_data_integrity_proof(credential, key, self.method, created=moment)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _public_half(block: str) -> str:
    if "PUBLIC" in block.partition("\n")[0]:
        return block
    key = load_pem_private_key(block.encode(), password=None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
