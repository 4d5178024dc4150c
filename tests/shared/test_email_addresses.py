"""Addresses are what the library that knows them says, also where it is not asked for each of them again; and mail can
be sent to each that is accepted.
"""

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.notifications.formats.mail_headers import check_address
from shared.email_addresses import fold_email, fold_stored_email, to_ascii_address
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


def mailable(address: str | None) -> str | None:
    """Return the address if its local part is short enough (RFC 5321, 4.5.3.1) and needs no SMTPUTF8."""
    local = (address or "").rpartition("@")[0]
    return address if local.isascii() and 0 < len(local) <= 64 else None


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

    assert folded(written) == mailable(as_the_library_says(written))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ada+news@Library.Example ", "ada+news@library.example"),
        ("ada@\uff4cibrary.example", "ada@library.example"),
        ("ada@xn--bcherei-n2a.de", "ada@bücherei.de"),
        ("ada@bücherei。de", "ada@bücherei.de"),
        ("\ufeffada\u200b@library\u2060.example\u200e", "ada@library.example"),
        ("a\u00adda\ufe0f@libra\u200dry.example\U000e0041", "ada@library.example"),
        ("ａｄａ＠library.example", "ada@library.example"),
    ],
)
def test_the_same_address_written_differently_is_the_same_persons(written: str, kept: str) -> None:
    assert fold_email(written) == kept


@pytest.mark.covers("ASVS 2.2.1")
@settings(max_examples=1000)
@given(LOCALS | st.text(max_size=6), st.sampled_from(DOMAINS) | st.text("a.-éßü\u200c。@", max_size=12))
@example("ada", "straße.example")
@example("x" * 64, "ü" * 30 + ".example")
def test_what_is_accepted_can_be_mailed(local: str, domain: str) -> None:
    if address := folded(f"{local}@{domain}"):
        assert check_address(address).isascii()
        assert folded(check_address(address)) == address


@pytest.mark.covers("ASVS 2.2.1")
@pytest.mark.parametrize(
    "address",
    ["josé@library.example", '"a b"@x.org', "a@[127.0.0.1]", "a@b@x.org", "a\n@x.org", "ada@", "josé@bücherei.de"],
)
def test_what_mail_cannot_be_sent_to_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        fold_email(address)


def test_whoever_has_letters_with_accents_is_told_what_to_do() -> None:
    with pytest.raises(Invalid) as refused:
        fold_email("José@Library.example")

    assert "without accents" in refused.value.errors["email"][0]


def test_an_address_that_was_accepted_once_is_still_found() -> None:
    assert fold_stored_email("José@Library.example") == "josé@library.example"


def test_a_domain_is_sent_to_as_it_is_registered() -> None:
    assert to_ascii_address("ada@straße.example") == "ada@xn--strae-oqa.example"
