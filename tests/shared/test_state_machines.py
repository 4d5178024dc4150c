"""Each state machine has the states of its table, and in tests no other transition than those declared is possible."""

import re
from enum import StrEnum
from itertools import product
from typing import Any

import psycopg
import pytest
from psycopg import sql

from deploy import state_machines_page
from deploy.state_machines_page import MACHINES
from services.registration.invitations.invitation_states import INVITATION, InvitationStatus
from shared.state_machines import StateMachine, values
from tests.servers import transitions

by_name = pytest.mark.parametrize("machine", transitions.STORED, ids=lambda machine: machine.name)


def states_of_table(conn: psycopg.Connection[Any], machine: StateMachine) -> set[str]:
    """Return the values that the table's check of its state names."""
    checks = conn.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
        [machine.table],
    )
    whole = re.compile(rf"^CHECK \(\({machine.column} = ANY \(ARRAY\[(.*)\]\)\)\)$")
    (listed,) = (found[1] for (check,) in checks if (found := whole.match(check)))
    return set(re.findall(r"'(\w+)'", listed))


@by_name
def test_the_table_knows_the_states_of_its_machine(database_urls: dict[str, str], machine: StateMachine) -> None:
    with psycopg.connect(database_urls["postgres"]) as conn:
        assert states_of_table(conn, machine) == set(values(machine.stored))


@by_name
def test_no_other_transition_happens(database_urls: dict[str, str], machine: StateMachine) -> None:
    """The trigger of every test database refuses it, tried on a table with the same column."""
    allowed = set(machine.pairs())
    column = sql.Identifier(machine.column)
    with psycopg.connect(database_urls["postgres"]) as conn:
        (trigger,) = conn.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s",
            [machine.table, "transitions_refused"],
        ).fetchone() or ("",)
        conn.execute(sql.SQL("CREATE TEMPORARY TABLE tried ({} text)").format(column))
        conn.execute(re.sub(r" ON \S+ ", " ON tried ", trigger).encode())
        for source, target in product(machine.stored, machine.stored):
            conn.execute("DELETE FROM tried")
            conn.execute("INSERT INTO tried VALUES (%s)", [source])
            try:
                with conn.transaction():
                    conn.execute(sql.SQL("UPDATE tried SET {} = %s").format(column), [target])
            except psycopg.errors.RaiseException:
                assert (source, target) not in allowed
            else:
                assert source == target or (source, target) in allowed


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_can_be_reached(machine: StateMachine[StrEnum]) -> None:
    reached = set(machine.initial)
    for _ in machine.states:
        reached |= {one.target for one in machine.transitions if reached & set(one.sources)}

    assert reached == set(machine.states)


def test_a_machine_names_the_states_from_which_another_is_reached() -> None:
    assert INVITATION.sources(InvitationStatus.ISSUED) == ["declined", "expired", "revoked"]
    assert INVITATION.allows("issued", InvitationStatus.REVOKED)
    assert not INVITATION.allows("accepted", InvitationStatus.REVOKED)


def test_a_diagram_has_an_arrow_for_each_transition() -> None:
    assert state_machines_page.diagram(INVITATION).splitlines()[1:4] == [
        "    [*] --> issued",
        "    issued --> accepted: the invited person registers",
        "    issued --> declined: the invited person declines",
    ]
