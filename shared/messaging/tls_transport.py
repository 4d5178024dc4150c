"""Lines to RabbitMQ with TLS, by kombu and py-amqp, which by themselves verify a certificate but not whose it is."""

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amqp.transport import SSLTransport, TCPTransport
from kombu.transport import pyamqp

from shared import tls

SCHEMES = ("amqp", "amqps")


class VerifiedTransport(SSLTransport):
    """A line whose other end has shown that it is who we asked for, before anything is said."""

    def _wrap_socket(self, sock: Any, context: Any = None, **sslopts: Any) -> ssl.SSLSocket:
        return context.wrap_socket(sock, do_handshake_on_connect=False, **sslopts)


class TLSConnection(pyamqp.Connection):
    """py-amqp's connection, over `VerifiedTransport` wherever there is TLS."""

    def Transport(  # noqa: N802 - py-amqp's name
        self,
        host: Any,
        connect_timeout: Any,
        ssl: Any = False,
        read_timeout: Any = None,
        write_timeout: Any = None,
        socket_settings: Any = None,
        **kwargs: Any,
    ) -> Any:
        bounds = {"connect_timeout": connect_timeout, "read_timeout": read_timeout, "write_timeout": write_timeout}
        transport = VerifiedTransport if ssl else TCPTransport
        return transport(host, ssl=ssl, socket_settings=socket_settings, **bounds, **kwargs)


class TLSTransport(pyamqp.Transport):
    """kombu's transport by these lines."""

    Connection = TLSConnection


def ssl_options(url: str, ca_file: Path | None) -> dict[str, Any] | bool:
    """Return kombu's `ssl` options for this URL; the host name in it is verified."""
    parts = urlsplit(url)
    if parts.scheme != "amqps":
        return False
    return {"context": tls.client_context(ca_file), "server_hostname": parts.hostname}
