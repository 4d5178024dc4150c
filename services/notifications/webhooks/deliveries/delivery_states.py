"""The states of a delivery of an event to a webhook."""

from enum import StrEnum

from shared.state_machines import StateMachine, Transition


class DeliveryState(StrEnum):
    """`queued` and `retry` wait; a sender works on `claimed`."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"


QUEUED, CLAIMED, DELIVERED, RETRY, FAILED = DeliveryState

DELIVERY = StateMachine(
    "Webhook delivery",
    DeliveryState,
    initial=(QUEUED,),
    transitions=(
        Transition((QUEUED, RETRY), CLAIMED, "a sender claims it"),
        Transition((CLAIMED,), DELIVERED, "the site accepts it"),
        Transition((CLAIMED,), RETRY, "the call fails, or the claim of a later try is released"),
        Transition((CLAIMED,), QUEUED, "the claim of the first try is released"),
        Transition((CLAIMED,), FAILED, "the last try fails, or the site is gone"),
        Transition((QUEUED, RETRY), FAILED, "the webhook is disabled"),
        Transition((RETRY, DELIVERED, FAILED), QUEUED, "staff deliver it again"),
    ),
    table="notifications.webhook_deliveries",
)
