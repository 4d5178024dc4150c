"""What one may set for a system on this machine: by environment variables, or in `.env` as docker compose reads it."""

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from deploy.errors import DeployError

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Options:
    """The same names, with the same defaults, as in docker-compose.yml. A port 0 means any that is free."""

    gateway_port: int = 8080
    mail_port: int = 1080
    broker_console_port: int = 15672
    bind_address: str = "127.0.0.1"
    public_url: str = ""
    convene_clock: str = "2016-12-15T10:00:00-06:00"
    mail_from: str = "Learning at ALA <learning@ala.example>"
    webhook_allow: str = ""
    settle_seconds: int = 30
    web_workers: int = 2
    web_threads: int = 4
    log_level: str = "info"
    gateway_reads: int = 200
    gateway_writes: int = 50


def read_options() -> Options:
    """From the environment, which wins, and `.env`. Raises DeployError naming a variable that is no number."""
    given = {**dotenv_values(ROOT / ".env"), **os.environ}
    values = {}
    for name, kind in Options.__annotations__.items():
        text = given.get(name.upper())
        if text is None or (text == "" and name != "convene_clock"):
            continue
        try:
            values[name] = kind(text)
        except ValueError:
            raise DeployError(f"{name.upper()} must be a number, not {text!r}.") from None
    return Options(**values)
