"""A process with settings that are unsafe in production names all of them with advice, and does not start."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import docs
from deploy.secrets import SERVICES, make_secrets
from shared import settings
from shared.errors import UnsafeSettings
from tests.commands import Result, run_command
from tests.servers.authority import Authority

Told = dict[str, str]
Refused = Callable[[str, Told], list[str]]
REFUSED = 78  # EX_CONFIG of sysexits.h


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("production") / "secrets"
    make_secrets(folder, production=True)
    (folder / "smtp-password").write_text("given")
    (folder / "smtp-password").chmod(0o600)
    return folder


@pytest.fixture
def told(secrets: Path) -> Callable[[str], Told]:
    """Correct settings of an installed service; nothing answers at its addresses."""
    common = {
        "PUBLIC_URL": "https://learning.ala.org",
        "JWKS": "https://login.ala.org/jwks",
        "JWT_ISSUER": "https://login.ala.org",
        "OIDC_DISCOVERY": "https://login.ala.org/.well-known/openid-configuration",
    }
    links = {"LINKS_KEY_FILE": f"{secrets}/links-key"}
    mail = {
        "SMTP_URL": "smtp+starttls://convene@mail.ala.org",
        "SMTP_PASSWORD_FILE": f"{secrets}/smtp-password",
        "MAIL_FROM": "Learning at ALA <learning@ala.org>",
    }
    own = {
        "catalog": {},
        "registration": links | {"BADGE_KEY_FILE": f"{secrets}/badge-key"},
        "notifications": links | mail,
    }
    return lambda service: (
        common
        | own[service]
        | {
            "DATABASE_URL": f"postgresql://{service}@127.0.0.1:1/convene",
            "DATABASE_PASSWORD_FILE": f"{secrets}/{service}-db-password",
            "BROKER_URL": f"amqp://{service}@127.0.0.1:1/convene",
            "BROKER_PASSWORD_FILE": f"{secrets}/{service}-broker-password",
            "SESSION_KEY_FILE": f"{secrets}/{service}-session-key",
        }
    )


def start(service: str, told: Told, *command: str) -> Result:
    """A process of the service; `openapi` is one that begins, writes, and ends without a database."""
    return run_command(service, *(command or ("openapi",)), environment={"PATH": os.environ["PATH"], **told})


def refusals(service: str, told: Told, *command: str) -> list[str]:
    """Return the problems that it lists. It exits with the code for a wrong configuration, without a traceback."""
    result = start(service, told, *command)
    assert (result.returncode, result.stdout) == (REFUSED, ""), result.stderr
    assert "Traceback" not in result.stderr
    head, *lines = result.stderr.splitlines()
    assert head == "These settings are not allowed (docs/settings.md):"
    assert all(line.startswith("  - ") and line.endswith(".") for line in lines)
    return [line.removeprefix("  - ") for line in lines]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Refused:
    """The problems that such a process would list, found without a process."""

    def read(service: str, given: Told) -> list[str]:
        kind = docs._service(service).settings
        for variable, _, _ in settings.table(kind):
            monkeypatch.delenv(variable, raising=False)
        for variable, value in given.items():
            monkeypatch.setenv(variable, value)
        with pytest.raises(UnsafeSettings) as refusal:
            settings.load_to_start(kind)
        return refusal.value.sentences

    return read


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_as_it_should_be_starts(told: Callable[[str], Told], service: str) -> None:
    result = start(service, told(service))

    assert result.returncode == 0, result.stderr


UNSAFE = [
    ("catalog", {"PUBLIC_URL": "http://learning.ala.org"}, "PUBLIC_URL must be https"),
    ("catalog", {"JWKS": "http://login.ala.org/jwks"}, "JWKS must be https"),
    ("catalog", {"JWT_ISSUER": "convene-development"}, "JWT_ISSUER must name"),
    ("catalog", {"OIDC_DISCOVERY": "http://login.ala.org/.well-known/x"}, "OIDC_DISCOVERY must be https"),
    ("catalog", {"SESSION_KEY_FILE": ""}, "SESSION_KEY_FILE is needed"),
    ("catalog", {"CLOCK_FILE": "/clock"}, "CLOCK_FILE is for development only"),
    ("catalog", {"FAILPOINT": "relay.after_publish_before_mark=kill"}, "FAILPOINT is for development only"),
    ("catalog", {"LOG_LEVEL": "debug"}, "LOG_LEVEL must not be debug"),
    ("catalog", {"DATABASE_URL": "postgresql://catalog:hunter2@db/convene"}, "DATABASE_URL holds a password"),
    ("catalog", {"DATABASE_URL": "host=db user=catalog password=hunter2"}, "DATABASE_URL holds a password"),
    ("catalog", {"DATABASE_URL": "postgresql://db/convene?password=hunter2"}, "DATABASE_URL holds a password"),
    ("catalog", {"BROKER_URL": "amqp://catalog@a:5672/c;amqp://catalog:hunter2@b:5672/c"}, "BROKER_URL holds a pass"),
    ("catalog", {"BROKER_URL": "amqps://catalog@a/c;amqp://catalog@b/c"}, "BROKER_URL names nodes with encryption and"),
    ("catalog", {"BROKER_URL": "amqps://catalog@a/c?ssl_cert_reqs=CERT_NONE"}, "BROKER_URL has options behind `?`"),
    ("catalog", {"BROKER_URL": "amqp://catalog@a/c?ssl=true"}, "BROKER_URL has options behind `?`"),
    ("catalog", {"BROKER_URL": "pyamqp://catalog@a/c"}, "BROKER_URL must begin with amqp:// or amqps://"),
    ("catalog", {"BROKER_URL": "amqps:///c"}, "BROKER_URL must name the host"),
    ("registration", {"LINKS_KEY_FILE": ""}, "LINKS_KEY_FILE is needed"),
    ("registration", {"BADGE_KEY_FILE": ""}, "BADGE_KEY_FILE is needed"),
    ("notifications", {"LINKS_KEY_FILE": ""}, "LINKS_KEY_FILE is needed"),
    ("notifications", {"SMTP_URL": "smtp://mail.ala.org"}, "SMTP_URL leads to another host"),
    ("notifications", {"SMTP_URL": "smtp://convene@localhost"}, "SMTP_URL has a user"),
    ("notifications", {"SMTP_URL": "smtps://convene:hunter2@mail.ala.org"}, "SMTP_URL must not hold a password"),
    ("notifications", {"SMTP_PASSWORD_FILE": ""}, "SMTP_PASSWORD_FILE is needed"),
    ("notifications", {"MAIL_FROM": "learning@ala.example"}, "MAIL_FROM is at a domain of examples"),
    ("notifications", {"MAIL_FROM": "learning@example.org"}, "MAIL_FROM is at a domain of examples"),
    ("notifications", {"WEBHOOK_ALLOW": "127.0.0.1:80"}, "WEBHOOK_ALLOW is for development only"),
]


@pytest.mark.covers("API8:2023", "ASVS 13.4.2")
@pytest.mark.parametrize(("service", "changes", "said"), UNSAFE, ids=[f"{s}-{c}" for s, c, _ in UNSAFE])
def test_a_value_that_is_unsafe_is_refused_and_not_repeated(
    told: Callable[[str], Told], refused: Refused, service: str, changes: Told, said: str
) -> None:
    given = {name: value for name, value in (told(service) | changes).items() if value}

    [sentence] = refused(service, given)

    assert sentence.startswith(said)
    assert "hunter2" not in sentence


FILES = [
    (None, 0o600, "which is missing"),
    ("", 0o600, "which is empty"),
    ("\n \n", 0o600, "which is empty"),
    ("k" * 43, 0o644, "which everybody can read"),
    ("short", 0o600, "fewer than"),
    ("k" * 43 + "\nshort\n", 0o600, "fewer than"),
    ("correcthorsebatterystaple", 0o600, "everybody knows"),
]


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
@pytest.mark.parametrize(
    ("content", "mode", "said"), FILES, ids=[said + str(n) for n, (_, _, said) in enumerate(FILES)]
)
@pytest.mark.parametrize("variable", ["DATABASE_PASSWORD_FILE", "BROKER_PASSWORD_FILE", "LINKS_KEY_FILE"])
def test_a_file_of_secrets_that_is_unsafe_is_refused_and_not_quoted(
    told: Callable[[str], Told],
    refused: Refused,
    tmp_path: Path,
    variable: str,
    content: str | None,
    mode: int,
    said: str,
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)

    [sentence] = refused("notifications", told("notifications") | {variable: str(file)})

    assert sentence.startswith(f"{variable} names {file}")
    assert said in sentence
    assert "correcthorse" not in sentence


def test_an_authority_of_a_broker_that_is_not_asked_for_a_certificate_is_refused(
    told: Callable[[str], Told], refused: Refused, tmp_path: Path
) -> None:
    file = Authority(tmp_path).file

    [sentence] = refused("catalog", told("catalog") | {"BROKER_CA_FILE": str(file)})

    assert sentence == "BROKER_CA_FILE has no effect where BROKER_URL is not amqps://"


@pytest.mark.covers("API8:2023", "ASVS 12.3.4")
@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_names_no_authority_is_refused(
    told: Callable[[str], Told], refused: Refused, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    broker = {"BROKER_URL": "amqps://catalog@mq.ala.org/convene", "BROKER_CA_FILE": str(file)}

    [sentence] = refused("catalog", told("catalog") | broker)

    assert sentence.startswith(f"BROKER_CA_FILE names {file}, which is no file of certificates")


def test_a_password_that_others_gave_may_be_short_but_not_one_that_everybody_knows(
    told: Callable[[str], Told], refused: Refused, tmp_path: Path
) -> None:
    (file := tmp_path / "smtp-password").write_text("changeme")
    file.chmod(0o600)

    [sentence] = refused("notifications", told("notifications") | {"SMTP_PASSWORD_FILE": str(file)})

    assert "everybody knows" in sentence


@pytest.mark.parametrize("command", ["api", "worker", "migrate"])
def test_all_that_is_unsafe_is_said_at_once_by_every_process(told: Callable[[str], Told], command: str) -> None:
    unsafe = {"PUBLIC_URL": "http://x", "LOG_LEVEL": "debug", "MAIL_FROM": "a@b.example", "WEBHOOK_ALLOW": "x:1"}
    files = {"LINKS_KEY_FILE": "/nowhere", "DATABASE_PASSWORD_FILE": "/nowhere"}

    said = refusals("notifications", told("notifications") | unsafe | files, command)

    assert [sentence.split()[0] for sentence in said] == [
        "PUBLIC_URL",
        "LOG_LEVEL",
        "MAIL_FROM",
        "WEBHOOK_ALLOW",
        "DATABASE_PASSWORD_FILE",
        "LINKS_KEY_FILE",
    ]


def test_all_that_is_missing_or_malformed_is_said_at_once(told: Callable[[str], Told]) -> None:
    given = told("catalog") | {"WEB_WORKERS": "two", "LOG_LEVEL": "loud"}
    del given["DATABASE_URL"]

    said = refusals("catalog", given)

    assert {sentence.partition(":")[0] for sentence in said} == {"DATABASE_URL", "WEB_WORKERS", "LOG_LEVEL"}


def test_development_may_what_production_may_not(told: Callable[[str], Told]) -> None:
    unsafe = {"PUBLIC_URL": "http://x", "LOG_LEVEL": "debug", "MAIL_FROM": "a@b.example", "SMTP_URL": "smtp://mail:25"}

    assert start("notifications", told("notifications") | unsafe | {"ENVIRONMENT": "development"}).returncode == 0
