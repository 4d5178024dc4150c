"""Changes a secret of an installation: `python -m deploy.rotation FOLDER NAME [--retire]`.

Keys change in two steps, so that what the former one signed goes on: first a new key is put before it, and days or
months later `--retire` removes the former ones. A password cannot have two values at once: a new one is made, and
the command prints what sets it on the server. docs/operations/key-leaked.md says when to do which.
"""

import argparse
import json
import os
import re
import secrets
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from deploy.errors import DeployError
from deploy.secrets import OPERATOR, SERVICES, definitions, draft, new_signing_key

LINES = ("links-key", *(f"{service}-session-key" for service in SERVICES))
BADGES = "badge-key"
DATABASE = (*(f"{s}-db-password" for s in SERVICES), *(f"{s}-owner-db-password" for s in SERVICES))
BROKER = tuple(f"{user}-broker-password" for user in (*SERVICES, OPERATOR))
NAMES = (*LINES, BADGES, *DATABASE, *BROKER)

BLOCK = re.compile(r"-----BEGIN (?:PRIVATE|PUBLIC) KEY-----.+?-----END (?:PRIVATE|PUBLIC) KEY-----", re.DOTALL)
NEXT = {
    "links-key": "`python -m services.notifications webhooks reseal`; --retire once no link of before is needed.",
    BADGES: "--retire once badges of before need not verify any more.",
    "session": "Restart the apis of this service; --retire an hour later, and restart them again.",
    "database": "Run deploy/postgres/create-services.sh, then restart the processes of this service one by one.",
    "broker": "`rabbitmqctl import_definitions …/definitions.json`; processes take it at their next connection.",
}


def rotate(folder: Path, name: str, *, retire: bool = False) -> str:
    """Change the secret, for the same readers; what is to be done next is returned. Raises DeployError."""
    if name not in NAMES:
        raise DeployError(f"{name} is not changed by this command, but one of {', '.join(NAMES)}.")
    if retire and name not in (*LINES, BADGES):
        raise DeployError(f"{name} has no former value beside it.")
    former = (folder / name).read_text().strip()
    if name == BADGES:
        _replace(folder / name, _rotated_badges(former, retire))
    elif name in LINES:
        keys = former.splitlines()
        _replace(folder / name, "\n".join(keys[:1] if retire else [secrets.token_urlsafe(32), *keys]) + "\n")
    else:
        _replace(folder / name, secrets.token_urlsafe(32))
    if name in BROKER:
        passwords = {u: (folder / f"{u}-broker-password").read_text().strip() for u in (*SERVICES, OPERATOR)}
        _replace(folder / "definitions.json", json.dumps(definitions(passwords), indent=2))
    return f"Former values of {name} are gone." if retire else NEXT[_kind(name)]


def _rotated_badges(former: str, retire: bool) -> str:
    """Return the new key file; former keys keep their public half alone, which cannot sign."""
    blocks = BLOCK.findall(former)
    kept = blocks[:1] if retire else [new_signing_key().strip(), _public(blocks[0]), *blocks[1:]]
    return "\n".join(kept) + "\n"


def _public(block: str) -> str:
    key = load_pem_private_key(block.encode(), password=None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()


def _kind(name: str) -> str:
    if name in NEXT:
        return name
    return "session" if name in LINES else "database" if name in DATABASE else "broker"


def _replace(path: Path, text: str) -> None:
    """A reader sees the old text or the new one, and stays a reader."""
    before = path.stat()
    written = draft(path, text)
    os.chown(written, before.st_uid, before.st_gid)
    written.chmod(before.st_mode & 0o777)
    written.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.rotation", description="Change a secret.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", help=", ".join(NAMES))
    parser.add_argument("--retire", action="store_true", help="take former keys away, which void what they signed")
    arguments = parser.parse_args()
    try:
        print(rotate(arguments.folder, arguments.name, retire=arguments.retire))
    except (DeployError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
