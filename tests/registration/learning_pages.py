"""The pages of a signed-in learner."""

from tests.registration.pages import HERE
from tests.registration.registration import Registration
from tests.registration.sign_in import token
from tests.web_client import WebResponse

BASE = "https://localhost"


def post(registration: Registration, path: str, **data: str) -> WebResponse:
    return registration.client.post(path, data=data, headers=HERE, base_url=BASE)


def sign_in(registration: Registration, email: str = "ada@x.org", **fields: str) -> WebResponse:
    """Ask for a link, and use it in the same browser."""
    post(registration, "/registration/sign-in", email=email, **fields)
    return post(registration, "/registration/sign-in/link", token=token(registration))
