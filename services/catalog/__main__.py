"""`python -m services.catalog api | worker | migrate | …`."""

from services.catalog.app import SERVICE

SERVICE.main()
