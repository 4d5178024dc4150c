"""All readers with their proof, for spreadsheets, as an import takes them."""

from collections.abc import Iterator
from dataclasses import astuple, fields
from typing import Any

from flask import Response

from services.notifications.subscriptions import queries
from services.notifications.subscriptions.queries import ExportedReader
from shared.http import tables


def table(kind: str) -> Response:
    """As CSV or XLSX, by content type."""
    return tables.table(kind, "readers", [field.name for field in fields(ExportedReader)], _cells)


def _cells(conn: Any) -> Iterator[tuple[Any, ...]]:
    return (astuple(one) for one in queries.stream_readers(conn))
