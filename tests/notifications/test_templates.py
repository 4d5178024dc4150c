"""Templates by staff: they word mails, and never keep or break one."""

import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from services.notifications.messages.kinds import GROUP_REQUESTED, SINGLE
from services.notifications.rendering.templates import read_source
from shared.events import catalog
from tests.notifications.desk import Desk
from tests.notifications.mails import html_of, text_of
from tests.notifications.post_office import PostOffice
from tests.notifications.samples import a_person, a_registration, a_session, confirmed
from tests.notifications.sink import Sink
from tests.web_client import WebClient

PATH = "/notifications/v1/templates/registration-confirmed"
HEAD = '{% extends "layout.j2" %}\n{% import "parts.j2" as mail %}\n'
BLOCKS = {
    "subject": "Welcome to {{ title }}",
    "preheader": "{{ when }}",
    "heading": "Welcome",
    "body": "{% call mail.paragraph() %}\nSee you at {{ mail.strong(title) }} & bring a <friend>.\n{% endcall %}",
}


def a_template(**blocks: str) -> str:
    """A template that works, but for these blocks."""
    return HEAD + "\n".join(f"{{% block {name} %}}{text}{{% endblock %}}" for name, text in (BLOCKS | blocks).items())


def in_body(text: str) -> str:
    return a_template(body=text)


def put(client: WebClient, source: str, path: str = PATH) -> int:
    return client.put(path, json={"source": source}, headers={"If-Match": client.get(path).headers["ETag"]}).status_code


def a_seat(desk: Desk | PostOffice, name: str = "Ann Ünal", **session_changes: object) -> None:
    session = a_session(**session_changes)
    desk.receive(catalog.SessionPublished(session=session), confirmed(a_registration(session, person=a_person(name))))


def insert(desk: Desk | PostOffice, source: str) -> None:
    """Insert a template that worked in an older version."""
    desk.conn.execute("INSERT INTO templates (kind, source) VALUES ('registration-confirmed', %s)", [source])


def test_staff_word_a_mail_otherwise_and_as_it_was_again(desk: Desk, client: WebClient) -> None:
    a_seat(desk)

    assert put(client, a_template()) == 200
    [mail] = desk.mails()
    assert str(mail["Subject"]) == "Welcome to World Café"
    assert "See you at World Café & bring a <friend>." in text_of(mail)
    assert "bring a &lt;friend&gt;." in html_of(mail)

    tag = client.get(PATH).headers["ETag"]
    assert client.delete(PATH, headers={"If-Match": tag}).status_code == 204
    assert str(desk.mails()[0]["Subject"]) == "You are registered: World Café"


def test_every_kind_is_listed_with_whether_staff_word_it(client: WebClient, desk: Desk) -> None:
    put(client, a_template())

    items = {item["kind"]: item for item in client.get("/notifications/v1/templates").json["items"]}

    assert items.keys() == SINGLE.keys()
    assert [kind for kind, item in items.items() if item["overridden"]] == ["registration-confirmed"]
    assert items["registration-confirmed"]["since"]
    assert items["registration-confirmed"]["broken"] is None


def test_a_template_is_shown_with_the_built_in_one_and_what_it_may_name(client: WebClient, desk: Desk) -> None:
    put(client, a_template())

    shown = client.get(PATH).json

    assert shown["source"] == a_template()
    assert shown["built_in"] == read_source("registration-confirmed")
    assert {"name", "title", "when", "join_url"} <= set(shown["values"])


@pytest.mark.parametrize("kind", SINGLE)
def test_every_built_in_template_could_be_one_by_staff(client: WebClient, desk: Desk, kind: str) -> None:
    path = f"/notifications/v1/templates/{kind}"
    built_in = client.post(f"{path}/preview", json={}).json

    previewed = client.post(f"{path}/preview", json={"source": read_source(kind)})

    assert previewed.status_code == 200
    assert previewed.json == built_in
    # A person whose address is not proved is not greeted by name.
    assert ("Hello," if kind == GROUP_REQUESTED.name else "Hello Ada Byron,") in built_in["text"]


def test_a_preview_keeps_nothing(client: WebClient, desk: Desk) -> None:
    previewed = client.post(f"{PATH}/preview", json={"source": a_template()})

    assert previewed.json["subject"] == "Welcome to Introduction to World Café"
    assert client.get(PATH).json["source"] is None


def test_a_template_is_changed_from_the_version_that_was_read(client: WebClient, desk: Desk) -> None:
    stale = client.get(PATH).headers["ETag"]
    put(client, a_template())

    answers = [
        client.put(PATH, json={"source": a_template()}, headers=headers).status_code
        for headers in ({"If-Match": stale}, {})
    ]

    assert answers == [412, 428]


