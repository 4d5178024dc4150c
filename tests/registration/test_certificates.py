"""Certificates: earned, shown, verified by others, revoked."""

import base64
import gzip
import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from openbadgeslib.ob3.contexts import document_loader
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from pyld import jsonld
from pypdf import PdfReader

from services.registration.certificates import queries
from services.registration.certificates.jobs import issue_certificates
from services.registration.certificates.open_badges import Issuer
from services.registration.certificates.pdf import print_certificate
from services.registration.privacy.domain import erase
from shared import runtime, signed_links
from shared.signed_links import Ticket
from tests.registration.registration import LIBRARY, V1, Registration
from tests.registration.samples import AFTER, STARTS_AT, make_series

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def issue(registration: Registration) -> int:
    with runtime.share_connection(registration.conn):
        return issue_certificates()


@pytest.fixture
def earned(registration: Registration) -> str:
    """Ada has attended a session, and has the certificate of this id."""
    registration.hold(contact_hours=1.5)
    registration.register("ada@x.org", name="Łukasz Żak <b>*_#")
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80))
    assert issue(registration) == 1
    return str(registration.value("SELECT id FROM certificates"))


def get(registration: Registration, path: str, **headers: str) -> Any:
    return registration.client.get(f"{V1}/{path}", headers=headers)


def test_certificates_are_issued_once_for_attending_and_for_completing(registration: Registration) -> None:
    first, second = registration.hold("first", contact_hours=1.5), registration.hold("second", contact_hours=2)
    registration.know_series(make_series([first.id, second.id]))
    registration.know_recording(second, seconds=240)
    for slug in ("first", "second"):
        registration.register("ada@x.org", slug)
    registration.set_time("2017-04-06T13:30:00-05:00")
    registration.attend(("ada@x.org", 80), slug="first")
    assert issue(registration) == 0  # the session is not over
    registration.set_time(AFTER)
    registration.watch_all("ada@x.org", "second", begin=AFTER, seconds=240)

    assert issue(registration) == 2
    assert issue(registration) == 0

    query = "SELECT kind, title, contact_hours::float FROM certificates ORDER BY kind"
    rows = registration.conn.execute(query).fetchall()
    assert rows == [("attendance", "first", 1.5), ("completion", "Large and urban", 3.5)]
    assert registration.events("certificate") == ["certificate.issued"] * 2


def test_the_badge_satisfies_a_verifier_of_open_badges(registration: Registration, earned: str) -> None:
    badge = get(registration, f"certificates/{earned}.json").json

    credential = OB3LdpVerifier(pubkey_pem=Issuer(runtime.settings()).public_key()).verify(badge)

    assert credential.issuer.name == "American Library Association"
    assert badge["credentialSubject"]["creditsEarned"] == 1.5
    assert badge["credentialSubject"]["identifier"][0]["identityHash"] == "Łukasz Żak <b>*_#"
    assert get(registration, f"certificates/{earned}").json == badge


def test_the_proof_is_that_of_the_standard(registration: Registration, earned: str) -> None:
    """The algorithm of vc-di-eddsa, 3.2, step by step, with the key that the issuer publishes."""
    badge = get(registration, f"certificates/{earned}.json").json

    check_proof(registration, badge)

    badge["credentialSubject"]["creditsEarned"] = 100
    with pytest.raises(InvalidSignature):
        check_proof(registration, badge)


def check_proof(registration: Registration, badge: Any) -> None:
    document = dict(badge)
    proof = dict(document.pop("proof"))
    signature = decode(proof.pop("proofValue"))
    hashed = b"".join(
        hashlib.sha256(canonize(one).encode()).digest()
        for one in ({"@context": document["@context"], **proof}, document)
    )
    methods = {one["id"]: one for one in get(registration, "issuer").json["verificationMethod"]}
    method = methods[proof["verificationMethod"]]
    Ed25519PublicKey.from_public_bytes(decode(method["publicKeyMultibase"])[2:]).verify(signature, hashed)


