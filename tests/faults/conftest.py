"""Fixtures that tests of the tools share."""

from tests.messaging.conftest import bench

__all__ = ["bench"]
