"""The parts of the notifications service, named once."""

from flask import Flask

from services.notifications.delivery.jobs import deliver_mail
from services.notifications.messages import api as messages
from services.notifications.messages import handlers as mails
from services.notifications.people import handlers as people
from services.notifications.privacy import handlers as privacy
from services.notifications.programme import handlers as programme
from services.notifications.reminders import api as reminders
from services.notifications.reminders import jobs as reminder_jobs
from services.notifications.settings import NotificationsSettings
from services.notifications.suppressions import api as suppressions
from services.notifications.templates import api as templates
from shared.service import Service

SERVICE = Service(
    "notifications",
    settings=NotificationsSettings,
    blueprints=[messages.staff, reminders.staff, suppressions.staff, templates.staff],
    handlers=[programme, people, mails, privacy],  # what is known first, then the mails that follow from it
    jobs=[deliver_mail(), *reminder_jobs.JOBS],
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
