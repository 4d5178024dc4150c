"""What the page after a form may tell: what became of the wish, and nothing of whom it was for. Whoever filled in the
form has not shown yet that the address is theirs; only the mail that goes there leads to the registration itself.
"""

from collections.abc import Iterable
from uuid import UUID

from services.registration.registrations.domain import Made
from shared import links, runtime
from shared.errors import NotFound

PURPOSE = "receipt"
NEW, STOOD = "n", "s"


def address(made: Iterable[Made]) -> str:
    """Where it is told what became of these."""
    written = " ".join(f"{NEW if one.new else STOOD}{one.registration.id.hex}" for one in made)
    return f"/registration/done?receipt={links.sign(runtime.settings(), PURPOSE, written)}"


def read(token: str) -> dict[UUID, bool]:
    """The registrations that a receipt is about, and of each whether it was new. Raises NotFound."""
    written = links.verify(runtime.settings(), PURPOSE, token)
    if written is None:
        raise NotFound("There is no such page; see the mail that we have sent you.")
    return {UUID(one[1:]): one[0] == NEW for one in written.split()}
