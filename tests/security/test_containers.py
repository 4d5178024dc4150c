"""What docker-compose.yml lets a container be and do: every one of them, with the exceptions named here."""

import re

import pytest

from deploy.secrets import make_secrets
from tests.security.compose import NAMES, OTHERS, READS, ROOTS, SERVICES, readable
from tests.servers.databases import ROOT

RECIPE = (ROOT / "deploy" / "Dockerfile").read_text()
PUBLISHED = {"gateway": "8080", "mail": "1080", "rabbitmq": "15672"}
PUBLISHED |= {"prometheus": "9090", "grafana": "3000", "jaeger": "16686"}


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("name", OTHERS)
def test_a_container_is_of_a_user_who_is_not_root(name: str) -> None:
    user, group = SERVICES[name]["user"].split(":")

    assert int(user) > 0
    assert int(group) > 0


@pytest.mark.covers("API8:2023", "ASVS 13.2.2")
@pytest.mark.parametrize("name", NAMES)
def test_a_container_has_no_capability_and_gains_none(name: str) -> None:
    service = SERVICES[name]

    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == ROOTS.get(name, [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "userns_mode", "devices"} & service.keys()
    assert service.get("network_mode") == ("none" if name in ROOTS else None)


@pytest.mark.covers("API8:2023")
@pytest.mark.parametrize("name", NAMES)
def test_a_container_writes_to_memory_and_to_its_own_volume_alone(name: str) -> None:
    written = [volume for volume in SERVICES[name].get("volumes", ()) if not volume.endswith(":ro")]
    own = {
        "setup": ["secrets:/run/secrets", "clock:/clock"],
        "identity": ["clock:/clock"],
        "postgres": ["database:/var/lib/postgresql/data"],
        "rabbitmq": ["broker:/var/lib/rabbitmq"],
        "prometheus": ["figures:/prometheus"],
    }

    assert SERVICES[name]["read_only"] is True
    assert written == own.get(name, [])
    assert not any("docker.sock" in volume for volume in SERVICES[name].get("volumes", ()))


@pytest.mark.covers("API4:2023")
@pytest.mark.parametrize("name", NAMES)
def test_a_container_has_its_share_of_memory_and_processes_and_no_more(name: str) -> None:
    assert re.fullmatch(r"[12]g", SERVICES[name]["mem_limit"])
    assert 0 < SERVICES[name]["pids_limit"] <= 2048


@pytest.mark.covers("API8:2023", "ASVS 13.4.5")
def test_only_what_people_open_is_published_and_to_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published.keys() == PUBLISHED.keys()
    for name, [port] in published.items():
        assert re.fullmatch(rf"\$\{{BIND_ADDRESS:-127\.0\.0\.1\}}:\$\{{\w+:-\d+\}}:{PUBLISHED[name]}", port)


@pytest.mark.covers("API8:2023", "ASVS 15.2.4")
def test_images_of_others_have_a_version() -> None:
    images = {service["image"] for service in SERVICES.values()} | set(re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE))
    foreign = {image for image in images if ":" in image}

    own = {f"${{COMPOSE_PROJECT_NAME}}-{name}" for name in ("setup", *PEERS)}
    assert images - foreign <= {"tools", "service", *own}
    assert all(re.search(r":v?\d+(\.\d+)*(-\w+)?$", image) for image in foreign)


PEERS = ("catalog", "registration", "notifications")


@pytest.mark.covers("API8:2023", "ASVS 13.3.2")
@pytest.mark.parametrize("name", OTHERS)
def test_a_container_can_read_its_own_secrets_alone(name: str) -> None:
    assert readable(name) == READS[name]


@pytest.mark.covers("API8:2023", "ASVS 13.3.2")
def test_every_secret_has_its_reader_or_is_nobodys(tmp_path) -> None:
    make_secrets(tmp_path)
    nobodys = {"operator-broker-password"}

    assert {file.name for file in tmp_path.iterdir()} == set().union(*READS.values()) | nobodys


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_is_in_the_environment_or_on_a_command_line(name: str) -> None:
    told = SERVICES[name].get("environment", {})
    secret = re.compile(r"(PASSWORD|SECRET|KEY|TOKEN|COOKIE)$")

    assert not [variable for variable in told if secret.search(variable)]
    assert not [value for value in told.values() if re.search(r"://[^/@]*:[^/@]+@", str(value))]


@pytest.mark.covers("API8:2023", "ASVS 13.3.1")
def test_the_image_is_made_without_a_secret_and_without_what_is_not_named() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", RECIPE, re.MULTILINE)
    allowed = {"requirements/dev.txt", "requirements/${SERVICE}.txt", "shared", "services/__init__.py"}
    allowed |= {"services/${SERVICE}", "deploy", "deploy/__init__.py deploy/gunicorn.py deploy/ready.py"}

    assert set(copied) <= allowed
    assert not re.search(r"(?i)(ARG|ENV)[^\n]*(PASSWORD|SECRET|TOKEN)", RECIPE)
    assert re.search(r"^USER 10000:10000$", RECIPE, re.MULTILINE)
