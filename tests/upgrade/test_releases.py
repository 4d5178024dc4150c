"""Releases are marked, so that everybody means the same by the previous one."""

import re
import tomllib

import pytest

from tests.servers.databases import ROOT
from tests.upgrade import releases
from tests.upgrade.releases import Release


def version_of(pyproject: str) -> str:
    return tomllib.loads(pyproject)["project"]["version"]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.removesuffix(".dev0").split("."))


@pytest.mark.parametrize("release", releases.releases(), ids=lambda release: release.version)
def test_a_release_is_a_commit_of_that_version_with_a_heading_in_the_changelog(release: Release) -> None:
    assert releases.is_known(release), f"{release.commit} is not in this history: git fetch --unshallow"
    assert version_of(releases.read(release, "pyproject.toml")) == release.version
    assert re.search(rf"^## {re.escape(release.version)} - \d{{4}}-\d\d-\d\d$", changelog(), re.MULTILINE)


def test_what_is_developed_comes_after_the_newest_release() -> None:
    present = version_of((ROOT / "pyproject.toml").read_text())

    assert numbers(present) > max(numbers(release.version) for release in releases.releases())
    assert releases.previous() == max(releases.releases(), key=lambda release: numbers(release.version))


def test_without_the_history_the_tests_say_what_is_missing() -> None:
    with pytest.raises(RuntimeError, match=r"release 9\.9\.9 .*git fetch --unshallow"):
        releases.read(Release("9.9.9", "f" * 40), "pyproject.toml")


def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text()
