"""The repository behind the OAI-PMH library, which speaks the protocol and calls these methods.

Resumption tokens name the last record, not an offset: a record that changes during a harvest comes again at its end,
and none is skipped.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from oaipmh import error
from oaipmh.common import Header, Identify, Metadata
from oaipmh.metadata import MetadataRegistry
from oaipmh.server import ServerBase, decodeResumptionToken, encodeResumptionToken, oai_dc_writer
from psycopg import Connection

from services.catalog.harvesting import dublin_core, queries
from services.catalog.harvesting.queries import HarvestedEntry, HarvestSelection

KINDS = {"session": "Sessions", "series": "Series", "initiative": "Initiatives", "announcement": "Announcements"}
PREFIX = "oai_dc"
FORMAT = (PREFIX, "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", "http://www.openarchives.org/OAI/2.0/oai_dc/")
PAGE = 100
LONGEST = 500
Arguments = dict[str, Any]


class Repository:
    """Implements the protocol's verbs under the names that the library calls."""

    def __init__(self, conn: Connection, public_url: str) -> None:
        self.conn = conn
        self.address = f"{public_url}/catalog/oai"
        self.host = urlsplit(public_url).hostname or "localhost"

    def identify(self) -> Identify:
        earliest = queries.select_earliest(self.conn) or datetime(2000, 1, 1, tzinfo=UTC)
        return Identify(
            repositoryName="Convene catalog",
            baseURL=self.address,
            protocolVersion="2.0",
            adminEmails=[f"webmaster@{self.host}"],
            earliestDatestamp=_naive(earliest),
            deletedRecord="persistent",
            granularity="YYYY-MM-DDThh:mm:ssZ",
            compression=["identity"],
            toolkit_description=False,
        )

    def listMetadataFormats(self, identifier: str | None = None) -> list[tuple[str, str, str]]:  # noqa: N802
        if identifier is not None:
            self._find(identifier)
        return [FORMAT]

    def listSets(self, resumptionToken: str | None = None) -> tuple[list[tuple[str, str, None]], None]:  # noqa: N802, N803
        if resumptionToken is not None:
            raise error.BadResumptionTokenError("The list of sets has no resumption tokens.")
        kinds = [("kind", "By kind"), *((f"kind:{kind}", label) for kind, label in KINDS.items())]
        named = queries.select_initiatives(self.conn)
        initiatives = [("initiative", "By initiative"), *((f"initiative:{slug}", title) for slug, title in named)]
        return [(spec, name, None) for spec, name in (*kinds, *initiatives)], None

    def getRecord(self, metadataPrefix: str, identifier: str) -> tuple[Header, Metadata | None, None]:  # noqa: N802, N803
        _check_prefix(metadataPrefix)
        return self._record(self._find(identifier))

    def listIdentifiers(self, **arguments: Any) -> tuple[list[Header], str | None]:  # noqa: N802
        found, token = self._list(arguments)
        return [self._header(entry) for entry in found], token

    def listRecords(self, **arguments: Any) -> tuple[list[Any], str | None]:  # noqa: N802
        found, token = self._list(arguments)
        return [self._record(entry) for entry in found], token

    def _list(self, arguments: Arguments) -> tuple[list[HarvestedEntry], str | None]:
        resumed = "resumptionToken" in arguments
        after = None
        if resumed:
            arguments, after = _read_token(arguments["resumptionToken"])
        _check_prefix(arguments["metadataPrefix"])
        selection = HarvestSelection(
            **_read_set(arguments.get("set")),
            since=_aware(arguments.get("from_")),
            until=_aware(arguments.get("until")),
        )
        found = queries.select_entries(self.conn, selection, after=after, limit=PAGE + 1)
        if len(found) > PAGE:
            last = found[PAGE - 1]
            return found[:PAGE], encodeResumptionToken(
                {**arguments, "after": f"{last.updated_at.isoformat()} {last.id}"}, 0
            )
        return found, "" if resumed else None  # an empty token ends a list in parts

    def _find(self, identifier: str) -> HarvestedEntry:
        scheme, _, rest = identifier.partition(f"oai:{self.host}:")
        kind, _, id = rest.partition("/")
        try:
            found = queries.select_entries(self.conn, HarvestSelection(id=UUID(id), kinds=[kind]), limit=1)
        except ValueError:
            found = []
        if scheme or not found:
            raise error.IdDoesNotExistError("There is no such record.")
        return found[0]

    def _header(self, entry: HarvestedEntry) -> Header:
        identifier = f"oai:{self.host}:{entry.kind}/{entry.id}"
        sets = [f"kind:{entry.kind}", f"initiative:{entry.initiative}"]
        return Header(None, identifier, _naive(entry.updated_at), sets, entry.withdrawn)

    def _record(self, entry: HarvestedEntry) -> tuple[Header, Metadata | None, None]:
        metadata = None if entry.withdrawn else Metadata(None, dublin_core.describe(entry))
        return self._header(entry), metadata, None


def answer(conn: Connection, arguments: Iterable[tuple[str, str]], *, public_url: str) -> bytes:
    """Return the XML response to a request. Errors are reported in it by the protocol's codes."""
    registry = MetadataRegistry()
    registry.registerWriter(PREFIX, oai_dc_writer)
    server = ServerBase(Repository(conn, public_url), registry)
    given = list(arguments)
    asked = {name: value for name, value in given if name.isascii() and _is_plain(value)}
    if len(asked) != len(given):
        asked = {"verb": asked.get("verb", ""), "repeated or unreadable": ""}
    return server.handleRequest(asked)


def _is_plain(value: str) -> bool:
    return value.isprintable() and len(value) <= LONGEST


def _check_prefix(prefix: str) -> None:
    if prefix != PREFIX:
        raise error.CannotDisseminateFormatError("The only metadata format is oai_dc.")


def _read_set(spec: str | None) -> Arguments:
    name, _, value = (spec or "kind").partition(":")
    if name == "initiative" and not value:
        return {"kinds": list(KINDS)}
    if name == "initiative":
        return {"kinds": list(KINDS), "initiative": value}
    if name == "kind":
        return {"kinds": [value] if value else list(KINDS)}
    return {"kinds": []}


def _read_token(token: str) -> tuple[Arguments, tuple[datetime, UUID]]:
    try:
        arguments, _ = decodeResumptionToken(token)
        moment, _, id = arguments.pop("after").partition(" ")
        place = datetime.fromisoformat(moment), UUID(id)
        if place[0].tzinfo is None or not arguments.keys() <= {"metadataPrefix", "set", "from_", "until"}:
            raise ValueError
        arguments["metadataPrefix"]
    except (KeyError, ValueError, error.ErrorBase, error.DatestampError):
        raise error.BadResumptionTokenError("Not a token of this repository.") from None
    return arguments, place


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
