"""Which servers the tests use: `TEST_SERVERS=docker|native` forces one, otherwise it is seen what there is."""

import os

from tests.servers.engines import Engines

DURABLE = "CONVENE_TEST_DURABLE"
IMAGES = ("postgres:17", "rabbitmq:4-management")


def choose() -> str:
    """`docker` where an engine answers and has the images or can get them, else `native`."""
    wanted = os.environ.get("TEST_SERVERS")
    if wanted in ("docker", "native"):
        return wanted
    if wanted:
        raise ValueError(f"TEST_SERVERS is docker or native, not {wanted}")
    return "docker" if _engine_has_images() else "native"


def durable() -> bool:
    """Return whether PostgreSQL waits for its disk at each commit, as in an installation. Benches ask for it; tests are
    faster without.
    """
    return os.environ.get(DURABLE) == "1"


def engines_class() -> type[Engines]:
    """The kind of engines that `choose` names."""
    from tests.servers.containers import ContainerEngines
    from tests.servers.native import NativeEngines

    return ContainerEngines if choose() == "docker" else NativeEngines


def _engine_has_images() -> bool:
    import docker  # takes half a second, which tests that need no server do not wait for
    from docker.errors import DockerException, ImageNotFound

    try:
        client = docker.from_env(timeout=60)
        client.ping()
        for image in IMAGES:
            try:
                client.images.get(image)
            except ImageNotFound:
                client.images.pull(image)
    except DockerException:
        return False
    return True
