"""Settings of Hypothesis that several tests share."""

from typing import cast

from hypothesis import HealthCheck

# For tests that share a fixture between examples or whose examples are slow, both on purpose.
EVERY_HEALTH_CHECK = cast("list[HealthCheck]", list(HealthCheck))
