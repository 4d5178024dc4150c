"""Authorization codes: signed, good for a minute, good once, bound to the one who can show the verifier (RFC 7636)."""

import base64
import hashlib
import hmac
from dataclasses import asdict, dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

SECONDS = 60


@dataclass(frozen=True)
class Grant:
    """The sign-in that a code grants."""

    id: str
    subject: str
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str


class Codes:
    """Issues codes and takes them back."""

    def __init__(self, key: str) -> None:
        self._serializer = URLSafeTimedSerializer(key, salt="convene.identity")
        self._used: set[str] = set()

    def issue(self, grant: Grant) -> str:
        """A code for it."""
        return str(self._serializer.dumps(asdict(grant)))

    def redeem(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> Grant | None:
        """Return the code's grant, or None if it is invalid or was issued to another client."""
        try:
            grant = Grant(**self._serializer.loads(code, max_age=SECONDS))
        except BadData:
            return None
        good = (
            grant.id not in self._used
            and (grant.client_id, grant.redirect_uri) == (client_id, redirect_uri)
            and hmac.compare_digest(challenge_of(verifier), grant.challenge)
        )
        self._used.add(grant.id)
        return grant if good else None


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
