"""Every variable that a process reads is a setting in docs/settings.md."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

from deploy import docs, settings_page
from deploy.docs import SERVICES
from deploy.options import Options
from shared import settings

ROOT = Path(__file__).resolve().parents[2]
ROWS = settings_page.rows([docs._service(name) for name in SERVICES])
# Reads of the environment elsewhere than in settings, and why.
ELSEWHERE = {
    "shared/start.py": "PROMETHEUS_MULTIPROC_DIR is set there, for prometheus_client to read",
    "shared/metrics.py": "PROMETHEUS_MULTIPROC_DIR, as shared/start.py has set it",
    "deploy/gunicorn.py": "gunicorn reads this file before there are settings; they were checked before it began",
}
OF_OTHERS = {"FORWARDED_ALLOW_IPS"}


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def reads(file: Path) -> Iterator[str]:
    """The expressions by which a module reads the environment."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.environb", "os.getenv"):
            yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (name.name for name in node.names if name.name in ("environ", "environb", "getenv"))


def test_the_environment_is_read_in_settings_alone_or_for_a_reason_that_is_told() -> None:
    files = [*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py"), ROOT / "deploy/gunicorn.py"]

    found = {str(file.relative_to(ROOT)) for file in files if any(reads(file))}

    assert found == ELSEWHERE.keys()


def test_gunicorn_reads_settings_by_their_names_and_defaults() -> None:
    text = (ROOT / "deploy/gunicorn.py").read_text()
    known = {variable: default for variable, default, _ in settings.table(settings.Settings)}

    found = re.findall(r"os\.environ\.get\(\"(\w+)\", \"([^\"]*)\"\)", text)

    assert len(found) == text.count("os.environ")
    assert {variable: known[variable] for variable, _ in found} == dict(found)


@pytest.mark.parametrize("service", SERVICES)
def test_what_compose_tells_a_service_is_a_setting_of_it(service: str) -> None:
    known = {variable for variable, _, _ in settings.table(docs._service(service).settings)} | OF_OTHERS
    told = {
        name: set(one.get("environment", {}))
        for name, one in compose()["services"].items()
        if one.get("image") == f"${{COMPOSE_PROJECT_NAME}}-{service}"
    }

    assert told.keys() >= {f"{service}-{process}" for process in ("api", "worker", "migrate")}
    assert {name: variables - known for name, variables in told.items() if variables - known} == {}


def test_what_compose_takes_from_outside_is_an_option_with_the_same_default() -> None:
    taken = re.findall(r"\$\{(\w+):?-?((?:[^{}]|\$\{[^}]*\})*)\}", (ROOT / "docker-compose.yml").read_text())
    known = {f.name.upper(): str(f.default) for f in fields(Options)}

    assert {name for name, _ in taken} <= known.keys()
    # The command to reach the gateway depends on its port, where traces go on whether compose shows them, and what
    # all of it is called, where nobody says, on the folder.
    assert {(name, default) for name, default in taken if known[name] != default} == {
        (
            "COMPOSE_PROJECT_NAME",
            "convene-${PWD:?Write COMPOSE_PROJECT_NAME=… into .env, a name that no other folder has}",
        ),
        ("PUBLIC_URL", "http://localhost:${GATEWAY_PORT:-8080}"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "${COMPOSE_PROFILES:+http://jaeger:4318}"),
    }


def test_the_example_of_env_names_every_option_and_its_default() -> None:
    text = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE))
    known = {f.name.upper(): str(f.default) for f in fields(Options)}

    assert named == known.keys()
    assert {name: value for name, value in dotenv_values(ROOT / ".env.example").items() if value != known[name]} == {}


def test_what_the_gateway_is_told_stands_in_the_table() -> None:
    template = (ROOT / "deploy/gateway/convene.conf.template").read_text()
    listed = {row.variable for row in ROWS if row.reader == "gateway"}

    # The image makes the one of the other as it starts.
    assert listed == set(re.findall(r"\$\{(GATEWAY_\w+)\}", template)) | {"GATEWAY_TRUSTED"}
    told = compose()["services"]["gateway"]["environment"]
    assert told.keys() - {"NGINX_ENVSUBST_FILTER"} == listed - {"GATEWAY_REAL_IP"}


def test_every_setting_has_a_unit_and_an_effect_and_stands_there_once() -> None:
    assert all(row.unit and row.effect for row in ROWS)
    assert len({(row.variable, row.reader) for row in ROWS}) == len(ROWS)
    assert {row.unit for row in ROWS if row.variable.endswith("_SECONDS")} == {"seconds"}
    assert {row.unit for row in ROWS if row.variable.endswith("_MEGABYTES")} == {"MiB"}
    assert {row.unit for row in ROWS if row.variable.endswith("_FILE")} == {"file"}
