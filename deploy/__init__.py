"""Set-up, operation and demo of the system, with Docker compose and natively."""
