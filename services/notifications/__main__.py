"""`python -m services.notifications api | worker | migrate | …`."""

from services.notifications.app import SERVICE

SERVICE.main()
