"""Applicants read from validated forms."""

from typing import Any

from services.registration.seats.placement_queries import Applicant
from shared.email_addresses import fold_email


def as_applicant(wanted: dict[str, Any]) -> Applicant:
    """Who registers, from a validated form. Raises Invalid for an address that mail cannot be sent to."""
    return Applicant(
        email=fold_email(wanted["email"]),
        name=wanted["name"],
        library=wanted["library"],
        job_title=wanted["job_title"],
        accommodations=wanted["accommodations"],
        answers=wanted["answers"],
        note=wanted.get("note"),
        timezone=wanted["timezone"],
    )
