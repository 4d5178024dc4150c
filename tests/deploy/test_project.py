"""Two folders on one machine: neither touches what is the other's, whatever is started, stopped or removed."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from deploy import compose, docker_resources, project
from deploy.options import Options
from tests.servers.choice import choose
from tests.servers.databases import ROOT

Folder = Callable[..., Path]
Known = dict[str, list[str]]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """The output of docker in this test: `ps` and `volume`, a line each."""
    told: Known = {"ps": [], "volume": []}
    monkeypatch.setattr(project, "_ask", lambda kind, *_rest: told[kind])
    project._found.cache_clear()
    return told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: Known) -> Folder:
    """Go into a clone, which is made where it is not there."""
    monkeypatch.delenv(project.NAME, raising=False)

    def go(path: str, *, env: str | None = None) -> Path:
        clone = tmp_path / path
        clone.mkdir(parents=True, exist_ok=True)
        (clone / "docker-compose.yml").touch()
        if env is not None:
            (clone / ".env").write_text(env)
        monkeypatch.setattr(project, "ROOT", clone)
        monkeypatch.setattr(docker_resources, "ROOT", ROOT)
        project._found.cache_clear()
        return clone

    return go


def test_two_clones_of_one_name_have_projects_of_their_own(folder: Folder) -> None:
    folder("a/convene")
    one = project.settle()
    folder("b/convene")
    other = project.settle()

    assert one != other
    assert re.fullmatch(r"convene-[0-9a-f]{8}", one)
    assert re.fullmatch(r"convene-[0-9a-f]{8}", other)


@pytest.mark.parametrize("name", ["Convene 2", "été", "_x", "a" * 200, "a--b", ".hidden"])
def test_a_name_is_one_that_compose_and_images_may_have_whatever_the_folder_is_called(name: str) -> None:
    derived, plain = project.derived_name(Path("/srv") / name), project.plain_name(Path("/srv") / name)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", derived)
    assert len(derived) < 50
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", plain)


def test_the_name_is_kept_beside_what_stood_in_the_file(folder: Folder) -> None:
    clone = folder("a", env="# mine\nMAIL_FROM='A <a@b.c>'\nGATEWAY_PORT=8181")

    name = project.settle()
    project.settle()

    text = (clone / ".env").read_text()
    assert text.startswith("# mine\nMAIL_FROM='A <a@b.c>'\nGATEWAY_PORT=8181\n")
    assert text.count("COMPOSE_PROJECT_NAME=") == 1
    assert project.name() == name


def test_a_name_that_somebody_chose_is_the_name(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = folder("a", env="COMPOSE_PROJECT_NAME=library\n")

    assert project.settle() == "library"
    assert (clone / ".env").read_text() == "COMPOSE_PROJECT_NAME=library\n"
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "other")
    assert project.settle() == "other"


def test_what_this_folder_runs_as_convene_keeps_its_name(folder: Folder, known: Known) -> None:
    clone = folder("a")
    known["ps"] = [f"convene\t{clone}", f"convene-security-7\t{clone}"]
    known["volume"] = ["convene"]

    assert project.settle() == "convene"
    assert "COMPOSE_PROJECT_NAME=convene\n" in (clone / ".env").read_text()


def test_what_another_folder_runs_as_convene_is_left_alone(folder: Folder, known: Known) -> None:
    other, clone = folder("a"), folder("b")
    known["ps"], known["volume"] = [f"convene\t{other}"], ["convene"]

    assert project.settle() == project.derived_name(clone)
    assert "convene" not in project.own_names()


def test_volumes_of_nobody_known_are_neither_taken_nor_hidden(folder: Folder, known: Known) -> None:
    clone = folder("a")
    known["volume"] = ["convene"]

    with pytest.raises(project.ForeignProjectError, match="echo COMPOSE_PROJECT_NAME=convene"):
        project.settle()
    assert not (clone / ".env").exists()
    assert "convene" not in project.own_names()


def test_what_plain_compose_started_here_goes_on(folder: Folder, known: Known) -> None:
    clone = folder("a/Con vene")
    known["volume"] = [project.plain_name(clone)]

    assert project.settle() == project.plain_name(clone)


def test_a_project_of_another_folder_is_not_touched(folder: Folder, known: Known) -> None:
    other = folder("a")
    folder("b", env="COMPOSE_PROJECT_NAME=library\n")
    known["ps"] = [f"library\t{other}"]

    for touch in (project.settle, lambda: docker_resources.remove("library"), compose.ComposeSystem(Options()).stop):
        with pytest.raises(project.ForeignProjectError, match=str(other)):
            touch()


def test_a_copied_folder_has_a_name_of_its_own_and_a_moved_one_keeps_it(folder: Folder) -> None:
    origin = folder("a")
    name = project.settle()
    env = (origin / ".env").read_text()

    copy = folder("copy", env=env)
    assert project.settle() == project.derived_name(copy) != name
    assert project.name() == project.derived_name(copy)

    (origin / ".env").unlink()
    folder("moved", env=env)
    assert project.settle() == name


def test_a_port_that_is_taken_gives_way_and_the_choice_is_kept(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = folder("a", env="MAIL_PORT=1180\n")
    for name in ("GATEWAY_PORT", "MAIL_PORT", "BROKER_CONSOLE_PORT"):
        monkeypatch.delenv(name, raising=False)
    taken = {8080, 8081, 15672, 1180}
    monkeypatch.setattr(project, "is_free", lambda port: port not in taken)

    settled = project.settle_ports(Options(mail_port=1180))

    assert (settled.gateway_port, settled.mail_port, settled.broker_console_port) == (8082, 1180, 15673)
    kept = (clone / ".env").read_text()
    assert "GATEWAY_PORT=8082\nBROKER_CONSOLE_PORT=15673\n" in kept
    assert kept.startswith("MAIL_PORT=1180\n")


def test_nothing_is_written_where_every_port_is_free(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = folder("a")
    monkeypatch.setattr(project, "is_free", lambda _port: True)

    assert project.settle_ports(Options()) == Options()
    assert not (clone / ".env").exists()


def test_no_name_in_the_file_of_compose_is_one_that_two_folders_share() -> None:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    named = [one.get(key) for one in document["services"].values() for key in ("container_name", "hostname")]
    built = [one["image"] for one in document["services"].values() if ":" not in one["image"]]

    assert "${PWD" in document["name"]
    assert {name for name in named if name} <= {"rabbitmq"}  # within its network alone
    assert all(image.startswith("${COMPOSE_PROJECT_NAME}-") for image in built)
    parts = [*document["volumes"].values(), *document["networks"].values()]
    assert not [part for part in parts if part and ("name" in part or "external" in part)]


@pytest.fixture
def projects() -> Iterator[list[str]]:
    """Two projects, each with a container, a volume and a network."""
    if choose() != "docker":
        pytest.skip("no Docker engine answers here")
    names = [f"convene-test-{uuid4().hex[:8]}" for _ in range(2)]
    label = [f"--label={project.PROJECT}="]
    try:
        for name in names:
            of_this = [label[0] + name]
            for kind in ("volume", "network"):
                _docker(kind, "create", *of_this, f"{name}_data")
            _docker("create", *of_this, f"--volume={name}_data:/data", f"--name={name}-one", "postgres:17", "true")
        yield names
    finally:
        for name in names:
            for kind in (("rm", "--force", f"{name}-one"), ("volume", "rm", f"{name}_data")):
                subprocess.run(["docker", *kind], capture_output=True, check=False)
            subprocess.run(["docker", "network", "rm", f"{name}_data"], capture_output=True, check=False)


def _docker(*arguments: str) -> None:
    subprocess.run(["docker", *arguments], capture_output=True, check=True)


def test_removing_a_project_leaves_every_other_as_it_is(projects: list[str]) -> None:
    one, other = projects
    there = docker_resources.describe([other])
    assert docker_resources.describe([one]) == [f"container {one}-one", f"volume {one}_data", f"network {one}_data"]

    docker_resources.remove(one)

    assert docker_resources.describe([one]) == []
    assert docker_resources.describe([other]) == there
    assert len(there) == 3


def test_compose_itself_calls_two_folders_differently(tmp_path: Path) -> None:
    if choose() != "docker":
        pytest.skip("no Docker engine answers here")
    names = []
    for path in ("a/convene", "b/convene"):
        clone = tmp_path / path
        clone.mkdir(parents=True)
        (clone / "docker-compose.yml").write_text((ROOT / "docker-compose.yml").read_text())
        shown = ["docker", "compose", "config", "--format", "json"]
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "PWD": str(clone)}
        told = subprocess.run(shown, cwd=clone, env=environment, capture_output=True, text=True, check=True).stdout
        document = yaml.safe_load(told)
        names.append(document["name"])
        assert document["name"] == project.plain_name(clone)
        assert {volume["name"] for volume in document["volumes"].values()} >= {f"{names[-1]}_database"}
        assert document["services"]["catalog-api"]["image"] == f"{names[-1]}-catalog"
        (clone / ".env").write_text("COMPOSE_PROJECT_NAME=kept-12345678\n")
        told = subprocess.run(shown, cwd=clone, env=environment, capture_output=True, text=True, check=True).stdout
        assert yaml.safe_load(told)["name"] == "kept-12345678"

    assert len(set(names)) == 2
