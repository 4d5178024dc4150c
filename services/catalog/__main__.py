"""Run the catalog's commands: `python -m services.catalog api | worker | migrate | …`."""

from shared import start

start.run("services.catalog.app")
