"""`make up` picks a mode, reads its options, and says in one sentence what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import compose, docker_resources, mode, options
from deploy.errors import DeployError
from deploy.native.gateway import TEMPLATES, Gateway, fill_in
from deploy.options import Options, read_options
from tests.servers.databases import ROOT


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mode, "running_mode", lambda _options: None)
    monkeypatch.delenv("MODE", raising=False)


@pytest.mark.parametrize(
    ("engine", "images", "chosen"), [(True, True, "docker"), (True, False, "native"), (False, True, "native")]
)
def test_docker_is_chosen_where_an_engine_has_the_images(nothing_runs, monkeypatch, engine, images, chosen):
    monkeypatch.setattr(compose, "engine_answers", lambda: engine)
    monkeypatch.setattr(compose, "images_can_be_had", lambda: images)

    assert mode.choose_mode(Options()) == chosen


def test_a_mode_can_be_forced(nothing_runs, monkeypatch):
    monkeypatch.setenv("MODE", "native")

    assert mode.choose_mode(Options()) == "native"


@pytest.mark.parametrize(("wanted", "complaint"), [("podman", "docker or native"), ("docker", "make down")])
def test_a_mode_that_cannot_be_is_refused(monkeypatch, wanted, complaint):
    monkeypatch.setattr(mode, "running_mode", lambda _options: "native")
    monkeypatch.setenv("MODE", wanted)

    with pytest.raises(DeployError, match=complaint):
        mode.choose_mode(Options())


def test_what_runs_already_is_chosen_without_asking_docker(monkeypatch):
    monkeypatch.delenv("MODE", raising=False)
    monkeypatch.setattr(mode, "running_mode", lambda _options: "native")
    monkeypatch.setattr(compose, "engine_answers", lambda: pytest.fail("asked"))

    assert mode.choose_mode(Options()) == "native"


def test_the_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch):
    (tmp_path / ".env").write_text("GATEWAY_PORT=8181\nMAIL_PORT=1181\nCONVENE_CLOCK=\n")
    monkeypatch.setattr(options, "ROOT", tmp_path)
    monkeypatch.setenv("MAIL_PORT", "1282")
    monkeypatch.delenv("GATEWAY_PORT", raising=False)

    read = read_options()

    assert (read.gateway_port, read.mail_port, read.convene_clock) == (8181, 1282, "")


def test_an_option_that_is_no_number_is_named(monkeypatch):
    monkeypatch.setenv("GATEWAY_PORT", "http")

    with pytest.raises(DeployError, match="GATEWAY_PORT must be a number, not 'http'"):
        read_options()


def test_the_options_have_the_defaults_of_compose():
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("gateway_port", "mail_port", "broker_console_port", "mail_from", "settle_seconds"):
        assert f"${{{name.upper()}:-{getattr(Options(), name)}}}" in text
    for name in ("bind_address", "gateway_reads"):
        assert f"${{{name.upper()}:-{getattr(Options(), name)}}}" in text


def test_images_are_told_apart_by_whose_they_are():
    assert {"postgres:17", "rabbitmq:4-management", "python:3.13-slim"} <= set(compose.foreign_images())
    own = [f"mine-{kind}" for kind in ("catalog", "notifications", "registration", "setup")]
    assert docker_resources.own_images("mine") == own
    assert not any("COMPOSE_PROJECT_NAME" in image for image in compose.foreign_images())


def test_every_name_in_the_gateways_template_has_a_value_natively(tmp_path: Path):
    apis = {"catalog": 1, "registration": 2, "notifications": 3}
    gateway = Gateway(tmp_path, options=Options(), port=8080, apis=apis, identity=4)

    gateway.prepare()

    assert "${GATEWAY" not in (tmp_path / "convene.conf").read_text()
    with pytest.raises(KeyError):
        fill_in((TEMPLATES / "convene.conf.template").read_text(), {})


def test_the_bootstrap_needs_nothing_but_the_standard_library():
    program = "import sys; from deploy import bootstrap; print(*(m.split('.')[0] for m in sys.modules))"
    isolated = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run([sys.executable, "-c", program], env=isolated, capture_output=True, text=True, check=True)

    foreign = set(loaded.stdout.split()) - sys.stdlib_module_names - {"deploy", "__main__", "_distutils_hack"}
    assert not {name for name in foreign if not name.startswith(("_", "distutils"))}