def canonize(document: Any) -> str:
    options: Any = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": document_loader()}
    return str(jsonld.normalize(document, options))


def decode(multibase: str) -> bytes:
    """base58btc, in which a zero byte at the front is a 1, and every 256th signature has one."""
    digits = multibase.removeprefix("z")
    number = 0
    for character in digits:
        number = number * 58 + ALPHABET.index(character)
    return bytes(len(digits) - len(digits.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def test_zero_bytes_at_the_front_are_read_as_the_draft_of_base58_has_them() -> None:
    """draft-msporny-base58, 5."""
    assert decode("z11233QC4") == bytes.fromhex("0000287fb4cd")


def test_the_printed_certificate_is_tagged_and_says_what_it_is(registration: Registration, earned: str) -> None:
    printed = get(registration, f"certificates/{earned}.pdf")

    document = PdfReader(io.BytesIO(printed.data))
    root: Any = document.trailer["/Root"]
    assert printed.mimetype == "application/pdf"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata
    assert document.metadata.title == "Certificate of Attendance: world-cafe"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = document.pages[0].extract_text()
    assert "Łukasz Żak <b>*_#" in text
    assert "1.5 contact hours" in text
    assert len(document.pages) == 1


@pytest.mark.parametrize("name", ["山田 花子", "김민준", "สมชาย ใจดี", "فاطمة الزهراء", "Ada 🐢", "𐘀𐘁"])
def test_a_certificate_is_printed_whatever_the_script_of_a_name(registration: Registration, name: str) -> None:
    registration.hold()
    registration.register("ada@x.org", name=name)
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80))
    issue(registration)

    id = registration.value("SELECT id FROM certificates")
    printed = get(registration, f"certificates/{id}.pdf")

    assert printed.status_code == 200
    assert "This certifies that" in PdfReader(io.BytesIO(printed.data)).pages[0].extract_text()


def test_anybody_verifies_a_certificate_on_its_page(registration: Registration, earned: str) -> None:
    page = get(registration, f"certificates/{earned}", Accept="text/html,application/xhtml+xml,*/*;q=0.8")

    assert page.mimetype == "text/html"
    assert "This certificate is valid" in page.text
    assert "Łukasz Żak &lt;b&gt;*_#" in page.text


def test_a_revoked_certificate_proves_nothing_any_more(registration: Registration, earned: str) -> None:
    badge = get(registration, f"certificates/{earned}.json").json
    assert not is_revoked(registration, badge)

    path = f"{V1}/certificates/{earned}?reason=Mistaken+identity"
    revoked = [registration.client.delete(path, headers=registration.staff) for _ in range(2)]

    assert [one.status_code for one in revoked] == [200, 200]
    assert is_revoked(registration, badge)
    assert get(registration, f"certificates/{earned}.pdf").status_code == 410
    page = get(registration, f"certificates/{earned}", Accept="text/html").text
    assert "revoked: Mistaken identity" in page
    assert registration.events("certificate") == ["certificate.issued", "certificate.revoked"]
    assert issue(registration) == 0
    assert registration.client.delete(path).status_code == 401


def is_revoked(registration: Registration, badge: Any) -> bool:
    """Return the status that a verifier finds in the badge's list (Bitstring Status List 1.0, 3.2)."""
    status = badge["credentialStatus"]
    found = get(registration, status["statusListCredential"].partition("/registration/v1/")[2]).json
    check_proof(registration, found)
    encoded = found["credentialSubject"]["encodedList"].removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    index = int(status["statusListIndex"])
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


