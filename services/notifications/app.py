"""The parts of the notifications service, named once."""

from flask import Flask

from services.notifications.archive.pages import pages as archive
from services.notifications.catalog_projection import handlers as catalog_projection
from services.notifications.delivery.jobs import deliver_mail
from services.notifications.fanout import jobs as fanout_jobs
from services.notifications.maillog import api as maillog
from services.notifications.maillog import pages as maillog_desk
from services.notifications.maillog.commands import telling
from services.notifications.maillog.measures import measure_mails
from services.notifications.messages import handlers as mails
from services.notifications.newsletters import api as newsletters
from services.notifications.newsletters import editor
from services.notifications.newsletters import jobs as newsletter_jobs
from services.notifications.permissions import WRITES
from services.notifications.privacy import api as held
from services.notifications.privacy import handlers as privacy
from services.notifications.privacy import pages as people_desk
from services.notifications.privacy import readers as reader_privacy
from services.notifications.privacy.commands import showing
from services.notifications.registration_projection import handlers as registration_projection
from services.notifications.reminders import api as reminders
from services.notifications.reminders import jobs as reminder_jobs
from services.notifications.restoring.commands import settling
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions import api as subscriptions
from services.notifications.subscriptions import desk as readers_desk
from services.notifications.subscriptions import handlers as wishes
from services.notifications.subscriptions import jobs as subscription_jobs
from services.notifications.subscriptions import pages as reader_pages
from services.notifications.suppressions import api as suppressions
from services.notifications.suppressions import pages as suppressions_desk
from services.notifications.suppressions.commands import reviewing
from services.notifications.webhooks.deliveries import api as webhook_deliveries
from services.notifications.webhooks.deliveries import handlers as webhook_handlers
from services.notifications.webhooks.deliveries.measures import measure_webhooks
from services.notifications.webhooks.endpoints import api as webhooks
from services.notifications.webhooks.endpoints.commands import sealing
from services.notifications.webhooks.sending import jobs as webhook_jobs
from services.notifications.wording import api as templates
from services.notifications.wording import pages as templates_desk
from shared.cli.catalog_projection import projection_commands
from shared.service import Service

SERVICE = Service(
    "notifications",
    writes=WRITES,
    settings=NotificationsSettings,
    blueprints=[
        maillog.staff,
        held.staff,
        reminders.staff,
        suppressions.staff,
        subscriptions.bp,
        subscriptions.staff,
        newsletters.staff,
        templates.staff,
        webhooks.staff,
        webhook_deliveries.staff,
        archive,
        reader_pages.pages,
        reader_privacy.pages,
        editor.pages,
        maillog_desk.pages,
        people_desk.pages,
        readers_desk.pages,
        suppressions_desk.pages,
        templates_desk.pages,
    ],
    # What is known first, then what follows from it.
    handlers=[catalog_projection, registration_projection, mails, wishes, webhook_handlers, privacy],
    jobs=[
        deliver_mail(),
        *reminder_jobs.JOBS,
        *subscription_jobs.JOBS,
        *newsletter_jobs.JOBS,
        *fanout_jobs.JOBS,
        *webhook_jobs.jobs(),
    ],
    metric_queries=[measure_mails, measure_webhooks],
    commands=[
        make(lambda *args, **kwargs: SERVICE.prepare(*args, **kwargs))
        for make in (settling, telling, showing, sealing, reviewing, projection_commands(catalog_projection.COPY))
    ],
    needs_settling=True,
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
