"""`python -m tests.servers.prepare`: install what the tests need besides Python packages, where it is not there."""

import shutil
import sys

from deploy import packages
from deploy.errors import DeployError
from deploy.native import binaries
from tests.servers.choice import choose

# A program of each package: a browser for the tests of pages, and promtool for the alert rules.
OTHERS = {"chromium": "chromium", "prometheus": "promtool"}


def missing_packages() -> list[str]:
    """The servers, where they are no containers; the gateway and further programs for the tests."""
    needed = binaries.missing_packages()
    servers = needed
    if needed and choose() == "docker":
        servers = [package for package in needed if package == "nginx"]
    others = [package for package, program in OTHERS.items() if not shutil.which(program)]
    return [*servers, *others]


if __name__ == "__main__":
    try:
        packages.install(missing_packages(), services=(*binaries.SERVICES, "prometheus"))
    except DeployError as error:
        sys.exit(str(error))