def test_certificates_that_are_printed_at_once_name_each_its_own_holder(registration: Registration) -> None:
    names = [f"Holder Number{number}" for number in range(4)]
    registration.hold()
    for number, name in enumerate(names):
        registration.register(f"p{number}@x.org", name=name)
    registration.set_time(AFTER)
    registration.attend(*[(f"p{number}@x.org", 80) for number in range(len(names))])
    assert issue(registration) == len(names)
    ids = [id for (id,) in registration.conn.execute("SELECT id FROM certificates")]
    held = queries.select_many(registration.conn, ids)

    def print_one(number: int) -> tuple[str, str]:
        certificate = held[number % len(held)]
        address = f"https://x.example.org/{certificate.id}"
        printed = print_certificate(certificate, address=address)
        return certificate.name, PdfReader(io.BytesIO(printed)).pages[0].extract_text()

    with ThreadPoolExecutor(24) as crowd:
        printed = list(crowd.map(print_one, range(96)))

    assert {name for name, _ in printed} == set(names)
    assert [name for name, text in printed if [one for one in names if one in text] != [name]] == []


def everything(registration: Registration, id: str) -> tuple[Any, str, str]:
    """Return a certificate in each of its forms."""
    page = get(registration, f"certificates/{id}", Accept="text/html").text
    printed = PdfReader(io.BytesIO(get(registration, f"certificates/{id}.pdf").data)).pages[0].extract_text()
    return get(registration, f"certificates/{id}.json").json, page, printed


def rename(registration: Registration, name: str) -> None:
    """The holder changes their name, by the link in their mail."""
    id = registration.value("SELECT id FROM registrations ORDER BY registered_at LIMIT 1")
    ends_at = datetime(2100, 1, 1, tzinfo=UTC)
    token = signed_links.issue(runtime.settings(), signed_links.MANAGE, Ticket(str(id), 0, ends_at))
    changed = registration.client.patch(f"{V1}/registrations/{id}?token={token}", json={"name": name})
    assert changed.status_code == 200, changed.text


def edit(registration: Registration) -> None:
    """The catalog calls the session something else, at another time and address, for more hours."""
    row = registration.conn.execute("SELECT id FROM sessions WHERE slug = 'world-cafe'").fetchone()
    assert row
    registration.hold(
        "renamed", id=row[0], revision=9, title="Renamed", contact_hours=40, starts_at=STARTS_AT - timedelta(days=400)
    )


def be_another_issuer(_registration: Registration) -> None:
    object.__setattr__(runtime.settings(), "issuer_name", "Somebody Else")
    object.__setattr__(runtime.settings(), "issuer_url", "https://else.example")


@pytest.fixture
def same_issuer(present: runtime.Runtime) -> Iterator[None]:
    name, url = present.settings.issuer_name, present.settings.issuer_url
    yield
    object.__setattr__(present.settings, "issuer_name", name)
    object.__setattr__(present.settings, "issuer_url", url)


@pytest.mark.parametrize(
    "correct",
    [lambda registration: rename(registration, "Somebody Else Entirely"), edit, be_another_issuer],
    ids=["name", "session", "issuer"],
)
def test_a_certificate_says_for_ever_what_it_said_when_it_was_issued(
    registration: Registration, earned: str, correct: Callable[[Registration], None], same_issuer: None
) -> None:
    before = everything(registration, earned)

    correct(registration)

    assert everything(registration, earned) == before
    check_proof(registration, before[0])
    assert issue(registration) == 0


def test_a_certificate_of_a_series_keeps_its_title_and_its_hours(registration: Registration) -> None:
    first = registration.hold("first", contact_hours=1.5)
    registration.know_series(make_series([first.id]))
    registration.register("ada@x.org", "first")
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80), slug="first")
    assert issue(registration) == 2
    id = str(registration.value("SELECT id FROM certificates WHERE kind = 'completion'"))
    before = everything(registration, id)

    registration.hold("first", id=first.id, revision=9, contact_hours=99)
    registration.know_series(replace(make_series([first.id], id=uuid4(), revision=9), slug="large-urban-public"))
    registration.conn.execute("UPDATE series SET title = 'Renamed', slug = 'renamed'")

    assert everything(registration, id) == before


def reissue(registration: Registration, id: str, **body: Any) -> Any:
    return registration.client.post(f"{V1}/certificates/{id}/reissue", json=body, headers=registration.staff)


