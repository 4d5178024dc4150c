"""The gateway: nginx with the same template as in Docker."""

import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.errors import DeployError
from deploy.native import binaries
from deploy.native.program import Program
from deploy.options import Options

TEMPLATES = Path(__file__).resolve().parents[1] / "gateway"

# Paths are relative to the gateway's own folder.
MAIN = """# Written at every start.
daemon off;
{user}
worker_processes 1;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    client_body_temp_path bodies;
    proxy_temp_path proxied;
    fastcgi_temp_path unused;
    uwsgi_temp_path unused;
    scgi_temp_path unused;
    include convene.conf;
}}
"""


class Gateway:
    """nginx in `folder`, in front of the `apis` and the development identity provider, by their ports; an api may run
    more than once.
    """

    def __init__(
        self,
        folder: Path,
        *,
        options: Options,
        port: int,
        apis: Mapping[str, int | Sequence[int]],
        identity: int,
    ) -> None:
        self.folder = folder
        self.options = options
        self.port = port
        self.apis = apis
        self.identity = identity

    def prepare(self) -> None:
        """Write its configuration."""
        # as root, nginx would hand requests to an account that may not reach the folder
        user = "user root;" if os.geteuid() == 0 else ""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "nginx.conf").write_text(MAIN.format(user=user))
        template = (TEMPLATES / "convene.conf.template").read_text()
        (self.folder / "convene.conf").write_text(fill_in(template, self._values()))

    def program(self) -> Program:
        """Return the program that the supervisor runs."""
        command = [str(binaries.nginx()), "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return Program(name="gateway", group="front", command=command)

    def _values(self) -> dict[str, str]:
        upstreams = [_upstream(name, [port] if isinstance(port, int) else port) for name, port in self.apis.items()]
        return {
            "GATEWAY_LISTEN": f"{self.options.bind_address}:{self.port}",
            "GATEWAY_RESOLVER": "127.0.0.1",
            "GATEWAY_UPSTREAMS": "\n".join(upstreams),
            **{f"GATEWAY_{name.upper()}": name for name in self.apis},
            "GATEWAY_IDENTITY": f"127.0.0.1:{self.identity}",
            "GATEWAY_PUBLIC_URL": self.options.public_url or f"http://localhost:{self.port}",
            "GATEWAY_REAL_IP": trust(self.options.trusted_proxies),
            "GATEWAY_READS": str(self.options.gateway_reads),
            "GATEWAY_WRITES": str(self.options.gateway_writes),
            "GATEWAY_CACHE": "cache",
            "GATEWAY_LOG": "/dev/stdout",
        }


def _upstream(name: str, ports: Sequence[int]) -> str:
    """Each request may try each of them: one that was restarted is asked again at once. A connection that rests is
    given up before an api that stops hangs up, as gunicorn does after two seconds: nothing is sent into a closed one.
    """
    servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
    return f"upstream {name} {{ {servers} keepalive 16; keepalive_timeout 1s; }}"


def trust(proxies: str) -> str:
    """The lines of nginx by which these proxies are believed, as 15-trusted-proxies.envsh makes them. Raises
    DeployError for what is neither an address nor a network.
    """
    named = proxies.replace(",", " ").split()
    try:
        networks = [ipaddress.ip_network(proxy, strict=False) for proxy in named]
    except ValueError as error:
        raise DeployError(
            f"TRUSTED_PROXIES holds something that is neither an address nor a network: {error}"
        ) from None
    return " ".join(f"set_real_ip_from {network};" for network in networks)


def fill_in(template: str, values: dict[str, str]) -> str:
    """Replace `${GATEWAY_…}` with `values`, as the nginx image does. Raises KeyError for a name without a value."""
    return re.sub(r"\$\{(GATEWAY_\w+)\}", lambda found: values[found[1]], template)
