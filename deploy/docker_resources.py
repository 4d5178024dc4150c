"""Containers, volumes, networks and images of a compose project, found by its name so that no others are removed."""

import re
from collections.abc import Iterable

from deploy import project
from deploy.calls import output
from deploy.options import ROOT

KINDS = ("container", "volume", "network", "image")


def describe(names: Iterable[str]) -> list[str]:
    """A line for all that there is of a kind, and of a project."""
    return [
        f"{kind}{'s' if len(found) > 1 else ''} {', '.join(found)}"
        for name in names
        for kind in KINDS
        if (found := _find(kind, name))
    ]


def volumes(name: str) -> list[str]:
    """The volumes of this project."""
    return _find("volume", name)


def remove(name: str) -> None:
    """Remove all of it. Raises ForeignProjectError where it is another folder's, and DeployError where docker fails."""
    project.refuse_foreign(name)
    if containers := _find("container", name):
        _docker("rm", "--force", "--volumes", *containers)
    for kind in KINDS[1:]:
        if found := _find(kind, name):
            _docker(kind, "rm", *found)


def own_images(name: str) -> list[str]:
    """The images that are built here for the project of this name."""
    text = (ROOT / "docker-compose.yml").read_text()
    return sorted({name + kind for kind in re.findall(r"image: \$\{COMPOSE_PROJECT_NAME\}(-\w+)$", text, re.MULTILINE)})


def _find(kind: str, name: str) -> list[str]:
    """The names of all that there is of a kind."""
    if kind == "image":
        there = set(_docker("image", "ls", "--format", "{{.Repository}}").split())
        return [image for image in own_images(name) if image in there]
    form = "{{.Names}}" if kind == "container" else "{{.Name}}"
    more = ["--all"] if kind == "container" else []
    return sorted(_docker(kind, "ls", *more, "--filter", f"label={project.PROJECT}={name}", "--format", form).split())


def _docker(*arguments: str) -> str:
    return output(["docker", *arguments])