def test_staff_correct_a_certificate_by_another(registration: Registration, earned: str) -> None:
    badge = get(registration, f"certificates/{earned}.json").json
    rename(registration, "Łucja Żak")
    edit(registration)

    answer = reissue(registration, earned, reason="The name was wrong")

    assert answer.status_code == 201, answer.text
    another = answer.json
    assert (another["name"], another["title"], another["contact_hours"]) == ("Łucja Żak", "Renamed", 40)
    assert another["replaces"] == earned != another["id"]
    assert answer.headers["Location"] == f"{V1}/certificates/{another['id']}"
    document, page, printed = everything(registration, another["id"])
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == "Łucja Żak"
    assert "This certificate is valid" in page
    assert "Łucja Żak" in printed
    check_proof(registration, document)
    assert is_revoked(registration, badge)
    assert not is_revoked(registration, document)
    former = get(registration, f"certificates/{earned}", Accept="text/html").text
    assert "revoked: The name was wrong" in former
    assert "Łukasz Żak" in former
    assert get(registration, f"certificates/{earned}.pdf").status_code == 410
    assert registration.events("certificate") == ["certificate.issued", "certificate.revoked", "certificate.issued"]
    assert issue(registration) == 0


def test_a_certificate_is_corrected_as_often_as_need_be_and_each_once(registration: Registration, earned: str) -> None:
    second = reissue(registration, earned).json["id"]
    third = reissue(registration, second).json["id"]

    again = reissue(registration, earned)

    assert (again.status_code, again.json["type"]) == (409, "urn:convene:problem:certificate-replaced")
    assert registration.value("SELECT count(*) FROM certificates") == 3
    assert registration.value("SELECT certificate_id::text FROM attendance") == third
    assert registration.client.post(f"{V1}/certificates/{third}/reissue", json={}).status_code == 401
    assert reissue(registration, str(uuid4())).status_code == 404


def test_one_that_was_revoked_is_corrected_too_where_it_is_still_earned(
    registration: Registration, earned: str
) -> None:
    registration.client.delete(f"{V1}/certificates/{earned}", headers=registration.staff)
    registration.conn.execute("UPDATE attendance SET attended = false")

    with registration.conn.transaction(force_rollback=True):
        assert reissue(registration, earned).status_code == 409
    registration.conn.execute("UPDATE attendance SET attended = true")

    assert reissue(registration, earned).status_code == 201


def test_all_certificates_of_somebody_go_with_them(registration: Registration, earned: str) -> None:
    reissue(registration, earned)

    with runtime.share_connection(registration.conn):
        erase(registration.conn, "ada@x.org", cause="asked of staff")

    assert registration.value("SELECT count(*) FROM certificates") == 0


def test_what_the_release_before_issues_is_frozen_too(registration: Registration, earned: str) -> None:
    """Its statement knows neither names nor issuers."""
    body = {"email": "eve@x.org", "name": "Eve", "library": LIBRARY}
    registration.client.post(f"{V1}/sessions/world-cafe/registrations", json=body, headers=registration.staff)
    row = (
        "SELECT person_id, session_id FROM registrations JOIN people AS p ON p.id = person_id WHERE email = 'eve@x.org'"
    )
    sql = f"""
        INSERT INTO certificates (id, kind, person_id, session_id, title, contact_hours, earned_at)
        SELECT gen_random_uuid(), 'attendance', person_id, session_id, 'world-cafe', 1.5, programme_now()
          FROM ({row}) AS given
        ON CONFLICT (person_id, session_id, series_id) DO UPDATE SET title = certificates.title
        RETURNING id
    """  # noqa: S608
    id = str(registration.value(sql))
    assert everything(registration, id)[0]["issuer"]["name"] == "American Library Association"

    issue(registration)

    noted = registration.conn.execute("SELECT name, slug, issuer_name FROM certificates WHERE id = %s", [id]).fetchone()
    assert noted == ("Eve", "world-cafe", "American Library Association")
