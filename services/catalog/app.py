"""The catalog service: its blueprints, handlers, jobs and commands."""

from flask import Flask

from services.catalog.announcements import api
from services.catalog.availability import handlers
from services.catalog.changes import api as changes_api
from services.catalog.comment_forms import public_pages as comment_forms_public_pages
from services.catalog.comments import api as comments_api
from services.catalog.comments import staff_pages as comments_staff_pages
from services.catalog.discovery import api as discovery_api
from services.catalog.discovery.queries import select_catalog_version
from services.catalog.editing import api as editing_api
from services.catalog.editing import staff_pages
from services.catalog.entry_pages import public_pages
from services.catalog.exports import api as exports_api
from services.catalog.exports import staff_pages as exports_staff_pages
from services.catalog.exports.cli import exporting
from services.catalog.feeds import api as feeds_api
from services.catalog.harvesting import api as harvesting_api
from services.catalog.home import public_pages as home_public_pages
from services.catalog.imports import api as imports_api
from services.catalog.imports import staff_pages as imports_staff_pages
from services.catalog.imports.cli import importing
from services.catalog.initiatives import api as initiatives_api
from services.catalog.oembed import api as oembed_api
from services.catalog.organizations import api as organizations_api
from services.catalog.permissions import WRITES
from services.catalog.privacy import api as privacy_api
from services.catalog.privacy import staff_pages as privacy_staff_pages
from services.catalog.privacy.cli import showing
from services.catalog.publication import staff_pages as publication_staff_pages
from services.catalog.publication.jobs import PUBLISH_DUE
from services.catalog.recordings import api as recordings_api
from services.catalog.recordings import public_pages as recordings_public_pages
from services.catalog.recordings import staff_pages as recordings_staff_pages
from services.catalog.scheduling import api as scheduling_api
from services.catalog.scheduling import staff_pages as scheduling_staff_pages
from services.catalog.scheduling.jobs import HOLD_ENDED_SESSIONS
from services.catalog.search import api as search_api
from services.catalog.series import api as series_api
from services.catalog.sessions import api as sessions_api
from services.catalog.settings import CatalogSettings
from services.catalog.sitemap import api as sitemap_api
from services.catalog.snapshots.cli import sending
from services.catalog.snapshots.resync import RESYNC_RULES
from services.catalog.staff_overview import staff_pages as staff_overview_staff_pages
from services.catalog.vocabularies import api as vocabularies_api
from services.catalog.vocabularies import staff_pages as vocabularies_staff_pages
from services.catalog.well_known import public_pages as well_known_public_pages
from services.catalog.widget import public_pages as widget_public_pages
from shared.service import Service

SERVICE = Service(
    "catalog",
    writes=WRITES,
    blueprints=[
        initiatives_api.public,
        series_api.public,
        organizations_api.public,
        vocabularies_api.public,
        sessions_api.public,
        api.public,
        comments_api.public,
        discovery_api.public,
        changes_api.public,
        feeds_api.public,
        harvesting_api.public,
        search_api.public,
        sitemap_api.public,
        oembed_api.public,
        scheduling_api.staff,
        recordings_api.staff,
        comments_api.staff,
        privacy_api.staff,
        editing_api.staff,
        vocabularies_api.staff,
        exports_api.staff,
        imports_api.staff,
        staff_overview_staff_pages.pages,
        staff_pages.pages,
        publication_staff_pages.pages,
        scheduling_staff_pages.pages,
        recordings_staff_pages.pages,
        comments_staff_pages.pages,
        privacy_staff_pages.pages,
        imports_staff_pages.pages,
        exports_staff_pages.pages,
        vocabularies_staff_pages.pages,
        home_public_pages.pages,
        public_pages.pages,
        recordings_public_pages.pages,
        comment_forms_public_pages.pages,
        well_known_public_pages.pages,
        widget_public_pages.pages,
    ],
    projections=[handlers],
    settings=CatalogSettings,
    jobs=[HOLD_ENDED_SESSIONS, PUBLISH_DUE],
    cache_version=select_catalog_version,
    fast_paths={discovery_api.SESSIONS: discovery_api.list_sessions_directly},
    commands=[
        make(lambda *args, **kwargs: SERVICE.prepare(*args, **kwargs))
        for make in (importing, exporting, sending, showing)
    ],
    resync_rules=RESYNC_RULES,
)


def create_app() -> Flask:
    """Return the WSGI application, for gunicorn."""
    return SERVICE.create_app()
