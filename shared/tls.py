"""TLS to our own servers: the certificate and the host name are verified."""

import ssl
from pathlib import Path


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts the authorities in `ca_file`, where one is named, and no others; else those that this system trusts. The
    server's name must be among the certificate's subject alternative names: a common name is none (RFC 9525).
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.hostname_checks_common_name = False
    return context
