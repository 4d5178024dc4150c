"""Why seats are taken and become free, as the ledger records it."""

from enum import StrEnum


class SeatCause(StrEnum):
    """Causes are stored as they are shown to staff."""

    REGISTERED = "registered"
    REGISTERED_OVER_CAPACITY = "registered over capacity"
    CAPACITY_RAISED = "capacity raised"
    SEAT_GIVEN_UP = "seat given up"
    SEAT_FOUND_EMPTY = "seat found empty"
    OFFER_LAPSED = "offer not accepted in time"
    OFFER_PASSED_ON = "offer passed on"
    HELD_FOR_GROUP = "held for a group"
    HELD_SEAT_GIVEN_OUT = "held seat given out"
    HELD_SEAT_GIVEN_BACK = "held seat given back"
