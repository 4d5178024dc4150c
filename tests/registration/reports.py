"""The funder's report."""

from typing import Any

from tests.registration.registration import V1, Registration


def report(registration: Registration, accept: str = "application/json", **query: str) -> Any:
    return registration.client.get(
        f"{V1}/reports/participation", query_string=query, headers={**registration.staff, "Accept": accept}
    )
