"""How a recording is played in the browser."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.catalog.entries.queries import Document
from shared import runtime

# What browsers play by themselves; another address is that of a page at which it can be watched.
VIDEO, AUDIO = ("mp4", "m4v", "webm", "ogv"), ("mp3", "m4a", "oga", "ogg", "wav")
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True)
class Player:
    """How a recording is played here. Captions of another site than this are to be asked for across origins, and the
    recording with them.
    """

    element: str
    url: str
    captions: str | None
    crossing: bool
    policy: dict[str, str]


def find_player(recording: Document) -> Player | None:
    """How it is played; None where it is to be watched elsewhere."""
    address, origin = urlsplit(recording["url"]), _origin(recording["url"])
    ending = address.path.rpartition(".")[2].lower()
    if origin is None or ending not in VIDEO + AUDIO:
        return None
    captions = recording["captions_url"]
    captions_origin = _origin(captions) if captions else None
    return Player(
        # Only a video has room for captions.
        element="audio" if ending in AUDIO and not captions_origin else "video",
        url=recording["url"],
        captions=captions if captions_origin else None,
        crossing=captions_origin not in (None, _origin(runtime.settings().public_url)),
        policy={"media-src": " ".join(dict.fromkeys(filter(None, (origin, captions_origin))))},
    )


def _origin(address: str) -> str | None:
    """The origin of an address as a Content-Security-Policy names it; None where it is none that it could name."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}"