def test_of_no_other_kind_there_is_a_template(client: WebClient, desk: Desk) -> None:
    path = "/notifications/v1/templates/layout"

    answers = [client.get(path), client.post(f"{path}/preview", json={"source": "x"})]
    answers.append(client.put(path, json={"source": "x"}, headers={"If-Match": "*"}))

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (in_body("\n{{ tilte }}"), "line 7: there is no value called tilte"),
        (in_body("\n\n{% if %}"), "line 8: "),
        ("Hello {{ name }}", "line 1: begin with"),
        (HEAD + "{% block subject %}x{% endblock %}", "the block preheader is missing"),
        (a_template(subject="  "), "the subject is empty"),
        (a_template(subject="x\nBcc: evil@x.example"), "the subject must be one line"),
        (a_template(more="x"), "there is no block called more"),
        (in_body('{{ mail.link("x", "javascript:alert(1)") }}'), "a link leads to no web address"),
        (in_body("{{ mail.button('Accept', invitation_url) }}"), "a link leads to no web address"),
        (in_body("{{ title | truncate('x') }}"), "line 6: TypeError"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(client: WebClient, desk: Desk, source: str, told: str) -> None:
    answers = [client.post(f"{PATH}/preview", json={"source": source})]
    answers.append(client.put(PATH, json={"source": source}, headers={"If-Match": "*"}))

    assert [answer.status_code for answer in answers] == [422, 422]
    assert told in answers[0].json["errors"]["source"][0]
    assert client.get(PATH).json["source"] is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self._TemplateReference__context }}",
        "{{ mail.__loader__ }}",
        "{{ title.format }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum(100000000) }}",
        "{{ mail.strong | attr('__globals__') }}",
        "{{ title['__class__'] }}",
        "{% include 'sign-in.j2' %}",
        "{% import 'sign-in.j2' as other %}",
        "{% from 'parts.j2' import link %}",
        "{% autoescape false %}{{ name }}{% endautoescape %}",
        "{{ name | safe }}",
        "{% for a in range(1000000000) %}x{% endfor %}",
        "{% for a in [1, 2] %}{% for b in [1, 2] %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'x' | center(1000000000) }}",
        "{% set a = title ~ title %}" + "{% set a = a ~ a %}" * 60,
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ self.body() }}",
        "(" * 100 + "{{ " + "(" * 20000 + "1" + ")" * 20000 + " }}",
        "{{ " + "not " * 15000 + "1 }}",
        "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
        "{{ gettext('%(n)1000000000d', n=1) }}",
        "{{ _('%1000000000d') }}",
        "{{ gettext(title) }}",
        "{{ gettext.__globals__ }}",
        "{{ gettext }}",
        "{% trans a=mail.strong(title) %}{{ a }}{% endtrans %}"
        + "{% set _trans = mail.strong(_trans ~ _trans) %}" * 60,
    ],
    ids=range(31),
)
def test_what_could_harm_is_refused_at_once(client: WebClient, desk: Desk, text: str) -> None:
    began = time.monotonic()

    answer = client.post(f"{PATH}/preview", json={"source": in_body(text)})

    assert answer.status_code == 422
    assert time.monotonic() - began < 5


def test_a_source_has_a_bound(client: WebClient, desk: Desk) -> None:
    assert client.post(f"{PATH}/preview", json={"source": in_body("x" * 65_536)}).status_code == 422


def test_a_mail_has_a_bound(client: WebClient, desk: Desk) -> None:
    answer = client.post(f"{PATH}/preview", json={"source": in_body("{{join_url}}" * 5_000 + "{{page_url}}" * 400)})

    assert answer.status_code == 200, "as long as a source can make one of these values"
    a_seat(desk, page_url="http://x.example/" + "x" * 2_000)
    put(client, in_body("{{page_url}}" * 5_000))
    assert str(desk.mails()[0]["Subject"]) == "You are registered: World Café"


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "{{7*7}}", "</title><script>", "<mj-raw>"])
def test_markup_in_a_value_or_in_the_template_is_text(desk: Desk, client: WebClient, text: str) -> None:
    a_seat(desk, name=text, title=text)
    words = "{{ title }} " + ("{% raw %}" + text + "{% endraw %}")

    assert put(client, a_template(subject=words, preheader=words, body=words)) == 200

    [mail] = desk.mails()
    assert "<img" not in html_of(mail)
    assert "<script" not in html_of(mail)
    assert text_of(mail).count(text) >= 3
    assert str(mail["Subject"]) == f"{text} {text}"


def test_words_to_translate_are_text_like_others(desk: Desk, client: WebClient) -> None:
    a_seat(desk, title="<b>World Café</b>")
    body = "{% trans title=mail.strong(title) %}100% of {{ title }} & <i>all</i>{% endtrans %}"

    assert put(client, a_template(body=f"{{% call mail.paragraph() %}}{body}{{% endcall %}}")) == 200

    [mail] = desk.mails()
    assert "100% of <b>World Café</b> & <i>all</i>" in text_of(mail)
    assert "100% of <strong>&lt;b&gt;World Café&lt;/b&gt;</strong> &amp; &lt;i&gt;all&lt;/i&gt;" in html_of(mail)


@pytest.mark.parametrize(
    "source", [in_body("{{ gone }}"), in_body("{% for"), "", in_body("{{ title | truncate('x') }}")]
)
def test_a_broken_template_costs_no_mail(post: PostOffice, sink: Sink, source: str) -> None:
    insert(post, source)
    a_seat(post)
    a_seat(post)

    with capture_logs() as logs:
        post.send()

    assert [str(mail["Subject"]) for mail in sink.mails] == ["You are registered: World Café"] * 2
    assert [line["kind"] for line in logs if line["log_level"] == "warning"] == ["registration-confirmed"]
    [broken] = post.conn.execute("SELECT broken FROM templates WHERE broken_since IS NOT NULL").fetchall()
    assert broken[0]


def test_staff_see_since_when_and_why_a_template_is_broken(
    desk: Desk, client: WebClient, staff_token: Callable[[str], str]
) -> None:
    insert(desk, in_body("{{ gone }}"))
    desk.conn.execute("UPDATE templates SET broken_since = now(), broken = 'line 6: there is no value called gone'")

    [shown] = [one for one in client.get("/notifications/v1/templates").json["items"] if one["overridden"]]
    assert "gone" in shown["broken"]

    assert put(client, a_template()) == 200
    assert client.get(PATH).json["broken_since"] is None


def test_a_template_reads_also_in_the_log_of_mails(desk: Desk, client: WebClient) -> None:
    a_seat(desk)
    put(client, a_template())

    [row] = desk.rows()

    shown = client.get(f"/notifications/v1/messages/{row['id']}").json
    assert shown["rendered"]["subject"] == "Welcome to World Café"
