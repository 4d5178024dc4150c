"""`/catalog/recordings/…`: the player page."""

from flask import Response

from services.catalog.dates.durations import read_duration
from services.catalog.entries import urls, visibility
from services.catalog.kinds import domain as kinds
from services.catalog.public_layout import json_ld, page_rendering
from services.catalog.public_layout.page_rendering import PageHead, crumbs_of
from services.catalog.recordings.players import find_player
from shared.errors import NotFound
from shared.http.pages import Pages
from shared.runtime import connection, settings

pages = Pages("watching", url_prefix="/catalog")


@pages.get("/recordings/<slug>")
def show_recording(slug: str) -> Response:
    """Show a session's recording in a player, or a link to it."""
    with connection() as conn:
        session = kinds.present_entry(conn, visibility.find_visible(conn, "session", slug))
    if session["recording"] is None:
        raise NotFound("There is no recording of this session, or not yet.")
    player = find_player(session["recording"], public_url=settings().public_url)
    page = PageHead(
        template="recording.html",
        title=f"Recording: {session['title']}",
        description=session["summary"] or session["title"],
        address=urls.recording_page(slug),
        json=session["links"]["self"],
        crumbs=[*crumbs_of(session), (session["title"], session["links"]["page"])],
        things=[json_ld.recording(session)],
        kind="video.other",
        embeddable=True,
    )
    seconds = read_duration(session["recording"]["duration"])
    policy = player.policy if player else None
    return page_rendering.respond(page, policy=policy, session=session, player=player, seconds=seconds)
