"""Costs of a change and of an expired response behind the gateway's cache."""

import random
import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence

from deploy import token
from shared.http.access_log import DELAY
from tests.bench.catalog import programme, servers
from tests.bench.catalog.questions import SESSIONS
from tests.bench.catalog.setting import Setting
from tests.bench.client import Client, UnexpectedAnswerError
from tests.bench.rows import Row, bounded

AT_ONCE = 50
CHANGES = 20
EXPIRED, LONG_EXPIRED = 2.1, 8.0  # seconds: past its second; past the time that an old one may be given


def measure(setting: Setting) -> list[Row]:
    setting.say("stampedes, changes")
    gateway = servers.start_gateway(setting.folder / "gateway-for-freshness", setting.api, setting.processes)
    delays = _measure_changes(setting, gateway.port)
    return [
        *_measure_stampedes(setting, gateway.port),
        bounded("new text through the gateway after a change, median", statistics.median(delays), most=1, unit="s"),
        bounded(f"the same, worst of {CHANGES}", max(delays), most=1, unit="s"),
    ]


def _measure_stampedes(setting: Setting, gateway: int) -> list[Row]:
    """Requests that reach the service; the worst of the rounds."""
    cases = {"expired a second ago": EXPIRED, "expired long ago": LONG_EXPIRED, "never asked before": None}
    return [
        bounded(
            f"requests to the service when {AT_ONCE} ask at once for a list {case}",
            max(_stampede(setting, gateway, wait) for _ in range(setting.effort.rounds)),
            most=1,
        )
        for case, wait in cases.items()
    ]


def _stampede(setting: Setting, gateway: int, wait: float | None) -> int:
    path = setting.questions.filtered()
    clients = [Client(gateway) for _ in range(AT_ONCE)]
    for client in clients:
        client.get("/catalog/health/ready")  # connected
    if wait is not None:
        clients[0].get(path)
        time.sleep(wait)
    before = _count_requests(setting.api.port)
    # The gateway keeps an answer until its second is over: who asks in the next one asks for another entry.
    time.sleep(1 - time.time() % 1)
    _at_once([lambda client=client: client.get(path) for client in clients])
    return _count_requests(setting.api.port) - before


def _at_once(acts: Sequence[Callable[[], object]]) -> None:
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        act()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _count_requests(api: int) -> int:
    """Public requests that the service has answered, by its own count, once it has written that down."""
    time.sleep(3 * DELAY)
    metrics = Client(api).get("/catalog/metrics").body.decode()
    counts = re.findall(r"^http_requests_total\{(.*)\} (\S+)$", metrics, re.MULTILINE)
    return sum(round(float(count)) for labels, count in counts if "/catalog/v1/" in labels)


def _measure_changes(setting: Setting, gateway: int) -> list[float]:
    """Seconds from the answer to a change until its text is read, by one who asks all the time."""
    staff = f"Bearer {token.sign(setting.engines.secrets, scope='catalog:write')}"
    part = dict(programme.documents()[0]["sessions"][0])
    path = f"{SESSIONS}/{part.pop('slug')}"
    reader, writer, chance = Client(gateway), Client(gateway), random.Random(programme.SEED)
    delays = []
    for number in range(CHANGES):
        _read_until(reader, path, seconds=chance.random())
        title = f"Changed {number} times"
        got = writer.ask(path, method="PUT", document=part | {"title": title}, Authorization=staff, If_Match="*")
        if got.status != 200:
            raise UnexpectedAnswerError(f"{got.status} to a change: {got.body[:300].decode()}")
        delays.append(_read_until(reader, path, text=title.encode(), seconds=30))
    return delays


def _read_until(reader: Client, path: str, *, seconds: float, text: bytes | None = None) -> float:
    """Read on and on until the text is there or the time is up; the seconds that it took."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        if text and text in reader.get(path).body:
            return time.monotonic() - began
        if not text:
            reader.get(path)
        time.sleep(0.01)
    return passed
