"""The manifests agree with the rest of the system: its secrets, its broker, its tables, its gateway."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psycopg
import pytest

from deploy.errors import DeployError
from deploy.kubernetes.rendering import OVERLAYS, Pod, Rendered, render
from deploy.kubernetes.secrets import manifest
from deploy.native import binaries
from deploy.native.gateway import Gateway, fill_in, trust
from deploy.options import Options
from deploy.readers import PUBLIC, READERS
from deploy.secrets import SERVICES, TOPOLOGY, definitions, make_secrets
from shared.messaging import inbox, outbox
from tests.processes import NativeGateway, free_port, running
from tests.servers.databases import ROOT
from tests.servers.engines import Engines

BASE = OVERLAYS.parent / "base"
PRODUCTION = render(OVERLAYS / "production")
DEVELOPMENT = render(OVERLAYS / "development")
# Given by others than `python -m deploy.secrets`: docs/kubernetes.md says by whom.
OF_OTHERS = {"smtp-password", "oidc-client-secret"}


def files(pod: Pod) -> set[str]:
    """The secrets that a pod mounts."""
    sources = [s for v in pod.spec["volumes"] for s in v.get("projected", {}).get("sources", []) if "secret" in s]
    return {source["secret"]["name"] for source in sources}


@pytest.mark.parametrize("rendered", [PRODUCTION, DEVELOPMENT], ids=["production", "development"])
def test_a_process_mounts_what_it_may_read_elsewhere_and_no_more(rendered: Rendered) -> None:
    names = {Path(file).stem: set(numbers) for file, numbers in READERS.items()}
    for pod in rendered.pods():
        number = pod.spec["securityContext"]["runAsUser"]
        for secret in files(pod) - OF_OTHERS - {Path(file).stem for file in PUBLIC}:
            assert number in names[secret], f"{pod.owner} mounts {secret}"


def test_an_api_has_no_way_into_the_broker_and_a_worker_signs_nobody_in() -> None:
    for service in SERVICES:
        mounted = {pod.owner.partition(" ")[2]: files(pod) for pod in PRODUCTION.pods()}

        assert f"{service}-broker-password" not in mounted[f"{service}-api"]
        assert not {f"{service}-session-key", "oidc-client-secret"} & mounted[f"{service}-worker"]
        assert mounted[f"{service}-migrate-0-1-0"] == {f"{service}-owner-db-password"}


@pytest.mark.parametrize(("rendered", "production"), [(PRODUCTION, True), (DEVELOPMENT, False)])
def test_the_secrets_that_are_made_are_all_that_is_needed(tmp_path: Path, rendered: Rendered, production: bool) -> None:
    make_secrets(tmp_path, production=production)
    line = [sys.executable, "-m", "deploy.kubernetes.secrets", str(tmp_path)]
    made = json.loads(subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout)

    needed = {name for pod in rendered.pods() for name in files(pod)} | {"definitions", "operator-broker-password"}
    assert {secret["metadata"]["name"] for secret in made["items"]} == needed - OF_OTHERS
    assert made == manifest(tmp_path)


def test_every_secret_is_readable_by_the_name_under_which_it_is_mounted(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    held = {secret["metadata"]["name"]: set(secret["data"]) for secret in manifest(tmp_path)["items"]}

    for pod in DEVELOPMENT.pods():
        for volume in pod.spec["volumes"]:
            for source in volume.get("projected", {}).get("sources", []):
                for item in source.get("secret", {}).get("items", []):
                    assert item["key"] in held[source["secret"]["name"]]


def test_the_broker_is_told_what_it_is_told_elsewhere() -> None:
    cluster = PRODUCTION.find("RabbitmqCluster", "rabbitmq")
    assert cluster
    written = [
        line for name in ("rabbitmq.conf", "cluster.conf") for line in _lines((TOPOLOGY.parent / name).read_text())
    ]

    assert _lines(cluster["spec"]["rabbitmq"]["additionalConfig"]) == written


def test_what_scales_asks_for_queues_that_there_are_as_a_user_who_may_look() -> None:
    broker = definitions(dict.fromkeys((*SERVICES, "operator"), "password"))
    asked = {told["queueName"]: told["vhostName"] for told in _triggers("rabbitmq").values()}
    user = PRODUCTION.find("ConfigMap", "rabbitmq-operator")
    assert user

    assert asked == {queue["name"]: queue["vhost"] for queue in broker["queues"] if queue["name"] in SERVICES}
    assert [u["tags"] for u in broker["users"] if u["name"] == user["data"]["username"]] == [["monitoring"]]


@pytest.mark.parametrize("service", SERVICES)
def test_what_scales_asks_for_the_age_that_the_metrics_tell(engines: Engines, database: str, service: str) -> None:
    """In the role that KEDA uses, of rows that are two minutes old."""
    with waiting(engines.database_url(database, service)) as conn:
        for box, found in {"outbox": outbox.depth(conn), "inbox": inbox.depth(conn)}.items():
            assert found["oldest_seconds"] >= 120
            assert _ask(conn, service, f"{box}-age") == pytest.approx(found["oldest_seconds"], abs=60)


@pytest.mark.parametrize("service", SERVICES)
def test_what_waits_for_its_next_attempt_asks_for_no_worker(engines: Engines, database: str, service: str) -> None:
    with waiting(engines.database_url(database, service)) as conn:
        conn.execute("UPDATE outbox SET next_attempt_at = clock_timestamp() + interval '1 minute'")
        conn.execute("UPDATE inbox SET next_attempt_at = clock_timestamp() + interval '1 minute'")

        assert [_ask(conn, service, f"{box}-age") for box in ("outbox", "inbox")] == [0, 0]


OUTBOX = """
    INSERT INTO outbox (event_id, type, aggregate, subject, sequence, document, created_at)
    VALUES (gen_random_uuid(), 'x.y.z', 'y', 'somewhere', 1, '{}', clock_timestamp() - interval '2 minutes')
