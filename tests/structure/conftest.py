"""Each service's application, which reaches no server."""

import pytest
from flask import Flask

from deploy import docs
from shared import runtime
from shared.settings import Settings
from tests.servers.engines import SERVICES

SITE = "https://learning.example.org"


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest) -> Flask:
    """Each service in turn. What it refuses is refused before anything is looked up."""
    settings = Settings(
        database_url="postgresql://x@127.0.0.1:1/x", broker_url="amqp://", public_url=SITE, jwks="/nonexistent"
    )
    present = runtime.build(request.param, settings, "test", pool_size=1)
    return docs._service(request.param).create_app(present)
