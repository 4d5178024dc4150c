"""Pages and mails in another language: one that puts every text in brackets shows what is not translated."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from lxml import html

from deploy.messages import FOLDERS, extract
from services.notifications.messages.kinds import SINGLE
from services.notifications.rendering.sample_mails import sample_values
from services.notifications.rendering.templates import render_texts
from services.notifications.settings import NotificationsSettings
from shared import i18n, runtime
from tests.notifications.desk import Desk
from tests.web_client import WebClient

# Ends of links whose beginning is a value.
LINKS = re.compile(r"/accept|/decline|\.pdf|\.json")
WORD = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A German in which every text is the English one in brackets."""
    root = tmp_path_factory.mktemp("translated")
    for folder in FOLDERS:
        write_brackets(folder, root / folder / "translations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(i18n, "ROOT", root)
        i18n.translations.cache_clear()
        with i18n.use_locale("de"):
            yield
    i18n.translations.cache_clear()


def settings_of(present: runtime.Runtime) -> NotificationsSettings:
    assert isinstance(present.settings, NotificationsSettings)
    return present.settings


def write_brackets(folder: str, target: Path) -> None:
    messages = extract(folder)
    for message in messages:
        if message.id:
            message.string = tuple(f"[{one}]" for one in message.id) if message.pluralizable else f"[{message.id}]"
    target.mkdir(parents=True)
    with (target / "de.po").open("wb") as file:
        write_po(file, messages)


def without_brackets(text: str) -> str:
    """The text outside of all brackets."""
    found, depth = [], 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            found.append(letter)
    return "".join(found)


@pytest.mark.usefixtures("bracketed", "desk")
@pytest.mark.parametrize("path", ["/notifications/newsletter", "/notifications/archive"])
def test_a_page_is_translated_as_a_whole(client: WebClient, path: str) -> None:
    page = html.fromstring(client.get(path, headers={"Accept": "text/html"}).text)

    shown = without_brackets(" ".join(page.xpath("//body//text()[not(ancestor::script or ancestor::blockquote)]")))
    names = page.xpath("//body//@aria-label | //body//@placeholder")
    assert page.get("lang") == "de"
    assert [
        word for word in WORD.findall(shown) if word not in ("Convene", "Libraries", "Transforming", "Communities")
    ] == []
    assert [name for name in names if not name.startswith("[")] == []


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize("kind", SINGLE)
def test_a_mail_is_translated_as_a_whole(desk: Desk, present: runtime.Runtime, kind: str) -> None:
    values = sample_values(kind, settings_of(present))
    texts = render_texts(kind, values)

    for text in (texts.subject, texts.text):
        shown = without_brackets(" ".join(text.split()))
        for value in sorted((v for v in values.values() if isinstance(v, str)), key=len, reverse=True):
            shown = shown.replace(value, "")
        assert WORD.findall(LINKS.sub("", shown)) == []


@pytest.mark.usefixtures("bracketed")
def test_dates_follow_the_language(desk: Desk, present: runtime.Runtime) -> None:
    values = sample_values("registration-confirmed", settings_of(present))

    assert values["when"].startswith("[Donnerstag, 6. April 2017, 14:00–15:30")