"""
INBOX = """
    INSERT INTO inbox (source, event_id, type, aggregate, subject, sequence, lane, document, digest, received_at)
    VALUES ('x', 'one', 'x.y.z', 'y', 'somewhere', 1, 0, '{}', '', clock_timestamp() - interval '2 minutes')
"""


@contextmanager
def waiting(url: str) -> Iterator[psycopg.Connection]:
    """A transaction in which an event has waited in each box for two minutes; it is taken back."""
    with psycopg.connect(url, autocommit=True) as conn, conn.transaction(force_rollback=True):
        conn.execute(OUTBOX)
        conn.execute(INBOX)
        yield conn


# Generated when the gateway starts, from GATEWAY_TRUSTED, and from PUBLIC_URL in the settings of all services.
MADE = ("GATEWAY_REAL_IP", "GATEWAY_PUBLIC_URL")


def made_by_the_image(trusted: str) -> str:
    """Return what the image's start script generates from `GATEWAY_TRUSTED`."""
    script = ROOT / "deploy/gateway/15-trusted-proxies.envsh"
    line = ["sh", "-euc", f'. {script}; printf %s "$GATEWAY_REAL_IP"']
    result = subprocess.run(line, env={**os.environ, "GATEWAY_TRUSTED": trusted}, capture_output=True, text=True)
    if result.returncode:
        raise ValueError(result.stderr)
    return result.stdout


class Behind(Gateway):
    """The gateway as it is in a cluster: behind what ends TLS, which here is on this machine."""

    trusted = "127.0.0.0/8"

    def _values(self) -> dict[str, str]:
        return {**super()._values(), "GATEWAY_REAL_IP": made_by_the_image(self.trusted)}


class Distrusting(Behind):
    trusted = "10.0.0.0/8"


class Trusting(Behind):
    """A gateway behind several hops, all trusted."""

    trusted = "127.0.0.1, 203.0.113.0/24,2001:db8::/32"


class TrustingNobody(Behind):
    trusted = ""


