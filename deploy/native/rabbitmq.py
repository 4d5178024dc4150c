"""A private RabbitMQ: its own node, cookie, home and port mapper, on the loopback alone."""

from pathlib import Path

import amqp

from deploy.native import binaries
from deploy.native.program import Program
from deploy.waiting import wait_until

SETTINGS = Path(__file__).resolve().parents[1] / "rabbitmq" / "rabbitmq.conf"
HOST = "127.0.0.1"
NODE = "convene@localhost"


class RabbitMQ:
    """The broker whose data is in `folder`, on `ports` amqp, distribution and epmd, and management where wanted."""

    def __init__(self, folder: Path, *, ports: dict[str, int], definitions: Path, secrets: Path) -> None:
        self.folder = folder
        self.ports = ports
        self.definitions = definitions
        self.secrets = secrets
        self.console = "management" in ports and binaries.rabbitmq_has_plugin("rabbitmq_management")

    def prepare(self) -> None:
        """Write its configuration."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cookie = self.folder / ".erlang.cookie"
        cookie.unlink(missing_ok=True)
        cookie.touch(mode=0o600)
        cookie.write_text((self.secrets / "erlang-cookie").read_text().strip())
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management]." if self.console else "[].")
        (self.folder / "rabbitmq.conf").write_text(SETTINGS.read_text() + self._own_settings())

    def programs(self) -> list[Program]:
        """The node and its port mapper, which would otherwise be started as a daemon that nobody stops."""
        environment = self.environment()
        epmd = ["epmd", "-port", str(self.ports["epmd"]), "-address", HOST]
        server = str(binaries.rabbitmq("rabbitmq-server"))
        return [
            Program(name="epmd", group="names", command=epmd),
            # asked to stop while it starts, it hangs; otherwise it needs one second, with its console six
            Program(name="rabbitmq", group="engines", command=[server], environment=environment, stop_seconds=12),
        ]

    def url(self, user: str, password: str = "", vhost: str = "convene") -> str:
        """Address for one of its users."""
        return f"amqp://{user}{':' + password if password else ''}@{HOST}:{self.ports['amqp']}/{vhost}"

    def answers(self) -> bool:
        """True if it accepts connections and has its topology."""
        password = (self.secrets / "operator-broker-password").read_text().strip()
        address = f"{HOST}:{self.ports['amqp']}"
        try:
            with (
                amqp.Connection(address, "operator", password, virtual_host="convene", connect_timeout=2) as connection,
                connection.channel() as channel,
            ):
                channel.queue_declare("dead", passive=True)
        except (OSError, amqp.AMQPError):
            return False
        return True

    def wait(self, seconds: float = 60) -> None:
        """Return once it can be used."""
        wait_until(self.answers, seconds, "RabbitMQ")

    def _own_settings(self) -> str:
        lines = [f"load_definitions = {self.definitions}"]
        if self.console:
            lines += [f"management.tcp.ip = {HOST}", f"management.tcp.port = {self.ports['management']}"]
        return "\n" + "\n".join(lines) + "\n"

    def environment(self) -> dict[str, str]:
        """Return the environment of the node, and of commands that talk to it."""
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self.ports["distribution"]),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),  # not the system's own
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_LOGS": "-",
            "RUNNING_UNDER_SYSTEMD": "true",  # the shell script is replaced by the node, so that signals reach it
        }
