"""Checks that Kubernetes accepts an overlay and that it keeps our rules: `python -m deploy.kubernetes.check FOLDER`.

Says everything that is wrong, a line each, and ends with 1 where there is anything.
"""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.errors import DeployError
from deploy.kubernetes import schemas
from deploy.kubernetes.rendering import OVERLAYS, Rendered, render
from deploy.kubernetes.rules import containers, network, references, settings

RULES: tuple[Callable[[Rendered], Iterable[str]], ...] = (
    containers.confined,
    containers.limited,
    containers.probed,
    containers.pinned,
    containers.released_together,
    containers.stopped_in_time,
    containers.drained,
    references.keys_exist,
    references.no_secret_is_written,
    references.accounts_exist,
    references.selectors_match,
    references.every_deployment_is_kept,
    references.targets_exist,
    network.denied_by_default,
    network.told_addresses_are_reached,
    network.scalers_are_let_in,
    network.hosts_are_of_this_namespace,
    settings.settings_are_known_and_safe,
    settings.secrets_are_mounted,
    settings.connections_suffice,
)


def problems(rendered: Rendered) -> list[str]:
    """Everything that a rule says of it."""
    return list(dict.fromkeys(problem for rule in RULES for problem in rule(rendered)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.kubernetes.check", description="Check an overlay.")
    parser.add_argument("folder", type=Path, nargs="?", default=OVERLAYS / "production")
    try:
        rendered = render(parser.parse_args().folder)
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    found = {f"{said} (Kubernetes {v})" for v in schemas.VERSIONS for said in schemas.fit(rendered, v)}
    wrong = [*sorted(found), *problems(rendered)]
    for problem in wrong:
        print(problem)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
