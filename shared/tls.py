"""How we speak TLS to a server of ours: its certificate is verified, and its name with it."""

import ssl
from pathlib import Path


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts the authorities in `ca_file`, where one is named, and no others; else those that this system trusts. The
    server's name must be among the certificate's subject alternative names: a common name is none (RFC 9525).
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.hostname_checks_common_name = False
    return context
