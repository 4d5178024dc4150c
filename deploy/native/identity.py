"""The development identity provider as a supervised program."""

import sys
from pathlib import Path

from deploy.native.program import Program

HOST = "127.0.0.1"


def url_of(port: int) -> str:
    """Return its address for services."""
    return f"http://{HOST}:{port}"


def identity_provider(secrets: Path, *, port: int, public_url: str) -> Program:
    """It signs with the key that set-up made."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--threads", "4"]
    environment = {"IDENTITY_SECRETS": str(secrets), "PUBLIC_URL": public_url, "IDENTITY_URL": url_of(port)}
    return Program(
        name="identity",
        group="front",
        command=[*command, "deploy.identity.app:create_app()"],
        environment=environment,
    )
