"""Staff tokens for development, signed with the key that set-up made: what an OIDC issuer does in production."""

import argparse
import json
import time
from pathlib import Path

import jwt

SCOPES = (
    "catalog:write registration:read registration:write notifications:read notifications:write notifications:bounces"
    " people:erase operations"
)
HOURS = 12
ISSUER = "convene-development"


def sign(secrets: Path, *, scope: str = SCOPES, subject: str = "staff@example.org", name: str = "") -> str:
    """A JWT (RFC 7519, EdDSA) for `subject` with `scope`, valid for twelve hours. `secrets` is the installation's
    secrets folder.
    """
    [key] = json.loads((secrets / "jwks.json").read_text())["keys"]
    claims = {
        "iss": ISSUER,
        "aud": "convene",
        "sub": subject,
        "scope": scope,
        "exp": int(time.time()) + HOURS * 3600,
        **({"name": name} if name else {}),
    }
    private = (secrets / "jwt-private.pem").read_text()
    return jwt.encode(claims, private, algorithm="EdDSA", headers={"kid": key["kid"]})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.token", description="Print a staff token.")
    parser.add_argument("secrets", type=Path, help="the installation's secrets folder")
    parser.add_argument("scope", nargs="?", default=SCOPES)
    arguments = parser.parse_args()
    print(sign(arguments.secrets, scope=arguments.scope))


if __name__ == "__main__":
    main()
