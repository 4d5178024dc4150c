"""The browsable page of an API: Swagger UI from its Python package, so that nothing is loaded from other hosts."""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, send_from_directory

ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"
FILES = {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Convene: {service} API</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});\n'
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
    "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def blueprint(service: str) -> Blueprint:
    """`/<service>/v1/docs` and the files it needs."""
    docs = Blueprint("docs", __name__, url_prefix=f"/{service}/v1")

    @docs.get("/docs")
    def page() -> Response:
        response = Response(PAGE.format(service=service), content_type="text/html; charset=utf-8")
        # Swagger UI writes its own style attributes.
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @docs.get("/docs/start.js")
    def start() -> Response:
        return Response(START, content_type="text/javascript")

    @docs.get("/docs/<any({}):name>".format(", ".join(f"'{file}'" for file in sorted(FILES))))
    def asset(name: str) -> Response:
        return send_from_directory(ASSETS, name, max_age=86400)

    return docs
