"""What programs look for at the root of a site, where the gateway leads them here: `robots.txt` (RFC 9309),
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
# RFC 9116, 2.5.5: less than a year. Each answer tells anew, so that it never ends while somebody runs the site.
GOOD_FOR = timedelta(days=180)
# For staff, or for whom a link was mailed; and what programs do, such as registering. All the rest is for everybody.
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
    """Where robots have nothing to look for, and where the sitemap is."""
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    return _give(f"User-agent: *\n{closed}\nSitemap: {runtime.settings().public_url}/catalog/sitemap.xml\n")


@pages.get("/security.txt")
def show_security() -> Response:
    """Whom to tell of a hole, where SECURITY_CONTACT names somebody."""
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
    """The icon of the site, for programs that ask nobody where it is."""
    response = send_from_directory(SERVICES / "catalog" / "static", "favicon.ico", mimetype="image/x-icon")
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


def _give(text: str) -> Response:
    return Response(text, content_type=TEXT, headers={"Cache-Control": f"public, max-age={DAY}"})
