"""The parts of the notifications service, named once."""

from flask import Flask

from shared.service import Service

SERVICE = Service("notifications")


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
