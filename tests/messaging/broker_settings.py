"""Settings of a service that has a broker alone."""

from pathlib import Path

from shared.settings import Settings


def make_settings(url: str, password_file: Path | None = None) -> Settings:
    return Settings(database_url="", broker_url=url, broker_password_file=password_file, public_url="", jwks="")
