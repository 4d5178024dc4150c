"""`python -m tests.servers.prepare`: install what the tests need besides Python packages, where it is not there."""

import shutil
import sys

from deploy import packages
from deploy.errors import DeployError
from deploy.native import binaries
from tests.servers.choice import choose


def missing_packages() -> list[str]:
    """The servers, where they are no containers; the gateway and a browser for the tests of pages."""
    needed = binaries.missing_packages()
    servers = needed if choose() == "native" else [package for package in needed if package == "nginx"]
    return servers if shutil.which("chromium") else [*servers, "chromium"]


if __name__ == "__main__":
    try:
        packages.install(missing_packages(), services=binaries.SERVICES)
    except DeployError as error:
        sys.exit(str(error))
