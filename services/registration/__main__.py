"""`python -m services.registration api | worker | migrate | …`."""

from services.registration.app import SERVICE

SERVICE.main()
