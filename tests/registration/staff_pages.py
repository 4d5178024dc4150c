"""The pages of staff in registration, as a browser shows them."""

from typing import Any

from lxml import html

from tests.web_client import WebClient

HERE = {"Sec-Fetch-Site": "same-origin"}
DESK = "/registration/staff"


def page(client: WebClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)
