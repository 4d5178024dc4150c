"""Events that notifications publishes."""

from dataclasses import dataclass
from uuid import UUID

from shared.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class Forgetting:
    """The `id` is that of registration's erasure."""

    id: UUID
    revision: int


@dataclass(frozen=True, kw_only=True)
class PersonForgotten(Event, type="notifications.person.erased"):
    """Nothing personal of the person of this erasure is left in notifications."""

    subject_in = "forgetting"
    forgetting: Forgetting
