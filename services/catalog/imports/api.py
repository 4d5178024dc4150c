"""`POST /catalog/v1/imports`."""

from typing import Any

from flask import Response, jsonify, request

from services.catalog.imports import domain
from services.catalog.imports.schemas import ImportQuery, ReportSchema
from services.catalog.program_documents.schemas import ProgrammeSchema
from services.catalog.program_documents.text_formats import read_json, read_yaml
from shared.http import Blueprint, auth
from shared.http.blueprint import consumes
from shared.http.idempotency import idempotent
from shared.runtime import transaction

READERS = {"application/json": read_json, "application/yaml": read_yaml}
BODY = {"required": True, "content": {kind: {"schema": ProgrammeSchema} for kind in READERS}}
staff = Blueprint("imports", __name__, url_prefix="/catalog/v1/imports", description="Whole programs")


@staff.post("")
@staff.staff("catalog:write")
@idempotent
@consumes(*READERS)
@staff.arguments(ImportQuery, location="query")
@staff.response(200, ReportSchema)
@staff.doc(requestBody=BODY)
def import_programme(query: dict[str, Any]) -> Response:
    """Import a program document, all of it or nothing; importing it again changes nothing."""
    document = READERS.get(request.mimetype, read_json)(request.get_data())
    with transaction() as conn:
        report = domain.import_programme(conn, document, actor=auth.actor(), dry_run=query["dry_run"])
    return jsonify(ReportSchema().dump(report))
