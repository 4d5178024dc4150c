"""The public pages of registration, as a browser asks for them."""

from tests.registration.registration import Registration
from tests.web_client import WebResponse

HERE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
FORM = "/registration/sessions/world-cafe"
FIELDS = {"name": "Ada Lovelace", "email": "ada@x.org", "library.name": "Springfield", "library.type": "public"}


def send(
    registration: Registration, path: str = FORM, several: dict[str, list[str]] | None = None, **fields: str
) -> WebResponse:
    """Send a form as a browser does; two underscores stand for a dot. `several` are fields with several values."""
    data = {**FIELDS, **{name.replace("__", "."): text for name, text in fields.items()}, **(several or {})}
    return registration.client.post(path, data=data, headers=HERE)


def get(registration: Registration, path: str) -> WebResponse:
    return registration.client.get(path, headers=HERE)
