"""What docs/security.md says of the tests is so."""

import pytest

from tests.security import coverage, standards

COVERED = coverage.covered()


@pytest.mark.parametrize("item", sorted(standards.API, key=standards.order))
def test_each_of_the_ten_has_a_test(item: str) -> None:
    assert COVERED.get(item)


def test_no_test_covers_what_there_is_not() -> None:
    assert [item for item in COVERED if standards.title(item) is None] == []


def test_the_page_is_as_the_tests_are() -> None:
    assert coverage.PAGE.read_text() == coverage.page()


def test_all_requirements_of_the_standard_are_known() -> None:
    assert sum(count for count, _ in standards.ASVS.values()) == 345
