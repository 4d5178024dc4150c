"""A copy that is wrong is put right by what the publisher says again."""

from uuid import uuid4

from tests.commands.conftest import Operator
from tests.processes import Process, running
from tests.waiting import eventually

SAMPLE = "deploy/sample/ltc-models-for-change.yaml"
DRIFTED = "SELECT count(*) FROM sessions WHERE title = 'drifted' OR slug = 'drifted'"
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


def test_copies_that_drifted_are_put_right_by_snapshots_and_nobody_gets_a_mail(operator: Operator) -> None:
    operator.ask("catalog", "import", SAMPLE)
    [(count,)] = operator.sql("catalog", "SELECT count(*) FROM entries WHERE kind = 'session' AND revision > 0")
    send = ("snapshots", "send", "--type", "session")
    with running() as processes:
        for service in ("catalog", "registration", "notifications"):
            environment = operator.environments[service]
            processes.append(Process(f"services.{service}", "worker", environment=environment).start())
        copies = ("registration", "notifications")
        eventually(
            lambda: all(operator.sql(one, "SELECT count(*) FROM sessions") == [(count,)] for one in copies), seconds=60
        )
        eventually(lambda: operator.sql("catalog", UNPUBLISHED) == [(0,)], seconds=60)
        for one in copies:  # the same revision, other content: an event of this revision would be ignored
            operator.sql(one, "UPDATE sessions SET title = 'drifted'")

        assert operator.ask("catalog", *send, "--dry-run")["sent"] == count
        assert operator.sql("catalog", UNPUBLISHED) == [(0,)]
        assert operator.ask("catalog", *send, "--as", "ann")["sent"] == count

        eventually(lambda: all(operator.sql(one, DRIFTED) == [(0,)] for one in copies), seconds=60)
    assert operator.sql("notifications", "SELECT count(*) FROM messages") == [(0,)]
    assert ("operator ann", "snapshots.send", "session") in operator.audit("catalog")


def test_one_alone_is_said_again_and_what_was_never_published_is_refused(operator: Operator) -> None:
    operator.ask("catalog", "import", SAMPLE)
    which = "SELECT id, revision FROM entries WHERE kind = 'session' AND slug = 'world-cafe'"
    [(id, revision)] = operator.sql("catalog", which)
    [(before,)] = operator.sql("catalog", "SELECT count(*) FROM outbox")

    assert operator.ask("catalog", "snapshots", "send", "--type", "session", "--id", str(id))["sent"] == 1

    said = operator.sql("catalog", "SELECT type, subject, sequence FROM outbox ORDER BY position")[before:]
    assert said == [("catalog.session.updated", str(id), revision + 1)]
    assert operator.sql("catalog", which) == [(id, revision + 1)]
    assert operator.run("catalog", "snapshots", "send", "--type", "session", "--id", str(uuid4())).returncode == 1
    assert operator.run("catalog", "snapshots", "send", "--type", "series", "--id", str(id)).returncode == 1
