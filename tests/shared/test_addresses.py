"""Addresses are what the library that knows them says, also where it is not asked for each of them anew."""

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.addresses import fold_email
from shared.errors import Invalid

DOMAINS = [
    "library.example",
    "Library.EXAMPLE",
    "x.org",
    "bücherei.de",
    "xn--bcherei-n2a.de",
    "xn--",
    "localhost",
    "a..b",
    "-a.org",
    "example.test",
    "[127.0.0.1]",
    "",
    "a" * 63 + ".org",
    "a" * 64 + ".org",
    ".".join(["a" * 60] * 4) + ".org",
]
LOCALS = st.text("ab.+-_0Zé!'\" @\u00a0\uff41", max_size=8) | st.builds(lambda n: "a" * n, st.integers(55, 70))


def as_the_library_says(written: str) -> str | None:
    folded = unicodedata.normalize("NFKC", written).strip().lower()
    try:
        return validate_email(folded, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def folded(written: str) -> str | None:
    try:
        return fold_email(written)
    except Invalid:
        return None


@settings(max_examples=1000)
@given(LOCALS, st.sampled_from(DOMAINS) | st.text("a.-é@", max_size=12))
@example("a" * 64, ".".join(["a" * 60] * 3) + ".org")
def test_an_address_is_what_the_library_says(local: str, domain: str) -> None:
    written = f"{local}@{domain}"

    assert folded(written) == as_the_library_says(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ada+news@Library.Example ", "ada+news@library.example"),
        ("ada@\uff4cibrary.example", "ada@library.example"),
        ("ada@xn--bcherei-n2a.de", "ada@bücherei.de"),
    ],
)
def test_the_same_address_written_differently_is_the_same_persons(written: str, kept: str) -> None:
    assert fold_email(written) == kept
