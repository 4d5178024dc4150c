"""Choosing the player of a recording."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.catalog.entries.queries import Document

# File extensions that browsers play; any other URL is that of a page where the recording can be watched.
VIDEO, AUDIO = ("mp4", "m4v", "webm", "ogv"), ("mp3", "m4a", "oga", "ogg", "wav")
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True)
class Player:
    """The element that plays a recording. If its captions are on another site (`crossing`), both load with CORS."""

    element: str
    url: str
    captions: str | None
    crossing: bool
    policy: dict[str, str]


def find_player(recording: Document, *, public_url: str) -> Player | None:
    """Return the player of a recording; None if browsers cannot play its URL."""
    address, origin = urlsplit(recording["url"]), _origin(recording["url"])
    ending = address.path.rpartition(".")[2].lower()
    if origin is None or ending not in VIDEO + AUDIO:
        return None
    captions = recording["captions_url"]
    captions_origin = _origin(captions) if captions else None
    return Player(
        # Only a video element shows captions.
        element="audio" if ending in AUDIO and not captions_origin else "video",
        url=recording["url"],
        captions=captions if captions_origin else None,
        crossing=captions_origin not in (None, _origin(public_url)),
        policy={"media-src": " ".join(dict.fromkeys(filter(None, (origin, captions_origin))))},
    )


def _origin(address: str) -> str | None:
    """Return the origin of a URL for a Content-Security-Policy; None if it has none that a policy can name."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}"
