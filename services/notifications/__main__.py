"""`python -m services.notifications api | worker | migrate | …`."""

from shared import start

start.run("services.notifications.app")
