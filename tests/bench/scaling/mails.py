"""Single mails that workers of notifications render and hand over."""

from typing import Any

import psycopg

from tests.bench.notifications import mails
from tests.bench.scaling.figures import Figure, scale
from tests.bench.scaling.processors import Work, watched
from tests.bench.scaling.setting import Setting
from tests.servers import databases


def measure(setting: Setting) -> list[Figure]:
    databases.clone(setting.engines, mails.DATABASE)
    with psycopg.connect(setting.engines.database_url(mails.DATABASE, "notifications"), autocommit=True) as conn:
        mails.fill(conn, setting.engines, setting.effort.mails)
        return scale("mails sent, by workers of notifications", lambda replicas: _send(conn, setting, replicas))


def _send(conn: psycopg.Connection[Any], setting: Setting, replicas: int) -> tuple[float, Work]:
    setting.say(f"mails, {replicas} replicas")
    with mails.sending(conn, setting.engines, setting.sink, workers=replicas) as send, watched() as work:
        send(setting.effort.mails)
    return setting.effort.mails, work
