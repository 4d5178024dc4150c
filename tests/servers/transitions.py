"""Triggers that refuse, in every database of tests, a transition that no state machine declares."""

import psycopg
from psycopg import sql

from deploy.state_machines_page import MACHINES
from shared.state_machines import StateMachine
from tests.servers.engines import Engines

STORED: list[StateMachine] = [machine for machine in MACHINES if machine.stored]
# The arguments are the column and each allowed transition as `source>target`.
FUNCTION = """
    CREATE OR REPLACE FUNCTION public.refuse_transition() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        made text := format('%s>%s', to_jsonb(OLD) ->> TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[0]);
    BEGIN
        IF to_jsonb(OLD) ->> TG_ARGV[0] <> to_jsonb(NEW) ->> TG_ARGV[0] AND made <> ALL (TG_ARGV) THEN
            RAISE EXCEPTION 'no state machine of % allows %', TG_TABLE_NAME, made;
        END IF;
        RETURN NEW;
    END $$
"""
TRIGGER = """
    CREATE OR REPLACE TRIGGER transitions_refused BEFORE UPDATE ON {table}
       FOR EACH ROW EXECUTE FUNCTION public.refuse_transition({arguments})
"""


def watch(engines: Engines, database: str) -> None:
    """Refuse in this database every transition that is not declared."""
    with psycopg.connect(engines.database_url(database), autocommit=True) as conn:
        conn.execute(FUNCTION)
        for machine in STORED:
            allowed = sorted(f"{source}>{target}" for source, target in machine.pairs())
            conn.execute(
                sql.SQL(TRIGGER).format(
                    table=sql.Identifier(*machine.table.split(".")),
                    arguments=sql.SQL(", ").join(map(sql.Literal, [machine.column, *allowed])),
                )
            )