class Echo(BaseHTTPRequestHandler):
    """Answers who asks, as the gateway says it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["X-Forwarded-For"].encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize(
    ("kind", "address"),
    [(Behind, "203.0.113.7"), (Distrusting, "127.0.0.1"), (Trusting, "198.51.100.1"), (TrustingNobody, "127.0.0.1")],
)
def test_who_asks_is_who_the_trusted_hop_says_and_nobody_else_is_believed(
    tmp_path: Path, echo: int, kind: type[Behind], address: str
) -> None:
    apis: dict[str, int | list[int]] = dict.fromkeys(SERVICES, echo)
    gateway = kind(tmp_path / "nginx", options=Options(), port=free_port(), apis=apis, identity=echo)
    process = NativeGateway(gateway)
    with running() as processes:
        processes.append(process.start())
        process.wait_ready("/health")
        url = f"http://127.0.0.1:{process.port}/registration/x"
        answer = httpx.get(url, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}, trust_env=False)

    assert answer.text == address


def test_nginx_takes_what_the_cluster_gives_it(tmp_path: Path) -> None:
    told = {name: value for name, value in _gateway_settings().items() if name.startswith("GATEWAY_")}
    # Neither the cluster's DNS nor the image's folders exist here.
    told |= {"GATEWAY_RESOLVER": "127.0.0.1", "GATEWAY_CACHE": str(tmp_path / "cache"), "GATEWAY_LOG": "access.log"}
    told["GATEWAY_PUBLIC_URL"] = "https://learning.example.org"
    (tmp_path / "conf.d").mkdir()
    told["GATEWAY_REAL_IP"] = made_by_the_image(told["GATEWAY_TRUSTED"])
    template = (ROOT / "deploy/gateway/convene.conf.template").read_text()
    (tmp_path / "conf.d" / "convene.conf").write_text(fill_in(template, told))
    main = (BASE / "gateway/nginx.conf").read_text()
    main = main.replace("/etc/nginx/conf.d", str(tmp_path / "conf.d")).replace("/run/nginx.pid", str(tmp_path / "pid"))
    (tmp_path / "nginx.conf").write_text(main)

    line = [str(binaries.nginx()), "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    result = subprocess.run(line, check=False, capture_output=True, text=True)

    assert "test is successful" in result.stderr, result.stderr


def test_the_gateway_is_told_of_everything_that_its_template_names() -> None:
    template = (ROOT / "deploy/gateway/convene.conf.template").read_text()

    assert set(re.findall(r"\$\{(GATEWAY_\w+)\}", template)) <= {*_gateway_settings(), *MADE}


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8", "127.0.0.1, 203.0.113.0/24,2001:db8::/32"])
def test_started_natively_the_gateway_believes_the_same_proxies(trusted: str) -> None:
    assert trust(trusted).replace("127.0.0.1/32", "127.0.0.1") == made_by_the_image(trusted).strip()


@pytest.mark.parametrize("trusted", ["everybody", "10.0.0.0/8; evil", "$(id)"])
def test_what_is_no_address_is_refused_as_a_proxy(trusted: str) -> None:
    with pytest.raises(ValueError, match="neither an address nor a network"):
        made_by_the_image(trusted)
    with pytest.raises(DeployError, match="neither an address nor a network"):
        trust(trusted)


def _gateway_settings() -> dict[str, str]:
    [found] = [m for m in PRODUCTION.of("ConfigMap") if m["metadata"]["name"].startswith("gateway-settings-")]
    return found["data"]


def _triggers(type: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return the metadata of the triggers of this type, by service and name."""
    return {
        (scaler["metadata"]["name"].partition("-")[0], trigger["name"]): trigger["metadata"]
        for scaler in PRODUCTION.of("ScaledObject")
        for trigger in scaler["spec"]["triggers"]
        if trigger["type"] == type
    }


def _ask(conn: psycopg.Connection, service: str, trigger: str) -> int:
    """Return the number that KEDA gets when it queries as the role that the trigger names."""
    told = _triggers("postgresql")[service, trigger]
    assert conn.info.user == told["userName"]
    [[answer]] = conn.execute(told["query"].encode()).fetchall()
    assert isinstance(answer, int)
    return answer


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]
