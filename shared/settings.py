"""Settings of a process from its environment, read and checked once at its start.

A setting is a field of `Settings` (or of a service's subclass): its name in upper case is the variable, its type says
how it is read, its metadata what it means. `table()` lists them for the documentation.
"""

from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import environs

from shared import settings_checks
from shared.errors import UnsafeSettings

S = TypeVar("S", bound="Settings")


def setting(meaning: str, unit: str = "text", **kwargs: Any) -> Any:
    """A dataclass field that is read from the environment; `meaning` is its effect, `unit` what its value is or
    counts.
    """
    return field(metadata={"meaning": meaning, "unit": unit}, **kwargs)


def secret_file(meaning: str, *, min_length: int = settings_checks.KEY_LENGTH) -> Any:
    """A field that names a file with a secret of at min_length `min_length` characters."""
    return field(metadata={"meaning": meaning, "unit": "file", "min_length": min_length}, default=None)


def ca_file(meaning: str) -> Any:
    """A field that names a file of certificates of the authorities that are trusted for a server, and no others are."""
    return field(metadata={"meaning": meaning, "unit": "file", "authority": True}, default=None)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of every service."""

    environment: Literal["production", "development"] = setting(
        "`development` permits a controlled clock, failpoints and plain HTTP", default="production"
    )
    database_url: str = setting(
        "PostgreSQL of this service: its own role, e.g. `postgresql://catalog@db:5432/convene`; encrypted and verified"
        " with `?sslmode=verify-full&sslrootcert=/certificates/database.pem` behind it, or `sslrootcert=system`",
        unit="address",
    )
    database_password_file: Path | None = secret_file(
        "Password of that role", min_length=settings_checks.PASSWORD_LENGTH
    )
    broker_url: str = setting(
        "RabbitMQ: this service's own user, e.g. `amqp://catalog@broker:5672/convene`; of a cluster every node, with"
        " `;` between them. `amqps://catalog@broker:5671/convene` is encrypted, and the certificate must be valid for"
        " that host name",
        unit="address",
    )
    broker_password_file: Path | None = secret_file("Password of that user", min_length=settings_checks.PASSWORD_LENGTH)
    broker_ca_file: Path | None = ca_file(
        "Certificates (PEM) of the authority that signs the broker's, if this system does not trust it; then no other"
        " authority is trusted"
    )
    public_url: str = setting(
        "Origin that people use, without a slash at its end, e.g. `https://learning.ala.org`", unit="address"
    )
    jwks: str = setting(
        "Keys that sign staff tokens: https address or file of the issuer's JWKS", unit="address or file"
    )
    jwt_issuer: str = setting("`iss` that staff tokens must carry", default="convene-development")
    jwt_audience: str = setting("`aud` that staff tokens must carry", default="convene")
    oidc_discovery: str | None = setting(
        "The identity provider by which staff sign in to the pages: address of its discovery document",
        unit="address",
        default=None,
    )
    oidc_client_id: str = setting("What the provider calls this installation", default="convene")
    oidc_client_secret_file: Path | None = secret_file(
        "Secret of that client; without it PKCE alone protects the code",
        min_length=settings_checks.EXTERNAL_SECRET_LENGTH,
    )
    oidc_scope: str = setting(
        "What is asked of the provider: the scopes of staff that it may grant among them",
        unit="scopes",
        default="openid profile catalog:write registration:read registration:write notifications:read"
        " notifications:write people:erase operations",
    )
    session_key_file: Path | None = secret_file(
        "Key that signs the cookie of a sign-in on its way, one a service; several, one a line: the first signs,"
        " all verify"
    )
    links_key_file: Path | None = secret_file(
        "Key that signs the links in mails and encrypts webhooks' secrets; registration and notifications share it;"
        " several, one a line: the first signs, all verify"
    )
    links_form: Literal["2", "0.1.0"] = setting(
        "Form of the links that are signed: `0.1.0` as long as a process of that release runs, or may be gone back to",
        default="2",
    )
    api_bind: str = setting("Address and port that the api listens on", unit="host:port", default="0.0.0.0:8000")
    worker_bind: str = setting(
        "Address and port of a worker's health and metrics", unit="host:port", default="0.0.0.0:9000"
    )
    web_workers: int = setting("Processes of an api", unit="processes", default=2)
    web_threads: int = setting("Threads, and database connections, of each api process", unit="threads", default=4)
    stamp_seconds: float = setting(
        "Time after which an api checks whether its caches are still valid, if no notification came before",
        unit="seconds",
        default=1.0,
    )
    answers_megabytes: int = setting("Size of the answers that each api process keeps at most", unit="MiB", default=32)
    documents_megabytes: int = setting(
        "Maximum size of the documents that it caches to make responses", unit="MiB", default=64
    )
    mails_per_network: int = setting(
        "Mails that one network may cause to addresses that nobody proved, in ten minutes, before it is answered 429;"
        " 0: no limit",
        unit="mails",
        default=2000,
    )
    mails_per_mailbox: int = setting(
        "Mails that requests of anyone may cause to one mailbox in an hour, before further ones are answered 429;"
        " 0: no limit",
        unit="mails",
        default=15,
    )
    processors: int = setting(
        "Loops of a worker that handle received events, each with a database connection", unit="threads", default=2
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "Least severe line that is logged", default="info"
    )
    otel_exporter_otlp_endpoint: str | None = setting(
        "Collector of traces that speaks OTLP over HTTP, e.g. `http://collector:4318`; without it none are recorded",
        "address",
        default=None,
    )
    otel_traces_sampler_arg: float = setting(
        "Share of the traces that begin here which is recorded", "0 to 1", default=1.0
    )
    release: str = setting(
        "What this build is called, as `build_info` and traces tell it: the image's tag, or the commit",
        default="unreleased",
    )
    clock_file: Path | None = setting(
        "Development only: file with the seconds by which the programme's clock differs from real time",
        unit="file",
        default=None,
    )
    failpoint: str | None = setting("Development only: `name[:nth]=kill`, where a process shall die", default=None)

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def https(self) -> bool:
        """True if clients use TLS, so that cookies and browsers can be restricted to it."""
        return self.public_url.startswith("https://")

    def problems(self) -> list[str]:
        """Return problems of these settings, one sentence each; production forbids the most. Checks values only, never
        files, so that manifests can be checked without their secrets.
        """
        needed = "SESSION_KEY_FILE is needed where OIDC_DISCOVERY is set: name the file of a random key"
        wrong = [needed] if self.oidc_discovery and not self.session_key_file else []
        wrong += settings_checks.broker_url_problems(self.broker_url, ca_file=self.broker_ca_file)
        return wrong + (self._production_problems() if self.production else [])

    def _production_problems(self) -> list[str]:
        wrong = [
            f"{name.upper()} is for development only: take it away"
            for name in ("clock_file", "failpoint")
            if getattr(self, name)
        ]
        wrong += [
            f"{name.upper()} must be https"
            for name in ("public_url", "oidc_discovery")
            if (address := getattr(self, name)) and not address.startswith("https://")
        ]
        if "://" in self.jwks and not self.jwks.startswith("https://"):
            wrong.append("JWKS must be https, or a file: who changes it on its way signs tokens of staff")
        if self.jwt_issuer == "convene-development":
            wrong.append("JWT_ISSUER must name the real issuer")
        wrong += [
            f"{name.upper()} holds a password: move it into the file that {name[:-4].upper()}_PASSWORD_FILE names"
            for name in ("database_url", "broker_url")
            if settings_checks.contains_password(getattr(self, name))
        ]
        if self.log_level == "debug":
            wrong.append("LOG_LEVEL must not be debug: libraries log then what they are given, such as addresses")
        return wrong

    def file_problems(self) -> list[str]:
        """Return problems of the files that a process starts with, one sentence each: certificates of authorities, and
        in production secrets.
        """
        named = [(f.name.upper(), f.metadata, file) for f in fields(self) if (file := getattr(self, f.name))]
        wrong = [
            fault
            for variable, about, file in named
            if "authority" in about
            for fault in settings_checks.ca_file_problems(variable, file)
        ]
        return wrong + [
            fault
            for variable, about, file in named
            if "min_length" in about and self.production
            for fault in settings_checks.secret_file_problems(variable, file, min_length=about["min_length"])
        ]


def load(kind: type[S]) -> S:
    """Read `kind` from the environment.

    Raises `environs.EnvValidationError` naming every variable that is missing or malformed at once, and
    `UnsafeSettings` with everything that is not allowed in it.
    """
    settings = _read_all(kind)
    if wrong := settings.problems():
        raise UnsafeSettings(wrong)
    return settings


def load_to_start(kind: type[S]) -> S:
    """Load like `load` when a process starts, and check its files of secrets, too."""
    settings = _read_all(kind)
    if wrong := settings.problems() + settings.file_problems():
        raise UnsafeSettings(wrong)
    return settings


def read_secret(path: Path | None) -> str | None:
    """The secret in `path`, without the newline that editors leave at its end."""
    return path.read_text().strip() if path else None


def read_keys(path: Path | None) -> list[str]:
    """The keys in `path`, one a line: the first signs, and what any of them signed is good. So a key is changed without
    breaking what was signed by the one before.
    """
    return [key for line in (read_secret(path) or "").splitlines() if (key := line.strip())]


def table(kind: type[Settings]) -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, in order."""
    return [(f.name.upper(), _shown_default(f), f.metadata["meaning"]) for f in fields(kind)]


