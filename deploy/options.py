"""Options of a system on this machine, from environment variables or `.env`, as docker compose reads it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from deploy.errors import DeployError

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = "deploy/sample/ltc-models-for-change.yaml"


def option(meaning: str, *, unit: str, default: Any) -> Any:
    """A field that is read from the environment or `.env`; `meaning` is its effect, `unit` what its value is."""
    return field(metadata={"meaning": meaning, "unit": unit}, default=default)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The same names, with the same defaults, as in docker-compose.yml. A port 0 means any that is free."""

    compose_project_name: str = option(
        "What containers, volumes, networks and images of this folder begin with; `make` derives it from the folder's"
        " path and keeps it in `.env`",
        unit="text",
        default="",
    )
    gateway_port: int = option("Where people reach the gateway", unit="port", default=8080)
    mail_port: int = option("Where the mail catcher shows mails", unit="port", default=1080)
    broker_console_port: int = option("Where RabbitMQ's console is", unit="port", default=15672)
    bind_address: str = option(
        "Address of this machine that those ports are opened on", unit="address", default="127.0.0.1"
    )
    public_url: str = option(
        "`PUBLIC_URL` of every service; empty: `http://localhost:GATEWAY_PORT`", unit="address", default=""
    )
    convene_clock: str = option(
        "When the development clock starts, at the first start; empty: real time",
        unit="RFC 3339",
        default="2016-12-15T10:00:00-06:00",
    )
    mail_from: str = option(
        "`MAIL_FROM` of notifications", unit="mailbox", default="Learning at ALA <learning@ala.example>"
    )
    webhook_allow: str = option("`WEBHOOK_ALLOW` of notifications", unit="host:port,…", default="")
    settle_seconds: int = option("`SETTLE_SECONDS` of notifications", unit="seconds", default=30)
    links_form: str = option("`LINKS_FORM` of registration and notifications", unit="2 or 0.1.0", default="2")
    issuer_name: str = option("`ISSUER_NAME` of registration", unit="text", default="American Library Association")
    issuer_url: str = option("`ISSUER_URL` of registration", unit="address", default="https://www.ala.org")
    web_workers: int = option("`WEB_WORKERS` of every api", unit="processes", default=2)
    web_threads: int = option("`WEB_THREADS` of every api", unit="threads", default=4)
    log_level: str = option("`LOG_LEVEL` of every service", unit="choice", default="info")
    prometheus_port: int = option("Where Prometheus is, with the profile `observability`", unit="port", default=9090)
    grafana_port: int = option("Where Grafana is, with that profile", unit="port", default=3000)
    jaeger_port: int = option("Where traces are shown, with that profile", unit="port", default=16686)
    otel_exporter_otlp_endpoint: str = option(
        "`OTEL_EXPORTER_OTLP_ENDPOINT` of every service; empty: none, or the profile's", unit="address", default=""
    )
    release: str = option("`RELEASE` of every service", unit="text", default="unreleased")
    gateway_reads: int = option(
        "Reads of one address, beyond which the gateway answers 429", unit="requests/second", default=200
    )
    gateway_writes: int = option(
        "All other requests of one address, beyond which the gateway answers 429", unit="requests/second", default=50
    )
    trusted_proxies: str = option(
        "Proxies before the gateway whose `X-Forwarded-For` is believed, such as what ends TLS; without them each of"
        " their callers counts as coming from the proxy",
        unit="address or network,…",
        default="",
    )
    mails_per_network: int = option("`MAILS_PER_NETWORK` of every service", unit="mails", default=2000)
    mails_per_mailbox: int = option("`MAILS_PER_MAILBOX` of every service", unit="mails", default=15)
    comments_per_network: int = option("`COMMENTS_PER_NETWORK` of catalog", unit="comments", default=50)
    group_held_seats: int = option("`GROUP_HELD_SEATS` of registration", unit="seats", default=5)
    security_contact: str = option("`SECURITY_CONTACT` of catalog", unit="addresses", default="")


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
