"""The job that publishes scheduled drafts."""

from services.catalog.publication import domain
from shared.jobs import Job
from shared.runtime import transaction


def publish_due() -> int:
    """Publish drafts that are due. Any number of workers may look: the catalog's lock lets one at a time
    write.
    """
    with transaction() as conn:
        return domain.publish_due(conn)


PUBLISH_DUE = Job("publish-due", publish_due, every=1.0)
