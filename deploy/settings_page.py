"""docs/settings.md: every setting there is, in one table, from the code that reads it."""

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields

from deploy.options import Options
from shared import settings
from shared.service import Service

HEAD = """# Settings

Made from the code by `python -m deploy.docs`. Services read theirs from the environment and check them at the start: a
process that lacks one, or finds what is unsafe in production, lists all that is wrong on standard error and ends with
exit code 78 (`EX_CONFIG` of sysexits.h). Secrets are
in files, as orchestrators mount them, and the variable names the file; the table says of each what it is.

Read by: *services*, each process of each; one service; *make, compose*, a system on one machine (from the environment
or `.env`); *gateway*, the template of nginx; *gunicorn*, the server of every api.

| variable | read by | default | unit | effect |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Row:
    variable: str
    reader: str
    default: str
    unit: str
    effect: str


# Variables of deploy/gateway/convene.conf.template and of gunicorn itself: variable, default, unit, effect.
GATEWAY = (
    ("GATEWAY_LISTEN", "required", "[address:]port", "Where nginx listens"),
    ("GATEWAY_RESOLVER", "required", "address", "Name server at which services are looked up, again while it runs"),
    ("GATEWAY_CATALOG", "required", "host:port", "Apis of the catalog, or an upstream of `GATEWAY_UPSTREAMS`"),
    ("GATEWAY_REGISTRATION", "required", "host:port", "Apis of registration, or an upstream"),
    ("GATEWAY_NOTIFICATIONS", "required", "host:port", "Apis of notifications, or an upstream"),
    ("GATEWAY_IDENTITY", "required", "host:port", "Identity provider of development; empty in production"),
    ("GATEWAY_UPSTREAMS", "required", "text", "`upstream` blocks of nginx, where names are not looked up; else empty"),
    ("GATEWAY_PUBLIC_URL", "required", "address", "Origin that people use; where it is https, answers carry HSTS"),
    ("GATEWAY_TRUSTED", "", "address or network,…", "Proxies whose `X-Forwarded-For` is believed; `TRUSTED_PROXIES`"),
    ("GATEWAY_REAL_IP", "", "text", "Lines of nginx made of `GATEWAY_TRUSTED`; not to be set"),
    ("GATEWAY_READS", "required", "requests/second", "Reads of one address, beyond which it answers 429"),
    ("GATEWAY_WRITES", "required", "requests/second", "All other requests of one address, beyond which it answers 429"),
    ("GATEWAY_CACHE", "required", "folder", "Where answers of the catalog are kept"),
    ("GATEWAY_LOG", "required", "file", "Where a line for each request goes"),
)
GUNICORN = (
    ("FORWARDED_ALLOW_IPS", "127.0.0.1,::1", "addresses", "Whose word counts for where a request comes from: gateways"),
)


def rows(services: Iterable[Service]) -> list[Row]:
    """Those of all services first, then those of one, then of what is around them."""
    common = _of_service(settings.Settings, "services")
    known = {row.variable for row in common}
    own = [
        row for service in services for row in _of_service(service.settings, service.name) if row.variable not in known
    ]
    return [*common, *own, *_of_options(), *_listed("gateway", GATEWAY), *_listed("gunicorn", GUNICORN)]


def write(services: Iterable[Service]) -> str:
    """The page."""
    lines = [
        f"| `{row.variable}` | {row.reader} | {_default(row.default)} | {row.unit} | {row.effect} |"
        for row in rows(services)
    ]
    return HEAD + "\n".join(lines) + "\n"


def _of_service(kind: type[settings.Settings], reader: str) -> list[Row]:
    units = settings.units(kind)
    return [Row(name, reader, default, units[name], meaning) for name, default, meaning in settings.table(kind)]


def _of_options() -> list[Row]:
    return [
        Row(
            f.name.upper(),
            "make, compose",
            "" if f.default is MISSING else str(f.default),
            f.metadata["unit"],
            f.metadata["meaning"],
        )
        for f in fields(Options)
    ]


def _listed(reader: str, listed: Iterable[tuple[str, str, str, str]]) -> list[Row]:
    return [Row(variable, reader, default, unit, effect) for variable, default, unit, effect in listed]


def _default(default: str) -> str:
    return default if default in ("", "required") else f"`{default}`"
