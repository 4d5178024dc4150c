"""The parts of the catalog service, named once."""

from flask import Flask

from shared.service import Service

SERVICE = Service("catalog")


def create_app() -> Flask:
    """The WSGI application, for gunicorn."""
    return SERVICE.create_app()
