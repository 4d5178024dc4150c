"""Registrations that apis answer, each replica one process of four threads."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

from tests.bench import running, wrk
from tests.bench.registration import data
from tests.bench.registration.seats import PATH, SCRIPT
from tests.bench.registration.servers import READY
from tests.bench.scaling.figures import Figure, scale
from tests.bench.scaling.processors import Work, watched
from tests.bench.scaling.setting import Setting
from tests.processes import Process
from tests.servers import databases

_rounds = count(1)


def measure(setting: Setting) -> list[Figure]:
    return scale("registrations answered, by apis of one process", lambda replicas: _answer(setting, replicas))


def _answer(setting: Setting, replicas: int) -> tuple[float, Work]:
    setting.say(f"requests, {replicas} replicas")
    environment = databases.service_environment(setting.engines, "registration", database=data.SMALL)
    with running.running() as processes:
        apis = [Process("services.registration", "api", environment=environment | {"WEB_WORKERS": "1"})
                for _ in range(replicas)]  # fmt: skip
        for api in apis:
            running.start(api, READY, processes)
        with watched() as work, ThreadPoolExecutor(replicas) as pool:
            rates = list(pool.map(lambda api: _load(setting, api.port), apis))
        return sum(rates) * setting.effort.seconds, work


def _load(setting: Setting, port: int) -> float:
    told = {"SESSIONS": str(data.SESSIONS), "ROUND": f"scaling{next(_rounds)}"}
    url = f"http://127.0.0.1:{port}{PATH}"
    return wrk.measure_script(url, SCRIPT, told, seconds=setting.effort.seconds, refused=False)
