"""`python -m services.registration api | worker | migrate | …`."""

from shared import start

start.run("services.registration.app")
