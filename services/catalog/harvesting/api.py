"""`/catalog/oai`: OAI-PMH requests."""

from flask import Response, request

from services.catalog.harvesting import repository
from shared.http import Blueprint
from shared.http.blueprint import consumes
from shared.runtime import connection, settings

FORM = "application/x-www-form-urlencoded"
QUERY = [
    {"in": "query", "name": name, "schema": {"type": "string"}}
    for name in ("verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken")
]
public = Blueprint("harvesting", __name__, url_prefix="/catalog", public=True, description="For harvesters")


@public.get("/oai")
@public.response(200, {"type": "string"}, content_type="text/xml")
@public.doc(parameters=QUERY)
def harvest() -> Response:
    """OAI-PMH 2.0. Errors are reported by the protocol's own codes, with status 200."""
    return _answer()


@public.post("/oai")
@consumes(FORM)
@public.response(200, {"type": "string"}, content_type="text/xml")
@public.doc(requestBody={"content": {FORM: {"schema": {"type": "object"}}}})
def harvest_by_form() -> Response:
    """The same by POST, for requests that are too long for a URL."""
    return _answer()


def _answer() -> Response:
    arguments = request.form if request.method == "POST" else request.args
    with connection() as conn:
        body = repository.answer(conn, arguments.items(multi=True), public_url=settings().public_url)
    return Response(body, content_type="text/xml; charset=utf-8", headers={"Cache-Control": "public, max-age=1"})


# The protocol reports unknown arguments itself.
vars(harvest).update(takes_query=True)


vars(harvest_by_form).update(takes_query=True)
