"""The code of the previous release, unpacked once for all tests."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upgrade import releases
from tests.upgrade.releases import Tree


@pytest.fixture(scope="session")
def previous() -> Iterator[Tree]:
    """The release that runs when this tree is rolled out."""
    with tempfile.TemporaryDirectory(prefix="convene-previous-") as folder:
        yield releases.unpack(releases.previous(), Path(folder))
