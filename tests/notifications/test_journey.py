"""From the broker to the mail server, with a real worker."""

from urllib.parse import urlsplit

import amqp

from shared.events import registration as participation
from shared.events.catalog import SessionPublished
from shared.events.envelope import CONTENT_TYPE, Event
from tests.broker_messages import make_message, publish
from tests.notifications.samples import a_person, a_registration, a_session, confirmed, encoded
from tests.notifications.sink import Sink
from tests.processes import Process, running
from tests.waiting import eventually


def publish_twice(broker_url: str, *events: Event) -> None:
    """Put events on the exchange, each twice, as relays may."""
    url = urlsplit(broker_url)
    with (
        amqp.Connection(
            f"{url.hostname}:{url.port}", url.username or "", url.password or "", virtual_host=url.path[1:]
        ) as connection,
        connection.channel() as channel,
    ):
        for event in events:
            body = encoded(event)
            for _ in range(2):
                message = make_message(body, content_type=CONTENT_TYPE, delivery_mode=2)
                publish(channel, message, "events", event.type)


def test_events_in_the_wrong_order_and_twice_become_one_mail_each(
    service_environments: dict[str, dict[str, str]], broker_urls: dict[str, str], smtp_url: str, sink: Sink
) -> None:
    session = a_session()
    seat = a_registration(session)
    waiting = a_registration(
        session, status="waitlisted", position=1, person=a_person("Ben", email="ben@library.example")
    )
    events: list[Event] = [
        confirmed(seat),
        participation.RegistrationWaitlisted(registration=waiting),
        SessionPublished(session=session),
    ]
    with running() as processes:
        environment = service_environments["notifications"] | {"SMTP_URL": smtp_url}
        processes.append(Process("services.notifications", "worker", environment=environment).start())
        publish_twice(broker_urls["tester"], *events)

        eventually(lambda: len(sink.accepted) >= 2, seconds=30)
        assert processes[0].stop() == 0

    assert sorted((mail["To"], mail["Subject"]) for mail in sink.mails) == [
        ("Ann Ünal <ann@library.example>", "You are registered: World Café"),
        ("Ben <ben@library.example>", "You are on the waiting list: World Café"),
    ]
