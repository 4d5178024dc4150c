"""The states of a registration: a seat, an offered seat, a place on the waiting list, or none anymore."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class RegistrationStatus(StrEnum):
    """`confirmed` and `offered` hold a seat."""

    CONFIRMED = "confirmed"
    OFFERED = "offered"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


CONFIRMED, OFFERED, WAITLISTED, CANCELLED = RegistrationStatus

REGISTRATION = StateMachine(
    "Registration",
    RegistrationStatus,
    initial=(CONFIRMED, WAITLISTED),
    transitions=(
        Transition((WAITLISTED,), CONFIRMED, "a seat becomes free, or staff give one"),
        Transition((WAITLISTED,), OFFERED, "a seat becomes free in a session that offers seats"),
        Transition((OFFERED,), CONFIRMED, "the offer is accepted"),
        Transition((CONFIRMED, OFFERED, WAITLISTED), CANCELLED, "canceled, erased, or the offer expires"),
    ),
    table="registration.registrations",
    column="status",
)
