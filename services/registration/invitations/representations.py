"""Invitations as events carry them."""

from services.registration.invitations.queries import Invitation
from shared.events import registration as events


def state(invitation: Invitation) -> events.Invitation:
    """An invitation as it is now."""
    return events.Invitation(
        id=invitation.id,
        revision=invitation.revision,
        session_id=invitation.session_id,
        session_slug=invitation.session_slug,
        series_slug=invitation.series_slug,
        person=events.Person(
            id=invitation.person_id,
            email=invitation.email,
            name=invitation.name,
            generation=invitation.generation,
        ),
        status=invitation.status,  # pyright: ignore[reportArgumentType] - a CHECK in the database
        expires_at=invitation.expires_at,
    )
