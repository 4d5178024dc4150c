"""The way of a message without any of our code. `… -m tests.bench.registration.floor relay|consume DATABASE BROKER`
waits for a notice and publishes the row that it names, or takes what comes and commits a row of it; with the port of a
mail server it sends a mail then, to the id of the row.
"""

import smtplib
import sys
from typing import Any

import psycopg
from amqp.basic_message import Message
from kombu.connection import Connection
from kombu.messaging import Producer

QUEUE = "bench-floor"
MAIL = "Subject: You are registered\r\n\r\n" + "You have a seat. " * 100 + "\r\n"
TABLES = """
    CREATE TABLE floor_causes (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL,
                               document jsonb NOT NULL);
    CREATE TABLE floor_effects (id uuid PRIMARY KEY, document jsonb NOT NULL)
"""


def relay(database: str, broker: str) -> None:
    with psycopg.connect(database, autocommit=True) as conn, Connection(broker) as connection:
        channel: Any = connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.confirm_select()
        confirmed: list[int] = [0]
        channel.events["basic_ack"].add(lambda tag, _multiple: confirmed.__setitem__(0, max(confirmed[0], tag)))
        producer = Producer(channel, auto_declare=False)
        conn.execute("LISTEN floor_causes")
        last = sent = 0
        while True:
            for _ in conn.notifies(timeout=1, stop_after=1):
                pass
            sql = "SELECT position, id, document::text FROM floor_causes WHERE position > %s ORDER BY position"
            rows = conn.execute(sql, [last]).fetchall()
            for last, id, body in rows:  # noqa: B007 - the last one is what is gone on from
                producer.publish(
                    body.encode(), routing_key=QUEUE, content_type="application/json", content_encoding="utf-8",
                    delivery_mode=2, message_id=str(id),
                )  # fmt: skip
            sent += len(rows)
            while confirmed[0] < sent:
                connection.drain_events(timeout=10)


def consume(database: str, broker: str, mail_port: str = "") -> None:
    with psycopg.connect(database, autocommit=True) as conn, Connection(broker) as connection:
        smtp = smtplib.SMTP("127.0.0.1", int(mail_port), "bench") if mail_port else None
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.basic_qos(0, 200, False)

        def take(message: Message) -> None:
            id, body = message.properties["message_id"], str(message.body)
            with conn.transaction():
                conn.execute("INSERT INTO floor_effects (id, document) VALUES (%s, %s)", [id, body])
                conn.execute("SELECT pg_notify('floor_effects', %s)", [id])
            channel.basic_ack(message.delivery_tag)
            if smtp:
                smtp.sendmail("learning@ala.example", [f"{id}@library.example"], MAIL)

        channel.basic_consume(QUEUE, callback=take)
        while True:
            connection.drain_events()


if __name__ == "__main__":
    {"relay": relay, "consume": consume}[sys.argv[1]](*sys.argv[2:])
