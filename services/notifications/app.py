"""The parts of the notifications service, named once."""

from flask import Flask

from services.notifications.archive.public_pages import pages as archive
from services.notifications.bounces import api as bounces
from services.notifications.bounces.cli import review_suppressions_command
from services.notifications.catalog_projection import handlers as catalog_projection
from services.notifications.delivery.jobs import deliver_mail
from services.notifications.fanout import jobs as fanout_jobs
from services.notifications.mail_log import api as maillog
from services.notifications.mail_log import staff_pages as maillog_desk
from services.notifications.mail_log.cli import who_got_what_command
from services.notifications.mail_log.mail_metrics import measure_mails
from services.notifications.messages import handlers as mails
from services.notifications.newsletters import api as newsletters
from services.notifications.newsletters import jobs as newsletter_jobs
from services.notifications.newsletters import staff_pages
from services.notifications.permissions import WRITES
from services.notifications.privacy import api as held
from services.notifications.privacy import handlers as privacy
from services.notifications.privacy import public_pages as reader_privacy
from services.notifications.privacy import staff_pages as people_desk
from services.notifications.privacy.cli import person_commands
from services.notifications.registration_projection import handlers as registration_projection
from services.notifications.reminders import api as reminders
from services.notifications.reminders import jobs as reminder_jobs
from services.notifications.restorations.cli import settle_mails_command
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions import api as subscriptions
from services.notifications.subscriptions import handlers as wishes
from services.notifications.subscriptions import jobs as subscription_jobs
from services.notifications.subscriptions import public_pages as reader_pages
from services.notifications.subscriptions import staff_pages as readers_desk
from services.notifications.suppressions import api as suppressions
from services.notifications.suppressions import staff_pages as suppressions_desk
from services.notifications.template_overrides import api as templates
from services.notifications.template_overrides import staff_pages as templates_desk
from services.notifications.webhooks.deliveries import api as webhook_deliveries
from services.notifications.webhooks.deliveries import handlers as webhook_handlers
from services.notifications.webhooks.deliveries.webhook_metrics import measure_webhooks
from services.notifications.webhooks.endpoints import api as webhooks
from services.notifications.webhooks.endpoints.cli import webhook_commands
from services.notifications.webhooks.sending import jobs as webhook_jobs
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
        bounces.staff,
        subscriptions.bp,
        subscriptions.staff,
        newsletters.staff,
        templates.staff,
        webhooks.staff,
        webhook_deliveries.staff,
        archive,
        reader_pages.pages,
        reader_privacy.pages,
        staff_pages.pages,
        maillog_desk.pages,
        people_desk.pages,
        readers_desk.pages,
        suppressions_desk.pages,
        templates_desk.pages,
    ],
    projections=[catalog_projection, registration_projection],
    reactions=[mails, wishes, webhook_handlers, privacy],
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
        for make in (
            settle_mails_command,
            who_got_what_command,
            person_commands,
            webhook_commands,
            review_suppressions_command,
            projection_commands(catalog_projection.TABLES),
        )
    ],
    needs_settling=True,
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
