"""Certificates to print: PDF/UA-1 (ISO 14289-1), tagged, with its language and title."""

import io
import threading
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from services.registration.certificates.queries import Certificate
from shared.date_labels import label_long_date

TEMPLATE = Path(__file__).with_name("certificate.typ")
# A compiler refuses to work for two threads at once. One in turn is as fast as one for each, in a fraction of the
# memory: a certificate takes some hundredths of a second, and other threads go on meanwhile.
TURN = threading.Lock()


def print_certificate(certificate: Certificate, *, address: str) -> bytes:
    """The PDF. `address` is where it is verified. With a character that no font here has it is no PDF/UA: the standard
    forbids to show a box in its place.
    """
    completed = certificate.kind == "completion"
    hours = certificate.contact_hours
    data = {
        "heading": "Certificate of Completion" if completed else "Certificate of Attendance",
        "name": certificate.name,
        "deed": "has completed the series" if completed else "has attended the session",
        "title": certificate.title,
        "hours": f"{hours.normalize():f}" if hours else None,
        "day": label_long_date(certificate.earned_at),
        "issued": label_long_date(certificate.issued_at),
        "issuer": certificate.issuer_name,
        "address": address,
        "code": _draw_code(address),
    }
    try:
        return _compile(data, at=certificate.issued_at, standards=["ua-1"])
    except typst.TypstError:
        return _compile(data, at=certificate.issued_at, standards=[])


def _compile(data: dict[str, Any], *, at: datetime, standards: list[Any]) -> bytes:
    inputs = {"data": orjson.dumps(data).decode()}
    with TURN:
        compiled = _compiler().compile(sys_inputs=inputs, pdf_standards=standards, timestamp=int(at.timestamp()))
    assert isinstance(compiled, bytes)
    return compiled


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE))


def _draw_code(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
