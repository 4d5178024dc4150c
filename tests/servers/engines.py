"""The interface of the PostgreSQL and RabbitMQ that tests use, natively or in containers."""

import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

import amqp
import psycopg

from deploy.waiting import wait_until

Engine = Literal["postgres", "rabbitmq"]
SERVICES = ("catalog", "registration", "notifications")
TESTER = "tester"  # may do everything in the broker
# yoyo's own tables are left out: they are no part of what a service owns.
DUMP = ("--schema-only", "--no-owner", "--no-privileges", "--exclude-table=*.*yoyo*")


@dataclass(frozen=True, kw_only=True)
class Engines(ABC):
    """One PostgreSQL and one RabbitMQ. `folder` holds their secrets."""

    folder: Path
    host: str
    postgres_port: int
    amqp_port: int

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets"

    def database_url(self, database: str, role: str = "postgres") -> str:
        """Address of a database for the superuser, the role of a service's processes, or the owner of its schema, such
        as `catalog_owner`; with the password.
        """
        name = role.replace("_", "-")
        password = self.secret("postgres-password" if role == "postgres" else f"{name}-db-password")
        return f"postgresql://{role}:{password}@{self.host}:{self.postgres_port}/{database}"

    def broker_url(self, vhost: str, user: str = TESTER) -> str:
        """Address of a virtual host for one of the broker's users, with the password."""
        return f"amqp://{user}:{self.secret(f'{user}-broker-password')}@{self.host}:{self.amqp_port}/{vhost}"

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    def wait(self, engine: Engine, seconds: float = 60) -> None:
        """Return once `engine` can be used."""
        wait_until(self._postgres_answers if engine == "postgres" else self._rabbitmq_answers, seconds, engine)

    def restart(self, engine: Engine) -> None:
        """Stop it in its orderly way, start it, and wait until it can be used."""
        self.stop(engine)
        self.start(engine)
        self.wait(engine)

    @classmethod
    @abstractmethod
    def create(cls, folder: Path) -> Self:
        """Start both, with their data in `folder`."""

    @abstractmethod
    def stop(self, engine: Engine) -> None:
        """Stop it in its orderly way."""

    @abstractmethod
    def start(self, engine: Engine) -> None:
        """Start it again, where it does not run; `wait()` tells when it can be used."""

    @abstractmethod
    def kill(self, engine: Engine) -> None:
        """End it as a power cut would; it may come back by itself or not, so call `start()` and `wait()`."""

    @abstractmethod
    def control_broker(self, *words: str) -> None:
        """Run `rabbitmqctl` with these words. Raises RuntimeError where it fails."""

    @abstractmethod
    def broker_files_with(self, text: str) -> list[str]:
        """The files of the broker's data that hold this text."""

    @abstractmethod
    def create_services(self, database: str) -> None:
        """Run deploy/postgres/create-services.sh for `database`."""

    @abstractmethod
    def dump_schema(self, database: str, schema: str) -> str:
        """Return what pg_dump says about a schema: its definitions alone, without owners and rights."""

    @abstractmethod
    def remove(self) -> None:
        """Stop both for good."""

    def save(self, file: Path) -> None:
        """Write down where they are, for other processes of the test run."""
        record = {"kind": type(self).__name__, **asdict(self), "folder": str(self.folder)}
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(record))
        draft.rename(file)

    @classmethod
    def from_record(cls, record: dict[str, object]) -> Self:
        """Return the engines that `save` wrote down."""
        return cls(**{**record, "folder": Path(str(record["folder"]))})

    def _postgres_answers(self) -> bool:
        try:
            psycopg.connect(self.database_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _rabbitmq_answers(self) -> bool:
        password = self.secret(f"{TESTER}-broker-password")
        address = f"{self.host}:{self.amqp_port}"
        try:
            with (
                amqp.Connection(address, TESTER, password, virtual_host="convene", connect_timeout=2) as connection,
                connection.channel() as channel,
            ):
                channel.queue_declare("dead", passive=True)
        except (OSError, amqp.AMQPError):
            return False
        return True
