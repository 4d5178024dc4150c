"""The parts of the registration service, named once."""

from flask import Flask

from services.registration.attendance import api as attendance
from services.registration.availability import api as availability
from services.registration.availability import jobs
from services.registration.completion import api as completion
from services.registration.programme import handlers as programme
from services.registration.registrations import api as registrations
from shared.service import Service

SERVICE = Service(
    "registration",
    blueprints=[
        registrations.bp,
        availability.bp,
        registrations.staff,
        attendance.staff,
        attendance.bp,
        completion.bp,
    ],
    handlers=[programme],
    jobs=jobs.JOBS,
)


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
