"""The parts of the registration service, named once."""

from flask import Flask

from services.registration.attendance import api as attendance
from services.registration.attendance import staff_pages as attendance_staff_pages
from services.registration.attendance.public_pages import pages as joining_pages
from services.registration.availability import api as availability
from services.registration.availability import jobs as availability_jobs
from services.registration.availability.metrics import measure_seats
from services.registration.catalog_projection import handlers as projection
from services.registration.certificates import api as certificates
from services.registration.certificates import jobs as certificate_jobs
from services.registration.certificates import staff_pages as certificates_staff_pages
from services.registration.certificates.public_pages import pages as certificate_pages
from services.registration.completion import handlers as completion
from services.registration.groups import api as groups
from services.registration.groups import jobs as group_jobs
from services.registration.groups.public_pages import pages as group_pages
from services.registration.invitations import api as invitations
from services.registration.invitations import jobs as invitation_jobs
from services.registration.invitations import staff_pages as invitations_staff_pages
from services.registration.invitations.public_pages import pages as invitation_pages
from services.registration.learners import api as learners
from services.registration.learners import jobs as learner_jobs
from services.registration.learners.public_pages import pages as learner_pages
from services.registration.libraries import api as libraries
from services.registration.libraries.cli import importing
from services.registration.permissions import WRITES
from services.registration.privacy import api as privacy
from services.registration.privacy import handlers as privacy_handlers
from services.registration.privacy import jobs as privacy_jobs
from services.registration.privacy import staff_pages as privacy_staff_pages
from services.registration.privacy.cli import forgetting
from services.registration.reports import api as reports
from services.registration.reports import staff_pages as reports_staff_pages
from services.registration.republishing.resync_rules import RESYNC_RULES
from services.registration.roster import api as roster
from services.registration.roster import staff_pages as roster_staff_pages
from services.registration.rules import api as rules
from services.registration.rules import staff_pages as rules_staff_pages
from services.registration.seats import jobs as seats
from services.registration.self_service.public_pages import pages as managing_pages
from services.registration.settings import RegistrationSettings
from services.registration.sign_up import api as registrations
from services.registration.sign_up.public_pages import pages as registration_pages
from shared.cli.catalog_projection import projection_commands
from shared.service import Service

SERVICE = Service(
    "registration",
    writes=WRITES,
    settings=RegistrationSettings,
    blueprints=[
        registrations.bp,
        groups.bp,
        availability.bp,
        roster.staff,
        rules.bp,
        rules.staff,
        attendance.staff,
        attendance.bp,
        learners.bp,
        certificates.bp,
        certificates.staff,
        libraries.bp,
        reports.staff,
        privacy.bp,
        invitations.bp,
        invitations.staff,
        roster_staff_pages.pages,
        attendance_staff_pages.pages,
        reports_staff_pages.pages,
        rules_staff_pages.pages,
        invitations_staff_pages.pages,
        certificates_staff_pages.pages,
        privacy_staff_pages.pages,
        registration_pages,
        group_pages,
        managing_pages,
        joining_pages,
        invitation_pages,
        learner_pages,
        certificate_pages,
    ],
    projections=[projection],
    reactions=[completion, privacy_handlers],
    jobs=[
        *availability_jobs.JOBS,
        *seats.JOBS,
        *group_jobs.JOBS,
        *invitation_jobs.JOBS,
        *learner_jobs.JOBS,
        *certificate_jobs.JOBS,
        *privacy_jobs.JOBS,
    ],
    metric_queries=[measure_seats],
    commands=[
        make(lambda *args, **kwargs: SERVICE.prepare(*args, **kwargs))
        for make in (importing, forgetting, projection_commands(projection.TABLES))
    ],
    resync_rules=RESYNC_RULES,
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