def units(kind: type[Settings]) -> dict[str, str]:
    """Return the unit or kind of each variable: seconds, MiB, an address, a file …"""
    return {f.name.upper(): " or ".join(_choices(f)) or f.metadata["unit"] for f in fields(kind)}


def _read_all(kind: type[S]) -> S:
    env = environs.Env(eager=False)
    values = {f.name: _read(env, f) for f in fields(kind)}
    env.seal()
    try:
        return kind(**values)
    except ValueError as malformed:
        raise UnsafeSettings([str(malformed)]) from None


def _read(env: environs.Env, f: Any) -> Any:
    kwargs = {} if f.default is MISSING else {"default": f.default}
    name = f.name.upper()
    if f.type is int:
        return env.int(name, **kwargs)
    if f.type is float:
        return env.float(name, **kwargs)
    if f.type == Path | None:
        return env.path(name, **kwargs)
    if choices := _choices(f):
        return env.str(name, validate=environs.validate.OneOf(choices), **kwargs)
    return env.str(name, **kwargs)


def _choices(f: Any) -> tuple[str, ...]:
    return get_args(f.type) if getattr(f.type, "__origin__", None) is Literal else ()


def _shown_default(f: Any) -> str:
    if f.default is MISSING:
        return "required"
    return "" if f.default is None else str(f.default)
