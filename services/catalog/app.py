"""The parts of the catalog service, named once."""

from flask import Flask

from services.catalog.announcements import api as announcements
from services.catalog.comments import api as comments
from services.catalog.comments import pages as moderation
from services.catalog.desk import pages as desk
from services.catalog.discovery import api as discovery
from services.catalog.discovery.queries import select_stamp
from services.catalog.editing import api as editing
from services.catalog.editing import pages as forms
from services.catalog.editing import publication
from services.catalog.editing.jobs import PUBLISH_DUE
from services.catalog.exports import api as exports
from services.catalog.exports.commands import exporting
from services.catalog.feeds import api as feeds
from services.catalog.harvesting import api as harvesting
from services.catalog.imports import api as imports
from services.catalog.imports import pages as documents
from services.catalog.imports.commands import importing
from services.catalog.pages import api as machines
from services.catalog.pages import learning, pages, talking, watching, wellknown
from services.catalog.permissions import WRITES
from services.catalog.privacy import api as held
from services.catalog.privacy import pages as people_desk
from services.catalog.privacy.commands import showing
from services.catalog.programmes import api as programmes
from services.catalog.programmes import pages as vocabularies
from services.catalog.publishing.commands import sending
from services.catalog.resync import RESYNC_RULES
from services.catalog.search import api as search
from services.catalog.sessions import api as sessions
from services.catalog.sessions import handlers
from services.catalog.sessions import pages as session_desk
from services.catalog.sessions.jobs import HOLD_ENDED_SESSIONS
from services.catalog.settings import CatalogSettings
from services.catalog.widget import pages as widget
from shared.service import Service

SERVICE = Service(
    "catalog",
    writes=WRITES,
    blueprints=[
        programmes.public,
        sessions.public,
        announcements.public,
        comments.public,
        discovery.public,
        feeds.public,
        harvesting.public,
        search.public,
        sessions.staff,
        comments.staff,
        held.staff,
        editing.staff,
        programmes.staff,
        exports.staff,
        imports.staff,
        learning.pages,
        desk.pages,
        forms.pages,
        publication.pages,
        session_desk.pages,
        moderation.pages,
        people_desk.pages,
        documents.pages,
        vocabularies.pages,
        pages.pages,
        watching.pages,
        talking.pages,
        machines.public,
        wellknown.pages,
        widget.pages,
    ],
    handlers=[handlers],
    settings=CatalogSettings,
    jobs=[HOLD_ENDED_SESSIONS, PUBLISH_DUE],
    cache_version=select_stamp,
    fast_paths={discovery.SESSIONS: discovery.list_sessions_directly},
    commands=[
        make(lambda *args, **kwargs: SERVICE.prepare(*args, **kwargs))
        for make in (importing, exporting, sending, showing)
    ],
    resync_rules=RESYNC_RULES,
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
