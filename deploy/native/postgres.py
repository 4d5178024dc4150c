"""A private PostgreSQL: on the loopback alone, with passwords, in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from deploy.errors import DeployError
from deploy.native import accounts, binaries
from deploy.native.program import Program
from deploy.postgres_client import Client
from deploy.waiting import wait_until

CREATE_SERVICES = Path(__file__).resolve().parents[1] / "postgres" / "create-services.sh"
HOST = "127.0.0.1"


class DataOfAnotherVersionError(DeployError):
    """The data was written by another major version of PostgreSQL than the one installed."""


class Postgres:
    """The server whose data is in `folder`. `durable=False` is for tests: faster, and lost with the machine."""

    def __init__(self, folder: Path, *, port: int, secrets: Path, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self.secrets = secrets
        self.durable = durable

    def prepare(self) -> None:
        """Make the data where there is none yet."""
        data = accounts.database_folder(self.folder) / "data"
        if not (data / "PG_VERSION").exists():
            self._initialise(data)
        made_by, installed = (data / "PG_VERSION").read_text().strip(), _bin("postgres").parent.parent.name
        if made_by != installed:
            raise DataOfAnotherVersionError(
                f"The data is of PostgreSQL {made_by}, not {installed}; `make clean` removes it."
            )

    def program(self) -> Program:
        """Return the server as a supervised program."""
        settings = {
            "port": self.port,
            "listen_addresses": HOST,
            "unix_socket_directories": "",
            "max_connections": 200,
            "jit": "off",
            "log_min_messages": "warning",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}
        return Program(
            name="postgres",
            group="engines",
            command=[str(_bin("postgres")), "-D", str(self.folder.resolve() / "data")]
            + [f"--{name}={value}" for name, value in settings.items()],
            user=accounts.database_account(),
            stop_signal="INT",  # the fast shutdown: does not wait for clients to leave
        )

    def url(self, database: str = "postgres") -> str:
        """Address for the superuser, with the password."""
        return f"postgresql://postgres:{self._password()}@{HOST}:{self.port}/{database}"

    def answers(self) -> bool:
        """True if it accepts connections."""
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def wait(self, seconds: float = 30) -> None:
        """Return once it takes connections."""
        wait_until(self.answers, seconds, "PostgreSQL")

    def client(self) -> Client:
        """Return the environment of PostgreSQL's programs as superuser; the password is on no command line."""
        environment = {
            "PGHOST": HOST,
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGPASSWORD": self._password(),
        }
        return Client(lambda program: [str(_bin(program))], environment)

    def create_services(self, database: str = "convene") -> None:
        """Make `database`, with a role and a schema for each service, where they are not there yet."""
        environment = {
            "PATH": f"{_bin('psql').parent}:{os.environ['PATH']}",
            "SECRETS_DIR": str(self.secrets),
            "DATABASE": database,
            **self.client().environment,
        }
        subprocess.run(["bash", CREATE_SERVICES], env=environment, check=True)

    def _initialise(self, data: Path) -> None:
        """In a folder beside it first, so that an interrupted attempt is not taken for data."""
        account = accounts.database_account()
        draft = data.with_name("draft")
        shutil.rmtree(draft, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=data.parent) as file:
            file.write(self._password())
            file.flush()
            if account:
                os.chmod(file.name, 0o644)  # in a folder that nobody else can enter
            initdb = [_bin("initdb"), "--pgdata", draft, "--username=postgres", f"--pwfile={file.name}"]
            options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
            options += [] if self.durable else ["--no-sync"]
            command = accounts.as_account(account, [*map(str, initdb), *options])
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
        draft.rename(data)

    def _password(self) -> str:
        return (self.secrets / "postgres-password").read_text().strip()


def _bin(program: str) -> Path:
    path = binaries.postgres(program)
    if path is None:
        raise FileNotFoundError(f"PostgreSQL's {program} is not installed")
    return path
