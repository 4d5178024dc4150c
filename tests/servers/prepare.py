"""`python -m tests.servers.prepare`: install what native test servers need, where it is they that will be used."""

import sys

from deploy import packages
from deploy.errors import DeployError
from deploy.native import binaries
from tests.servers.choice import choose

if __name__ == "__main__" and choose() == "native":
    try:
        packages.install(binaries.missing_packages(), services=binaries.SERVICES)
    except DeployError as error:
        sys.exit(str(error))
