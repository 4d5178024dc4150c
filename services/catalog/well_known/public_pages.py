"""Files that programs look for at the root of a site, where the gateway routes them here: `robots.txt` (RFC 9309),
`/.well-known/security.txt` (RFC 9116), `favicon.ico`.
"""

from datetime import UTC, datetime, timedelta

from flask import Response, send_from_directory

from shared import runtime
from shared.errors import NotFound
from shared.http.pages import SERVICES, Pages

pages = Pages("well-known", url_prefix="/catalog")
TEXT = "text/plain; charset=utf-8"
DAY = 86_400
# RFC 9116, 2.5.5: less than a year. Each response sets it again, so it never expires while the site runs.
GOOD_FOR = timedelta(days=180)
# Pages for staff and for recipients of mailed links, and actions such as registering. Everything else is public.
CLOSED = (
    "/catalog/staff/",
    "/registration/staff/",
    "/registration/v1/",
    "/registration/done",
    "/registration/group",
    "/registration/invitations/",
    "/registration/join",
    "/registration/learning",
    "/registration/manage/",
    "/registration/new-link",
    "/registration/sign-in",
    "/registration/sign-out",
    "/notifications/staff/",
    "/notifications/v1/",
    "/notifications/confirm",
    "/notifications/leave/",
    "/notifications/new-link",
    "/notifications/preferences/",
    "/identity/",
)


@pages.get("/robots.txt")
def show_robots() -> Response:
    """Show which paths robots may not crawl, and where the sitemap is."""
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    return _give(f"User-agent: *\n{closed}\nSitemap: {runtime.settings().public_url}/catalog/sitemap.xml\n")


@pages.get("/security.txt")
def show_security() -> Response:
    """Show the security contacts, if SECURITY_CONTACT is set."""
    settings = runtime.settings()
    contacts = settings.contacts()
    if not contacts:
        raise NotFound("Nobody is named here to whom holes are reported.")
    expires = (datetime.now(UTC) + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: en"]
    lines.append(f"Canonical: {settings.public_url}/.well-known/security.txt")
    return _give("\n".join(lines) + "\n")


@pages.get("/favicon.ico")
def show_icon() -> Response:
    """Show the icon of the site, for programs that request it without reading a page."""
    response = send_from_directory(SERVICES / "catalog" / "static", "favicon.ico", mimetype="image/x-icon")
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


def _give(text: str) -> Response:
    return Response(text, content_type=TEXT, headers={"Cache-Control": f"public, max-age={DAY}"})
